"""Changing what is stored behind the house's back: an eventful race, statements, and a trail hashed anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from pyotp import TOTP
from sqlalchemy import Column, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.invitations import invite
from leaderboard.accounts.models import AuditHead, AuditLine
from leaderboard.accounts.people import add_account
from leaderboard.accounts.second_factor import enrol, new_secret
from leaderboard.boards.ceremonies import begin
from leaderboard.boards.check import check_database
from leaderboard.boards.clock import request_run
from leaderboard.boards.correct import withdraw
from leaderboard.boards.countersign import ALONE, ask, want_two
from leaderboard.boards.drafts import open_window
from leaderboard.boards.foreseen import keep_foreseen
from leaderboard.boards.keys import rotate
from leaderboard.boards.prospects import foresee
from leaderboard.boards.read import latest_edition
from leaderboard.boards.screen_settings import set_notice
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.ledger import record, unit_facts
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.distinct import set_apart
from leaderboard.ledger.evidence import attach
from leaderboard.ledger.models import Project
from leaderboard.ledger.waiting import Key
from leaderboard.objections.file import file_objection
from leaderboard.seasons.calendar import import_year
from leaderboard.seasons.notice import NoticeDay
from leaderboard.seasons.plan import show_season
from leaderboard.seasons.rename import rename_unit
from leaderboard.seasons.timetable import add_timetable, course_of, skip_instant
from tests.boards.lives import corrected, drafted, reverse_starts
from tests.exchange.books import book, take_in
from tests.factories import FOUR_RATES, OFFICE, PENDING, VERIFIED, Race, start_race


def eventful(session: Session) -> Race:
    """A race with a row in every table: corrected, withdrawn, under two keys, with returns, adjustments and renames."""
    race = start_race(session)
    race.unit("liuxi")
    race.unit("qingshi", division="parks")
    race.project("liuxi", started=date(2026, 4, 1), registered=date(2026, 3, 2), arrived=5, investor="某公司")
    race.project("qingshi", started=date(2026, 6, 1), industry="制造", name_en="Works")
    doubled(race)
    fact = {"unit_id": race.units["liuxi"].id}
    unit_facts.add_return(
        session,
        VERIFIED,
        measure="tax",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
        quantity=5,
        **fact,
    )
    unit_facts.add_adjustment(
        session,
        VERIFIED,
        season_id=race.season.id,
        item="praised",
        occurred_on=date(2026, 6, 6),
        times=1,
        reason="表彰",
        **fact,
    )
    race.scheme(FOUR_RATES)
    project = session.scalars(select(Project)).first()
    assert project is not None
    amend_project(session, "li", project, reason="更名", name="新名")
    first = race.publish()
    withdraw(session, "li", race.publish(), reason="有误")
    reverse_starts(race)
    corrected(race, first)
    rename_unit(session, "li", race.units["qingshi"], name="新青石镇", reason="更名")
    rotate(session, "li", OFFICE, "ab" * 32)
    keep_foreseen(session, "clock", foresee(session, first))
    planned(race)
    session.commit()
    return race


def doubled(race: Race) -> None:
    """Projects of one name, of which two are said to be two, and a fact with evidence that awaits its decision."""
    session = race.session
    one, other, _third = (
        race.project("qingshi", signed=None, name="标准厂房", code=f"D-{n}") for n in range(3)
    )
    set_apart(session, "li", one, other, "两期用地")
    arrival = record.add_arrival(session, PENDING, one, occurred_on=date(2026, 6, 1), amount_yuan=7)
    key = Key("arrival", one.id, arrival.fact_id)
    attach(session, "li", key, title="回单.pdf", content=b"%PDF-1.4 receipt", most=1000)


def planned(race: Race) -> None:
    """What waits or is set up beside the editions: a window with an objection, a timetable, an account, a screen."""
    session, season = race.session, race.season
    draft = open_window(session, "li", drafted(race), days=3, contact="招商局", zone=OFFICE.zone)
    unit = race.units["liuxi"]
    file_objection(session, "wang", draft, unit, about=unit, indicator=None, text="漏计一个项目")
    timetable = add_timetable(
        session, "li", season, name="日榜", rule={"kind": "daily", "time": "09:00"}, zone=OFFICE.zone
    )
    due_at = course_of(session, timetable).first_after(now())
    assert due_at is not None
    skip_instant(session, "li", timetable, due_at, reason="停一天", at=now())
    zhang, _password = add_account(session, "li", name="zhang", display_name="张某", role="viewer")
    invite(session, "li", zhang, 72, now())
    secret = new_secret()
    enrol(session, zhang, secret, TOTP(secret).at(now() // 1000), "key", now())
    screen, _token = add_screen(session, "li", name="大厅", season=season, secret="一")
    set_notice(session, "li", screen, text="十点开会")
    begin(session, "li", season, screens=[screen], edition=latest_edition(session, season.id))
    cover = [["格式版本", "saima-workbook/1"], ["赛季代号", "race"]]
    take_in(
        session,
        book({"项目": [["I-1", "导入的项目", None, None, None, None, "liuxi"]]}, cover=cover, scheme=None),
    )
    show_season(session, "li", season, is_public=False, reason="整理")
    want_two(session, "li", season, reason="领导小组要求")
    ask(session, "li", season, ALONE, reason="人手不足")
    request_run(session, season, "once", "li", now())
    off = [NoticeDay(date(2026, 10, day), False, "国庆节") for day in (1, 2)]
    import_year(session, "li", 2026, off, source="放假安排通知")


@contextmanager
def changed(database: Database, statement: str, **values: Any) -> Iterator[Session | None]:
    """The database after a statement behind the house's back; None where the database itself refuses it."""
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        # Before the transaction: within one it has no effect.
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            done = connection.execute(text(statement), values)
            assert done.rowcount >= 1
            with Session(connection) as session:
                yield session
        except IntegrityError:
            yield None
        finally:
            connection.rollback()
            raw.execute("PRAGMA foreign_keys = ON")


@contextmanager
def tampered(session: Session, statement: str, **values: Any) -> Iterator[bool]:
    """The session after a statement behind the house's back, until it is put back; False where that is refused."""
    aside = session.begin_nested()
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    freely = "PRAGMA defer_foreign_keys = ON" if is_sqlite else "SET LOCAL session_replication_role = replica"
    session.execute(text(freely))
    try:
        done: Any = session.execute(text(statement), values)
        assert done.rowcount == 1
        # Whoever checks has a session of their own.
        session.expire_all()
        yield True
    except IntegrityError:
        yield False
    finally:
        aside.rollback()


def first_flaw(session: Session | None) -> str:
    """The first thing found wrong; empty when nothing is."""
    return "the database refuses it" if session is None else first_flaw_of(session)


def first_flaw_of(session: Session) -> str:
    """The same where there is a session."""
    return str(next(check_database(session), ""))


def other(column: Column[Any], value: Any) -> Any:
    """Another value of the column's kind, as the database keeps it."""
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, int):
        # A small number is moved past its neighbours, an instant by a millisecond.
        return value + (1000 if value < 1_000_000 else 1)
    if "DATE" in str(column.type).upper():
        return "2026-02-02"
    if value is None:
        return 1 if "INT" in str(column.type).upper() else "x"
    return value[:-1] + ("1" if value.endswith("0") else "0")


def all_flaws(session: Session) -> list[str]:
    """Everything found wrong."""
    return [str(flaw) for flaw in check_database(session)]


def write_trail_anew(session: Session) -> None:
    """Hash every line of the audit trail again, as whoever may write to the database can."""
    number, before = 0, "0" * 64
    for line in session.scalars(select(AuditLine).order_by(AuditLine.seq_no)):
        number, line.previous_hash = line.seq_no, before
        parts = [number, line.at, line.actor, line.action, line.subject, line.detail, before]
        line.hash = before = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
    head = session.get_one(AuditHead, 1)
    head.seq_no, head.hash = number, before
    session.flush()
