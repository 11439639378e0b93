"""What a checked workbook would change: drafts of plans and facts, and how they compare with what is known."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from leaderboard.exchange.problems import Counts, Problem, Problems, Summary
from leaderboard.ledger.bulk import Head
from leaderboard.ledger.bulk_decisions import Decision
from leaderboard.ledger.read import ProjectFact, UnitFact


@dataclass(frozen=True, slots=True)
class SeasonDraft:
    """The season the workbook is for."""

    slug: str
    title: str
    starts_on: date
    ends_on: date
    title_en: str | None = None
    source: str | None = None
    is_public: bool = True
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class DivisionDraft:
    """A division the season does not have yet."""

    key: str
    name: str
    name_en: str | None = None


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A unit the authority does not have yet."""

    key: str
    name: str
    sort_no: int
    name_en: str | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """A unit enters the season, or moves to another division."""

    unit: str
    division: str
    competing: bool
    bundle: str | None = None
    """The key of the unit it is bundled into, in whose division it stands."""
    is_change: bool = False
    """Whether the unit takes part already, in another division or another way."""


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """A target to set."""

    unit: str
    indicator: str
    by: str
    level: str
    quantity: int
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class FactDraft:
    """A fact to record; `holder` is the project's code or the unit's key, `unit` the key of a share's unit."""

    table: ProjectFact | UnitFact
    holder: str
    occurred_on: date
    values: Mapping[str, Any]
    evidence: str | None
    verified: bool
    unit: str | None = None
    replaces: int | None = None
    """The known fact that is reversed for it."""
    is_change: bool = False
    """Whether what is known is changed by it, rather than added to."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A live fact that the file does not hold."""

    table: ProjectFact | UnitFact
    holder_id: int
    fact_id: int


@dataclass(frozen=True, slots=True)
class Change:
    """A row that changes what is known, for people: where it stands, what it is about, what was and what comes."""

    sheet: str
    row: int
    subject: str
    was: str
    comes: str


@dataclass(frozen=True, slots=True)
class Share:
    """A unit's share of a project as the workbook states it."""

    unit: str
    share: Fraction
    verified: bool


@dataclass(slots=True)
class Plan:
    """Everything an import would do; it may be applied only while it has no errors."""

    season: SeasonDraft
    season_is_new: bool
    today: date
    problems: Problems
    stages: list[dict[str, str]] | None = None
    """All of the season's own stages, where the workbook adds to them."""
    divisions: list[DivisionDraft] = field(default_factory=list)
    units: list[UnitDraft] = field(default_factory=list)
    entries: list[EntryDraft] = field(default_factory=list)
    scheme: dict[str, Any] | None = None
    """The scheme a season is founded with, in force from its first day: only where the import opens the season."""
    changed_scheme: dict[str, Any] | None = None
    """Any other scheme than the one in force, to be submitted to a second person."""
    targets: list[TargetDraft] = field(default_factory=list)
    projects: list[Head] = field(default_factory=list)
    facts: list[FactDraft] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    """Verifications and reversals of known facts; they come before the new facts."""
    cleared: list[Cleared] = field(default_factory=list)
    """What clearing would reverse besides."""
    changes: list[Change] = field(default_factory=list)
    """The first rows that change what is known."""
    counts: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    upon: list[str] = field(default_factory=list)
    """All that is known and would be changed, each as it stands now: a fact with its outcome, a target's figure."""

    @property
    def mark(self) -> str:
        """By which it is known later whether the plan would still change the same, found as it was."""
        return hashlib.sha256("\n".join(sorted(self.upon)).encode()).hexdigest()

    @property
    def brings_scheme(self) -> bool:
        """Whether a scheme is founded or submitted, for which a reason is wanted."""
        return self.scheme is not None or self.changed_scheme is not None

    def notes(self, *, founds: bool) -> tuple[str, ...]:
        """What becomes of the scheme that a new season brings: as a rule it waits for a second person."""
        if self.scheme is None:
            return ()
        since = self.season.starts_on
        if founds:
            return (f"本次导入新开赛季: 文件所带的考核方案自赛季第一天 {since} 起直接生效",)
        return (
            f"本次导入新开赛季: 文件所带的考核方案已提交审批, 由另一位管理员批准后自赛季第一天 {since} 起生效",
        )

    @property
    def errors(self) -> list[Problem]:
        """What must be put right first."""
        return self.problems.errors

    @property
    def summary(self) -> Summary:
        """What applying the plan does, by sheet; sheets without rows are left out."""
        return Summary(
            self.season.slug, {name: counts for name, counts in self.counts.items() if counts.rows}
        )

    @property
    def warnings(self) -> list[Problem]:
        """What should be looked at."""
        return self.problems.warnings
