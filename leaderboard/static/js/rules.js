// The form over a scheme's document: adding, moving and choosing a kind change the page in place; without this script
// the same buttons send the page.
"use strict";

const form = document.querySelector("form.rules");

function openPlaces() {
  return new Set([...form.querySelectorAll("details[open]")].map((item) => item.dataset.place));
}

// Items are told by their place, so after one is moved or taken away those behind it have other places.
async function act(button) {
  const body = new URLSearchParams(new FormData(form, button));
  const open = openPlaces();
  const answer = await fetch(form.action, { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const changed = page.querySelector("form.rules");
  if (!answer.ok || !changed) {
    form.requestSubmit(button);
    return;
  }
  form.replaceChildren(...changed.childNodes);
  for (const item of form.querySelectorAll("details")) {
    if (open.has(item.dataset.place)) {
      item.open = true;
    }
  }
  const [, place] = button.value.split(" ");
  const target = document.getElementById(`${place}:kind`) ?? form.querySelector(`[data-place="${place}"] summary`);
  target?.focus();
}

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && /^(add|remove|up|down|show) /.test(button.value)) {
    event.preventDefault();
    act(button);
  }
});

form?.addEventListener("change", (event) => {
  const place = event.target.dataset.kind;
  if (place) {
    const button = form.querySelector(`button[value="show ${place}"]`);
    form.requestSubmit(button);
  }
});

document.documentElement.classList.add("scripted");
