// Pointing at a name, or reaching it by key, lets its line stand out; pressing it is a link that keeps it so.
(function () {
  "use strict";

  for (const graph of document.querySelectorAll(".graph")) {
    const show = (unit) => {
      graph.classList.toggle("pointed", Boolean(unit));
      for (const part of graph.querySelectorAll("[data-unit]")) {
        part.classList.toggle("over", part.dataset.unit === unit);
      }
    };
    for (const kind of ["mouseover", "focusin"]) {
      graph.addEventListener(kind, (event) => {
        const part = event.target.closest("[data-unit]");
        show(part ? part.dataset.unit : "");
      });
    }
    for (const kind of ["mouseleave", "focusout"]) {
      graph.addEventListener(kind, () => show(""));
    }
  }
})();
