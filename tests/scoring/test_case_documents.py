"""Published figures, digit for digit, from one document each: the scheme and the numbers that were printed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from leaderboard.exchange.scheme_file import read_document
from scoring.score_document import score_document
from scoring.scorecard import scorecard

CASES = Path(__file__).parent / "cases"


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The printed figures, and the scored document."""
    printed: dict[str, Any] = json.loads(
        (CASES / f"{name}.json").read_text(encoding="utf-8"), parse_float=Fraction
    )
    document = read_document((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return printed, scorecard(score_document(document))


def by_name(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {standing["name"]: standing for standing in card["standings"]}


def percent(text: str) -> str:
    """A notice prints a whole percentage without its ".0"."""
    return text.removesuffix("%").removesuffix(".0")


def test_henan() -> None:
    printed, card = case("henan-2008-weighted-rates")
    found = by_name(card)
    for unit in printed["units"]:
        standing = found[unit["name"]]
        assert standing["score_shown"] == unit["published_total"]
        assert standing["place"] == unit["published_rank"]
        assert (
            standing["indicators"]["started"]["rate_shown"]
            == f"{unit['published_scores']['start_rate_pct']}%"
        )
    assert len(found) == 19


def test_luan() -> None:
    printed, card = case("luan-2022-jan-sep")
    found = by_name(card)
    for unit in printed["units"]:
        line = found[unit["name"]]["indicators"]["start_rate"]
        assert percent(line["rate_shown"]) == unit["published_scores"]["start_rate_pct"]
        assert line["place"] == unit["published_rank"]["start_rate_by_order_of_listing"]
    assert [row["score"] for row in card["standings"]] == [None] * 8
    city = {row["indicator"]: row for row in card["headlines"] if row["division"] is None}
    assert (city["start_rate"]["numerator"], city["start_rate"]["denominator"]) == ("285", "344")
    assert [city[key]["numerator"] for key in ("signed_500m", "signed_1bn", "leader_trips")] == [
        "88",
        "36",
        "161",
    ]


def test_gansu_but_for_the_figure_the_press_misprinted() -> None:
    """881.4 / 6793.18 is 12.97 %; the press printed 12.64."""
    printed, card = case("gansu-2015-fair-cohorts")
    found = by_name(card)
    differing = []
    compared = 0
    for unit in printed["units"]:
        for key, figure in unit["published_scores"].items():
            line = found[unit["name"]]["indicators"][key.removesuffix("_pct")]
            if figure is None:
                assert line["state"] == "not_reported"
                continue
            compared += 1
            if line["rate_shown"] != f"{figure}%":
                differing.append((unit["name"], key, figure, line["rate_shown"]))
    # The completion rate of the 21st fair was not printed: eight figures are there to compare.
    assert compared == 8
    assert differing == [("21st (第二十一届)", "arrival_rate_pct", "12.64", "12.97%")]


def test_efficacy_bands() -> None:
    printed, card = case("efficacy-coefficient-bands")
    lines = by_name(card)["某企业"]["indicators"]
    item = printed["expected"]["item_1"]
    assert lines["item_1"]["points_shown"] == "15.23"
    working = {key: Fraction(found["exact"]) for key, found in lines["item_1"]["working"].items()}
    assert working["base"] == item["base"]
    assert abs(working["coefficient"] - item["efficacy_coefficient"]) <= Fraction("0.00005")
    assert abs(working["adjustment"] - item["adjustment"]) <= Fraction("0.005")
    assert Fraction(lines["item_2"]["working"]["base"]["exact"]) == printed["expected"]["item_2"]["base"]


def test_hdi_places() -> None:
    printed, card = case("ranks-and-ties")
    assert [row["name"] for row in card["standings"]] == printed["inputs"]["units"]
    assert [row["place"] for row in card["standings"]] == printed["expected"]["hdi_rank_competition"]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_case_names_its_source(path: Path) -> None:
    assert "# Source: " in path.read_text(encoding="utf-8")
