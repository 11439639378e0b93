"""How sure a board that is tried is: the weights at which neighbours change places, to the side on which it holds."""

from __future__ import annotations

from typing import Any

from leaderboard.boards.outlook import outlook
from leaderboard.boards.preview import Trial
from scoring.race import score_measured
from scoring.score_document import score_document


def tried(*rates: tuple[str, str], cap: str | None = None, **scheme: Any) -> Trial:
    """Units by their rates on two indicators of 60 and 40 points."""
    limit = {} if cap is None else {"cap": cap}
    document = {
        "scheme": {
            "name": "试",
            "full_mark": 100,
            "indicators": [
                {"key": "a", "name": "甲项", "weight": 60, **limit},
                {"key": "b", "name": "乙项", "weight": 40},
            ],
            **scheme,
        },
        "units": [{"name": f"{n}", "measures": {"a": a, "b": b}} for n, (a, b) in enumerate(rates)],
    }
    scored = score_document(document)
    result = score_measured(scored.measures, scored.scheme)
    return Trial(scored.measures, scored.scheme, result, {})


def names(trial: Trial) -> dict[str, str]:
    return {unit.unit.key: f"第{unit.unit.name}镇" for unit in trial.measures.units}


def test_a_tipping_point_is_rounded_to_where_it_surely_holds() -> None:
    """A w + b (100 - w): 1 and 1/2 against 1/4 and 1: level where 3w/4 = (100 - w)/2, at w = 40 exactly."""
    trial = tried(("1", "1/2"), ("1/4", "1"))
    (found,) = outlook(trial, names(trial), {}).tipping
    assert (found.indicator, found.way, found.level_at, found.place) == ("a", "below", "40", 1)
    # 2w/3 = (100 - w)/2 at w = 300/7 = 42.857…: below 42.85 surely, above 42.86 surely.
    trial = tried(("1", "1/2"), ("1/3", "1"))
    assert [one.level_at for one in outlook(trial, names(trial), {}).tipping] == ["42.85"]
    trial = tried(("1/2", "1"), ("1", "0"))
    (found,) = outlook(trial, names(trial), {}).tipping
    # w/2 + 100 - w < w above w = 200/3.
    assert (found.way, found.level_at) == ("above", "66.67")


def test_the_nearest_tipping_point_comes_first() -> None:
    trial = tried(("1", "1/2"), ("1/4", "1"), ("1/5", "1"))
    found = outlook(trial, names(trial), {}).tipping
    assert [abs(one.change) for one in found] == sorted(abs(one.change) for one in found)


def test_who_is_better_throughout_has_one_place_and_no_tipping_point() -> None:
    trial = tried(("1", "1"), ("1/2", "1/2"))
    found = outlook(trial, names(trial), {})
    assert found.tipping == ()
    assert list(found.intervals.values()) == [(1, 1), (2, 2)]


def test_nothing_is_said_of_places_that_limits_bend() -> None:
    """Scores may not pass 70: with other weights the limit takes hold of others, and no straight line tells where."""
    trial = tried(("1", "1/2"), ("1/4", "1"), score_most="70")
    found = outlook(trial, names(trial), {})
    assert found.intervals == {}
    assert found.tipping == ()


def test_warnings_speak_in_the_names_they_are_given() -> None:
    trial = tried(("6/4", "1/2"), ("1/4", "1"))
    (text,) = [text for text in outlook(trial, names(trial), {}).warnings if "超过100%" in text]
    assert "最高是第0镇的150.0%" in text
