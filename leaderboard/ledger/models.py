"""Tables of the ledger: every fact carries when it occurred, when and by whom it was recorded, and its evidence."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from leaderboard.db import Base, flag, id_column, millis, name_text, short_text, yuan

DOMESTIC, FOREIGN = ARRIVAL_KINDS = ("domestic", "foreign")
VERIFIED, RETURNED, REVERSED = OUTCOMES = ("verified", "returned", "reversed")
SIGNED = "signed"
"""The stage that carries the contract."""
KEPT_STAGES = (SIGNED, "registered", "landed", "started", "in_statistics", "in_production")
"""Stages with a column of their own in the project facts; what a season adds to them is in the events alone."""
AWAITING = "awaiting"
"""State of a fact on which nothing was decided yet 待认定, or whose verification was taken back at once 撤销认定."""


class Project(Base):
    """One investment project 项目; what it reached and received stands in its facts."""

    __tablename__ = "project"

    id: Mapped[id_column]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[name_text]
    name_en: Mapped[str | None] = mapped_column(String(120))
    investor: Mapped[str | None] = mapped_column(String(120))
    industry: Mapped[str | None] = mapped_column(String(40))
    is_public: Mapped[flag] = mapped_column(default=0)
    """1 where the project's name may stand on public pages; otherwise only its code does."""
    recorded_at: Mapped[millis]
    recorded_by: Mapped[short_text]


class Recorded:
    """Columns every fact carries; ids are random, so that nothing can be read from their order or density."""

    fact_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    occurred_on: Mapped[date]
    recorded_at: Mapped[millis]
    recorded_by: Mapped[short_text]
    evidence: Mapped[str | None] = mapped_column(Text)


class OfProject(Recorded):
    """A fact about a project; the project leads the key, so that a large race can be spread by it."""

    @declared_attr
    def project_id(cls) -> Mapped[int]:  # noqa: N805 - declared_attr receives the class
        """The project the fact is about."""
        return mapped_column(ForeignKey("project.id"), primary_key=True, sort_order=-1)


class OfUnit(Recorded):
    """A fact about a unit that has no project."""

    @declared_attr
    def unit_id(cls) -> Mapped[int]:  # noqa: N805 - declared_attr receives the class
        """The unit the fact is about."""
        return mapped_column(ForeignKey("unit.id"), primary_key=True, sort_order=-1)


class StageEvent(OfProject, Base):
    """A project reached a stage 节点事件; the signing carries the contract's amounts."""

    __tablename__ = "stage_event"

    stage: Mapped[short_text]
    total_yuan: Mapped[int | None] = mapped_column(BigInteger)
    inward_yuan: Mapped[int | None] = mapped_column(BigInteger)


class CapitalArrival(OfProject, Base):
    """Money that arrived 到位资金; foreign money also keeps its own currency in cents and the rate stated."""

    __tablename__ = "capital_arrival"
    __table_args__ = (CheckConstraint("yuan > 0", name="positive"),)

    yuan: Mapped[yuan]
    kind: Mapped[short_text]
    currency: Mapped[str | None] = mapped_column(String(3))
    foreign_cents: Mapped[int | None] = mapped_column(BigInteger)
    exchange_rate: Mapped[str | None] = mapped_column(String(20))


class Credit(OfProject, Base):
    """The share of one project that counts for a unit 分成, share_num / share_den."""

    __tablename__ = "credit"
    __table_args__ = (
        CheckConstraint("share_num > 0 and share_num <= share_den", name="share"),
        # A unit's projects are found without a look at the shares themselves.
        Index("ix_credit_unit_id", "unit_id", "project_id"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    share_num: Mapped[int]
    share_den: Mapped[int]


class UnitReturn(OfUnit, Base):
    """A unit's total for one period 报表, earlier periods excluded; `occurred_on` is the period's last day."""

    __tablename__ = "unit_return"

    measure: Mapped[short_text]
    starts_on: Mapped[date]
    quantity: Mapped[int] = mapped_column(BigInteger)


class Adjustment(OfUnit, Base):
    """An occurrence of one of the scheme's hand-entered bonuses or deductions 加减分."""

    __tablename__ = "adjustment"

    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    item: Mapped[short_text]
    times: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)


class Decided:
    """Columns of a decision on a fact: verified 认定, returned 退回, reversed 冲销, awaiting again; the latest holds."""

    fact_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    decision_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[short_text]
    decided_at: Mapped[millis]
    decided_by: Mapped[short_text]
    reason: Mapped[str | None] = mapped_column(Text)


class ProjectDecision(Decided, Base):
    """A decision on a fact of a project."""

    __tablename__ = "project_decision"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True, sort_order=-1)


class UnitDecision(Decided, Base):
    """A decision on a return or an adjustment of a unit."""

    __tablename__ = "unit_decision"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, sort_order=-1)


class FormerProject(Base):
    """What a project was called until an instant, so that a past edition can be composed again."""

    __tablename__ = "former_project"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    former_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until_at: Mapped[millis]
    columns: Mapped[str] = mapped_column("former_columns", Text)
    """The columns that changed, as they were, JSON."""


class KeptProject(Base):
    """What is verified of a project, for each unit with a share in it: made from the facts, never entered.

    Days are those of the first verified event at a stage; amounts are the contract's.
    """

    __tablename__ = "project_fact"
    __table_args__ = (
        # A race is measured by reading this index from end to end, unit by unit, and nothing else.
        Index(
            "ix_project_fact_unit_id",
            "unit_id",
            "share_num",
            "share_den",
            "signed_on",
            "awaited_on",
            "registered_on",
            "landed_on",
            "started_on",
            "in_statistics_on",
            "in_production_on",
            "total_yuan",
            "inward_yuan",
            "since_signing_yuan",
            "arrived_yuan",
            "first_arrival_on",
            "last_arrival_on",
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    share_num: Mapped[int]
    share_den: Mapped[int]
    """The unit's verified credits 分成 in all, in lowest terms."""
    signed_on: Mapped[date | None]
    awaited_on: Mapped[date | None]
    """The day of a signing that still awaits its verification."""
    registered_on: Mapped[date | None]
    landed_on: Mapped[date | None]
    started_on: Mapped[date | None]
    in_statistics_on: Mapped[date | None]
    in_production_on: Mapped[date | None]
    total_yuan: Mapped[int | None] = mapped_column(BigInteger)
    inward_yuan: Mapped[int | None] = mapped_column(BigInteger)
    since_signing_yuan: Mapped[yuan]
    """Money that arrived on the day of signing or later; 0 where nothing is signed."""
    arrived_yuan: Mapped[yuan]
    first_arrival_on: Mapped[date | None]
    last_arrival_on: Mapped[date | None]


class KeptArrival(Base):
    """The verified money of one project on one day, for cut-offs that fall among its arrivals."""

    __tablename__ = "arrival_fact"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    occurred_on: Mapped[date] = mapped_column(primary_key=True)
    yuan: Mapped[yuan]
