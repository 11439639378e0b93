"""Warnings for authors of schemes in the language being spoken: scoring speaks Chinese, and says besides what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from leaderboard.words import ENGLISH, language
from scoring.author_warning import MOST_NAMES, AuthorWarning, number
from scoring.rules import Scheme
from scoring.show import plain, round_half_up, shown_rate


@dataclass(frozen=True, slots=True)
class Spoken:
    """One warning with the names its English is made of."""

    found: AuthorWarning
    scheme: Scheme
    units: Mapping[str, str]
    """Unit key -> its name in English; a key without one stands for itself."""

    @property
    def numbers(self) -> dict[str, Fraction]:
        """The numbers the warning rests on, by name."""
        return dict(self.found.numbers)

    def unit(self, place: int) -> str:
        """Name of the unit at this place among those it is about."""
        return self.units.get(self.found.units[place], self.found.units[place])

    def indicators(self) -> str:
        """The indicators it is about, quoted."""
        known = {one.key: one.name_en or one.name for one in self.scheme.indicators}
        return _listed([f"“{known.get(key, key)}”" for key in self.found.indicators])

    def adjustments(self) -> str:
        """The adjustments it is about, quoted."""
        known = {one.key: one.name_en or one.name for one in self.scheme.adjustments}
        return _listed([f"“{known.get(key, key)}”" for key in self.found.adjustments])


def warning_words(
    found: AuthorWarning, scheme: Scheme, units: Mapping[str, str], divisions: Mapping[str, str]
) -> str:
    """The warning in the language being spoken, with units and divisions by the names given."""
    if language() != ENGLISH:
        text = found.text
        for key, name in divisions.items():
            text = text.replace(f"“{key}”组", f"“{name}”组")
        return text
    said = SENTENCES[found.key](Spoken(found, scheme, units))
    division = divisions.get(found.division)
    return f"{division}: {said}" if division and len(divisions) > 1 else said


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _relative_points(one: Spoken) -> str:
    said = (
        f"{one.indicators()} gives points by how units compare with each other (min-max, places and the like), so that "
        "units joining or leaving change the points of others"
    )
    if not one.found.units:
        return f"{said}, and may turn places round."
    return f"{said}: without {one.unit(0)}, {one.unit(2)} would come before {one.unit(1)}."


def _small_denominator(one: Spoken) -> str:
    told = one.numbers
    words = {"less": "one fewer", "more": "one more"}
    changed = [
        f"with {said} it would be number {told[f'place_{name}']}"
        for name, said in words.items()
        if f"place_{name}" in told
    ]
    projects = "project" if told["denominator"] == 1 else "projects"
    return (
        f"{one.unit(0)} has only {plain(told['denominator'])} {projects} in {one.indicators()}, of which "
        f"{plain(told['numerator'])} count; it is number {told['place']}, and {', '.join(changed)}. Its place hangs on "
        "single projects."
    )


def _cohort_age(one: Spoken) -> str:
    old, young = (round_half_up(one.numbers[name], 0) for name in ("oldest_days", "youngest_days"))
    return (
        f"{one.indicators()} compares projects signed long ago with new ones: those of {one.unit(0)} were signed {old} "
        f"days ago on average, those of {one.unit(1)} {young}. Stages by age, or projects of one period, would be fairer."
    )


def _above_hundred(one: Spoken) -> str:
    indicator = one.scheme.indicator(one.found.indicators[0])
    highest = shown_rate(one.numbers["highest"], one.scheme.decimals.rate, one.scheme.rounding.rate)
    effect = _beyond_hundred(indicator.cap)
    return f"{one.indicators()} is above 100% for {len(one.found.units)} units, at most {highest}; {effect}."


def _beyond_hundred(cap: Fraction | None) -> str:
    if cap is None:
        return "what is above gives points; cap it if that is not meant"
    if cap <= 1:
        return "what is above gives no points"
    return f"it is capped at {plain(cap * 100)}%, and what is above the cap gives no more points"


def _dominant_indicator(one: Spoken) -> str:
    who = one.indicators() or "all adjustments together"
    effective, nominal = (shown_rate(one.numbers[name], 0) for name in ("effective", "nominal"))
    return f"{effective} of what tells scores apart comes from {who}, which weighs {nominal}; it decides most places."


def _bonus_outweighs(one: Spoken) -> str:
    most = one.numbers.get("most")
    limit = (
        f"has no ceiling (at most {number(one.numbers['given'])} points were given so far) and may give"
        if most is None
        else f"can give {number(most)} points,"
    )
    return f"The bonus {one.adjustments()} {limit} more than the whole weight of {one.indicators()}."


def _cap_reached_by_all(one: Spoken) -> str:
    return (
        f"All {len(one.found.units)} units have the cap or the full mark of {one.indicators()}: it tells nobody apart. "
        "A higher target or cap would."
    )


def _unknown_adjustment(one: Spoken) -> str:
    entries = one.numbers["entries"]
    return (
        f"{entries} entries name the adjustment {one.adjustments()}, which the scheme does not have; "
        "they count for nothing."
    )


SENTENCES: Mapping[str, Callable[[Spoken], str]] = {
    "relative_points": _relative_points,
    "small_denominator": _small_denominator,
    "cohort_age": _cohort_age,
    "above_hundred": _above_hundred,
    "dominant_indicator": _dominant_indicator,
    "bonus_outweighs": _bonus_outweighs,
    "cap_reached_by_all": _cap_reached_by_all,
    "unknown_adjustment": _unknown_adjustment,
}
"""Kind of warning -> its English sentence."""
