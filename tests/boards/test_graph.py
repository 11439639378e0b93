"""The graph of a season: spots, lines and ticks of small boards, worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards.graph import PLACE, SCORE, STEP, DivisionGraph, Kind, graphs, kinds, named_every

RATE = {"key": "signing", "name": "签约率", "name_en": None, "kind": "rate"}


def row(unit: str, place: int | None, score: str | None = None, rate: str | None = None) -> dict[str, Any]:
    shown = None if rate is None else f"{float(Fraction(rate)) * 100:.1f}%"
    return {
        "unit": unit,
        "unit_name": f"{unit}镇",
        "unit_name_en": None,
        "division": "towns",
        "place": place,
        "tied": False,
        "score": score,
        "score_shown": score,
        "indicators": {"signing": {"rate": rate, "rate_shown": shown}},
    }


def board(*rows: dict[str, Any]) -> dict[str, Any]:
    """A board with these rows in its order."""
    return {
        "divisions": [{"key": "towns", "name": "乡镇", "name_en": None}, {"key": "empty", "name": "空", "name_en": None}],
        "scheme": {"composite": True, "lead": None, "indicators": [RATE]},
        "standings": list(rows),
    }  # fmt: skip


def one(boards: list[dict[str, Any]], kind: Kind, chosen: tuple[str, ...] = ()) -> DivisionGraph:
    (found,) = graphs(boards, kind, chosen)
    return found


def test_a_lane_goes_from_row_to_row_and_breaks_where_there_is_no_place() -> None:
    """East is first, unranked, second: its line has two ends and no middle; west is second, first, first."""
    boards = [
        board(row("east", 1), row("west", 2)),
        board(row("west", 1), row("east", None)),
        board(row("west", 1), row("east", 2)),
    ]
    graph = one(boards, Kind(PLACE))
    assert [lane.unit for lane in graph.lanes] == ["west", "east"]
    assert graph.lanes[0].path == "M50 150L150 50L250 50"
    assert graph.lanes[1].path == "M50 50M250 150"
    assert graph.lanes[1].dots == "M50 50h0M250 150h0"
    assert (graph.width, graph.height, list(graph.ticks)) == (300, 200, [])


def test_of_many_editions_every_nth_is_named() -> None:
    """At most twelve with room and five on a phone: of 60 every fifth and every twentieth."""
    asked = (1, 3, 12, 23, 60, 300)
    assert [named_every(count) for count in asked] == [(1, 1), (1, 1), (1, 5), (2, 5), (5, 20), (50, 100)]


def test_units_that_share_a_place_have_rows_of_their_own() -> None:
    graph = one([board(row("east", 1), row("west", 1), row("north", 3))], Kind(PLACE))
    assert [(lane.spots[0].shown, lane.spots[0].y) for lane in graph.lanes if lane.spots[0]] == [
        ("1", 50),
        ("1", 150),
        ("3", 250),
    ]


def test_a_value_is_as_high_as_its_share_of_a_round_number() -> None:
    """Scores 80 and 30: ticks every 20 to 80; 30 is five eighths of the way down three rows' middles apart by 100."""
    graph = one([board(row("east", 1, "80"), row("west", 2, "30"))], Kind(SCORE))
    assert [tick.shown for tick in graph.ticks] == ["80", "60", "40", "20", "0"]
    assert (graph.ticks[0].y, graph.ticks[-1].y) == (50, 150)
    assert [lane.last.y for lane in graph.lanes if lane.last] == [50, 50 + 62]
    assert [lane.label_y for lane in graph.lanes] == [50, 150]


def test_rates_are_told_in_percent_and_who_has_none_comes_last() -> None:
    boards = [board(row("east", 1, rate="1/2"), row("west", 2), row("north", 3, rate="3/4"))]
    graph = one(boards, Kind("signing", RATE))
    assert [tick.shown for tick in graph.ticks] == ["80%", "60%", "40%", "20%", "0%"]
    assert [lane.unit for lane in graph.lanes] == ["north", "east", "west"]
    assert graph.lanes[2].last is None


def test_a_board_of_nothing_but_noughts_has_a_scale() -> None:
    assert [t.shown for t in one([board(row("east", 1, "0"))], Kind(SCORE)).ticks] == [
        "1", "0.8", "0.6", "0.4", "0.2", "0",
    ]  # fmt: skip


def test_less_than_nothing_stands_below_the_line() -> None:
    graph = one([board(row("east", 1, "3"), row("west", 2, "-1"))], Kind(SCORE))
    assert [tick.shown for tick in graph.ticks] == ["3", "2", "1", "0", "-1"]
    assert [lane.last.y for lane in graph.lanes if lane.last] == [50, 150]


@pytest.mark.parametrize(
    ("chosen", "marks"),
    [((), [1, 2, 3, 0]), (("d",), [0, 0, 0, 1]), (("d", "b"), [0, 1, 0, 2]), (("nobody",), [1, 2, 3, 0])],
)
def test_the_first_three_stand_out_or_those_who_were_chosen(
    chosen: tuple[str, ...], marks: list[int]
) -> None:
    boards = [board(*(row(unit, place) for place, unit in enumerate("abcd", start=1)))]
    assert [lane.mark for lane in one(boards, Kind(PLACE), chosen).lanes] == marks


def test_an_indicator_that_an_earlier_scheme_did_not_have_is_a_gap() -> None:
    old = row("east", 1)
    old["indicators"] = {}
    lane = one([board(old), board(row("east", 1, rate="1"))], Kind("signing", RATE)).lanes[0]
    assert lane.spots[0] is None
    assert lane.last is not None


def test_without_a_total_there_is_no_score_to_draw() -> None:
    notice = board()
    notice["scheme"] |= {"composite": False, "lead": "signing"}
    assert [kind.key for kind in kinds(notice)] == ["place", "signing"]
    assert [kind.key for kind in kinds(board())] == ["place", "score", "signing"]


@given(st.lists(st.fractions(min_value=-5, max_value=200), min_size=1, max_size=12))
def test_every_value_lies_on_the_graph_in_the_order_of_its_size(values: list[Fraction]) -> None:
    """Between the middles of the first and the last row; of two numbers the larger is never drawn lower."""
    rows = [row(str(n), n + 1, str(value)) for n, value in enumerate(values)]
    graph = one([board(*rows)], Kind(SCORE))
    drawn = {lane.unit: lane.last.y for lane in graph.lanes if lane.last}
    assert all(STEP // 2 <= y <= graph.height - STEP // 2 for y in drawn.values())
    by_size = sorted(range(len(values)), key=lambda n: values[n], reverse=True)
    assert [drawn[str(n)] for n in by_size] == sorted(drawn.values())
    assert len(graph.ticks) <= 8
