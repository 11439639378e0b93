"""All facts that may enter a race, as frozen values: units, projects, returns, targets, adjustments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

SPARSE = {"sparse": True}
"""Marks a field that a document leaves out while it holds its default."""

TALKS, SIGNED, REGISTERED, LANDED, STARTED, IN_STATISTICS, IN_PRODUCTION = STANDARD_STAGES = (
    "talks",
    "signed",
    "registered",
    "landed",
    "started",
    "in_statistics",
    "in_production",
)
"""Stages 阶段/节点 every season knows, in their usual order; a season may add its own."""


DOMESTIC = "domestic"
"""Money from elsewhere in the country; the other kind is `foreign`."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Who is ranked 参赛单位; `order` is the office's listing order, `competing` false is hors concours."""

    key: str
    name: str
    division: str
    order: int = 0
    competing: bool = True
    not_applicable: tuple[str, ...] = ()
    """Keys of indicators that do not apply to this unit 不适用."""
    members: tuple[str, ...] = field(default=(), metadata=SPARSE)
    """Keys of the units bundled into this one 捆绑: what is credited to them is credited to it."""


class StageEvent(NamedTuple):
    """A project reached a stage on a date 节点事件; amounts are integer yuan of the contract signed."""

    id: str
    stage: str
    on: date
    verified: bool = True
    total_yuan: int | None = None
    inward_yuan: int | None = None


class Arrival(NamedTuple):
    """Money that arrived on a date 到位资金, integer yuan; kind is `domestic` or `foreign`."""

    id: str
    on: date
    yuan: int
    kind: str = DOMESTIC
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Credit:
    """The share of one project that counts for a unit 分成, 0 < share <= 1."""

    unit: str
    share: Fraction
    since: date | None = field(default=None, metadata=SPARSE)
    until: date | None = field(default=None, metadata=SPARSE)
    """Last day whose facts are shared 分成期限; None without end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The day a project is planned 计划 to reach a stage."""

    stage: str
    on: date


@dataclass(frozen=True, slots=True)
class Project:
    """One investment project with its whole story as known; `name` is what may be shown of it."""

    code: str
    name: str
    credits: tuple[Credit, ...]
    events: tuple[StageEvent, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    plans: tuple[Plan, ...] = field(default=(), metadata=SPARSE)
    kinds: tuple[str, ...] = field(default=(), metadata=SPARSE)
    """What sort of project it is, for exclusion lists and shares of quality: `property`, `industry`..."""
    figures: tuple[tuple[str, Fraction], ...] = field(default=(), metadata=SPARSE)
    """Numbers of its own by name: share invested, done against plan."""
    seasons_counted: int = field(default=0, metadata=SPARSE)
    """In how many earlier seasons it has been counted."""


@dataclass(frozen=True, slots=True)
class Return:
    """A unit's periodic total 报表 where no project list exists: `quantity` is the period's alone."""

    id: str
    unit: str
    measure: str
    period_end: date
    quantity: int
    verified: bool = field(default=True, metadata=SPARSE)


@dataclass(frozen=True, slots=True)
class Target:
    """A unit's task 目标任务 for an indicator over the season: `by` is `count` or `amount` (yuan)."""

    unit: str
    indicator: str
    by: str
    quantity: int
    level: str = "basic"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An item added or deducted by hand 加减分, `times` occurrences of the scheme's adjustment `key`."""

    id: str
    unit: str
    key: str
    on: date
    times: int
    reason: str
    verified: bool = field(default=True, metadata=SPARSE)
    points: Fraction | None = field(default=None, metadata=SPARSE)
    """Points set by hand within the scheme's range 按情节."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What an audit sample 抽查 of a unit's claims for an indicator verified, of how much claimed."""

    unit: str
    indicator: str
    verified: int
    claimed: int


@dataclass(frozen=True, slots=True)
class Exemption:
    """A unit kept off a list for a stated reason, such as force majeure 不可抗力."""

    unit: str
    list: str
    reason: str


@dataclass(frozen=True, slots=True)
class Before:
    """A unit's place and score in the previous result, for the progress board."""

    unit: str
    place: Fraction | None = None
    score: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a race is scored from; the season's period bounds cohorts, tuples are in any order."""

    starts_on: date
    ends_on: date
    units: tuple[Unit, ...]
    projects: tuple[Project, ...] = ()
    returns: tuple[Return, ...] = ()
    targets: tuple[Target, ...] = ()
    adjustments: tuple[Adjustment, ...] = field(default=())
    samples: tuple[Sample, ...] = field(default=(), metadata=SPARSE)
    exemptions: tuple[Exemption, ...] = field(default=(), metadata=SPARSE)
    before: tuple[Before, ...] = field(default=(), metadata=SPARSE)
