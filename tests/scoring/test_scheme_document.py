"""Scheme documents: everything a document can state, everything wrong at once, and the way back."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from scoring.rules import (
    AdjustmentRule,
    ArrivedOverContract,
    ArrivedOverTask,
    Cohort,
    Decimals,
    DivisionRules,
    MissingKind,
    MissingRule,
    MissingRules,
    PerProject,
    ReturnQuantity,
    ReturnRatio,
    Scheme,
    Signing,
    StageReached,
    Ties,
)
from scoring.scheme_document import SchemeError, parse_scheme, scheme_document
from tests.scoring.build import RATIO, indicator, scheme_of

FULL = {
    "format": "saima-scheme/1",
    "name": "云溪县2026年招商引资赛马考核方案",
    "full_mark": "100",
    "composite": True,
    "decimals": {"rate": 1, "points": 2, "score": 3},
    "ties": "dense",
    "tie_breakers": ["arrival", "signing"],
    "schedule": "linear",
    "indicators": [
        {
            "key": "signing",
            "name": "签约率",
            "name_en": "Signing rate",
            "weight": "30",
            "measure": {
                "preset": "signing",
                "by": {"by": "mix", "count_share": "1/3"},
                "level": "stretch",
                "floor_yuan": 100000000,
            },
            "cap": "1.2",
            "floor": "0.1",
            "missing": {
                "not_reported": "full",
                "no_denominator": "fixed:7.5",
                "under_verification": "unranked",
            },
        },
        {
            "key": "landing",
            "name": "落地率",
            "weight": "20.5",
            "measure": {"preset": "landing", "stages": ["landed", "land_paid"], "since": "2025-07-01"},
        },
        {
            "key": "arrival",
            "name": "到位率",
            "weight": "99/2",
            "measure": {"preset": "arrival", "over": "task"},
        },
    ],
    "adjustments": [
        {
            "key": "big_project",
            "name": "十亿元项目加分",
            "name_en": "Large projects",
            "kind": "bonus",
            "each": "1",
            "ceiling": "3",
            "per": {"stage": "signed", "min_total_yuan": 1000000000},
        },
        {"key": "criticised", "name": "通报批评扣分", "kind": "deduction", "each": "0.5"},
    ],
    "divisions": {"soe": {"weights": {"arrival": "60", "signing": "40"}}},
}


def test_a_full_document_means_what_it_says() -> None:
    found = parse_scheme(FULL)
    signing, landing, arrival = found.indicators
    assert signing.measure == Signing("mix", Fraction(1, 3), "stretch", Cohort(100_000_000))
    assert (signing.weight, signing.cap, signing.floor) == (30, Fraction(6, 5), Fraction(1, 10))
    assert signing.missing == MissingRules(
        not_reported=MissingRule(MissingKind.FULL),
        no_denominator=MissingRule(MissingKind.FIXED, Fraction(15, 2)),
        not_applicable=MissingRule(MissingKind.LEAVE_OUT),
        under_verification=MissingRule(MissingKind.UNRANKED),
    )
    carried_over = Cohort(since=date(2025, 7, 1))
    assert landing.measure == StageReached("landing", ("landed", "land_paid"), carried_over)
    assert (landing.cap, landing.floor, landing.missing) == (None, 0, MissingRules())
    assert arrival.measure == ArrivedOverTask("basic")
    assert found.adjustments == (
        AdjustmentRule(
            "big_project",
            "十亿元项目加分",
            "bonus",
            Fraction(1),
            "Large projects",
            Fraction(3),
            PerProject("signed", 10**9),
        ),
        AdjustmentRule("criticised", "通报批评扣分", "deduction", Fraction(1, 2)),
    )
    assert found.divisions == (DivisionRules("soe", (("signing", Fraction(40)), ("arrival", Fraction(60)))),)
    assert (found.ties, found.tie_breakers) == (Ties.DENSE, ("arrival", "signing"))
    assert (found.full_mark, found.decimals) == (100, Decimals(1, 2, 3))


def test_what_a_document_need_not_say() -> None:
    found = parse_scheme(scheme_of(indicator({"preset": "arrival"}, weight="100")))
    assert (found.composite, found.ties, found.tie_breakers) == (True, Ties.COMPETITION, ())
    assert (found.decimals, found.schedule, found.lead) == (Decimals(1, 2, 2), "linear", None)
    assert found.indicators[0].measure == ArrivedOverContract()
    presets = [indicator({"preset": name}, name, "50") for name in ("landing", "groundbreaking")]
    landing, groundbreaking = parse_scheme(scheme_of(*presets)).indicators
    assert landing.measure == StageReached("landing", ("registered", "landed"))
    assert groundbreaking.measure == StageReached("groundbreaking", ("started",))


def test_a_document_without_a_total_needs_no_weights() -> None:
    document = scheme_of(
        indicator(RATIO, "rate", None),
        indicator({"quantity": "trips"}, "trips", None),
        composite=False,
        lead="rate",
    )
    del document["full_mark"]
    found = parse_scheme(document)
    assert (found.composite, found.lead, found.full_mark) == (False, "rate", 100)
    assert [i.measure for i in found.indicators] == [ReturnRatio("done", "due"), ReturnQuantity("trips")]
    assert [i.weight for i in found.indicators] == [0, 0]
    assert parse_scheme(scheme_document(found)) == found


def test_whole_numbers_need_no_quotes() -> None:
    document = scheme_of({**indicator(RATIO), "weight": 100, "cap": 2}, full_mark=100)
    assert parse_scheme(document).indicators[0].cap == 2


def test_a_canonical_document_reads_back_and_is_canonical() -> None:
    found = parse_scheme(FULL)
    written = scheme_document(found)
    assert parse_scheme(json.loads(json.dumps(written))) == found
    assert scheme_document(parse_scheme(written)) == written
    assert written["indicators"][0]["cap"] == "1.2"
    assert written["indicators"][1]["weight"] == "20.5"
    assert written["indicators"][0]["missing"]["no_denominator"] == "fixed:7.5"


def problems(document: Any) -> dict[str, str]:
    with pytest.raises(SchemeError) as raised:
        parse_scheme(document)
    found = {problem.path: problem.message for problem in raised.value.problems}
    assert len(found) == len(raised.value.problems)
    assert all(message in str(raised.value) for message in found.values())
    return found


def test_all_problems_come_at_once_in_words() -> None:
    document = {
        "format": "saima-scheme/9",
        "full_mark": 100.0,
        "ties": "olympic",
        "colour": "red",
        "decimals": {"rate": 9},
        "tie_breakers": ["nobody"],
        "indicators": [
            {
                "key": "Bad Key",
                "name": " ",
                "weight": "three",
                "measure": {"preset": "magic"},
                "cap": "1",
                "floor": "2",
            },
            {"key": "x", "name": "x", "weight": "-1", "measure": {"quantity": "n", "ratio": {}}},
            {
                "key": "x",
                "name": "x",
                "weight": "1",
                "measure": {"ratio": {"numerator": "n"}},
                "missing": {"not_reported": "guess"},
            },
        ],
        "adjustments": [{"key": "y", "name": "y", "kind": "gift", "each": "0", "per": {"size": 1}}],
        "divisions": {"soe": {"weights": {"nobody": "1"}}},
    }
    found = problems(document)
    expected = {
        "format": "saima-scheme/1",
        "name": "缺少此项",
        "full_mark": "精确数",
        "ties": "competition",
        "colour": "不认识的项",
        "decimals.rate": "0 到 6",
        "tie_breakers[0]": "代号",
        "indicators[0].key": "小写英文字母",
        "indicators[0].name": "不能空白",
        "indicators[0].weight": "“three”",
        "indicators[0].measure.preset": "groundbreaking",
        "indicators[0].cap": "不能低于保底 2",
        "indicators[1].weight": "不能小于 0",
        "indicators[1].measure": "口径",
        "indicators[2].key": "重复",
        "indicators[2].measure.ratio.denominator": "缺少此项",
        "indicators[2].missing.not_reported": "redistribute",
        "adjustments[0].kind": "deduction",
        "adjustments[0].each": "大于 0",
        "adjustments[0].per.stage": "缺少此项",
        "adjustments[0].per.size": "不认识的项",
        "divisions.soe.weights.nobody": "没有这个代号",
    }
    assert set(found) == set(expected)
    for path, words in expected.items():
        assert words in found[path], path


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (scheme_of(indicator(RATIO, weight="95")), "indicators", "满分 100，现在是 95"),
        (
            scheme_of(indicator(RATIO), divisions={"soe": {"weights": {"x": "99.5"}}}),
            "divisions.soe.weights",
            "现在是 99.5",
        ),
        (scheme_of(), "indicators", "至少要有一项"),
        (scheme_of(indicator(RATIO, weight="0"), full_mark="0"), "full_mark", "大于 0"),
        (scheme_of(indicator(RATIO, weight=None)), "indicators[0].weight", "缺少此项"),
        (scheme_of(indicator({"quantity": "n"})), "indicators[0].weight", "只能是 0"),
        (scheme_of(indicator(RATIO), lead="x"), "lead", "按总分"),
        (scheme_of(indicator(RATIO, weight=None), composite=False), "lead", "缺少此项"),
        (scheme_of(indicator(RATIO, weight=None), composite=False, lead="y"), "lead", "没有“y”"),
        (
            scheme_of(
                indicator(RATIO, weight=None),
                composite=False,
                lead="x",
                adjustments=[{"key": "y", "name": "y", "kind": "bonus", "each": "1"}],
            ),
            "adjustments",
            "没有加减分",
        ),
        (
            scheme_of(indicator({"preset": "signing", "by": "money"})),
            "indicators[0].measure.by",
            "count_share",
        ),
        (
            scheme_of(indicator({"preset": "signing", "by": {"by": "mix", "count_share": "1"}})),
            "indicators[0].measure.by.count_share",
            "小于 1",
        ),
        (
            scheme_of(indicator({"preset": "landing", "stages": []})),
            "indicators[0].measure.stages",
            "至少一个",
        ),
        (
            scheme_of(indicator({"preset": "groundbreaking", "stages": ["started"]})),
            "indicators[0].measure.stages",
            "不认识的项",
        ),
        (
            scheme_of(indicator({"preset": "arrival", "over": "task", "floor_yuan": 1})),
            "indicators[0].measure.floor_yuan",
            "不认识的项",
        ),
        (
            scheme_of(indicator({"preset": "arrival", "since": "2026-02-30"})),
            "indicators[0].measure.since",
            "2026-01-31",
        ),
        (
            scheme_of(indicator({"preset": "arrival", "floor_yuan": "1亿"})),
            "indicators[0].measure.floor_yuan",
            "整数",
        ),
        (scheme_of(indicator(RATIO, missing={"zero": "zero"})), "indicators[0].missing.zero", "不认识的项"),
        (
            scheme_of(indicator(RATIO, missing={"not_reported": "fixed:"})),
            "indicators[0].missing.not_reported",
            "fixed:10",
        ),
        ({**scheme_of(), "indicators": ["指标"]}, "indicators[0]", "应为对象"),
        (scheme_of({"key": "x", "name": "x", "weight": "100"}), "indicators[0].measure", "缺少此项"),
        ({**scheme_of(), "indicators": "none"}, "indicators", "应为列表"),
        (scheme_of(indicator(RATIO), divisions=[]), "divisions", "应为对象"),
        (scheme_of(indicator(RATIO), composite="yes"), "composite", "true 或 false"),
        (scheme_of(indicator(RATIO, floor="-1")), "indicators[0].floor", "不能小于 0"),
    ],
)
def test_each_single_problem(document: dict[str, Any], path: str, words: str) -> None:
    found = problems(document)
    assert list(found) == [path]
    assert words in found[path]


@pytest.mark.parametrize(
    ("document", "shown"),
    [(None, "空"), ([], "列表"), ("方案", "“方案”"), (3, "“3”"), ("长" * 99, f"“{'长' * 40}…”")],
)
def test_what_is_no_document_at_all(document: Any, shown: str) -> None:
    assert problems(document) == {"": f"应为对象（键和值），现在是{shown}"}


def test_weights_of_a_division() -> None:
    found: Scheme = parse_scheme(FULL)
    assert found.weights("soe") == {"signing": 40, "arrival": 60}
    assert found.weights("towns") == {"signing": 30, "landing": Fraction(41, 2), "arrival": Fraction(99, 2)}
    assert found.indicator("landing").name == "落地率"
    with pytest.raises(KeyError):
        found.indicator("nobody")
