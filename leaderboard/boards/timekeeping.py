"""Whether this machine's clock may say what is due: it is compared with what the database knows of the time."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import Draft, Edition
from leaderboard.instant import Millis, now
from leaderboard.words import gettext as _

MOST_OFF_MS = 30_000
"""How far a clock may be off before its node refuses to publish, and to write what it would date before an edition."""
ACCEPTED = "clock.accept"
"""The act by which an administrator says that instants of the future were written by a clock that was wrong."""
_LINES = 100
"""The newest lines of the audit trail that a clock without a server to ask is compared with."""


class ClockOff(ValueError):
    """A machine whose clock is too far off to publish by; the message says how far and what to do."""


def clock_offset(session: Session) -> Millis:
    """How far this machine's clock is ahead of the database's time (negative: behind), in milliseconds.

    PostgreSQL is asked for its own clock, and half the way there and back is allowed for. SQLite has none and runs on
    this very machine: there the clock is behind when the audit trail has newer instants, and never found ahead.
    """
    if session.get_bind().dialect.name != "postgresql":
        return min(0, now() - _newest_written(session))
    before = now()
    server = session.scalar(text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"))
    return (before + now()) // 2 - int(server or 0)


_NEWEST_EDITION = select(Edition.published_at).order_by(Edition.id.desc()).limit(1)
_NEWEST_DRAFT = select(Draft.known_at).order_by(Draft.id.desc()).limit(1)
_NEWEST_BOARDS = select(_NEWEST_EDITION.scalar_subquery(), _NEWEST_DRAFT.scalar_subquery())
_NEWEST_LINES = select(AuditLine.at, AuditLine.action).order_by(AuditLine.seq_no.desc()).limit(_LINES)


def _newest_written(session: Session) -> Millis:
    """The latest instant among the newest lines of the audit trail, as far back as a clock was last accepted."""
    newest = 0
    for at, action in session.execute(_NEWEST_LINES):
        newest = max(newest, at)
        if action == ACCEPTED:
            break
    return newest


def behind_boards(session: Session) -> Millis:
    """How long until this machine's clock has passed the newest edition's announcement and what the newest draft knows.

    In milliseconds; 0 where it has passed both.
    """
    announced, known = session.execute(_NEWEST_BOARDS).one()
    return max(0, max(announced or 0, known or 0) + 1 - now())


def check_clock(session: Session) -> None:
    """Raise ClockOff where this machine's clock is more than 30 s away from the database's time."""
    if told := clock_trouble(session):
        raise ClockOff(told)


def clock_trouble(session: Session) -> str | None:
    """What is wrong with this machine's clock, in words; None while it may be published by."""
    offset = clock_offset(session)
    if abs(offset) <= MOST_OFF_MS:
        return None
    if session.get_bind().dialect.name != "postgresql":
        said = _(
            "本机时钟比数据库中最近的记录慢 {seconds} 秒 (允许 30 秒), 拒绝发布; "
            "请校准本机时间; 如时间无误, 用 leaderboard clock-accept 说明缘由"
        )
    elif offset > 0:
        said = _("本机时钟比数据库服务器快 {seconds} 秒 (允许 30 秒), 拒绝发布; 请校准两台机器的时间")
    else:
        said = _("本机时钟比数据库服务器慢 {seconds} 秒 (允许 30 秒), 拒绝发布; 请校准两台机器的时间")
    return said.format(seconds=f"{abs(offset) / 1000:.0f}")


def accept_clock(session: Session, actor: str, reason: str) -> None:
    """Trust this machine's clock over later instants written before; they no longer count in the comparison."""
    record_act(session, actor, ACCEPTED, "clock", reason=reason.strip())
