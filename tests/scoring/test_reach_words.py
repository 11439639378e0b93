"""Answers as sentences, as a page prints them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoring.reach_change import Column
from scoring.reach_search import REASONS, Answer
from scoring.reach_words import WHY, sentence
from tests.scoring.build import indicator, scheme

RULES = scheme(
    indicator({"given": "any"}, "x"),
    adjustments=[{"key": "blame", "name": "通报批评", "kind": "deduction", "each": "1"}],
)
THREE = Fraction(3)


def column(deed: str, what: str, **more: object) -> Column:
    return Column(f"{deed}:{what}", deed, what, (), **more)


@pytest.mark.parametrize(
    ("found", "steps", "expected"),
    [
        (column("stage", "started"), 2, "再开工 2 个项目，可升至第 3"),
        (column("stage", "landed", share=Fraction(1, 2)), 1, "再落地 1 个项目（按 0.5 分成），可升至第 3"),
        (column("new_project", "signed"), 4, "再新签约 4 个项目，可升至第 3"),
        (column("new_project", "started"), 4, "再新签约并开工 4 个项目，可升至第 3"),
        (column("stage", "opened"), 1, "再opened 1 个项目，可升至第 3"),
        (column("arrival", "domestic", by="amount"), 428_572, "再到位资金 43 万元，可升至第 3"),
        (column("arrival", "foreign", by="amount"), 430_000, "再到位外资 43 万元，可升至第 3"),
        (column("adjustment", "blame", sign=-1), 1, "减少 1 次通报批评，可升至第 3"),
        (column("adjustment", "blame"), 1, "再获 1 次通报批评，可升至第 3"),
        (column("number", "x"), 7, "x率再增加 7，可升至第 3"),
        (column("return", "trips", sign=-1), 7, "trips减少 7，可升至第 3"),
    ],
)
def test_what_to_do(found: Column, steps: int, expected: str) -> None:
    assert sentence(Answer(found, steps, THREE), THREE, RULES) == expected


@pytest.mark.parametrize(
    ("found", "reason", "expected"),
    [
        (column("stage", "started"), "none_left", "仅靠现有项目开工，不能升至第 3：可再做的数量不够"),
        (
            column("new_project", "signed"),
            "denominator_grows",
            "仅靠新签约项目，不能升至第 3：分母同时增大，得不偿失",
        ),
        (column("arrival", "domestic"), "cap_reached", "仅靠资金到位，不能升至第 3：该项得分已封顶"),
        (
            column("adjustment", "blame", sign=-1),
            "none_left",
            "仅靠减少通报批评，不能升至第 3：可再做的数量不够",
        ),
        (column("number", "x"), "not_enough", "仅靠x率，不能升至第 3：该项再多也不够"),
    ],
)
def test_why_not(found: Column, reason: str, expected: str) -> None:
    assert sentence(Answer(found, None, None, reason), THREE, RULES) == expected


def test_every_reason_has_its_words() -> None:
    assert set(WHY) == set(REASONS)
