// A board is a finished file: where the next one was due and has not come, the reader's own clock can tell.
(function () {
  "use strict";

  const GRACE_MS = 600000;
  const LONGEST_MS = 86400000;
  const place = document.querySelector("[data-due]");
  // Only the newest board has an address without a number; an older edition was followed long ago.
  if (!place || /^\/boards\/[^/]+\/\d/.test(location.pathname)) {
    return;
  }

  function look() {
    const left = Date.parse(place.dataset.due) + GRACE_MS - Date.now();
    if (left <= 0) {
      place.append(" · " + place.dataset.stale);
    } else {
      setTimeout(look, Math.min(left, LONGEST_MS));
    }
  }

  look();
})();
