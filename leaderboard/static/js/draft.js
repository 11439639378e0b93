// What a unit types into a form is kept in its browser until the server has it: a lost connection loses nothing.
(function () {
  "use strict";

  const PREFIX = "saima-draft/";
  const UNKEPT = new Set(["csrf_token", "again"]);
  const notice = (form) => form.querySelector("[data-draft]");
  const storeOf = (form) => window.kept.store(PREFIX + notice(form).dataset.draft);

  function read(form) {
    const values = {};
    for (const field of form.elements) {
      if (field.name && !UNKEPT.has(field.name) && field.type !== "file") {
        values[field.name] = field.type === "checkbox" ? field.checked && field.value : field.value;
      }
    }
    return values;
  }

  function write(form, values) {
    for (const field of form.elements) {
      if (!(field.name in values) || field.type === "file") {
        continue;
      }
      if (field.type === "checkbox") {
        field.checked = Boolean(values[field.name]);
      } else {
        field.value = values[field.name];
      }
    }
  }

  function say(form, words, forgettable) {
    const told = notice(form);
    told.querySelector("span").textContent = words;
    told.querySelector("button").hidden = !forgettable;
    told.hidden = !words;
  }

  function keep(form) {
    const entry = { values: read(form), at: Date.now(), path: location.pathname + location.search };
    storeOf(form).save(Object.assign(entry, { title: notice(form).dataset.title }));
  }

  // A form that came back with complaints holds what was typed last; any other takes up what was not sent.
  function restore(form) {
    const entry = storeOf(form).load();
    const changed = window.kept.differences(entry, read(form)).filter((name) => name !== "token");
    if (form.querySelector("[aria-invalid], [role=alert]") || !changed.length) {
      return;
    }
    write(form, entry.values);
    const folded = form.closest("details");
    if (folded) {
      folded.open = true;
    }
    const when = new Date(entry.at).toLocaleString(document.documentElement.lang);
    say(form, notice(form).dataset.restored.replace("{when}", when), true);
  }

  function tooLarge(form) {
    const chosen = form.querySelector("input[type=file]");
    const size = chosen ? Array.from(chosen.files).reduce((sum, file) => sum + file.size, 0) : 0;
    return chosen && size > Number(chosen.dataset.most) ? Number(chosen.dataset.most) : 0;
  }

  // Files cannot be written into a page, but those just chosen can be handed to the form that comes back.
  function hand(files, form) {
    const chosen = form && form.querySelector("input[type=file]");
    if (!chosen || !files || !files.length || typeof DataTransfer === "undefined") {
      return;
    }
    const carried = new DataTransfer();
    Array.from(files).forEach((file) => carried.items.add(file));
    chosen.files = carried.files;
  }

  async function settle(form, answer) {
    const type = answer.headers.get("Content-Type") || "";
    if (answer.ok && type.includes("json")) {
      storeOf(form).drop();
      const next = new URL((await answer.json()).next, location.href);
      const same = next.pathname + next.search === location.pathname + location.search;
      location.assign(next.href);
      if (same && next.hash) {
        location.reload();
      }
      return;
    }
    if (answer.redirected) {
      location.assign(answer.url);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const key = notice(form).dataset.draft;
    const chosen = form.querySelector("input[type=file]");
    const files = chosen && chosen.files;
    if (answer.status !== 422 && answer.status !== 409) {
      const said = [page.querySelector("h1"), page.querySelector("main p")].map((part) => part && part.textContent);
      say(form, said.filter(Boolean).join(" "), false);
      return;
    }
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    const back = document.querySelector(`[data-draft="${CSS.escape(key)}"]`).closest("form");
    hand(files, back);
    keep(back);
    const first = back.querySelector("[aria-invalid]") || back.querySelector("[role=alert]");
    first.scrollIntoView({ block: "center" });
    first.focus();
  }

  async function send(form) {
    const button = form.querySelector("button:not([type=button])");
    const words = notice(form).dataset;
    const most = tooLarge(form);
    if (most) {
      say(form, words.large.replace("{most}", most / 1e6), false);
      return;
    }
    keep(form);
    button.disabled = true;
    say(form, words.sending, false);
    try {
      const headers = { "X-Saima-Form": "1", Accept: "text/html, application/json" };
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
      say(form, "", false);
      await settle(form, answer);
    } catch (error) {
      say(form, words.offline, false);
      form.dataset.waits = "1";
    }
    button.disabled = false;
  }

  function listDrafts(section) {
    const list = section.querySelector("ul");
    const keys = Object.keys(window.localStorage).filter((key) => key.startsWith(PREFIX + section.dataset.drafts));
    for (const key of keys) {
      const entry = window.kept.store(key).load();
      const link = document.createElement("a");
      link.href = entry.path;
      link.textContent = entry.title;
      const line = document.createElement("li");
      line.append(link, " " + new Date(entry.at).toLocaleString(document.documentElement.lang));
      list.append(line);
    }
    section.hidden = keys.length === 0;
  }

  const formOf = (target) => {
    const form = target.closest && target.closest("form");
    return form && notice(form) ? form : null;
  };

  document.addEventListener("input", (event) => {
    const form = formOf(event.target);
    if (form) {
      keep(form);
    }
  });
  document.addEventListener("submit", (event) => {
    const form = formOf(event.target);
    if (form) {
      event.preventDefault();
      send(form);
    }
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-draft] button") && formOf(event.target);
    if (form) {
      storeOf(form).drop();
      location.reload();
    }
  });
  window.addEventListener("online", () => {
    document.querySelectorAll("form[data-waits]").forEach((form) => say(form, notice(form).dataset.online, false));
  });
  document.querySelectorAll("[data-draft]").forEach((told) => restore(told.closest("form")));
  document.querySelectorAll("[data-drafts]").forEach(listDrafts);
})();
