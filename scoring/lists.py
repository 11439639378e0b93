"""Red and black lists 红黑榜: an end of a ranking AND conditions, with exemptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from scoring.aggregate import Runner
from scoring.board_rules import SCORE, Among, End, ListRule, PlaceCount
from scoring.measures import Measures
from scoring.rank import places
from scoring.result import Listed, Standing
from scoring.rules import Scheme
from scoring.score_sight import looks_at_score, with_score
from scoring.sight import Readable, holds


def listed(
    standings: Sequence[Standing], runners: Mapping[str, Runner], measures: Measures, scheme: Scheme
) -> Iterator[Listed]:
    """Units on each list, in the board's order; an exempted unit is named with its reason."""
    for rule in scheme.lists:
        for division in dict.fromkeys(standing.division for standing in standings):
            field = [s for s in standings if s.division == division and runners[s.unit].unit.competing]
            chosen = _chosen(rule, field)
            for standing in field:
                seen: Mapping[str, Readable] = runners[standing.unit].sights
                if looks_at_score(rule.when):
                    seen = with_score(seen, standing, field, scheme.full_mark)
                if standing.unit in chosen and all(holds(needed, "", seen) for needed in rule.when):
                    reason = measures.exemptions.get((standing.unit, rule.key)) if rule.exempt else None
                    yield Listed(rule.key, standing.unit, division, reason)


def _chosen(rule: ListRule, field: Sequence[Standing]) -> set[str]:
    """Units at the asked end of the ranking, and often enough among the first or last of several boards."""
    found = {standing.unit for standing in field}
    if rule.among is not None:
        found &= _among(rule.among, field)
    if rule.often is not None:
        counts = place_counts(rule.often, field)
        found &= {unit for unit, count in counts.items() if count >= rule.often_least}
    return found


def _among(among: Among, field: Sequence[Standing]) -> set[str]:
    """The first or last so many, less those passed over; units tied on the edge are all in."""
    if isinstance(among.by, PlaceCount):
        counts = place_counts(among.by, field)
        ranked: dict[str, Fraction | None] = dict(
            zip(counts, places([Fraction(count) for count in counts.values()]), strict=True)
        )
    else:
        ranked = {standing.unit: _place(standing, among.by) for standing in field}
    known = {unit: place for unit, place in ranked.items() if place is not None}
    limit = Fraction((among.number * len(known)).__floor__()) if among.share else among.number
    if among.end is End.FIRST:
        # A place may be a running number or a mean; how many stand before is the same under every tie rule.
        return {unit for unit in known if among.after <= _before(unit, known) < limit}
    return {unit for unit in known if among.after <= _behind(unit, known) < limit}


def _before(unit: str, known: Mapping[str, Fraction]) -> int:
    return sum(place < known[unit] for place in known.values())


def _behind(unit: str, known: Mapping[str, Fraction]) -> int:
    return sum(place > known[unit] for place in known.values())


def place_counts(often: PlaceCount, field: Sequence[Standing]) -> dict[str, int]:
    """How many of the named boards each unit is among the first or last of 各项排名前列（末位）次数."""
    counts = dict.fromkeys([standing.unit for standing in field], 0)
    for key in often.indicators:
        ranked = {standing.unit: _place(standing, key) for standing in field}
        known = {unit: place for unit, place in ranked.items() if place is not None}
        count = _before if often.end is End.FIRST else _behind
        for unit in known:
            counts[unit] += count(unit, known) < often.within
    return counts


def _place(standing: Standing, by: str) -> Fraction | None:
    if by == SCORE:
        return standing.place
    return next((line.place for line in standing.indicators if line.key == by), None)
