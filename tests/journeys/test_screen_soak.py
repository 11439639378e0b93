"""A screen through fifty-two editions: nothing piles up. Three hundred take longer: `python -m benchmarks.screen_soak`."""

from __future__ import annotations

from tests.journeys.simulating import Screen
from tests.journeys.soaking import COUNTED, HEAP, Soaked, soak

WEIGHED_AT = (20, 28, 36, 44, 52)


def test_nothing_piles_up(screen: Screen) -> None:
    soaked = soak(screen, WEIGHED_AT)
    assert soaked.takeovers == WEIGHED_AT[-1] - 1
    assert soaked.polls >= 5 * WEIGHED_AT[-1]
    assert screen.stayed()
    assert soaked.grown() == {}, soaked


def test_what_comes_once_is_not_what_piles_up() -> None:
    compiled = [2_000_000, 2_001_000, 2_240_000, 2_239_000, 2_300_000]
    leaking = [2_000_000, 2_030_000, 2_290_000, 2_320_000, 2_346_000]
    assert _weighed(compiled).grown() == {}
    assert _weighed(leaking).grown() == {HEAP: 4 * 26_000}


def test_a_node_more_is_a_node_too_many() -> None:
    soaked = _weighed([2_000_000] * 3)
    soaked.weights[-1]["Nodes"] += 1
    assert soaked.grown() == {"Nodes": 1}


def _weighed(heaps: list[int]) -> Soaked:
    return Soaked(0, 0, [dict.fromkeys(COUNTED, 7) | {HEAP: heap} for heap in heaps])
