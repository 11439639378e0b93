"""Weighing a screen early and late in its life: what piles up in weeks shows in the difference."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import CDPSession

from tests.journeys.drawing import EDITIONS
from tests.journeys.simulating import Screen

MOST_GROWTH = 200_000
"""Bytes by which scripts may hold more in the end: code compiled meanwhile, and what a collection leaves."""
WEIGHED = ("Nodes", "JSEventListeners", "Documents", "JSHeapUsedSize")
COUNT_TAKEOVERS = """() => {
    const top = document.querySelector('#board .top');
    window.takeovers = 0;
    new MutationObserver(() => { window.takeovers += 1; }).observe(top, { attributeFilter: ['data-number'] });
}"""
Weight = dict[str, int]


@dataclass(frozen=True, slots=True)
class Soaked:
    """What a screen lived through, and what its page held early and late."""

    polls: int
    takeovers: int
    early: Weight
    late: Weight

    def grown(self) -> dict[str, int]:
        """What it holds more of than it may; nothing, if all is well."""
        more = {name: self.late[name] - self.early[name] for name in WEIGHED}
        return {name: n for name, n in more.items() if n > (MOST_GROWTH if name == WEIGHED[-1] else 0)}


def soak(screen: Screen, early: int, late: int) -> Soaked:
    """Live until these editions are on the glass and weigh it at both; they stand for the same one that was drawn."""
    assert (late - early) % EDITIONS == 0
    session = screen.page.context.new_cdp_session(screen.page)
    session.send("Performance.enable")
    screen.page.evaluate(COUNT_TAKEOVERS)
    weights = [_weigh(screen, session, edition) for edition in (early, late)]
    return Soaked(screen.world.asked, screen.page.evaluate("window.takeovers"), *weights)


def _weigh(screen: Screen, session: CDPSession, edition: int) -> Weight:
    screen.live((edition - screen.number() - 1) * screen.world.every / 1000)
    screen.live_until(lambda: screen.number() >= edition)
    assert screen.number() == edition, "it lived too long"
    # What moves on the glass moves in real time.
    screen.page.wait_for_timeout(1500)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found = {one["name"]: int(one["value"]) for one in session.send("Performance.getMetrics")["metrics"]}
    return {name: found[name] for name in WEIGHED}
