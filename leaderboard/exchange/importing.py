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
from leaderboard.exchange.workbook import Sheets, read_workbook
from leaderboard.instant import local_date, now


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
    sheets = read_or_refuse(data, settings)
    name = file_name or (data.name if isinstance(data, Path) else "工作簿")
    # The line in the trail is written first: it keeps other writers out while facts are compared and added.
    digest = hashlib.sha256(data.read_bytes() if isinstance(data, Path) else data).hexdigest()
    record_act(session, actor, "workbook.import", name, sha256=digest)
    asked = Asked(local_date(now(), settings.timezone), may_verify, name, season_slug)
    plan = check(session, sheets, asked)
    summary = apply(session, plan, actor, recorded_at=recorded_at)
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
    sheets = read_or_refuse(data, settings)
    return check(
        session, sheets, Asked(local_date(now(), settings.timezone), may_verify, file_name, season_slug)
    )


def read_or_refuse(data: bytes | Path, settings: Settings) -> Sheets:
    """The cells of a workbook; a file that cannot be read raises ImportRefused like any other error."""
    try:
        return read_workbook(data, Limits.of(settings))
    except FileRefused as refusal:
        raise ImportRefused(Report((Problem(str(refusal)),))) from refusal
