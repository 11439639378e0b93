"""Comparing units and editions: differences worked out by hand, and the law that they sum exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards.comparing import OTHER, Change, two_editions, two_units

SIGNING: dict[str, Any] = {
    "key": "signing",
    "name": "签约率",
    "name_en": None,
    "kind": "rate",
    "by": "count",
    "measure": {},
}
LANDING: dict[str, Any] = {
    "key": "landing",
    "name": "落地率",
    "name_en": None,
    "kind": "rate",
    "by": "count",
    "measure": {},
}
PRAISE = {"key": "praise", "name": "表扬", "name_en": None}


def row(
    unit: str, place: int | None, signing: str, landing: str, praise: str = "0", **more: Any
) -> dict[str, Any]:
    points = [Fraction(text) for text in (signing, landing, praise)]
    score = sum(points, Fraction(0))
    return {
        "unit": unit,
        "unit_name": unit,
        "unit_name_en": None,
        "division": "towns",
        "place": place,
        "score": str(score),
        "score_shown": f"{float(score):.2f}",
        "indicators": {
            "signing": {"points": signing, "rate": str(points[0] / 30)},
            "landing": {"points": landing, "rate": str(points[1] / 20)},
        },
        "adjustments": {"praise": {"points": praise}},
        **more,
    }  # fmt: skip


def board(*rows: dict[str, Any], composite: bool = True) -> dict[str, Any]:
    return {
        "divisions": [{"key": key, "name": key, "name_en": None} for key in ("towns", "teams")],
        "scheme": {
            "composite": composite,
            "lead": None if composite else "signing",
            "decimals": {"rate": 1, "points": 2, "score": 2},
            "indicators": [SIGNING, LANDING],
            "adjustments": [PRAISE],
        },
        "standings": list(rows),
    }


def changes(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Change]:
    found = two_editions(earlier, later)
    return {change.row["unit"]: change for _, inside in found.divisions for change in inside}


def test_what_one_unit_has_more_than_another() -> None:
    """East 10 + 20/3 + 1 = 53/3, west 12 + 4 = 16: −2, +2.67 and +1 make +1.67."""
    east, west = row("east", 1, "10", "20/3", "1"), row("west", 2, "12", "4")
    found = two_units(board(east, west), east, west)
    assert [(item.key, item.gap.shown) for item in found.items if item.gap] == [
        ("signing", "-2.00"),
        ("landing", "2.67"),
        ("praise", "1.00"),
    ]
    assert found.total is not None
    assert (found.total.exact, found.total.shown, found.total.way) == (Fraction(5, 3), "1.67", "rise")


def test_what_nobody_was_given_is_not_listed() -> None:
    east, west = row("east", 1, "10", "5"), row("west", 2, "12", "4")
    assert [item.key for item in two_units(board(east, west), east, west).items] == ["signing", "landing"]


def test_units_of_two_divisions_are_said_to_be() -> None:
    east, north = row("east", 1, "10", "5"), row("north", 1, "9", "5", division="teams")
    assert not two_units(board(east, north), east, north).is_of_one_division


def test_without_a_total_rates_differ_by_percentage_points() -> None:
    """15/30 is 50 %, 12/30 is 40 %."""
    east, west = row("east", 1, "15", "5"), row("west", 2, "12", "5")
    found = two_units(board(east, west, composite=False), east, west)
    assert (found.items[0].gap and found.items[0].gap.shown, found.total) == ("10.0", None)


def test_who_moved_and_why() -> None:
    """East fell from 1 to 2 though it gained 1 in landing; west gained 9 in signing and rose; north is new, south gone."""
    earlier = board(row("east", 1, "10", "5"), row("west", 2, "4", "5"), row("south", 3, "1", "1"))
    later = board(row("west", 1, "13", "5"), row("east", 2, "10", "6"), row("north", 3, "2", "2"))
    found = changes(earlier, later)
    assert list(found) == ["west", "east", "north", "south"]
    west, east = found["west"], found["east"]
    assert (west.total and west.total.shown, west.parts["signing"].shown) == ("9.00", "9.00")
    assert (west.cause and west.cause.kind, west.cause and west.cause.name) == ("more", "签约率")
    assert east.cause is not None
    assert east.cause.kind == "overtaken"
    assert (found["north"].before, found["north"].total, found["north"].parts) == (None, None, {})
    assert found["south"].after is None


def test_a_bonus_and_what_the_scheme_dropped_come_together() -> None:
    """Praise +1, and an indicator that the later scheme no longer has takes its 3 points away: −2."""
    before = row("east", 1, "10", "5")
    before["indicators"]["old"] = {"points": "3", "rate": "1"}
    before["score"] = "18"
    found = two_editions(board(before), board(row("east", 1, "10", "5", "1")))
    (change,) = found.divisions[0][1]
    assert found.has_other
    assert change.total is not None
    assert [gap.exact for gap in (change.parts[OTHER], change.total)] == [Fraction(-2), Fraction(-2)]


def test_a_unit_that_changed_its_division_stands_in_the_later_one() -> None:
    found = changes(board(row("east", 1, "1", "1")), board(row("east", 2, "2", "1", division="teams")))
    assert (found["east"].row["division"], found["east"].cause) == ("teams", None)


exact = st.fractions(min_value=-50, max_value=50, max_denominator=97).map(str)
rows = st.tuples(exact, exact, exact)


@given(rows, rows)
def test_differences_sum_exactly(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    """Between units and between editions, the parts are the whole."""
    first, second = row("east", 1, *one), row("east", 2, *other)
    units = two_units(board(first), first, second)
    assert units.total is not None
    assert sum((item.gap.exact for item in units.items if item.gap), Fraction(0)) == units.total.exact
    change = changes(board(second), board(first))["east"]
    assert change.total is not None
    assert sum((part.exact for part in change.parts.values()), Fraction(0)) == change.total.exact
