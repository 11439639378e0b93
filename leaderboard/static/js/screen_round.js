// The round: which scene stands on the glass, which of its pages, and for how long.
(function (wall) {
  "use strict";

  const MOST_ROWS = 10;
  const MOST_ROWS_UPRIGHT = 12;
  const USUAL_ROWS = 8;
  const MANY_ROWS = 20;
  const LEAST_SPREAD = 4;
  const PINNED = 3;
  const USUAL_SECONDS = 12;

  const wide = window.matchMedia("(min-aspect-ratio: 5/2)");
  const upright = window.matchMedia("(max-aspect-ratio: 1/1)");
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const board = document.getElementById("board");

  let playlist = [];
  let round = [];
  let at = 0;
  let since = performance.now();
  let active = "";

  const rowsOf = (section) => all(".rows > .row", section);
  const isSpreadable = (section) => Boolean(section.querySelector(".heads"));

  // The same rule as boards/scene_pages.py, with twice the rows where a list stands in two columns.
  function pagesOf(rows, panes, pinned) {
    const most = (upright.matches ? MOST_ROWS_UPRIGHT : MOST_ROWS) * panes;
    if (rows.length <= most) {
      return [rows];
    }
    const usual = rows.length > MANY_ROWS || upright.matches ? most : USUAL_ROWS * panes;
    const step = usual - pinned;
    const pages = [rows.slice(0, usual)];
    for (let from = usual; from < rows.length; from += step) {
      pages.push(rows.slice(0, pinned).concat(rows.slice(from, from + step)));
    }
    return pages;
  }

  function pinnedIn(section) {
    const told = section.querySelector(".rows").dataset.pinned;
    return told === undefined ? PINNED : Number(told);
  }

  const stepOf = (shows, seconds) => ({ shows: shows, seconds: seconds });

  function stepsOf(section, seconds) {
    const rows = rowsOf(section);
    if (!rows.length) {
      return [stepOf([{ section: section, rows: rows, page: 0 }], seconds)];
    }
    const panes = wide.matches && isSpreadable(section) ? 2 : 1;
    const pages = pagesOf(rows, panes, pinnedIn(section));
    return pages.map((page, i) => stepOf([{ section: section, rows: page, page: i }], seconds));
  }

  // Two small divisions share a double-width wall.
  function stepsOfKind(sections, seconds) {
    const found = [];
    let waiting = null;
    sections.forEach((section) => {
      const rows = rowsOf(section);
      const isSmall = rows.length > 0 && rows.length <= MOST_ROWS && isSpreadable(section);
      if (wide.matches && isSmall && waiting) {
        waiting.shows.push({ section: section, rows: rows, page: 0 });
        waiting = null;
      } else {
        const steps = stepsOf(section, seconds);
        waiting = wide.matches && isSmall ? steps[0] : waiting;
        found.push.apply(found, steps);
      }
    });
    return found;
  }

  const activeEntries = () => playlist.filter((entry) => wall.clock.isWithin(entry.from, entry.to));

  function makeRound() {
    const sections = all(".scene", board);
    const ofKind = (kind) => sections.filter((section) => section.dataset.scene === kind);
    const entries = activeEntries();
    active = entries.map((entry) => playlist.indexOf(entry)).join();
    let found = [];
    entries.forEach((entry) => {
      found = found.concat(stepsOfKind(ofKind(entry.scene), entry.seconds || USUAL_SECONDS));
    });
    if (!found.length) {
      // Whatever the playlist says, something is shown.
      all(".scene", board).forEach((section) => {
        found = found.concat(stepsOfKind([section], USUAL_SECONDS));
      });
    }
    return found;
  }

  function show() {
    const step = round[at];
    if (!step) {
      return;
    }
    const isPaired = step.shows.length > 1;
    const first = step.shows[0];
    // Two and one would leave a hole.
    const isSpread =
      wide.matches && !isPaired && first.rows.length >= LEAST_SPREAD && isSpreadable(first.section);
    document.body.classList.toggle("paired", isPaired);
    document.body.dataset.scene = first.section.dataset.scene;
    const longest = step.shows.reduce((most, one) => Math.max(most, one.rows.length), 0);
    all(".scene", board).forEach((section) => {
      const shown = step.shows.find((one) => one.section === section);
      section.hidden = !shown;
      section.classList.toggle("spread", Boolean(shown) && isSpread);
      if (shown && shown.rows.length) {
        showRows(shown, isSpread ? Math.ceil(longest / 2) : longest, isSpread);
      }
    });
    label(step);
  }

  function showRows(shown, high, isSpread) {
    const box = shown.section.querySelector(".rows");
    const pinned = pinnedIn(shown.section);
    rowsOf(shown.section).forEach((row) => {
      row.hidden = shown.rows.indexOf(row) < 0;
      row.classList.remove("last-pinned");
    });
    if (shown.page > 0 && pinned > 0) {
      shown.rows[pinned - 1].classList.add("last-pinned");
    }
    // A short list keeps the measure of a long one instead of drifting apart.
    box.style.maxHeight = "calc(var(--u) * " + high * (upright.matches ? 13.6 : 9.4) + ")";
    box.style.setProperty("--high", high);
    box.classList.toggle("dense", high > 8);
    box.style.gridAutoFlow = isSpread ? "column" : "";
    box.style.gridTemplateRows = "repeat(" + high + ", minmax(0, 1fr))";
    spreadHeads(shown.section.querySelector(".heads"), isSpread);
  }

  function spreadHeads(heads, isSpread) {
    if (!heads) {
      return;
    }
    while (heads.children.length > 1) {
      heads.removeChild(heads.lastChild);
    }
    if (isSpread) {
      heads.appendChild(heads.firstElementChild.cloneNode(true));
    }
  }

  function label(step) {
    const name = document.getElementById("division-name");
    const paging = document.getElementById("paging");
    const said = step.shows.length > 1 ? "" : step.shows[0].section.dataset.name || "";
    const units = step.shows.reduce((sum, one) => sum + rowsOf(one.section).length, 0);
    wall.write(name, said ? said + " · " : "");
    if (paging) {
      const told = step.shows[0].section.dataset.words || paging.dataset.words;
      const words = units ? told : told.split(" · ")[0];
      const counts = { "{page}": at + 1, "{pages}": round.length, "{units}": units };
      wall.write(paging, words.replace(/\{\w+\}/g, (key) => counts[key]));
    }
  }

  // Made anew where the playlist, the hours, the edition or the glass changed; what stands there stays where it can.
  function arrange(fromTheStart) {
    const before = round[at] && round[at].shows[0];
    round = makeRound();
    const same = round.findIndex(
      (step) => before && step.shows[0].section === before.section && step.shows[0].page === before.page,
    );
    at = fromTheStart || same < 0 ? 0 : same;
    if (fromTheStart || same < 0) {
      since = performance.now();
    }
    show();
  }

  function setPlaylist(entries) {
    if (JSON.stringify(entries) !== JSON.stringify(playlist)) {
      playlist = entries;
      arrange(false);
    }
  }

  function tick() {
    const entries = activeEntries().map((entry) => playlist.indexOf(entry)).join();
    if (entries !== active) {
      arrange(false);
    } else if (round.length > 1 && performance.now() - since >= round[at].seconds * 1000) {
      at = (at + 1) % round.length;
      since = performance.now();
      show();
    }
  }

  [wide, upright].forEach((query) => query.addListener(() => arrange(false)));

  wall.all = all;
  wall.write = (place, words) => {
    if (place && place.textContent !== words) {
      place.textContent = words;
    }
  };
  wall.round = { arrange, setPlaylist, tick, scene: () => document.body.dataset.scene || "", size: () => round.length };
})((window.wall = window.wall || {}));
