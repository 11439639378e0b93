"""Importing a workbook from its bytes to the ledger, in one operation for the command and the console."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import record_act
from leaderboard.exchange.apply import apply
from leaderboard.exchange.archive import Limits
from leaderboard.exchange.check import Asked, check
from leaderboard.exchange.plan import Plan
from leaderboard.exchange.problems import FileRefused, ImportRefused, Problem, Report
from leaderboard.exchange.workbook import Sheets, bytes_of, read_workbook
from leaderboard.instant import local_date, now
from leaderboard.ledger.record import LedgerError
from leaderboard.seasons.plan import PlanError


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
) -> Report:
    """Read, check and carry out a workbook; raises ImportRefused with every error, and then nothing may be committed.

    `season_slug` is the season it must be for; without `may_verify` facts wait for verification whatever the file says.
    """
    name = file_name or (data.name if isinstance(data, Path) else "工作簿")
    content, sheets = _read(data, settings)
    # The line in the trail is written first: it keeps other writers out while facts are compared and added.
    record_act(session, actor, "workbook.import", name, sha256=hashlib.sha256(content).hexdigest())
    plan = check(session, sheets, _asked(settings, may_verify, name, season_slug))
    try:
        summary = apply(session, plan, actor, recorded_at=recorded_at)
    except (LedgerError, PlanError) as error:
        raise ImportRefused(Report((Problem(str(error)),), tuple(plan.warnings))) from error
    return Report((), tuple(plan.warnings), summary)


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
    _, sheets = _read(data, settings)
    return check(session, sheets, _asked(settings, may_verify, file_name, season_slug))


def _asked(settings: Settings, may_verify: bool, file_name: str, season_slug: str | None) -> Asked:
    return Asked(local_date(now(), settings.timezone), may_verify, file_name, season_slug)


def _read(data: bytes | Path, settings: Settings) -> tuple[bytes, Sheets]:
    """The file's bytes and cells; a file that cannot be read raises ImportRefused like any other error."""
    limits = Limits.of(settings)
    try:
        content = bytes_of(data, limits)
        return content, read_workbook(content, limits)
    except FileRefused as refusal:
        raise ImportRefused(Report((Problem(str(refusal)),))) from refusal
