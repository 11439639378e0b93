"""The form of a timetable holds every rule there is: opening it and pressing the button changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from leaderboard.seasons.rule import parse_rule
from leaderboard.web.console.timetable_form import nth_words, rule_from, rule_words, typed_of
from leaderboard.words import ENGLISH, speaking
from tests.seasons.rules import RULES


@given(RULES)
def test_a_rule_survives_the_form(document: dict[str, Any]) -> None:
    rule = parse_rule(document)
    typed = typed_of(rule, "通报", "latest")
    assert parse_rule(rule_from(typed)) == rule
    assert typed.ok


def test_the_end_of_a_day_of_reporting_is_told_and_kept_to_the_second() -> None:
    rule = parse_rule({"kind": "minutes", "every": 30, "until": "2026-11-05T18:00:30"})
    assert rule_words(rule) == "每 30 分钟，到 2026-11-05 18:00 为止"
    assert typed_of(rule, "通报", "latest").values["until"] == "2026-11-05T18:00:30"


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        (1, "第 1 个", "1st"),
        (2, "第 2 个", "2nd"),
        (3, "第 3 个", "3rd"),
        (11, "第 11 个", "11th"),
        (-1, "倒数第 1 个", "last"),
        (-2, "倒数第 2 个", "2nd last"),
    ],
)
def test_which_of_the_working_days_is_said_in_words(number: int, chinese: str, english: str) -> None:
    assert nth_words(number) == chinese
    with speaking(ENGLISH):
        assert nth_words(number) == english
