"""Workbooks on the console: looked at first, saved when confirmed, and written back in the same format."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from urllib.parse import quote

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.exchange.exporting import export_workbook, template_workbook
from leaderboard.exchange.importing import import_workbook, preview_workbook
from leaderboard.exchange.plan import Plan
from leaderboard.exchange.problems import ImportRefused, Problem
from leaderboard.instant import now
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.forms import field
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading, settings, writing
from leaderboard.words import gettext as _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TICKET = re.compile(r"[0-9a-f]{32}")
KEPT_SECONDS = 24 * 3600
MOST_SHOWN = 200


@door.get("/import")
def exchange() -> ResponseReturnValue:
    """The form to upload a workbook, with the template and the exports."""
    return _page()


@door.post("/import")
@guarded(guard_action(Action.IMPORT_WORKBOOK))
def preview_import() -> ResponseReturnValue:
    """What importing the workbook would do; nothing is saved before it is confirmed."""
    upload = request.files.get("workbook")
    data = upload.read(settings().upload_bytes + 1) if upload else b""
    if upload is None or not upload.filename:
        return _page(errors=[Problem(_("请选择一个 xlsx 文件"))], status=422)
    name = Path(upload.filename or "").name[:120] or _("工作簿")
    try:
        plan = preview_workbook(reading(), data, settings(), file_name=name)
    except ImportRefused as refusal:
        return _page(errors=list(refusal.report.errors), name=name, status=422)
    if plan.errors:
        return _page(errors=plan.errors, name=name, plan=plan, status=422)
    return _page(name=name, plan=plan, ticket=_kept(data))


@door.post("/import/confirm")
@guarded(guard_action(Action.IMPORT_WORKBOOK))
def confirm_import() -> ResponseReturnValue:
    """Import the workbook that was looked at."""
    ticket, name = field("ticket"), field("name")[:120]
    path = _folder() / f"{ticket}.xlsx"
    if not TICKET.fullmatch(ticket) or not path.exists():
        return _page(errors=[Problem(_("上传的文件已清理，请重新选择文件"))], status=422)
    session = writing()
    try:
        report = import_workbook(session, path.read_bytes(), person().name, settings(), file_name=name)
        session.commit()
    except ImportRefused as refusal:
        session.rollback()
        return _page(errors=list(refusal.report.errors), name=name, status=422)
    path.unlink(missing_ok=True)
    changed = report.summary.changed if report.summary else 0
    said = _("已导入 {name}：{changed} 行有变化") if changed else _("{name} 与系统中的内容一致，没有任何变化")
    flash(said.format(name=name, changed=changed))
    return redirect(url_for("console.overview"))


@door.get("/import/template.xlsx")
def template_file() -> ResponseReturnValue:
    """The blank workbook."""
    return _workbook(template_workbook(), "saima-template.xlsx")


@door.get("/seasons/<slug>/export")
@guarded(guard_action(Action.EXPORT_WORKBOOK))
def export(slug: str) -> ResponseReturnValue:
    """A season as a workbook of the import format."""
    season = season_at(slug)
    return _workbook(export_workbook(reading(), season, today()), f"{season.title}-{today()}.xlsx")


def _workbook(data: bytes, name: str) -> Response:
    return Response(
        data,
        mimetype=XLSX,
        headers={"Content-Disposition": f"attachment; filename=saima.xlsx; filename*=UTF-8''{quote(name)}"},
    )


def _folder() -> Path:
    return settings().data_dir / "uploads"


def _kept(data: bytes) -> str:
    """Keep an upload under a name of our own until it is confirmed; what nobody confirmed in a day is removed."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.glob("*.xlsx"):
        if now() / 1000 - old.stat().st_mtime > KEPT_SECONDS:
            old.unlink(missing_ok=True)
    ticket = secrets.token_hex(16)
    path = folder / f"{ticket}.xlsx"
    path.touch(mode=0o600)
    path.write_bytes(data)
    return ticket


def _page(
    *,
    errors: list[Problem] | None = None,
    name: str = "",
    plan: Plan | None = None,
    ticket: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    return show(
        "exchange",
        status,
        here="exchange",
        errors=(errors or [])[:MOST_SHOWN],
        more_errors=max(0, len(errors or []) - MOST_SHOWN),
        warnings=(plan.warnings if plan else [])[:MOST_SHOWN],
        counts=dict(plan.counts) if plan else {},
        changed=sum(count.changed for count in plan.counts.values()) if plan else 0,
        plan=plan,
        name=name,
        ticket=ticket,
        most_mb=settings().upload_bytes // 1_000_000,
    )
