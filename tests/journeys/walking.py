"""Walking a page by keyboard alone, and reading it as a screen reader does: stops, focus, headings, landmarks, names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

MOST_STOPS = 60
STOP = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const before = window.walked;
  window.walked = at;
  const labels = Array.from(at.labels || [], label => label.textContent);
  return {
    name: [at.getAttribute("aria-label") || labels.join(" ") || at.textContent].join("").replace(/\\s+/g, " ").trim(),
    kind: at.tagName.toLowerCase(),
    // The parts of a day's field are one stop of the page, and its calendar button is marked by the browser.
    marked: before === at || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    seen: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth
      && box.bottom > 0 && box.top < innerHeight,
    onward: !before || !before.isConnected || before === at
      || (before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
  };
}"""
OUTLINE = """() => {
  const shown = each => each.checkVisibility();
  const texts = found => Array.from(found).filter(shown);
  const named = each => (each.getAttribute("aria-label")
    || document.getElementById(each.getAttribute("aria-labelledby"))?.textContent || "").trim();
  return {
    levels: texts(document.querySelectorAll("h1, h2, h3, h4, h5, h6")).map(each => Number(each.tagName[1])),
    mains: document.querySelectorAll("main").length,
    banners: document.querySelectorAll("body > header").length,
    footers: document.querySelectorAll("body > footer").length,
    unnamed: Array.from(document.querySelectorAll("nav, main section")).filter(each => shown(each) && !named(each))
      .map(each => each.outerHTML.slice(0, 80)),
    headless: texts(document.querySelectorAll("table")).filter(
      each => !each.caption || !each.querySelector("th[scope]")).map(each => each.outerHTML.slice(0, 80)),
    language: document.documentElement.lang,
  };
}"""


@dataclass(frozen=True, slots=True)
class Walker:
    """Someone without a mouse."""

    page: Page

    def press(self, key: str) -> dict[str, Any] | None:
        """Press a key and look where the focus is; None where it left the page."""
        self.page.keyboard.press(key)
        found: dict[str, Any] | None = self.page.evaluate(STOP)
        return found

    def to(self, name: str, *, kind: str = "", back: bool = False) -> None:
        """Go on from stop to stop until the one of this name; every stop on the way is in order, in view and marked."""
        passed: list[str] = []
        for _stop in range(MOST_STOPS):
            stop = self.press("Shift+Tab" if back else "Tab")
            assert stop is not None, f"no way to {name}: {passed}"
            passed.append(stop["name"])
            assert stop["marked"], f"nothing shows the focus: {stop}"
            assert stop["seen"], f"the focus is out of sight: {stop}"
            assert back or stop["onward"], f"the order jumps back: {passed}"
            if stop["name"].startswith(name) and kind in ("", stop["kind"]):
                return
        raise AssertionError(f"no way to {name}: {passed}")

    def enter(self, name: str, *, kind: str = "", back: bool = False) -> None:
        """Go to the stop of this name and press Enter there."""
        self.to(name, kind=kind, back=back)
        self.page.keyboard.press("Enter")

    def follow(self, name: str, *, back: bool = False) -> None:
        """Go to the link or button of this name and press Enter; the next page is there and reads well."""
        self.leaving(lambda: self.enter(name, back=back))

    def leaving(self, act: Callable[[], None]) -> None:
        """Do what leads to another page, which then reads well."""
        with self.page.expect_navigation():
            act()
        assert faults(self.page) == []


def faults(page: Page) -> list[str]:
    """What is out of order for someone to whom the page is read aloud."""
    found = page.evaluate(OUTLINE)
    levels = found["levels"]
    wrong = []
    if levels[:1] != [1] or levels.count(1) != 1:
        wrong.append(f"not one first heading: {levels}")
    if any(later > earlier + 1 for earlier, later in pairwise(levels)):
        wrong.append(f"a level of headings is left out: {levels}")
    if (found["mains"], found["banners"], found["footers"]) != (1, 1, 1):
        wrong.append("landmarks are missing or doubled")
    wrong += [f"no name: {part}" for part in found["unnamed"]]
    wrong += [f"a table without a caption or heads: {part}" for part in found["headless"]]
    if found["language"] != "zh-CN":
        wrong.append(f"spoken as {found['language']}")
    return wrong
