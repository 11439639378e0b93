// Movement, only when what is shown changed: rows and runners travel to their places, bars grow, numbers roll.
(function (wall) {
  "use strict";

  const MOVE_MS = 800;
  const MOVE_APART_MS = 40;
  const MOST_MOVING = 60;
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
    const moving = travellers(box).map((row) => ({ row: row, was: before.get(row), is: row.getBoundingClientRect() }));
    const bars = moving.map((one) => inside(one.row, ".bar-fill").map((bar) => [bar, bar.getBoundingClientRect().width]));
    moving.forEach((one, i) => {
      const timing = { duration: MOVE_MS, delay: i * MOVE_APART_MS, easing: "ease-out", fill: "backwards" };
      travel(one, before, timing);
      if (one.was) {
        bars[i].forEach((pair, n) => grow(pair[0], one.was.bars[n], pair[1], timing));
        inside(one.row, ".c-score").forEach((cell, n) => roll(cell, one.was.numbers[n], timing.delay));
      }
    });
  }

  function travel(one, before, timing) {
    if (!one.was) {
      one.row.animate([{ opacity: 0 }, { opacity: 1 }], timing);
      return;
    }
    // What stands in a row that travels is carried by it: only its own way is left to go.
    const carrier = one.row.parentElement.closest("[data-unit]");
    const way = carrier && before.get(carrier) ? wayOf(before.get(carrier).box, carrier.getBoundingClientRect()) : [0, 0];
    const own = wayOf(one.was.box, one.is);
    const x = own[0] - way[0];
    const y = own[1] - way[1];
    if (Math.abs(x) >= 1 || Math.abs(y) >= 1) {
      one.row.animate([{ transform: "translate(" + x + "px, " + y + "px)" }, { transform: "none" }], timing);
    }
  }

  const wayOf = (was, is) => [was.left - is.left, was.top - is.top];

  function grow(bar, was, is, timing) {
    if (was && is && Math.abs(was - is) >= 1) {
      bar.animate([{ transform: "scaleX(" + was / is + ")" }, { transform: "none" }], timing);
    }
  }

  // A number counts to its new value, slowly enough for a weak machine; another edition in between stops it.
  function roll(cell, from, delay) {
    const to = cell.textContent.trim();
    if (from === to || !NUMBER.test(from || "") || !NUMBER.test(to) || cell.children.length) {
      return;
    }
    const decimals = (to.split(".")[1] || "").length;
    const start = performance.now() + delay;
    let shown = to;
    (function step() {
      const part = Math.min(Math.max((performance.now() - start) / MOVE_MS, 0), 1);
      if (cell.textContent.trim() !== shown) {
        return;
      }
      shown = part < 1 ? (Number(from) + (Number(to) - Number(from)) * part).toFixed(decimals) : to;
      cell.textContent = shown;
      if (part < 1) {
        setTimeout(step, ROLL_EVERY_MS);
      }
    })();
  }

  wall.motion = { remember, play };
})((window.wall = window.wall || {}));
