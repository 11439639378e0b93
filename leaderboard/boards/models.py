"""Tables of what was said: drafts, editions with their standings and public forms, due runs, screens."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, flag, id_column, long_text, millis, name_text, short_text

PUBLISHED, SUPERSEDED, WITHDRAWN = EDITION_STATES = ("published", "superseded", "withdrawn")
DRAFT, WINDOW, RELEASED, REPLACED, DROPPED = DRAFT_STATES = (
    "draft",
    "window",
    "released",
    "replaced",
    "dropped",
)
DUE, RUNNING, DONE, FAILED, SKIPPED = RUN_STATES = ("due", "running", "done", "failed", "skipped")


class Edition(Base):
    """One published board 第 n 期: immutable, numbered, dated thrice, chained to the one before by its hash."""

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("season_id", "number"),
        Index("ix_edition_published_at", "published_at"),
    )

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    number: Mapped[int]
    state: Mapped[short_text] = mapped_column(default=PUBLISHED)
    as_of: Mapped[date]
    known_at: Mapped[millis]
    due_at: Mapped[millis]
    published_at: Mapped[millis]
    next_due_at: Mapped[int | None] = mapped_column(BigInteger)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("due_run.id"), unique=True)
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"))
    package: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The edition's canonical JSON, gzipped; read only where it is asked for."""
    hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    public_key: Mapped[str | None] = mapped_column(String(64))
    """The key of the signature; None for an edition older than the first change of keys."""
    contents_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 over the rows of standings and public forms stored with it."""
    contents_signature: Mapped[str | None] = mapped_column(String(128))
    published_by: Mapped[short_text]


class Notice(Base):
    """What was said about an edition afterwards: superseded by a correction, or withdrawn, with the public reason."""

    __tablename__ = "edition_notice"

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    state: Mapped[short_text] = mapped_column(primary_key=True)
    at: Mapped[millis]
    by: Mapped[short_text] = mapped_column("noticed_by")
    reason: Mapped[str] = mapped_column(Text)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"), unique=True)
    """The correction 更正 that took its place."""


class Draft(Base):
    """A board that is composed and not public 稿: kept apart from the editions, so that nothing public can read it.

    It waits for an office's look, for the end of its objection window 公示, or for a frozen season's reveal; then it is
    released as an edition, replaced by a draft revised, or dropped with a reason.
    """

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_season_id", "season_id"), Index("ix_draft_state", "state", "known_at"))

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    state: Mapped[short_text] = mapped_column(default=DRAFT)
    as_of: Mapped[date]
    known_at: Mapped[millis]
    due_at: Mapped[millis]
    next_due_at: Mapped[int | None] = mapped_column(BigInteger)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("due_run.id"), unique=True)
    revises_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), unique=True)
    """The draft that this one replaces."""
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    """The published edition that this one would put right."""
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """What will be sealed, without number, chain and instant of publication: canonical JSON, gzipped."""
    board: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The board with its units' lines as they are shown in the house: canonical JSON, gzipped."""
    opens_at: Mapped[int | None] = mapped_column(BigInteger)
    closes_at: Mapped[int | None] = mapped_column(BigInteger)
    contact: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was dropped or replaced."""
    composed_at: Mapped[millis]
    composed_by: Mapped[short_text]
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"), unique=True)
    """The edition it was released as."""
    settled_at: Mapped[int | None] = mapped_column(BigInteger)
    settled_by: Mapped[str | None] = mapped_column(String(40))


class OfficeKey(Base):
    """A public key the office signs editions with; each later one is vouched for by the one before."""

    __tablename__ = "office_key"

    key_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_key: Mapped[str] = mapped_column(String(64), unique=True)
    since: Mapped[millis]
    introduced_by: Mapped[short_text]
    handover: Mapped[str | None] = mapped_column(String(128))
    """The former key's signature over this public key; the first one has none."""


class Standing(Base):
    """One unit's line in an edition 名次, with everything it was made of as JSON."""

    __tablename__ = "standing"
    __table_args__ = (Index("ix_standing_unit_id", "unit_id"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    line_no: Mapped[int]
    place: Mapped[str | None] = mapped_column(String(20))
    previous_place: Mapped[str | None] = mapped_column(String(20))
    score: Mapped[str | None] = mapped_column(Text)
    score_shown: Mapped[str | None] = mapped_column(String(40))
    line: Mapped[long_text]
    """The standing with its intermediate numbers and facts, JSON."""


class PublicForm(Base):
    """One rendered public page or file, in every encoding: exactly the bytes that are served."""

    __tablename__ = "public_form"
    __table_args__ = (UniqueConstraint("path", "lang"), Index("ix_public_form_edition_id", "edition_id"))

    id: Mapped[id_column]
    path: Mapped[str] = mapped_column(String(120))
    lang: Mapped[short_text]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    content_type: Mapped[name_text]
    etag: Mapped[str] = mapped_column(String(64))
    identity: Mapped[bytes] = mapped_column(LargeBinary)
    gzip: Mapped[bytes] = mapped_column(LargeBinary)
    brotli: Mapped[bytes] = mapped_column(LargeBinary)


class DueRun(Base):
    """One due instant of a timetable, or one press of the button; claimed by lease and epoch, published once."""

    __tablename__ = "due_run"
    __table_args__ = (UniqueConstraint("timetable_id", "due_at"), Index("ix_due_run_state", "state"))

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    timetable_id: Mapped[int | None] = mapped_column(ForeignKey("timetable.id"))
    once_key: Mapped[str] = mapped_column(String(80), unique=True)
    requested_by: Mapped[str | None] = mapped_column(String(40))
    due_at: Mapped[millis]
    state: Mapped[short_text] = mapped_column(default=DUE)
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)


class Countersign(Base):
    """What one administrator asks for and only another may agree to 会签, where a season wants two persons."""

    __tablename__ = "countersign"
    __table_args__ = (Index("ix_countersign_season_id", "season_id"),)

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    act: Mapped[short_text]
    """`withdraw` an edition, `reveal` a frozen season, or go on with one person `alone`."""
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    newest_only: Mapped[flag] = mapped_column(default=0)
    reason: Mapped[long_text]
    asked_at: Mapped[millis]
    asked_by: Mapped[short_text]
    outcome: Mapped[str | None] = mapped_column(String(40))
    answer: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[int | None] = mapped_column(BigInteger)
    settled_by: Mapped[str | None] = mapped_column(String(40))


class Screen(Base):
    """A named, managed public display 大屏; only the hash of its address is kept."""

    __tablename__ = "screen"

    id: Mapped[id_column]
    name: Mapped[name_text]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    division: Mapped[str | None] = mapped_column(String(40))
    lang: Mapped[short_text] = mapped_column(default="zh")
    theme: Mapped[short_text] = mapped_column(default="dark")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_revoked: Mapped[flag] = mapped_column(default=0)
    created_at: Mapped[millis]
    seen_at: Mapped[int | None] = mapped_column(BigInteger)
    """When it last reported."""
    playlist: Mapped[long_text] = mapped_column(default="")
    """What it shows in turn, JSON; empty for the usual playlist."""
    hours_from: Mapped[str | None] = mapped_column(String(5))
    hours_to: Mapped[str | None] = mapped_column(String(5))
    """Outside these hours of the office's zone, HH:MM, its glass is dark; both None: never."""
    notice: Mapped[str | None] = mapped_column(Text)
    notice_until: Mapped[int | None] = mapped_column(BigInteger)
    is_muted: Mapped[flag] = mapped_column(default=0)
    shows_shame: Mapped[flag] = mapped_column(default=0)
    """Whether the black list 黑榜 and the snail award 蜗牛奖 are shown on it."""
    address_range: Mapped[long_text] = mapped_column(default="")
    """Networks from which alone its address opens, CIDR with commas between; empty for any."""
    revision: Mapped[int] = mapped_column(default=0)
    """Grows with every change, so that it is seen without reading the rest."""
    reload_count: Mapped[int] = mapped_column(default=0)
    """How often it was asked from the console to load itself anew."""


class ScreenReport(Base):
    """What a screen last said of itself 上报: not a fact of the race, and no act of anybody."""

    __tablename__ = "screen_report"

    screen_id: Mapped[int] = mapped_column(ForeignKey("screen.id"), primary_key=True)
    edition_number: Mapped[int | None]
    scene: Mapped[short_text] = mapped_column(default="")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    engine: Mapped[str] = mapped_column(String(60), default="")
    failures: Mapped[int] = mapped_column(default=0)
