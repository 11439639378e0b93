// The table of tasks: sums follow what is typed, and a block of cells copied from a sheet is pasted as a block.
(function () {
  "use strict";

  const table = document.querySelector("[data-tasks]");
  if (!table) {
    return;
  }
  const SCALES = { 亿: 100000000n, 千万: 10000000n, 百万: 1000000n, 万: 10000n };
  const MONEY = /^(\d{1,15}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,8}))?(亿|千万|百万|万)?(元)?$/;

  // Whole yuan of an amount typed in 万元 or with its unit, a number of projects, or nothing for what cannot be read.
  function read(field) {
    const found = MONEY.exec(field.value.normalize("NFKC").replace(/\s/g, ""));
    if (!found) {
      return null;
    }
    const [, whole, decimals, named, yuan] = found;
    const digits = BigInt(whole.replace(/,/g, ""));
    if (field.dataset.by !== "amount") {
      return decimals || named || yuan ? null : digits;
    }
    const scale = SCALES[named] || (yuan ? 1n : 10000n);
    const below = decimals ? (BigInt(decimals) * scale) / 10n ** BigInt(decimals.length) : 0n;
    return digits * scale + below;
  }

  function written(sum, by) {
    if (by !== "amount") {
      return String(sum);
    }
    const rest = String(sum % 10000n).padStart(4, "0").replace(/0+$/, "");
    return String(sum / 10000n) + (rest && "." + rest);
  }

  function add() {
    table.querySelectorAll("[data-sum]").forEach((output) => {
      const fields = [...table.querySelectorAll(`[data-column="${output.dataset.sum}"]`)];
      const sum = fields.reduce((total, field) => total + (read(field) || 0n), 0n);
      output.textContent = written(sum, fields.length ? fields[0].dataset.by : "count");
    });
  }

  table.addEventListener("input", add);
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    const field = event.target.closest("[data-column]");
    if (!field || !/[\t\n]/.test(text)) {
      return;
    }
    event.preventDefault();
    const rows = [...table.tBodies[0].rows];
    const top = rows.indexOf(field.closest("tr"));
    text.split(/\r?\n/).forEach((line, down) => {
      line.split("\t").forEach((cell, right) => {
        const column = Number(field.dataset.column) + right;
        const into = rows[top + down] && rows[top + down].querySelector(`[data-column="${column}"]`);
        if (into) {
          into.value = cell.trim();
        }
      });
    });
    add();
  });
  add();
})();
