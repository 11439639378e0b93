"""Checking the clock's runs: each was asked for or stands on its timetable, none is missing, those done came to a board."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import detail_of
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.clock import CLOCK
from leaderboard.boards.due import ASKING_MANY, REPLACED_MANY, timetable_key
from leaderboard.boards.models import DONE, Draft, DueRun, Edition
from leaderboard.boards.timekeeping import MOST_OFF_MS
from leaderboard.instant import Millis, iso, now
from leaderboard.seasons.models import Season, Timetable
from leaderboard.seasons.timetable import Course, course_of

REQUEST, BRING_BACK, TWO_PERSONS = "edition.request", "run.bring_back", "two_persons"
TOGETHER = re.compile(
    "|".join(re.escape(said).replace(r"\{number\}", "([0-9]+)") for said in (REPLACED_MANY, ASKING_MANY))
)
"""What a run says that stands for missed ones which have no row of their own."""


def check_runs(session: Session) -> Iterator[str]:
    """Runs that are done and came to nothing or to another's edition, that nothing asked for, or that are gone."""
    yield from _lost(session)
    runs = session.scalars(select(DueRun).order_by(DueRun.id)).all()
    yield from _by_another(session)
    yield from _unasked(session, [run for run in runs if run.timetable_id is None])
    wanted_by = _wanted_by(session)
    yield from _off_timetable(
        session, [run for run in runs if run.timetable_id is not None], wanted_by.keys()
    )
    for run in runs:
        if run.requested_by not in wanted_by[run.id]:
            yield f"发布记录 {run.id} 的提出人与审计记录不符"


def _lost(session: Session) -> Iterator[str]:
    editions = select(Edition.run_id).where(Edition.run_id.is_not(None))
    drafts = select(Draft.run_id).where(Draft.run_id.is_not(None))
    lost = select(DueRun).where(DueRun.state == DONE, DueRun.id.not_in(editions), DueRun.id.not_in(drafts))
    for run in session.scalars(lost.order_by(DueRun.id)):
        yield f"发布记录 {run.id} 已完成, 却没有对应的期或公示稿"


def _by_another(session: Session) -> Iterator[str]:
    """What came to an edition at once is published by whoever asked for it, or by the clock."""
    drafts = select(Draft.run_id).where(Draft.run_id.is_not(None))
    by_whom = func.coalesce(DueRun.requested_by, CLOCK)
    found = select(Edition.number, DueRun.id).join(DueRun, Edition.run_id == DueRun.id)
    for number, run_id in session.execute(
        found.where(Edition.published_by != by_whom, DueRun.id.not_in(drafts)).order_by(DueRun.id)
    ):
        yield f"第 {number} 期的发布人不是发布记录 {run_id} 的提出人"


def _unasked(session: Session, runs: Sequence[DueRun]) -> Iterator[str]:
    acts = session.scalars(select(AuditLine).where(AuditLine.action == REQUEST))
    asked = {detail_of(line).get("run"): line for line in acts}
    rows = session.execute(select(Season.id, Season.slug))
    slugs = {season_id: slug for season_id, slug in rows}  # noqa: C416 - rows are no pairs to mypy
    for run in runs:
        line = asked.pop(run.id, None)
        # Lines of before they told when the board was due leave that open.
        if line is None or line.subject != slugs.get(run.season_id):
            yield f"发布记录 {run.id} 没有审计记录"
        elif detail_of(line).get("due_at", run.due_at) != run.due_at:
            yield f"发布记录 {run.id} 的时间与审计记录不符"
    yield from (
        f"审计记录第 {line.seq_no} 条记有发布记录 {number}, 库中没有" for number, line in asked.items()
    )


def _wanted_by(session: Session) -> dict[int, set[str | None]]:
    """Who may stand with a run as having asked for it; None with what nobody asked for."""
    wanted: dict[int, set[str | None]] = defaultdict(lambda: {None})
    acts = select(AuditLine).where(AuditLine.action.in_((REQUEST, BRING_BACK))).order_by(AuditLine.seq_no)
    for line in session.scalars(acts):
        detail = detail_of(line)
        number = int(
            (detail.get("run") if line.action == REQUEST else line.subject.removeprefix("run ")) or 0
        )
        if line.action == REQUEST or detail.get(TWO_PERSONS):
            wanted[number] = {line.actor}
        else:
            # Lines of before they told it leave open whether the season wanted two persons.
            wanted[number].add(line.actor)
    return wanted


def _off_timetable(session: Session, runs: Sequence[DueRun], brought_back: Container[int]) -> Iterator[str]:
    timetables = session.scalars(select(Timetable)).all()
    courses = {timetable.id: (timetable, course_of(session, timetable)) for timetable in timetables}
    aired: dict[int, list[DueRun]] = defaultdict(list)
    for run in runs:
        aired[run.timetable_id or 0].append(run)
        found = courses.get(run.timetable_id or 0)
        if found is None or not _stands(run, *found):
            yield f"发布记录 {run.id} 不在其时间表上"
    for timetable, course in courses.values():
        for instant in _missing(aired[timetable.id], course, brought_back):
            yield f"时间表 {timetable.id} 缺 {iso(instant, timetable.timezone)} 的发布记录"


def _missing(runs: Sequence[DueRun], course: Course, brought_back: Container[int]) -> Iterator[Millis]:
    """The instants before the newest run that no run has; after it the clock makes up for what it missed."""
    if not runs:
        return
    by_instant = {run.due_at: run for run in runs}
    gap: list[Millis] = []
    for instant in course.between(course.begins_at - 1, max(by_instant)):
        run = by_instant.get(instant)
        if run is None:
            gap.append(instant)
            continue
        # What one says that was brought back is what became of it since.
        if run.id not in brought_back:
            yield from gap[: max(0, len(gap) - _stands_for(run))]
        gap = []


def _stands_for(run: DueRun) -> int:
    """How many missed instants right before it a run stands for, beyond its own."""
    said = TOGETHER.fullmatch(run.message or "")
    return int(next(filter(None, said.groups()))) if said else 0


def _stands(run: DueRun, timetable: Timetable, course: Course) -> bool:
    """Whether a run is one of its timetable's, as far as the present rule and calendar tell.

    Of instants before the rule was last changed or the timetable resumed, or of before the last notice was taken in
    where it goes by working days, they tell nothing.
    """
    if (run.season_id, run.once_key) != (timetable.season_id, timetable_key(timetable.id, run.due_at)):
        return False
    if run.due_at > now() + MOST_OFF_MS:
        return False
    if run.due_at < course.begins_at:
        return True
    return next(course.between(run.due_at - 1, run.due_at), None) == run.due_at
