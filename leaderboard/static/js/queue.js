// The queue by keyboard: j and k go through the rows, space ticks, a verifies what is ticked, r asks for the reason of
// returning it. Everything here is a convenience; without it the boxes and the buttons do the same.
"use strict";

(() => {
  const queue = document.querySelector("form.queue");
  if (!queue) {
    return;
  }
  const boxes = Array.from(queue.querySelectorAll('input[name="fact"]'));
  let here = -1;

  function go(step) {
    here = Math.min(Math.max(here + step, 0), boxes.length - 1);
    boxes[here].focus();
    boxes[here].closest("tr").scrollIntoView({ block: "nearest" });
  }

  function tickSomething() {
    if (!boxes.some((box) => box.checked) && here >= 0) {
      boxes[here].checked = true;
    }
    return boxes.some((box) => box.checked);
  }

  const acts = {
    j: () => go(1),
    k: () => go(-1),
    a: () => tickSomething() && queue.querySelector('button[value="verified"]').click(),
    r: () => tickSomething() && queue.querySelector("#reason")?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches('input:not([type="checkbox"]), select, textarea');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) {
      return;
    }
    event.preventDefault();
    acts[event.key]();
  });

  queue.addEventListener("focusin", (event) => {
    const at = boxes.indexOf(event.target);
    here = at < 0 ? here : at;
  });
})();
