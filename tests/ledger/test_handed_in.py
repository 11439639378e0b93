"""What a unit has handed in: its own alone, by what became of it, and taken back only while nobody has verified it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from leaderboard.ledger.handed_in import (
    count_unsettled,
    find_handed_in,
    last_returns,
    may_take_back,
    names_taken,
    own_events,
    settled,
    take_back,
    unsettled,
)
from leaderboard.ledger.models import AWAITING, RETURNED, REVERSED, VERIFIED, Credit
from leaderboard.ledger.read import live_credits, live_returns, outcome_of
from leaderboard.ledger.record import LedgerError, Source, add_arrival, decide
from leaderboard.ledger.unit_facts import add_return, replace_return
from leaderboard.ledger.waiting import Key
from tests.factories import AS_OF, STARTS, Race, start_race

LI, WANG = Source("li", "回单"), Source("wang", "回单")
OURS, THEIRS = frozenset({"li"}), frozenset({"wang"})


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session)
    race.unit("liuxi")
    race.unit("qingshi")
    return race


def kinds(race: Race, outcome: str, unit: str = "liuxi") -> list[str]:
    people = {"liuxi": OURS, "qingshi": THEIRS}[unit]
    return [each.kind for each in unsettled(race.session, race.units[unit].id, outcome, people, 10)]


def test_a_unit_sees_what_is_its_own_until_its_share_is_gone(session: Session, race: Race) -> None:
    own, theirs = race.project("liuxi"), race.project("qingshi")
    for project in (own, theirs):
        add_arrival(session, LI, project, occurred_on=AS_OF, amount_yuan=5)
    add_return(
        session, LI, unit_id=race.units["liuxi"].id, measure="m", starts_on=STARTS, ends_on=AS_OF, quantity=1
    )
    assert sorted(kinds(race, AWAITING)) == ["arrival", "return"]
    assert kinds(race, AWAITING, "qingshi") == ["arrival"]
    (share,) = live_credits(session, own.id)
    decide(session, "chen", session.get_one(Credit, (own.id, share.fact_id)), REVERSED, "误计")
    assert kinds(race, AWAITING) == ["return"]
    assert own_events(session, race.units["liuxi"].id) == ([], [])
    assert names_taken(session, race.units["liuxi"].id, own.name) == []


def test_what_was_sent_back_comes_with_the_last_reason_and_moves_when_it_is_settled(
    session: Session, race: Race
) -> None:
    arrival = add_arrival(session, LI, race.project("liuxi"), occurred_on=AS_OF, amount_yuan=5)
    for outcome, why in ((RETURNED, "缺页"), (VERIFIED, None), (RETURNED, "印章不清")):
        decide(session, "chen", arrival, outcome, why)
    unit = race.units["liuxi"].id
    (found,) = unsettled(session, unit, RETURNED, OURS, 10)
    assert (found.kind, found.outcome, found.reason, found.decided_by) == (
        "arrival",
        RETURNED,
        "印章不清",
        "chen",
    )
    assert kinds(race, AWAITING) == []
    decide(session, "chen", arrival, VERIFIED)
    assert kinds(race, RETURNED) == []
    assert [each.outcome for each in settled(session, unit, OURS, 10)] == [VERIFIED]
    assert settled(session, unit, {"someone"}, 10) == []


def test_in_a_shared_project_each_has_its_own_share_and_what_its_people_reported(
    session: Session, race: Race
) -> None:
    shared = race.project("liuxi", "qingshi")
    arrival = add_arrival(session, WANG, shared, occurred_on=AS_OF, amount_yuan=5)
    liuxi, qingshi = (race.units[key].id for key in ("liuxi", "qingshi"))
    shares = {row.unit_id: row.fact_id for row in live_credits(session, shared.id)}
    reported = Key("arrival", shared.id, arrival.fact_id)
    assert find_handed_in(session, liuxi, Key("credit", shared.id, shares[liuxi]), OURS) is not None
    assert find_handed_in(session, liuxi, Key("credit", shared.id, shares[qingshi]), OURS) is None
    assert find_handed_in(session, liuxi, Key("adjustment", liuxi, 1), OURS) is None
    assert find_handed_in(session, liuxi, Key("arrival", shared.id, 1), OURS) is None
    for outcome in (AWAITING, RETURNED):
        if outcome == RETURNED:
            decide(session, "chen", arrival, RETURNED, "缺页")
        assert find_handed_in(session, liuxi, reported, OURS) is None
        assert find_handed_in(session, qingshi, reported, THEIRS) is arrival
        assert (kinds(race, outcome), kinds(race, outcome, "qingshi")) == ([], ["arrival"])
        assert count_unsettled(session, liuxi, OURS, [shared.id]) == {}
        assert count_unsettled(session, qingshi, THEIRS, [shared.id]) == {(shared.id, outcome): 1}
    assert may_take_back(session, arrival, THEIRS)


def test_a_return_that_others_stand_on_is_only_replaced_once_sent_back(session: Session, race: Race) -> None:
    """40 and then 2: the 40 are sent back and become 38, of the same days; the 2 go on from them as before."""
    unit, middle = race.units["liuxi"].id, STARTS + timedelta(days=30)
    first = add_return(session, LI, unit_id=unit, measure="m", starts_on=STARTS, ends_on=middle, quantity=40)
    next_day = middle + timedelta(days=1)
    add_return(session, LI, unit_id=unit, measure="m", starts_on=next_day, ends_on=AS_OF, quantity=2)
    assert last_returns(session, unit) == {"m": AS_OF}
    assert not may_take_back(session, first, OURS)
    with pytest.raises(LedgerError, match="已经认定或撤回"):
        replace_return(session, LI, first, 38, "重新填报")
    decide(session, "chen", first, RETURNED, "口径不符")
    assert may_take_back(session, first, OURS)
    again = replace_return(session, LI, first, 38, "重新填报")
    assert (again.starts_on, again.occurred_on) == (STARTS, middle)
    assert (outcome_of(session, first), outcome_of(session, again)) == (REVERSED, AWAITING)
    assert [row.quantity for row in live_returns(session, unit, "m")] == [38, 2]
    with pytest.raises(LedgerError, match="已经认定或撤回"):
        replace_return(session, LI, first, 37, "重新填报")


def test_only_what_nobody_has_verified_is_taken_back_and_only_once(session: Session, race: Race) -> None:
    arrival = add_arrival(session, LI, race.project("liuxi"), occurred_on=AS_OF, amount_yuan=5)
    decide(session, "chen", arrival, VERIFIED)
    assert not may_take_back(session, arrival, OURS)
    with pytest.raises(LedgerError, match="已经认定或撤回"):
        take_back(session, "li", arrival, "撤回")
    decide(session, "chen", arrival, RETURNED, "重核")
    take_back(session, "li", arrival, "撤回")
    assert outcome_of(session, arrival) == REVERSED
    with pytest.raises(LedgerError, match="已经认定或撤回"):
        take_back(session, "li", arrival, "撤回")
