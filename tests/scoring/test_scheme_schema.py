"""The JSON Schema of schemes: every good document is valid, and what it can see to be bad the reader refuses too."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from scoring.scheme_document import FORMAT, SchemeError, parse_scheme, scheme_document
from scoring.score_document import score_document
from tests.scoring.build import RATIO, indicator, scheme_of
from tests.scoring.examples import Example, examples
from tests.scoring.given_races import any_races
from tests.scoring.strategies import scheme_documents
from tests.source import ROOT

SCHEMA = json.loads((ROOT / "docs" / "scheme.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
EXAMPLES = list(examples())


def is_valid(document: Any) -> bool:
    return VALIDATOR.is_valid(document)


def is_read(document: Any) -> bool:
    try:
        parse_scheme(document)
    except SchemeError:
        return False
    return True


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_every_example_is_valid(example: Example) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(example.document["scheme"])] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_every_canonical_document_is_valid(example: Example) -> None:
    written = scheme_document(score_document(example.document).scheme)
    assert [error.message for error in VALIDATOR.iter_errors(written)] == []


@given(scheme_documents())
def test_schemes_over_facts_are_valid(document: dict[str, Any]) -> None:
    assert is_valid(document)
    assert is_valid(scheme_document(parse_scheme(document)))


@given(any_races)
def test_schemes_of_every_shape_are_valid(document: dict[str, Any]) -> None:
    assert is_valid(document["scheme"])


BANDS = {"kind": "bands", "bands": [{"from": "1", "points": "7"}, {"points": "0"}]}
BASE = scheme_of(
    {**indicator(RATIO), "shape": BANDS, "gates": [{"needs": {"from": "0.2"}, "otherwise": "0"}]},
    adjustments=[{"key": "y", "name": "y", "kind": "bonus", "each": "1", "ceiling": "2"}],
    lists=[{"key": "red", "name": "红榜", "among": {"end": "first", "number": 1}}],
    grades={"by": "score", "grades": [{"name": "优", "from": 90}, {"name": "良"}]},
    lights=[{"key": "pace", "name": "灯", "indicator": "x", "colours": [{"colour": "绿", "from": 0}]}],
    progress={"name": "进步榜"},
    weightings=[{"units": ["a"], "weights": {"x": 100}}],
    schedule={"curve": {"2026-06-30": "0.4"}},
    rounding={"rate": "down", "early": ["points"]},
)
INDICATOR = ("indicators", 0)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "saima-scheme/2"),
        (("name",), None),
        (("full_mark",), "NaN"),
        (("full_mark",), 0.5),
        (("colour",), "red"),
        (("ties",), "olympic"),
        (("composite",), "yes"),
        (("decimals",), {"rate": 9}),
        (("rounding",), "banker"),
        (("rounding", "early"), ["total"]),
        (("schedule",), "weekly"),
        (("schedule", "curve"), {"June": "0.5"}),
        (("indicators",), []),
        (("indicators",), "none"),
        ((*INDICATOR, "key"), "Bad Key"),
        ((*INDICATOR, "weight"), "three"),
        ((*INDICATOR, "measure"), {"preset": "magic"}),
        ((*INDICATOR, "measure"), {"ratio": {"numerator": "n"}}),
        ((*INDICATOR, "measure"), {"quantity": "n", "ratio": {"numerator": "n", "denominator": "d"}}),
        ((*INDICATOR, "measure"), {"numerator": {"projects": {"cohort": "always"}}}),
        ((*INDICATOR, "measure"), {"numerator": {"fixed": "x"}}),
        ((*INDICATOR, "missing"), {"not_reported": "guess"}),
        ((*INDICATOR, "missing"), {"lost": "zero"}),
        ((*INDICATOR, "better"), "same"),
        ((*INDICATOR, "shape"), {"kind": "magic"}),
        ((*INDICATOR, "shape"), {"kind": "minmax", "steps": 3}),
        ((*INDICATOR, "shape"), {"kind": "bands", "bands": []}),
        ((*INDICATOR, "shape"), {"kind": "bands", "bands": [{"from": 1}]}),
        ((*INDICATOR, "shape"), {"kind": "bands", "bands": [{"from": 1, "over": 1, "points": 1}]}),
        ((*INDICATOR, "shape"), {"kind": "interpolated", "knots": [{"at": 1, "share": 1}]}),
        ((*INDICATOR, "shape"), {"kind": "shortfall"}),
        ((*INDICATOR, "shape"), {"kind": "deductions"}),
        ((*INDICATOR, "shape"), {"kind": "floors", "floors": {}}),
        ((*INDICATOR, "shape"), {"kind": "points", "on": "mark"}),
        ((*INDICATOR, "shape"), {"kind": "points", "most": "plenty"}),
        ((*INDICATOR, "gates"), [{"needs": {}}]),
        ((*INDICATOR, "gates"), [{"needs": {"from": 1}, "otherwise": 0, "times": "0.5"}]),
        (("adjustments", 0, "kind"), "gift"),
        (("adjustments", 0, "reading"), {"on": "value"}),
        (("lists", 0, "among"), {"end": "middle", "number": 1}),
        (("lists", 0, "among"), {"end": "first", "number": 1, "share": "0.1"}),
        (("grades", "by"), "luck"),
        (("grades", "moves"), [{"name": "升", "by": "up", "when": {"indicator": "x", "from": 1}}]),
        (("lights", 0, "colours", 0, "colour"), 3),
        (("progress", "by"), "speed"),
        (("weightings", 0, "weights"), {}),
        (("weightings", 0, "since"), "spring"),
    ],
)
def test_the_schema_and_the_reader_refuse_the_same(path: tuple[Any, ...], value: Any) -> None:
    assert is_valid(BASE)
    assert is_read(BASE)
    document = copy.deepcopy(BASE)
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert not is_valid(document)
    assert not is_read(document)


def test_the_format_may_be_left_out_only_where_a_document_holds_the_scheme() -> None:
    document = {key: value for key, value in BASE.items() if key != "format"}
    assert is_valid(document)
    assert not is_read(document)
    assert BASE["format"] == FORMAT
