"""Planning from the command line: seasons, units, targets, schemes and timetables, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.accounts.models import VIEWER
from leaderboard.boards.models import DueRun
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.approval import approve_scheme
from leaderboard.seasons.drafts import current_draft
from leaderboard.seasons.models import Timetable
from leaderboard.seasons.read import find_season, list_timetables, list_units, roster, stage_names, targets_at
from leaderboard.seasons.timetable import add_timetable
from tests.commanding import Command, Done, Trail
from tests.factories import FOUR_RATES
from tests.people import enrol


def timetables_of(database: Database, slug: str) -> list[Timetable]:
    with database.reading() as session:
        season = find_season(session, slug)
        assert season is not None
        return list(list_timetables(session, season.id))


def document(folder: Path, **changes: Any) -> Path:
    path = folder / "scheme.json"
    path.write_text(json.dumps(FOUR_RATES | changes), encoding="utf-8")
    return path


def approve(database: Database, slug: str, today: date = date(2026, 1, 1)) -> None:
    """What another administrator does at the console."""
    with database.session() as session:
        season = find_season(session, slug)
        assert season is not None
        version = current_draft(session, season.id)
        assert version is not None
        approve_scheme(session, "li", version, today=today)
        session.commit()


def test_a_race_is_planned_from_nothing(done: Done, database: Database, tmp_path: Path, trail: Trail):
    period = ("--period", "2026-01-01", "2026-12-31")
    done("season-open", "r26", "二六赛季", *period, "--authority", "六安市", "--hidden")
    done("season-stages", "r26", "supplied=供地/Land supplied")
    done("division-add", "r26", "towns", "乡镇组")
    done("unit-add", "liuxi", "柳溪镇")
    done("unit-add", "qingshi", "青石镇", "--order", "9")
    done("unit-enter", "r26", "liuxi", "towns")
    done("unit-enter", "r26", "qingshi", "towns", "--hors-concours")
    done("target-set", "r26", "liuxi", "signing", "4")
    done("target-set", "r26", "liuxi", "arrival", "1.5亿元", "--by", "amount", "--level", "stretch")
    assert done("scheme-draft", "r26", document(tmp_path)).startswith("二六赛季 方案草稿 1.1")
    assert "首次排名, 1 个单位有名次" in done("scheme-preview", "r26")
    enrol(database, "li")
    enrol(database, "wang")
    told = done("scheme-submit", "r26", "--from", "2026-01-01", "--reason", "年初方案", "--as", "wang")
    assert "待另一位管理员在控制台批准" in told
    approve(database, "r26")
    assert (
        done("units", "r26") == "liuxi\t柳溪镇\ttowns\t乡镇组\t参赛\nqingshi\t青石镇\ttowns\t乡镇组\t只展示\n"
    )
    assert "liuxi\t柳溪镇\tarrival\tstretch\tamount\t1.5 亿元" in done("targets", "r26")
    assert "1\t生效\t自 2026-01-01 起" in done("schemes", "r26")
    assert done("seasons") == "r26\t二六赛季\t2026-01-01 至 2026-12-31\t未公开\t尚未发布\n"
    with database.reading() as session:
        season = find_season(session, "r26")
        assert season is not None
        assert (season.authority, stage_names(season)["supplied"]) == ("六安市", "供地")
        assert [(unit.key, unit.sort_no) for unit in list_units(session)] == [("liuxi", 1), ("qingshi", 9)]
        assert [line.competing for line in roster(session, season.id, now())] == [True, False]
        quantities = {target.indicator: target.quantity for target in targets_at(session, season.id, now())}
    assert quantities == {"signing": 4, "arrival": 150_000_000}
    assert [action for action, _ in trail()] == [
        "season.open",
        "season.stages",
        "division.add",
        "unit.add",
        "unit.add",
        "unit.enter",
        "unit.enter",
        "target.set",
        "target.set",
        "scheme.draft",
        "account.stand_in",
    ]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            ("season-open", "race", "又一次", "--period", "2026-12-31", "2026-01-01"),
            ["已被使用", "应晚于开始日"],
        ),
        (
            ("season-open", "r26", " ", "--period", "2026-02-30", "soon"),
            ["2026-02-30", "soon", "TITLE: 请填写"],
        ),
        (("season-open", "r26", "无期"), ["--period: 应为日期"]),
        (("season-stages", "race", "supplied"), ["应写成 名称=内容"]),
        (("division-add", "race", "towns", "乡镇组"), ["已存在"]),
        (("unit-add", "liuxi", "柳溪"), ["已存在"]),
        (("unit-add", "new", "新镇", "--order", "first"), ["--order"]),
        (("unit-enter", "race", "liuxi", "cities"), ["没有组别 cities; 现有: towns"]),
        (
            ("unit-enter", "race", "nowhere", "towns"),
            ["没有编码为 nowhere 的单位; 现有: liuxi、qingshi、nanan"],
        ),
        (("target-set", "race", "liuxi", "signing", "many", "--by", "weight"), ["--by", "QUANTITY"]),
        (
            ("target-set", "race", "liuxi", "signing", "1200", "--by", "amount", "--level", "x" * 41),
            ["--level"],
        ),
        (("units", "nowhere"), ["没有赛季 nowhere; 现有: race"]),
    ],
)
def test_what_cannot_be_planned_is_refused_in_words(
    leaderboard: Command, race: str, trail: Trail, line: tuple[str, ...], words: list[str]
):
    refused = leaderboard(*line)
    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit)
    assert all(word in refused.stderr for word in words), refused.stderr
    assert trail() == []


def test_a_draft_is_replaced_knowingly_shown_and_put_aside(
    leaderboard: Command, done: Done, race: str, database: Database, tmp_path: Path
):
    done("scheme-draft", race, document(tmp_path, name="甲稿"))
    blind = leaderboard("scheme-draft", race, document(tmp_path, name="乙稿"))
    assert (blind.exit_code, "--over 2.1" in blind.output) == (1, True)
    assert "2.2" in done("scheme-draft", race, document(tmp_path, name="乙稿"), "--over", "2.1")
    assert leaderboard("scheme-draft", race, document(tmp_path), "--over", "2.1").exit_code == 1
    assert json.loads(done("scheme-show", race, "2"))["name"] == "乙稿"
    assert json.loads(done("scheme-show", race))["name"] == FOUR_RATES["name"]
    assert leaderboard("scheme-show", race, "7").exit_code == 1
    done("scheme-discard", race)
    assert leaderboard("scheme-discard", race).exit_code == 1
    with database.reading() as session:
        season = find_season(session, race)
        assert season is not None
        assert current_draft(session, season.id) is None
    assert "没有草稿 2.2" in leaderboard("scheme-draft", race, document(tmp_path), "--over", "2.2").output


def test_a_preview_tells_places_before_and_after_and_keeps_nothing(
    done: Done, race: str, tmp_path: Path, trail: Trail
):
    """Only signing counts: 柳溪 has 2 of 4, 青石 1.5 of 4, 南岸 0.5 of 4 - the order stays, the scores do not."""
    only_signing = [FOUR_RATES["indicators"][0] | {"weight": "100"}]
    told = done("scheme-preview", race, document(tmp_path, indicators=only_signing)).splitlines()
    assert told[1] == "[towns组]"
    rows = [line.split("\t") for line in told[2:]]
    assert [row[:2] for row in rows] == [["liuxi", "柳溪镇"], ["qingshi", "青石镇"], ["nanan", "南岸街道"]]
    assert [row[3].split(" → ")[1] for row in rows] == ["50.00", "37.50", "12.50"]
    assert trail() == []


def test_a_scheme_with_mistakes_names_every_one(
    leaderboard: Command, race: str, tmp_path: Path, trail: Trail
):
    wrong = [row | {"weight": "x"} for row in FOUR_RATES["indicators"]]
    refused = leaderboard("scheme-draft", race, document(tmp_path, indicators=wrong))
    assert refused.exit_code == 1
    assert sum("weight" in line for line in refused.stderr.splitlines()) >= 4
    assert leaderboard("scheme-preview", race, "-", given="[1]").exit_code == 1
    assert leaderboard("scheme-preview", race, "-", given="{").exit_code == 1
    assert "没有草稿" in leaderboard("scheme-preview", race).output
    assert trail() == []


def test_a_submission_needs_a_day_to_come_a_reason_and_a_name(
    leaderboard: Command, done: Done, race: str, tmp_path: Path, database: Database
):
    enrol(database, "wang")
    done("scheme-draft", race, document(tmp_path, name="新稿"))
    bare = leaderboard("scheme-submit", race)
    assert [line.split(":")[0] for line in bare.stderr.splitlines()] == ["--from", "--reason", "--as"]
    by = ("--reason", "补", "--as", "wang")
    assert "不能追溯" in leaderboard("scheme-submit", race, "--from", "2026-01-02", *by).output
    assert "新方案不会再用到" in leaderboard("scheme-submit", race, "--from", "2027-01-01", *by).output


def test_a_shell_is_never_the_second_person(
    leaderboard: Command, done: Done, race: str, tmp_path: Path, database: Database, trail: Trail
):
    """One operator could name two accounts, one after the other."""
    for name in ("wang", "li"):
        enrol(database, name)
    enrol(database, "guest", VIEWER)
    done("scheme-draft", race, document(tmp_path, name="新稿"), "--as", "wang")
    submit = ("scheme-submit", race, "--from", "2026-12-31", "--reason", "年底", "--as", "wang")
    assert "应为有此权限的账号名" in leaderboard(*submit[:-1], "guest").output
    done(*submit)
    assert "2.2\t待审批\t拟自 2026-12-31 起\twang\t年底" in done("schemes", race)
    for decide in ("scheme-approve", "scheme-return"):
        assert "No such command" in leaderboard(decide, race, "--as", "li").output
    assert "又是草稿 2.3" in done("scheme-withdraw", race)
    done(*submit)
    approve(database, race, today=date(2026, 12, 1))
    assert "2\t生效\t自 2026-12-31 起" in done("schemes", race)
    assert "已照第 1 版起草 3.1" in done("scheme-restore", race, "1")
    assert [who for act, who in trail() if act == "account.stand_in"] == ["wang", "wang", "wang"]


def test_a_timetable_is_looked_at_added_paused_and_resumed(
    leaderboard: Command, done: Done, race: str, database: Database, trail: Trail
):
    rule = ("kind=monthly", "day=5", "time=09:00")
    looked = done("timetable-add", race, "月报", *rule, "--dry-run").splitlines()
    assert len(looked) == 6
    assert all(line.endswith("-05 09:00") for line in looked[:5])
    assert timetables_of(database, race) == []
    assert done("timetable-add", race, "月报", *rule).splitlines()[:5] == looked[:5]
    table = timetables_of(database, race)[0]
    assert f"{table.id}\t月报\tkind=monthly day=5 time=09:00 cut_off=same_day\tlatest\t{looked[0]}" in done(
        "timetables", race
    )
    done("timetable-pause", race, table.id)
    assert "已暂停" in done("timetables", race)
    assert looked[0] in done("timetable-resume", race, table.id)
    assert leaderboard("timetable-pause", race, table.id + 1).exit_code == 1
    assert [action for action, _ in trail()] == ["timetable.add", "timetable.pause", "timetable.resume"]


def test_what_has_come_due_unseen_stays_due_when_a_timetable_is_paused(
    done: Done, race: str, database: Database
):
    with database.session() as session:
        season = find_season(session, race)
        assert season is not None
        each_minute = {"kind": "minutes", "every": 1}
        table = add_timetable(
            session,
            "li",
            season,
            name="快报",
            rule=each_minute,
            zone="Asia/Shanghai",
            starts_at=now() - 60_000,
        )
        session.commit()
    done("timetable-pause", race, table.id)
    with database.reading() as session:
        assert [run.state for run in session.scalars(select(DueRun))] == ["due"]


def test_the_kinds_of_timetables_stand_line_by_line_in_the_help(leaderboard: Command):
    lines = [line.strip() for line in leaderboard("timetable-add", "--help").output.splitlines()]
    assert "kind=once at=2026-11-05T09:00          once" in lines


def test_a_timetable_is_renamed_whatever_dates_it_has_left(
    leaderboard: Command, done: Done, race: str, database: Database, trail: Trail
):
    done("timetable-add", race, "首报", "kind=once", "at=2020-11-05T09:00", "--yes")
    [held] = timetables_of(database, race)
    assert done("timetable-rename", race, held.id, " 首次通报 ").endswith("已改名为“首次通报”\n")
    assert done("timetables", race).split("\t")[1::3] == ["首次通报", "已到期\n"]
    [found] = timetables_of(database, race)
    assert (found.rule, found.starts_at, found.catch_up) == (held.rule, held.starts_at, held.catch_up)
    assert "需要一个名称" in leaderboard("timetable-rename", race, held.id, " ").output
    assert leaderboard("timetable-rename", race, held.id + 1, "月报").exit_code == 1
    assert [action for action, _ in trail()] == ["timetable.add", "timetable.change"]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "rule",
    [
        ("kind=once", "at=2020-11-05T09:00"),
        ("kind=minutes", "every=30", "until=2020-11-05T18:00"),
    ],
)
def test_a_timetable_that_would_never_publish_is_kept_only_when_asked_twice(
    leaderboard: Command, done: Done, race: str, database: Database, rule: tuple[str, ...]
):
    never = "此后没有一次会发布, 请核对时间"
    assert done("timetable-add", race, "首报", *rule, "--dry-run").startswith(never)
    refused = leaderboard("timetable-add", race, "首报", *rule)
    assert (refused.exit_code, never in refused.output, "--yes" in refused.output) == (1, True, True)
    assert timetables_of(database, race) == []
    assert never in done("timetable-add", race, "首报", *rule, "--yes")
    assert len(timetables_of(database, race)) == 1


@pytest.mark.engines("sqlite")
def test_dates_reckoned_without_the_yearly_notice_are_told_of(done: Done, race: str):
    rule = ("kind=working_day", "time=09:00")
    for more in (("--dry-run",), ()):
        assert "年的放假安排, 尚未导入" in done("timetable-add", race, "日报", *rule, *more)
    assert "放假安排" not in done("timetable-add", race, "天天报", "kind=daily", "time=09:00")


def test_dates_after_the_seasons_end_are_told_apart(done: Done, race: str):
    """The race ends on the last day of 2026: what is aired in 2099 counts facts up to then and no further."""
    done("timetable-add", race, "迟报", "kind=once", "at=2099-11-05T09:00")
    [line] = done("timetables", race).splitlines()
    assert line.endswith("\t2099-11-05 09:00 (赛季已于 2026-12-31 结束, 各期数据都截至当日)")


def test_a_rule_is_listed_as_it_is_typed(done: Done, race: str, database: Database):
    done("timetable-add", race, "周报", "kind=weekly", "days=mon,thu", "time=08:30", "cut_off=previous_day")
    assert "kind=weekly days=mon,thu time=08:30 cut_off=previous_day" in done("timetables", race)
    rule = json.loads(timetables_of(database, race)[0].rule)
    assert (rule["days"], rule["time"]) == (["mon", "thu"], "08:30")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "rule",
    [
        ("kind=never",),
        ("kind=monthly", "day=32", "time=9"),
        ("kind=daily", "time"),
        ("kind=daily", "kind=daily"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    leaderboard: Command, race: str, database: Database, rule: tuple[str, ...]
):
    assert leaderboard("timetable-add", race, "月报", *rule).exit_code == 1
    assert timetables_of(database, race) == []
