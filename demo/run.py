"""What `make run` does: load the demonstration, say where to look, add news while you watch, and serve."""

from __future__ import annotations

import threading

import click

from config import Settings
from demo.live import keep_adding
from demo.load import DemoReport, load_demo
from demo.yunxi.load import WATCHED_HOURS, WATCHED_MINUTES
from leaderboard.db import Database
from leaderboard.server import serve, wait_for_port

CHOSEN = "(已自行设定密码)"


def run_demonstration(settings: Settings, database: Database) -> None:
    """Load what is missing, print the addresses and one-time passwords, and serve with the clock until stopped."""
    # Whoever finds the port taken should not wait for the demonstration first.
    wait_for_port(settings.host, settings.port)
    report = load_demo(database, settings, say=click.echo)
    for line in lines(report, settings):
        click.echo(line)
    over = threading.Event()
    threading.Thread(target=keep_adding, args=(database, over), name="news", daemon=True).start()
    try:
        serve(settings.model_copy(update={"clock_in_web": True}))
    finally:
        over.set()


def lines(report: DemoReport, settings: Settings) -> list[str]:
    """What a visitor needs to know, line by line."""
    base = settings.resolved_public_url()
    names = max(len(account.name) for account in report.accounts)
    return [
        "",
        f"首页      {base}/",
        *(f"榜单      {address}" for address in report.boards),
        f"大屏      {report.screen}",
        f"管理台    {base}/console/",
        f"单位端    {base}/my/",
        "",
        "演示账号与一次性密码 (首次登录须改):",
        *(
            f"  {account.name:<{names}}  {account.password or CHOSEN}  {account.display_name}"
            for account in report.accounts
        ),
        "",
        f"演示时钟: 每 {WATCHED_MINUTES} 分钟发布云溪县新的一期, {WATCHED_HOURS} 小时后停止; 再次 make run 重新计时。按 Ctrl-C 停止。",
    ]
