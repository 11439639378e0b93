"""What if: the board as it would be now, under the rules in force or under others; nothing is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.boards.board import board_document, place_value
from leaderboard.boards.disclosure import disclosed
from leaderboard.boards.gather import gather, gather_facts
from leaderboard.boards.measured import is_read_off, measures_now, nothing_since
from leaderboard.boards.read import latest_edition, places_in
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine, list_divisions, roster, scheme_in_force
from scoring.facts import Facts
from scoring.race import score_measured, score_race
from scoring.result import Standing
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from scoring.show import round_half_up

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
    """New score less present score, signed and rounded as the other rules say: +1.20."""

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


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same facts under two sets of rules."""

    as_of: date
    divisions: tuple[DivisionShifts, ...]

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """Every unit, division by division."""
        return tuple(shift for division in self.divisions for shift in division.shifts)

    @property
    def moved(self) -> tuple[Shift, ...]:
        """Units whose place differs, the longest way first."""
        return tuple(sorted((s for s in self.shifts if s.moved), key=lambda s: -abs(s.moved)))


def board_now(session: Session, season: Season, as_of: date, known_at: int) -> dict[str, Any]:
    """The next board as it would read now, with movement against the newest edition; raises NothingInForce."""
    gathered = gather(session, season, as_of, known_at)
    result = score_race(gathered.facts, gathered.scheme, as_of)
    return board_document(gathered, result, {"as_of": str(as_of)}, _last_places(session, season))


def compare(session: Session, season: Season, scheme: Scheme, as_of: date, known_at: int) -> Comparison:
    """Rank the facts known at an instant under `scheme`, beside the rules in force where there are any."""
    known = _Known(session, season, as_of, known_at)
    in_force = _in_force(session, season, as_of, known_at)
    present = known.by_unit(in_force) if in_force else {}
    new = known.by_unit(scheme)
    last = _last_places(session, season)
    names = {line.key: line for line in known.lines}
    return Comparison(
        as_of=as_of,
        divisions=tuple(
            DivisionShifts(
                division.key,
                division.name,
                division.name_en,
                tuple(
                    _shift(names[key], present.get(key), standing, scheme, last.get(key))
                    for key, standing in new.items()
                    if standing.division == division.key
                ),
            )
            for division in list_divisions(session, season.id)
        ),
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

    def __init__(self, session: Session, season: Season, as_of: date, known_at: int) -> None:
        self.session, self.season, self.as_of, self.known_at = session, season, as_of, known_at
        self.lines = roster(session, season.id, known_at)
        self.is_present = nothing_since(session, known_at)

    def by_unit(self, scheme: Scheme) -> dict[str, Standing]:
        """Standings by unit, in order: read off the project facts where they hold all that the scheme asks for."""
        if self.is_present and is_read_off(scheme):
            measures = measures_now(self.session, self.season, self.lines, scheme, self.as_of, self.known_at)
            standings = score_measured(measures, scheme).standings
        else:
            standings = standings_of(self.facts, scheme, self.as_of)
        return {standing.unit: standing for standing in standings}

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
        score_shown=None if old is None else round_half_up(old, decimals),
        new_place=place_value(new.place),
        new_score_shown=None if new.score is None else round_half_up(new.score, decimals),
        difference=None if both is None else _signed(both, decimals),
    )


def _signed(difference: Fraction, decimals: int) -> str:
    shown = round_half_up(difference, decimals)
    return f"+{shown}" if difference > 0 and Fraction(shown) else shown
