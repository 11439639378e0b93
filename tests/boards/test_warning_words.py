"""Warnings for authors in English: every kind there is, whatever the race, with nothing left in Chinese but names."""

from __future__ import annotations

import ast
import re
from typing import Any

from hypothesis import given

from leaderboard.boards.warning_words import SENTENCES, warning_words
from leaderboard.words import speaking
from scoring.facts import Facts
from scoring.guidance import warnings
from scoring.measures import measure_all
from scoring.race import score_measured
from scoring.scheme_document import parse_scheme
from tests.scoring.build import AS_OF, RATIO, event, facts, indicator, project, ratios, scheme, signed, unit
from tests.scoring.strategies import races, scheme_documents
from tests.source import ROOT

CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
STARTS = indicator({"preset": "groundbreaking"})


def kinds() -> set[str]:
    """What scoring warns of: the first word of every AuthorWarning it makes."""
    return {
        call.args[0].value
        for path in (ROOT / "scoring").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "AuthorWarning"
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_kind_of_warning_has_its_english() -> None:
    assert set(SENTENCES) == kinds()


def spoken(known: Facts, how: Any, lang: str = "en") -> list[str]:
    measures = measure_all(known, how, AS_OF)
    found = warnings(measures, how, score_measured(measures, how), known)
    units = {one.key: one.key.upper() for one in known.units}
    with speaking(lang):
        return [warning_words(one, how, units, {}) for one in found]


def test_a_place_that_hangs_on_one_project_in_english() -> None:
    """A has 1 of 1 started, b 18 of 20: without its project a would be last."""
    projects = [
        project(f"{key}{n}", signed(), *([event("started")] if n < k else []), to=key)
        for key, k, total in (("a", 1, 1), ("b", 18, 20))
        for n in range(total)
    ]
    known = facts(unit("a", order=0), unit("b", order=1), projects=projects)
    assert (
        "A has only 1 project in “x率”, of which 1 count; it is number 1, and with one fewer it would be number 2. "
        "Its place hangs on single projects."
    ) in spoken(known, scheme(STARTS))
    assert "名次取决于个别项目。" in "".join(spoken(known, scheme(STARTS), "zh"))


def test_a_rate_above_a_hundred_in_english() -> None:
    known = facts(unit("a"), unit("b"), returns=ratios(a=(28, 20), b=(10, 20)))
    assert (
        "“x率” is above 100% for 1 units, at most 140.0%; what is above gives points; cap it if that is not meant."
        in spoken(known, scheme(indicator(RATIO)))
    )
    (capped,) = [text for text in spoken(known, scheme(indicator(RATIO, cap="1.2"))) if "above 100%" in text]
    assert capped.endswith("it is capped at 120%, and what is above the cap gives no more points.")


@given(known=races(), document=scheme_documents())
def test_whatever_the_race_its_warnings_are_english(known: Facts, document: dict[str, Any]) -> None:
    how = parse_scheme(document)
    named = [*how.indicators, *how.adjustments]
    for text in spoken(known, how):
        names = "|".join(re.escape(f"“{one.name}”") for one in named)
        assert not CHINESE.search(re.sub(names, "", text)), text
