"""A season with something of everything, written out, and what is compared after it was read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.gather import gather_facts
from leaderboard.exchange.exporting import export_workbook
from leaderboard.ledger import record
from leaderboard.ledger.read import FOREVER
from leaderboard.seasons import plan
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import find_season, roster
from scoring import facts as scored
from tests.exchange.books import (
    TODAY,
)
from tests.factories import PENDING, VERIFIED, Race, small_race

RETURNED_YUAN = 12_345


def exported(session: Session, season: Season) -> bytes:
    return export_workbook(session, season, TODAY)


def facts_of(session: Session, slug: str) -> scored.Facts:
    """The facts a board is scored from, without their random ids and in one order."""
    season = find_season(session, slug)
    assert season is not None
    facts = gather_facts(session, season, roster(session, season.id, FOREVER), FOREVER)
    return replace(
        facts,
        projects=tuple(
            replace(project, events=_plain(project.events), arrivals=_plain(project.arrivals))
            for project in facts.projects
        ),
        returns=_plain(facts.returns),
        adjustments=_plain(facts.adjustments),
        targets=tuple(sorted(facts.targets, key=repr)),
    )


def without_returned(facts: scored.Facts) -> scored.Facts:
    """What was returned here waits for verification elsewhere: there nobody has looked at it yet."""
    return replace(
        facts,
        projects=tuple(
            replace(project, arrivals=tuple(a for a in project.arrivals if a.yuan != RETURNED_YUAN))
            for project in facts.projects
        ),
    )


def _plain(facts: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted((_without_id(fact) for fact in facts), key=repr))


def _without_id(fact: Any) -> Any:
    return fact._replace(id="") if isinstance(fact, tuple) else replace(fact, id="")


def rich_race(session: Session) -> Race:
    """A season with something of everything that a workbook carries."""
    race = small_race(session)
    plan.extend_stages(
        session, "tester", race.season, [{"key": "permit", "name": "许可", "name_en": "Permit"}]
    )
    towns = race.divisions["towns"]
    outsider = race.unit("outsider", name="城投;集团:1", division="firms")
    plan.enter_unit(session, "tester", race.season, outsider, race.divisions["firms"], competing=False)
    plan.add_unit(session, "tester", key="elsewhere", name="外县", sort_no=99)
    project = race.project(
        "liuxi", "outsider", code="００7", name="共建项目", is_public=True, investor="=1+1"
    )
    record.add_stage_event(session, PENDING, project, stage="permit", occurred_on=date(2026, 5, 1))
    waiting = record.add_project(session, PENDING, code="W-1", name="待认定项目")
    other = session.scalars(select(Unit).where(Unit.key == "elsewhere")).one()
    shares = [(race.units["qingshi"].id, Fraction(1, 3)), (other.id, Fraction(1, 3))]
    record.add_credits(session, PENDING, waiting, shares=shares, occurred_on=date(2026, 2, 1))
    foreign: dict[str, Any] = {
        "kind": "foreign",
        "currency": "USD",
        "foreign_cents": 12_345_000_017_701_521,
        "exchange_rate": "7.10",
    }
    record.add_arrival(
        session, VERIFIED, waiting, occurred_on=date(2026, 6, 1), amount_yuan=876_495_001_256_808, **foreign
    )
    for _ in range(2):
        record.add_arrival(session, PENDING, waiting, occurred_on=date(2026, 6, 1), amount_yuan=1)
    returned = record.add_arrival(
        session, PENDING, waiting, occurred_on=date(2026, 6, 2), amount_yuan=RETURNED_YUAN
    )
    record.decide(session, "tester", returned, "returned", "凭证不清")
    reversed_event = record.add_stage_event(
        session, VERIFIED, waiting, stage="signed", occurred_on=date(2026, 1, 5)
    )
    record.decide(session, "tester", reversed_event, "reversed", "录错")
    plan.set_target(
        session,
        "tester",
        race.season,
        race.units["liuxi"],
        indicator="arrival",
        by="amount",
        quantity=1,
        level="冲刺",
    )
    assert towns.key == "towns"
    return race
