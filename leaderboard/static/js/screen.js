// A screen: asks what it is to show, takes over every new edition, and keeps the last good board whatever happens.
(function (wall) {
  "use strict";

  const LOST_AFTER = 2;
  const GONE_AFTER = 3;
  const NOT_AGAIN_WITHIN_MS = 600000;
  const NOT_AT_ONCE_MS = 30000;
  const SOON_MS = 120000;
  const LOAD_AGAIN_MS = 30000;
  const PARTS = ["clock", "asking", "round", "takeOver", "motion", "signs", "care"];

  // A page whose scripts did not all arrive cannot look after itself: loaded again once the server answers.
  if (!PARTS.every((part) => part in wall)) {
    const loadAgain = (answer) => answer.ok && location.reload();
    setInterval(() => fetch(location.href, { cache: "no-store" }).then(loadAgain, () => null), LOAD_AGAIN_MS);
    return;
  }

  const body = document.body;
  const board = document.getElementById("board");
  const stage = document.getElementById("stage");

  let state = null;
  let etag = null;
  let hash = body.dataset.hash;
  let onStage = "";
  let failures = 0;
  let failed = 0;
  let goneTimes = 0;
  let answeredAt = performance.now();
  let askedAt = performance.now();
  let wentWellAt = performance.now();
  let pause = 0;
  let timer = null;
  let isAsking = false;
  let loaded = null;
  let reloadAt = Infinity;

  // When the next edition is due, as the timetables stand now: written at the office's own time, or nothing.
  function dueTold() {
    return state ? (state.edition ? state.edition.next_due_at : state.due_at) : body.dataset.due;
  }

  function dueAt() {
    const told = dueTold();
    return told ? Date.parse(told) : NaN;
  }

  const numberShown = () => Number((board.querySelector(".top") || body).dataset.number) || null;
  const markOf = (told) => ({ look: told.look, build: told.build, reload: told.reload });

  // ---- following what is told -------------------------------------------------------------------------------------

  // The page as it was loaded serves until what it was made of changes, or someone at the desk asks for a new one.
  function lookForReload(told) {
    loaded = loaded || markOf(told);
    if (told.look !== loaded.look || told.reload > loaded.reload) {
      reloadAt = Math.min(reloadAt, performance.now());
    } else if (told.build !== loaded.build) {
      // While nodes of two versions answer in turn, one reload in ten minutes is enough; and not all screens at once.
      const earliest = performance.now() - wall.care.age() + NOT_AGAIN_WITHIN_MS;
      reloadAt = Math.min(reloadAt, Math.max(performance.now(), earliest) + Math.random() * NOT_AT_ONCE_MS);
    } else {
      reloadAt = Infinity;
    }
  }

  // From the first page of the round, so that the top of the table is what everyone sees moving.
  function takeEdition(part, drawn) {
    wall.round.arrange(true);
    const before = wall.motion.remember(board);
    wall.takeOver(board, part.body);
    hash = drawn;
    wall.round.arrange(true);
    wall.signs.next(dueTold());
    if (body.dataset.mode === "board") {
      wall.motion.play(board, before);
    }
  }

  async function followEdition(told) {
    const wanted = told.edition ? told.edition.hash : "";
    if (wanted === hash) {
      return;
    }
    const part = await wall.asking.askPart("/scenes", ".bottom");
    const drawn = part.querySelector(".top").dataset.hash || "";
    if (drawn === hash) {
      throw new Error("the edition is not drawn yet");
    }
    state = told;
    takeEdition(part, drawn);
  }

  // A ceremony shows one step after the other on top of the board; each is asked for when it is told, none before.
  async function followCeremony(told) {
    const wanted = told.ceremony ? told.ceremony.id + "/" + told.ceremony.step : "";
    if (wanted === onStage) {
      return;
    }
    if (wanted) {
      const part = await wall.asking.askPart("/ceremony", "body > *");
      const before = wall.motion.remember(stage);
      wall.takeOver(stage, part.body);
      onStage = wanted;
      setMode();
      wall.motion.play(stage, before);
    } else {
      onStage = "";
      setMode();
      stage.textContent = "";
    }
  }

  async function follow(told) {
    wall.clock.setZone(told.utc_offset);
    lookForReload(told);
    state = Object.assign({}, told, { edition: state ? state.edition : told.edition });
    wall.round.setPlaylist(told.playlist);
    wall.signs.notice(told.notice);
    setMode();
    await followEdition(told);
    await followCeremony(told);
    state = told;
  }

  function setMode() {
    wall.signs.setMode(wall.signs.mode(state, goneTimes >= GONE_AFTER, Boolean(onStage)));
  }

  // ---- asking -----------------------------------------------------------------------------------------------------

  async function ask() {
    const answer = await wall.asking.askState(etag);
    if (answer === "gone") {
      goneTimes += 1;
      throw new Error("gone");
    }
    goneTimes = 0;
    if (answer.state) {
      await follow(answer.state);
      etag = answer.etag;
    }
  }

  async function keepAsking() {
    if (isAsking) {
      return;
    }
    isAsking = true;
    clearTimeout(timer);
    try {
      await ask();
      failures = 0;
      answeredAt = performance.now();
    } catch (error) {
      failures += 1;
      failed += 1;
      goneTimes = error.message === "gone" ? goneTimes : 0;
    }
    isAsking = false;
    askedAt = performance.now();
    pause = wall.asking.pause(failures, dueAt(), Boolean(onStage));
    timer = setTimeout(keepAsking, pause);
    beat();
  }

  // ---- every second -----------------------------------------------------------------------------------------------

  function isCalm() {
    return !failures && !onStage && !(Math.abs(dueAt() - wall.clock.now()) < SOON_MS);
  }

  function tick() {
    setMode();
    if (body.dataset.mode === "board") {
      wall.round.tick();
    }
    wall.signs.next(dueTold());
    wall.signs.lost(failures >= LOST_AFTER ? performance.now() - answeredAt : null);
    wall.signs.notice(state && state.notice);
    wall.care.shift();
    if (!failures) {
      const scene = body.dataset.mode === "board" ? wall.round.scene() : body.dataset.mode;
      wall.care.report(numberShown(), scene, failed);
    }
    if (performance.now() >= reloadAt) {
      wall.care.reload();
    } else if (isCalm()) {
      wall.care.rest();
    }
  }

  // Whatever goes wrong in it, the asking and the watch go on: a better page may come.
  function beat() {
    try {
      tick();
      wentWellAt = performance.now();
    } catch (error) {
      failed += 1;
    }
    wall.care.watch(askedAt, pause, wentWellAt);
  }

  setInterval(beat, 1000);
  // Back in the network: at once, but not all at the same moment.
  window.addEventListener("online", () => setTimeout(keepAsking, Math.random() * 2000));
  keepAsking();
  wall.round.arrange(true);
  beat();
})((window.wall = window.wall || {}));
