"""What is looked for on a glass, in the browser: what is cut, covered, spilt, or stands too close."""

from __future__ import annotations

FAULTS = """() => {
  const found = [], scene = document.querySelector(".scene:not([hidden])");
  const seen = (one) => { const box = one.getBoundingClientRect(); return box.width > 1 && box.height > 1; };
  const told = (one) => (one.getAttribute("class") || one.tagName) + " " + one.textContent.trim().slice(0, 30);
  const glass = document.querySelector(".scenes").getBoundingClientRect();
  Array.from(document.querySelectorAll("#board *")).filter(seen).forEach((one) => {
    const box = one.getBoundingClientRect();
    if (one.closest(".unseen, foreignObject") || one.parentElement.closest("[title], .why")) return;
    if (box.right > innerWidth + 1 || box.left < -1 || box.bottom > innerHeight + 1 || box.top < -1)
      found.push("off the glass: " + told(one));
    if (one.closest(".scenes") && box.bottom > glass.bottom + 1) found.push("over the foot: " + told(one));
  });
  Array.from(document.querySelectorAll(".scene:not([hidden]) .c-rate, .c-score, .by, .places, .on, .figures b")).filter(seen)
    .forEach((one) => { if (one.scrollWidth > one.clientWidth + 1) found.push("cut: " + told(one)); });
  const rows = Array.from(document.querySelectorAll(".rows > .row, .half li")).filter(seen);
  scene.querySelectorAll(".half li").forEach((one) => { if (!seen(one)) found.push("no room for: " + told(one)); });
  rows.forEach((row, i) => {
    const box = row.getBoundingClientRect();
    Array.from(row.children).filter(seen).forEach((cell) => {
      const inner = cell.getBoundingClientRect();
      if (inner.top < box.top - 2 || inner.bottom > box.bottom + 2) found.push("out of its row: " + told(cell));
    });
    rows.slice(i + 1).forEach((other) => {
      const next = other.getBoundingClientRect();
      const wide = Math.min(box.right, next.right) - Math.max(box.left, next.left);
      const high = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
      if (wide > 1 && high > 1) found.push("overlap: " + told(row) + " / " + told(other));
    });
  });
  Array.from(document.querySelectorAll(".scenes [title]")).filter(seen).forEach((one) => {
    const box = one.getBoundingClientRect(), name = document.createRange();
    const text = one.firstChild.nodeType === Node.TEXT_NODE ? one.firstChild : one.firstElementChild.firstChild;
    name.selectNodeContents(text);
    const isWhole = Array.from(name.getClientRects())
      .every((line) => line.right < box.right + 2 && (line.top + line.bottom) / 2 < box.bottom);
    if (!isWhole && (text.data.length <= 24 || one.closest(".scene-divisions"))) found.push("name cut: " + told(one));
  });
  document.querySelectorAll(".scene-movers:not([hidden]) .why").forEach((one) => {
    const isCut = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 4;
    if (isCut) found.push("reason cut: " + told(one));
  });
  const pen = document.createElement("canvas").getContext("2d");
  const inks = (within) => {
    const texts = document.createTreeWalker(within, NodeFilter.SHOW_TEXT), lines = [];
    while (texts.nextNode()) {
      const node = texts.currentNode, one = node.parentElement;
      if (!node.data.trim() || one.closest(".unseen, [hidden], svg text")) continue;
      const style = getComputedStyle(one), range = document.createRange();
      pen.font = style.fontWeight + " " + style.fontSize + " " + style.fontFamily;
      range.selectNodeContents(node);
      const measured = pen.measureText(node.data.trim());
      const clamped = getComputedStyle(one).display === "inline" ? one.parentElement : one;
      const isClamped = getComputedStyle(clamped).webkitLineClamp !== "none";
      const end = isClamped ? clamped.getBoundingClientRect().bottom : Infinity;
      const line = Array.from(range.getClientRects()).filter((rect) => rect.top + rect.height / 2 < end).pop();
      if (!line || line.width < 2) continue;
      const base = line.bottom - measured.fontBoundingBoxDescent;
      lines.push({one, left: line.left, right: line.right, top: base - measured.actualBoundingBoxAscent,
                  bottom: base + measured.actualBoundingBoxDescent});
    }
    return lines;
  };
  inks(document.getElementById("board")).forEach((ink) => {
    const cut = ink.one.closest("h1, .where, .also, .c-unit, .who b, .why, .leaders p, .half li b");
    const clip = cut && getComputedStyle(cut).overflowY === "hidden" && cut.getBoundingClientRect();
    if (clip && ink.bottom > clip.bottom + 0.6) found.push("tails cut: " + told(ink.one));
    const row = ink.one.closest(".rows > .row, .half li");
    const isRuled = row && getComputedStyle(row).borderBottomWidth !== "0px";
    if (isRuled && ink.bottom > row.getBoundingClientRect().bottom - 2) found.push("on the line: " + told(ink.one));
  });
  Array.from(document.querySelectorAll(".rows > .row, .half li, .top, .bottom")).filter(seen).forEach((row) => {
    const cellOf = (ink) => Array.from(row.children).find((cell) => cell.contains(ink.one));
    const lines = inks(row).filter(cellOf).map((ink) => Object.assign(ink, {cell: cellOf(ink)}));
    lines.forEach((ink, i) => lines.slice(i + 1).forEach((next) => {
      const isBeside = ink.cell !== next.cell && ink.top < next.bottom && next.top < ink.bottom;
      const edge = (text) => text.one.closest("[title], .who, h1") || text.one;
      const right = (text) => Math.min(text.right, edge(text).getBoundingClientRect().right);
      if (isBeside && ink.left < right(next) + 6 && next.left < right(ink) + 6)
        found.push("too close: " + told(ink.one) + " / " + told(next.one));
    }));
  });
  scene.querySelectorAll(".row:not([hidden]) .runs").forEach((runs) => {
    const run = runs.closest("svg").querySelector(".run").getBoundingClientRect();
    Array.from(runs.querySelectorAll(".c-unit, .move")).filter(seen).forEach((one) => {
      const box = one.getBoundingClientRect(), pad = parseFloat(getComputedStyle(one).paddingBottom);
      if (box.bottom - pad > run.top + 0.6) found.push("over its course: " + told(one));
    });
  });
  return found;
}"""

NOTICE = f"""(text) => {{
  wall.signs.notice({{text, until: null}});
  const band = document.getElementById("notice").getBoundingClientRect(), words = document.createRange();
  const board = document.getElementById("board").getBoundingClientRect();
  words.selectNodeContents(document.getElementById("notice"));
  const said = words.getBoundingClientRect();
  const isWhole = said.top >= band.top && said.bottom <= band.bottom && said.right <= band.right;
  return ({FAULTS})().concat(isWhole && board.bottom <= band.top + 8 ? [] : ["the notice is cut"]);
}}"""
"""What is wrong with a notice over the board, in one call: the script takes it away again, as nobody ordered it."""

SHARED = """() => document.querySelectorAll(".scene-table .table").forEach((table) => {
  table.classList.add("shares");
  table.querySelectorAll(".c-rate .of").forEach((one) => { one.textContent = "3.8/4.3"; });
})"""
