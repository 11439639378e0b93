"""The form covers every construct: any document filled in and read back is the same, and every part has its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from leaderboard.exchange.scheme_file import read_document
from leaderboard.rulebook.editing import ADD, DOWN, REMOVE, UP, doubled_names, edited
from leaderboard.rulebook.form import form_of
from leaderboard.rulebook.grammar import Blank, Choice, Named, Node, Parts, Rows, Table, document_node
from leaderboard.rulebook.words import Words
from leaderboard.words import CHINESE, ENGLISH, speaking
from scoring.reading import Problem
from scoring.scheme_document import SchemeError, parse_scheme, scheme_document
from scoring.score_document import score_document
from tests.factories import FOUR_RATES
from tests.rulebook.filling import read_back, sent
from tests.scoring.examples import Example, examples
from tests.scoring.given_races import any_races
from tests.scoring.strategies import scheme_documents

CHINESE_SIGN = re.compile(r"(?<![0-9])[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
"""But for 万 and 亿 after a figure, as an amount may be typed in either language."""
CASES = sorted((Path(__file__).parents[1] / "scoring" / "cases").glob("*.yaml"))
EXAMPLES = list(examples())


def canonical(document: dict[str, Any]) -> dict[str, Any]:
    return scheme_document(parse_scheme(document))


def comes_back(document: dict[str, Any]) -> bool:
    """Whether the stored document is the same to the letter after a way through the form, in either language."""
    stored = canonical(document)
    for lang in (CHINESE, ENGLISH):
        with speaking(lang):
            fields = sent(stored)
        if canonical(read_back(fields)) != stored:
            return False
    return True


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_real_scheme_comes_back_from_the_form_as_it_was(path: Path) -> None:
    scored = score_document(read_document(path.read_text(encoding="utf-8")))
    assert comes_back(scheme_document(scored.scheme))


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_every_construct_of_the_handbook_comes_back(example: Example) -> None:
    assert comes_back(scheme_document(score_document(example.document).scheme))


@given(scheme_documents())
def test_schemes_over_facts_come_back(document: dict[str, Any]) -> None:
    assert comes_back(document)


@given(any_races)
def test_schemes_of_every_shape_come_back(race: dict[str, Any]) -> None:
    assert comes_back(scheme_document(score_document(race).scheme))


def nodes(named: Named, seen: set[Named]) -> Iterator[tuple[str, str, Node]]:
    """Every node of the schema: whose it is, of which kind, and the node itself."""
    if named in seen:
        return
    seen.add(named)
    node = named.node
    kinds = [(kind.owner, kind.key, kind.node) for kind in node.kinds] if isinstance(node, Choice) else []
    for one in [(named.owner, "", node), *kinds]:
        yield one
        match one[2]:
            case Rows(item=inner) | Table(value=inner):
                yield from nodes(inner, seen)
            case Parts(parts=parts):
                for part in parts:
                    yield from nodes(part.node, seen)


@pytest.mark.parametrize("lang", [CHINESE, ENGLISH])
def test_every_property_kind_and_fixed_word_has_its_words(lang: str) -> None:
    """A property added to the schema without words fails here; of several kinds no two are called alike."""
    properties = 0
    with speaking(lang):
        words = Words.spoken()
        for owner, kind, node in nodes(document_node(), set()):
            told: list[str] = []
            if isinstance(node, Parts):
                properties += len(node.parts)
                labels = [words.label(owner, kind, part.name) for part in node.parts]
                assert all(label for label, _hint in labels)
                assert lang == CHINESE or not any(CHINESE_SIGN.search(" ".join(both)) for both in labels)
            elif isinstance(node, Choice):
                told = [said for _key, said in words.kinds_of(node)]
            elif isinstance(node, Blank):
                told = [said for _word, said in words.options(node)]
            assert all(told)
            assert lang == CHINESE or not any(map(CHINESE_SIGN.search, told))
            assert len(set(told)) == len(told), (owner, told)
    assert properties > 150


def test_every_problem_stands_at_its_field() -> None:
    """At the very field, or, for what has none, at the nearest part around it."""
    wrong = FOUR_RATES | {
        "full_mark": "很多",
        "divisions": {"towns": {"weights": {"signing": "x"}}},
        "indicators": [FOUR_RATES["indicators"][0] | {"cap": "1,2", "shape": {"kind": "bands", "bands": []}}],
        "mystery": 1,
    }
    problems: list[Problem] = []
    try:
        parse_scheme(wrong)
    except SchemeError as error:
        problems = error.problems
    form = form_of(wrong, problems)
    said = {field.name: field.problems for field in form.within if field.problems}
    assert said.keys() >= {
        "full_mark",
        "divisions.0.weights.0",
        "indicators.0.cap",
        "indicators.0.shape.bands",
    }
    assert any("mystery" in problem for problem in form.problems)
    assert sum(map(len, said.values())) == len(problems)
    opened = {field.name for field in form.within if field.wrong}
    assert {"indicators", "indicators.0", "indicators.0.shape"} <= opened


def test_what_cannot_be_a_value_stays_as_typed() -> None:
    fields = sent(canonical(FOUR_RATES))
    fields |= {
        "full_mark": "１００",
        "indicators.0.cap": "120％",
        "decimals.rate": "两位",
        "since": "2026/1/5",
    }
    found = read_back(fields)
    assert (found["full_mark"], found["indicators"][0]["cap"]) == ("100", "120%")
    assert found["decimals"]["rate"] == "两位"


def test_parts_are_added_moved_and_taken_away() -> None:
    document = canonical(FOUR_RATES)
    keys = [row["key"] for row in document["indicators"]]
    moved = edited(edited(document, DOWN, "indicators.0"), UP, "indicators.3")
    assert [row["key"] for row in moved["indicators"]] == [keys[1], keys[0], keys[3], keys[2]]
    fewer = edited(moved, REMOVE, "indicators.1")
    assert [row["key"] for row in fewer["indicators"]] == [keys[1], keys[3], keys[2]]
    more = edited(fewer, ADD, "indicators")
    assert more["indicators"][3] == {"key": "", "name": ""}
    gated = edited(more, ADD, "indicators.0.gates")
    assert "needs" in gated["indicators"][0]["gates"][0]
    weighed = edited(gated, ADD, "divisions")
    assert edited(weighed, ADD, "divisions.0.weights")["divisions"][""]["weights"] == {"": ""}
    assert canonical(FOUR_RATES) == document


@pytest.mark.parametrize(
    "place", ["indicators.9", "nothing.0", "indicators.x", "", "name.0", "indicators.0.gates.3"]
)
def test_a_place_that_is_not_there_changes_nothing(place: str) -> None:
    document = canonical(FOUR_RATES)
    for verb in (REMOVE, UP, DOWN):
        assert edited(document, verb, place) == document


def test_the_ends_of_a_list_move_no_further() -> None:
    document = canonical(FOUR_RATES)
    assert edited(document, UP, "indicators.0") == document
    assert edited(document, DOWN, "indicators.3") == document


def test_a_name_given_twice_loses_neither_row() -> None:
    fields = sent(canonical(FOUR_RATES) | {"currencies": {"美元": "7.1", "欧元": "7.8"}})
    fields["currencies.1:name"] = "美元"
    found = read_back(fields)
    assert list(found["currencies"].values()) == ["7.1", "7.8"]
    assert ["写了两次" in problem.message for problem in doubled_names(found)] == [True]
