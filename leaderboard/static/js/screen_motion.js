// Movement, only when what is shown changed: rows and runners travel to their places, bars grow, numbers roll.
(function (wall) {
  "use strict";

  const MOVE_MS = 800;
  const MOVE_APART_MS = 40;
  const MOST_MOVING = 60;
  const MOST_STEPS = 64;
  const ROLL_EVERY_MS = 66;
  const NUMBER = /^-?\d+(\.\d+)?$/;

  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const isSeen = (element) => element.getClientRects().length > 0;

  // What may travel: rows and what stands for a unit elsewhere, each with a name that outlives an edition.
  function travellers(box) {
    return wall.all("[data-unit]", box).filter(isSeen).slice(0, MOST_MOVING);
  }

  const inside = (row, selector) => wall.all(selector, row).filter(isSeen);

  // Where everything stands before the change, and what its numbers say.
  function remember(box) {
    const found = new Map();
    if (!still.matches) {
      travellers(box).forEach((row) => {
        found.set(row, {
          box: row.getBoundingClientRect(),
          bars: inside(row, ".bar-fill").map((bar) => bar.getBoundingClientRect().width),
          numbers: inside(row, ".c-score").map((cell) => cell.textContent.trim()),
        });
      });
    }
    return found;
  }

  // All is measured before anything moves: one layout for the whole of it.
  function play(box, before) {
    if (still.matches) {
      return;
    }
    const moving = travellers(box).map((row) => ({
      row: row,
      was: before.get(row),
      is: row.getBoundingClientRect(),
      bars: inside(row, ".bar-fill").map((bar) => [bar, bar.getBoundingClientRect().width]),
      numbers: inside(row, ".c-score").map((cell) => [cell, cell.textContent.trim()]),
    }));
    const places = new Map(moving.map((one) => [one.row, one]));
    moving.forEach((one, i) => {
      const timing = { duration: MOVE_MS, delay: i * MOVE_APART_MS, easing: "ease-out", fill: "backwards" };
      travel(one, places, timing);
      if (one.was) {
        one.bars.forEach((pair, n) => grow(pair[0], one.was.bars[n], pair[1], timing));
        one.numbers.forEach((pair, n) => roll(pair[0], one.was.numbers[n], pair[1], timing.delay));
      }
    });
    count();
  }

  function travel(one, places, timing) {
    if (!one.was) {
      one.row.animate([{ opacity: 0 }, { opacity: 1 }], timing);
      return;
    }
    // What stands in a row that travels is carried by it: only its own way is left to go.
    const carrier = places.get(one.row.parentElement.closest("[data-unit]"));
    const way = carrier && carrier.was ? wayOf(carrier.was.box, carrier.is) : [0, 0];
    const own = wayOf(one.was.box, one.is);
    const x = own[0] - way[0];
    const y = own[1] - way[1];
    if (Math.abs(x) >= 1 || Math.abs(y) >= 1) {
      one.row.animate(stepsOf(x, y), Object.assign({}, timing, { easing: "linear" }));
    }
  }

  // Slowing down as ease-out does, by whole pixels: what is written stays sharp, and where there is no graphics card a
  // row is copied from frame to frame instead of being mixed anew.
  function stepsOf(x, y) {
    const count = Math.min(MOST_STEPS, Math.ceil(Math.max(Math.abs(x), Math.abs(y))));
    const stands = [];
    for (let i = 0; i <= count; i += 1) {
      const left = Math.pow(1 - i / count, 1.8);
      stands.push("translate(" + Math.round(x * left) + "px, " + Math.round(y * left) + "px)");
    }
    return { transform: stands, easing: "steps(1, end)" };
  }

  const wayOf = (was, is) => [was.left - is.left, was.top - is.top];

  function grow(bar, was, is, timing) {
    if (was && is && Math.abs(was - is) >= 1) {
      bar.animate([{ transform: "scaleX(" + was / is + ")" }, { transform: "none" }], timing);
    }
  }

  // ---- numbers ----------------------------------------------------------------------------------------------------

  let rolling = [];
  let beat = null;

  // A number counts to its new value; another edition in between stops it.
  function roll(cell, from, to, delay) {
    if (from !== to && NUMBER.test(from || "") && NUMBER.test(to) && !cell.children.length) {
      const decimals = (to.split(".")[1] || "").length;
      rolling.push({ cell: cell, from: Number(from), to: to, decimals: decimals, start: performance.now() + delay, shown: to });
    }
  }

  // All in one beat, slow enough for a weak machine: the page is drawn anew once for all of them, and in between rows
  // travel without it.
  function count() {
    clearTimeout(beat);
    const now = performance.now();
    rolling = rolling.filter((one) => one.cell.textContent.trim() === one.shown);
    rolling.forEach((one) => {
      const part = Math.min(Math.max((now - one.start) / MOVE_MS, 0), 1);
      const value = part < 1 ? (one.from + (Number(one.to) - one.from) * part).toFixed(one.decimals) : one.to;
      if (value !== one.shown) {
        one.cell.firstChild.nodeValue = one.shown = value;
      }
    });
    rolling = rolling.filter((one) => now - one.start < MOVE_MS);
    beat = rolling.length ? setTimeout(count, ROLL_EVERY_MS) : null;
  }

  wall.motion = { remember, play };
})((window.wall = window.wall || {}));
