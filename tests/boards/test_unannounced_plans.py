"""Rows of plans that no edition rests on yet: every column changed, and every row lost or slipped in, is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Session

from leaderboard.accounts.marks import PLANNED
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.check_rows import check_rows
from leaderboard.boards.countersign import want_two
from leaderboard.db import Base
from leaderboard.seasons.calendar import import_year
from leaderboard.seasons.copying import copy_season
from leaderboard.seasons.deadlines import Deadline, set_deadlines
from leaderboard.seasons.holding import freeze_season, set_window, thaw_season
from leaderboard.seasons.models import Season
from leaderboard.seasons.notice import NoticeDay
from leaderboard.seasons.order import order_divisions, order_units
from leaderboard.seasons.plan import change_period, extend_stages, show_season
from leaderboard.seasons.rename import rename_division, rename_season, rename_unit
from leaderboard.seasons.taking_part import leave_season, place_unit
from leaderboard.seasons.tasks import set_tasks, tasks_mark, tasks_now
from tests.boards.exempt import exempt
from tests.boards.tampering import all_flaws, other, tampered, write_trail_anew
from tests.factories import FOUR_RATES, Race, start_race

TABLES = (*PLANNED, "scheme_revision", "scheme_version", "target")
OFF, ON = False, True


@pytest.fixture
def planned(session: Session) -> Race:
    """A race never published, with rows of every table it is planned by, and every act that plans it."""
    race = start_race(session)
    season = race.season
    one, two, three = (race.unit(key, division=to) for key, to in (("a", "t"), ("b", "t"), ("c", "p")))
    race.scheme(FOUR_RATES)
    rename_unit(session, "li", two, name="乙镇", reason="更名")
    rename_division(session, "li", race.divisions["p"], name="园区", reason="更名")
    rename_season(session, "li", season, title="新赛季", reason="更名")
    order_units(session, "li", [three, one, two])
    order_divisions(session, "li", season, [race.divisions["p"], race.divisions["t"]])
    place_unit(session, "li", season, one, race.divisions["p"], competing=True, reason="调组")
    place_unit(session, "li", season, two, race.divisions["p"], competing=True, into=one, reason="捆绑")
    leave_season(session, "li", season, three, reason="撤并")
    live = tasks_now(session, season)
    set_tasks(session, "li", season, [one], {next(iter(live)): 9}, tasks_mark(live))
    extend_stages(session, "li", season, [{"key": "land", "name": "供地", "name_en": "Land"}])
    set_deadlines(session, "li", season, [Deadline("started", 90, "signed")], reason="办法")
    set_window(session, "li", season, days=3, contact="招商局", reason="办法")
    show_season(session, "li", season, is_public=False, reason="整理")
    freeze_season(session, "li", season, reason="年终")
    thaw_season(session, "li", season, reason="揭榜")
    noticed(session)
    want_two(session, "li", season, reason="重要")
    days = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}
    following = copy_season(session, "li", season, slug="next", title="下一赛季", **days).season
    change_period(
        session, "li", following, starts_on=date(2027, 2, 1), ends_on=date(2027, 12, 31), reason="推迟"
    )
    return race


def noticed(session: Session) -> None:
    """The notices of two years, of which one was put right and the later one names a day of the year before."""
    for year, day, works in ((2026, date(2026, 10, 1), OFF), (2026, date(2026, 10, 2), OFF)):
        holiday = NoticeDay(day, works, "国庆节")
        import_year(session, "li", year, [holiday, NoticeDay(date(2026, 10, 10), ON, "调休")], source="通知")
    eve = NoticeDay(date(2026, 12, 31), OFF, "元旦")
    import_year(session, "li", 2027, [eve, NoticeDay(date(2027, 1, 1), OFF, "元旦")], source="通知")


def ends(session: Session, name: str) -> list[dict[str, Any]]:
    """The first and the last row of a table."""
    table = Base.metadata.tables[name]
    rows = [dict(row) for row in session.execute(select(table).order_by(*table.primary_key)).mappings()]
    return rows[:1] + rows[1:][-1:]


def another(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """The same row again, but for its key and whatever else must not be there twice."""
    table = Base.metadata.tables[name]
    alone = {
        list(found.columns)[-1].name for found in table.constraints if isinstance(found, UniqueConstraint)
    }
    alone |= {column.name for column in table.columns if column.unique} | {list(table.primary_key)[-1].name}
    return row | {column: other(table.c[column], as_kept(row[column])) for column in alone}


def as_kept(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def test_every_change_of_a_plan_is_found_before_anything_rests_on_it(session: Session, planned: Race) -> None:
    assert list(check_rows(session)) == []
    unseen = {
        said for name in TABLES for row in ends(session, name) for said in unseen_changes(session, name, row)
    }
    assert unseen - exempt().keys() == set()


def unseen_changes(session: Session, name: str, row: dict[str, Any]) -> Iterator[str]:
    """What may be done to a row, column by column, or with one like it, so that nobody sees it."""
    table = Base.metadata.tables[name]
    where = " AND ".join(f"{column.name} = :key_{column.name}" for column in table.primary_key)
    keys = {f"key_{column.name}": row[column.name] for column in table.primary_key}
    made_up = another(name, row)
    columns, values = ", ".join(made_up), ", ".join(f":{column}" for column in made_up)
    done = {
        f"{name} gone": (f"DELETE FROM {name} WHERE {where}", keys),  # noqa: S608
        f"{name} slipped in": (f"INSERT INTO {name} ({columns}) VALUES ({values})", made_up),  # noqa: S608
    }
    for column in table.columns:
        statement = f"UPDATE {name} SET {column.name} = :new WHERE {where}"  # noqa: S608
        done[f"{name}.{column.name}"] = statement, keys | {"new": other(column, as_kept(row[column.name]))}
    for what, (statement, bound) in done.items():
        with tampered(session, statement, **bound) as is_done:
            if is_done and next(check_rows(session), None) is None:
                yield what


def without_marks(session: Session) -> None:
    """The trail as it was written before plans had marks."""
    acts = ("season.", "division.", "unit.", "calendar.")
    for line in session.scalars(select(AuditLine)):
        if line.action.startswith(acts):
            detail = json.loads(line.detail)
            detail.pop("rows", None)
            line.detail = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    write_trail_anew(session)


def test_plans_of_before_they_had_marks_are_whole_and_held_against_the_acts_alone(
    session: Session, planned: Race
) -> None:
    without_marks(session)
    assert all_flaws(session) == []
    rename_unit(session, "li", planned.units["a"], name="甲镇", reason="更名")
    assert all_flaws(session) == []


SAID = [
    ("UPDATE entry SET ended_at = 1990000000000 WHERE id = 5", "race/b 的参赛登记与审计记录不符"),
    ("UPDATE entry SET ended_at = NULL WHERE id = 3", "race/c 的参赛登记与审计记录不符"),
    ("DELETE FROM entry WHERE id = 1", "race/a 的参赛登记与审计记录不符"),
    ("INSERT INTO unit VALUES (99, 'x', '假镇', NULL, 9)", "unit x 没有审计记录"),
    ("DELETE FROM unit WHERE key = 'b'", "审计记录记有 unit b, 库中没有"),
    (
        "INSERT INTO division (id, season_id, key, name, sort_no) VALUES (99, 1, 'x', '假组', 9)",
        "division race/x 没有审计记录",
    ),
    (
        "INSERT INTO former_name (id, kind, subject_id, until_at, names) VALUES (99, 'unit', 1, 1, '{\"name\": \"x\"}')",
        "曾用名 99 没有审计记录",
    ),
    ("UPDATE season SET frozen_at = 5 WHERE slug = 'race'", "赛季 race 的封榜与审计记录不符"),
    ("UPDATE season SET is_public = 1 WHERE slug = 'race'", "赛季 race 的公开与审计记录不符"),
    ("UPDATE season SET window_days = 0 WHERE slug = 'race'", "赛季 race 的公示期与审计记录不符"),
    ("UPDATE season SET two_persons = 0 WHERE slug = 'next'", "赛季 next 的两人发布与审计记录不符"),
    ("UPDATE season SET starts_on = '2027-03-01' WHERE slug = 'next'", "赛季 next 的起止日期与审计"),
    ("UPDATE calendar_day SET is_working = 1 WHERE day = '2026-12-31'", "工作日历 2026-12-31 与审计"),
    ("DELETE FROM calendar_day WHERE day = '2026-10-10'", "工作日历 2026-10-10 与审计记录不符"),
]


def test_what_the_acts_of_before_tell_is_held_against_the_rows(session: Session, planned: Race) -> None:
    without_marks(session)
    for statement, words in SAID:
        with tampered(session, statement) as done:
            assert done
            assert any(words in told for told in check_rows(session)), statement


def test_a_mark_tells_what_another_has_just_changed(session: Session) -> None:
    """The session has read the season before; its act must not vouch for what stood there then."""
    season = start_race(session).season
    assert season.window_contact is None
    table = Season.__table__
    session.connection().execute(
        table.update().where(table.c.id == season.id).values(window_contact="招商局")  # type: ignore[attr-defined]
    )
    show_season(session, "li", season, is_public=False, reason="整理")
    assert season.window_contact == "招商局"
