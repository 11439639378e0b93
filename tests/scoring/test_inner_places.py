"""Places that rules read: whole, and the same for equals, however the board itself counts ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from scoring.score_document import ScoreError, score_document
from scoring.scorecard import scorecard

BANDS = [{"from": 1, "up_to": 2, "points": 7}, {"from": 3, "up_to": 4, "points": "3.5"}]


def race(
    values: Mapping[str, object], ties: str, bands: object = BANDS, on: str = "place", own: str | None = None
) -> Any:
    rule = {"key": "x", "name": "新开工", "weight": 7, "shape": {"kind": "bands", "on": on, "bands": bands}}
    return {
        "scheme": {"name": "名次分段", "full_mark": 7, "ties": ties, "indicators": [{**rule, "ties": own}]},
        "units": [{"name": name, "measures": {"x": value}} for name, value in values.items()],
    }


def points(document: Any) -> dict[str, str]:
    standings = scorecard(score_document(document))["standings"]
    return {row["name"]: row["indicators"]["x"]["points_shown"] for row in standings}


FOUR = {"甲": 90, "乙": 80, "丙": 80, "丁": 10}


@pytest.mark.parametrize("ties", ["competition", "dense", "sequential", "modified", "fractional"])
def test_equal_numbers_earn_equal_points_under_every_tie_rule_of_the_board(ties: str) -> None:
    """乙 and 丙 are both second, the last is fourth: 7, 7, 7, 3.5."""
    expected = {"甲": "7.00", "乙": "7.00", "丙": "7.00", "丁": "3.50"}
    assert points(race(FOUR, ties)) == expected
    swapped = {name: FOUR[name] for name in ("丁", "丙", "乙", "甲")}
    assert points(race(swapped, ties)) == expected


@pytest.mark.parametrize(
    ("own", "last"),
    # 1, 2, 2, 4 - 1, 2, 2, 3 - 1, 3, 3, 4; with bands 1-2 and 3-4.
    [("competition", ("7.00", "3.50")), ("dense", ("7.00", "3.50")), ("modified", ("3.50", "3.50"))],
)
def test_an_indicator_may_count_its_places_in_its_own_way(own: str, last: tuple[str, str]) -> None:
    found = points(race(FOUR, "sequential", own=own))
    assert (found["乙"], found["丙"], found["丁"]) == (last[0], *last)


def test_the_place_shown_is_the_place_that_was_read() -> None:
    standings = scorecard(score_document(race(FOUR, "sequential")))["standings"]
    assert {row["name"]: row["indicators"]["x"]["place"] for row in standings} == {
        "甲": 1,
        "乙": 2,
        "丙": 2,
        "丁": 4,
    }


@pytest.mark.parametrize("own", ["sequential", "fractional", "lottery"])
def test_an_indicator_cannot_count_by_the_order_of_rows_or_in_halves(own: str) -> None:
    with pytest.raises(ScoreError) as raised:
        score_document(race(FOUR, "competition", own=own))
    assert [problem.path for problem in raised.value.problems] == ["scheme.indicators[0].ties"]


def test_half_a_project_belongs_to_the_band_below() -> None:
    """1-5 and 6 and more: 5.5 projects are not six yet, and are not lost between the two."""
    bands = [{"from": 1, "up_to": 5, "points": 2}, {"from": 6, "points": 7}]
    found = points(race({"甲": "6/1", "乙": "5.5/1", "丙": "5/1"}, "competition", bands, "numerator"))
    assert found == {"甲": "7.00", "乙": "2.00", "丙": "2.00"}
