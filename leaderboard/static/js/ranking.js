// Places in the browser: the same places as the server's, by every rule for ties.
(function () {
  "use strict";

  const { compared } = window.fractions;
  // Scores are sorted by so many bits; what is no more than one step apart is compared exactly.
  const SCORE_BITS = 40;
  const KEY_BITS = 52;

  // Twice the place, so that it is whole where equals share the mean of the places they fill.
  function placeTwice(ties, before, size, number, offset) {
    switch (ties) {
      case "dense":
        return 2 * number + 2;
      case "modified":
        return 2 * (before + size);
      case "fractional":
        return 2 * before + size + 1;
      case "sequential":
        return 2 * (before + offset + 1);
      default:
        return 2 * before + 2;
    }
  }

  // Equal are only those whose very fractions and tie-breakers are; the office's order comes last.
  function settled(close, race) {
    const breaker = (index) => race.lines[index].row.breaker;
    const ahead = (one, other) =>
      compared(race.exactly(other), race.exactly(one)) || breaker(one) - breaker(other);
    const groups = [];
    for (const index of close.sort((one, other) => ahead(one, other) || one - other)) {
      const last = groups[groups.length - 1];
      if (last && ahead(last[0], index) === 0) {
        last.push(index);
      } else {
        groups.push([index]);
      }
    }
    return groups;
  }

  // Sorts one double a unit: how far from the top it is in the upper bits, which unit it is in the lower ones.
  function sorted(room, race) {
    const { keys, runners } = room;
    const bits = Math.ceil(Math.log2(runners.length + 1));
    const size = Math.pow(2, bits);
    const scale = Math.pow(2, Math.min(SCORE_BITS, KEY_BITS - bits)) / (2 * race.magnitude || 1);
    let count = 0;
    for (let n = 0; n < runners.length; n += 1) {
      const score = race.scores[runners[n]];
      if (!Number.isNaN(score)) {
        keys[count] = Math.floor((race.magnitude - score) * scale) * size + n;
        count += 1;
      }
    }
    const found = count === keys.length ? keys : keys.subarray(0, count);
    found.sort();
    return { found, size };
  }

  // Units from `start` to `stop` that doubles cannot tell apart: nearly always one alone.
  function placeRun(room, race, ties, start, stop, number, twice) {
    const { order } = room;
    if (stop - start === 1) {
      twice[order[start]] = placeTwice(ties, start, 1, number, 0);
      return number + 1;
    }
    let before = start;
    for (const group of settled(Array.from(order.subarray(start, stop)), race)) {
      group.forEach((index, offset) => {
        twice[index] = placeTwice(ties, before, group.length, number, offset);
        order[before + offset] = index;
      });
      before += group.length;
      number += 1;
    }
    return number;
  }

  function placeRoom(room, race, ties, twice) {
    const { found, size } = sorted(room, race);
    const { order, runners } = room;
    let start = 0;
    let number = 0;
    let former = 0;
    for (let n = 0; n < found.length; n += 1) {
      const step = Math.floor(found[n] / size);
      if (n && step - former > 1) {
        number = placeRun(room, race, ties, start, n, number, twice);
        start = n;
      }
      order[n] = runners[found[n] - step * size];
      former = step;
    }
    if (found.length) {
      placeRun(room, race, ties, start, found.length, number, twice);
    }
    if (found.length < order.length) {
      const without = room.all.filter((index) => !twice[index]);
      const last = [...without.filter(race.isScored), ...without.filter((index) => !race.isScored(index))];
      order.set(last, found.length);
    }
  }

  // A sheet opened for ranking: `place` ranks every division under weights by the names of their fields.
  function open(sheet) {
    const race = window.weighing.open(sheet);
    const twice = new Int32Array(race.lines.length);
    const rooms = sheet.divisions.map((_, number) => {
      const all = race.lines.filter((line) => line.row.division === number);
      const runners = all.filter((line) => line.row.competing && line.row.scored);
      const keys = new Float64Array(runners.length);
      return {
        all: all.map((line) => line.index),
        runners: Int32Array.from(runners, (line) => line.index),
        keys,
        order: new Int32Array(all.length),
      };
    });
    return {
      place(weights, ties) {
        race.weigh(weights);
        twice.fill(0);
        rooms.forEach((room) => placeRoom(room, race, ties, twice));
      },
      order: (division) => rooms[division].order,
      // Twice the place, 0 for none.
      twice: (index) => twice[index],
      score: race.shownScore,
      difference: race.shownDifference,
    };
  }

  window.ranking = { open };
})();
