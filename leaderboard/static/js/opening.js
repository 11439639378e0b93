// A link to a number's facts opens them; browsers that do it by themselves find nothing left to do.
(function () {
  "use strict";

  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const facts = target && target.closest("details");
    if (facts && !facts.open) {
      facts.open = true;
      target.scrollIntoView();
    }
  }

  window.addEventListener("hashchange", open);
  open();
})();
