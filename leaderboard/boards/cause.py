"""The reason beside a unit's place: what moved it since the edition before, or what gave most where there was none."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scoring.show import round_half_up

Document = dict[str, Any]

MOST, MORE, LESS, OVERTAKEN, FALLEN_BACK, RULES = "most", "more", "less", "overtaken", "fallen_back", "rules"
KINDS = (MOST, MORE, LESS, OVERTAKEN, FALLEN_BACK, RULES)
"""`most`: this gave most of the score; `more`, `less`: this gives more or fewer points than before; `overtaken`,
`fallen_back`: nothing of the unit's own explains the fall or rise, the others do; `rules`: what is no longer counted."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason, with the indicator or adjustment it names and the points gained or lost, where it names one."""

    kind: str
    name: str = ""
    name_en: str | None = None
    points_shown: str = ""


def cause_of(board: Document, line: Document, earlier: Document | None) -> Cause | None:
    """Why a unit stands where it does; None where there is no place, no total, or nothing to compare with.

    `earlier` is its line in the edition that its place is compared with. A place that changed is explained by what the
    unit itself gained or lost only where its score went the same way; of an unchanged place the score's way counts.
    """
    if line["place"] is None or not line["contributions"]:
        return None
    if line["previous_place"] is None:
        return _most(board, line)
    if earlier is None or earlier["division"] != line["division"] or not earlier["contributions"]:
        return None
    gained = _gained(line, earlier)
    own = _sign(sum(gained.values(), Fraction(0)))
    way = _sign(Fraction(line["previous_place"]) - Fraction(line["place"])) or own
    if not way:
        return _most(board, line)
    if own != way:
        return Cause(FALLEN_BACK if way > 0 else OVERTAKEN)
    return _largest(board, gained, way)


def _most(board: Document, line: Document) -> Cause | None:
    given = {each["key"]: Fraction(each["points"]) for each in line["contributions"]}
    key = max(given, key=lambda key: given[key])
    return _named(board, MOST, key, given[key]) if given[key] > 0 else None


def _gained(line: Document, earlier: Document) -> dict[str, Fraction]:
    """Points gained since then by indicator and adjustment, in the scheme's order; they sum to the score's change."""
    now, then = (
        {each["key"]: Fraction(each["points"]) for each in told["contributions"]} for told in (line, earlier)
    )
    return {key: now.get(key, Fraction(0)) - then.get(key, Fraction(0)) for key in now | then}


def _largest(board: Document, gained: dict[str, Fraction], way: int) -> Cause:
    """What moved most in the way the score went, of what the scheme still counts."""
    known = [key for key in gained if key in _names(board) and gained[key] * way > 0]
    if not known:
        return Cause(RULES)
    key = max(known, key=lambda key: gained[key] * way)
    return _named(board, MORE if way > 0 else LESS, key, abs(gained[key]))


def _named(board: Document, kind: str, key: str, points: Fraction) -> Cause:
    found, decimals = _names(board)[key], board["scheme"]["decimals"]["points"]
    return Cause(kind, found["name"], found["name_en"], round_half_up(points, decimals))


def _names(board: Document) -> dict[str, Document]:
    scheme = board["scheme"]
    return {named["key"]: named for named in (*scheme["indicators"], *scheme["adjustments"])}


def _sign(number: Fraction) -> int:
    return (number > 0) - (number < 0)
