// Taking over what the server drew: elements stay, only what differs in them is changed, so that rows can travel and
// nothing piles up in weeks. The script never draws a row of its own.
(function (wall) {
  "use strict";

  // What the round sets by itself on what is there.
  const KEPT = ["hidden", "style"];
  const KEPT_CLASSES = ["spread", "dense", "last-pinned"];

  function keyOf(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) {
      return "#" + node.nodeType;
    }
    const told = node.dataset || {};
    const name = told.unit || (told.scene ? told.scene + "/" + (told.division || "") : "");
    return node.tagName + (name ? ":" + name : "") + (node.id ? "#" + node.id : "");
  }

  function takeAttributes(old, fresh) {
    Array.from(old.attributes).forEach((attribute) => {
      if (!fresh.hasAttribute(attribute.name) && KEPT.indexOf(attribute.name) < 0) {
        old.removeAttribute(attribute.name);
      }
    });
    Array.from(fresh.attributes).forEach((attribute) => {
      if (attribute.name !== "class" && KEPT.indexOf(attribute.name) < 0) {
        if (old.getAttribute(attribute.name) !== attribute.value) {
          old.setAttribute(attribute.name, attribute.value);
        }
      }
    });
    const kept = KEPT_CLASSES.filter((name) => old.classList.contains(name) && !fresh.classList.contains(name));
    const wanted = [fresh.getAttribute("class") || ""].concat(kept).join(" ").trim();
    if ((old.getAttribute("class") || "") !== wanted) {
      old.setAttribute("class", wanted);
    }
  }

  // Which of the elements that are there stands for each that comes: by key, the nth for the nth.
  function byKey(node) {
    const found = new Map();
    Array.from(node.childNodes).forEach((child) => {
      const key = keyOf(child);
      if (!found.has(key)) {
        found.set(key, []);
      }
      found.get(key).push(child);
    });
    return found;
  }

  function takeOver(old, fresh) {
    const known = byKey(old);
    let place = old.firstChild;
    Array.from(fresh.childNodes).forEach((child) => {
      const same = (known.get(keyOf(child)) || []).shift();
      const node = same || document.importNode(child, true);
      if (node === place) {
        place = place.nextSibling;
      } else {
        old.insertBefore(node, place);
      }
      if (same) {
        takeNode(same, child);
      }
    });
    known.forEach((left) => left.forEach((node) => old.removeChild(node)));
  }

  function takeNode(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) {
        old.nodeValue = fresh.nodeValue;
      }
      return;
    }
    takeAttributes(old, fresh);
    takeOver(old, fresh);
  }

  wall.takeOver = takeOver;
})((window.wall = window.wall || {}));
