"""Sorting a board by any column: the best first, backwards, and back; equal rows keep the board's order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards.orders import OFFICIAL, Order, arranged, columns, read_order


def row(
    unit: str, place: int | None, before: int | None, signing: int | None, score: str | None, bonus: str = "0"
) -> dict[str, Any]:
    return {
        "unit": unit,
        "unit_name": unit,
        "unit_name_en": None,
        "place": place,
        "previous_place": before,
        "score": score,
        "indicators": {"signing": {"place": signing}},
        "adjustments": {"praise": {"points": bonus}},
    }


BOARD: dict[str, Any] = {"scheme": {"indicators": [{"key": "signing"}], "adjustments": [{"key": "praise"}]}}
ROWS = [
    row("柳溪镇", 1, 2, 2, "50"),
    row("安岭镇", 2, 1, 1, "40", "1/2"),
    row("东河镇", 2, 4, 2, "40", "1"),
    row("北湾镇", None, 3, None, None),
]


@pytest.mark.parametrize(
    ("order", "units"),
    [
        ("", "柳安东北"),
        ("place", "柳安东北"),
        ("-place", "安东柳北"),
        ("move", "东柳安北"),
        ("-move", "安柳东北"),
        ("unit", "安北东柳"),
        ("signing", "安柳东北"),
        ("-signing", "柳东安北"),
        ("adjust", "东安柳北"),
        ("-score", "安东柳北"),
        ("nothing", "柳安东北"),
    ],
)
def test_rows_stand_by_the_column_asked_for(order: str, units: str) -> None:
    """What has nothing in the column comes last either way; 北 has no place, no score, no rate and no bonus."""
    found = arranged(BOARD, ROWS, read_order(BOARD, order))
    assert "".join(row["unit"][0] for row, _ in found) == units


def test_each_row_says_its_number_and_its_ranks() -> None:
    """In the order of the columns: place, movement, name, signing, bonus, score."""
    assert columns(BOARD) == ["place", "move", "unit", "signing", "adjust", "score"]
    assert [told for _, told in arranged(BOARD, ROWS, OFFICIAL)] == [
        "0,0,1,3,1,,0", "1,1,2,0,0,1,1", "2,1,0,2,1,0,1", "3,,,1,,,",
    ]  # fmt: skip


def test_a_third_press_leads_back() -> None:
    first = OFFICIAL.pressed("score")
    assert (first.written, first.aria) == ("score", "descending")
    assert (first.pressed("score").written, first.pressed("score").aria) == ("-score", "ascending")
    assert first.pressed("score").pressed("score").is_official
    assert (OFFICIAL.pressed("place").written, OFFICIAL.aria) == ("-place", "ascending")
    assert Order("unit").aria == "ascending"


@given(st.permutations(range(6)), st.lists(st.integers(1, 4) | st.none(), min_size=6, max_size=6))
def test_sorting_loses_nobody_and_turning_turns(names: list[int], places: list[int | None]) -> None:
    rows = [
        row(str(name), n + 1, None, place, "1")
        for n, (name, place) in enumerate(zip(names, places, strict=True))
    ]
    there = [r["indicators"]["signing"]["place"] for r, _ in arranged(BOARD, rows, Order("signing"))]
    back = [
        r["indicators"]["signing"]["place"]
        for r, _ in arranged(BOARD, rows, Order("signing", backwards=True))
    ]
    known = [place for place in places if place is not None]
    missing = [None] * (6 - len(known))
    assert there == [*sorted(known), *missing]
    assert back == [*sorted(known, reverse=True), *missing]
