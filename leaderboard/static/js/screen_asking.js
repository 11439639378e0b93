// Asking the server: never for ever, never believing an answer that is not ours, calmly, and quickly around the due instant.
(function (wall) {
  "use strict";

  const LONGEST_ANSWER_MS = 10000;
  const CALM_MS = 20000;
  const JITTER_MS = 5000;
  const BUSY_MS = 1000;
  const BUSY_BEFORE_MS = 3000;
  const BUSY_AFTER_MS = 30000;
  const RETRY_MS = 5000;
  const LONGEST_RETRY_MS = 300000;
  const RETRY_WHEN_DUE_MS = 15000;

  const base = location.pathname.replace(/\/$/, "");

  class NotOurs extends Error {}

  // Fetches and reads an answer whole within ten seconds; what hangs longer is let go.
  function fetchText(path, options) {
    const control = new AbortController();
    let timer;
    const patience = new Promise((_, reject) => {
      timer = setTimeout(() => {
        control.abort();
        reject(new Error("no answer"));
      }, LONGEST_ANSWER_MS);
    });
    const asked = fetch(path, Object.assign({ cache: "no-store", signal: control.signal }, options || {}));
    const read = asked.then((response) => response.text().then((text) => ({ response: response, text: text })));
    // Whichever comes second is not waited for; its failure is no news.
    read.catch(() => null);
    const done = () => clearTimeout(timer);
    const first = Promise.race([read, patience]);
    first.then(done, done);
    return first;
  }

  function stateIn(text) {
    let found = null;
    try {
      found = JSON.parse(text);
    } catch (error) {
      throw new NotOurs("not JSON");
    }
    if (!found || typeof found.build !== "string" || !Array.isArray(found.playlist) || !("edition" in found)) {
      throw new NotOurs("not a state");
    }
    return found;
  }

  // A state, or null where nothing changed; "gone" where the address opens no longer.
  async function askState(etag) {
    const options = { headers: etag ? { "If-None-Match": etag } : {} };
    const answer = await fetchText(base + "/state", options);
    const status = answer.response.status;
    if (status === 304 && etag) {
      wall.clock.hear(answer.response);
      return { state: null, etag: etag };
    }
    if (status === 404 && answer.text.trim() === "Not Found") {
      return "gone";
    }
    if (status !== 200) {
      throw new Error(String(status));
    }
    const state = stateIn(answer.text);
    wall.clock.hear(answer.response);
    return { state: state, etag: answer.response.headers.get("ETag") };
  }

  // A part of a page, complete or not at all: `last` is what its end has to hold.
  async function askPart(name, last) {
    const answer = await fetchText(base + name);
    const kind = answer.response.headers.get("Content-Type") || "";
    if (answer.response.status !== 200) {
      throw new Error(String(answer.response.status));
    }
    const part = new DOMParser().parseFromString(answer.text, "text/html");
    if (kind.indexOf("text/html") !== 0 || !part.querySelector(last) || !/<\/\w+>\s*$/.test(answer.text)) {
      throw new NotOurs(name);
    }
    return part;
  }

  // Scripts and styles of a page, asked for so that the browser has them when the page wants them.
  async function areThere(page) {
    const parts = Array.from(page.querySelectorAll("script[src], link[rel=stylesheet]"));
    const asked = parts.map((part) => fetchText(part.getAttribute("src") || part.getAttribute("href"), { cache: "default" }));
    return (await Promise.all(asked)).every((answer) => answer.response.status === 200);
  }

  // Whether the page would come, and all it needs: asked before every reload, so that none ends on a browser's error.
  async function isThere() {
    try {
      const answer = await fetchText(location.href);
      const isPage = answer.response.status === 200 && /id="board"[^]*<\/html>\s*$/.test(answer.text);
      return isPage && (await areThere(new DOMParser().parseFromString(answer.text, "text/html")));
    } catch (error) {
      return false;
    }
  }

  async function reload() {
    if (await isThere()) {
      location.reload();
      return true;
    }
    return false;
  }

  function untilBusy(dueAt) {
    const after = wall.clock.now() - dueAt;
    if (after >= -BUSY_BEFORE_MS && after <= BUSY_AFTER_MS) {
      return 0;
    }
    return after < 0 ? -after - BUSY_BEFORE_MS : Infinity;
  }

  // How long to wait before asking again.
  function pause(failures, dueAt, isCeremony) {
    const wait = untilBusy(dueAt);
    if (failures) {
      const longest = wait === 0 || isCeremony ? RETRY_WHEN_DUE_MS : LONGEST_RETRY_MS;
      // Not all at once when the server is back.
      return Math.min(RETRY_MS * Math.pow(2, failures - 1), longest) * (0.8 + 0.2 * Math.random());
    }
    if (isCeremony || wait === 0) {
      return BUSY_MS;
    }
    // Not all at the same instant before an edition: whoever asks once a second stays in step with the others.
    return Math.max(Math.min(CALM_MS + Math.random() * JITTER_MS, wait + Math.random() * BUSY_MS), BUSY_MS);
  }

  function tell(report) {
    const body = JSON.stringify(report);
    const headers = { "Content-Type": "application/json" };
    return fetchText(base + "/report", { method: "POST", headers: headers, body: body }).catch(() => null);
  }

  wall.asking = { askState, askPart, reload, pause, tell, LONGEST_ANSWER_MS, LONGEST_RETRY_MS };
})((window.wall = window.wall || {}));
