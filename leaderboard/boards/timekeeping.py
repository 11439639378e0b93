"""Whether this machine's clock may say what is due: it is compared with what the database knows of the time."""

from __future__ import annotations

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import DRAFT, WINDOW, Draft, Edition
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
    """How long until this machine's clock has passed every edition's announcement and what every live draft knows.

    In milliseconds; 0 where it has passed them. Drafts further ahead than a clock may be are not counted: they came of a
    clock that was wrong, and whoever would release one is told to compose it anew.
    """
    here = now()
    return max(0, _newest_board(session, here) + 1 - here)


def after_boards(session: Session, at: Millis) -> Millis:
    """The instant as which a board is composed by hand in one's turn, chosen before it: now, where another came since.

    A board that knows less than one that is out would take back what that one counted.
    """
    here = now()
    return at if at > _newest_board(session, here) else here


def _newest_board(session: Session, here: Millis) -> Millis:
    announced = session.scalar(select(func.max(Edition.published_at))) or 0
    live = Draft.state.in_((DRAFT, WINDOW)), Draft.known_at <= here + MOST_OFF_MS
    return max(announced, session.scalar(select(func.max(Draft.known_at)).where(*live)) or 0)


def far_behind(behind: Millis) -> str:
    """Why nothing is written on a machine so far behind an edition, though its own clock is not found to be off.

    What is recorded before that instant would be known by the edition whenever it is composed again, and make an honest
    edition an altered one for ever.
    """
    told = _(
        "有一期榜单的发布时刻比现在晚 {minutes} 分钟, 是当时走快的时钟所记; 在那之前记入的内容会被当作那一期发布时已知的, "
        "榜单便不能由台账复算, 所以暂不能写入。请等到那时再试; 若相差过久, 请用那一期发布之前的备份恢复"
    )
    return told.format(minutes=-(-behind // 60_000))


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
