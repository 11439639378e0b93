// What the weights on the desk would change: boards, lines and verdict drawn at once, then confirmed by the server.
(function () {
  "use strict";

  const STEP = 20;
  const MOST_MOVERS = 3;
  const BEYOND = 4;

  const byId = (id) => document.getElementById(id);
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (twice) => (twice ? String(twice / 2) : "—");
  const read = (place) => {
    const [above, below = 1] = place ? place.split("/") : [0];
    return (2 * above) / below;
  };

  function setText(node, text) {
    if (node.textContent !== text) {
      node.textContent = text;
    }
  }

  // One division on the page: the board in force, which stays, and the rows of the board that is tried.
  function openBoard(beside, division, rows) {
    const before = Array.from(beside.querySelectorAll(".before tbody tr"), (row) => Number(row.dataset.row));
    return {
      division,
      before,
      body: beside.querySelector(".after tbody"),
      slots: Array.from(beside.querySelectorAll(".after tbody tr"), (row) =>
        Array.from(row.cells, (cell) => cell.firstElementChild)
      ),
      lines: Array.from(beside.querySelectorAll(".paths line")),
      at: new Int32Array(rows),
    };
  }

  function open(words) {
    let sheet = null;
    let race = null;
    let boards = [];
    let old = [];
    let isDrawn = false;

    // Reads anew what the server wrote into the page; nothing to weigh with where only the server can.
    function load() {
      const text = (byId("sheet") || { dataset: {} }).dataset.sheet;
      isDrawn = false;
      sheet = text ? JSON.parse(text) : null;
      race = sheet && window.ranking.open(sheet);
      old = sheet ? sheet.rows.map((row) => read(row.place)) : [];
      boards = sheet
        ? Array.from(document.querySelectorAll("#effect .beside"), (beside) =>
            openBoard(beside, sheet.divisions.indexOf(beside.dataset.division), sheet.rows.length)
          )
        : [];
    }

    function movement(index) {
      const now = race.twice(index);
      if (!now || !old[index]) {
        return now ? ["new", "·", words.new] : ["new", "·", words.none];
      }
      const by = (old[index] - now) / 2;
      if (!by) {
        return ["level", "—", words.level];
      }
      return by > 0 ? ["rise", "↑", words.rise + " " + by] : ["fall", "↓", words.fall + " " + -by];
    }

    function drawSlot([place, name, move, score, difference, sure], index) {
      const [how, arrow, said] = movement(index);
      const row = place.parentNode.parentNode;
      row.className = how === "rise" || how === "fall" ? "moved" : "";
      setText(place, number(race.twice(index)));
      place.parentNode.dataset.was = number(old[index]);
      setText(name, sheet.names[index]);
      name.parentNode.title = sheet.names[index];
      move.className = "move " + how;
      setText(move.firstElementChild, arrow);
      setText(move.lastChild, " " + said);
      setText(score, race.score(index) || "—");
      setText(difference, race.difference(index) || "—");
      setText(sure, sheet.intervals[index]);
    }

    function drawLine(line, row, board, index) {
      const by = race.twice(index) && old[index] ? old[index] - race.twice(index) : 0;
      const end = String(board.at[index] * STEP + STEP / 2);
      line.setAttribute("class", by > 0 ? "rise" : by < 0 ? "fall" : "level");
      if (line.getAttribute("y2") !== end) {
        line.setAttribute("y2", end);
      }
    }

    // Rows of a board that can be seen, and a few more: on a long board the others wait until they are.
    function visible(board) {
      const { top, height } = board.body.getBoundingClientRect();
      // On a phone a row takes two lines.
      const step = height / board.slots.length || STEP;
      const first = Math.floor(-top / step) - BEYOND;
      return [first, first + Math.ceil(window.innerHeight / step) + 2 * BEYOND];
    }

    function drawBoards() {
      const windows = boards.map(visible);
      boards.forEach((board, n) => {
        const [first, last] = windows[n];
        const order = race.order(board.division);
        const isSeen = (row) => row >= first && row <= last;
        for (let row = Math.max(first, 0); row < Math.min(order.length, last + 1); row += 1) {
          drawSlot(board.slots[row], order[row]);
        }
        order.forEach((index, row) => {
          board.at[index] = row;
        });
        board.before.forEach((index, row) => {
          if (isSeen(row) || isSeen(board.at[index])) {
            drawLine(board.lines[row], row, board, index);
          }
        });
      });
    }

    function movers() {
      const found = [];
      for (const board of boards) {
        for (const index of race.order(board.division)) {
          const now = race.twice(index);
          if (now && old[index] && now !== old[index]) {
            found.push(index);
          }
        }
      }
      const far = (index) => Math.abs(old[index] - race.twice(index));
      return found.sort((one, other) => far(other) - far(one));
    }

    function told(index) {
      const text = old[index] > race.twice(index) ? words.rose : words.fell;
      return filled(text, { unit: sheet.names[index], old: number(old[index]), new: number(race.twice(index)) });
    }

    // Who comes first in each division, where nobody had a place before.
    function leaders() {
      const rooms = boards
        .map((board) => ({ board, first: race.twice(race.order(board.division)[0]) }))
        .filter(({ first }) => first);
      return rooms.map(({ board, first }) => {
        const order = Array.from(race.order(board.division));
        const count = order.filter((index) => race.twice(index) === first).length;
        const sentence = filled(count > 1 ? words.lead : words.leads, { unit: sheet.names[order[0]], count });
        const division = sheet.titles[board.division];
        return rooms.length > 1 ? filled(words.within, { division, sentence }) : sentence;
      });
    }

    // The sentence, what goes on in it, and the lines under it.
    function firstVerdict() {
      const [lead, ...rest] = leaders();
      const ranked = sheet.rows.filter((_, index) => race.twice(index)).length;
      return lead ? [filled(words.ranked, { ranked }), lead, rest] : [words.unranked, "", []];
    }

    function movedVerdict() {
      const moved = movers();
      const total = boards.reduce((sum, board) => sum + board.before.length, 0);
      const sentence = filled(moved.length ? words.moved : words.still, { total, moved: moved.length });
      const rest = moved.slice(1, 1 + MOST_MOVERS).map(told);
      const more = moved.length - 1 - rest.length;
      const lines = more > 0 ? [...rest, filled(words.more, { count: more })] : rest;
      return [sentence, moved.length ? told(moved[0]) : "", lines];
    }

    function drawVerdict() {
      const [sentence, last, lines] = old.some(Boolean) ? movedVerdict() : firstVerdict();
      const first = Object.assign(document.createElement("span"), { textContent: last });
      byId("verdict-title").replaceChildren(sentence, first);
      byId("movers").replaceChildren(
        ...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text }))
      );
    }

    return {
      load,
      // Whether the browser can rank by itself; not by the office's order where units stand in another one.
      canRank: (ties) => race !== null && !(sheet.shuffled && ties === "sequential"),
      draw(weights, ties) {
        isDrawn = true;
        race.place(weights, ties);
        drawBoards();
        drawVerdict();
      },
      // Rows that come into sight on a long board.
      redraw: () => isDrawn && drawBoards(),
    };
  }

  window.trial = { open, filled };
})();
