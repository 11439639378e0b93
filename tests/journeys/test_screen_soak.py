"""A screen through fifty-two editions: nothing piles up. Three hundred take longer: `python -m benchmarks.screen_soak`."""

from __future__ import annotations

from tests.journeys.simulating import Screen
from tests.journeys.soaking import soak

EARLY, LATE = 20, 52


def test_nothing_piles_up(screen: Screen) -> None:
    soaked = soak(screen, EARLY, LATE)
    assert soaked.takeovers == LATE - 1
    assert soaked.polls >= 5 * LATE
    assert screen.stayed()
    assert soaked.grown() == {}, soaked
