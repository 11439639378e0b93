"""The calendar, dates called off and the clock from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from leaderboard.db import Database
from leaderboard.seasons.models import Timetable, TimetableSkip
from tests.commanding import Command, Done, Trail

FILES = Path(__file__).parents[2] / "docs" / "calendar"


def test_a_years_notice_is_imported_and_listed(done: Done, trail: Trail):
    told = done("calendar-import", FILES / "2026.csv", "--year", 2026, "--source", "国办通知")
    # 2 + 6 + 1 + 3 + 1 + 1 + 5 days off from Monday to Friday; 4 Jan, 14 and 28 Feb, 9 May, 20 Sep and 10 Oct worked.
    assert told == "2026 年: 周一至周五放假 19 天, 周末上班 6 天\n运行中的各时间表近五期的日期不变\n"
    lines = done("calendar").splitlines()
    assert lines[0].startswith("2026\t国办通知\t")
    assert "2026-02-14\t班\t春节" in lines
    assert len(lines) == 1 + 19 + 6
    assert trail() == [("calendar.import", "2026")]


def test_the_dates_that_a_notice_moves_are_told_and_can_be_looked_at_before(
    done: Done, race: str, trail: Trail, tmp_path: Path
):
    done("timetable-add", race, "晨报", "kind=working_day", "time=09:00")
    first, second = done("timetables", race).split("\t")[-1].split(", ")[:2]
    file = tmp_path / "notice.csv"
    file.write_text(f"{first[:10]} 休 本地\n", encoding="utf-8")
    given = ("calendar-import", file, "--year", first[:4], "--source", "本地安排")
    moved = f"时间表“晨报”: {first} 不再发布; 下一期 {second}\n"
    looked = done(*given, "--dry-run")
    assert (moved in looked, looked.endswith("以上未保存\n")) == (True, True)
    assert done("calendar") == ""
    assert moved in done(*given)
    assert done("timetables", race).split("\t")[-1].startswith(second)
    assert trail() == [("timetable.add", f"{race}/1"), ("calendar.import", first[:4])]


@pytest.mark.engines("sqlite")
def test_a_spreadsheets_chinese_is_read_and_every_slip_is_named(
    leaderboard: Command, done: Done, tmp_path: Path
):
    file = tmp_path / "notice.csv"
    file.write_bytes("日期,安排,名称\n2027-01-01,休,元旦\n".encode("gb18030"))
    done("calendar-import", file, "--year", 2027, "--source", "通知")
    assert "2027-01-01\t休\t元旦" in done("calendar")
    file.write_text("2027-02-30 休\n明天 班\n", encoding="utf-8")
    answer = leaderboard("calendar-import", file, "--year", 2027, "--source", "通知")
    assert answer.exit_code == 1
    assert [line.partition(":")[0] for line in answer.stderr.splitlines()] == ["第 1 行", "第 2 行"]


def test_a_date_is_called_off_and_stands_again(
    leaderboard: Command, done: Done, race: str, database: Database, trail: Trail
):
    done("timetable-add", race, "日报", "kind=working_day", "time=09:00")
    with database.reading() as session:
        table = session.scalars(select(Timetable)).one()
    first, second = done("timetables", race).split("\t")[-1].split(", ")[:2]
    assert leaderboard("timetable-skip", race, table.id, "明天", "--reason", "开会").exit_code == 1
    wrong = leaderboard("timetable-skip", race, table.id, first[:-5] + "09:01", "--reason", "开会")
    assert (wrong.exit_code, f"按时间表, {first[:-5]}09:01 没有要发布的一期" in wrong.stderr) == (1, True)
    assert f"今后: {second}" in done("timetable-skip", race, table.id, first, "--reason", "开会")
    assert f"今后: {first}" in done("timetable-unskip", race, table.id, first)
    with database.reading() as session:
        assert session.scalars(select(TimetableSkip)).all() == []
    assert [action for action, _ in trail()] == ["timetable.add", "timetable.skip", "timetable.unskip"]


@pytest.mark.engines("sqlite")
def test_the_doctor_asks_for_a_missing_calendar_and_tells_of_the_clock(done: Done, race: str, trail: Trail):
    assert "时钟: 与数据库一致" in done("doctor")
    assert "工作日历" not in done("doctor")
    assert "项目台账汇总: 与台账一致" in done("doctor")
    done("timetable-add", race, "日报", "kind=working_day", "time=09:00")
    assert "工作日历: 时间表“日报”" in done("doctor")
    assert "公示期" not in done("doctor")
    said = done("season-window", race, "3", "--contact", "0571-8888", "--reason", "试行")
    assert "发布前公示 3 个工作日 (" in said
    assert "年的放假安排尚未导入" in said
    assert "的公示期要用到" in done("doctor")
    done("clock-accept", "--reason", "时钟已校准")
    assert trail()[-1] == ("clock.accept", "clock")
