// Nothing typed on the desk is lost: the last moves can be undone, and what was not saved is offered again later.
(function () {
  "use strict";

  const MOST = 100;
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

  window.kept = { history, store, differences };
})();
