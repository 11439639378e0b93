"""Writes the facts behind a number as rows: each names the fact, which `facts` of the same package tells in full."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scoring.result import AdjustmentLine, Count, CountedFact, LeftOutFact
from scoring.show import exact

Rows = dict[str, list[list[str]]]
"""By kind of fact, one row each."""


def count_document(count: Count) -> dict[str, Any]:
    """A quantity with the facts counted in it and those left out."""
    return {
        "value": None if count.value is None else exact(count.value),
        "by": count.by,
        "counted": counted_rows(count.counted),
        "left_out": left_out_rows(count.left_out),
    }


def adjustment_document(line: AdjustmentLine) -> dict[str, Any]:
    """One bonus or deduction with the facts that caused it."""
    return {
        "key": line.key,
        "raw": exact(line.raw),
        "points": exact(line.points),
        "counted": counted_rows(line.counted),
        "left_out": left_out_rows(line.left_out),
    }


def counted_rows(facts: Iterable[CountedFact]) -> Rows:
    """By kind, each fact's `ref`, its id, and the exact amount it adds."""
    rows: Rows = {}
    for kind, ref, fact, _name, _on, _share, amount in facts:
        rows.setdefault(kind, []).append([ref, fact, exact(amount)])
    return rows


def left_out_rows(facts: Iterable[LeftOutFact]) -> Rows:
    """By kind, each fact's `ref`, its id, and the reason it does not count."""
    rows: Rows = {}
    for fact in facts:
        rows.setdefault(fact.kind, []).append([fact.ref, fact.fact, fact.reason])
    return rows
