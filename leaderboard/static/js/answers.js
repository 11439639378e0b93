// The server's word on the weights as typed: asked after a pause, one question at a time, the last one counts.
(function () {
  "use strict";

  const byId = (id) => document.getElementById(id);

  // `told` hears "confirming", "refused", "offline" or "ended"; `taken` is given the page whose boards were put into this
  // one, and says what is to be told of them.
  function open(desk, told, taken) {
    let asked = 0;
    let stop = null;

    async function post(address, more) {
      if (stop) {
        stop.abort();
      }
      stop = new AbortController();
      const body = new FormData(desk);
      Object.keys(more).forEach((name) => body.set(name, more[name]));
      return fetch(address, { method: "POST", body, redirect: "manual", signal: stop.signal });
    }

    function take(text) {
      const page = new DOMParser().parseFromString(text, "text/html");
      const former = byId("other") ? byId("other").textContent : "";
      for (const id of ["effect", "verdict", "blind"]) {
        const fresh = page.getElementById(id);
        const stale = byId(id);
        if (fresh && stale) {
          stale.replaceChildren(...fresh.childNodes);
          stale.classList.remove("is-stale");
        }
      }
      if (byId("other") && !byId("other").textContent) {
        byId("other").textContent = former;
        byId("other").classList.add("is-stale");
      }
      return taken(page);
    }

    // The same change at the other time, in the last edition or today, once the weights have come to rest.
    async function askOther(mine) {
      const answer = await post(desk.dataset.other, {});
      if (answer.ok && mine === asked) {
        const { sentence } = await answer.json();
        byId("other").textContent = sentence;
        byId("other").classList.remove("is-stale");
      }
    }

    async function ask(address) {
      asked += 1;
      const mine = asked;
      told("confirming");
      try {
        const answer = await post(address || desk.getAttribute("action"), { quick: "1" });
        if (mine !== asked) {
          return;
        }
        if (!answer.ok) {
          // Whoever is signed out is sent to sign in, or has no valid token any more.
          told(answer.type === "opaqueredirect" || answer.status === 400 ? "ended" : "refused");
          return;
        }
        const found = take(await answer.text());
        told(found);
        if (found === "confirmed") {
          await askOther(mine);
        }
      } catch (error) {
        if (error.name !== "AbortError" && mine === asked) {
          told("offline");
        }
      }
    }

    return {
      ask,
      // What was asked before is no longer of interest.
      forget() {
        asked += 1;
        if (stop) {
          stop.abort();
        }
      },
    };
  }

  window.answers = { open };
})();
