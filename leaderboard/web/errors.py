"""When something goes wrong: one page and one JSON shape for every error, which never fail themselves."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from html import escape

from flask import Flask, Response, jsonify, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import is_busy, is_clash
from leaderboard.templating import render
from leaderboard.web.guards import to_sign_in, without_session
from leaderboard.web.requests import Behind, SessionEnded, close_sessions, settings
from leaderboard.web.unsent import put_back_cookie
from leaderboard.words import gettext as _
from leaderboard.words import language

log = logging.getLogger("leaderboard.web")

BUSY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Trouble:
    """One error as it is told: status, short code for programs, what happened and what to do."""

    status: int
    code: str
    title: str
    advice: str
    incident: str = ""


def trouble_of(status: int) -> Trouble:
    """What to say about a status."""
    told = {
        400: ("bad_request", _("请求有误"), _("请返回上一页检查所填内容，再试一次。")),
        401: ("not_signed_in", _("请先登录"), _("登录后再打开此页。")),
        403: ("forbidden", _("没有权限"), _("此操作不向您的账号开放。如有需要，请联系主办单位。")),
        404: ("not_found", _("没有找到这一页"), _("地址可能写错了，或者内容没有公布。可从首页重新进入。")),
        405: ("method_not_allowed", _("不能这样访问"), _("此地址不接受这种请求方式。")),
        409: (
            "overtaken",
            _("刚刚有变动"),
            _("同一时刻有人做了同样的事，您这次的没有保存。请返回上一页，刷新后再看是否还要做。"),
        ),
        413: ("too_large", _("文件太大"), _("上传的文件超过了大小限制，请精简后再传。")),
        415: ("unsupported_type", _("文件类型不对"), _("请上传说明中列出的文件类型。")),
        422: ("not_acceptable_input", _("所填内容有误"), _("请按提示修改后再提交。")),
        429: ("too_many_requests", _("请求太频繁"), _("请稍候再试。")),
        503: ("busy", _("系统正忙"), _("数据正在写入，请几秒钟后再试。您填写的内容没有保存。")),
    }
    code, title, advice = told.get(status, ("error", _("出错了"), _("请稍后再试。")))
    return Trouble(status, code, title, advice)


def register(app: Flask) -> None:
    """Answer every error of the application, expected or not."""
    app.register_error_handler(CSRFError, on_lost_token)
    app.register_error_handler(HTTPException, on_refusal)
    app.register_error_handler(OperationalError, on_database)
    app.register_error_handler(ClockOff, on_clock)
    app.register_error_handler(Behind, on_clock_behind)
    app.register_error_handler(SessionEnded, on_ended_session)
    app.register_error_handler(IntegrityError, on_clash)
    app.register_error_handler(Exception, on_failure)


def on_lost_token(_error: CSRFError) -> Response:
    """A form without its valid token: most often a page that stayed open across a sign-out, or beyond its session."""
    # Only a form that once had its token has anything to come back for; whatever never had one is refused.
    if request.form.get("csrf_token") and (onward := without_session()):
        return onward
    advice = _("此页停留过久，或浏览器没有保存 Cookie。请返回上一页，刷新后重新提交；所填内容没有保存。")
    return answer(Trouble(400, "form_expired", _("表单已过期"), advice))


def on_refusal(error: HTTPException) -> Response:
    """An error with a status of its own, such as an unknown address."""
    if error.response is not None or (error.code or 500) < 400:
        # A redirect of the router is no error.
        return Response.force_type(error.get_response())  # type: ignore[return-value] # it keeps our class
    told = answer(trouble_of(error.code or 500))
    for name, text in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            told.headers[name] = text
    return told


def on_database(error: OperationalError) -> Response:
    """A database that is busy asks for patience; any other trouble with it is a failure."""
    if not is_busy(error):
        return on_failure(error)
    log.warning("database busy at %s %s", request.method, request.path)
    told = answer(trouble_of(503))
    told.headers["Retry-After"] = str(BUSY_SECONDS)
    return told


def on_clock(error: ClockOff) -> Response:
    """A machine whose clock is off writes nothing that bears a date; who keeps it is told what to do."""
    log.warning("clock off at %s %s", request.method, request.path)
    return answer(Trouble(503, "clock_off", _("本机时钟不准"), str(error)))


def on_clock_behind(error: Behind) -> Response:
    """A clock a little behind is no fault anybody has to mend: the person is told when to try again."""
    log.warning("clock %s s behind the newest board at %s %s", error.seconds, request.method, request.path)
    advice = _(
        "这台服务器的时钟比最新一期榜单慢 {seconds} 秒，在那之前不能保存。请 {seconds} 秒后再试，您填写的内容没有保存。"
    )
    told = answer(Trouble(503, "clock_behind", _("请稍候"), advice.format(seconds=error.seconds)))
    told.headers["Retry-After"] = str(error.seconds)
    return told


def on_ended_session(_error: SessionEnded) -> Response:
    """A session that ended while its request waited for its turn gets what every ended session gets."""
    put_back_cookie()
    close_sessions(None)
    return to_sign_in()


def on_clash(error: IntegrityError) -> Response:
    """Two did the same at once, and the database kept one: the other is told to look again. Else it is a failure."""
    if not is_clash(error):
        return on_failure(error)
    log.warning("overtaken at %s %s: %s", request.method, request.path, error.orig)
    return answer(trouble_of(409))


def on_failure(error: Exception) -> Response:
    """Something nobody foresaw: the person gets a number, the log the rest under the same number."""
    incident = secrets.token_hex(4)
    log.error("incident %s at %s %r", incident, request.method, request.path, exc_info=error)
    advice = _("问题已记录。如需帮助，请把编号告诉管理员。")
    return answer(Trouble(500, "internal_error", _("系统出错了"), advice, incident))


def wants_json() -> bool:
    """Whether a program is asking: by address, or because it prefers JSON to a page."""
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        return True
    kinds = request.accept_mimetypes
    return kinds.best_match(["text/html", "application/json"], "text/html") == "application/json"


def answer(trouble: Trouble) -> Response:
    """The error as a page or as JSON; a page that cannot be drawn is replaced by a bare one.

    What the request began to write is undone before: nobody waits for a page that says that nothing was saved. So is
    what it did to the cookie, which would say on the next page that it was.
    """
    put_back_cookie()
    if wants_json():
        return error_json(trouble)
    try:
        close_sessions(None)
        page = render(
            "errors/error.html",
            language(),
            trouble=trouble,
            office_name=settings().office,
            zone=settings().timezone,
        )
    except Exception:
        # Whatever is broken here, the person is told what happened.
        log.exception("error page could not be drawn")
        page = _bare(trouble)
    return Response(page, trouble.status, mimetype="text/html")


def error_json(trouble: Trouble) -> Response:
    """The one shape of errors for programs."""
    message = _("{title}。{advice}").format(title=trouble.title, advice=trouble.advice)
    told = {"code": trouble.code, "message": message}
    if trouble.incident:
        told["incident"] = trouble.incident
    response = jsonify(error=told)
    response.status_code = trouble.status
    return response


def _bare(trouble: Trouble) -> bytes:
    words = [escape(part) for part in (trouble.title, trouble.advice, trouble.incident) if part]
    body = "".join(f"<p>{part}</p>" for part in words[1:])
    head = f'<meta charset="utf-8"><title>{words[0]}</title>'
    return f'<!DOCTYPE html><html lang="zh-CN"><head>{head}</head><body><h1>{words[0]}</h1>{body}</body></html>'.encode()
