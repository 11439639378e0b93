// Server time: told by the answers, carried on by a clock that nobody can set. The television's own is never asked.
// ES2017 for television sets (Chromium 68), as all scripts of screens: no optional chaining, no spread of objects.
(function (wall) {
  "use strict";

  const WORTH_CORRECTING_MS = 2000;
  const DAY_MINUTES = 1440;

  let ahead = Number(document.body.dataset.now) - performance.now();
  let east = Number(document.body.dataset.offset);

  const now = () => performance.now() + ahead;

  // A header counts whole seconds: only a real difference is worth a correction.
  function hear(response) {
    const told = Date.parse(response.headers.get("Date") || "");
    if (!isNaN(told) && Math.abs(told + 500 - now()) > WORTH_CORRECTING_MS) {
      ahead = told + 500 - performance.now();
    }
  }

  function setZone(minutes) {
    if (typeof minutes === "number") {
      east = minutes;
    }
  }

  // The office's clock on the wall, as a date whose UTC parts are to be read.
  const local = () => new Date(now() + east * 60000);

  function minuteOfDay() {
    const at = local();
    return at.getUTCHours() * 60 + at.getUTCMinutes();
  }

  function minuteIn(words) {
    const parts = String(words).split(":");
    return Number(parts[0]) * 60 + Number(parts[1]);
  }

  // Whether it is now between two times of the day; a span from 22:00 to 06:00 runs over midnight.
  function isWithin(from, to) {
    if (!from || !to) {
      return true;
    }
    const start = minuteIn(from);
    const since = (minuteOfDay() - start + DAY_MINUTES) % DAY_MINUTES;
    return since < (minuteIn(to) - start + DAY_MINUTES) % DAY_MINUTES;
  }

  const two = (number) => (number < 10 ? "0" : "") + number;
  const hourAndMinute = () => two(local().getUTCHours()) + ":" + two(local().getUTCMinutes());

  wall.clock = { now, hear, setZone, local, isWithin, hourAndMinute, two };
})((window.wall = window.wall || {}));
