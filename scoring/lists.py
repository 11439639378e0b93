"""Red and black lists 红黑榜: an end of a ranking AND conditions, with exemptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.aggregate import Runner
from scoring.board_rules import SCORE, Among, End, ListRule, PlaceCount
from scoring.measures import Measures
from scoring.rank import places
from scoring.result import Listed, Standing
from scoring.rules import Scheme
from scoring.score_sight import SharedPlaces, looks_at_score, with_score
from scoring.shape_rules import Reading
from scoring.sight import Readable, holds


def listed(
    standings: Sequence[Standing],
    runners: Mapping[str, Runner],
    shared: SharedPlaces,
    measures: Measures,
    scheme: Scheme,
) -> Iterator[Listed]:
    """Units on each list, in the board's order; an exempted unit is named with its reason."""
    for rule in scheme.lists:
        for division in dict.fromkeys(standing.division for standing in standings):
            field = [s for s in standings if s.division == division and runners[s.unit].unit.competing]
            boards = _Boards([standing.unit for standing in field], runners, shared)
            chosen = _chosen(rule, boards)
            for standing in field:
                seen: Mapping[str, Readable] = runners[standing.unit].sights
                if looks_at_score(rule.when):
                    seen = with_score(seen, standing, shared, scheme.full_mark)
                if standing.unit in chosen and all(holds(needed, "", seen) for needed in rule.when):
                    reason = measures.exemptions.get((standing.unit, rule.key)) if rule.exempt else None
                    yield Listed(rule.key, standing.unit, division, reason)


@dataclass(frozen=True, slots=True)
class _Boards:
    """Places of a division's units on the whole board and on each indicator's; equals share one, whatever the ties."""

    units: Sequence[str]
    runners: Mapping[str, Runner]
    shared: SharedPlaces

    def places(self, by: str) -> dict[str, Fraction]:
        """Units that have a place by the score or by an indicator."""
        found = {
            unit: self.shared[unit] if by == SCORE else self.runners[unit].sights[by].read(Reading.PLACE)
            for unit in self.units
        }
        return {unit: place for unit, place in found.items() if place is not None}


def _chosen(rule: ListRule, boards: _Boards) -> set[str]:
    """Units at the asked end of the ranking, and often enough among the first or last of several boards."""
    found = set(boards.units)
    if rule.among is not None:
        found &= _among(rule.among, boards)
    if rule.often is not None:
        counts = _place_counts(rule.often, boards)
        found &= {unit for unit, count in counts.items() if count >= rule.often_least}
    return found


def _among(among: Among, boards: _Boards) -> set[str]:
    """The first or last so many, less those passed over; units tied on the edge are all in."""
    if isinstance(among.by, PlaceCount):
        counts = _place_counts(among.by, boards)
        ranked = places([Fraction(count) for count in counts.values()])
        known = {unit: place for unit, place in zip(counts, ranked, strict=True) if place is not None}
    else:
        known = boards.places(among.by)
    limit = Fraction((among.number * len(known)).__floor__()) if among.share else among.number
    # An indicator's own ties may be dense or modified; how many stand before is the same under each of them.
    count = _before if among.end is End.FIRST else _behind
    return {unit for unit in known if among.after <= count(unit, known) < limit}


def _before(unit: str, known: Mapping[str, Fraction]) -> int:
    return sum(place < known[unit] for place in known.values())


def _behind(unit: str, known: Mapping[str, Fraction]) -> int:
    return sum(place > known[unit] for place in known.values())


def _place_counts(often: PlaceCount, boards: _Boards) -> dict[str, int]:
    """How many of the named boards each unit is among the first or last of 各项排名前列（末位）次数."""
    counts = dict.fromkeys(boards.units, 0)
    count = _before if often.end is End.FIRST else _behind
    for key in often.indicators:
        known = boards.places(key)
        for unit in known:
            counts[unit] += count(unit, known) < often.within
    return counts
