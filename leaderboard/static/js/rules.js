// The form over a scheme's document: adding, moving and choosing a kind change the page in place, and what was typed
// and not saved is offered again later; without this script the same buttons send the page.
(function () {
  "use strict";

  const form = document.querySelector("form.rules");
  if (!form) {
    return;
  }
  document.documentElement.classList.add("scripted");
  const key = `saima.rules.${form.dataset.who}.${form.dataset.season}`;
  const store = window.kept.store(key);
  const seen = () => form.elements.seen.value;
  const UNTYPED = ["csrf_token", "seen", "kept"];
  const fields = () => [...new FormData(form)].filter(([name]) => !UNTYPED.includes(name));
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // The page for what the form would send: its own content changes, whatever was unfolded stays so.
  async function show(body) {
    const open = new Set([...form.querySelectorAll("details[open]")].map((item) => item.dataset.place));
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const changed = page.querySelector("form.rules");
    if (!changed) {
      window.location.reload();
      return;
    }
    form.replaceChildren(...changed.childNodes);
    for (const item of form.querySelectorAll("details")) {
      item.open = item.open || open.has(item.dataset.place);
    }
  }

  async function act(button) {
    const place = button.value.split(" ")[1];
    await show(new URLSearchParams(new FormData(form, button)));
    keep();
    const target = document.getElementById(`${place}:kind`) ?? form.querySelector(`[data-place="${place}"] summary`);
    target?.focus();
  }

  function keep() {
    store.save({ fields: fields(), seen: seen() });
  }

  // What is kept and neither in the page nor known to be saved is offered.
  function offer() {
    if (window.kept.wasSaved(key)) {
      store.drop();
    }
    const notice = document.getElementById("kept");
    if (!notice) {
      return;
    }
    if ("unsaved" in form.dataset) {
      keep();
      return;
    }
    const entry = store.load();
    const fits = entry && Array.isArray(entry.fields);
    if (!fits || same(entry.fields, fields())) {
      store.drop();
      return;
    }
    notice.hidden = false;
    document.getElementById("kept-back").addEventListener("click", async () => {
      notice.hidden = true;
      // Over the draft it was typed on: where that is another by now, saving shows both.
      const body = new URLSearchParams([...entry.fields, ["do", "show"], ["seen", entry.seen]]);
      body.set("csrf_token", form.elements.csrf_token.value);
      await show(body);
    });
    document.getElementById("kept-drop").addEventListener("click", () => {
      notice.hidden = true;
      store.drop();
    });
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && /^(add|remove|up|down|show) /.test(button.value)) {
      event.preventDefault();
      act(button);
    } else if (button && button.value === "save") {
      keep();
      window.kept.mark(form, key);
    }
  });
  form.addEventListener("input", () => keep());
  form.addEventListener("change", (event) => {
    const place = event.target.dataset.kind;
    if (place) {
      form.requestSubmit(form.querySelector(`button[value="show ${place}"]`));
    }
  });
  offer();
})();
