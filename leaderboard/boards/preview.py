"""What if: the board as it would be now, under the rules in force or under others; nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.boards.again import planned_when
from leaderboard.boards.board import board_document, place_value
from leaderboard.boards.disclosure import disclosed
from leaderboard.boards.gather import gather, gather_facts
from leaderboard.boards.measured import is_read_off, measures_now, nothing_since
from leaderboard.boards.models import Edition
from leaderboard.boards.read import latest_edition, places_in
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine, bundles, divisions_at, roster, scheme_in_force
from scoring.facts import Facts
from scoring.measures import Measures, measure_all
from scoring.race import HORS_CONCOURS, score_measured, score_race
from scoring.result import RaceResult, Standing
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from scoring.show import round_half_up, rounded

Place = int | str | None


@dataclass(frozen=True, slots=True)
class Shift:
    """One unit under the rules in force and under the other rules, on the same facts."""

    unit: str
    name: str
    name_en: str | None
    edition_place: Place
    """The place in the newest edition, whose facts may be older."""
    place: Place
    score_shown: str | None
    new_place: Place
    new_score_shown: str | None
    difference: str | None
    """New score less present score, signed and rounded half up: +1.20."""

    @property
    def moved(self) -> Fraction:
        """Places gained by the other rules; 0 where either place is missing."""
        if self.place is None or self.new_place is None:
            return Fraction(0)
        return Fraction(self.place) - Fraction(self.new_place)


@dataclass(frozen=True, slots=True)
class DivisionShifts:
    """The units of one division, in the order of the other rules' board."""

    key: str
    name: str
    name_en: str | None
    shifts: tuple[Shift, ...]

    @property
    def before(self) -> tuple[Shift, ...]:
        """The same units in the order of the rules in force."""
        return tuple(sorted(self.shifts, key=lambda s: (s.place is None, Fraction(s.place or 0))))

    @property
    def paths(self) -> tuple[tuple[int, int, Shift], ...]:
        """Each unit's row before and after, from 0, for the lines that join them."""
        after = {shift.unit: row for row, shift in enumerate(self.shifts)}
        return tuple((row, after[shift.unit], shift) for row, shift in enumerate(self.before))

    @property
    def leaders(self) -> tuple[Shift, ...]:
        """Who comes first under the other rules: several where they share the place, none where nobody has one."""
        best = min((Fraction(s.new_place) for s in self.shifts if s.new_place is not None), default=None)
        return tuple(s for s in self.shifts if s.new_place is not None and Fraction(s.new_place) == best)


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured, and what it came to under the rules in force, if any, and under the other rules."""

    measures: Measures
    scheme: Scheme
    result: RaceResult
    present: Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same facts under two sets of rules."""

    as_of: date
    divisions: tuple[DivisionShifts, ...]
    trial: Trial = field(compare=False, repr=False)
    edition: int | None = None
    """The number of the past edition whose facts they are; None for those of the present."""

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """Every unit, division by division."""
        return tuple(shift for division in self.divisions for shift in division.shifts)

    @property
    def moved(self) -> tuple[Shift, ...]:
        """Units whose place differs, the longest way first."""
        return tuple(sorted((s for s in self.shifts if s.moved), key=lambda s: -abs(s.moved)))

    @property
    def is_first_ranking(self) -> bool:
        """Whether nobody has a place to compare with, as before the first rules of a season."""
        return all(shift.place is None for shift in self.shifts)

    @property
    def ranked(self) -> int:
        """How many units have a place under the other rules."""
        return sum(shift.new_place is not None for shift in self.shifts)


def board_now(session: Session, season: Season, as_of: date, known_at: int) -> dict[str, Any]:
    """The next board as it would read now, with movement against the newest edition; raises NothingInForce."""
    gathered = gather(session, season, as_of, known_at)
    result = score_race(gathered.facts, gathered.scheme, as_of)
    return board_document(gathered, result, {"as_of": str(as_of)}, _last_places(session, season))


def compare(
    session: Session,
    season: Season,
    scheme: Scheme,
    as_of: date,
    known_at: int,
    *,
    aliases: Mapping[str, str] | None = None,
    against: Scheme | None = None,
) -> Comparison:
    """Rank the facts known at an instant under `scheme`, beside the rules in force where there are any.

    With `against` it is beside these rules, which hold by then. With `aliases` units are called by these, and equals
    stand in the order of these: nothing says who is who.
    """
    known = _Known(session, season, as_of, known_at, known_at)
    return _beside(known, scheme, against or _in_force(session, season, as_of, known_at), aliases)


def compare_edition(
    session: Session,
    season: Season,
    scheme: Scheme,
    edition: Edition,
    *,
    aliases: Mapping[str, str] | None = None,
) -> Comparison:
    """Rank what a past edition knew under `scheme`, beside the rules it was scored by.

    Rules and roster are those of when it was planned, which may be another instant.
    """
    planned = planned_when(session, edition)
    known = _Known(session, season, edition.as_of, edition.known_at, planned)
    found = _beside(known, scheme, _in_force(session, season, edition.as_of, planned), aliases)
    return replace(found, edition=edition.number)


def _beside(
    known: _Known, scheme: Scheme, held: Scheme | None, aliases: Mapping[str, str] | None
) -> Comparison:
    """What is known under two schemes, the one that is held first."""
    session, season = known.session, known.season
    present = {s.unit: s for s in known.scored(held)[1].standings} if held else {}
    measures, result = known.scored(scheme)
    last = _last_places(session, season)
    lines = {line.key: _called(line, aliases) for line in known.lines}
    return Comparison(
        as_of=known.as_of,
        divisions=tuple(
            DivisionShifts(
                division.key,
                division.name,
                division.name_en,
                tuple(
                    _shift(lines[s.unit], present.get(s.unit), s, scheme, last.get(s.unit))
                    for s in _listed(result, division.key, aliases)
                ),
            )
            for division in divisions_at(session, season.id, known.known_at, known.lines)
        ),
        trial=Trial(measures, scheme, result, present),
    )


def _called(line: RosterLine, aliases: Mapping[str, str] | None) -> RosterLine:
    if aliases is None:
        return line
    return replace(line, key=aliases[line.key], name=aliases[line.key], name_en=None)


def _listed(result: RaceResult, division: str, aliases: Mapping[str, str] | None) -> list[Standing]:
    """A division's standings in the board's order; behind aliases not even equals stand in the office's order."""
    found = [standing for standing in result.standings if standing.division == division]
    if aliases is None:
        return found
    order = {key: n for n, key in enumerate(aliases)}
    return sorted(
        found,
        key=lambda s: (s.place is None, s.place or 0, s.unranked_reason != HORS_CONCOURS, order[s.unit]),
    )


def _in_force(session: Session, season: Season, as_of: date, known_at: int) -> Scheme | None:
    """The rules in force; a season whose first rules are still a draft has none yet."""
    version = scheme_in_force(session, season.id, as_of, known_at)
    return parse_scheme(json.loads(version.document)) if version else None


def standings_of(facts: Facts, scheme: Scheme, as_of: date) -> tuple[Standing, ...]:
    """Standings of any facts as they would be published: each scheme is told what it asks for."""
    return score_race(disclosed(facts, as_of, scheme), scheme, as_of).standings


class _Known:
    """What is known of a season at an instant, to be scored under one scheme after the other."""

    def __init__(self, session: Session, season: Season, as_of: date, known_at: int, planned_at: int) -> None:
        self.session, self.season, self.as_of, self.known_at = session, season, as_of, known_at
        self.lines = roster(session, season.id, planned_at, known_at)
        self.is_present = nothing_since(session, known_at)

    def scored(self, scheme: Scheme) -> tuple[Measures, RaceResult]:
        """What a scheme measures and makes of it: read off the project facts where they hold all that it asks for."""
        if self.is_present and is_read_off(scheme) and not bundles(self.lines):
            measures = measures_now(self.session, self.season, self.lines, scheme, self.as_of, self.known_at)
        else:
            measures = measure_all(disclosed(self.facts, self.as_of, scheme), scheme, self.as_of)
        return measures, score_measured(measures, scheme)

    @cached_property
    def facts(self) -> Facts:
        """Every fact, gathered only where it is needed."""
        return gather_facts(self.session, self.season, self.lines, self.known_at)


def _last_places(session: Session, season: Season) -> dict[str, str | None]:
    last = latest_edition(session, season.id)
    return places_in(session, last.id) if last else {}


def _shift(
    line: RosterLine, present: Standing | None, new: Standing, scheme: Scheme, last: str | None
) -> Shift:
    decimals = scheme.decimals.score
    old = present.score if present else None
    both = None if old is None or new.score is None else new.score - old
    return Shift(
        unit=line.key,
        name=line.name,
        name_en=line.name_en,
        edition_place=None if last is None else place_value(Fraction(last)),
        place=place_value(present.place) if present else None,
        score_shown=None if old is None else rounded(old, decimals, scheme.rounding.score),
        new_place=place_value(new.place),
        new_score_shown=None if new.score is None else rounded(new.score, decimals, scheme.rounding.score),
        difference=None if both is None else _signed(both, decimals),
    )


def _signed(difference: Fraction, decimals: int) -> str:
    shown = round_half_up(difference, decimals)
    return f"+{shown}" if difference > 0 and Fraction(shown) else shown
