"""Weighing in the browser: the sheet it is given, and that it comes to the server's places and shown scores."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from playwright.sync_api import Browser

from leaderboard.boards.worksheet import worksheet
from leaderboard.written import exact_number, tidy
from scoring.measures import Measures
from scoring.rules import Rounding, Scheme, Ties
from scoring.score_document import score_document
from tests.boards.weighing import vector, vectors

SCRIPTS = Path(__file__).parents[2] / "leaderboard" / "static" / "js"
VECTORS = 80
RANKED = """vectors => vectors.map(({sheet, weights, ties}) => {
  const read = Object.fromEntries(Object.entries(weights).map(([k, text]) => [k, fractions.typed(text)]));
  const race = ranking.open(sheet);
  race.place(read, ties);
  return {
    orders: sheet.divisions.map((_, n) => Array.from(race.order(n))),
    units: sheet.rows.map((_, n) => [race.twice(n), race.score(n), race.difference(n)]),
  };
})"""
READ = "texts => texts.map(text => { const f = fractions.typed(text); return f && [`${f.n}`, `${f.d}`]; })"
TYPED = [
    "25",
    "12.5",
    "１２．５",
    "1,200",
    "1/3",
    " 30 ",
    "30%",
    "",
    "3,0",
    "٣٠",
    "-5",
    "1/0",
    "1e3",
    "0x10",
    "五",
]


def measured(*rates: tuple[str, str], ties: str = "competition") -> tuple[Measures, Scheme]:
    """Units by their rates on two indicators of 60 and 40 points."""
    document = {
        "scheme": {
            "name": "试",
            "full_mark": 100,
            "ties": ties,
            "indicators": [
                {"key": "a", "name": "甲", "weight": 60},
                {"key": "b", "name": "乙", "weight": 40},
            ],
        },
        "units": [{"name": f"{n}", "measures": {"a": a, "b": b}} for n, (a, b) in enumerate(rates)],
    }
    scored = score_document(document)
    return scored.measures, scored.scheme


def hairs() -> dict[str, Any]:
    """Ten rates one short of 10^15 and some, which doubles cannot tell apart: the larger the task, the better."""
    rates = [(f"{number - 1}/{number}", "1/2") for number in range(10**15 + 1, 10**15 + 21, 2)]
    return vector(*measured(*rates), {"weight..a": "70.1", "weight..b": "29.9"})


def on_the_edge() -> dict[str, Any]:
    """Scores of 0.125 and of a hair more and less, which are all the same double and not all shown alike."""
    above, below = 10**20, 8 * 10**22
    rates = [(f"{number}/{below}", "0/1") for number in (above, above + 1, above - 1)]
    return vector(*measured(*rates), {"weight..a": "100", "weight..b": "0"})


def test_a_sheet_holds_every_share_exactly_and_no_name() -> None:
    measures, scheme = measured(("1/2", "1/3"), ("5/4", "0/7"))
    sheet = worksheet(measures, scheme, {})
    assert sheet is not None
    assert [row["shares"] for row in sheet["rows"]] == [["1/2", "1/3"], ["5/4", "0"]]
    assert sheet["sets"] == [{"fields": ["weight..a", "weight..b"]}]
    assert "name" not in sheet["rows"][0]


def test_units_stand_in_the_order_that_is_asked_for() -> None:
    measures, scheme = measured(("1/2", "1/3"), ("5/4", "0/7"))
    first, second = (unit.unit.key for unit in measures.units)
    sheet = worksheet(measures, scheme, {}, [second, "gone", first])
    assert sheet is not None
    assert [row["shares"] for row in sheet["rows"]] == [["5/4", "0"], ["1/2", "1/3"]]


def test_where_shares_are_not_enough_the_server_has_to_be_asked() -> None:
    """Points rounded on the way, no total at all, or an order that would have to be told."""
    measures, scheme = measured(("1/2", "1/3"), ("5/4", "0/7"))
    keys = [unit.unit.key for unit in measures.units]
    assert worksheet(measures, replace(scheme, rounding=Rounding(early=("points",))), {}) is None
    assert worksheet(measures, replace(scheme, rounding=Rounding(early=("score",))), {}) is None
    assert worksheet(measures, replace(scheme, composite=False, lead="a"), {}) is None
    assert worksheet(measures, replace(scheme, ties=Ties.SEQUENTIAL), {}, keys[::-1]) is None
    assert worksheet(measures, replace(scheme, ties=Ties.SEQUENTIAL), {}, keys) is not None


def test_the_browser_comes_to_the_same_places_and_shown_scores(browser: Browser) -> None:
    """Drawn races with every kind of gap, limit, bend, tie and rounding, and those where doubles know no answer."""
    found = [hairs(), on_the_edge()]

    @settings(max_examples=VECTORS, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(vectors())
    def draw(drawn: dict[str, Any]) -> None:
        found.append(drawn)

    draw()
    page = browser.new_page()
    for name in ("fractions", "weighing", "ranking"):
        page.add_script_tag(path=SCRIPTS / f"{name}.js")
    came = page.evaluate(RANKED, [{key: one[key] for key in ("sheet", "weights", "ties")} for one in found])
    page.close()
    wrong = [(one, got) for one, got in zip(found, came, strict=True) if got != one["expected"]]
    assert wrong[:1] == []
    assert [unit[0] // 2 for unit in came[0]["units"]] == list(range(10, 0, -1))
    assert [unit[1] for unit in came[1]["units"]] == ["0.13", "0.13", "0.12"]


def test_the_browser_reads_numbers_as_the_server_does(browser: Browser) -> None:
    page = browser.new_page()
    page.add_script_tag(path=SCRIPTS / "fractions.js")
    read = page.evaluate(READ, TYPED)
    page.close()
    found = [Fraction(int(one[0]), int(one[1])) if one else None for one in read]
    assert found == [exact_number(tidy(text)) for text in TYPED]
    assert found[:3] == [25, Fraction(25, 2), Fraction(25, 2)]
    assert found[7:10] == [None, None, None]
