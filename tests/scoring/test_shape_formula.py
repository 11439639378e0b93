"""A printed formula is true: worked out by an evaluator of its own, it comes to the printed score."""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from scoring.explain import formula
from scoring.score_document import score_document
from tests.scoring.examples import Example, examples
from tests.scoring.given_races import any_races

EXAMPLES = [example for example in examples() if example.document["scheme"].get("composite", True)]


def worth(text: str) -> Fraction:
    """The middle of `得分 = … = …`, worked out exactly."""
    sum_of = re.sub(r"([0-9.]+)%", r"(\1/100)", text).replace("×", "*").replace("÷", "/")
    sum_of = re.sub(r"([0-9.]+)万", r"(\1*10000)", sum_of)
    return _value(ast.parse(sum_of, mode="eval").body)


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand)
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return {"min": min, "max": max}[node.func.id](map(_value, node.args))
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left), _value(node.right)
    done = {
        ast.Add: lambda: left + right,
        ast.Sub: lambda: left - right,
        ast.Mult: lambda: left * right,
        ast.Div: lambda: left / right,
    }
    return done[type(node.op)]()


def check(document: dict[str, Any]) -> None:
    scored = score_document(document)
    for standing in scored.result.standings:
        if standing.score is None:
            continue
        _, middle, _ = formula(standing, scored.scheme).split(" = ")
        # Terms that are told as bare points are printed to two decimals each.
        assert abs(worth(middle) - standing.score) < Fraction(4, 100)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_the_formula_of_every_example_is_true(example: Example) -> None:
    check(example.document)


@given(any_races)
def test_the_formula_of_any_race_is_true(document: dict[str, Any]) -> None:
    check(document)


@pytest.mark.parametrize(
    ("shape", "value", "text"),
    [
        ({"kind": "proportional", "full_at": "0.7"}, "35%", "0.35÷0.7×10"),
        ({"kind": "minmax", "base": "0.6", "low": 0, "high": 2}, 1, "(0.6+0.4×(1-0)÷(2-0))×10"),
        ({"kind": "minmax", "low": 0, "high": 2}, 1, "(1-0)÷(2-0)×10"),
        ({"kind": "points", "each": 3}, 2, "3×2"),
        ({"kind": "points"}, 2, "2"),
        ({"kind": "deductions", "each": 1}, 2, "(10-1×2)"),
        ({"kind": "deductions", "by_part": {"迟": 2}}, {"parts": {"迟": 3}}, "(10-6)"),
        ({"kind": "shortfall", "each": "0.1"}, {"parts": {"a": "1/3", "b": "5/2"}}, "(10-0.1×2)"),
        (
            {"kind": "interpolated", "knots": [{"at": "0.2", "share": "0.5"}, {"at": "0.6", "share": 1}]},
            "50%",
            "5+(0.5-0.2)÷(0.6-0.2)×(10-5)",
        ),
        ({"kind": "bands", "bands": [{"from": 1, "points": 7}, {"points": 3}]}, 1, "7.00"),
        ({"kind": "proportional", "most": 5}, "80%", "5.00"),
        ({"kind": "proportional"}, "80%", "80%×10"),
        ({"kind": "proportional"}, {"parts": {"a": "1/3", "b": "5/2"}}, "((1+5)÷(3+2))×10"),
    ],
)
def test_a_term_as_a_notice_prints_it(shape: dict[str, Any], value: Any, text: str) -> None:
    written = {
        "scheme": {
            "name": "试",
            "full_mark": 10,
            "indicators": [{"key": "x", "name": "x", "weight": 10, "shape": shape}],
        },
        "units": [{"name": "甲", "measures": {"x": value}}],
    }
    scored = score_document(written)
    assert formula(scored.result.standings[0], scored.scheme).split(" = ")[1] == text
