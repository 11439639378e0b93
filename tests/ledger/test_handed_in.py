"""What a unit has handed in: its own alone, by what became of it, and taken back only while nobody has verified it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from leaderboard.ledger.awaiting import Key
from leaderboard.ledger.handed_in import (
    find_handed_in,
    may_take_back,
    names_taken,
    own_events,
    settled,
    take_back,
    unsettled,
)
from leaderboard.ledger.models import AWAITING, RETURNED, REVERSED, VERIFIED, Credit
from leaderboard.ledger.read import live_credits, outcome_of
from leaderboard.ledger.record import LedgerError, Source, add_arrival, add_return, decide
from tests.factories import AS_OF, STARTS, Race, start_race

LI, WANG = Source("li", "回单"), Source("wang", "回单")
OURS = frozenset({"li"})


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session)
    race.unit("liuxi")
    race.unit("qingshi")
    return race


def kinds(race: Race, outcome: str, unit: str = "liuxi") -> list[str]:
    return [each.kind for each in unsettled(race.session, race.units[unit].id, outcome, 10)]


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
    (found,) = unsettled(session, unit, RETURNED, 10)
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


def test_in_a_shared_project_each_has_its_own_share_and_all_have_the_rest(
    session: Session, race: Race
) -> None:
    shared = race.project("liuxi", "qingshi")
    arrival = add_arrival(session, WANG, shared, occurred_on=AS_OF, amount_yuan=5)
    liuxi, qingshi = (race.units[key].id for key in ("liuxi", "qingshi"))
    shares = {row.unit_id: row.fact_id for row in live_credits(session, shared.id)}
    assert find_handed_in(session, liuxi, Key("credit", shared.id, shares[liuxi])) is not None
    assert find_handed_in(session, liuxi, Key("credit", shared.id, shares[qingshi])) is None
    assert find_handed_in(session, liuxi, Key("arrival", shared.id, arrival.fact_id)) is arrival
    assert find_handed_in(session, liuxi, Key("adjustment", liuxi, 1)) is None
    assert find_handed_in(session, liuxi, Key("arrival", shared.id, 1)) is None
    # What waits is taken back by whoever entered it; what was sent back blocks all of them, so all of them may.
    assert not may_take_back(session, arrival, OURS)
    decide(session, "chen", arrival, RETURNED, "缺页")
    assert may_take_back(session, arrival, OURS)


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
