"""Fills in what people leave out when they write facts by hand: ids, verification, whole shares, 亿 and 万."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from scoring.amounts import NO_RATES, Rates, read_amount
from scoring.facts_document import FACTS_FORMAT

ALL = "all"
"""The division of units that name none."""
YUAN = ("total_yuan", "inward_yuan", "yuan", "quantity", "times")
INSIDE = ("events", "arrivals")
LISTS = ("units", "projects", "returns", "targets", "adjustments")


def filled_facts(written: Mapping[str, Any], as_of: date, rates: Rates = NO_RATES) -> dict[str, Any]:
    """A facts document with everything said; what is wrong stays as it is, for the reader to note.

    The season is the calendar year of the cut-off unless stated, foreign money is at the stated rates, ids are
    running numbers, facts are verified, a project's `unit` holds all of it.
    """
    return {
        "format": FACTS_FORMAT,
        "starts_on": f"{as_of.year:04}-01-01",
        "ends_on": f"{as_of.year:04}-12-31",
        **written,
        **{name: _filled(written.get(name, []), ROWS[name], rates) for name in LISTS},
    }


def _filled(rows: object, fill: Any, rates: Rates) -> object:
    if not isinstance(rows, list):
        return rows
    return [
        fill(_in_yuan(row, rates), number) if isinstance(row, Mapping) else row
        for number, row in enumerate(rows)
    ]


def _in_yuan(row: Mapping[str, Any], rates: Rates) -> dict[str, Any]:
    """Amounts as whole yuan, in the project's own rows as well; anything that is no whole amount stays as written."""
    found = dict(row)
    for name in INSIDE:
        if isinstance(found.get(name), list):
            found[name] = [_in_yuan(one, rates) if isinstance(one, Mapping) else one for one in found[name]]
    for name in YUAN:
        amount = read_amount(found.get(name), rates)
        if amount is not None and amount[0].denominator == 1:
            found[name] = int(amount[0])
    return found


def _unit(row: dict[str, Any], number: int) -> dict[str, Any]:
    key = row.get("key", row.get("name"))
    return {"name": key, "division": ALL, "order": number, **row, "key": key}


def _project(row: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = {"code": f"P{number + 1:04}", "events": [], "arrivals": [], **row}
    if "unit" in found and "credits" not in found:
        found["credits"] = [{"unit": found.pop("unit"), "share": "1"}]
    for name in INSIDE:
        rows = found[name]
        if isinstance(rows, list):
            found[name] = [_fact(one, n) if isinstance(one, dict) else one for n, one in enumerate(rows)]
    return found


def _fact(row: dict[str, Any], number: int) -> dict[str, Any]:
    return {"id": str(number + 1), "verified": True, **row}


def _target(row: dict[str, Any], _number: int) -> dict[str, Any]:
    return {"by": "count", **row}


def _adjustment(row: dict[str, Any], number: int) -> dict[str, Any]:
    return _fact({"times": 1, **row}, number)


ROWS = {
    "units": _unit,
    "projects": _project,
    "returns": _fact,
    "targets": _target,
    "adjustments": _adjustment,
}
