"""What `make run` shows: the demonstration loaded, its addresses and passwords printed, web and clock started."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import click
from sqlalchemy import text

from config import Settings
from leaderboard.db import Database
from leaderboard.server import serve

if TYPE_CHECKING:
    from demo.load import DemoReport

log = logging.getLogger(__name__)

FOREIGN = """数据库 {url} 里已有别的赛季, 演示数据不会写进去。
运行自己的赛季: leaderboard serve (网页) 与 leaderboard scheduler (时钟); 看演示: make run DATA_DIR=另一个文件夹"""


def run_demonstration(settings: Settings, database: Database) -> None:
    """Load or renew the demonstration, say where everything is, and serve until stopped.

    Where it was loaded before, the web serves what is there at once, and it is renewed beside it.
    """
    if _is_of_an_office(database):
        click.echo(FOREIGN.format(url=database.engine.url.render_as_string(hide_password=True)), err=True)
        raise SystemExit(1)
    over = threading.Event()
    # Gunicorn forks its worker, which must not happen while this process is writing.
    beside = settings.server != "gunicorn" and _was_loaded(database)
    if not beside:
        _load_and_tell(database, settings)
    threading.Thread(
        target=_keep_going, args=(database, settings, over, beside), name="demonstration", daemon=True
    ).start()
    try:
        serve(settings.model_copy(update={"clock_in_web": True}))
    finally:
        over.set()


def _is_of_an_office(database: Database) -> bool:
    """Whether the database holds seasons and none of the demonstration's: then it is no place to make things up."""
    with database.reading() as session:
        slugs = set(session.scalars(text("SELECT slug FROM season")))
    return bool(slugs) and not slugs & {"luan-2022", "yunxi"}


def _was_loaded(database: Database) -> bool:
    """Whether the demonstration came to its end before: its screen is the last that is added."""
    with database.reading() as session:
        return bool(session.scalar(text("SELECT count(*) FROM screen")))


def _load_and_tell(database: Database, settings: Settings) -> None:
    # Loaded here, since a web that serves at once does not wait for it.
    from demo.load import load_demo  # noqa: PLC0415 - see above

    report = load_demo(database, settings, say=click.echo)
    click.echo("\n".join(lines_of(report, settings)))


def _keep_going(database: Database, settings: Settings, over: threading.Event, beside: bool) -> None:
    """Renew the demonstration where the web serves already, then add the news of the day until `over` is set."""
    from demo.live import keep_adding  # noqa: PLC0415 - as above

    try:
        if beside:
            _load_and_tell(database, settings)
    except Exception:  # the boards are served whatever becomes of the passwords
        log.exception("the demonstration could not be renewed")
        click.echo("演示数据未能更新, 页面仍可访问; 原因见上", err=True)
    keep_adding(database, over)


def lines_of(report: DemoReport, settings: Settings) -> list[str]:
    """The addresses and one-time passwords, one a line."""
    base = settings.resolved_public_url()
    lines = ["", f"赛马榜   {base}/"]
    lines += [f"         {board}" for board in report.boards]
    lines += [
        f"大屏     {report.screen}",
        f"控制台   {base}/console/",
        f"单位     {base}/my/",
        "",
        "演示账号 (首次登录须改密码):",
    ]
    for account in report.accounts:
        password = account.password or "(已自行设置密码)"
        lines.append(f"  {account.name:<10} {password:<18} {account.display_name}")
    return [*lines, "", "按 Ctrl+C 停止; 再次 make run 会保留已录入的内容。"]
