"""The queue of what awaits a decision: every kind of fact, oldest first, decided on together or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.ledger.awaiting import decide_awaiting, list_awaiting
from leaderboard.ledger.models import Credit, Project, ProjectDecision, UnitDecision
from leaderboard.ledger.record import LedgerError, Source, add_arrival, add_credits, decide
from leaderboard.ledger.unit_facts import add_adjustment, add_return
from leaderboard.ledger.waiting import KINDS, Asked, Key, count_awaiting, counted
from tests.factories import Race, start_race

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def source(at: int) -> Source:
    return Source("clerk", evidence="照片", recorded_at=at)


@pytest.fixture
def race(session: Session) -> Race:
    """Two units, one project of 柳溪 with a share and a signing that wait, and one waiting fact of every other kind."""
    race = start_race(session)
    first, second = race.unit("liuxi"), race.unit("qingshi")
    project = race.project("liuxi", code="P-1", source=source(2_000))
    add_arrival(session, source(1_000), project, occurred_on=MAY, amount_yuan=5)
    add_return(
        session, source(4_000), unit_id=second.id, measure="m", starts_on=MAY, ends_on=JUNE, quantity=3
    )
    add_adjustment(
        session,
        source(3_000),
        unit_id=first.id,
        season_id=race.season.id,
        item="prize",
        occurred_on=JUNE,
        times=1,
        reason="获奖",
    )
    return race


def kinds(session: Session, asked: Asked) -> list[str]:
    found = list_awaiting(session, asked, 100)
    assert len(found) == count_awaiting(session, asked)
    return [line.key.kind for line in found]


def test_every_kind_waits_in_one_queue_the_oldest_first(session: Session, race: Race) -> None:
    found = list_awaiting(session, Asked(), 100)
    # The share and the signing were recorded at the same instant and tell the same day.
    assert found[0].key.kind == "arrival"
    assert {line.key.kind for line in found[1:3]} == {"credit", "event"}
    assert [line.key.kind for line in found[3:]] == ["adjustment", "return"]
    assert {line.key.kind for line in found} == set(KINDS)
    liuxi, qingshi = race.units["liuxi"].id, race.units["qingshi"].id
    assert [line.unit_ids for line in found] == [(liuxi,)] * 4 + [(qingshi,)]
    assert [line.project.code if line.project else None for line in found] == ["P-1"] * 3 + [None] * 2


def test_the_queue_is_asked_by_unit_kind_and_season(session: Session, race: Race) -> None:
    liuxi, qingshi = race.units["liuxi"].id, race.units["qingshi"].id
    assert kinds(session, Asked((qingshi,))) == ["return"]
    assert kinds(session, Asked((liuxi,), kind="arrival")) == ["arrival"]
    assert kinds(session, Asked(())) == []
    other = start_race(session, "other", title="另一赛季").season
    assert kinds(session, Asked((liuxi, qingshi), race.season.id)).count("adjustment") == 1
    assert kinds(session, Asked((liuxi, qingshi), other.id)).count("adjustment") == 0


def test_one_unit_has_the_same_queue_whether_its_facts_are_few_or_many(session: Session, race: Race) -> None:
    """柳溪's share was reversed and recorded anew: its project's other facts stand in the queue once all the same."""
    share, liuxi = session.scalars(select(Credit)).one(), race.units["liuxi"].id
    decide(session, "chief", share, "reversed", "重录")
    project = session.get_one(Project, share.project_id)
    add_credits(session, source(5_000), project, shares=[(liuxi, Fraction(1))], occurred_on=JUNE)
    race.project("qingshi", code="P-2", source=source(500))
    asked = Asked((liuxi,))
    whole = [line.key for line in list_awaiting(session, asked, 100)]
    assert [key.kind for key in whole] == ["arrival", "event", "adjustment", "credit"]
    found, total = counted(session, asked, 4)
    assert (len(found.few or ()), total) == (3, 4)
    assert [line.key for line in list_awaiting(session, found, 100)] == whole
    assert [line.key for line in list_awaiting(session, found, 2, 1)] == whole[1:3]
    # One more than is counted: nothing is kept, and there are "more".
    assert counted(session, asked, 2) == (asked, 3)
    assert counted(session, Asked(), 3) == (Asked(), 4)
    assert counted(session, replace(asked, kind="arrival"), 3)[1] == 1


def test_a_stretch_of_the_queue(session: Session, race: Race) -> None:
    whole = list_awaiting(session, Asked(), 100)
    parts = [list_awaiting(session, Asked(), 2, start) for start in (0, 2, 4)]
    assert [line.key for part in parts for line in part] == [line.key for line in whole]


def test_many_are_verified_in_one_act(session: Session, race: Race) -> None:
    keys = [line.key for line in list_awaiting(session, Asked(), 100)]
    decide_awaiting(session, "chief", [*keys, keys[0]], "verified")
    assert count_awaiting(session, Asked()) == 0
    line = session.scalars(select(AuditLine).order_by(AuditLine.seq_no.desc())).first()
    assert line is not None
    assert (line.actor, line.action, line.subject) == ("chief", "fact.decide_many", "5 facts")
    said = json.loads(line.detail)
    assert len(said["facts"]) == 5
    assert said["moved"] == [["awaiting", "verified", 5]]
    facts = {fact["table"]: fact for fact in said["said"]}
    assert len(facts) == 5
    arrival, report = facts["capital_arrival"], facts["unit_return"]
    assert (arrival["of"], arrival["on"], arrival["yuan"]) == ("P-1", str(MAY), 5)
    assert (report["of"], report["measure"], report["quantity"]) == ("qingshi", "m", 3)
    # Whoever looks for a project or a unit in the trail finds the act.
    assert (said["codes"], said["units"]) == (["P-1"], ["liuxi", "qingshi"])


def test_all_or_nothing(session: Session, race: Race) -> None:
    lines = list_awaiting(session, Asked(), 100)
    decide(session, "other", lines[4].fact, "returned", "重复")
    with pytest.raises(LedgerError, match="其中 1 条已由他人处理，这次什么都没有保存"):
        decide_awaiting(session, "chief", [line.key for line in lines], "verified")
    assert count_awaiting(session, Asked()) == 4
    assert session.scalar(select(func.count()).select_from(ProjectDecision)) == 0
    assert session.scalars(select(UnitDecision.decided_by)).all() == ["other"]


@pytest.mark.parametrize(
    ("outcome", "reason", "problem"),
    [
        ("returned", " ", "须写明理由"),
        ("reversed", "不对", "请先勾选"),
        ("", None, "请先勾选"),
    ],
)
def test_what_is_refused(
    session: Session, race: Race, outcome: str, reason: str | None, problem: str
) -> None:
    keys = [line.key for line in list_awaiting(session, Asked(), 100)]
    with pytest.raises(LedgerError, match=problem):
        decide_awaiting(session, "chief", keys, outcome, reason)
    with pytest.raises(LedgerError, match="请先勾选"):
        decide_awaiting(session, "chief", [], "verified")
    with pytest.raises(LedgerError, match="已由他人处理"):
        decide_awaiting(session, "chief", [Key("event", keys[0].holder_id, 1)], "verified")
    assert count_awaiting(session, Asked()) == 5
