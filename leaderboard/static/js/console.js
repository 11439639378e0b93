// The tuning desk: sliders kept in step with the number boxes, the sum always right, the effect shown while weighing.
// Everything here is a convenience; without it the boxes and the buttons do the same.
"use strict";

(() => {
  const desk = document.getElementById("desk");
  if (!desk) {
    return;
  }
  const WAIT = 350;
  let waiting = 0;
  let asked = 0;

  const tidy = (text) => text.normalize("NFKC").trim().replace(/,/g, "");
  const read = (box) => (/^\d+(\.\d+)?$/.test(tidy(box.value)) ? Number(tidy(box.value)) : NaN);
  const shown = (number) => String(Math.round(number * 10000) / 10000);

  function addSlider(box, full) {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: full, step: 0.5 });
    slider.setAttribute("aria-label", box.getAttribute("aria-label"));
    box.after(" ", slider);
    const follow = () => {
      const value = read(box);
      if (!Number.isNaN(value)) {
        slider.value = value;
      }
    };
    slider.addEventListener("input", () => {
      box.value = slider.value;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    });
    box.addEventListener("input", follow);
    box.addEventListener("keydown", (event) => {
      const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (step && !Number.isNaN(read(box))) {
        event.preventDefault();
        box.value = shown(Math.max(0, read(box) + step * (event.shiftKey ? 5 : 0.5)));
        box.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    follow();
  }

  function addUp(group) {
    const output = group.querySelector("[data-total]");
    const gap = group.querySelector("[data-gap]");
    const values = Array.from(group.querySelectorAll("[data-weight]"), read);
    if (!output || values.some(Number.isNaN)) {
      return false;
    }
    const total = values.reduce((sum, value) => sum + value, 0);
    const difference = Math.round((total - Number(group.dataset.full)) * 10000) / 10000;
    output.textContent = shown(total);
    gap.className = difference ? "gap" : "even";
    const signed = (difference > 0 ? "+" : "") + shown(difference);
    gap.textContent = difference ? group.dataset.uneven.replace("{gap}", signed) : group.dataset.even;
    return difference === 0;
  }

  async function showEffect() {
    asked += 1;
    const mine = asked;
    const answer = await fetch(desk.action, { method: "POST", body: new FormData(desk), redirect: "error" });
    if (!answer.ok || mine !== asked) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["effect", "verdict"]) {
      const fresh = page.getElementById(id);
      if (fresh) {
        document.getElementById(id).replaceChildren(...fresh.childNodes);
        document.getElementById(id).classList.remove("is-stale");
      }
    }
  }

  desk.addEventListener("input", (event) => {
    if (!event.target.closest(".weights")) {
      return;
    }
    for (const id of ["effect", "verdict"]) {
      document.getElementById(id).classList.add("is-stale");
    }
    const even = groups.map(addUp).every(Boolean);
    window.clearTimeout(waiting);
    if (even) {
      waiting = window.setTimeout(() => showEffect().catch(() => {}), WAIT);
    }
  });

  const groups = Array.from(desk.querySelectorAll(".group"));
  for (const group of groups) {
    for (const box of group.querySelectorAll("[data-weight]:not([readonly])")) {
      addSlider(box, Number(group.dataset.full));
    }
  }
})();
