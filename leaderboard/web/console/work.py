"""Long work on the console: how far it is, what came of it, and what to do with that."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import abort, flash, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.exchange.layout import FORMAT_KEY
from leaderboard.exchange.manner import CLEAR, MANNERS
from leaderboard.jobs import queue
from leaderboard.jobs.models import DONE, DROPPED, DUE, FAILED, GIVEN, MADE, RUNNING, Job
from leaderboard.jobs.read import asked_of, file_parts, find_job, has_file, result_of
from leaderboard.jobs.tally import Tally, tally_of
from leaderboard.web.console.door import door, show
from leaderboard.web.console.exchange import FEW_ROWS, begin, manners, workbook_of
from leaderboard.web.forms import field
from leaderboard.web.guards import guard_action, guarded, require
from leaderboard.web.requests import database, reading, writing
from leaderboard.words import gettext as _
from leaderboard.workbook_jobs import LOOK, STORE, UNDO, WRITE

MOST_SHOWN = 200


def steps() -> dict[str, str]:
    """What is being done, in words."""
    return {
        "reading": _("正在读取文件"),
        "checking": _("正在逐行核对"),
        "storing": _("正在入账，一次写入，要么全部、要么一条不入"),
        "reversing": _("正在撤销导入"),
        "writing": _("正在写工作簿"),
    }


def names() -> dict[str, str]:
    """What each kind of work is called."""
    return {
        LOOK: _("检查导入内容"),
        STORE: _("导入"),
        UNDO: _("撤销导入"),
        WRITE: _("导出工作簿"),
    }


@door.get("/work/<int:number>")
def work(number: int) -> ResponseReturnValue:
    """The page of one piece of long work; it may be closed, and comes back as it is by then."""
    job = _job(number)
    result = result_of(job)
    if job.state == DONE and job.kind in {STORE, UNDO} and "batch" in result:
        return redirect(url_for("console.import_batch", number=result["batch"]))
    return _page(job)


@door.get("/work/<int:number>/state")
def work_state(number: int) -> ResponseReturnValue:
    """How far the work is, for the page's script."""
    job = _job(number)
    is_over = job.state not in {DUE, RUNNING}
    tally = tally_of(database().url, job)
    return jsonify(over=is_over, said=_said(job, tally), done=tally.done, total=tally.total)


@door.get("/work/<int:number>/file")
def work_file(number: int) -> ResponseReturnValue:
    """The file that the work made: the user's own with its errors marked, or a season written out."""
    job = _job(number)
    require(Action.EXPORT_WORKBOOK if job.kind == WRITE else Action.IMPORT_WORKBOOK)
    if not has_file(reading(), job.id, MADE):
        abort(404)
    name = result_of(job).get("name") or _("有误-{name}").format(name=asked_of(job).get("name", ""))
    name = name if name.endswith(".xlsx") else f"{name}.xlsx"
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    for part in file_parts(reading(), job.id, MADE):
        file.write(part)
    return workbook_of(file, name)


@door.post("/work/<int:number>/confirm")
@guarded(guard_action(Action.IMPORT_WORKBOOK))
def confirm_import(number: int) -> ResponseReturnValue:
    """Take in what was looked at, in the manner chosen."""
    job, manner, reason = _job(number), field("manner"), field("reason")
    result = result_of(job)
    if job.kind == LOOK and "batch" in result:
        return _already(result["batch"])
    if job.kind != LOOK or job.state != DONE or result["errors"]:
        return _page(job, _("这次检查不能导入，请重新选择文件"), 409)
    if not has_file(reading(), job.id, GIVEN):
        return _page(job, _("文件只保留一天，已不在了，请重新选择文件"), 409)
    if told := _missing(manner, reason, brings_scheme=result.get("brings_scheme", False)):
        return _page(job, told, 422)
    rows = sum(sum(counts.values()) for counts in result["counts"].values())
    asked = {"look": job.id, "name": asked_of(job)["name"], "manner": manner, "reason": reason or None}
    seen = {"seen": result["counts"], "mark": result.get("mark")}
    return begin(STORE, asked | seen, here=rows <= FEW_ROWS)


def _already(batch: int) -> ResponseReturnValue:
    """On to the import that a look has become: it is taken in once."""
    flash(_("这次检查的内容已经导入过，没有再导入一次。"))
    return redirect(url_for("console.import_batch", number=batch), 303)


def _missing(manner: str, reason: str, *, brings_scheme: bool) -> str:
    """What is missing to take a workbook in; "" where nothing is."""
    if manner not in MANNERS:
        return _("请选择导入方式")
    if reason:
        return ""
    if manner == CLEAR:
        return _("清空导入须写明理由")
    return _("文件带有考核方案，导入须写明理由") if brings_scheme else ""


@door.post("/work/<int:number>/drop")
@guarded(guard_action(Action.IMPORT_WORKBOOK))
def drop_work(number: int) -> ResponseReturnValue:
    """Give work up that has not begun or was only a look; its files are thrown away."""
    # It may have been taken in, or done, while this request waited for its turn.
    session = writing()
    job = find_job(session, number) or abort(404)
    if job.kind == LOOK and "batch" in result_of(job):
        return _already(result_of(job)["batch"])
    if job.kind in {STORE, UNDO} and "batch" in result_of(job):
        return redirect(url_for("console.work", number=number), 303)
    if not queue.drop(session, job.id):
        return _page(_job(number), _("正在处理，现在不能放弃"), 409)
    session.commit()
    flash(_("已放弃，什么都没有保存。"))
    return redirect(url_for("console.exchange"))


def _job(number: int) -> Job:
    job = find_job(reading(), number)
    if job is None:
        abort(404)
    return job


def _said(job: Job, tally: Tally) -> str:
    if job.state == DUE and job.message:
        return _("上一次没有做完，什么都没有保存；正在排队，将从头再做")
    if job.state == DUE:
        return _("正在排队，通常几秒内开始")
    return steps().get(tally.step, _("正在处理"))


def _page(job: Job, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    result: dict[str, Any] = result_of(job)
    errors, warnings = result.get("errors", []), result.get("warnings", [])
    counts: dict[str, dict[str, int]] = result.get("counts", {})
    changing = ("new", "corrected", "verified")
    tally = tally_of(database().url, job)
    return show(
        "work",
        status,
        here="exchange",
        job=job,
        title=names().get(job.kind, job.kind),
        name=asked_of(job).get("name", ""),
        said=_said(job, tally),
        tally=tally,
        is_over=job.state not in {DUE, RUNNING},
        is_failed=job.state == FAILED,
        is_dropped=job.state == DROPPED,
        look=asked_of(job).get("look"),
        undoing=asked_of(job).get("batch"),
        batch=result.get("batch"),
        result=result,
        hindrance=result.get("hindrance"),
        errors=errors[:MOST_SHOWN],
        more_errors=result.get("more_errors", 0) + max(0, len(errors) - MOST_SHOWN),
        warnings=warnings[:MOST_SHOWN],
        is_outdated=any(error["column"] == FORMAT_KEY for error in errors),
        counts=counts,
        changed=sum(counts[sheet][name] for sheet in counts for name in changing),
        cleared=sum(found["cleared"] for found in counts.values()),
        has_file=job.state == DONE and has_file(reading(), job.id, MADE),
        manners=manners(),
        refusal=refusal,
        chosen=field("manner") or MANNERS[1],
        reason=field("reason"),
    )
