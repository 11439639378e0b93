"""Returns at the console and at a unit's own door: what a season asks for, and what stands before the next one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from leaderboard.instant import local_date, now
from leaderboard.ledger.models import RETURNED
from leaderboard.ledger.read import live_returns
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import RosterLine, scheme_in_force
from leaderboard.web.requests import office, reading
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.rules import ReturnQuantity, ReturnRatio, Scheme
from scoring.scheme_document import parse_scheme


@dataclass(frozen=True, slots=True)
class Before:
    """What a unit has reported of a measure in the season so far: locked, as every later return stands on it."""

    unit_name: str
    measure: str
    cumulative: int
    last: int | None
    """The figure of the last period."""
    until: date | None
    returned: Row[Any] | None
    """The first that was sent back: what comes after it stands on it, so it is handed in anew before anything else."""


def before_of(
    session: Session,
    season: Season,
    unit: RosterLine | Unit,
    measure: str,
    words: str,
    until: date = date.max,
) -> Before:
    """What a unit has reported of a measure so far, or for the periods that ended before a day."""
    unit_id = unit.unit_id if isinstance(unit, RosterLine) else unit.id
    found = live_returns(session, unit_id, measure)
    rows = [row for row in found if season.starts_on <= row.occurred_on < until]
    return Before(
        named(unit.name, unit.name_en),
        words,
        sum(row.quantity for row in rows),
        rows[-1].quantity if rows else None,
        rows[-1].occurred_on if rows else None,
        next((row for row in rows if row.outcome == RETURNED), None),
    )


def scheme_of(season: Season, session: Session | None = None) -> Scheme | None:
    """The scheme in force in a season today, or on its last day; `session` where one that writes is at it."""
    day = min(local_date(now(), office().zone), season.ends_on)
    version = scheme_in_force(session or reading(), season.id, day, now())
    return parse_scheme(json.loads(version.document)) if version else None


def measure_names(scheme: Scheme | None) -> dict[str, str]:
    """Measures that returns are asked for, with the indicator that uses each."""
    found: dict[str, str] = {}
    for indicator in scheme.indicators if scheme else ():
        words = named(indicator.name, indicator.name_en)
        measure = indicator.measure
        if isinstance(measure, ReturnRatio):
            found.setdefault(measure.numerator, _("{name} 的分子").format(name=words))
            found.setdefault(measure.denominator, _("{name} 的分母").format(name=words))
        if isinstance(measure, ReturnQuantity):
            found[measure.measure] = words
    return found


def item_names(scheme: Scheme | None) -> dict[str, str]:
    """Bonuses and deductions that are entered by hand."""
    rules = scheme.adjustments if scheme else ()
    return {rule.key: named(rule.name, rule.name_en) for rule in rules if rule.per is None}
