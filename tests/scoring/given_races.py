"""Races of stated numbers drawn at random, under schemes of every shape."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

UNITS = ("甲", "乙", "丙", "丁", "戊")
KEYS = ("a", "b", "c")
PLAIN_SHAPES: list[dict[str, Any]] = [
    {"kind": "proportional"},
    {"kind": "proportional", "full_at": "0.7", "most": "full"},
    {"kind": "threshold", "from": "0.7", "otherwise": {"kind": "proportional"}},
    {
        "kind": "bands",
        "bands": [{"from": "1", "share": "1"}, {"from": "0.5", "share": "0.6"}, {"share": "0"}],
    },
    {
        "kind": "interpolated",
        "knots": [{"at": "0.2", "share": "0.2"}, {"at": "0.7", "share": "0.5"}, {"at": "1.1", "share": "1"}],
    },
    {
        "kind": "slopes",
        "base": "80%",
        "least": "0",
        "most": {"share": "1.3"},
        "segments": [
            {"below": "1", "share": "0.01"},
            {"from": "1", "every": "0.05", "share": "0.1", "whole": True},
        ],
    },
]
"""Every one rises with its number and gives shares of the weight, so that scaling the weights scales it."""
HALF_STATED: list[dict[str, Any]] = [
    {"kind": "minmax", "base": "0.6", "high": "0.9"},
    {"kind": "minmax", "low": "0.5"},
]
"""Min-max with one end of the scheme's and one of the division's, which may pass it."""
NEIGHBOURLY_SHAPES: list[dict[str, Any]] = [
    {"kind": "minmax", "base": "0.6"},
    *HALF_STATED,
    {"kind": "proportional", "on": "of_best"},
    {"kind": "bands", "on": "place", "bands": [{"from": "1", "up_to": "2", "share": "1"}, {"share": "0.4"}]},
]
"""Shapes that look at the rest of the division."""
OTHER_SHAPES: list[dict[str, Any]] = [
    {"kind": "points", "each": "3", "least": "-2", "most": "7"},
    {
        "kind": "slopes",
        "on": "difference",
        "at": "0",
        "base": "10",
        "segments": [{"every": "1", "points": "0.5"}],
    },
    {"kind": "shortfall", "each": "0.5"},
    {"kind": "deductions", "each": "1"},
]
GATES: list[list[dict[str, Any]]] = [
    [],
    [],
    [{"name": "少于3个", "needs": {"on": "denominator", "from": 3}, "otherwise": 0}],
    [{"name": "另一项", "needs": {"indicator": "a", "from": "0.5"}, "times": "0.5"}],
]
numbers = st.tuples(st.integers(0, 9), st.integers(0, 7)).map(
    lambda pair: {"numerator": pair[0], "denominator": pair[1]}
)
measures = numbers | numbers | numbers | st.sampled_from(["not_reported", "-", "under_verification"])
missing = st.sampled_from(["zero", "leave_out", "redistribute", "full", "fixed:3.5", "unranked"])


@st.composite
def weights(draw: st.DrawFn, count: int = len(KEYS)) -> list[int]:
    """Whole weights that sum to 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=count - 1, max_size=count - 1)))
    return [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]


@st.composite
def documents(
    draw: st.DrawFn,
    shapes: list[dict[str, Any]],
    *,
    rules: st.SearchStrategy[str] = missing,
    extras: bool = True,
) -> dict[str, Any]:
    """A score document of five units in two divisions and three indicators of some shapes."""
    indicators = []
    for key, weight in zip(KEYS, draw(weights()), strict=True):
        states = ("not_reported", "no_denominator", "not_applicable", "under_verification")
        indicators.append(
            {
                "key": key,
                "name": key,
                "weight": weight,
                "shape": draw(st.sampled_from(shapes)),
                "gates": draw(st.sampled_from(GATES)) if extras else [],
                "missing": {state: draw(rules) for state in states},
                **draw(st.sampled_from([{}, {"cap": "1.2"}, {"floor": "0.1"}])),
            }
        )
    scheme: dict[str, Any] = {"name": "试", "full_mark": 100, "indicators": indicators}
    if extras:
        scheme |= draw(adjusted())
    return {"scheme": scheme, "units": [_unit(draw, name) for name in UNITS]}


@st.composite
def adjusted(draw: st.DrawFn) -> dict[str, Any]:
    """Bonuses, deductions, ceilings, limits and tie rules."""
    rules = [
        {"key": "plus", "name": "加", "kind": "bonus", "each": "1.5", "ceiling": 4},
        {"key": "minus", "name": "减", "kind": "deduction", "each": "2", "voids": ["b"]},
        {
            "key": "gap",
            "name": "差",
            "kind": "bonus",
            "each": "1",
            "reading": {"indicator": "a", "over": "0.5"},
        },
    ]
    together = {"key": "both", "name": "合计", "adjustments": ["plus", "gap"], "most": 5}
    chosen = draw(st.sampled_from([0, 2, 3]))
    return {
        "adjustments": rules[:chosen],
        "ceilings": [together] if chosen == 3 else [],
        "ties": draw(st.sampled_from(["competition", "dense", "modified", "fractional"])),
        "tie_breakers": draw(st.sampled_from([[], ["c"], ["b", "a"]])),
        **draw(st.sampled_from([{}, {"base": 5}, {"score_most": 90}, {"score_least": 20, "score_most": 60}])),
    }


def _unit(draw: st.DrawFn, name: str) -> dict[str, Any]:
    times = {"plus": draw(st.integers(0, 4)), "minus": draw(st.sampled_from([0, 0, 1]))}
    return {
        "name": name,
        "division": draw(st.sampled_from(["镇", "镇", "企"])),
        "competing": draw(st.sampled_from([True, True, True, False])),
        "measures": {key: draw(measures) for key in KEYS},
        "times": times,
    }


def prepared(document: dict[str, Any]) -> dict[str, Any]:
    """The document with only the adjustments its scheme has."""
    known = [rule["key"] for rule in document["scheme"].get("adjustments", [])]
    units = []
    for row in document["units"]:
        times = {key: count for key, count in row["times"].items() if key in known}
        units.append({**{k: v for k, v in row.items() if k != "times"}, "adjustments": times})
    return {**document, "units": units}


ALL_SHAPES = PLAIN_SHAPES + NEIGHBOURLY_SHAPES + OTHER_SHAPES
any_races = documents(ALL_SHAPES).map(prepared)
plain_races = documents(PLAIN_SHAPES, extras=False).map(prepared)
