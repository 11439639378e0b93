"""The audit trail in words: every action the code base can record is told in a sentence, and its keys by their names."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

import pytest
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.web.console.audit import Wording, told
from leaderboard.web.console.deeds import deeds, detail_words, value_words
from leaderboard.words import ENGLISH, speaking
from tests.factories import start_race
from tests.files import project_files

CHINESE = re.compile(r"[\u3400-\u9fff]")


def actions_in(source: str) -> Iterator[str]:
    """Patterns of the actions a module records: what is put together at run time stands as [a-z_]+."""
    tree = ast.parse(source)
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record_act":
            action = call.args[2]
            yield from patterns(named.get(action.id, action) if isinstance(action, ast.Name) else action)


def patterns(action: ast.expr) -> Iterator[str]:
    if isinstance(action, ast.IfExp):
        yield from (*patterns(action.body), *patterns(action.orelse))
    elif isinstance(action, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+"
            for part in action.values
        )
    elif isinstance(action, ast.Constant):
        yield re.escape(str(action.value))
    else:
        raise TypeError(f"an action that cannot be read from the source: {ast.unparse(action)}")


@cache
def recorded() -> dict[str, str]:
    """Every pattern of an action with a module that records it."""
    modules = [path for path in project_files("leaderboard") if path.suffix == ".py"]
    sources = ((path.name, path.read_text("utf-8")) for path in modules)
    return {found: name for name, source in sources if "record_act" in source for found in actions_in(source)}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("record_act(s, a, 'x.add', 'y')", [r"x\.add"]),
        ("record_act(s, a, 'x.on' if y else 'x.off', 'y')", [r"x\.on", r"x\.off"]),
        ("record_act(s, a, f'x.{y}', 'y')", [r"x\.[a-z_]+"]),
        ("DONE = 'x.done'\nrecord_act(s, a, DONE, 'y')", [r"x\.done"]),
    ],
)
def test_actions_are_read_from_the_source(source: str, found: list[str]) -> None:
    assert list(actions_in(source)) == found


def test_every_action_has_words() -> None:
    """Who records a new action gives it words in deeds()."""
    known = deeds()
    assert len(recorded()) > 30
    assert {
        a: where for a, where in recorded().items() if not any(re.fullmatch(a, key) for key in known)
    } == {}


def test_no_words_are_left_over() -> None:
    assert [key for key in deeds() if not any(re.fullmatch(action, key) for action in recorded())] == []


def test_the_words_are_chinese_and_english() -> None:
    for words in (deeds, detail_words, value_words):
        assert [text for text in words().values() if not CHINESE.search(text)] == []
        with speaking(ENGLISH):
            assert [text for text in words().values() if CHINESE.search(text)] == []


LINES = [
    (
        "stage_event.add",
        "P-1",
        {"stage": "signed", "on": "2026-05-01"},
        "记录节点 P-1 节点 签约; 日期 2026-05-01",
    ),
    ("adjustment.add", "UNIT", {"item": "prize", "times": 2}, "记录加减分 柳溪镇 事项 prize; 次数 2"),
    (
        "fact.decide_many",
        "3 facts",
        {"facts": [["credit", "1", "verified"]]},
        "一并处理多条 3 条记录 结果 认定",
    ),
    ("fact.verified", "capital_arrival 12345", {"why": None}, "认定 到位资金 "),
    (
        "target.set",
        "race/liuxi/signing",
        {"by": "count", "now": 4, "was": None},
        "设定任务 测试赛季 · 柳溪镇 · signing 计量 按个数; 改为 4",
    ),
    (
        "edition.publish",
        "race 第 3 期",
        {"hash": "0123456789abcdef"},
        "发布一期 测试赛季 第 3 期 哈希 0123456789ab…",
    ),
    (
        "account.add",
        "liuxi",
        {"role": "reporter", "unit_id": "UNIT"},
        "添加账号 liuxi 角色 单位填报员; 单位 柳溪镇",
    ),
    ("scheme.draft", "race v2", {}, "起草方案 测试赛季 第 2 版 "),
    ("scheme.approve", "scheme 1 v2", {"effective_on": "2026-05-01"}, "使方案生效 第 2 版 生效日 2026-05-01"),
    ("credit.add", "P-1", {"shares": [["UNIT", "1/2"]]}, "记录分成 P-1 分成 柳溪镇 1/2"),
    (
        "unit.enter",
        "race/liuxi",
        {"competing": True, "division": "towns"},
        "单位参赛 测试赛季 · 柳溪镇 参加排名 是; 组别 towns组",
    ),
    (
        "project.add_many",
        "8 projects",
        {"codes": [f"P-{number}" for number in range(8)]},
        "登记多个项目 8 个项目 编号 P-0、P-1、P-2、P-3、P-4、P-5等 8 项",
    ),
]


@pytest.mark.parametrize(("action", "subject", "detail", "said"), LINES, ids=[line[0] for line in LINES])
def test_a_line_is_told_by_names(
    session: Session, action: str, subject: str, detail: dict[str, object], said: str
) -> None:
    race = start_race(session)
    unit = str(race.unit("liuxi", name="柳溪镇").id)
    text = json.dumps(detail).replace("UNIT", unit)
    line = AuditLine(actor="chen", action=action, subject=subject.replace("UNIT", unit), detail=text)
    found = told(line, Wording.of_office(session))
    assert f"{found.did} {found.subject} {found.detail}" == said
