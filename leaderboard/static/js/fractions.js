// Exact numbers in the browser: fractions of whole numbers, each with the double next to it.
(function () {
  "use strict";

  // What leaderboard/written.py takes for a number; what it refuses is none here either.
  const NUMBER = /^-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,8}|\/[0-9]{1,15})?%?$/;
  const ZERO = BigInt(0);
  const ONE = BigInt(1);
  const TWO = BigInt(2);
  const TEN = BigInt(10);

  // n over d, d above 0; x is the double.
  const fraction = (n, d) => ({ n, d, x: Number(n) / Number(d) });
  const NOTHING = fraction(ZERO, ONE);
  const UNIT = fraction(ONE, ONE);

  const plus = (a, b) =>
    a.d === b.d ? fraction(a.n + b.n, a.d) : fraction(a.n * b.d + b.n * a.d, a.d * b.d);
  const times = (a, b) => fraction(a.n * b.n, a.d * b.d);
  const over = (a, b) => fraction(a.n * b.d, a.d * b.n);
  const minus = (a, b) => plus(a, fraction(-b.n, b.d));

  // Below, at or above 0 as the first is less than, equal to or more than the second.
  function compared(a, b) {
    const left = a.n * b.d;
    const right = b.n * a.d;
    return left < right ? -1 : Number(left > right);
  }

  // "7" or "7/3", as the server writes exact numbers.
  function exact(text) {
    const parts = text.split("/");
    return fraction(BigInt(parts[0]), parts.length > 1 ? BigInt(parts[1]) : ONE);
  }

  // A number as people type it: 25, 12.5, 1,200, 1/3, of full width or not; null for anything else.
  function typed(text) {
    const plain = (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0);
    const tidy = text.normalize("NFC").replace(/[\uff01-\uff5e]/g, plain).replace(/\u3000/g, " ").trim();
    if (!NUMBER.test(tidy)) {
      return null;
    }
    const [above, below] = tidy.replace(/[,%]/g, "").split("/");
    const [whole, decimals = ""] = above.split(".");
    const d = below === undefined ? TEN ** BigInt(decimals.length) : BigInt(below);
    return d === ZERO ? null : fraction(BigInt(whole + decimals), d);
  }

  function shared(a, b) {
    while (b !== ZERO) {
      [a, b] = [b, a % b];
    }
    return a;
  }

  // Fractions as whole numbers over the least denominator they have in common.
  function levelled(fractions) {
    const below = fractions.reduce((all, one) => (all / shared(all, one.d)) * one.d, ONE);
    return { below, above: fractions.map((one) => one.n * (below / one.d)) };
  }

  // A fraction rounded to whole units of the last decimal, by its size: half up, down or up.
  function roundedOff(value, decimals, how) {
    const n = (value.n < ZERO ? -value.n : value.n) * TEN ** BigInt(decimals);
    if (how === "half_up") {
      return (TWO * n + value.d) / (TWO * value.d);
    }
    return how === "up" ? (n + value.d - ONE) / value.d : n / value.d;
  }

  // So many units of the last decimal as text: 9216 → 92.16; never "-0".
  function written(units, isNegative, decimals) {
    const digits = String(units).padStart(decimals + 1, "0");
    const sign = isNegative && /[1-9]/.test(digits) ? "-" : "";
    const whole = digits.slice(0, digits.length - decimals);
    return sign + whole + (decimals ? "." + digits.slice(digits.length - decimals) : "");
  }

  // A number with so many decimals: from its double where that is at least `hair` away from where the digits turn.
  function shown(x, hair, exactly, decimals, how) {
    const scale = Math.pow(10, decimals);
    const size = Math.abs(x) * scale;
    const turn = how === "half_up" ? 0.5 : 0;
    const from = Math.abs(size - Math.floor(size) - turn);
    if (size < 1e15 && hair * scale < Math.min(from, 1 - from)) {
      const units = how === "half_up" ? Math.round(size) : how === "up" ? Math.ceil(size) : Math.floor(size);
      return written(units, x < 0, decimals);
    }
    const value = exactly();
    return written(roundedOff(value, decimals, how), value.n < ZERO, decimals);
  }

  // Parts of a whole in the proportion of what they were, in grains; what is left goes where most was cut off.
  function parted(whole, parts, grain) {
    const sum = parts.reduce((total, part) => total + part, 0);
    const raw = parts.map((part) => (whole / grain) * (sum ? part / sum : 1 / parts.length));
    const found = raw.map((part) => Math.floor(part + 1e-9));
    const left = Math.round(whole / grain) - found.reduce((total, part) => total + part, 0);
    const order = raw.map((part, n) => n).sort((a, b) => raw[b] - found[b] - (raw[a] - found[a]));
    order.slice(0, Math.max(left, 0)).forEach((n) => {
      found[n] += 1;
    });
    return found;
  }

  window.fractions = {
    NOTHING, UNIT, fraction, plus, minus, times, over, compared, exact, typed, levelled, parted, shown, ZERO,
  };
})();
