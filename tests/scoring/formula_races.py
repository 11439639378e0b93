"""Races for printed formulas: every reading, audits, money, parts, rounding on the way, less is better."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.scoring.given_races import ALL_SHAPES, documents, prepared

SHAPES: list[dict[str, Any]] = [
    *ALL_SHAPES,
    {"kind": "proportional", "on": "of_mean", "most": "full"},
    {"kind": "proportional", "on": "raw"},
    {"kind": "minmax", "base": "0.6", "low": "0.2", "high": "0.9"},
    {"kind": "points"},
    {"kind": "points", "on": "difference", "least": "-9"},
    {"kind": "deductions", "by_part": {"甲": "0.5"}, "each": "1/3"},
    {"kind": "floors", "floors": {"甲": "0.5", "乙": "1"}, "unmet": "share"},
    {"kind": "floors", "floors": {"甲": "0.5", "乙": "1"}, "met": 7, "unmet": "20%"},
    {
        "kind": "slopes",
        "on": "ahead",
        "at": "0",
        "least": "1",
        "segments": [
            {"below": "0", "every": "0.03", "points": "-0.2"},
            {"from": "0", "every": "0.1", "share": "0.1"},
        ],
    },
    {
        "kind": "bands",
        "on": "denominator",
        "bands": [
            {
                "from": 3,
                "shape": {"kind": "proportional", "on": "of_best"},
                "also": [{"indicator": "b", "from": "0.5"}],
            },
            {
                "from": 1,
                "up_to": 2,
                "shape": {"kind": "bands", "on": "place", "bands": [{"from": 1, "up_to": 1, "points": 9}]},
            },
            {"points": "2"},
        ],
    },
]
counts = st.integers(0, 9)
ratios = st.tuples(counts, counts).map(lambda pair: f"{pair[0]}/{pair[1]}")
amounts = st.tuples(counts, counts).map(lambda pair: f"{pair[0]}.5亿/{pair[1]}亿")
percents = st.integers(-20, 150).map(lambda n: f"{n}.5%")
audited = st.tuples(counts, counts, st.sampled_from(["0%", "2/3", "90%", "1/1"])).map(
    lambda three: {"numerator": three[0], "denominator": three[1], "audit": three[2]}
)
parts = st.fixed_dictionaries({"甲": ratios, "乙": ratios}).map(lambda found: {"parts": found})
heaps = st.fixed_dictionaries({"甲": counts, "乙": counts}).map(lambda found: {"parts": found})
counted = ratios | amounts | audited | parts | heaps | counts | st.just("not_reported")
numbers = ratios | amounts | percents | audited | parts | heaps | counts | st.just("not_reported")


def _reads_counts(row: dict[str, Any]) -> bool:
    """Whether a rate alone would be a mistake."""
    rules = f"{row['shape']}{row['gates']}"
    return any(word in rules for word in ("'denominator'", "'difference'", "'shortfall'", "'by_part'"))


@st.composite
def _races(draw: st.DrawFn) -> dict[str, Any]:
    document = prepared(draw(documents(SHAPES)))
    for row in document["scheme"]["indicators"]:
        row.update(draw(st.sampled_from([{}, {}, {"better": "less"}, {"ties": "dense"}])))
    early = draw(st.sampled_from([[], [], ["rate"], ["points"], ["rate", "points"]]))
    document["scheme"]["rounding"] = {
        "points": draw(st.sampled_from(["half_up", "down", "up"])),
        "early": early,
    }
    with_counts = {row["key"] for row in document["scheme"]["indicators"] if _reads_counts(row)}
    for unit in document["units"]:
        unit["measures"] = {key: draw(counted if key in with_counts else numbers) for key in unit["measures"]}
    return {**document, "as_of": "2026-04-30"}


formula_races = _races()
