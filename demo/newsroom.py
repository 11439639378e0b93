"""Chooses the news of the day so that the board moves: a few facts by which one unit passes the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import chain, islice, pairwise, zip_longest
from random import Random

from demo.news import ARRIVAL, Find, News, told
from demo.yunxi.money import WAN, contract
from demo.yunxi.names import Naming
from demo.yunxi.units import ALONE
from leaderboard.boards.preview import standings_of
from scoring.facts import REGISTERED, SIGNED, STARTED, TALKS, Facts, Project
from scoring.result import Standing
from scoring.rules import Scheme

MOVES = (2, 3, 4, 4)
"""How many units should move in an edition; one is drawn."""
MOST_MOVES = 5
MOST_FACTS = 6
"""Facts that one overtaking may take: a day on which six contracts are signed is a good day."""
TRIES = 18
"""Facts considered for one overtaking, each of which scores its division once."""
TIRED = 100
"""Points added to the gap of two units one of which moved lately, so that others have their turn."""


@dataclass(frozen=True)
class Field:
    """One division as it would stand: its facts, told or only considered, and what they come to."""

    facts: Facts
    scheme: Scheme
    today: date
    standings: tuple[Standing, ...]

    @classmethod
    def of(cls, facts: Facts, scheme: Scheme, today: date) -> Field:
        """Score the facts as an edition of today would."""
        return cls(facts, scheme, today, standings_of(facts, scheme, today))

    def after(self, news: News) -> Field:
        """The division with one more fact."""
        return Field.of(told(self.facts, news), self.scheme, self.today)

    def lead(self, ahead: str, behind: str) -> Fraction:
        """Points by which one unit is ahead of another; below zero once it is passed."""
        scores = {standing.unit: standing.score or Fraction(0) for standing in self.standings}
        return scores[ahead] - scores[behind]

    def moved_since(self, earlier: Field) -> int:
        """How many units have another place than before."""
        places = {standing.unit: standing.place for standing in earlier.standings}
        return sum(places[standing.unit] != standing.place for standing in self.standings)


@dataclass
class Newsroom:
    """What may be told: chance, names nobody has used yet, and codes for new projects."""

    rng: Random
    names: Iterator[Naming]
    codes: Iterator[str]

    def choose(self, fields: Sequence[Field], tired: frozenset[str]) -> list[News]:
        """News by which two to five units move where that can be had; units that moved lately rest."""
        wanted, moved = self.rng.choice(MOVES), 0
        chosen: list[News] = []
        now = dict(enumerate(fields))
        for number, ahead, behind in self._pairs(fields, tired):
            news, field = self._overtaking(now[number], ahead, behind)
            others = moved - now[number].moved_since(fields[number])
            after = others + field.moved_since(fields[number])
            if not moved < after <= MOST_MOVES:
                continue
            chosen, moved, now[number] = [*chosen, *news], after, field
            if moved >= wanted:
                break
        return chosen or self._anything(fields)

    def _pairs(self, fields: Sequence[Field], tired: frozenset[str]) -> list[tuple[int, str, str]]:
        """Neighbours of different scores, the divisions in turn, close ones rather first."""
        by_field = [self._neighbours(number, field, tired) for number, field in enumerate(fields)]
        self.rng.shuffle(by_field)
        return [pair for turn in zip_longest(*by_field) for pair in turn if pair is not None]

    def _neighbours(self, number: int, field: Field, tired: frozenset[str]) -> list[tuple[int, str, str]]:
        placed = [standing for standing in field.standings if standing.place is not None]
        found = []
        for ahead, behind in pairwise(placed):
            gap = field.lead(ahead.unit, behind.unit)
            if gap > 0:
                rest = TIRED if {ahead.unit, behind.unit} & tired else 0
                found.append((float(gap) * self.rng.uniform(0.4, 1.6) + rest, ahead.unit, behind.unit))
        return [(number, ahead, behind) for _, ahead, behind in sorted(found)]

    def _overtaking(self, field: Field, ahead: str, behind: str) -> tuple[list[News], Field]:
        """The facts by which one unit passes the next, and the division after them; none where it cannot be."""
        news: list[News] = []
        now = field
        for one in islice(self._candidates(field, ahead, behind), TRIES):
            then = now.after(one)
            if then.lead(ahead, behind) < now.lead(ahead, behind):
                news.append(one)
                now = then
                if now.lead(ahead, behind) < 0:
                    return news, now
                if len(news) == MOST_FACTS:
                    break
        return [], field

    def _candidates(self, field: Field, ahead: str, behind: str) -> Iterator[News]:
        """What may happen to the one behind, in the order of chance; then new contracts of the one ahead.

        A unit that has its signings already falls back with each new one: it has yet to be landed and started.
        """
        steps = list(self._steps(field, behind))
        self.rng.shuffle(steps)
        finders = (*[behind] * 3, *[ahead] * 4)
        return chain(steps, (self._find(field, unit) for unit in finders if unit not in ALONE))

    def _steps(self, field: Field, unit: str) -> Iterator[News]:
        ours = {one.key for one in field.facts.units}
        for project in field.facts.projects:
            holders = {credit.unit for credit in project.credits}
            if unit in holders and holders <= ours and _newest(project) <= field.today:
                yield from self._next(project, field.today)

    def _next(self, project: Project, today: date) -> Iterator[News]:
        """What may happen next to a project: its next stage, and money that is still to come."""
        reached = {event.stage for event in project.events}
        if SIGNED not in reached:
            if TALKS in reached:
                yield self._signing(News(project.code, SIGNED, today))
            return
        if REGISTERED not in reached:
            yield News(project.code, REGISTERED, today)
            return
        if STARTED not in reached:
            yield News(project.code, STARTED, today)
        left = sum(event.inward_yuan or 0 for event in project.events) - sum(a.yuan for a in project.arrivals)
        yuan = left * self.rng.randint(15, 45) // 100 // WAN * WAN
        if yuan > 0:
            yield News(project.code, ARRIVAL, today, yuan=yuan)

    def _find(self, field: Field, unit: str) -> News:
        return self._signing(News(next(self.codes), SIGNED, field.today, find=Find(next(self.names), unit)))

    def _signing(self, news: News) -> News:
        signed = contract(self.rng)
        return replace(news, total_yuan=signed.total_yuan, inward_yuan=signed.inward_yuan)

    def _anything(self, fields: Sequence[Field]) -> list[News]:
        """A new contract of some unit, for a day on which nobody passes anybody."""
        field = self.rng.choice(fields)
        units = [unit.key for unit in field.facts.units if unit.key not in ALONE]
        return [self._find(field, self.rng.choice(units))]


def fields_of(facts: Facts, scheme: Scheme, today: date) -> list[Field]:
    """The divisions as they stand, each with the projects of its own units."""
    found = []
    for division in dict.fromkeys(unit.division for unit in facts.units):
        units = tuple(unit for unit in facts.units if unit.division == division)
        keys = {unit.key for unit in units}
        projects = tuple(p for p in facts.projects if any(credit.unit in keys for credit in p.credits))
        found.append(Field.of(replace(facts, units=units, projects=projects), scheme, today))
    return found


def _newest(project: Project) -> date:
    """The newest day on which anything happened to a project."""
    days = [event.on for event in project.events] + [arrival.on for arrival in project.arrivals]
    return max(days, default=date.min)
