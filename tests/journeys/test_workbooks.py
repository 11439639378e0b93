"""A workbook at the console in a real browser: a large one with a mistake, handed back, mended, taken in, reversed."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import select

from config import Settings
from leaderboard.db import Database
from leaderboard.jobs.models import Job
from leaderboard.working import Worker
from tests.browser import OpenPage, barriers, sideways
from tests.exchange.books import EVENTS, full_book
from tests.journeys.test_console import sign_in
from tests.people import enrol
from tests.web.races import committed_race


def choose(page: Page, path: Path) -> None:
    page.goto("/console/import")
    page.get_by_label("xlsx 文件").set_input_files(path)
    page.locator('form[action="/console/import"]').get_by_role("button", name="检查").click()


def test_a_workbook_is_handed_back_mended_taken_in_and_reversed(
    database: Database, settings: Settings, open_page: OpenPage, tmp_path: Path
) -> None:
    enrol(database)
    page = open_page(1366, 768)
    sign_in(page, "chen")
    wrong = tmp_path / "台账.xlsx"
    wrong.write_bytes(
        full_book(节点=[["P-001", "签约", "2026-02-30", 20000, 12345.6789, None, "已认定"], *EVENTS[1:]])
    )
    choose(page, wrong)
    expect(page.get_by_role("alert")).to_contain_text("台账.xlsx 有 1 处要改，什么都没有保存。")
    assert (barriers(page), sideways(page)) == ([], 0)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标出错误的文件").click()
    book = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert book["节点"]["C2"].fill.start_color.rgb == "FFFFC7CE"
    book["节点"]["C2"] = "2026-03-05"
    mended = tmp_path / "改好.xlsx"
    book.save(mended)
    choose(page, mended)
    expect(page.get_by_role("heading", name="改好.xlsx 没有错误，14 行有变化。还没有保存。")).to_be_visible()
    assert (barriers(page), sideways(page)) == ([], 0)
    expect(
        page.get_by_text("方案将存为第 1 版并提交审批，由另一位管理员批准后自赛季第一天起生效")
    ).to_be_visible()
    page.get_by_role("radio", name="追加").check()
    page.get_by_label("理由（随方案存档，必填）").fill("年初领导小组会议")
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("以“追加”方式导入 改好.xlsx")).to_be_visible()
    page.get_by_label("理由").fill("试导入")
    page.get_by_role("button", name="撤销导入").click()
    expect(page.get_by_text("冲销 9 条记录，恢复 0 条")).to_be_visible()
    assert barriers(page) == []
    watch_large_work(page, database, settings, tmp_path)


def watch_large_work(page: Page, database: Database, settings: Settings, folder: Path) -> None:
    """A file too large to wait for is worked on elsewhere; its page shows the result by itself: 9000 rows and a scheme."""
    large = folder / "十万行.xlsx"
    projects = [[f"N-{n:05}", f"第{n}号项目", None, None, None, None, "柳溪镇"] for n in range(9000)]
    large.write_bytes(full_book(项目=projects, 节点=[], 到位资金=[], 加减分=[]))
    choose(page, large)
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert barriers(page) == []
    with database.reading() as session:
        newest = session.scalars(select(Job.id).order_by(Job.id.desc())).first()
    Worker(database, settings).work_on(newest or 0)
    expect(
        page.get_by_role("heading", name="十万行.xlsx 没有错误，9001 行有变化。还没有保存。")
    ).to_be_visible()


def test_on_a_phone_what_is_told_of_cells_is_read_without_moving_sideways(
    database: Database, open_page: OpenPage
) -> None:
    """Signs that nobody sees came along with a paste: where they stood and that they are gone stands in the window."""
    enrol(database)
    committed_race(database)
    page = open_page(390, 844)
    sign_in(page, "chen")
    page.goto("/console/import")
    page.get_by_label("工作表").select_option("项目")
    page.locator("#cells").fill("X-1\t柳溪\u202e光伏\ufeff\t\t\t\t是\t柳溪镇")
    page.get_by_role("region", name="粘贴单元格").get_by_role("button", name="检查").click()
    told = page.get_by_role("row").filter(has_text="不可见字符")
    expect(told).to_contain_text("项目名称")
    cell = told.get_by_text("不可见字符 U+202E U+FEFF 已删去 (第 1 行)")
    box = cell.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    assert (barriers(page), sideways(page)) == ([], 0)
    beside = "() => Array.from(document.querySelectorAll('.scroll')).filter((e) => e.scrollWidth > e.clientWidth).length"
    assert (page.locator(".counts").count(), page.evaluate(beside)) == (1, 0)
