// The tuning desk: sliders in step with the number boxes, the sum always right, every move ranked at once.
// Everything here is a convenience; without it the boxes and the buttons do the same.
(function () {
  "use strict";

  const desk = document.getElementById("desk");
  if (!desk) {
    return;
  }
  const PAUSE = 400;
  const { typed, exact, plus, compared, parted, NOTHING } = window.fractions;
  const { filled } = window.trial;
  const words = JSON.parse(desk.dataset.words);
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = desk) => Array.from(within.querySelectorAll(selector));

  const full = exact(desk.dataset.full);
  // Weights that the script works out are so fine: a thousandth of the full mark's own size.
  const places = Math.max(0, 3 - Math.floor(Math.log10(full.x)));
  const grain = Math.pow(10, -places);
  const groups = all(".group").map((element) => ({ element, boxes: all("[data-weight]", element) }));
  const boxes = groups.flatMap((group) => group.boxes);
  const fields = [...all("[data-weight], [data-rule]"), desk.elements.ties];
  const rules = all("[data-rule]");
  // Why and from when: kept with the weights, and no move that can be undone.
  const request = [desk.elements.reason, desk.elements.effective_on].filter(Boolean);
  const sliders = new Map();
  const lock = byId("lock");

  let waiting = 0;
  let frame = 0;
  let ruled = ruleText();

  // ---- what is in the fields ------------------------------------------------------------------------------------

  const text = (value) => String(Number(value.toFixed(places)));
  const values = (some = fields) => Object.fromEntries(some.map((field) => [field.name, field.value]));
  const everything = () => values([...fields, ...request]);

  function ruleText() {
    return JSON.stringify([...rules.map((field) => field.value), desk.elements.at.value]);
  }

  // A day that has passed since is nobody's wish any more.
  const isPast = (name, found) => Boolean(desk.elements[name].min) && found[name] < desk.elements[name].min;
  const writeRequest = (found) =>
    request
      .filter(({ name }) => name in found && !isPast(name, found))
      .forEach((field) => Object.assign(field, { value: found[field.name] }));

  function write(found) {
    for (const field of fields) {
      if (field.name in found) {
        field.value = found[field.name];
      }
    }
    moved();
  }

  function share(targets, whole, parts) {
    parted(whole, parts, grain).forEach((part, n) => Object.assign(targets[n], { value: text(part * grain) }));
  }

  // ---- sums -----------------------------------------------------------------------------------------------------

  function addUp(group) {
    const numbers = group.boxes.map((box) => typed(box.value));
    const gap = group.element.querySelector("[data-gap]");
    const output = group.element.querySelector("[data-total]");
    const mend = group.element.querySelector("[data-mend]");
    if (!output) {
      return false;
    }
    if (numbers.includes(null)) {
      output.textContent = "—";
      gap.className = "gap";
      gap.textContent = words.unread;
      mend.hidden = true;
      return false;
    }
    const sum = numbers.reduce(plus, NOTHING);
    const isEven = compared(sum, full) === 0;
    const short = (x) => String(Math.round(x * 10000) / 10000);
    const by = (sum.x > full.x ? "+" : "") + short(sum.x - full.x);
    output.textContent = short(sum.x);
    gap.className = isEven ? "even" : "gap";
    gap.textContent = isEven ? words.even : filled(words.uneven, { gap: by });
    mend.hidden = isEven || sum.x === 0;
    return isEven;
  }

  // ---- ranking and asking -----------------------------------------------------------------------------------------

  const trial = window.trial.open(words);
  const told = (what) => {
    byId("state").textContent = words[what] || "";
  };
  const answers = window.answers.open(desk, told, (page) => {
    // Where names are switched over something wrong the server leaves that out: its boards are not of what is typed.
    const isRuled = !page.querySelector("[data-rule][aria-invalid]");
    ruled = isRuled ? ruleText() : "";
    trial.load();
    const standing = weighed();
    if (standing === "even") {
      return isRuled ? "confirmed" : "refused";
    }
    outdate();
    draw();
    return standing;
  });

  // Other caps or another day's facts make another sheet: only the server has it.
  const canRank = () => trial.canRank(desk.elements.ties.value) && ruled === ruleText();

  function draw() {
    frame = 0;
    const weights = Object.fromEntries(boxes.map((box) => [box.name, typed(box.value)]));
    if (canRank() && !Object.values(weights).includes(null)) {
      trial.draw(weights, desk.elements.ties.value);
    }
  }

  // Whether the weights as typed are numbers that add up: "even", "rough" where they do not, "untried".
  function weighed() {
    for (const box of boxes) {
      const value = typed(box.value);
      if (value && sliders.has(box)) {
        sliders.get(box).value = value.x;
      }
    }
    const isEven = groups.map(addUp).every(Boolean);
    const isRead = boxes.every((box) => typed(box.value));
    all("#effect, #verdict").forEach((node) => node.classList.toggle("is-stale", !isRead));
    return isRead ? (isEven ? "even" : "rough") : "untried";
  }

  const outdate = () => all("#outlook, #other, .sure").forEach((node) => node.classList.add("is-stale"));

  function changed() {
    const standing = weighed();
    outdate();
    frame = frame || window.requestAnimationFrame(draw);
    answers.forget();
    window.clearTimeout(waiting);
    if (standing === "even") {
      told(canRank() ? "confirming" : "asking");
      waiting = window.setTimeout(() => answers.ask(), PAUSE);
    } else {
      told(standing);
    }
  }

  function moved() {
    changed();
    // Whoever saw the board move by names did not choose blind, whatever is hidden before it is submitted.
    desk.elements.moved.value = byId("blind").querySelector("[data-hides]") ? "1" : desk.elements.moved.value;
    keep();
  }

  // ---- nothing is lost ----------------------------------------------------------------------------------------------

  const undo = byId("undo");
  const saved = everything();
  const moves = window.kept.history(values, write);
  const key = "saima.desk." + desk.dataset.who + "." + desk.dataset.season;
  const store = window.kept.store(key);
  const settled = () => Object.assign(undo, { disabled: moves.settle() === 0 });
  const takeBack = () => Object.assign(undo, { disabled: moves.undo() === 0 });

  function keep() {
    const now = everything();
    if (Object.keys(saved).every((name) => now[name] === saved[name])) {
      store.drop();
    } else {
      store.save({ seen: desk.elements.seen.value, at: Date.now(), values: now });
    }
  }

  function offer() {
    const entry = store.load();
    if (window.kept.wasSaved(key)) {
      // The weights are in the draft now; the reason and the day go with the submission that is still to come.
      writeRequest((entry && entry.values) || {});
      return keep();
    }
    const found = window.kept.differences(entry, saved).filter((name) => !isPast(name, entry.values));
    const back = () => {
      writeRequest(entry.values);
      write(entry.values);
      settled();
    };
    if (found.length) {
      window.kept.offer(window.kept.told(desk, entry, found, saved, words), back, store.drop);
    }
  }

  // ---- sliders, keys, buttons -----------------------------------------------------------------------------------------

  function addSlider(box, group) {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: full.x, step: grain });
    slider.setAttribute("aria-label", box.getAttribute("aria-label"));
    box.after(slider);
    sliders.set(box, slider);
    const others = group.boxes.filter((other) => other !== box);
    let parts = null;
    let made = [];
    slider.addEventListener("input", () => {
      // The others keep the proportions they had before this slider first moved, so that every way there leads back.
      if (!parts || others.some((other, n) => other.value !== made[n])) {
        parts = others.map((other) => (typed(other.value) || NOTHING).x);
      }
      box.value = text(Number(slider.value));
      // Beside a box that is empty or no number all stay as they are: what they would share is not known.
      if (lock.checked && others.length && others.every((other) => typed(other.value))) {
        share(others, full.x - Number(slider.value), parts);
      }
      made = others.map((other) => other.value);
      moved();
    });
  }

  // Arrows move a box and its slider alike: five grains, fifty with the shift key.
  function stepped(event) {
    const field = event.target;
    const isSlider = field.matches(".weigh input[type='range']");
    const up = ["ArrowUp", "ArrowRight"].includes(event.key);
    const along = (isSlider ? /^Arrow/ : /^Arrow(Up|Down)$/).test(event.key);
    // Keys are pressed on links and headings too, which hold no value.
    const isWeight = isSlider || field.matches("[data-weight]");
    const value = along && isWeight && !field.readOnly ? typed(field.value) : null;
    if (!value) {
      return;
    }
    event.preventDefault();
    const by = (up ? 5 : -5) * grain * (event.shiftKey ? 10 : 1);
    field.value = text(Math.max(0, value.x + by));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const isWriting = (node) => node.matches("textarea, select, input:not([type='range']):not([type='checkbox'])");

  function onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.matches("textarea")) {
      event.preventDefault();
      takeBack();
    } else if (event.key === "b" && !event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target)) {
      switchNames();
    }
  }

  function switchNames() {
    const button = byId("blind").querySelector("button");
    window.clearTimeout(waiting);
    answers.ask(button.getAttribute("formaction"));
  }

  function start() {
    for (const group of groups) {
      for (const box of group.boxes) {
        addSlider(box, group);
      }
      const mend = group.element.querySelector("[data-mend]");
      if (mend) {
        mend.addEventListener("click", () => {
          share(group.boxes, full.x, group.boxes.map((box) => (typed(box.value) || NOTHING).x));
          moved();
          settled();
        });
      }
    }
    all("[data-script]").forEach((element) => {
      element.hidden = false;
    });
    desk.addEventListener("input", (event) => {
      if (event.target.matches("[data-weight], [data-rule], select")) {
        moved();
      } else if (request.includes(event.target)) {
        keep();
      }
    });
    desk.addEventListener("change", settled);
    desk.addEventListener("submit", () => window.kept.mark(desk, key));
    desk.addEventListener("keydown", stepped);
    undo.addEventListener("click", takeBack);
    byId("blind").addEventListener("click", (event) => {
      event.preventDefault();
      switchNames();
    });
    document.addEventListener("keydown", onKey);
    document.addEventListener("scroll", () => trial.redraw(), { passive: true });
    trial.load();
    groups.forEach(addUp);
    changed();
    offer();
  }

  start();
})();
