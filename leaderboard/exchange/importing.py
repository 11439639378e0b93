"""Importing a workbook from its bytes to the ledger, in one operation for the command, the console and its jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import record_act
from leaderboard.exchange.apply import apply
from leaderboard.exchange.archive import Limits
from leaderboard.exchange.check import Asked, check
from leaderboard.exchange.manner import APPEND, CLEAR, MANNERS, OVERWRITE
from leaderboard.exchange.members import Members
from leaderboard.exchange.models import ImportBatch
from leaderboard.exchange.plan import Plan
from leaderboard.exchange.problems import Counts, FileRefused, ImportRefused, Problem, Report, Summary
from leaderboard.exchange.workbook import Sheets, bytes_of, read_workbook
from leaderboard.instant import local_date, now
from leaderboard.ledger.record import LedgerError
from leaderboard.seasons.plan import PlanError


@dataclass(frozen=True, slots=True)
class Given:
    """What was handed in: its cells, its name, the SHA-256 of its bytes, and the day it is for the office."""

    sheets: Sheets
    name: str
    sha256: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class How:
    """In what manner to take a workbook in, why, and what was seen of it before (None: nothing).

    A reason is wanted where it clears, and where the workbook brings a scheme.
    """

    manner: str = OVERWRITE
    reason: str | None = None
    seen: dict[str, dict[str, int]] | None = None
    """The counts of the plan that was looked at."""
    mark: str | None = None
    """The mark of that plan: what it was going to change."""
    recorded_at: int | None = None
    founds: bool = False
    """Whether one person alone puts a new season's first scheme in force, as only the demonstration may."""
    told: Callable[[int, int], None] | None = None
    """Is told now and then how many of how many records are written; none of them stands before the commit."""


class ImportOvertaken(ValueError):
    """What the import would do is not what was looked at: others changed the data meanwhile; look again."""


def import_workbook(  # noqa: PLR0913 - what the door knows, all by name
    session: Session,
    data: bytes | Path,
    actor: str,
    settings: Settings,
    *,
    season_slug: str | None = None,
    may_verify: bool = True,
    file_name: str | None = None,
    recorded_at: int | None = None,
    manner: str = OVERWRITE,
    reason: str | None = None,
    founds: bool = False,
) -> Report:
    """Read, check and carry out a workbook; raises ImportRefused with every error, and then nothing may be committed.

    `season_slug` is the season it must be for; without `may_verify` facts wait for verification whatever the file says.
    """
    name = file_name or (data.name if isinstance(data, Path) else "工作簿")
    given = given_workbook(data, settings, name, may_verify=may_verify, season_slug=season_slug)
    return take_in(session, given, actor, How(manner, reason, recorded_at=recorded_at, founds=founds))


def take_in(session: Session, given: Given, actor: str, how: How) -> Report:
    """Check and carry out what was handed in, and keep it as one import that can be reversed.

    Raises ImportRefused with every error, and ImportOvertaken where it would do something else than what was seen.
    """
    if how.manner not in MANNERS or (how.manner == CLEAR and not (how.reason or "").strip()):
        raise ImportRefused(Report((Problem("清空导入须写明理由"),)))
    record_act(
        session, actor, "workbook.import", given.name, sha256=given.sha256, manner=how.manner, why=how.reason
    )
    plan = check(session, given.sheets, given.asked)
    if not plan.errors and _is_overtaken(plan, how):
        raise ImportOvertaken("预览之后系统中的数据有变化, 请重新核对后再导入")
    why = (how.reason or "").strip()
    if plan.brings_scheme and not plan.errors and not why:
        raise ImportRefused(Report((Problem("文件带有考核方案, 导入须写明理由"),), tuple(plan.warnings)))
    at = how.recorded_at or now()
    try:
        members = apply(
            session,
            plan,
            actor,
            manner=how.manner,
            reason=f"清空导入 {given.name}: {why}",
            scheme_reason=why,
            recorded_at=at,
            founds=how.founds,
            told=how.told,
        )
    except (LedgerError, PlanError) as error:
        raise ImportRefused(Report((Problem(str(error)),), tuple(plan.warnings))) from error
    summary = _done(plan, how.manner)
    batch = _keep(session, given, actor, how, summary, members, at)
    return Report((), tuple(plan.warnings), summary, batch.id, plan.notes(founds=how.founds))


def _is_overtaken(plan: Plan, how: How) -> bool:
    """Whether the plan would do something else, or to something else, than the one that was looked at."""
    counted = how.seen is not None and plain_counts(plan) != how.seen
    return counted or (how.mark is not None and plan.mark != how.mark)


def _keep(
    session: Session, given: Given, actor: str, how: How, summary: Summary, members: Members, at: int
) -> ImportBatch:
    counts = {name: counts.plain() for name, counts in summary.sheets.items()}
    batch = ImportBatch(
        season_slug=summary.season,
        file_name=given.name[:120],
        sha256=given.sha256,
        manner=how.manner,
        reason=how.reason,
        taken_by=actor,
        taken_at=at,
        counts=json.dumps(counts, ensure_ascii=False),
        members=members.packed(),
    )
    session.add(batch)
    session.flush()
    record_act(session, actor, "workbook.imported", f"{batch.id} {given.name}", rows=[batch])
    return batch


def _done(plan: Plan, manner: str) -> Summary:
    """The counts of what was carried out: appending leaves known rows alone, and only clearing clears."""
    done = plain_counts(plan)
    for counts in done.values():
        if manner == APPEND:
            counts["unchanged"] += counts["corrected"] + counts["verified"]
            counts["corrected"] = counts["verified"] = 0
        if manner != CLEAR:
            counts["cleared"] = 0
    return Summary(plan.season.slug, {name: Counts(**counts) for name, counts in done.items()})


def plain_counts(plan: Plan) -> dict[str, dict[str, int]]:
    """By sheet what the rows of a plan come to; sheets without rows are left out."""
    return {name: counts.plain() for name, counts in plan.counts.items() if counts.rows or counts.cleared}


def preview_workbook(
    session: Session,
    data: bytes | Path,
    settings: Settings,
    *,
    season_slug: str | None = None,
    may_verify: bool = True,
    file_name: str = "工作簿",
) -> Plan:
    """What importing would do, with errors, warnings and counts; writes nothing.

    Raises ImportRefused for a file that cannot be read or is not of this format.
    """
    given = given_workbook(data, settings, file_name, may_verify=may_verify, season_slug=season_slug)
    return check(session, given.sheets, given.asked)


def given_workbook(
    data: bytes | Path, settings: Settings, name: str, *, may_verify: bool, season_slug: str | None = None
) -> Given:
    """A workbook's cells with what is to be known of it; a file that cannot be read raises ImportRefused."""
    limits = Limits.of(settings)
    try:
        content = bytes_of(data, limits)
        sheets = read_workbook(content, limits)
    except FileRefused as refusal:
        raise ImportRefused(Report((Problem(str(refusal)),))) from refusal
    return given_sheets(sheets, content, settings, name, may_verify=may_verify, season_slug=season_slug)


def given_sheets(
    sheets: Sheets,
    content: bytes,
    settings: Settings,
    name: str,
    *,
    may_verify: bool,
    season_slug: str | None = None,
) -> Given:
    """Cells that were read already, as handed in today."""
    asked = Asked(local_date(now(), settings.timezone), may_verify, name, season_slug=season_slug)
    return Given(sheets, name, hashlib.sha256(content).hexdigest(), asked)
