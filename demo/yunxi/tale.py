"""What a told story consists of: projects with all their facts, tasks, and notices of criticism."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from demo.yunxi.names import Naming
from leaderboard.instant import Millis
from leaderboard.ledger.chronicle import NewArrival, NewCredit, NewEvent, NewProject, Told


@dataclass(frozen=True, slots=True)
class StoryProject:
    """One project with everything that happened to it; its credits name units by key."""

    code: str
    naming: Naming
    is_public: bool
    shares: tuple[tuple[str, Fraction], ...]
    credited_on: date
    credit_told: Told
    events: tuple[NewEvent, ...]
    arrivals: tuple[NewArrival, ...] = ()

    @property
    def lead(self) -> str:
        """Key of the unit that reports the project."""
        return self.shares[0][0]

    def for_ledger(self, unit_ids: dict[str, int]) -> NewProject:
        """The project as the ledger records it."""
        credits_ = tuple(
            NewCredit(unit_ids[key], share, self.credited_on, self.credit_told) for key, share in self.shares
        )
        return NewProject(
            code=self.code,
            name=self.naming.name,
            name_en=self.naming.name_en,
            investor=self.naming.investor,
            industry=self.naming.industry,
            is_public=self.is_public,
            recorded_at=self.credit_told.recorded_at,
            recorded_by=self.lead,
            credits=credits_,
            events=self.events,
            arrivals=self.arrivals,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One unit's yearly targets: contracts by count and by yuan, and yuan to arrive."""

    unit: str
    contracts: int
    contracted_yuan: int
    arrived_yuan: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A unit was criticised in a county notice."""

    unit: str
    on: date
    recorded_at: Millis
    reason: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happened in Yunxi until the first run."""

    starts_on: date
    ends_on: date
    tasks: tuple[Task, ...]
    projects: tuple[StoryProject, ...]
    notices: tuple[Notice, ...]
