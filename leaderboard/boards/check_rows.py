"""Checking rows that no edition rests on against the audit trail: drafts, objections, accounts, plans, messages."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from leaderboard import tables as every_table  # noqa: F401 - a command that only checks has loaded few of them
from leaderboard.accounts.audit import last_marks, marks_of
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.foreseen import wrong_foreseen
from leaderboard.db import Base
from leaderboard.ledger.evidence import wrong_evidence
from leaderboard.ledger.imprints import wrong_rows
from leaderboard.ledger.project_facts import wrong_project_facts
from leaderboard.outbox.models import Message
from leaderboard.seasons.models import Season

MARKED = (
    "account",
    "ceremony",
    "ceremony_screen",
    "countersign",
    "draft",
    "evidence_file",
    "invitation",
    "import_batch",
    "not_duplicate",
    "objection",
    "recovery_code",
    "scheme_revision",
    "scheme_submission",
    "scheme_version",
    "screen",
    "second_factor",
    "target",
    "timetable",
    "timetable_skip",
)
"""Tables whose every row the trail keeps a mark of, written with the act that made or changed it."""
POSTED = {
    "edition.publish": ("edition.published", {"hash": "hash"}),
    "edition.supersede": ("edition.superseded", {"hash": "hash", "successor": "successor"}),
    "edition.withdraw": ("edition.withdrawn", {"hash": "hash", "reason": "why"}),
    "season.show": ("season.shown", {}),
    "season.hide": ("season.hidden", {}),
}
"""Acts that post a message: its kind, and each member of its body by the member of the act's detail."""


def check_rows(session: Session) -> Iterator[str]:
    """Rows that are not as the last act about them left them, that nobody made, or that are gone."""
    marks = {name: mark for name, mark in last_marks(session).items() if mark is not None}
    tables = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    for table in MARKED:
        for row in session.scalars(select(tables[table]).options(undefer("*"))):
            for name, mark in marks_of([row]).items():
                if marks.pop(name, None) != mark:
                    yield f"记录 {name} 与审计记录不符"
    for name in marks:
        yield f"审计记录记有 {name}, 库中没有"
    yield from wrong_rows(session)
    yield from _rules(session)
    yield from _sums(session)
    yield from (f"{subject}: 存下的名次前景与测算时不同" for subject in _foreseen(session))
    yield from (f"佐证材料 {name} 的内容与上传时不同" for name in wrong_evidence(session))


def _rules(session: Session) -> Iterator[str]:
    """Seasons that want two persons, or do not, otherwise than was last set."""
    acts = select(AuditLine).where(AuditLine.action == "season.two_persons").order_by(AuditLine.seq_no)
    wanted = {line.subject: json.loads(line.detail)["now"] for line in session.scalars(acts)}
    for season in session.scalars(select(Season)):
        if season.two_persons != int(wanted.get(season.slug, False)):
            yield f"赛季 {season.slug} 的两人发布与审计记录不符"


def _foreseen(session: Session) -> Iterator[str]:
    try:
        yield from wrong_foreseen(session)
    except (ValueError, KeyError):
        yield "名次前景的审计记录读不出来"


def _sums(session: Session) -> Iterator[str]:
    try:
        wrong = wrong_project_facts(session)
    except ValueError:
        yield "项目汇总读不出来"
        return
    for project in wrong:
        yield f"项目 {project.code} 的汇总 ({', '.join(project.tables)}) 与台账不符"


def check_messages(session: Session) -> Iterator[str]:
    """Messages that are not what the acts of the trail posted, in their order."""
    posted = list(_posted(session))
    expected = 1
    for message in session.scalars(select(Message).order_by(Message.seq_no)):
        if message.seq_no != expected:
            yield f"对外消息缺第 {expected} 至 {message.seq_no - 1} 条"
        told = posted[message.seq_no - 1 : message.seq_no]
        if told != [(message.kind, message.subject, message.body)]:
            yield f"对外消息第 {message.seq_no} 条与审计记录不符"
        expected = message.seq_no + 1
    if expected <= len(posted):
        yield f"对外消息缺第 {expected} 至 {len(posted)} 条"


def _posted(session: Session) -> Iterator[tuple[str, str, str]]:
    acts = select(AuditLine).where(AuditLine.action.in_(POSTED)).order_by(AuditLine.seq_no)
    for line in session.scalars(acts):
        kind, members = POSTED[line.action]
        subject = line.subject.replace(" 第 ", "/").removesuffix(" 期")
        try:
            detail = json.loads(line.detail)
            body = {member: detail[name] for member, name in members.items()}
        except (ValueError, KeyError):
            # A line that cannot be read is broken, and found as such.
            body = {}
        yield kind, subject, json.dumps(body, ensure_ascii=False, sort_keys=True)
