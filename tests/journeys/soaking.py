"""Weighing a screen again and again in its life: what piles up in weeks shows as growth from each time to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from playwright.sync_api import CDPSession

from tests.journeys.drawing import EDITIONS
from tests.journeys.simulating import Screen

MOST_GROWTH = 100_000
"""Bytes by which scripts may hold steadily more from the first weighing to the last: what collections leave."""
COUNTED = ("Nodes", "JSEventListeners", "Documents")
HEAP = "JSHeapUsedSize"
COUNT_TAKEOVERS = """() => {
    const top = document.querySelector('#board .top');
    window.takeovers = 0;
    new MutationObserver(() => { window.takeovers += 1; }).observe(top, { attributeFilter: ['data-number'] });
}"""
Weight = dict[str, int]


@dataclass(frozen=True, slots=True)
class Soaked:
    """What a screen lived through, and what its page held at each weighing, the first to the last."""

    polls: int
    takeovers: int
    weights: Sequence[Weight]

    def grown(self) -> dict[str, int]:
        """What it holds more of than it may; nothing, if all is well."""
        first, last = self.weights[0], self.weights[-1]
        more = {name: last[name] - first[name] for name in COUNTED if last[name] > first[name]}
        return more | ({HEAP: self.steady()} if self.steady() > MOST_GROWTH else {})

    def steady(self) -> int:
        """Bytes that went on piling up: the least growth between two weighings, as often as there are such pairs.

        What is kept by mistake is kept at each edition. What the browser compiles when it finds something used often
        comes once, at a time of its own choosing: 20 to 30 kB a piece, 200 kB in a hundred editions.
        """
        grown = [late[HEAP] - early[HEAP] for early, late in pairwise(self.weights)]
        return min(grown) * len(grown)


def soak(screen: Screen, editions: Sequence[int]) -> Soaked:
    """Live until each of these editions is on the glass and weigh it there; they stand for the same one drawn."""
    assert len({edition % EDITIONS for edition in editions}) == 1
    session = screen.page.context.new_cdp_session(screen.page)
    session.send("Performance.enable")
    screen.page.evaluate(COUNT_TAKEOVERS)
    weights = [_weigh(screen, session, edition) for edition in editions]
    return Soaked(screen.world.asked, screen.page.evaluate("window.takeovers"), weights)


def _weigh(screen: Screen, session: CDPSession, edition: int) -> Weight:
    screen.live((edition - screen.number() - 1) * screen.world.every / 1000)
    screen.live_until(lambda: screen.number() >= edition)
    assert screen.number() == edition, "it lived too long"
    # What moves on the glass moves in real time.
    screen.page.wait_for_timeout(1500)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found = {one["name"]: int(one["value"]) for one in session.send("Performance.getMetrics")["metrics"]}
    return {name: found[name] for name in (*COUNTED, HEAP)}
