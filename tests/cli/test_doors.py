"""Screens, accounts, the audit trail and runs from the command line, and the port that is looked at first."""

from __future__ import annotations

import os
import pwd
import socket
from pathlib import Path

import pytest
from sqlalchemy import select, update

from config import Settings
from leaderboard.accounts.invitations import accept
from leaderboard.accounts.models import AuditLine, SignInFailure
from leaderboard.accounts.read import find_account
from leaderboard.accounts.sessions import Origin, new_token
from leaderboard.boards.models import FAILED, DueRun
from leaderboard.boards.screens import find_screen
from leaderboard.cli.context import operator
from leaderboard.db import Database
from leaderboard.instant import now
from tests.commanding import Command, Done, Trail
from tests.people import enrol
from tests.undelivered import TROUBLE, stuck_message


def test_the_trail_names_the_command_line_and_the_login():
    assert operator() == f"命令行 {pwd.getpwuid(os.getuid()).pw_name}"[:40]


def test_a_login_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch):
    def nameless(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr("pwd.getpwuid", nameless)
    assert operator() == f"命令行 {os.getuid()}"


def test_a_screen_is_listed_and_revoked(leaderboard: Command, done: Done, race: str, database: Database):
    address = done("screen-add", race, "政务大厅", "--theme", "light-safe", "--lang", "en").strip()
    number = done("screens").split("\t")[0]
    assert done("screens", race) == f"{number}\t政务大厅\trace\ten\tlight-safe\t—\n"
    assert "zh|en|both" in done("screen-add", "--help")
    refused = leaderboard("screen-add", race, " ", "--theme", "pink", "--lang", "fr", "--division", "x")
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 4)
    done("screen-revoke", number)
    assert "已撤销" in done("screens")
    with database.reading() as session:
        assert find_screen(session, address.rpartition("/")[2]) is None
    assert leaderboard("screen-revoke", "999").exit_code == 1


def test_an_account_is_recovered_whatever_happened_and_its_sessions_are_listed_and_ended(
    leaderboard: Command, done: Done, database: Database
):
    done("account-add", "zhou", "system", "--display-name", "周某")
    assert "最后一个" in leaderboard("account-deactivate", "zhou").output
    done("account-add", "zheng", "system")
    done("account-deactivate", "zhou", "--reason", "离任")
    assert "没有停用" in leaderboard("account-reopen", "zheng").output
    told = done("account-recover", "zhou")
    assert told.startswith("zhou\t72 小时内打开一次\thttp")
    token = told.strip().rsplit("/", 1)[1]
    with database.session() as session:
        account = accept(session, token, "Plum-tree-7", Settings(), now())
        new_token(session, account, now(), Origin("10.0.0.7", "Firefox"))
        session.commit()
    assert "10.0.0.7\tFirefox" in done("account-sessions", "zhou")
    assert "已退出 1 处登录" in done("account-sessions", "zhou", "--end")
    assert done("account-sessions", "zhou") == ""
    assert "请写明" in leaderboard("account-assign", "zheng", "viewer", "--reason", "").output
    done("account-assign", "zheng", "viewer", "--reason", "分工调整")
    assert "zheng\tzheng\tviewer" in done("accounts")


def test_doctor_names_administrators_whom_only_a_password_protects(done: Done, database: Database):
    done("account-add", "zhou", "system")
    assert "动态口令: optional; 只用密码登录的管理员: zhou" in done("doctor")


def test_an_account_is_listed_and_closed(leaderboard: Command, done: Done, race: str, database: Database):
    done("account-add", "zhang", "reporter", "--unit", "liuxi", "--display-name", "张某")
    assert done("accounts") == "zhang\t张某\treporter\tliuxi\t须改密码\n"
    assert "请写明理由" in leaderboard("account-deactivate", "zhang").output
    done("account-deactivate", "zhang", "--reason", "离任")
    assert done("accounts").endswith("已停用\n")
    with database.reading() as session:
        account = find_account(session, "zhang")
        assert account is not None
        assert account.is_active == 0
    assert leaderboard("account-deactivate", "wang").exit_code == 1
    wrong = leaderboard("account-add", "Z", "king")
    assert (wrong.exit_code, len(wrong.stderr.splitlines())) == (1, 2)


def test_the_trail_is_printed_and_a_changed_line_is_found(
    leaderboard: Command, done: Done, race: str, database: Database, trail: Trail
):
    done("account-add", "zhang", "viewer")
    assert trail() == [("account.add", "zhang")]
    assert "命令行" in done("audit", "--limit", "1")
    assert done("audit", "--check") == "审计链完整\n"
    with database.session() as session:
        session.execute(update(AuditLine).where(AuditLine.action == "account.add").values(subject="wang"))
        session.commit()
    broken = leaderboard("audit", "--check")
    assert (broken.exit_code, "与链不符" in broken.output) == (1, True)


def test_the_next_board_is_printed_without_being_published(done: Done, race: str):
    rows = [line.split("\t") for line in done("board", race).splitlines()]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert rows[0][2:5] == ["towns", "liuxi", "柳溪镇"]
    assert done("editions", race) == ""
    done("publish", race)
    assert done("editions", race).startswith("1\t截至 ")


def test_a_failed_run_is_brought_back_by_its_number(
    leaderboard: Command, done: Done, race: str, database: Database
):
    done("publish", race)
    number = done("runs", race).split("\t")[0]
    assert "只有已跳过或已失败" in leaderboard("run-again", race, number).output
    assert leaderboard("run-again", race, "999").exit_code == 1
    with database.session() as session:
        failed = DueRun(season_id=1, once_key="x", due_at=2**42, state=FAILED, message="磁盘已满")
        failed.season_id = session.scalars(select(DueRun.season_id)).first() or 0
        session.add(failed)
        session.commit()
        again = failed.id
    assert "磁盘已满" in done("runs", race)
    assert "第 2 期已发布" in done("run-again", race, again)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_taken_port_is_found_before_a_database_is_made(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaderboard: Command, command: str
):
    monkeypatch.setattr("leaderboard.server.PORT_WAIT_SECONDS", 0)
    folder = tmp_path / "new"
    monkeypatch.setenv("SAIMA_DATA_DIR", str(folder))
    monkeypatch.setenv("SAIMA_DATABASE_URL", "")
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        monkeypatch.setenv("SAIMA_PORT", str(stranger.getsockname()[1]))
        refused = leaderboard(command)
    assert (refused.exit_code, "正被其他程序使用" in refused.output) == (1, True)
    assert not folder.exists()


@pytest.mark.engines("sqlite")
def test_settings_say_yes_and_no_and_a_wrong_one_is_named(
    leaderboard: Command, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SAIMA_HTTPS", "yes")
    printed = leaderboard("settings").output
    assert "SAIMA_HTTPS=yes\n" in printed
    assert "SAIMA_CLOCK_IN_WEB=no\n" in printed
    monkeypatch.setenv("SAIMA_PORT", "99999")
    wrong = leaderboard("settings")
    assert (wrong.exit_code, "SAIMA_PORT" in wrong.output) == (1, True)


def test_an_address_lock_is_listed_and_lifted(done: Done, leaderboard: Command, database: Database) -> None:
    until = now() + 900_000
    with database.session() as session:
        session.add_all(
            SignInFailure(source=source, failures=20, last_at=now(), locked_until=until)
            for source in ("address 10.0.0.7", "name zhou")
        )
        session.commit()
    enrol(database, "zhou")
    assert [line.split("\t")[:2] for line in done("sign-in-locks").splitlines()] == [
        ["地址", "10.0.0.7"],
        ["账号", "zhou"],
    ]
    assert done("sign-in-locks", "--lift", "10.0.0.7") == "地址 10.0.0.7 已解除锁定\n"
    assert "没有锁定" in leaderboard("sign-in-locks", "--lift", "10.0.0.7").output
    assert "地址" not in done("sign-in-locks")


def test_what_did_not_get_out_is_told_retried_and_ended(
    done: Done, leaderboard: Command, database: Database, trail: Trail
) -> None:
    assert done("outbox") == ""
    with database.session() as session:
        stuck_message(session)
        session.commit()
    told = leaderboard("doctor")
    assert told.exit_code == 1
    assert "对外通道 files: 1 条变动没有送达" in told.stdout
    assert TROUBLE in told.stdout
    assert done("outbox") == f"files\t0\t1\t0\t{TROUBLE}\n"
    assert "没有通道 letters; 现有: files" in leaderboard("outbox-retry", "letters").output
    assert "1 条" in done("outbox-retry", "files")
    assert leaderboard("doctor").exit_code == 1
    assert "1 条" in done("outbox-end", "files")
    assert trail() == [("outbox.end", "files")]
    done("doctor")
