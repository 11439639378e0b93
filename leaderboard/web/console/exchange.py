"""Workbooks on the console: uploaded or pasted, looked at first, taken in when confirmed, reversed whole, written out."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action, can
from leaderboard.exchange.exporting import season_template, template_workbook, write_season
from leaderboard.exchange.layout import TABLES
from leaderboard.exchange.manner import APPEND, CLEAR, OVERWRITE
from leaderboard.exchange.models import ImportBatch
from leaderboard.exchange.pasted import MOST_CHARACTERS
from leaderboard.exchange.read import changed_by, counts_of, find_import, latest_imports, undone_of
from leaderboard.exchange.undoing import undo_at_most, undo_of
from leaderboard.jobs import queue
from leaderboard.jobs.models import DUE, RUNNING
from leaderboard.jobs.read import asked_of, latest_jobs
from leaderboard.seasons.read import find_season
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.forms import field
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import database, reading, settings, writing
from leaderboard.words import gettext as _
from leaderboard.workbook_jobs import KINDS, LOOK, UNDO, WRITE
from leaderboard.working import Worker

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SMALL_BYTES = 1_000_000
"""Unpacked size up to which a file is looked at while the person waits; a larger one by a process of its own."""
FEW_ROWS = 3000
"""Changed rows up to which an import is reversed, and foreseen exactly, while the person waits."""
MOST_LISTED = 20


def manners() -> dict[str, tuple[str, str]]:
    """In what manner one may import: its name and what it means."""
    return {
        OVERWRITE: (_("覆盖"), _("新增的记录入账；与系统不同的冲销后按文件重记。文件里没有的保持不动。")),
        APPEND: (_("追加"), _("只把新增的记录入账；系统中已有的一律不改，即使与文件不同。")),
        CLEAR: (
            _("清空"),
            _("同覆盖；文件所含各表里，系统中有、文件里没有的记录全部冲销。冲销有据可查，已发布的各期不变。"),
        ),
    }


@door.get("/import")
def exchange() -> ResponseReturnValue:
    """The forms to upload and to paste, the templates, the exports, and the imports of late."""
    return _page()


@door.post("/import")
@guarded(guard_action(Action.IMPORT_WORKBOOK))
def preview_import() -> ResponseReturnValue:
    """Look at an uploaded workbook; nothing is stored in the ledger before it is confirmed."""
    upload = request.files.get("workbook")
    if upload is None or not upload.filename:
        return _page(refusal=_("请选择一个 xlsx 文件"), status=422)
    name = Path(upload.filename).name[:120] or _("工作簿")
    small = _is_small(upload.stream)
    asked = {"name": name, "may_verify": can(person(), Action.VERIFY_FACTS)}
    return begin(LOOK, asked, _parts(upload.stream), here=small)


@door.post("/import/paste")
@guarded(guard_action(Action.IMPORT_WORKBOOK))
def paste_import() -> ResponseReturnValue:
    """Look at pasted cells, as at a workbook."""
    slug, sheet, text = field("season"), field("sheet"), request.form.get("cells", "")
    if find_season(reading(), slug) is None or sheet not in {table.name for table in TABLES}:
        return _page(refusal=_("请选择赛季和工作表"), status=422)
    if not text.strip() or len(text) > MOST_CHARACTERS:
        told = _("没有粘贴任何内容") if not text.strip() else _("粘贴的内容太多，请改为导入文件")
        return _page(refusal=told, status=422)
    name = _("粘贴到“{sheet}”的内容").format(sheet=sheet)
    verifying = can(person(), Action.VERIFY_FACTS)
    asked = {"name": name, "season": slug, "pasted": sheet, "may_verify": verifying}
    return begin(LOOK, asked, queue.in_parts(text.encode("utf-8", "replace")), here=True)


def begin(
    kind: str, asked: dict[str, object], given: Iterable[bytes] = (), *, here: bool
) -> ResponseReturnValue:
    """Ask for long work and show its page; what is small is done before the page is shown."""
    session = writing()
    job = queue.ask(session, person().name, kind, asked, given)
    session.commit()
    session.close()
    if here:
        Worker(database(), settings()).do_here(job.id)
    return redirect(url_for("console.work", number=job.id), 303)


@door.get("/import/template.xlsx")
def template_file() -> ResponseReturnValue:
    """The blank workbook."""
    return _workbook(template_workbook(), "saima-template.xlsx")


@door.get("/seasons/<slug>/template.xlsx")
def season_template_file(slug: str) -> ResponseReturnValue:
    """A season's own template, with its units, divisions and stages to choose from."""
    season = season_at(slug)
    data = season_template(reading(), season, today())
    return _workbook(data, _("{title}-模板.xlsx").format(title=season.title))


@door.get("/seasons/<slug>/export")
@guarded(guard_action(Action.EXPORT_WORKBOOK))
def export(slug: str) -> ResponseReturnValue:
    """A season as a workbook of the import format, written to a passing file and sent from it."""
    season = season_at(slug)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    write_season(reading(), season, today(), file)
    return workbook_of(file, f"{season.title}-{today()}.xlsx")


def workbook_of(file: IO[bytes], name: str) -> Response:
    """A passing file as a workbook to be saved: whoever reads it slowly keeps nothing of the database open."""
    answer = _workbook(_sent(file), name)
    answer.call_on_close(file.close)
    return answer


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from _parts(file)


@door.post("/seasons/<slug>/export")
@guarded(guard_action(Action.IMPORT_WORKBOOK))
def export_later(slug: str) -> ResponseReturnValue:
    """Have a large season written in the background."""
    return begin(WRITE, {"season": season_at(slug).slug}, here=False)


@door.get("/import/batches/<int:number>")
def import_batch(number: int) -> ResponseReturnValue:
    """One import: who, when, what it did, and what reversing it would do."""
    return _batch_page(_batch(number))


@door.post("/import/batches/<int:number>/undo")
@guarded(guard_action(Action.IMPORT_WORKBOOK))
def undo_batch(number: int) -> ResponseReturnValue:
    """Reverse an import whole, with a reason."""
    batch, reason = _batch(number), field("reason")
    if batch.reversed_at is not None:
        return _batch_page(batch, _("这次导入已经撤销过"), 409)
    if not reason:
        return _batch_page(batch, _("撤销导入须写明理由"), 422)
    flash(_("已提交撤销，结果见本页。"))
    return begin(UNDO, {"batch": number, "reason": reason}, here=changed_by(batch) <= FEW_ROWS)


def _batch(number: int) -> ImportBatch:
    batch = find_import(reading(), number)
    if batch is None:
        abort(404)
    return batch


def _batch_page(batch: ImportBatch, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    stands, few = batch.reversed_at is None, changed_by(batch) <= FEW_ROWS
    return show(
        "exchange_batch",
        status,
        here="exchange",
        batch=batch,
        counts=counts_of(batch),
        manner=manners()[batch.manner][0],
        foreseen=undo_of(reading(), batch) if stands and few else None,
        at_most=undo_at_most(batch) if stands and not few else None,
        undone=undone_of(batch),
        refusal=refusal,
    )


def _workbook(data: bytes | Iterator[bytes], name: str) -> Response:
    disposition = f"attachment; filename=saima.xlsx; filename*=UTF-8''{quote(name)}"
    return Response(data, mimetype=XLSX, headers={"Content-Disposition": disposition})


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    """An upload part by part, however large it is."""
    stream.seek(0)
    return iter(lambda: stream.read(queue.PART_BYTES), b"")


def _is_small(stream: IO[bytes]) -> bool:
    """Whether a file unpacks to little; what is no archive at all is refused at once."""
    try:
        with zipfile.ZipFile(stream) as archive:
            return sum(entry.file_size for entry in archive.infolist()) <= SMALL_BYTES
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return True


def _page(*, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    session: Session = reading()
    return show(
        "exchange",
        status,
        here="exchange",
        refusal=refusal,
        imports=[(batch, changed_by(batch)) for batch in latest_imports(session, MOST_LISTED)],
        manners={key: name for key, (name, _meaning) in manners().items()},
        under_way=[
            (job, asked_of(job).get("name", ""))
            for job in latest_jobs(session, tuple(KINDS), MOST_LISTED)
            if job.state in {DUE, RUNNING}
        ],
        sheets=[table.name for table in TABLES],
        most_mb=settings().upload_bytes // 1_000_000,
        typed={name: request.form.get(name, "") for name in ("season", "sheet", "cells")},
    )
