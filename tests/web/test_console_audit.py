"""The audit trail at the console: each line one sentence by names, looked through, written out, checked elsewhere."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import travel

from leaderboard.accounts import trail
from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import ADMINISTRATOR, AUDITOR, Account, AuditLine
from leaderboard.db import Database
from leaderboard.web.console.trail_words import Wording, told
from tests.factories import start_race
from tests.people import visitor
from tests.visiting import Visit, Visited

LINES = [
    (
        "fact.decide_many",
        "2 facts",
        {"facts": [["credit", "1", "reversed"]], "why": ["更正: 导入文件 台账.xlsx", "重复"]},
        "陈主任 一并处理多条 2 条记录；结果 冲销；理由：更正: 导入文件 台账.xlsx、重复",
    ),
    (
        "scheme.revise",
        "race v2",
        {
            "was": {"signing": "30", "towns/arrival": "25", "gone": "5"},
            "now": {"signing": "25", "towns/arrival": "30", "gone": None},
            "places": 3,
            "revision": 4,
        },
        (
            "陈主任 修改方案草稿 测试赛季 第 2 版；签约率 由 30 改为 25；towns组 · 资金到位率 由 25 改为 30；"
            "gone 由 5 改为空白；其余 3 处规则有改动；修订 4"
        ),
    ),
    (
        "scheme.approve",
        "race v2",
        {
            "was": {"*/signing": "30", "towns/signing": "25"},
            "now": {"*/signing": "36", "towns/signing": "20"},
            "rules": [
                {"ties": "competition", "indicators": [{"key": "signing", "name": "签约率", "cap": "1.2"}]},
                {"ties": "dense", "indicators": [{"key": "signing", "name": "签约率", "floor": "0.6"}]},
            ],
        },
        (
            "陈主任 批准方案 测试赛季 第 2 版；其余组别 · 签约率 由 30 改为 36；towns组 · 签约率 由 25 改为 20；"
            "并列名次 由 1,2,2,4 改为 1,2,2,3；各项指标 · 签约率 · 封顶 由 1.2 改为空白；"
            "各项指标 · 签约率 · 保底 定为 0.6"
        ),
    ),
    ("scheme.revise", "race v2", {"places": 3}, "陈主任 修改方案草稿 测试赛季 第 2 版；3 处规则有改动"),
    (
        "unit.enter",
        "race/liuxi",
        {"was": {"division": "towns"}, "now": {"division": "parks"}, "why": "改组"},
        "陈主任 单位参赛 测试赛季 · 柳溪镇；组别 由 towns组 改为 parks；理由：改组",
    ),
    (
        "workbook.import",
        "台账.xlsx",
        {"manner": "append", "sha256": "0123456789abcdef"},
        "陈主任 导入工作簿 台账.xlsx；方式 追加；哈希 0123456789ab…",
    ),
    (
        "evidence.add",
        "stage_event 12",
        {"title": "合同.pdf", "project": "P-1 光伏"},
        "陈主任 附上文件 节点；名称 合同.pdf；项目 P-1 光伏",
    ),
    (
        "season.window",
        "race",
        {"was": {"days": 0, "contact": None}, "now": {"days": 5, "contact": "0571"}},
        "陈主任 设定公示期 测试赛季；公示工作日 由 0 改为 5；联系方式 定为 0571",
    ),
    (
        "timetable.add",
        "timetable 3",
        {"name": "月报", "rule": {"kind": "weekly", "days": ["mon", "thu"], "time": "09:00"}},
        "陈主任 添加时间表 时间表 3；名称 月报；周期 每周一、周四 09:00",
    ),
    (
        "stage_event.add",
        "P-1",
        {"stage": "signed", "on": "2026-05-01"},
        "陈主任 记录节点 P-1；节点 签约；日期 2026-05-01",
    ),
    ("adjustment.add", "UNIT", {"item": "prize", "times": 2}, "陈主任 记录加减分 柳溪镇；事项 prize；次数 2"),
    (
        "fact.decide_many",
        "3 facts",
        {"facts": [["credit", "1", "verified"]]},
        "陈主任 一并处理多条 3 条记录；结果 认定",
    ),
    (
        "fact.decide_many",
        "3 facts",
        {
            "facts": [["credit", "1", "verified"]],
            "codes": ["P-1", "P-2"],
            "units": ["liuxi"],
            "moved": [["awaiting", "verified", 2], ["verified", "reversed", 1]],
        },
        (
            "陈主任 一并处理多条 3 条记录；编号 P-1、P-2；单位 柳溪镇；"
            "变动 2 条由待认定改为已认定、1 条由已认定改为已冲销"
        ),
    ),
    (
        "fact.decide_many",
        "1 facts",
        {
            "facts": [["stage_event", "1", "reversed"]],
            "codes": ["P-054"],
            "moved": [["awaiting", "reversed", 1]],
            "said": [
                {
                    "table": "stage_event",
                    "of": "P-054",
                    "on": "2026-05-01",
                    "stage": "signed",
                    "total_yuan": 200_540_000,
                    "inward_yuan": 100_540_000,
                }
            ],
        },
        (
            "陈主任 一并处理多条 1 条记录；编号 P-054；变动 1 条由待认定改为已冲销；"
            "签约 2026-05-01 总投资 20054 万元 其中外来资金 10054 万元"
        ),
    ),
    (
        "fact.add_many",
        "120 facts",
        {
            "verified": 120,
            "said": [
                {
                    "table": "capital_arrival",
                    "of": "P-1",
                    "on": "2026-05-01",
                    "yuan": 5_000,
                    "kind": "domestic",
                },
                {
                    "table": "credit",
                    "of": "P-2",
                    "on": "2026-05-01",
                    "unit_id": 0,
                    "share_num": 1,
                    "share_den": 2,
                },
                {
                    "table": "unit_return",
                    "of": "liuxi",
                    "on": "2026-05-31",
                    "measure": "visits",
                    "quantity": 7,
                },
                {"table": "adjustment", "of": "liuxi", "on": "2026-05-31", "item": "prize", "times": 2},
                120,
            ],
        },
        (
            "陈主任 记录多条 120 条记录；已认定 120；P-1 到位 5000 元 2026-05-01；P-2 分成 0 1/2；"
            "柳溪镇 报表 visits 2026-05-31 7；柳溪镇 加减分 prize × 2；等 120 条"
        ),
    ),
    (
        "unit.order",
        "units",
        {"was": {"liuxi": 3, "name": 2}, "now": {"liuxi": 2, "name": 3}},
        "陈主任 排列单位；柳溪镇 由 3 改为 2；name 由 2 改为 3",
    ),
    (
        "countersign.ask",
        "race/alone",
        {"why": "人手少"},
        "陈主任 提请会签 测试赛季 · 改为一人即可发布；理由：人手少",
    ),
    ("fact.verified", "capital_arrival 12345", {"why": None}, "陈主任 认定 到位资金"),
    ("fact.returned", "credit 1", {"why": "缺协议"}, "陈主任 退回 分成；理由：缺协议"),
    (
        "target.set",
        "race/liuxi/signing",
        {"by": "count", "now": 4, "was": None},
        "陈主任 设定任务 测试赛季 · 柳溪镇 · 签约率；定为 4；计量 按个数",
    ),
    (
        "target.set",
        "race/liuxi/signing",
        {"by": "count", "now": 6, "was": 4},
        "陈主任 设定任务 测试赛季 · 柳溪镇 · 签约率；由 4 改为 6；计量 按个数",
    ),
    (
        "project.amend",
        "P-1",
        {"was": {"name": "旧名", "investor": "甲"}, "now": {"name": "新名", "investor": None}, "why": "更名"},
        "陈主任 修改项目资料 P-1；名称 由 旧名 改为 新名；投资方 由 甲 改为空白；理由：更名",
    ),
    (
        "timetable.change",
        "race/1",
        {"name": ["月榜", "周榜"], "catch_up": ["latest", "all"]},
        "陈主任 修改时间表 测试赛季 · 1；名称 由 月榜 改为 周榜；停机错过后 由 只补最近一期 改为 逐期补发",
    ),
    (
        "edition.publish",
        "race 第 3 期",
        {"hash": "0123456789abcdef"},
        "陈主任 发布一期 测试赛季 第 3 期；哈希 0123456789ab…",
    ),
    (
        "account.add",
        "liuxi",
        {"role": "reporter", "unit_id": "UNIT"},
        "陈主任 添加账号 liuxi；角色 单位填报员；单位 柳溪镇",
    ),
    ("scheme.draft", "race v2", {}, "陈主任 起草方案 测试赛季 第 2 版"),
    (
        "scheme.approve",
        "scheme 1 v2",
        {"effective_on": "2026-05-01"},
        "陈主任 批准方案 第 2 版；生效日 2026-05-01",
    ),
    ("credit.add", "P-1", {"shares": [["UNIT", "1/2"]]}, "陈主任 记录分成 P-1；分成 柳溪镇 1/2"),
    (
        "unit.enter",
        "race/liuxi",
        {"competing": True, "division": "towns"},
        "陈主任 单位参赛 测试赛季 · 柳溪镇；参加排名 是；组别 towns组",
    ),
    (
        "project.add_many",
        "8 projects",
        {"codes": [f"P-{number}" for number in range(8)]},
        "陈主任 登记多个项目 8 个项目；编号 P-0、P-1、P-2、P-3、P-4、P-5等 8 项",
    ),
]


@pytest.mark.parametrize(("action", "subject", "detail", "said"), LINES, ids=[line[3] for line in LINES])
def test_a_line_is_one_sentence_by_names(
    session: Session, action: str, subject: str, detail: dict[str, object], said: str
) -> None:
    race = start_race(session)
    race.scheme()
    session.add(
        Account(name="chen", display_name="陈主任", role=ADMINISTRATOR, password_hash="-", created_at=0)
    )
    unit = str(race.unit("liuxi", name="柳溪镇").id)
    text = json.dumps(detail).replace("UNIT", unit)
    line = AuditLine(actor="chen", action=action, subject=subject.replace("UNIT", unit), detail=text)
    assert told(line, Wording.of_office(session)).sentence == said


@pytest.fixture
def auditor(app: Flask, database: Database) -> FlaskClient:
    """A trail of five acts on three days, and whoever may read it."""
    acts = [
        ("2026-03-01T09:00:00+08:00", "chen", "season.open", "race", {"title": "测试赛季"}),
        ("2026-03-02T09:00:00+08:00", "li", "target.set", "race/liuxi/signing", {"was": 4, "now": 6}),
        ("2026-03-02T23:59:59+08:00", "chen", "scheme.draft", "race v1", {}),
        ("2026-03-03T00:00:00+08:00", "chen", "scheme.approve", "race v1", {"why": "=1+1 年初会议定"}),
        ("2026-03-03T10:00:00+08:00", "li", "fact.returned", "credit 7", {"why": "缺协议"}),
    ]
    with database.session() as session:
        start_race(session).unit("liuxi", name="柳溪镇")
        already = len(session.scalars(select(AuditLine)).all())
        for when, actor, action, subject, detail in acts:
            with travel(when, tick=False):
                record_act(session, actor, action, subject, **detail)
        session.commit()
    assert already < 100
    return visitor(app, database, AUDITOR)


# Each engine searches in its own way.
@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize(
    ("asked", "acts"),
    [
        ("kind=scheme&since=2026-03-01", ["起草方案", "批准方案"]),
        ("since=2026-03-02&until=2026-03-02", ["设定任务", "起草方案"]),
        ("actor=li", ["设定任务", "退回"]),
        ("text=柳溪镇&kind=plan&actor=li", ["设定任务"]),
        ("text=缺协议", ["退回"]),
        ("text=%25", []),
        ("kind=scheme&until=2026-02-28", []),
        ("actor=li&since=2026-13-01", ["设定任务", "退回"]),
    ],
)
def test_the_trail_is_looked_through(auditor: FlaskClient, visit: Visit, asked: str, acts: list[str]) -> None:
    page = visit(f"/console/audit?{asked}", client=auditor)
    told_acts = [page.text(row[2]).split()[2 if "同志" in page.text(row[2]) else 1] for row in rows_of(page)]
    assert told_acts == acts[::-1]


def rows_of(page: Visited) -> list[Element]:
    return [row for row in page.all("tr") if row[0].tag == "td"]


def test_what_was_looked_for_is_written_out(auditor: FlaskClient) -> None:
    """In the order of the chain, with no live formula, and unmarked as a file to keep."""
    answer = auditor.get("/console/audit.csv?kind=scheme&since=2026-03-01")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == [
        "chen 起草方案 测试赛季 第 1 版",
        "chen 批准方案 测试赛季 第 1 版；理由：=1+1 年初会议定",
    ]
    assert rows[1][1] == "2026-03-02T23:59:59+08:00"
    assert rows[2][5] == rows[1][6]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert auditor.get("/console/audit.csv?since=never").status_code == 404
    assert auditor.get("/console/audit.xls").status_code == 404


def test_the_chain_can_be_checked_elsewhere(auditor: FlaskClient) -> None:
    """Every line's hash is the SHA-256 of the JSON list before it, and stands in the next line."""
    text = auditor.get("/console/audit.jsonl").get_data(as_text=True)
    before = "0" * 64
    for number, line in enumerate(text.splitlines(), 1):
        *parts, found = json.loads(line)
        assert parts[0] == number
        assert parts[-1] == before
        assert hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest() == found
        before = found
    assert number > 5


@pytest.mark.engines("sqlite")
def test_a_long_trail_is_written_out_some_at_a_time(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "AT_ONCE", 2)
    for number in range(5):
        record_act(session, "chen", "season.open", f"race-{number}")
    lines = trail.all_of(session, trail.Sought(actor="chen"))
    assert [line.subject for line in lines] == [f"race-{number}" for number in range(5)]
    assert not [kept for kept in session.identity_map.values() if isinstance(kept, AuditLine)]
