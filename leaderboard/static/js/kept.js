// Nothing typed on the desk is lost: the last moves can be undone, and what was not saved is offered again later.
(function () {
  "use strict";

  const MOST = 100;
  const LONGEST = 30;
  const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);

  // `read` gives the values of all fields by name, `write` puts such values into them.
  function history(read, write) {
    const past = [];
    let present = read();
    return {
      // A move is over: from here it can be undone.
      settle() {
        const now = read();
        if (!same(present, now)) {
          past.push(present);
          past.splice(0, past.length - MOST);
          present = now;
        }
        return past.length;
      },
      undo() {
        this.settle();
        if (past.length) {
          present = past.pop();
          write(present);
        }
        return past.length;
      },
    };
  }

  // One entry a person and season in the browser's own store; a browser without one keeps nothing.
  function store(key) {
    const guarded = (work) => {
      try {
        return work(window.localStorage);
      } catch (error) {
        return null;
      }
    };
    return {
      load: () => guarded((kept) => JSON.parse(kept.getItem(key))),
      save: (entry) => guarded((kept) => kept.setItem(key, JSON.stringify(entry))),
      drop: () => guarded((kept) => kept.removeItem(key)),
    };
  }

  // Fields whose kept value is another than the one in the page; fields that are gone are left out.
  function differences(entry, values) {
    const kept = (entry && entry.values) || {};
    return Object.keys(values).filter((name) => name in kept && kept[name] !== values[name]);
  }

  // A form says under which key it is kept, and the page after it whether that was saved: only then is it dropped.
  function mark(form, key) {
    const field = form.elements.kept || Object.assign(document.createElement("input"), { type: "hidden", name: "kept" });
    field.value = key;
    form.append(field);
  }

  const wasSaved = (key) => document.body.dataset.saved === key;

  // Entries under keys that begin so and were kept before a moment are nobody's work any more.
  function forget(prefix, before) {
    try {
      const keys = Object.keys(window.localStorage).filter((key) => key.startsWith(prefix));
      for (const key of keys) {
        const entry = store(key).load();
        if (!entry || !(entry.at >= before)) {
          store(key).drop();
        }
      }
    } catch (error) {
      // A browser without a store has nothing to forget.
    }
  }

  // What was kept of the desk in one sentence: when, and the first of the fields that differ with what was and is in it.
  function told(desk, entry, found, values, words) {
    const { filled } = window.trial;
    const field = desk.elements[found[0]];
    const name = field.getAttribute("aria-label") || field.labels[0].textContent;
    const brief = (value) => (value.length > LONGEST ? value.slice(0, LONGEST) + "…" : value || "—");
    const [old, now] = [values, entry.values].map((some) => brief(some[found[0]]));
    const first = filled(words.change, { name, old, new: now });
    const changes = found.length > 1 ? filled(words.changes, { first, count: found.length }) : first;
    const moment = new Date(entry.at).toLocaleString(document.documentElement.lang, {
      month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
    });
    return filled(entry.seen === desk.elements.seen.value ? words.kept : words.kept_over, { moment, changes });
  }

  // The bar over the desk that offers it, to be taken back or dropped.
  function offer(sentence, onBack, onDrop) {
    const bar = document.getElementById("kept");
    bar.querySelector("#kept-words").textContent = sentence;
    bar.hidden = false;
    for (const [id, work] of [["kept-back", onBack], ["kept-drop", onDrop]]) {
      document.getElementById(id).addEventListener("click", () => {
        bar.hidden = true;
        work();
      });
    }
  }

  window.kept = { history, store, differences, mark, wasSaved, forget, told, offer };
})();
