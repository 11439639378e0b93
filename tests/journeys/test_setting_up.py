"""A new office in a real browser: from an empty database to its first edition in one sitting."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from leaderboard.cli import commands
from leaderboard.db import Database
from tests.browser import OpenPage, barriers, sideways
from tests.people import PASSWORD
from tests.web.races import TODAY

SLUG = "first"
SIGNED = str(TODAY - timedelta(days=40))
PASTE = """(field, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
"""What a browser does when cells copied from a sheet are pasted into a field."""
TOWNS = "张家镇\n安平镇\n重庆路街道"


@pytest.fixture
def first_passwords(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Two race administrators made at the command line on an empty database: name -> one-time password."""
    monkeypatch.setenv("SAIMA_DATABASE_URL", database.url)
    monkeypatch.setenv("SAIMA_DATA_DIR", str(tmp_path))
    found = {}
    for name in ("chen", "zhao"):
        result = CliRunner().invoke(commands, ["account-add", name, "administrator"])
        assert result.exit_code == 0, result.output
        found[name] = result.stdout.split()[-1]
    return found


def come_in(page: Page, name: str, once: str) -> None:
    """Sign in with the one-time password and choose one's own."""
    page.goto("/sign-in")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(once)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("一次性密码").fill(once)
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输入一次新密码").fill(PASSWORD)
    page.get_by_role("button", name="保存新密码").click()
    expect(page.get_by_role("heading", level=1, name="总览")).to_be_visible()


def is_easy(page: Page) -> None:
    """Nothing stands in anyone's way and nothing scrolls sideways."""
    assert (barriers(page), sideways(page)) == ([], 0), page.url


def open_season(page: Page) -> None:
    page.get_by_role("link", name="新赛季").click()
    page.get_by_label("名称", exact=True).fill("云溪县招商赛马")
    page.get_by_label("地址").fill(SLUG)
    page.get_by_label("开始日").fill(str(TODAY - timedelta(days=200)))
    page.get_by_label("结束日").fill(str(TODAY + timedelta(days=100)))
    page.get_by_role("button", name="开设赛季").click()
    expect(page.get_by_text("下一步：组别与单位")).to_be_visible()


def enter_units(page: Page) -> None:
    """A pasted list, its keys looked at, and the order put right by hand."""
    page.get_by_role("link", name="添加单位").click()
    page.get_by_label("单位名称，一行一个").fill(TOWNS)
    page.get_by_label("组别名称").fill("乡镇组")
    page.get_by_role("button", name="看编码与顺序").click()
    page.get_by_label("安平镇 的编码").fill("anping")
    is_easy(page)
    page.get_by_role("button", name="确认添加").click()
    page.get_by_role("button", name="上移 安平镇").click()
    expect(page.get_by_role("rowheader").first).to_contain_text("安平镇")


def spread_tasks(page: Page) -> None:
    """11 over three alike: 3 each and two left over, for the first two."""
    page.get_by_role("link", name="筹备").click()
    page.get_by_role("link", name="填目标任务").click()
    page.get_by_role("link", name="分解总量").click()
    page.get_by_label("总量").fill("11")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_text("余 2，给余数最大的 2 家各加一份")).to_be_visible()
    is_easy(page)
    page.get_by_role("button", name="保存为任务").click()
    expect(page.locator("output")).to_have_text("11")
    page.get_by_label("安平镇 签约率 个数").evaluate(PASTE, "4\n4\n5\n")
    expect(page.locator("output")).to_have_text("13")
    page.get_by_label("重庆路街道 签约率 个数").fill("4")
    expect(page.locator("output")).to_have_text("12")
    page.get_by_role("button", name="保存任务").click()
    expect(page.get_by_text("目标任务已保存，改动 1 处")).to_be_visible()


def submit_scheme(page: Page) -> None:
    page.get_by_role("link", name="筹备").click()
    page.get_by_role("link", name="起草方案").click()
    page.get_by_label("生效日（首个方案，可自赛季开始日起）").fill(str(TODAY - timedelta(days=200)))
    page.get_by_label("调整理由（必填，记入审计）").fill("首个方案")
    page.get_by_role("button", name="提交审批", exact=True).click()
    expect(page.get_by_text("第 1 版方案已提交")).to_be_visible()


def approve_scheme(page: Page) -> None:
    """The second administrator sees the same steps, and approves."""
    page.get_by_role("link", name="去审批").click()
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_text("第 1 版方案已批准")).to_be_visible()


def enter_project(page: Page) -> None:
    page.goto(f"/console/seasons/{SLUG}/setup")
    page.get_by_role("link", name="登记项目").click()
    page.get_by_label("项目编号").fill("P-1")
    page.get_by_label("项目名称").fill("智能装备产业园")
    page.get_by_label("牵头单位").select_option(label="安平镇")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_label("节点").first.select_option("签约")
    page.get_by_label("日期").first.fill(SIGNED)
    page.get_by_label("总投资（万元，签约时填）").fill("12000")
    page.get_by_label("其中外来资金（万元）").fill("8000")
    page.get_by_label("依据（文件、照片编号等）").first.fill("合同 1 号")
    page.get_by_label("同时认定").first.check()
    page.get_by_role("button", name="记录节点").click()
    expect(page.locator("p.notice")).to_be_visible()


def publish(page: Page) -> None:
    page.goto(f"/console/seasons/{SLUG}/setup")
    page.get_by_role("link", name="看预览并发布").click()
    page.get_by_role("button", name="发布第 1 期").click()
    expect(page.get_by_role("heading", level=1, name="已发布第 1 期")).to_be_visible()
    page.goto(f"/console/seasons/{SLUG}/setup")
    page.get_by_role("link", name="去公开").click()
    page.get_by_label("理由（记入审计）").last.fill("首期发布")
    page.get_by_role("button", name="向公众公开").click()
    expect(page.get_by_text("榜单已向公众公开")).to_be_visible()


def test_a_new_office_reaches_its_first_edition_in_one_sitting(
    first_passwords: dict[str, str], open_page: OpenPage
) -> None:
    """安平 has one project signed of 4: 25 × 1/4 points; the others have none, and the order is the office's own."""
    page, second = open_page(1366, 768), open_page(390, 844)
    come_in(page, "chen", first_passwords["chen"])
    open_season(page)
    enter_units(page)
    spread_tasks(page)
    submit_scheme(page)
    come_in(second, "zhao", first_passwords["zhao"])
    is_easy(second)
    approve_scheme(second)
    enter_project(page)
    publish(page)
    board = json.loads(page.request.get(f"/boards/{SLUG}/1.json").body())
    standings = [(row["unit_name"], row["place"], row["score"]) for row in board["standings"]]
    assert standings[0] == ("安平镇", 1, "25/4")
    assert [row[0] for row in standings[1:]] == ["张家镇", "重庆路街道"]
    page.goto("/console/")
    expect(page.get_by_text(re.compile("第 1 期")).first).to_be_visible()
