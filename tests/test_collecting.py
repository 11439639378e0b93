"""Leaving the collector of cycles alone: not within the block, and not for what was made in it."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from leaderboard.collecting import without_collecting


def test_nothing_is_looked_through_within_the_block_nor_at_its_end() -> None:
    looks: list[str] = []

    def look(phase: str, _info: dict[str, Any]) -> None:
        looks.append(phase)

    gc.callbacks.append(look)
    try:
        with without_collecting():
            made: list[list[Any]] = [[] for _ in range(100_000)]
            assert not gc.isenabled()
        more: list[list[Any]] = [[] for _ in range(gc.get_threshold()[0] // 2)]
    finally:
        gc.callbacks.remove(look)
    assert (looks, gc.isenabled()) == ([], True)
    assert len(made) > len(more)


def test_what_was_made_in_the_block_is_still_looked_through_later() -> None:
    with without_collecting():
        circle: list[Any] = []
        circle.append(circle)
        del circle
    assert gc.collect() >= 1


def test_the_collector_works_again_after_an_error_and_stays_off_where_it_was() -> None:
    with pytest.raises(ZeroDivisionError), without_collecting():
        _ = 1 / 0
    assert gc.isenabled()
    gc.disable()
    try:
        with without_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
