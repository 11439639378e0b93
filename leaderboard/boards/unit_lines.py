"""A unit's line opened down to its facts: what a page needs to explain every number of a standing.

A line is kept as the package tells it, its facts as rows, with what each fact is called and when it was beside them;
`opened` puts the two together for whoever reads one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from scoring.explain import contributions, formulas
from scoring.result import Count, CountedFact, IndicatorLine, LeftOutFact, RaceResult, Standing
from scoring.rules import Scheme
from scoring.show import exact, round_half_up

Document = dict[str, Any]
Told = dict[str, dict[str, dict[str, list[str | None]]]]
"""By kind, ref and id of a fact: its name, its day, and where it is counted the unit's share."""
WITH_SHARE = 3


def unit_lines(
    board: Document, scheme: Scheme, result: RaceResult, documents: Iterable[Document]
) -> Iterator[Document]:
    """The board's standings in order, each with parts, facts, contributions and its printed formula.

    `documents` are the standings as the package tells them.
    """
    for shown, standing, document in zip(board["standings"], result.standings, documents, strict=True):
        chinese, english = formulas(standing, scheme)
        yield {
            **shown,
            "formula": chinese,
            "formula_en": english,
            "contributions": [
                {
                    "key": key,
                    "points": exact(points),
                    "points_shown": round_half_up(points, scheme.decimals.points),
                }
                for key, points in contributions(standing)
            ],
            "parts": {line["key"]: line["parts"] for line in document["indicators"]},
            "items": {
                line["key"]: {"counted": line["counted"], "left_out": line["left_out"]}
                for line in document["adjustments"]
            },
            "facts": _told(standing),
        }


def opened(line: Mapping[str, Any]) -> Document:
    """A line as it is read: every fact with its name, day and share instead of the rows it is kept as."""
    told: Told = line["facts"]
    parts = {key: [_opened_part(part, told) for part in parts] for key, parts in line["parts"].items()}
    items = {key: _opened_facts(item, told) for key, item in line["items"].items()}
    kept = {name: value for name, value in line.items() if name != "facts"}
    return {**kept, "parts": parts, "items": items}


def _told(standing: Standing) -> Told:
    told: Told = defaultdict(lambda: defaultdict(dict))
    # Several indicators look at one cohort, whose facts are the same.
    for count in {id(count): count for line in standing.indicators for count in _counts(line)}.values():
        _tell(told, count.counted, count.left_out)
    for adjustment in standing.adjustments:
        _tell(told, adjustment.counted, adjustment.left_out)
    return told


def _counts(line: IndicatorLine) -> Iterator[Count]:
    for part in line.parts:
        yield part.numerator
        if part.denominator is not None:
            yield part.denominator


def _tell(told: Told, counted: Iterable[CountedFact], left_out: Iterable[LeftOutFact]) -> None:
    """Note what the facts are called; one that is counted anywhere keeps its share."""
    for kind, ref, fact, name, on, _reason in left_out:
        known = told[kind][ref]
        if fact not in known:
            known[fact] = [name, _day(on)]
    for kind, ref, fact, name, on, share, _amount in counted:
        known = told[kind][ref]
        if len(known.get(fact, ())) < WITH_SHARE:
            known[fact] = [name, _day(on), exact(share)]


@cache
def _day(on: date | None) -> str | None:
    """A day as it is told; written once, as a board has a hundred facts on it."""
    return None if on is None else on.isoformat()


def _opened_part(part: Mapping[str, Any], told: Told) -> Document:
    below = part["denominator"]
    return {
        **part,
        "numerator": {**part["numerator"], **_opened_facts(part["numerator"], told)},
        "denominator": None if below is None else {**below, **_opened_facts(below, told)},
    }


def _opened_facts(count: Mapping[str, Any], told: Told) -> Document:
    return {
        "counted": [
            {"kind": kind, "ref": ref, "name": name, "on": on, "share": share, "amount": amount}
            for kind, rows in count["counted"].items()
            for ref, fact, amount in rows
            for name, on, share in [told[kind][ref][fact]]
        ],
        "left_out": [
            {"kind": kind, "ref": ref, "name": told[kind][ref][fact][0], "on": told[kind][ref][fact][1]}
            | {"reason": reason}
            for kind, rows in count["left_out"].items()
            for ref, fact, reason in rows
        ],
    }
