"""Checking everything that is stored: what was published, the keys, the trail and the ledger, each against the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines, detail_of
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.check_edition import check_edition
from leaderboard.boards.check_rows import check_messages, check_rows
from leaderboard.boards.check_runs import check_runs
from leaderboard.boards.keys import list_keys
from leaderboard.boards.models import DONE, DueRun, Edition, Notice
from leaderboard.boards.trust import handover_text
from leaderboard.damage import rows_without_text, to_the_end
from leaderboard.office import signature_holds
from leaderboard.seasons.models import Season


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that does not fit, in words; with the season and number where it is an edition's."""

    text: str
    season: str = ""
    number: int | None = None

    def __str__(self) -> str:
        where = f"赛季 {self.season}" if self.season else ""
        where += f" 第 {self.number} 期" if self.number is not None else ""
        return f"{where}: {self.text}" if where else self.text


@dataclass(frozen=True, slots=True)
class Trail:
    """What the audit trail says of publications: the lines that other rows are compared with."""

    keys: dict[str, AuditLine] = field(default_factory=dict)
    published: dict[str, AuditLine] = field(default_factory=dict)
    """By the edition's hash."""
    noticed: dict[tuple[str, str], AuditLine] = field(default_factory=dict)
    """By the edition's hash and the state it came into."""


STATES = {"edition.supersede": "superseded", "edition.withdraw": "withdrawn"}


def check_database(session: Session) -> Iterator[Flaw]:
    """Everything that is found wrong, edition by edition; nothing when all is as it was published.

    A check that meets what it cannot read says so, and the others go on.
    """
    is_read = True
    for flaw in _flaws(session):
        is_read = is_read and "读不出来" not in flaw.text
        yield flaw
    if not is_read:
        yield from map(Flaw, rows_without_text(session))


def _flaws(session: Session) -> Iterator[Flaw]:
    broken = (
        Flaw(f"审计记录第 {number} 条与记录链不符: 被改动、删除或插入过") for number in broken_lines(session)
    )
    yield from to_the_end(Flaw("审计记录读不出来"), broken)
    trail = Trail()
    yield from to_the_end(Flaw("审计记录里的发布与公钥读不出来"), _read_trail(session, trail))
    yield from to_the_end(Flaw("签名公钥读不出来"), _keys(session, trail))
    yield from to_the_end(Flaw("对外消息读不出来"), map(Flaw, check_messages(session)))
    yield from map(Flaw, check_rows(session))
    yield from to_the_end(Flaw("发布记录读不出来"), map(Flaw, check_runs(session)))
    yield from to_the_end(Flaw("期次读不出来"), _editions(session, trail))


def _editions(session: Session, trail: Trail) -> Iterator[Flaw]:
    key_numbers = {key.public_key: key.key_no for key in list_keys(session)}
    found: set[str] = set()
    for season in session.scalars(select(Season).order_by(Season.id)):
        editions = session.scalars(
            select(Edition).where(Edition.season_id == season.id).order_by(Edition.number)
        ).all()
        found |= {edition.hash for edition in editions}
        yield from _chain(season, editions)
        for edition in editions:
            flaws = to_the_end("读不出来", _edition(session, edition, trail, key_numbers))
            yield from (Flaw(text, season.slug, edition.number) for text in flaws)
    for hash_, line in trail.published.items():
        if hash_ not in found:
            yield Flaw(f"审计记录第 {line.seq_no} 条记有 {line.subject}, 库中没有这一期或其哈希已变")


def _read_trail(session: Session, trail: Trail) -> Iterator[Flaw]:
    """Read into `trail` what it says; the lines themselves are checked elsewhere, and nothing is found wrong here."""
    acts = select(AuditLine).where(
        AuditLine.action.startswith("edition.") | AuditLine.action.startswith("key.")
    )
    for line in session.scalars(acts.order_by(AuditLine.seq_no)):
        hash_ = str(detail_of(line).get("hash"))
        if line.action.startswith("key."):
            trail.keys[line.subject] = line
        elif line.action == "edition.publish":
            trail.published[hash_] = line
        elif line.action in STATES:
            trail.noticed[hash_, STATES[line.action]] = line
    yield from ()


def _keys(session: Session, trail: Trail) -> Iterator[Flaw]:
    keys = list_keys(session)
    for place, key in enumerate(keys, start=1):
        named = f"第 {key.key_no} 把签名公钥 {key.public_key[:12]}…"
        if key.key_no != place:
            yield Flaw(f"{named} 编号不连续")
        former = keys[place - 2].public_key if place > 1 else None
        if former is None and key.handover is not None:
            yield Flaw(f"{named} 是首把公钥, 不应有交接签名")
        if former is not None and not signature_holds(
            former, handover_text(key.public_key), key.handover or ""
        ):
            yield Flaw(f"{named} 没有前一把密钥的有效交接签名")
        line = trail.keys.get(key.public_key)
        row = {"number": key.key_no, "since": key.since, "handover": key.handover}
        if line is None or line.actor != key.introduced_by or detail_of(line) != row:
            yield Flaw(f"{named} 与审计记录不符")
    for public_key in trail.keys.keys() - {key.public_key for key in keys}:
        yield Flaw(f"审计记录记有签名公钥 {public_key[:12]}…, 公钥清单里没有")


def _chain(season: Season, editions: Sequence[Edition]) -> Iterator[Flaw]:
    before: Edition | None = None
    for place, edition in enumerate(editions, start=1):
        if edition.number != place:
            yield Flaw(f"期号不连续, 应为第 {place} 期", season.slug, edition.number)
        if edition.previous_hash != (before.hash if before else None):
            yield Flaw("所载上一期哈希与上一期不符, 链条在此断开", season.slug, edition.number)
        before = edition


def _edition(
    session: Session, edition: Edition, trail: Trail, key_numbers: Mapping[str, int]
) -> Iterator[str]:
    line = trail.published.get(edition.hash)
    detail = detail_of(line) if line else {}
    if line is None:
        yield "审计记录里没有这一期的发布"
    elif line.actor != edition.published_by:
        yield "发布人与审计记录不符"
    parts = detail.get("contents")
    yield from check_edition(session, edition, parts if isinstance(parts, dict) else {})
    yield from _key_of_its_time(edition, line, trail, key_numbers)
    yield from _notices(session, edition, trail)
    if edition.run_id is not None:
        run = session.get(DueRun, edition.run_id)
        if run is None or (run.season_id, run.due_at, run.state) != (edition.season_id, edition.due_at, DONE):
            yield "与其发布记录不符"


def _key_of_its_time(
    edition: Edition, line: AuditLine | None, trail: Trail, key_numbers: Mapping[str, int]
) -> Iterator[str]:
    """The signer is a key of the office, introduced before the edition in the trail, and the last one introduced.

    The very first key is registered by the first publication, one line after it.
    """
    if edition.public_key is None or line is None:
        return
    introduced = [
        key
        for key, at in trail.keys.items()
        if at.seq_no < line.seq_no or (at.action == "key.register" and at.seq_no == line.seq_no + 1)
    ]
    if edition.public_key not in key_numbers or not introduced or introduced[-1] != edition.public_key:
        yield "签名所用的密钥不是本机构当时的密钥"


def _notices(session: Session, edition: Edition, trail: Trail) -> Iterator[str]:
    notices = session.scalars(select(Notice).where(Notice.edition_id == edition.id)).all()
    states = {notice.state for notice in notices}
    said = {state for hash_, state in trail.noticed if hash_ == edition.hash}
    expected = next((s for s in ("withdrawn", "superseded") if s in states), "published")
    if edition.state != expected:
        yield f"状态 {edition.state} 与其公告不符, 应为 {expected}"
    for state in sorted(said - states):
        yield f"审计记录有 {state} 的公告, 库中没有"
    for notice in notices:
        line = trail.noticed.get((edition.hash, notice.state))
        successor = None if notice.successor_id is None else session.get(Edition, notice.successor_id)
        row = {"hash": edition.hash, "why": notice.reason, "noticed_at": notice.at}
        row |= {} if successor is None else {"successor": successor.number}
        if successor is not None and successor.number <= edition.number:
            yield f"{notice.state} 的公告所指的更正期第 {successor.number} 期不晚于本期"
        same_season = successor is None or successor.season_id == edition.season_id
        if line is None or line.actor != notice.by or detail_of(line) != row or not same_season:
            yield f"{notice.state} 的公告与审计记录不符"
