"""A row changed behind the house's back and then once more by a lawful act is still found, by what it was before the act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Table, inspect, select, text, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.marks import MARKED, PLANNED, UNMARKED, marks_of, unexplained
from leaderboard.accounts.models import Account
from leaderboard.accounts.own_password import renew_password
from leaderboard.accounts.people import add_account, assign
from leaderboard.boards.check_rows import check_rows
from leaderboard.boards.countersign import ALONE, ask, refuse, want_two
from leaderboard.boards.drafts import drop, open_window
from leaderboard.boards.models import Draft
from leaderboard.db import Base, Database
from leaderboard.objections.file import file_objection, take_back
from leaderboard.objections.models import Objection
from leaderboard.seasons.models import Season, Timetable, Unit
from leaderboard.seasons.rename import rename_season, rename_unit
from leaderboard.seasons.timetable import add_timetable, change_timetable, pause_timetable
from tests.boards.exempt import exempt
from tests.boards.lives import drafted, released
from tests.boards.tampering import other
from tests.factories import OFFICE, Race, small_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # rows are compared as they are stored

CLASSES = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
DAILY = {"kind": "daily", "time": "09:00"}


def slipped(session: Session, statement: str) -> None:
    """Change a row behind the house's back, between two transactions of its own."""
    session.commit()
    assert session.execute(text(statement)).rowcount == 1  # type: ignore[attr-defined] # of a cursor's result
    session.commit()
    session.expire_all()


def found(session: Session) -> list[str]:
    session.commit()
    return [flaw for flaw in check_rows(session) if "之前被改动" in flaw]


def in_window(session: Session) -> tuple[Race, Draft]:
    race = small_race(session)
    return race, open_window(session, "li", drafted(race), days=3, contact="招商局", zone=OFFICE.zone)


def test_a_window_cut_short_is_found_after_the_release(session: Session) -> None:
    _race, draft = in_window(session)
    slipped(session, "UPDATE draft SET closes_at = opens_at + 1")
    released(session, draft)
    assert [flaw.partition(" 在")[0] for flaw in found(session)] == ["记录 draft 1"]


def test_another_composer_of_a_draft_is_found_after_it_is_dropped(session: Session) -> None:
    _race, draft = in_window(session)
    slipped(session, "UPDATE draft SET composed_by = 'wang'")
    drop(session, "li", draft, reason="重新编制")
    assert len(found(session)) == 1


def test_another_asker_of_a_second_person_is_found_after_the_answer(session: Session) -> None:
    race = small_race(session)
    for name in ("zhao", "qian", "sun"):
        add_account(session, "li", name=name, display_name=name, role="administrator")
    want_two(session, "zhao", race.season, reason="领导小组要求")
    asked = ask(session, "zhao", race.season, ALONE, reason="人手不足")
    slipped(session, "UPDATE countersign SET asked_by = 'sun'")
    refuse(session, "zhao", asked, answer="仍须两人")
    assert len(found(session)) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda session, account: renew_password(session, "li", account),
        lambda session, account: assign(session, "li", account, role="viewer", unit_id=None, reason="换岗"),
    ],
)
def test_a_role_given_in_secret_is_found_after_the_next_act(
    session: Session, act: Callable[[Session, Account], Any]
) -> None:
    account, _password = add_account(session, "li", name="zhang", display_name="张某", role="verifier")
    slipped(session, "UPDATE account SET role = 'auditor'")
    act(session, account)
    assert len(found(session)) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda session, timetable: pause_timetable(session, "li", timetable),
        lambda session, timetable: change_timetable(
            session, "li", timetable, name="新榜", rule=DAILY, catch_up="all", at=70
        ),
    ],
)
def test_an_hour_changed_in_secret_is_found_after_the_next_act(
    session: Session, act: Callable[[Session, Timetable], Any]
) -> None:
    race = small_race(session)
    timetable = add_timetable(session, "li", race.season, name="日榜", rule=DAILY, zone=OFFICE.zone)
    slipped(session, "UPDATE timetable SET rule = replace(rule, '09:00', '23:00')")
    act(session, timetable)
    assert len(found(session)) == 1


def test_a_name_changed_in_secret_is_found_after_the_next_renaming(session: Session) -> None:
    race = small_race(session)
    slipped(session, "UPDATE unit SET name = '别名' WHERE key = 'liuxi'")
    rename_unit(session, "li", race.units["liuxi"], name="柳溪街道", reason="撤镇设街")
    assert len(found(session)) == 1


def test_an_objection_put_in_the_place_of_another_is_found(session: Session) -> None:
    """SQLite gives the number of a newest row that is gone to the next one."""
    race, draft = in_window(session)
    unit = race.units["liuxi"]
    file_objection(session, "wang", draft, unit, about=unit, indicator=None, text="漏计一个项目")
    slipped(session, "DELETE FROM objection")
    later = file_objection(session, "wang", draft, unit, about=unit, indicator=None, text="名称有误")
    session.commit()
    flaws = list(check_rows(session))
    assert (f"记录 objection {later.id} 在" in " ".join(flaws)) is (later.id == 1)
    assert flaws


def test_what_the_same_act_changes_twice_and_what_two_acts_change_is_explained(session: Session) -> None:
    race, draft = in_window(session)
    unit = race.units["liuxi"]
    objection = file_objection(session, "wang", draft, unit, about=unit, indicator=None, text="漏计一个项目")
    session.commit()
    take_back(session, "wang", objection)
    rename_season(session, "li", race.season, title="新题", reason="更名")
    rename_season(session, "li", race.season, title="又一题", reason="更名")
    with session.begin_nested() as aside:
        rename_season(session, "li", race.season, title="不作数", reason="更名")
        aside.rollback()
    rename_season(session, "li", race.season, title="第三题", reason="更名")
    assert draft.closes_at is not None
    released(session, draft, draft.closes_at + 1)
    session.commit()
    assert list(check_rows(session)) == []


def test_what_an_update_changes_is_remembered_as_what_an_object_changes(session: Session) -> None:
    race = small_race(session)
    session.commit()
    (before,) = marks_of([race.season]).values()
    session.execute(update(Season).where(Season.id == race.season.id).values(title="直接改的"))
    session.refresh(race.season)
    race.season.title = "再改的"
    line = record_act(session, "li", "season.rename", "race", rows=[race.season])
    name = f"season {race.season.id}"
    assert f'"rows_before": {{"{name}": "{before}"}}' in line.detail


def test_a_row_of_before_all_marks_may_be_changed(session: Session) -> None:
    """An old installation's units have no mark; drafts always had one."""
    unmarked = [
        (1, {"rows": {"unit 1": "b", "draft 1": "b"}, "rows_before": {"unit 1": "a", "draft 1": "a"}})
    ]
    assert list(unexplained(unmarked)) == [(1, "draft 1")]
    earlier = [(1, {"rows": {"draft 1": "a"}}), (2, {"rows": {"draft 1": "c"}})]
    assert list(unexplained(earlier)) == []
    assert list(unexplained([*earlier, (3, {"rows": {"draft 1": "c"}, "rows_before": {}})])) == []
    assert list(unexplained([*earlier, (3, {"rows": {"draft 1": "d"}, "rows_before": {}})])) == [
        (3, "draft 1")
    ]
    gone = [
        (1, {"rows": {"draft 1": "a"}}),
        (2, {"rows": {"draft 1": None}, "rows_before": {"draft 1": "a"}}),
    ]
    made = (3, {"rows": {"draft 1": "b"}, "rows_before": {"draft 1": None}})
    assert list(unexplained([*gone, made])) == []


def _same(table: Table, row: object) -> list[ColumnElement[bool]]:
    return [column == key for column, key in zip(table.primary_key, inspect(row).identity, strict=True)]


@pytest.mark.parametrize("name", sorted(MARKED))
def test_every_column_changed_before_an_act_is_found_after_it(kept: Database, name: str) -> None:
    table, mapped = Base.metadata.tables[name], CLASSES[name]
    may_change = {*exempt(), *UNMARKED}
    with kept.session() as session:
        row = session.scalars(select(mapped).limit(1)).one()
        of_row = " AND ".join(f"{column.name} = :key_{column.name}" for column in table.primary_key)
        stored = session.execute(select(table).where(*_same(table, row))).mappings().one()
        keys = {f"key_{column.name}": stored[column.name] for column in table.primary_key}
        for column in table.columns:
            if column.primary_key or column.foreign_keys or f"{name}.{column.name}" in may_change:
                continue
            aside = session.begin_nested()
            session.execute(text("PRAGMA ignore_check_constraints = ON"))
            values = keys | {"new": other(column, stored[column.name])}
            changing = f"UPDATE {name} SET {column.name} = :new WHERE {of_row}"  # noqa: S608 - names of the tables
            session.execute(text(changing), values)
            session.expire_all()
            record_act(session, "li", "test.act", "x", rows=[row])
            assert any("之前被改动" in flaw for flaw in check_rows(session)), column
            aside.rollback()
            session.expire_all()


def test_what_may_be_older_than_its_marks_is_marked() -> None:
    assert set(PLANNED) < MARKED
    assert {Unit.__tablename__, Season.__tablename__} < MARKED
    assert Objection.__tablename__ in MARKED


def test_a_row_that_is_there_twice_is_found(kept: Database) -> None:
    """Whoever may change the layout of tables can take away the keys that keep a row from being there twice."""
    with kept.session() as session:
        session.execute(text("CREATE TABLE kept_days AS SELECT * FROM calendar_day"))
        session.execute(text("DROP TABLE calendar_day"))
        session.execute(text("ALTER TABLE kept_days RENAME TO calendar_day"))
        session.execute(text("INSERT INTO calendar_day SELECT * FROM calendar_day LIMIT 1"))
        assert any("有两行" in flaw for flaw in check_rows(session))
