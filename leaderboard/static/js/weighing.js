// Scores of a season under any weights, in the browser: as doubles, and exactly wherever doubles leave a doubt.
// The sheet comes from boards/worksheet.py: score = Σ weight × share × raised + points, between the score's limits.
(function () {
  "use strict";

  const { NOTHING, UNIT, ZERO, fraction, plus, minus, times, over, compared, exact, levelled, shown } =
    window.fractions;
  // Doubles are trusted down to this share of the largest score there can be.
  const HAIR = 1e-12;

  function openedLine(row, index) {
    const worth = (pair) => pair && pair.map(exact);
    return {
      index,
      row,
      shares: row.shares.map(exact),
      points: exact(row.points || "0"),
      given: row.given || [],
      left: row.left || [],
      bent: (row.bent || []).map((bend) => ({
        at: bend.at,
        times: exact(bend.times),
        worth: worth(bend.worth),
        limits: bend.limits.map((pair) => pair.map(worth)),
      })),
      level: null,
    };
  }

  // A set of weights as doubles and, once it is asked for, as whole numbers over one denominator.
  function weighed(weights) {
    const x = weights.map((one) => one.x);
    return { weights, x, total: x.reduce((sum, one) => sum + one, 0), level: null };
  }

  const worthAt = (worth, weight) => plus(times(worth[0], weight), worth[1]);

  // Points of a cell that least or most points bend, exactly.
  function bentPoints(bend, weight) {
    let points = worthAt(bend.worth, weight);
    for (const [least, most] of bend.limits) {
      if (most && compared(points, worthAt(most, weight)) > 0) {
        points = worthAt(most, weight);
      }
      if (least && compared(points, worthAt(least, weight)) < 0) {
        points = worthAt(least, weight);
      }
    }
    return times(points, bend.times);
  }

  function bentDouble(bend, weight) {
    const at = (worth) => worth[0].x * weight + worth[1].x;
    let points = at(bend.worth);
    for (const [least, most] of bend.limits) {
      points = most ? Math.min(points, at(most)) : points;
      points = least ? Math.max(points, at(least)) : points;
    }
    return points * bend.times.x;
  }

  // The largest share of a weight and the most points besides that any cell of a sheet can give.
  function bounds(lines, limits) {
    let share = 0;
    let points = limits.reduce((most, limit) => Math.max(most, Math.abs(limit.x)), 0);
    for (const line of lines) {
      let added = Math.abs(line.points.x);
      for (const bend of line.bent) {
        for (const worth of [bend.worth, ...bend.limits.flat()].filter(Boolean)) {
          share = Math.max(share, Math.abs(worth[0].x * bend.times.x));
          added += Math.abs(worth[1].x * bend.times.x);
        }
      }
      points = Math.max(points, added);
      share = line.shares.reduce((most, one) => Math.max(most, Math.abs(one.x)), share);
    }
    return { share, points };
  }

  // The factor by which weights that remain take up those given away; null where none remains.
  function raised(line, set) {
    if (!line.given.some((n) => set.x[n])) {
      return UNIT;
    }
    const add = (numbers) => numbers.reduce((sum, n) => plus(sum, set.weights[n]), NOTHING);
    const gone = [...line.given, ...line.left];
    const kept = add([...set.x.keys()].filter((n) => !gone.includes(n)));
    return kept.n === ZERO ? null : over(plus(kept, add(line.given)), kept);
  }

  function weightSets(sheet, weights) {
    const found = (set) => (name) =>
      name === null ? NOTHING : set.fields ? weights[name] : exact(name);
    return sheet.sets.map((set) => weighed((set.fields || set.fixed).map(found(set))));
  }

  // A sheet opened for weighing: `weigh` scores every unit anew, the rest tells what came of it.
  function open(sheet) {
    const lines = sheet.rows.map(openedLine);
    const most = sheet.most && exact(sheet.most);
    const least = sheet.least && exact(sheet.least);
    const limits = [most, least].filter(Boolean);
    const isOdd = (line) =>
      limits.length > 0 || line.given.length > 0 || line.bent.length > 0 || Boolean(line.row.points);
    const odd = lines.filter(isOdd);
    const columns = (lines.length ? lines[0].shares : []).map((_, n) =>
      Float64Array.from(lines, (line) => line.shares[n].x)
    );
    const setOf = Uint16Array.from(sheet.rows, (row) => row.set);
    const before = sheet.rows.map((row) => row.score && exact(row.score));
    const bound = bounds(lines, limits);
    const scores = new Float64Array(lines.length);
    const self = { lines, scores, magnitude: 0, weigh, exactly, isScored, shownScore, shownDifference };
    let sets = [];
    let known = new Map();

    function weigh(weights) {
      sets = weightSets(sheet, weights);
      self.magnitude = Math.max(...sets.map((set) => set.total)) * bound.share + bound.points;
      known = new Map();
      scores.fill(0);
      columns.forEach(sets.length === 1 ? addColumn : addBySet);
      for (const line of odd) {
        scores[line.index] = oddScore(line);
      }
    }

    function addColumn(column, n) {
      const weight = sets[0].x[n];
      for (let u = 0; u < scores.length; u += 1) {
        scores[u] += weight * column[u];
      }
    }

    function addBySet(column, n) {
      for (let u = 0; u < scores.length; u += 1) {
        scores[u] += sets[setOf[u]].x[n] * column[u];
      }
    }

    function oddScore(line) {
      const set = sets[line.row.set];
      const factor = raised(line, set);
      if (!factor) {
        return NaN;
      }
      let score = scores[line.index] * factor.x + line.points.x;
      for (const bend of line.bent) {
        score += bentDouble(bend, set.x[bend.at] * factor.x);
      }
      score = most ? Math.min(score, most.x) : score;
      return least ? Math.max(score, least.x) : score;
    }

    function exactScore(line) {
      const set = sets[line.row.set];
      set.level = set.level || levelled(set.weights);
      line.level = line.level || levelled(line.shares);
      const above = set.level.above.reduce((sum, weight, n) => sum + weight * line.level.above[n], ZERO);
      const straight = fraction(above, set.level.below * line.level.below);
      return isOdd(line) ? exactOdd(line, set, straight) : straight;
    }

    function exactOdd(line, set, straight) {
      const factor = raised(line, set);
      let score = plus(times(straight, factor), line.points);
      for (const bend of line.bent) {
        score = plus(score, bentPoints(bend, times(set.weights[bend.at], factor)));
      }
      score = most && compared(score, most) > 0 ? most : score;
      return least && compared(score, least) < 0 ? least : score;
    }

    function exactly(index) {
      if (!known.has(index)) {
        known.set(index, exactScore(lines[index]));
      }
      return known.get(index);
    }

    // Not where a rule leaves a unit without a score, nor where all its weight was to be given away.
    function isScored(index) {
      return lines[index].row.scored && !Number.isNaN(scores[index]);
    }

    function shownScore(index) {
      const hair = self.magnitude * HAIR;
      const score = () => exactly(index);
      return isScored(index) ? shown(scores[index], hair, score, sheet.decimals, sheet.rounding) : null;
    }

    // Against the score under the rules in force, signed.
    function shownDifference(index) {
      const old = before[index];
      if (!old || !isScored(index)) {
        return null;
      }
      const gap = scores[index] - old.x;
      const hair = (self.magnitude + Math.abs(old.x)) * HAIR;
      const text = shown(gap, hair, () => minus(exactly(index), old), sheet.decimals, "half_up");
      return gap > 0 && /[1-9]/.test(text) ? "+" + text : text;
    }

    return self;
  }

  window.weighing = { open };
})();
