"""Workbooks at the console: looked at, taken in in a manner, handed back with errors, listed, reversed, written out."""

from __future__ import annotations

import io
import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from leaderboard.accounts.models import VIEWER
from leaderboard.db import Database
from leaderboard.exchange.models import ImportBatch
from leaderboard.instant import now
from leaderboard.jobs import queue
from leaderboard.jobs.models import DONE, DROPPED, Job, JobFile
from leaderboard.ledger.models import Project
from leaderboard.seasons.approval import approve_scheme, awaiting_approval
from leaderboard.web.console import exchange, work
from leaderboard.web.requests import writing
from leaderboard.working import Worker
from tests.exchange.books import EVENTS, SCHEME, full_book
from tests.people import enrol, signed_in, submit, token_in
from tests.visiting import Visit
from tests.web.races import committed_race

IMPORT = "/console/import"


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with the running race."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


def upload(client: FlaskClient, data: bytes, name: str = "台账.xlsx") -> str:
    """The address of the page to which an upload leads."""
    token = token_in(client.get(IMPORT).get_data(as_text=True))
    answer = client.post(IMPORT, data={"csrf_token": token, "workbook": (BytesIO(data), name)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def confirm(client: FlaskClient, page: str, **fields: str) -> TestResponse:
    return submit(client, f"{page}/confirm", page, **({"manner": "overwrite", "reason": "年初"} | fields))


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_an_exported_workbook_comes_back_unchanged(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    exported = client.get("/console/seasons/now/export")
    assert exported.headers["Content-Disposition"].startswith(
        "attachment; filename=saima.xlsx; filename*=UTF-8''"
    )
    page = upload(client, exported.data)
    assert "台账.xlsx 与系统中的内容一致，没有要导入的变化。" in visit(page, client=client).text()
    before = count(database, Project)
    done = confirm(client, page)
    assert (done.status_code, count(database, Project), count(database, ImportBatch)) == (303, before, 1)
    assert client.get(done.location).location == f"{IMPORT}/batches/1"


def test_a_season_is_looked_at_taken_in_and_reversed(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """Before it is confirmed nothing is there; after it is reversed nothing of it is alive, and all of it on record."""
    page = upload(client, full_book())
    told = visit(page, client=client).text()
    assert "台账.xlsx 没有错误，14 行有变化。还没有保存。" in told
    assert count(database, ImportBatch) == 0
    confirm(client, page)
    batch = f"{IMPORT}/batches/1"
    looked = visit(page, client=client)
    assert "台账.xlsx 已经导入。 导入 1" in looked.text()
    assert not [form for form in looked.all("form") if re.search("confirm|drop", form.get("action") or "")]
    for press in ("confirm", "drop"):
        again = submit(client, f"{page}/{press}", IMPORT, manner="overwrite")
        assert (again.status_code, again.location) == (303, batch)
        assert "这次检查的内容已经导入过，没有再导入一次。" in visit(batch, client=client).text()
    assert "将冲销 9 条记录，恢复 0 条原有记录。" in visit(batch, client=client).text()
    assert "台账.xlsx" in visit(IMPORT, client=client).text()
    assert submit(client, f"{batch}/undo", batch, reason=" ").status_code == 422
    submit(client, f"{batch}/undo", batch, reason="填错了赛季")
    assert "理由：填错了赛季" in visit(batch, client=client).text()
    assert "冲销 9 条记录" in visit(batch, client=client).text()
    with database.reading() as session:
        assert session.get_one(ImportBatch, 1).reversed_by == "chen"


def test_rows_that_change_what_is_known_are_shown_before(client: FlaskClient, visit: Visit) -> None:
    confirm(client, upload(client, full_book()))
    events = [[*EVENTS[0][:3], 30000, *EVENTS[0][4:]], EVENTS[1]]
    told = visit(upload(client, full_book(节点=events)), client=client).text()
    assert "节点2P-00120000 万元30000 万元" in told


def test_a_large_import_says_how_much_undoing_it_comes_to_at_most(
    client: FlaskClient, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first recorded nine facts; the second corrected one event: it reversed that and recorded another."""
    confirm(client, upload(client, full_book()))
    events = [[*EVENTS[0][:3], 30000, *EVENTS[0][4:]], EVENTS[1]]
    confirm(client, upload(client, full_book(节点=events)))
    monkeypatch.setattr(exchange, "FEW_ROWS", 0)
    for number, told in ((1, "最多冲销 9 条记录，恢复 0 条原有记录。"), (2, "最多冲销 1 条记录，恢复 1 条")):
        assert told in visit(f"{IMPORT}/batches/{number}", client=client).text()


def test_clearing_asks_why(client: FlaskClient, database: Database) -> None:
    page = upload(client, full_book())
    refused = confirm(client, page, manner="clear", reason="")
    assert (refused.status_code, "清空导入须写明理由" in refused.get_data(as_text=True)) == (422, True)
    assert confirm(client, page, manner="all").status_code == 422
    assert confirm(client, page, manner="clear", reason="以此表为准").status_code == 303
    with database.reading() as session:
        batch = session.get_one(ImportBatch, 1)
        assert (batch.manner, batch.reason, batch.taken_by) == ("clear", "以此表为准", "chen")


def test_a_workbook_with_a_scheme_says_so_and_asks_why(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """Whether the season is opened by it or exists: its scheme waits for a second person."""
    page = upload(client, full_book())
    assert (
        "方案将存为第 1 版并提交审批，由另一位管理员批准后自赛季第一天起生效"
        in visit(page, client=client).text()
    )
    refused = confirm(client, page, reason="")
    told = "文件带有考核方案，导入须写明理由" in refused.get_data(as_text=True)
    assert (refused.status_code, told, count(database, ImportBatch)) == (422, True, 0)
    confirm(client, page, reason="年初领导小组会议")
    with database.session() as session:
        ((_season, version, submission),) = awaiting_approval(session)
        assert (version.state, submission.reason) == ("submitted", "年初领导小组会议")
        approve_scheme(session, "second", version, today=submission.effective_on)
        session.commit()
    page = upload(client, full_book(scheme=SCHEME | {"name": "下半年方案"}))
    assert "将存为新的一版并提交审批，由另一位管理员批准后才生效" in visit(page, client=client).text()


def test_errors_come_back_in_the_users_own_file(client: FlaskClient, visit: Visit) -> None:
    """The wrong cell is red, the reason stands at the right of its row; what was not wrong is as it was."""
    wrong = [["P-001", "签约", "2026-02-30", 20000, 12345.6789, None, "已认定"], ["P-009", *EVENTS[1][1:]]]
    page = upload(client, full_book(节点=wrong))
    told = visit(page, client=client).text()
    assert "台账.xlsx 有 2 处要改，什么都没有保存。" in told
    marked = load_workbook(io.BytesIO(client.get(f"{page}/file").data))
    sheet = marked["节点"]
    assert [sheet.cell(row, 8).value for row in (1, 2, 3)] == [
        "导入检查",
        '日期: "2026-02-30" 不是存在的日期, 请改为 2026-02-28 之类的日期',
        '项目编号: 没有编号为 "P-009" 的项目, 请先在 项目 工作表中列出',
    ]
    red = {cell.coordinate for row in sheet for cell in row if cell.fill.start_color.rgb == "FFFFC7CE"}
    assert red == {"C2", "A3"}
    assert marked.sheetnames[0] == "导入检查"
    sheet["C2"], sheet["A3"] = "2026-03-05", "P-001"
    mended = io.BytesIO()
    marked.save(mended)
    assert "没有错误" in visit(upload(client, mended.getvalue()), client=client).text()


def test_a_wrong_version_leads_to_the_new_template(client: FlaskClient, visit: Visit) -> None:
    cover = [["格式版本", "saima-workbook/0"], ["赛季代号", "now"]]
    page = visit(upload(client, full_book(cover=cover)), client=client)
    assert [link.get("href") for link in page.all("a") if page.text(link) == "下载新的模板"] == [
        f"{IMPORT}/template.xlsx"
    ]


def test_cells_are_pasted_and_taken_in(client: FlaskClient, visit: Visit) -> None:
    confirm(client, upload(client, full_book()))
    fields = {"season": "race-2026", "sheet": "节点"}
    answer = submit(
        client, f"{IMPORT}/paste", IMPORT, cells="P-002\t开工\t2026-09-01\nP-001\t开工\t2026/6/1", **fields
    )
    assert "粘贴到“节点”的内容 没有错误，1 行有变化" in visit(answer.location, client=client).text()
    assert client.get(confirm(client, answer.location).location).location == f"{IMPORT}/batches/2"
    wrong = submit(client, f"{IMPORT}/paste", IMPORT, cells="P-002\t开工\t2026-13-01", **fields)
    marked = load_workbook(io.BytesIO(client.get(f"{wrong.location}/file").data))
    assert marked["节点"]["C1"].fill.start_color.rgb == "FFFFC7CE"
    for cells, sheet in ((" ", "节点"), ("x", "考核方案"), ("x" * 400_001, "节点")):
        assert (
            submit(client, f"{IMPORT}/paste", IMPORT, cells=cells, season="now", sheet=sheet).status_code
            == 422
        )


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("data", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused(client: FlaskClient, database: Database, data: bytes) -> None:
    page = upload(client, data)
    assert "什么都没有保存" in text_of(client, page)
    assert confirm_status(client, page) == 409
    assert count(database, ImportBatch) == 0


def confirm_status(client: FlaskClient, page: str) -> int:
    return submit(client, f"{page}/confirm", IMPORT, manner="overwrite").status_code


@pytest.mark.engines("sqlite")
def test_nothing_chosen_is_told_from_an_empty_file(client: FlaskClient) -> None:
    """A browser sends a file without a name where nobody chose one."""
    token = token_in(client.get(IMPORT).get_data(as_text=True))
    answer = client.post(IMPORT, data={"csrf_token": token, "workbook": (BytesIO(b""), "")})
    assert (answer.status_code, "请选择一个 xlsx 文件" in answer.get_data(as_text=True)) == (422, True)
    assert "文件是空的 (0 字节)" in text_of(client, upload(client, b""))


def test_large_work_waits_for_a_process_of_its_own_and_its_page_tells_how_far_it_is(
    client: FlaskClient, database: Database, settings: Settings, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "SMALL_BYTES", 0)
    page = upload(client, full_book())
    assert "正在排队" in visit(page, client=client).text()
    assert "台账.xlsx" in visit(IMPORT, client=client).text()
    with database.session() as session:
        epoch = queue.claim(session, 1, "another:1", now(), 60_000)
        assert epoch is not None
        queue.tell(session, 1, epoch, "checking", 400, 1000)
        session.commit()
    state = client.get(f"{page}/state").json
    assert state == {"over": False, "said": "正在逐行核对", "done": 400, "total": 1000}
    assert "400 / 1000" in visit(page, client=client).text()
    assert submit(client, f"{page}/drop", IMPORT).status_code == 409
    with database.session() as session:
        queue.release(session, 1, epoch)
        session.commit()
    Worker(database, settings).do_here(1)
    assert client.get(f"{page}/state").json["over"] is True
    assert "没有错误" in visit(page, client=client).text()


def test_a_look_can_be_given_up(client: FlaskClient, database: Database) -> None:
    page = upload(client, full_book())
    assert submit(client, f"{page}/drop", page).location == IMPORT
    with database.reading() as session:
        assert session.get_one(Job, 1).state == DROPPED
    assert (count(database, JobFile), confirm_status(client, page)) == (0, 409)
    assert "已放弃" in text_of(client, page)


@pytest.mark.engines("sqlite", "postgresql")
def test_what_was_taken_in_while_one_waited_to_give_it_up_is_told_of(
    client: FlaskClient, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "FEW_ROWS", 0)
    page = upload(client, full_book())
    waiting = confirm(client, page).location

    def after_the_import() -> Session:
        Worker(database, settings).do_here(2)
        return writing()

    with monkeypatch.context() as slow:
        slow.setattr(work, "writing", after_the_import)
        assert submit(client, f"{page}/drop", IMPORT).location == f"{IMPORT}/batches/1"
    assert submit(client, f"{waiting}/drop", IMPORT).location == waiting
    assert client.get(waiting).location == f"{IMPORT}/batches/1"
    assert "什么都没有保存" not in text_of(client, f"{IMPORT}/batches/1")
    with database.reading() as session:
        assert session.scalars(select(Job.state).order_by(Job.id)).all() == [DONE, DONE]
    assert count(database, ImportBatch) == 1


def test_a_season_is_written_in_the_background(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    answer = submit(client, "/console/seasons/now/export", IMPORT)
    Worker(database, settings).do_here(1)
    assert "下载工作簿" in text_of(client, answer.location)
    assert client.get(f"{answer.location}/file").data[:2] == b"PK"


@pytest.mark.engines("sqlite")
def test_an_import_confirmed_again_while_it_waits_is_stored_once(
    client: FlaskClient, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "FEW_ROWS", 0)
    page = upload(client, full_book())
    waiting = [confirm(client, page).location for _press in range(2)]
    for number in (2, 3):
        Worker(database, settings).do_here(number)
    assert [client.get(each).location for each in waiting] == [f"{IMPORT}/batches/1"] * 2
    assert count(database, ImportBatch) == 1


@pytest.mark.engines("sqlite")
def test_a_look_whose_file_is_gone_asks_for_the_file(client: FlaskClient, database: Database) -> None:
    page = upload(client, full_book())
    with database.session() as session:
        queue.drop_files(session, [1])
        session.commit()
    gone = confirm(client, page)
    assert (gone.status_code, "文件只保留一天" in gone.get_data(as_text=True)) == (409, True)


@pytest.mark.engines("sqlite")
def test_templates_are_workbooks(client: FlaskClient) -> None:
    assert client.get(f"{IMPORT}/template.xlsx").data[:2] == b"PK"
    assert client.get("/console/seasons/now/template.xlsx").data[:2] == b"PK"


@pytest.mark.engines("sqlite")
def test_a_reader_of_the_console_may_neither_import_nor_reverse(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    page = upload(client, full_book())
    confirm(client, page)
    enrol(database, "yan", VIEWER)
    viewer = signed_in(app, "yan")
    told = visit(f"{IMPORT}/batches/1", client=viewer)
    assert not [form for form in told.all("form") if re.search("undo|confirm", form.get("action") or "")]
    token = (
        token_in(viewer.get("/password").get_data(as_text=True))
        if viewer.get("/password").status_code == 200
        else ""
    )
    for path in (IMPORT, f"{IMPORT}/paste", f"{page}/confirm", f"{page}/drop", f"{IMPORT}/batches/1/undo"):
        assert viewer.post(path, data={"csrf_token": token}).status_code in {400, 404}
    assert viewer.get(f"{page}/file").status_code == 404
    for path in (f"{IMPORT}/batches/9", "/console/work/99", "/console/work/99/state"):
        assert viewer.get(path).status_code == 404
