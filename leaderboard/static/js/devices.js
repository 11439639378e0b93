// How screens are doing, asked every ten seconds while the page is looked at: the words change in place, a picture is
// drawn anew when what it shows has changed. Forms that are being filled in are left alone.
"use strict";

(() => {
  const place = document.querySelector("[data-refresh]");
  if (!place) {
    return;
  }
  const PAUSE = Number(place.dataset.pause) || 10000;

  function take(page) {
    for (const cell of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${cell.dataset.live}"]`);
      if (fresh && fresh.innerHTML !== cell.innerHTML) {
        cell.replaceChildren(...fresh.childNodes);
      }
    }
    document.querySelectorAll(".picture").forEach((picture) => {
      const frame = picture.querySelector("iframe");
      const again = page.querySelector(`iframe[src="${frame.getAttribute("src")}"]`);
      if (again) {
        picture.className = again.parentElement.className;
        frame.title = again.title;
      }
      if (again && again.parentElement.dataset.shows !== picture.dataset.shows) {
        picture.dataset.shows = again.parentElement.dataset.shows;
        frame.setAttribute("src", frame.getAttribute("src"));
      }
    });
  }

  async function ask() {
    if (!document.hidden) {
      try {
        const answer = await fetch(place.dataset.refresh, { redirect: "error" });
        if (answer.ok) {
          take(new DOMParser().parseFromString(await answer.text(), "text/html"));
        }
      } catch {
        // The network may come back, and who was signed out sees it at the next press.
      }
    }
    setTimeout(ask, PAUSE);
  }

  setTimeout(ask, PAUSE);
})();
