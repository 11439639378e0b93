"""What long work with workbooks does: look at one, take one in, reverse an import, write a season out.

Each is one transaction of its own with the job's end in it, so that it is done once and whole, or not at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from config import Settings
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import Database
from leaderboard.exchange.check import check
from leaderboard.exchange.exporting import write_season
from leaderboard.exchange.importing import (
    Given,
    How,
    ImportOvertaken,
    given_sheets,
    given_workbook,
    plain_counts,
    take_in,
)
from leaderboard.exchange.manner import CLEAR
from leaderboard.exchange.marking import marked_workbook
from leaderboard.exchange.models import ImportBatch
from leaderboard.exchange.pasted import pasted_workbook, read_pasted
from leaderboard.exchange.plan import Plan
from leaderboard.exchange.problems import FileRefused, ImportRefused, Problem, Report
from leaderboard.exchange.undoing import UndoRefused, undo_import
from leaderboard.instant import local_date, now
from leaderboard.jobs import queue
from leaderboard.jobs.models import DROPPED, GIVEN, MADE, Job
from leaderboard.jobs.read import asked_of, file_parts, result_of
from leaderboard.jobs.tally import Tally, tally_file, write_tally
from leaderboard.seasons.read import find_season
from leaderboard.turns import take_turn_after_boards

LOOK, STORE, UNDO, WRITE = "workbook.look", "workbook.store", "workbook.undo", "workbook.write"
MOST_TOLD = 500
"""Errors and warnings kept of one look, each."""


class Work:
    """A job being worked on: where it reads and writes, and how far it tells to be."""

    def __init__(self, database: Database, settings: Settings, job: Job, epoch: int) -> None:
        self.database, self.settings, self.job, self.epoch = database, settings, job, epoch
        self.asked = asked_of(job)

    def count(self, step: str, done: int, total: int) -> None:
        """Say how far a step is while its transaction is open."""
        file = tally_file(self.database.url, self.job.id)
        if file is None:
            self.tell(step, done, total)
        else:
            write_tally(file, self.epoch, Tally(step, done, total))

    def tell(self, step: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done, in a transaction of its own."""
        with self.database.beside() as session:
            queue.tell(session, self.job.id, self.epoch, step, done, total)
            session.commit()

    def holds(self, session: Session) -> bool:
        """Whether the job is still this process's, and stays so until the transaction ends."""
        return queue.renew(session, self.job.id, self.epoch, now(), self.settings.lease_seconds * 1000)

    def end(self, session: Session, result: Mapping[str, Any]) -> None:
        """Commit what was done together with the job's end; what was taken over meanwhile is thrown away."""
        if queue.finish(session, self.job.id, self.epoch, result):
            session.commit()
        else:
            session.rollback()


def look(work: Work) -> None:
    """Check a workbook: what taking it in would do, or what is wrong with it, marked in a copy of it."""
    work.tell("reading")
    with work.database.reading() as session:
        content = b"".join(file_parts(session, work.job.id, GIVEN))
    try:
        given = _given(work, work.asked, content)
        rows = _rows(given)
        work.tell("checking", 0, rows)
        asked = replace(given.asked, told=lambda done: work.count("checking", done, rows))
        with work.database.reading() as session:
            plan = check(session, given.sheets, asked)
        told, marked = _told(plan), _marked(work, content, plan)
    except ImportRefused as refusal:
        told, marked = _refused(refusal.report), b""
    with work.database.session() as session:
        queue.keep_file(session, work.job.id, MADE, queue.in_parts(marked))
        work.end(session, told | {"marked": bool(marked)})


def store(work: Work) -> None:
    """Take in the workbook of an earlier look, all of it or nothing."""
    work.tell("reading")
    with work.database.reading() as session:
        looked = session.get_one(Job, work.asked["look"])
        content = b"".join(file_parts(session, looked.id, GIVEN))
    told = partial(work.count, "storing")
    seen, mark = work.asked.get("seen"), work.asked.get("mark")
    how = How(work.asked["manner"], work.asked.get("reason"), seen, mark, told=told)
    try:
        _expect_kept(looked)
        given = _given(work, asked_of(looked), content)
        rows = _rows(given)
        work.tell("checking", 0, rows)
        clearing = how.manner == CLEAR or how.seen is not None
        asked = replace(given.asked, told=lambda done: work.count("checking", done, rows), clearing=clearing)
        given = replace(given, asked=asked)
        with work.database.writers() as session:
            take_turn_after_boards(session)
            _expect_kept(session.get_one(Job, looked.id))
            report = take_in(session, given, work.job.asked_by, how)
            queue.drop_files(session, [looked.id])
            queue.add_to_result(session, looked.id, {"batch": report.batch_id})
            work.end(session, {"batch": report.batch_id})
            return
    except ImportRefused as refusal:
        ended = _refused(refusal.report)
    except (ImportOvertaken, ClockOff) as refusal:
        ended = _hindered(refusal)
    with work.database.session() as session:
        # Confirmed twice, it was stored meanwhile: whoever pressed last is led to what became of it.
        batch = result_of(session.get_one(Job, looked.id)).get("batch")
        work.end(session, {"batch": batch} if batch else ended)


def _expect_kept(looked: Job) -> None:
    """What was looked at may be given up while it waits to be taken in: whoever did so was told that nothing is saved."""
    if looked.state == DROPPED:
        raise ImportOvertaken("这次检查已被放弃, 没有导入; 如仍要导入, 请重新选择文件")


def undo(work: Work) -> None:
    """Reverse an import whole."""
    work.tell("reversing")
    try:
        with work.database.writers() as session:
            take_turn_after_boards(session)
            batch = session.get_one(ImportBatch, work.asked["batch"])
            done = undo_import(session, work.job.asked_by, batch, work.asked["reason"])
            work.end(session, {"batch": batch.id, "undone": asdict(done)})
    except (UndoRefused, ClockOff) as refusal:
        with work.database.session() as session:
            work.end(session, _hindered(refusal))


def write(work: Work) -> None:
    """Write a season to a workbook, row by row."""
    work.tell("writing")
    today = local_date(now(), work.settings.timezone)
    with tempfile.TemporaryFile() as file:
        with work.database.reading() as session:
            season = find_season(session, work.asked["season"])
            if season is None:
                raise FileRefused("没有这个赛季")
            write_season(session, season, today, file)
            name = f"{season.title}-{today}.xlsx"
        file.seek(0)
        with work.database.session() as session:
            parts: Iterator[bytes] = iter(lambda: file.read(queue.PART_BYTES), b"")
            queue.keep_file(session, work.job.id, MADE, parts)
            work.end(session, {"name": name})


KINDS: Mapping[str, Callable[[Work], None]] = {LOOK: look, STORE: store, UNDO: undo, WRITE: write}


def _given(work: Work, asked: Mapping[str, Any], content: bytes) -> Given:
    """The cells of what was uploaded or pasted. Raises ImportRefused."""
    name, may_verify, slug = asked["name"], asked["may_verify"], asked.get("season")
    if not asked.get("pasted"):
        return given_workbook(content, work.settings, name, may_verify=may_verify, season_slug=slug)
    try:
        sheets = read_pasted(content.decode(), asked["pasted"], slug or "")
    except FileRefused as refusal:
        raise ImportRefused(Report((Problem(str(refusal)),))) from refusal
    return given_sheets(sheets, content, work.settings, name, may_verify=may_verify, season_slug=slug)


def _rows(given: Given) -> int:
    return sum(len(sheet.rows) for sheet in given.sheets.values())


def _marked(work: Work, content: bytes, plan: Plan) -> bytes:
    if not plan.errors:
        return b""
    if work.asked.get("pasted"):
        content = pasted_workbook(content.decode(), work.asked["pasted"])
    return marked_workbook(content, plan.errors, plan.warnings, work.settings)


def _told(plan: Plan) -> dict[str, Any]:
    """What a page shows of a plan."""
    return {
        "season": plan.season.title,
        "is_new": plan.season_is_new,
        "brings_scheme": plan.brings_scheme,
        "counts": plain_counts(plan),
        "mark": plan.mark,
        "refused": plan.problems.refused(),
        "changes": [asdict(change) for change in plan.changes],
        **_problems(Report(tuple(plan.errors), tuple(plan.warnings))),
    }


def _refused(report: Report) -> dict[str, Any]:
    return {"counts": {}, "refused": {}, "changes": [], **_problems(report)}


def _hindered(refusal: ValueError) -> dict[str, Any]:
    """What is told where no cell of a file is wrong, but something else stands in the way."""
    return {"hindrance": str(refusal), **_refused(Report(()))}


def _problems(report: Report) -> dict[str, Any]:
    return {
        "errors": [asdict(problem) for problem in report.errors[:MOST_TOLD]],
        "more_errors": max(0, len(report.errors) - MOST_TOLD),
        "warnings": [asdict(problem) for problem in report.warnings[:MOST_TOLD]],
    }
