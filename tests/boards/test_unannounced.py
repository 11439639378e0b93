"""Rows of the ledger that no edition rests on yet: every column changed, and every row lost or slipped in, is found."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import AuditLine
from leaderboard.db import Base
from leaderboard.ledger import record, unit_facts
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.bulk import Fact, Head, add_facts, add_projects
from leaderboard.ledger.bulk_decisions import Decision, decide_facts
from leaderboard.ledger.imprints import COLUMNS, wrong_rows
from leaderboard.ledger.models import CapitalArrival, Credit, Project, StageEvent
from tests.boards.tampering import first_flaw_of, other, tampered
from tests.factories import PENDING, VERIFIED, Race, race_of, start_race
from tests.kept import kept

TABLES = sorted({*COLUMNS, "former_project"})


@pytest.fixture
def entered(session: Session) -> Race:
    """A race never published, with rows of every table of the ledger, of which some came one by one and some at once."""
    kept(session, "every table of the ledger", lambda: _enter(session))
    return race_of(session, "race")


def _enter(session: Session) -> None:
    race = start_race(session)
    unit = race.unit("liuxi")
    race.unit("qingshi")
    one = race.project("liuxi", "qingshi", started=date(2026, 4, 1), arrived=50_000_000)
    record.add_stage_event(session, PENDING, one, stage="registered", occurred_on=date(2026, 4, 2))
    amend_project(session, "li", one, name="新名", is_public=True, reason="更名")
    amend_project(session, "li", one, investor="某公司", reason="补记")
    for month in (1, 2):
        unit_facts.add_return(
            session,
            VERIFIED,
            unit_id=unit.id,
            measure="tax",
            starts_on=date(2026, month, 1),
            ends_on=date(2026, month, 28),
            quantity=7,
        )
        unit_facts.add_adjustment(
            session,
            VERIFIED if month == 1 else PENDING,
            unit_id=unit.id,
            season_id=race.season.id,
            item="criticism",
            occurred_on=date(2026, month, 3),
            times=1,
            reason="通报",
        )
    at_once(race)


def at_once(race: Race) -> None:
    """Two projects with their facts in one act, one of them decided on in another."""
    session, unit = race.session, race.units["liuxi"]
    ids = add_projects(session, VERIFIED, [Head("B-1", "一"), Head("B-2", "二", industry="制造")])
    day = date(2026, 5, 5)
    credit = {"unit_id": unit.id, "share_num": 1, "share_den": 1}
    arrival = {"yuan": 5, "kind": "domestic", "currency": None, "foreign_cents": None, "exchange_rate": None}
    signing = {"stage": "signed", "total_yuan": 9, "inward_yuan": None}
    facts = [
        fact
        for project_id in ids.values()
        for fact in (
            Fact(Credit, project_id, day, credit, verified=True),
            Fact(StageEvent, project_id, day, signing, evidence="协议", verified=True),
            Fact(CapitalArrival, project_id, day, arrival),
        )
    ]
    made = add_facts(session, VERIFIED, facts)
    decide_facts(session, "li", [Decision(CapitalArrival, ids["B-1"], made[2], "verified")])


def first_and_last(session: Session, name: str) -> list[dict[str, Any]]:
    """Of a table the row written first and the one written last."""
    table = Base.metadata.tables[name]
    instant = next(table.c[at] for at in ("recorded_at", "decided_at", "until_at") if at in table.c)
    rows = session.execute(select(table).order_by(instant, *table.primary_key)).mappings().all()
    return [dict(row) for row in (rows[0], rows[-1])]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_and_every_row_gone_is_found(session: Session, entered: Race, name: str) -> None:
    assert first_flaw_of(session) == ""
    table = Base.metadata.tables[name]
    where = " AND ".join(f"{column.name} = :key_{column.name}" for column in table.primary_key)
    unseen = []
    for row in first_and_last(session, name):
        keys = {f"key_{column.name}": row[column.name] for column in table.primary_key}
        for column in table.columns:
            was = str(row[column.name]) if isinstance(row[column.name], date) else row[column.name]
            statement = f"UPDATE {name} SET {column.name} = :new WHERE {where}"  # noqa: S608
            with tampered(session, statement, new=other(column, was), **keys) as done:
                if done and not list(wrong_rows(session)):
                    unseen.append(f"{name}.{column.name}")
        with tampered(session, f"DELETE FROM {name} WHERE {where}", **keys) as done:  # noqa: S608
            if done and not list(wrong_rows(session)):
                unseen.append(f"{name} gone")
    assert unseen == []


@pytest.mark.parametrize("name", sorted(COLUMNS.keys() - {"project"}))
def test_a_row_that_nobody_entered_is_found(session: Session, entered: Race, name: str) -> None:
    """Recorded long ago, as it says: all that this ledger holds has its line."""
    columns = ", ".join(COLUMNS[name])
    new = columns.replace("fact_id", "77").replace("recorded_at", "1").replace("decided_at", "1")
    one = f"SELECT fact_id FROM {name} ORDER BY 1 LIMIT 1"  # noqa: S608
    statement = f"INSERT INTO {name} ({columns}) SELECT {new} FROM {name} WHERE fact_id = ({one})"  # noqa: S608
    with tampered(session, statement) as done:
        assert done
        (said,) = wrong_rows(session)
    assert said.startswith(f"台账 {name} 的记录 77")
    assert said.endswith("没有审计记录")


def test_an_adjustment_changed_before_it_was_announced_is_told_with_its_line(
    session: Session, entered: Race
) -> None:
    statement = "UPDATE adjustment SET times = 3, recorded_by = '别人' WHERE occurred_on = '2026-02-03'"
    line = session.scalars(
        select(AuditLine).where(AuditLine.action == "adjustment.add").order_by(AuditLine.seq_no.desc())
    ).first()
    assert line is not None
    with tampered(session, statement) as done:
        assert done
        assert first_flaw_of(session).startswith(f"台账 adjustment: 审计记录第 {line.seq_no} 条所记的 ")


@pytest.mark.engines("sqlite", "postgresql")
def test_what_was_entered_before_the_trail_kept_rows_stands_as_it_did(session: Session) -> None:
    """Its lines hold no mark; what was entered after them is held against its own."""
    old = Project(code="OLD", name="旧", is_public=0, recorded_at=1_000, recorded_by="li")
    session.add(old)
    record_act(session, "li", "project.add", "OLD", name="旧")
    record.keep_project_facts(session, [old.id])
    assert first_flaw_of(session) == ""
    amend_project(session, "li", old, name="旧项目", reason="更名")
    record.add_project(session, VERIFIED, code="NEW", name="新")
    assert first_flaw_of(session) == ""
    with tampered(session, "UPDATE project SET name = '别的' WHERE code = 'NEW'"):
        assert "台账 project: 审计记录第 3 条所记的 " in first_flaw_of(session)
    with tampered(session, "UPDATE project SET name = '别的' WHERE code = 'OLD'"):
        assert "台账 project: 审计记录第 2 条所记的 " in first_flaw_of(session)


def test_shares_that_come_together_are_each_kept(session: Session, entered: Race) -> None:
    project = record.add_project(session, PENDING, code="S-1", name="共享")
    shares = [(unit.id, Fraction(1, 2)) for unit in entered.units.values()]
    record.add_credits(session, PENDING, project, shares=shares, occurred_on=date(2026, 6, 1))
    assert list(wrong_rows(session)) == []
