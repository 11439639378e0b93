"""Checking every row that acts make against the audit trail: plans, drafts, objections, accounts, screens, messages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from leaderboard import tables as every_table  # noqa: F401 - a command that only checks has loaded few of them
from leaderboard.accounts.audit import last_marks, marked_details
from leaderboard.accounts.marks import MARKED, PLANNED, marks_of, unexplained
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.check_plan import wrong_plans
from leaderboard.boards.foreseen import wrong_foreseen
from leaderboard.damage import to_the_end
from leaderboard.db import Base
from leaderboard.ledger.evidence import wrong_evidence
from leaderboard.ledger.imprints import wrong_rows
from leaderboard.ledger.project_facts import wrong_project_facts
from leaderboard.outbox.models import Message

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
    yield from to_the_end("审计记录所记的各行读不出来", _marked(session))
    yield from to_the_end("审计记录所记各行的先后读不出来", _explained(session))
    yield from to_the_end("参赛、赛季与日历的审计记录读不出来", wrong_plans(session))
    yield from to_the_end("台账的审计记录读不出来", wrong_rows(session))
    yield from to_the_end("项目汇总读不出来", _sums(session))
    yield from to_the_end("名次前景读不出来", _foreseen(session))
    evidence = (f"佐证材料 {name} 的内容与上传时不同" for name in wrong_evidence(session))
    yield from to_the_end("佐证材料读不出来", evidence)


def _marked(session: Session) -> Iterator[str]:
    marks: dict[str, dict[str, str]] = defaultdict(dict)
    for name, mark in last_marks(session).items():
        if mark is not None:
            marks[name.partition(" ")[0]][name] = mark
    tables = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    for table in sorted(MARKED):
        yield from to_the_end(
            f"表 {table} 读不出来", _of_table(session, tables[table], marks.pop(table, {}), table in PLANNED)
        )
    for of_table in marks.values():
        yield from (f"审计记录记有 {name}, 库中没有" for name in of_table)


def _of_table(session: Session, table: Any, marks: dict[str, str], may_be_older: bool) -> Iterator[str]:
    """Rows of one table whose marks differ; `may_be_older` than its marks leaves it to others to tell who made a row."""
    seen = set[str]()
    for row in session.scalars(select(table).options(undefer("*"))):
        for name, mark in marks_of([row]).items():
            if name in seen:
                yield f"记录 {name} 有两行"
            seen.add(name)
            kept = marks.pop(name, None)
            if kept != mark and not (kept is None and may_be_older):
                yield f"记录 {name} 与审计记录不符"
    yield from (f"审计记录记有 {name}, 库中没有" for name in marks)


def _explained(session: Session) -> Iterator[str]:
    for number, name in unexplained(marked_details(session)):
        yield f"记录 {name} 在审计记录第 {number} 条之前被改动, 没有审计记录"


def _foreseen(session: Session) -> Iterator[str]:
    yield from (f"{subject}: 存下的名次前景与测算时不同" for subject in wrong_foreseen(session))


def _sums(session: Session) -> Iterator[str]:
    for project in wrong_project_facts(session):
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
