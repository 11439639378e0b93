// Sorting in place: a column's head is a link to the sorted board; here the rows change where they stand, at once.
(function () {
  "use strict";

  const tables = [...document.querySelectorAll("table.composite")].filter((table) => table.querySelector("a.sort"));
  if (tables.length === 0) {
    return;
  }
  const UPWARDS = ["place", "unit"];
  const form = document.querySelector("form.order");
  const heads = [...tables[0].querySelectorAll("thead a.sort")].map((link) => link.dataset.column);
  // Every row says its number in the official order, then its rank in each column; none where it has nothing there.
  const official = tables.map((table) => {
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) {
      [row.number, ...row.ranks] = row.dataset.ranks.split(",").map((rank) => (rank === "" ? null : Number(rank)));
    }
    return rows.sort((one, other) => one.number - other.number);
  });

  function read(search) {
    const text = new URLSearchParams(search).get("order") || "";
    const column = text.replace(/^-/, "");
    return heads.includes(column) ? { column, backwards: text !== column } : { column: "place", backwards: false };
  }

  function written(order) {
    const asked = new URLSearchParams(location.search);
    asked.delete("order");
    if (order.column !== "place" || order.backwards) {
      asked.set("order", (order.backwards ? "-" : "") + order.column);
    }
    return asked.toString();
  }

  function pressed(order, column) {
    if (column !== order.column) {
      return { column, backwards: false };
    }
    return order.backwards ? { column: "place", backwards: false } : { column, backwards: true };
  }

  function arrange(rows, order) {
    const n = heads.indexOf(order.column);
    const last = rows.length;
    const value = (row) => (row.ranks[n] === null ? last : order.backwards ? -row.ranks[n] : row.ranks[n]);
    return [...rows].sort((one, other) => value(one) - value(other) || one.number - other.number);
  }

  function show(order) {
    const isOfficial = order.column === "place" && !order.backwards;
    tables.forEach((table, t) => {
      table.tBodies[0].append(...(isOfficial ? official[t] : arrange(official[t], order)));
      for (const link of table.querySelectorAll("thead a.sort")) {
        const mine = link.dataset.column === order.column;
        const next = written(pressed(order, link.dataset.column));
        link.href = (next ? "?" + next : "./") + link.hash;
        if (mine) {
          const up = UPWARDS.includes(order.column) !== order.backwards;
          link.parentNode.setAttribute("aria-sort", up ? "ascending" : "descending");
        } else {
          link.parentNode.removeAttribute("aria-sort");
        }
      }
    });
    for (const told of document.querySelectorAll("p.sorted")) {
      told.hidden = isOfficial;
    }
    if (form) {
      form.elements.order.value = isOfficial ? "" : (order.backwards ? "-" : "") + order.column;
    }
  }

  function go(order) {
    const asked = written(order);
    show(order);
    history.replaceState(null, "", location.pathname + (asked ? "?" + asked : ""));
  }

  show(read(location.search));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.sort");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      const column = link.dataset.column;
      go(column ? pressed(read(location.search), column) : { column: "place", backwards: false });
    }
  });
  if (form) {
    form.classList.add("scripted");
    form.addEventListener("change", () => go(read("?order=" + form.elements.order.value)));
  }
})();
