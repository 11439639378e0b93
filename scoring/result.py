"""Standings that keep every intermediate number, so that a page can open any of them down to its facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

SPARSE = {"sparse": True}
"""Marks a field that a document leaves out while it holds its default."""


class State(StrEnum):
    """What kind of answer a measured number is; missing is a state, never a number."""

    COUNTED = "counted"
    ZERO = "zero"
    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"
    UNDER_VERIFICATION = "under_verification"
    NO_DENOMINATOR = "no_denominator"


class CountedFact(NamedTuple):
    """One fact inside a numerator or denominator: `amount` is its exact contribution (projects or yuan).

    A named tuple like its neighbour, and whole where its numbers are, because a large race makes a hundred thousand.
    """

    kind: str
    """`project`, `arrival`, `return`, `target` or `adjustment`."""
    ref: str
    """Project code, or the key of the measure, indicator or adjustment where there is no project."""
    fact: str
    """Id of the stage event, arrival, return or hand entry; empty for a target."""
    name: str
    on: date | None
    share: Fraction | int
    amount: Fraction | int


NOT_REACHED = "not_reached"
AWAITING_VERIFICATION = "awaiting_verification"
AFTER_CUT_OFF = "after_cut_off"
OUTSIDE_COHORT = "outside_cohort"
BELOW_FLOOR = "below_floor"
NO_AMOUNT = "no_amount"
EXCLUDED_KIND = "excluded_kind"
ALREADY_COUNTED = "already_counted"
CREDIT_ENDED = "credit_ended"
OUTSIDE_RANGE = "outside_range"
LEFT_OUT_REASONS = (
    NOT_REACHED,
    AWAITING_VERIFICATION,
    AFTER_CUT_OFF,
    OUTSIDE_COHORT,
    BELOW_FLOOR,
    NO_AMOUNT,
    EXCLUDED_KIND,
    ALREADY_COUNTED,
    CREDIT_ENDED,
    OUTSIDE_RANGE,
)
"""Why a fact was looked at and not counted; `outside_cohort` also means dated outside the season, `no_amount`
a contract whose amount is needed and not stated, `outside_range` a size or a mark outside what is asked for."""


class LeftOutFact(NamedTuple):
    """One fact that was looked at and not counted, with the reason, one of LEFT_OUT_REASONS."""

    kind: str
    ref: str
    fact: str
    name: str
    on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Count:
    """One measured quantity with the facts it was added up from; `value` None: nothing can be said."""

    value: Fraction | None
    by: str
    """`count` (projects or pieces) or `amount` (yuan)."""
    counted: tuple[CountedFact, ...] = ()
    left_out: tuple[LeftOutFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One ratio inside an indicator (count and amount may be mixed): rate = numerator / denominator."""

    share: Fraction
    numerator: Count
    denominator: Count | None
    state: State
    rate: Fraction | None
    name: str = field(default="", metadata=SPARSE)
    """Which tier, vintage or half this is, where the scheme names its parts."""
    audited: Fraction | None = field(default=None, metadata=SPARSE)
    """What the numerator was scaled by after a sample audit 抽查折算."""

    @property
    def is_bare(self) -> bool:
        """Whether only a rate was stated: it stands over a 1 that nobody stated, and has neither of its counts."""
        counted = self.denominator.counted if self.denominator else ()
        return len(counted) == 1 and counted[0].kind == "given" and not counted[0].ref

    @property
    def counts(self) -> tuple[Fraction | None, Fraction | None]:
        """Numerator and denominator as they were stated."""
        if self.is_bare:
            return None, None
        return self.numerator.value, self.denominator.value if self.denominator else None


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator of one unit: how it was measured, what it earned, its place on its own board."""

    key: str
    state: State
    parts: tuple[Part, ...]
    rate: Fraction | None
    capped_rate: Fraction | None
    weight: Fraction
    points: Fraction | None
    note: str | None
    """What changed the number: `cap`, `floor`, `weight_raised`, or for a missing one `zero_points`,
    `left_out`,
    `redistributed`, `full_points`, `fixed_points`, `unranked`."""
    place: Fraction | None
    working: tuple[tuple[str, Fraction], ...] = field(default=(), metadata=SPARSE)
    """Numbers the shape went through, by name: `low`, `high`, `coefficient`, `band`, `shortfall`..."""
    gate: str | None = field(default=None, metadata=SPARSE)
    """Name of the condition that was not met and changed the points (note `gate`)."""

    @property
    def numerator(self) -> Fraction | None:
        """Numerator of a single-ratio indicator; None for a mix, whose parts carry their own, or a rate alone."""
        return self.parts[0].counts[0] if len(self.parts) == 1 else None

    @property
    def denominator(self) -> Fraction | None:
        """Denominator of a single-ratio indicator; None for a mix, a plain quantity or a rate alone."""
        return self.parts[0].counts[1] if len(self.parts) == 1 else None


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """Points of one bonus or deduction after its ceiling or floor, with the facts that caused it."""

    key: str
    raw: Fraction
    points: Fraction
    counted: tuple[CountedFact, ...] = ()
    left_out: tuple[LeftOutFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit's line 名次: place, score and what it is made of; points and adjustments sum to it."""

    unit: str
    division: str
    place: Fraction | None
    tied: bool
    score: Fraction | None
    indicators: tuple[IndicatorLine, ...]
    adjustments: tuple[AdjustmentLine, ...]
    unranked_reason: str | None = None
    """Why there is no place: `hors_concours`, `nothing_measured`, `disqualified`, or the state of the number
    that is missing."""
    grade: str | None = field(default=None, metadata=SPARSE)
    """等次, where the scheme gives grades."""
    members: tuple[str, ...] = field(default=(), metadata=SPARSE)
    """Keys of the units bundled into this one 捆绑, who share its score."""


@dataclass(frozen=True, slots=True)
class Headline:
    """Totals of one indicator over a division or the whole race; shared projects count once, by shares."""

    division: str | None
    key: str
    numerator: Fraction | None
    denominator: Fraction | None
    rate: Fraction | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A unit on a red or black list 红黑榜, or kept off it by an exemption (`exempted` says why)."""

    list: str
    unit: str
    division: str
    exempted: str | None = None


@dataclass(frozen=True, slots=True)
class Light:
    """A light 亮灯 of a unit, or of one of its projects; an empty colour is a stated "none"."""

    light: str
    unit: str
    colour: str
    value: Fraction
    project: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A unit on the progress board 进步榜: `gained` places (or points of score) since the previous result."""

    unit: str
    division: str
    previous: Fraction
    now: Fraction
    gained: Fraction
    place: Fraction


@dataclass(frozen=True, slots=True)
class RaceResult:
    """A scored race: standings in the board's order (division, then place, then the office's order)."""

    as_of: date
    schedule: Fraction
    """Share of the season due by `as_of` 时序进度."""
    standings: tuple[Standing, ...]
    headlines: tuple[Headline, ...]
    lists: tuple[Listed, ...] = field(default=(), metadata=SPARSE)
    lights: tuple[Light, ...] = field(default=(), metadata=SPARSE)
    progress: tuple[Moved, ...] = field(default=(), metadata=SPARSE)
