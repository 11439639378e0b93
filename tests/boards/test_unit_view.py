"""A unit's line arranged for reading: the charts of its places and scores."""

from __future__ import annotations

import pytest

from leaderboard.boards.read import PastPlace
from leaderboard.boards.unit_view import Trend, trends


def told(*editions: tuple[str | None, str | None]) -> tuple[Trend, Trend]:
    """The charts of editions given as place and score."""
    return trends([PastPlace(n, f"2026-0{n}-01", *edition) for n, edition in enumerate(editions, 1)])


def test_the_first_place_and_the_highest_score_are_on_top() -> None:
    """Of five places from 24 to 104 a place is 20; of 60 points from 24 to 84 a point is 1."""
    places, scores = told(("5", "0.00"), ("3", "15.00"), ("1", "60.00"))
    assert (places.lines, places.zero) == (["8,104 200,64 392,24"], 24)
    assert (scores.lines, scores.zero) == (["8,84 200,69 392,24"], 84)
    assert (len(places), len(scores)) == (3, 3)


def test_an_edition_without_a_place_or_a_score_breaks_the_line() -> None:
    places, scores = told(("1", "10"), (None, "10"), ("1", None), ("1", "10"))
    assert places.lines == ["8,24", "264,24 392,24"]
    assert scores.lines == ["8,24 136,24", "392,24"]


def test_zero_stays_in_sight_above_scores_below_it() -> None:
    """From 20 down to -10 over 60: zero lies 40 below the top."""
    _places, scores = told(("1", "20"), ("2", "-10"))
    assert (scores.lines, scores.zero) == (["8,24 392,84"], 64)


@pytest.mark.parametrize("score", ["0.00", None])
def test_nothing_but_zero_lies_on_its_line(score: str | None) -> None:
    _places, scores = told((None, score), (None, score))
    assert (scores.lines, scores.zero) == (["8,84 392,84"] if score else [], 84)
