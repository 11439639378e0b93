// A display: asks for the board, shows it scene by scene, moves rows when their order changes.
// ES2017 for television sets (Chromium 68): no optional chaining, no spread of objects, no flat().
(function () {
  "use strict";

  const SCENE_MS = 12000;
  const CALM_MS = 20000;
  const JITTER_MS = 5000;
  const BUSY_MS = 1000;
  const BUSY_BEFORE_MS = 3000;
  const BUSY_AFTER_MS = 30000;
  const STALE_AFTER_MS = 600000;
  const RETRY_MS = 5000;
  const LONGEST_RETRY_MS = 60000;
  const LOST_AFTER = 2;
  const MOVE_MS = 800;
  const MOVE_APART_MS = 40;
  const DAY_MS = 86400000;

  const body = document.body;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const wide = window.matchMedia("(min-aspect-ratio: 5/2)");
  const upright = window.matchMedia("(max-aspect-ratio: 1/1)");

  // Server time: what the page said when it was made, carried on by a clock that nobody can set.
  let offset = Number(body.dataset.now) - performance.now();
  let etag = null;
  let failures = 0;
  let scenes = [];
  let at = 0;
  let sceneSince = performance.now();
  const startedAt = performance.now();

  const byId = (id) => document.getElementById(id);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const serverNow = () => performance.now() + offset;
  const dueAt = () => (body.dataset.due ? Date.parse(body.dataset.due) : NaN);

  function setClock(response) {
    const told = Date.parse(response.headers.get("Date") || "");
    // The header counts whole seconds: only a real difference is worth a correction.
    if (!isNaN(told) && Math.abs(told + 500 - serverNow()) > 2000) {
      offset = told + 500 - performance.now();
    }
  }

  // ---- scenes -------------------------------------------------------------------------------------------------

  function pagesOf(rows, panes) {
    const most = (upright.matches ? 12 : 10) * panes;
    if (rows.length <= most) {
      return [rows];
    }
    const usual = rows.length > 20 || upright.matches ? most : 8 * panes;
    const step = usual - 3;
    const pages = [rows.slice(0, usual)];
    for (let from = usual; from < rows.length; from += step) {
      pages.push(rows.slice(0, 3).concat(rows.slice(from, from + step)));
    }
    return pages;
  }

  function makeScenes() {
    const found = [];
    let waiting = null;
    all(".division").forEach((division) => {
      const rows = all(".rows > .row", division);
      const small = rows.length <= 10;
      if (wide.matches && small) {
        // Two small divisions share a double-width wall.
        if (waiting) {
          waiting.shows.push({ division: division, rows: rows });
          waiting = null;
        } else {
          waiting = { shows: [{ division: division, rows: rows }], page: 1, pages: 1 };
          found.push(waiting);
        }
        return;
      }
      const pages = pagesOf(rows, wide.matches ? 2 : 1);
      pages.forEach((page, i) => {
        found.push({ shows: [{ division: division, rows: page }], page: i + 1, pages: pages.length });
      });
    });
    return found;
  }

  function show() {
    const scene = scenes[at];
    if (!scene) {
      return;
    }
    const paired = scene.shows.length > 1;
    const spread = wide.matches && !paired && scene.shows[0].rows.length > 1;
    body.classList.toggle("paired", paired);
    const longest = scene.shows.reduce((most, one) => Math.max(most, one.rows.length), 0);
    all(".division").forEach((division) => {
      const shown = scene.shows.find((one) => one.division === division);
      division.hidden = !shown;
      division.classList.toggle("spread", Boolean(shown && spread));
      if (shown) {
        showRows(division, shown.rows, spread ? Math.ceil(longest / 2) : longest, spread, scene.page > 1);
      }
    });
    byId("division-name").textContent = paired ? "" : scene.shows[0].division.dataset.name + " · ";
    const units = scene.shows.reduce((sum, one) => sum + all(".rows > .row", one.division).length, 0);
    const paging = byId("paging");
    paging.textContent = paging.dataset.words
      .replace("{page}", at + 1).replace("{pages}", scenes.length).replace("{units}", units);
  }

  function showRows(division, rows, high, spread, pinned) {
    const box = division.querySelector(".rows");
    all(".row", box).forEach((row) => {
      row.hidden = rows.indexOf(row) < 0;
      row.classList.remove("last-pinned");
    });
    if (pinned) {
      rows[2].classList.add("last-pinned");
    }
    // A short list keeps the measure of a long one instead of drifting apart.
    box.style.maxHeight = "calc(var(--u) * " + high * (upright.matches ? 11 : 8.4) + ")";
    box.classList.toggle("dense", high > 8);
    box.style.gridAutoFlow = spread ? "column" : "";
    box.style.gridTemplateRows = "repeat(" + high + ", minmax(0, 1fr))";
    const heads = division.querySelector(".heads");
    while (heads.children.length > 1) {
      heads.removeChild(heads.lastChild);
    }
    if (spread) {
      heads.appendChild(heads.firstElementChild.cloneNode(true));
    }
  }

  function arrange() {
    scenes = makeScenes();
    at = Math.min(at, Math.max(scenes.length - 1, 0));
    show();
  }

  function nextScene() {
    if (scenes.length > 1 && performance.now() - sceneSince >= SCENE_MS) {
      at = (at + 1) % scenes.length;
      sceneSince = performance.now();
      show();
    }
  }

  // ---- a new edition ------------------------------------------------------------------------------------------

  const visibleRows = () => all(".rows > .row").filter((row) => row.offsetParent !== null);
  const unitsIn = (rows) => rows.map((row) => row.dataset.unit).join(" ");

  function measure() {
    const found = new Map();
    visibleRows().forEach((row) => found.set(row, row.getBoundingClientRect()));
    return found;
  }

  function takeRows(division, fresh) {
    const box = division.querySelector(".rows");
    const known = new Map();
    all(".row", box).forEach((row) => known.set(row.dataset.unit, row));
    all(".rows > .row", fresh).forEach((row) => {
      const old = known.get(row.dataset.unit);
      known.delete(row.dataset.unit);
      if (old) {
        old.className = row.className;
        old.innerHTML = row.innerHTML;
      }
      box.appendChild(old || document.importNode(row, true));
    });
    known.forEach((row) => box.removeChild(row));
    [".strip", "h2", ".heads"].forEach((part) => {
      division.querySelector(part).innerHTML = fresh.querySelector(part).innerHTML;
    });
    // After a first edition there are movements to show.
    division.querySelector(".table").className = fresh.querySelector(".table").className;
  }

  function takeEdition(page) {
    const scoreOf = (row) => row.querySelector(".c-score").textContent.trim();
    const scores = new Map();
    all(".rows > .row").forEach((row) => scores.set(row, scoreOf(row)));
    const order = unitsIn(all(".rows > .row"));
    const before = measure();
    all(".division", page).forEach((fresh) => {
      takeRows(document.querySelector('.division[data-key="' + fresh.dataset.key + '"]'), fresh);
    });
    document.querySelector(".top").innerHTML = page.querySelector(".top").innerHTML;
    document.querySelector(".bottom").innerHTML = page.querySelector(".bottom").innerHTML;
    body.dataset.hash = page.body.dataset.hash;
    body.dataset.due = page.body.dataset.due;
    arrange();
    sceneSince = performance.now();
    if (order !== unitsIn(all(".rows > .row")) && !still.matches) {
      travel(before);
      visibleRows().forEach((row) => roll(row.querySelector(".c-score"), scores.get(row), scoreOf(row)));
    }
  }

  function travel(before) {
    visibleRows().forEach((row, i) => {
      const was = before.get(row);
      const is = row.getBoundingClientRect();
      const timing = { duration: MOVE_MS, delay: i * MOVE_APART_MS, easing: "ease-out", fill: "backwards" };
      if (!was) {
        row.animate([{ opacity: 0 }, { opacity: 1 }], timing);
      } else if (was.top !== is.top || was.left !== is.left) {
        const path = "translate(" + (was.left - is.left) + "px, " + (was.top - is.top) + "px)";
        row.animate([{ transform: path }, { transform: "none" }], timing);
      }
    });
  }

  function roll(cell, from, to) {
    const number = /^-?\d+(\.\d+)?$/;
    if (from === to || !number.test(from || "") || !number.test(to) || cell.children.length) {
      return;
    }
    const decimals = (to.split(".")[1] || "").length;
    const start = performance.now();
    (function step() {
      const part = Math.min((performance.now() - start) / MOVE_MS, 1);
      if (part < 1) {
        cell.textContent = (Number(from) + (Number(to) - Number(from)) * part).toFixed(decimals);
        requestAnimationFrame(step);
      } else {
        cell.textContent = to;
      }
    })();
  }

  // One way to draw a board: the page itself is asked for again and its parts are taken over.
  async function fetchEdition() {
    const response = await fetch(location.pathname, { cache: "no-store" });
    if (response.status === 404) {
      location.reload();
      return;
    }
    if (!response.ok) {
      throw new Error(String(response.status));
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const keys = (within) => all(".division", within).map((division) => division.dataset.key).join(" ");
    const script = (within) => within.querySelector("script[src]").getAttribute("src");
    if (page.body.dataset.hash === body.dataset.hash) {
      return;
    }
    if (keys(page) !== keys(document) || script(page) !== script(document) || !scenes.length) {
      location.reload();
      return;
    }
    takeEdition(page);
  }

  // ---- asking -------------------------------------------------------------------------------------------------

  function lost(isLost) {
    const mark = byId("lost");
    if (mark) {
      mark.hidden = !isLost;
    }
  }

  async function ask() {
    if (!body.dataset.hash) {
      // Before the first edition there is no board to ask for, only the page.
      await fetchEdition();
      return;
    }
    const headers = etag ? { "If-None-Match": etag } : {};
    const response = await fetch(body.dataset.board, { cache: "no-store", headers: headers });
    setClock(response);
    if (response.status === 200) {
      const board = await response.json();
      if (board.hash !== body.dataset.hash) {
        await fetchEdition();
      }
      etag = response.headers.get("ETag");
    } else if (response.status !== 304 && response.status !== 404) {
      throw new Error(String(response.status));
    }
  }

  function pause() {
    if (failures) {
      return Math.min(RETRY_MS * Math.pow(2, failures - 1), LONGEST_RETRY_MS);
    }
    return CALM_MS + Math.random() * JITTER_MS;
  }

  function busyPause() {
    const after = serverNow() - dueAt();
    if (after >= -BUSY_BEFORE_MS && after <= BUSY_AFTER_MS) {
      return BUSY_MS;
    }
    return after < 0 ? -after - BUSY_BEFORE_MS : Infinity;
  }

  async function keepAsking() {
    try {
      await ask();
      failures = 0;
    } catch (error) {
      failures += 1;
    }
    lost(failures >= LOST_AFTER);
    setTimeout(keepAsking, Math.min(pause(), Math.max(busyPause(), BUSY_MS)));
  }

  // ---- the clock on the glass ---------------------------------------------------------------------------------

  const two = (number) => (number < 10 ? "0" : "") + number;

  function countdown() {
    const place = byId("countdown");
    const left = dueAt() - serverNow();
    if (!place || isNaN(left)) {
      return;
    }
    const seconds = Math.max(Math.ceil(left / 1000), 0);
    let words = place.dataset.days.replace("{n}", Math.floor(seconds / 86400));
    if (seconds <= 0) {
      words = left > -BUSY_AFTER_MS ? place.dataset.now : left > -STALE_AFTER_MS ? "" : place.dataset.stale;
    } else if (seconds < 3600) {
      words = place.dataset.soon.replace("{n}", two(Math.floor(seconds / 60)) + ":" + two(seconds % 60));
    } else if (seconds < 172800) {
      words = place.dataset.hours.replace("{n}", Math.floor(seconds / 3600));
    }
    place.textContent = words ? " · " + words : "";
  }

  // Once a day, in the small hours, and only when the server answers: what a browser has piled up is let go.
  async function rest() {
    const hour = new Date(serverNow() + Number(body.dataset.offset) * 60000).getUTCHours();
    if (performance.now() - startedAt > DAY_MS * 0.75 && hour === 3 && failures === 0) {
      const response = await fetch(location.pathname, { cache: "no-store" }).catch(() => null);
      if (response && response.ok) {
        location.reload();
      }
    }
  }

  arrange();
  countdown();
  setInterval(nextScene, 250);
  setInterval(countdown, 1000);
  setInterval(rest, 1200000 + Math.random() * 600000);
  [wide, upright].forEach((query) => query.addListener(arrange));
  keepAsking();
})();
