"""What `make run` shows: the demonstration loaded, its addresses and passwords printed, web and clock started."""

from __future__ import annotations

import threading

import click

from config import Settings
from demo.live import keep_adding
from demo.load import DemoReport, load_demo
from leaderboard.db import Database
from leaderboard.server import serve, wait_for_port


def run_demonstration(settings: Settings, database: Database) -> None:
    """Load or renew the demonstration, say where everything is, and serve until stopped."""
    # Before anything else: loading renews passwords, also those of a demonstration that holds the port.
    wait_for_port(settings.host, settings.port)
    report = load_demo(database, settings, say=click.echo)
    for line in lines_of(report, settings):
        click.echo(line)
    over = threading.Event()
    threading.Thread(target=keep_adding, args=(database, over), name="demonstration", daemon=True).start()
    try:
        serve(settings.model_copy(update={"clock_in_web": True}))
    finally:
        over.set()


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
