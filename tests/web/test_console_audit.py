"""The audit trail in words: every action the code base can record is told in a sentence, and its keys by their names."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from functools import cache
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
from leaderboard.web.console.deeds import deeds, detail_words, value_words
from leaderboard.web.console.trail_kinds import KINDS, kind_words
from leaderboard.web.console.trail_words import FOR_CHECKING, PLACES, WHY, Wording, told
from leaderboard.words import ENGLISH, speaking
from tests.factories import start_race
from tests.files import project_files
from tests.people import visitor
from tests.visiting import Visit, Visited

CHINESE = re.compile(r"[\u3400-\u9fff]")


def actions_in(source: str) -> Iterator[str]:
    """Patterns of the actions a module records: what is put together at run time stands as [a-z_]+."""
    tree = ast.parse(source)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record_act":
            yield from actions_of(call, tree)


def actions_of(call: ast.Call, tree: ast.Module) -> Iterator[str]:
    """Patterns of the actions one call records; a name stands for what its module gives it."""
    for action, _call in origins(call, tree):
        yield from patterns(action)


def origins(call: ast.Call, tree: ast.Module) -> Iterator[tuple[ast.expr, ast.Call]]:
    """What a call records, each with the call that says so: its own, or those of the function that was handed it."""
    named = constants(tree)
    action = call.args[2]
    function = next(handing(call, tree), None)
    if function is None or not isinstance(action, ast.Name):
        yield (named.get(action.id, action) if isinstance(action, ast.Name) else action), call
        return
    for given, outer in handed(function, action.id, tree):
        # An act taken back is recorded as what it was: its words are those of the first time.
        if not isinstance(given, ast.Attribute):
            yield (named.get(given.id, given) if isinstance(given, ast.Name) else given), outer


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What a module calls by a name, alone or several in one line."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Name):
                found[target.id] = node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=True)
                found |= {name.id: value for name, value in pairs if isinstance(name, ast.Name)}
    return found


def handing(call: ast.Call, tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The function around a call, where the action is one of its parameters."""
    action = call.args[2]
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and call in ast.walk(function):
            parameters = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
            if isinstance(action, ast.Name) and action.id in parameters:
                yield function


def handed(
    function: ast.FunctionDef, parameter: str, tree: ast.Module
) -> Iterator[tuple[ast.expr, ast.Call]]:
    """What a function is handed for a parameter by the calls in its module."""
    places = [each.arg for each in function.args.args]
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != function.name:
            continue
        by_name = [word.value for word in call.keywords if word.arg == parameter]
        by_place = call.args[places.index(parameter) :][:1] if parameter in places else []
        for given in (*by_name, *by_place):
            yield given, call
    for each, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if each.arg == parameter and default is not None:
            yield default, ast.Call(ast.Name(function.name), [], [])


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
        (
            "ON = 'x.on'\ndef f(s, act): record_act(s, a, act, 'y')\nf(s, ON); f(s, 'x.off'); f(s, b.act)",
            [r"x\.on", r"x\.off"],
        ),
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


def test_every_action_is_of_one_kind() -> None:
    firsts = [first for kind in KINDS.values() for first in kind]
    assert sorted(firsts) == sorted(set(firsts))
    assert {action.split(".")[0] for action in deeds()} == set(firsts)
    assert set(kind_words()) == set(KINDS)


def parts_in(source: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each action a module records with the names its detail may have: what a function puts together stands with it."""
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        listed = {
            f"{call.args[0].value}{ending}"
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "_listed"
            if isinstance(call.args[0], ast.Constant)
            for ending in ("", "_sha256")
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record_act":
                stated = {keyword.arg for keyword in call.keywords if keyword.arg}
                given = {
                    word.value.id
                    for word in call.keywords
                    if word.arg is None and isinstance(word.value, ast.Name)
                }
                # What callers name one by one stands at their calls; anything else is put together here.
                passed = {function.args.kwarg.arg} if function.args.kwarg else set()
                own = {key for name in given - passed for key in put_together(name, function)}
                parameters = {each.arg for each in function.args.kwonlyargs}
                for action, outer in origins(call, tree):
                    named = {word.arg for word in outer.keywords if word.arg} if given & passed else set()
                    for pattern in patterns(action):
                        yield pattern, frozenset(stated | (named - parameters) | listed | own)


def put_together(name: str, function: ast.FunctionDef) -> set[str]:
    """The keys a function gives the dictionary of this name, itself or by those it is made from."""
    found: set[str] = set()
    names, seen = {name}, set[str]()
    while names - seen:
        seen |= (fresh := names - seen)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(target, ast.Name) and target.id in fresh for target in targets):
                    parts = list(made_of(node.value))
                    names |= {part.id for part in parts if isinstance(part, ast.Name)}
                    keys = (key for part in parts if isinstance(part, ast.Dict) for key in part.keys)
                    found |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return found


def made_of(value: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression; what is handed to a call, rows to be hashed say, is none."""
    if not isinstance(value, ast.Call):
        yield value
        for child in ast.iter_child_nodes(value):
            yield from made_of(child)


def known_parts() -> dict[str, frozenset[str]]:
    """Every action that is told with the names its detail may have, over all modules."""
    found: dict[str, frozenset[str]] = {}
    modules = [path for path in project_files("leaderboard") if path.suffix == ".py"]
    for path in modules:
        for pattern, names in parts_in(path.read_text("utf-8")):
            for action in deeds():
                if re.fullmatch(pattern, action):
                    found[action] = found.get(action, frozenset()) | names
    return found


PYTHON = re.compile(r"[\[\]{}]|'\w|\bNone\b|\bTrue\b|\bFalse\b")


def test_every_act_is_told_without_a_key_or_a_list_of_the_programs_own(session: Session) -> None:
    """Whatever an act says, one thing, several or a change: its parts are called something, and no bracket shows."""
    start_race(session).unit("liuxi", name="柳溪镇")
    words = Wording.of_office(session)
    assert len(known_parts()) == len(deeds())
    strange = {}
    for action, names in known_parts().items():
        parts = sorted(names - FOR_CHECKING - {"rows", "rule", PLACES, "founding", "shares", "facts"})
        for value in ("甲", ["甲", "乙"], {"name": "甲"}, True, 1):
            # A reason is a text, or those of several acts at once.
            reason = value if isinstance(value, str | list) else "甲"
            named = {name: reason if name in WHY else value for name in parts}
            detail = {name: part for name, part in named.items() if name not in {"was", "now"}}
            if {"was", "now"} <= names:
                detail |= {"was": {"name": "旧"}, "now": {"name": "新"}}
            line = AuditLine(actor="li", action=action, subject="甲", detail=json.dumps(detail))
            sentence = told(line, words).sentence
            left = [name for name in parts if re.search(rf"(?<![a-z_]){name}(?![a-z_])", sentence)]
            if PYTHON.search(sentence) or left:
                strange[action] = (left, sentence)
    assert strange == {}


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
