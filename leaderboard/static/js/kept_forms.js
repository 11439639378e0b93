// What is typed into any form of the console stays in this browser until it is saved, and is offered again where it was
// not: because the session ended, the page was left, or the server was not to be reached. Passwords, codes and files
// are never kept.
(function () {
  "use strict";

  const { who } = document.body.dataset;
  const pattern = document.getElementById("kept-bar");
  if (!who || !pattern) {
    return;
  }
  const PREFIX = `saima.form.${who}.`;
  const LONGEST = 200000;
  const WEEK = 7 * 24 * 3600 * 1000;
  const SECRET = "input[type='password'], [autocomplete='one-time-code'], [autocomplete='current-password']";
  const UNTYPED = ["hidden", "file", "submit", "button", "reset", "image", "range"];
  const isBox = (field) => field.type === "checkbox" || field.type === "radio";

  const fieldsOf = (form) =>
    Array.from(form.elements).filter((field) => field.name && field.type && !UNTYPED.includes(field.type)
      && field.tagName !== "FIELDSET" && field.tagName !== "OUTPUT" && field.tagName !== "BUTTON");
  const typed = (fields) =>
    fields.filter((field) => !isBox(field) || field.checked).map((field) => [field.name, field.value]);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function restore(form, fields, entry) {
    const kept = new Map();
    for (const [name, value] of entry.values) {
      kept.set(name, [...(kept.get(name) || []), value]);
    }
    for (const field of fields) {
      const values = kept.get(field.name) || [];
      if (isBox(field)) {
        field.checked = values.includes(field.value);
      } else if (values.length) {
        field.value = values.shift();
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    // Over what it was typed: where somebody else saved since, the server shows both.
    if (form.elements.seen && entry.seen !== undefined) {
      form.elements.seen.value = entry.seen;
    }
  }

  function offer(form, entry, onBack, onDrop) {
    const bar = pattern.content.firstElementChild.cloneNode(true);
    const moment = new Date(entry.at).toLocaleString(document.documentElement.lang, {
      month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
    });
    const words = bar.querySelector("span");
    words.textContent = words.textContent.replace("{moment}", moment);
    const [back, drop] = bar.querySelectorAll("button");
    back.addEventListener("click", () => {
      bar.remove();
      onBack();
    });
    drop.addEventListener("click", () => {
      bar.remove();
      onDrop();
    });
    // Folded away it would not be seen.
    (form.closest("details:not([open])") || form).before(bar);
  }

  function watch(form, key) {
    const fields = fieldsOf(form);
    if (!fields.length || form.querySelector(SECRET)) {
      return;
    }
    const store = window.kept.store(key);
    if (window.kept.wasSaved(key)) {
      store.drop();
    }
    const shown = typed(fields);
    const entry = store.load();
    const names = new Set(fields.map((field) => field.name));
    const fits = Boolean(entry) && Array.isArray(entry.values) && entry.values.every(([name]) => names.has(name));
    // What comes back from the server unsaved, with its complaints or to be confirmed, is what is kept.
    const isUnsaved = fits && same(entry.values, shown);
    const seen = () => (form.elements.seen ? form.elements.seen.value : undefined);
    const keep = () => {
      const values = typed(fieldsOf(form));
      if (same(values, shown) && !isUnsaved) {
        store.drop();
      } else if (JSON.stringify(values).length <= LONGEST && (fits || !entry)) {
        store.save({ values, seen: seen(), at: Date.now() });
      }
    };
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    form.addEventListener("submit", () => window.kept.mark(form, key));
    if (fits && !isUnsaved) {
      offer(form, entry, () => restore(form, fieldsOf(form), entry), () => store.drop());
    }
  }

  const counts = new Map();
  for (const form of document.querySelectorAll("main form[method='post']:not(.desk):not(.rules)")) {
    const action = form.getAttribute("action");
    const number = counts.get(action) || 0;
    counts.set(action, number + 1);
    watch(form, `${PREFIX}${action}#${number}`);
  }
  window.kept.forget(PREFIX, Date.now() - WEEK);
})();
