"""The public board of an edition as one JSON document: what pages, screens, files and programs all read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from leaderboard.boards.gather import Gathered
from leaderboard.instant import iso
from leaderboard.seasons.read import RosterLine
from scoring.measure_document import measure_document
from scoring.result import AdjustmentLine, Headline, IndicatorLine, Part, RaceResult, Standing
from scoring.rules import (
    ArrivedOverContract,
    ArrivedOverTask,
    Indicator,
    Measure,
    ReturnQuantity,
    Scheme,
    Signing,
)
from scoring.show import exact, round_half_up, shown_rate

FORMAT = "saima-board/1"
SMALL_COUNT = 5
"""A rate from fewer projects than this shows its fraction beside it."""


def board_document(
    gathered: Gathered, result: RaceResult, heading: Mapping[str, Any], previous: Mapping[str, str | None]
) -> dict[str, Any]:
    """The public board; `heading` holds number, dates, hashes; `previous` maps unit keys to their last places."""
    scheme = gathered.scheme
    names = {line.key: line for line in gathered.roster}
    return {
        "format": FORMAT,
        "season": gathered.season.slug,
        "season_title": gathered.season.title,
        "season_title_en": gathered.season.title_en,
        "source": gathered.season.source,
        **heading,
        "authority": gathered.season.authority or heading.get("office"),
        "schedule": exact(result.schedule),
        "schedule_shown": shown_rate(result.schedule, scheme.decimals.rate),
        "scheme": _scheme(scheme, gathered),
        "divisions": [
            {
                "key": division.key,
                "name": division.name,
                "name_en": division.name_en,
                "headlines": _headlines(result.headlines, division.key, scheme),
            }
            for division in gathered.divisions
        ],
        "headlines": _headlines(result.headlines, None, scheme),
        "standings": [
            _standing(standing, names, scheme, previous.get(standing.unit)) for standing in result.standings
        ],
    }


def heading_times(zone: str, **instants: int | None) -> dict[str, str | None]:
    """Instants as ISO 8601 text of the office's zone."""
    return {name: None if instant is None else iso(instant, zone) for name, instant in instants.items()}


def place_value(place: Fraction | None) -> int | str | None:
    """A place as JSON: an integer, or "5/2" where tied units share their mean place."""
    if place is None:
        return None
    return int(place) if place.denominator == 1 else exact(place)


def _scheme(scheme: Scheme, gathered: Gathered) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "version": gathered.version.version_no,
        "effective_on": str(gathered.version.effective_on),
        "full_mark": exact(scheme.full_mark),
        "composite": scheme.composite,
        "lead": scheme.lead,
        "ties": str(scheme.ties),
        "tie_breakers": list(scheme.tie_breakers),
        "decimals": {
            "rate": scheme.decimals.rate,
            "points": scheme.decimals.points,
            "score": scheme.decimals.score,
        },
        "indicators": [_indicator(scheme, indicator, gathered) for indicator in scheme.indicators],
        "adjustments": [
            {
                "key": a.key,
                "name": a.name,
                "name_en": a.name_en or None,
                "kind": str(a.kind),
                "each": exact(a.each),
                "ceiling": _optional(a.ceiling),
            }
            for a in scheme.adjustments
        ],
    }


def counts_by(measure: Measure) -> str:
    """What the numbers of a measure are: `count`, `amount` (yuan) or a `mix` of both."""
    if isinstance(measure, Signing):
        return measure.by
    return "amount" if isinstance(measure, ArrivedOverContract | ArrivedOverTask) else "count"


def _indicator(scheme: Scheme, indicator: Indicator, gathered: Gathered) -> dict[str, Any]:
    return {
        "key": indicator.key,
        "name": indicator.name,
        "name_en": indicator.name_en or None,
        "kind": "quantity" if isinstance(indicator.measure, ReturnQuantity) else "rate",
        "weight": exact(indicator.weight),
        "by": counts_by(indicator.measure),
        "measure": measure_document(indicator.measure),
        "weights": {d.key: _optional(scheme.weights(d.key).get(indicator.key)) for d in gathered.divisions},
        "cap": None if indicator.cap is None else exact(indicator.cap),
        "floor": exact(indicator.floor),
    }


def _headlines(headlines: Iterable[Headline], division: str | None, scheme: Scheme) -> dict[str, Any]:
    return {
        line.key: {
            "numerator": _optional(line.numerator),
            "denominator": _optional(line.denominator),
            "rate": _optional(line.rate),
            "rate_shown": _rate_shown(line.rate, scheme.indicator(line.key), scheme),
            "by": counts_by(scheme.indicator(line.key).measure),
        }
        for line in headlines
        if line.division == division
    }


def _standing(
    standing: Standing, names: Mapping[str, RosterLine], scheme: Scheme, previous: str | None
) -> dict[str, Any]:
    line = names[standing.unit]
    return {
        "unit": standing.unit,
        "unit_name": line.name,
        "unit_name_en": line.name_en,
        **_bundled([names[key] for key in standing.members]),
        "division": standing.division,
        "competing": line.competing,
        "place": place_value(standing.place),
        "previous_place": None if previous is None else place_value(Fraction(previous)),
        "tied": standing.tied,
        "unranked_reason": standing.unranked_reason,
        "score": _optional(standing.score),
        "score_shown": None
        if standing.score is None
        else round_half_up(standing.score, scheme.decimals.score),
        "indicators": {i.key: indicator_values(i, scheme) for i in standing.indicators},
        "adjustments": {a.key: _adjustment(a, scheme) for a in standing.adjustments},
    }


def _bundled(members: Sequence[RosterLine]) -> dict[str, Any]:
    """The units bundled into one, told where there are any."""
    told = [{"unit": m.key, "unit_name": m.name, "unit_name_en": m.name_en} for m in members]
    return {"members": told} if told else {}


def indicator_values(line: IndicatorLine, scheme: Scheme) -> dict[str, Any]:
    """One indicator of one unit: state, exact numerator, denominator, rate and points, each with what is shown."""
    counts = [part.numerator for part in line.parts]
    mixed = {"parts": [_pair(part) for part in line.parts]} if len(line.parts) > 1 else {}
    small = line.denominator is not None and counts[0].by == "count" and line.denominator < SMALL_COUNT
    return {
        "state": str(line.state),
        "numerator": _optional(line.numerator),
        "denominator": _optional(line.denominator),
        "by": counts[0].by if len(counts) == 1 else "mix",
        "small": small,
        "rate": _optional(line.rate),
        "rate_shown": _rate_shown(line.rate, scheme.indicator(line.key), scheme),
        "weight": exact(line.weight),
        "points": _optional(line.points),
        "points_shown": None if line.points is None else round_half_up(line.points, scheme.decimals.points),
        "note": line.note,
        "place": place_value(line.place),
        **mixed,
    }


def _pair(part: Part) -> dict[str, Any]:
    """One ratio of a mix, whose numerators and denominators cannot be added to each other."""
    return {
        "by": part.numerator.by,
        "share": exact(part.share),
        "numerator": _optional(part.numerator.value),
        "denominator": None if part.denominator is None else _optional(part.denominator.value),
    }


def _adjustment(line: AdjustmentLine, scheme: Scheme) -> dict[str, Any]:
    return {
        "raw": exact(line.raw),
        "points": exact(line.points),
        "points_shown": round_half_up(line.points, scheme.decimals.points),
    }


def _optional(value: Fraction | None) -> str | None:
    return None if value is None else exact(value)


def _rate_shown(rate: Fraction | None, indicator: Indicator, scheme: Scheme) -> str | None:
    if rate is None:
        return None
    if isinstance(indicator.measure, ReturnQuantity):
        return round_half_up(rate, 0 if rate.denominator == 1 else 2)
    return shown_rate(rate, scheme.decimals.rate)
