"""Words for what the scoring says by key: there is one for each key it can say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leaderboard import labels
from leaderboard.words import CHINESE, ENGLISH, speaking
from scoring.aggregate import DISQUALIFIED, GATE, NOTES, NOTHING_MEASURED, VOID, WEIGHT_RAISED
from scoring.measure_document import FORMS
from scoring.race import HORS_CONCOURS
from scoring.result import LEFT_OUT_REASONS, State
from scoring.shapes import LEAST, MOST, NO_BAND, NO_NUMBER

HAN = re.compile(r"[\u3400-\u9fff]")
SAID = {"state_words": [*State], "left_out_words": [*LEFT_OUT_REASONS]}
SAID["note_words"] = [*NOTES.values(), "cap", "floor", "all_equal", WEIGHT_RAISED, GATE, VOID, LEAST, MOST]
SAID["note_words"] += [NO_BAND, NO_NUMBER]
SAID["unranked_words"] = [HORS_CONCOURS, NOTHING_MEASURED, DISQUALIFIED, *State]


@pytest.mark.parametrize("lang", [CHINESE, ENGLISH])
@pytest.mark.parametrize(("name", "key"), [(name, str(key)) for name, keys in SAID.items() for key in keys])
def test_every_key_has_its_words(name: str, key: str, lang: str) -> None:
    with speaking(lang):
        words = str(labels.LABELS[name](key))
    assert bool(HAN.search(words)) == (lang == CHINESE)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "preset"])
def test_every_way_to_measure_has_its_words(form: str) -> None:
    with speaking(ENGLISH):
        assert not HAN.search(labels.measure_words({form: {}}))


@pytest.mark.parametrize(
    ("measure", "chinese", "english"),
    [
        (
            {"preset": "landing", "stages": ["registered", "landed"]},
            "已注册、落地或到更后阶段的项目 ÷ 同批签约项目，按个数",
            "Projects registered, landed or gone on to a later stage ÷ the same signed projects, by count",
        ),
        (
            {"preset": "landing", "stages": ["landed", "permit"]},
            "已到 落地、permit 或更后阶段的项目 ÷ 同批签约项目，按个数",
            "Projects that reached Landed, permit or a later stage ÷ the same signed projects, by count",
        ),
        (
            {"preset": "groundbreaking"},
            "已开工或到更后阶段的项目 ÷ 同批签约项目，按个数",
            "Projects that broke ground or went on to a later stage ÷ the same signed projects, by count",
        ),
    ],
)
def test_whoever_went_on_is_said_to_count(measure: dict[str, Any], chinese: str, english: str) -> None:
    """A project with a contract and a start, and nothing between, has landed: the printed formula says so."""
    assert labels.measure_words(measure) == chinese
    with speaking(ENGLISH):
        assert labels.measure_words(measure) == english
