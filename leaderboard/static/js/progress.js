// How far long work is: asked every two seconds; when it is over the page is shown anew. Without it the page reloads.
"use strict";

(() => {
  const place = document.getElementById("progress");
  if (!place) {
    return;
  }
  const PAUSE = 2000;
  const [said, bar, count] = ["said", "bar", "count"].map((id) => document.getElementById(id));

  function show(state) {
    if (said.textContent !== state.said) {
      said.textContent = state.said;
    }
    if (state.total) {
      bar.max = state.total;
      bar.value = state.done;
      count.textContent = `${state.done} / ${state.total}`;
    }
  }

  async function ask() {
    try {
      const answer = await fetch(place.dataset.state, { redirect: "manual" });
      if (answer.type === "opaqueredirect") {
        location.reload();
        return;
      }
      const state = answer.ok ? await answer.json() : null;
      if (state && state.over) {
        location.reload();
        return;
      }
      if (state) {
        show(state);
      }
    } catch {
      // The network may come back.
    }
    setTimeout(ask, PAUSE);
  }

  setTimeout(ask, PAUSE);
})();
