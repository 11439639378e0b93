"""Tables of what counts: seasons, divisions, units, entries, targets, scheme versions, timetables."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, flag, id_column, long_text, millis, name_text, short_text

DRAFT, SUBMITTED, APPROVED, DISCARDED = "draft", "submitted", "approved", "discarded"
RETURNED, WITHDRAWN = "returned", "withdrawn"
"""What else may become of a submission than approval."""
LATEST_ONLY, ALL, ASK = CATCH_UP = ("latest", "all", "ask")
SEASON, DIVISION, UNIT = NAMED = ("season", "division", "unit")
"""What may be renamed: the kinds of `FormerName`."""


class Season(Base):
    """One competition over a period 赛季."""

    __tablename__ = "season"

    id: Mapped[id_column]
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[name_text]
    title_en: Mapped[str | None] = mapped_column(String(120))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    is_public: Mapped[flag] = mapped_column(default=1)
    stages: Mapped[long_text] = mapped_column(default="[]")
    """Stages beyond the standard ones, JSON: [{"key", "name", "name_en"}]."""
    source: Mapped[str | None] = mapped_column(Text)
    """Where the figures come from, printed under the board."""
    planned_at: Mapped[millis]
    window_days: Mapped[int] = mapped_column(default=0)
    """Working days a draft lies open for objections 公示期 before it is published; 0 publishes at once."""
    window_contact: Mapped[str | None] = mapped_column(Text)
    authority: Mapped[str | None] = mapped_column(String(120))
    """The authority 主办单位 that holds it, where it is not the one that runs this installation."""
    frozen_at: Mapped[int | None] = mapped_column(BigInteger)
    """Since when the public keeps the last edition 封榜; what is composed meanwhile waits as a draft."""
    two_persons: Mapped[flag] = mapped_column(default=0)
    """1 where what one administrator composes, withdraws or reveals is published only by another."""
    node_days: Mapped[long_text] = mapped_column(default="[]")
    """In how many days a stage is due after an earlier one 节点时限, JSON: [{"stage", "days", "since"}]."""


class Unit(Base):
    """Who is ranked 参赛单位; `sort_no` is the office's own listing order, never guessed from the name."""

    __tablename__ = "unit"

    id: Mapped[id_column]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_en: Mapped[str | None] = mapped_column(String(120))
    sort_no: Mapped[int] = mapped_column(default=0)


class Division(Base):
    """Units ranked against each other and never across 组别."""

    __tablename__ = "division"
    __table_args__ = (
        UniqueConstraint("season_id", "key"),
        UniqueConstraint("season_id", "name", name="uq_division_name"),
    )

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    key: Mapped[short_text]
    name: Mapped[name_text]
    name_en: Mapped[str | None] = mapped_column(String(120))
    sort_no: Mapped[int] = mapped_column(default=0)


class Entry(Base):
    """A unit takes part in a season, in a division; a changed entry ends and a new one begins."""

    __tablename__ = "entry"
    __table_args__ = (Index("ix_entry_season_id", "season_id"),)

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"))
    competing: Mapped[flag] = mapped_column(default=1)
    bundle_id: Mapped[int | None] = mapped_column(BigInteger)
    """The unit it is bundled into 捆绑 and ranked with; nothing where it is ranked on its own."""
    planned_at: Mapped[millis]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class Target(Base):
    """A unit's task for one indicator 目标任务; a changed target ends and a new one begins."""

    __tablename__ = "target"
    __table_args__ = (Index("ix_target_season_id", "season_id"),)

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    indicator: Mapped[short_text]
    by: Mapped[short_text] = mapped_column("counted_by")
    """`count` or `amount` (yuan)."""
    level: Mapped[short_text] = mapped_column("target_level")
    quantity: Mapped[int] = mapped_column(BigInteger)
    planned_at: Mapped[millis]
    planned_by: Mapped[short_text]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class SchemeVersion(Base):
    """One version of a season's scheme 考核方案: a document, never changed once approved, in force from a date."""

    __tablename__ = "scheme_version"
    __table_args__ = (UniqueConstraint("season_id", "version_no"),)

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    version_no: Mapped[int]
    document: Mapped[long_text]
    state: Mapped[short_text]
    effective_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text)
    drafted_at: Mapped[millis]
    drafted_by: Mapped[short_text]
    approved_at: Mapped[int | None] = mapped_column(BigInteger)
    approved_by: Mapped[str | None] = mapped_column(String(40))
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute


class SchemeRevision(Base):
    """A draft as somebody once saved it: nobody's work is lost, and what two people changed can be told apart."""

    __tablename__ = "scheme_revision"

    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[long_text]
    saved_at: Mapped[millis]
    saved_by: Mapped[short_text]


class SchemeSubmission(Base):
    """A draft put before a second person 提交审批, and what became of it; a draft may be put before them again."""

    __tablename__ = "scheme_submission"
    __table_args__ = (Index("ix_scheme_submission_scheme_version_id", "scheme_version_id"),)

    id: Mapped[id_column]
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"))
    revision: Mapped[int]
    """The revision of the version that was submitted."""
    effective_on: Mapped[date]
    """The day asked for; the version keeps the day that was approved."""
    reason: Mapped[str] = mapped_column(Text)
    is_blind: Mapped[flag] = mapped_column(default=0)
    """1 where the weights were chosen with the units' names hidden."""
    submitted_at: Mapped[millis]
    submitted_by: Mapped[short_text]
    outcome: Mapped[str | None] = mapped_column(String(40))
    """APPROVED, RETURNED or WITHDRAWN; nothing while it waits."""
    decided_at: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[str | None] = mapped_column(String(40))
    answer: Mapped[str | None] = mapped_column(Text)
    """Why it was returned or withdrawn."""


class Timetable(Base):
    """When a season's board is aired; `rule` is JSON read by `seasons.timetable`."""

    __tablename__ = "timetable"

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    name: Mapped[name_text]
    rule: Mapped[long_text]
    timezone: Mapped[short_text]
    catch_up: Mapped[short_text]
    is_active: Mapped[flag] = mapped_column(default=1)
    starts_at: Mapped[millis]
    """Due instants before this one are none of its business."""
    planned_by: Mapped[short_text]


class TimetableSkip(Base):
    """One due instant that an administrator took out of a timetable beforehand, with the reason."""

    __tablename__ = "timetable_skip"

    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetable.id"), primary_key=True)
    due_at: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    skipped_at: Mapped[millis]
    skipped_by: Mapped[short_text]


class CalendarYear(Base):
    """One year of the office's working-day calendar, taken from the yearly notice 放假安排通知."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[millis]
    imported_by: Mapped[short_text]


class CalendarDay(Base):
    """A day that differs from its weekday: a holiday from Monday to Friday, or a working Saturday or Sunday 调休."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[flag]
    name: Mapped[name_text]


class FormerName(Base):
    """What a season, division or unit was called until an instant, so that a past edition can be composed again."""

    __tablename__ = "former_name"
    __table_args__ = (Index("ix_former_name_subject_id", "subject_id"),)

    id: Mapped[id_column]
    kind: Mapped[short_text]
    """One of NAMED."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    until_at: Mapped[millis]
    names: Mapped[long_text]
    """The columns that changed, as they were, JSON."""
