// Weeks without a hand: what is told of the screen, what is watched over, rest at night, and care for the glass.
(function (wall) {
  "use strict";

  const REPORT_MS = 60000;
  const SILENT_MS = 180000;
  const TRY_AGAIN_MS = 60000;
  const RESTED_MS = 12 * 3600000;
  const REST_HOUR = 3;
  // Not all at once, and with a quarter of an hour left to try again.
  const REST_MINUTES = 45;
  const SHIFT_MS = 240000;
  const HOUR_MS = 3600000;
  const SHIFTS = [[0, 0], [2, 0], [3, 2], [2, 3], [0, 3], [-2, 2], [-3, 0], [-2, -2], [0, -3], [2, -2]];

  const startedAt = performance.now();
  const restMinute = Math.floor(Math.random() * REST_MINUTES);
  const age = () => performance.now() - startedAt;

  // ---- telling ----------------------------------------------------------------------------------------------------

  let told = "";
  let toldAt = -Infinity;

  function engine() {
    const known = /(?:Chrome|Firefox|Version)\/[\d.]+/.exec(navigator.userAgent);
    const device = /Tizen [\d.]+|Web0S|webOS|Windows NT [\d.]+|Android [\d.]+|Linux/.exec(navigator.userAgent);
    return [known && known[0], device && device[0]].filter(Boolean).join(" ").slice(0, 60);
  }

  // Once a minute, and when something changed that someone at the desk would want to see.
  function report(edition, scene, failures) {
    const ratio = window.devicePixelRatio || 1;
    const found = {
      edition: edition,
      scene: scene,
      width: Math.round(window.innerWidth * ratio),
      height: Math.round(window.innerHeight * ratio),
      engine: engine(),
      failures: failures,
    };
    // Scenes come and go all the time: that alone is no news, that the board gave way to something else is.
    const kind = document.body.dataset.mode;
    const news = [edition, kind, found.width, found.height].join();
    if (news !== told || performance.now() - toldAt >= REPORT_MS) {
      told = news;
      toldAt = performance.now();
      wall.asking.tell(found);
    }
  }

  // ---- reloading --------------------------------------------------------------------------------------------------

  let isTrying = false;
  let triedAt = -Infinity;

  // Only after the page itself was asked for and came; otherwise again in a minute.
  async function reload() {
    if (isTrying || performance.now() - triedAt < TRY_AGAIN_MS) {
      return;
    }
    isTrying = true;
    triedAt = performance.now();
    await wall.asking.reload();
    isTrying = false;
  }

  // Once a day in the small hours what a browser has piled up is let go.
  function rest() {
    const at = wall.clock.local();
    if (age() > RESTED_MS && at.getUTCHours() === REST_HOUR && at.getUTCMinutes() >= restMinute) {
      reload();
    }
  }

  // ---- watching over ----------------------------------------------------------------------------------------------

  let framedAt = performance.now();
  let isFrameDue = false;

  function watchFrames() {
    if (document.hidden) {
      framedAt = performance.now();
    } else if (!isFrameDue) {
      isFrameDue = true;
      requestAnimationFrame(() => {
        isFrameDue = false;
        framedAt = performance.now();
      });
    }
  }

  // For three minutes no frame, no second that went well, or, beyond the pause, no asking that came to an end: stuck.
  function watch(askedAt, pause, wentWellAt) {
    watchFrames();
    const now = performance.now();
    if (now - askedAt > SILENT_MS + pause || now - Math.min(framedAt, wentWellAt) > SILENT_MS) {
      reload();
    }
  }

  // ---- the glass --------------------------------------------------------------------------------------------------

  let shiftedTo = -1;

  // By the server's clock, so that all screens of a wall move together; nothing stands at one place for hours.
  function shift() {
    const turn = Math.floor(wall.clock.now() / SHIFT_MS);
    if (turn === shiftedTo) {
      return;
    }
    shiftedTo = turn;
    const board = document.getElementById("board");
    const by = SHIFTS[turn % SHIFTS.length];
    board.style.left = by[0] + "px";
    board.style.top = by[1] + "px";
    document.body.classList.toggle("swapped", Math.floor(wall.clock.now() / HOUR_MS) % 2 === 1);
  }

  wall.care = { report, reload, rest, watch, shift, age };
})((window.wall = window.wall || {}));
