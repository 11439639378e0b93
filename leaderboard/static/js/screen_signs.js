// What a screen says beside its board: how long until the next edition, how old what is shown is, notices, the time,
// night, and that its address opens no longer.
(function (wall) {
  "use strict";

  const IMMINENT_MS = 30000;
  const STALE_AFTER_MS = 600000;
  const MINUTE_MS = 60000;
  const FEW_LETTERS = 40;
  const MANY_LETTERS = 90;

  const body = document.body;
  const signs = document.getElementById("signs");
  const byId = (id) => document.getElementById(id);
  const { two } = wall.clock;

  function countdownWords(place, left) {
    const seconds = Math.max(Math.ceil(left / 1000), 0);
    const words = place.dataset;
    if (seconds <= 0) {
      return left > -IMMINENT_MS ? words.now : left > -STALE_AFTER_MS ? "" : words.stale;
    }
    if (seconds < 3600) {
      return words.soon.replace(/\{n\}/g, two(Math.floor(seconds / 60)) + ":" + two(seconds % 60));
    }
    if (seconds < 172800) {
      return words.hours.replace(/\{n\}/g, Math.floor(seconds / 3600));
    }
    return words.days.replace(/\{n\}/g, Math.floor(seconds / 86400));
  }

  // The next edition's month, day and time beside the board, and how long it is until then.
  function next(told) {
    const left = told ? Date.parse(told) - wall.clock.now() : NaN;
    wall.all("#countdown, .countdown").forEach((place) => {
      const words = isNaN(left) ? "" : countdownWords(place, left);
      wall.write(place, words && place.id ? " · " + words : words);
    });
    const instant = told ? told.slice(5, 10) + " " + told.slice(11, 16) : "";
    const place = byId("next");
    if (place) {
      wall.write(place, instant || place.dataset.none);
    }
    // Larger, in a scene: nothing is said there of an edition that is not to come.
    wall.all(".scene .next").forEach((large) => {
      large.hidden = !instant;
      wall.write(large.querySelector("b"), instant || large.querySelector("b").textContent);
    });
  }

  function lostWords(forMs) {
    const minutes = Math.floor(forMs / MINUTE_MS);
    if (minutes < 1) {
      return signs.dataset.lost;
    }
    if (minutes < 60) {
      return signs.dataset.lostMinutes.replace("{n}", minutes);
    }
    if (minutes < 2880) {
      return signs.dataset.lostHours.replace("{n}", Math.floor(minutes / 60));
    }
    return signs.dataset.lostDays.replace("{n}", Math.floor(minutes / 1440));
  }

  // The mark beside the instant of the figures, and in a ceremony's foot; `forMs` is null while the server answers.
  function lost(forMs) {
    wall.all(".lost").forEach((mark) => {
      mark.hidden = forMs === null;
      if (forMs !== null) {
        wall.write(mark, (mark.previousSibling ? " · " : "") + lostWords(forMs));
      }
    });
  }

  function isOver(notice) {
    const until = notice.until ? Date.parse(notice.until) : NaN;
    return !isNaN(until) && wall.clock.now() >= until;
  }

  function lengthOf(text) {
    return text.length > MANY_LETTERS ? "long" : text.length > FEW_LETTERS ? "some" : "short";
  }

  function notice(told) {
    const text = told && !isOver(told) ? told.text : "";
    wall.write(byId("notice"), text);
    body.dataset.notice = lengthOf(text);
    byId("notice").hidden = !text;
    body.classList.toggle("noticed", Boolean(text));
  }

  // What the glass is for at the moment: gone, night, ceremony, muted or the board.
  function mode(state, isGone, isOnStage) {
    if (isGone) {
      return "gone";
    }
    // A meeting may be held in the evening: whoever takes part is lit for it.
    if (isOnStage) {
      return "ceremony";
    }
    if (state && state.hours && !wall.clock.isWithin(state.hours.from, state.hours.to)) {
      return "blank";
    }
    return state && state.muted ? "muted" : "board";
  }

  function setMode(wanted) {
    if (body.dataset.mode !== wanted) {
      body.dataset.mode = wanted;
    }
    if (wanted === "muted") {
      wall.write(byId("time"), wall.clock.hourAndMinute());
    }
  }

  wall.signs = { next, lost, notice, mode, setMode };
})((window.wall = window.wall || {}));
