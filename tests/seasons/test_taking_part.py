"""Who takes part: many units at once, their own order, moving, bundling and leaving, all as known at an instant."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.boards.again import recompose
from leaderboard.boards.models import Edition
from leaderboard.boards.package import canonical, unpacked
from leaderboard.boards.read import find_line
from leaderboard.seasons import plan
from leaderboard.seasons.order import order_divisions, order_units
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import bundles, divisions_at, list_units, ranked, roster
from leaderboard.seasons.taking_part import NewUnit, add_units, leave_season, place_unit, propose_keys
from tests.factories import Race, small_race, start_race

LATER = 9_000_000_000_000


def keys(race: Race, at: int = LATER) -> list[str]:
    return [line.key for line in roster(race.session, race.season.id, at)]


def is_as_said(session: Session, edition: Edition) -> bool:
    """Whether an edition composes to the same bytes, whatever was planned since."""
    return canonical(recompose(session, edition)) == canonical(unpacked(edition.package))


def last_act(session: Session) -> AuditLine:
    return session.scalars(select(AuditLine).order_by(AuditLine.seq_no.desc()).limit(1)).one()


def test_many_units_keep_the_order_they_were_given_in(session: Session):
    race = start_race(session)
    towns = plan.add_division(session, "t", race.season, key="towns", name="乡镇组")
    names = ["张家镇", "安平镇", "重庆路街道"]
    proposed = propose_keys(names, {"u02"})
    assert proposed == ["u01", "u03", "u04"]
    add_units(session, "t", race.season, towns, list(map(NewUnit, proposed, names)))
    assert [line.name for line in roster(session, race.season.id, LATER)] == names


def test_every_unfit_line_is_told_at_once_and_nothing_is_kept(session: Session):
    race = start_race(session)
    race.unit("liuxi", name="柳溪镇")
    given = [
        NewUnit("u1", "柳溪镇"),
        NewUnit("liuxi", "青石镇"),
        NewUnit("a b", "南岸"),
        NewUnit("u2", "南岸"),
    ]
    with pytest.raises(PlanError) as caught:
        add_units(session, "t", race.season, race.divisions["towns"], given)
    assert len(caught.value.problems) == 4
    assert [unit.key for unit in list_units(session)] == ["liuxi"]


def test_a_known_name_is_the_unit_of_before(session: Session):
    first = small_race(session)
    second = start_race(session, "next")
    towns = plan.add_division(session, "t", second.season, key="towns", name="乡镇组")
    add_units(session, "t", second.season, towns, [NewUnit("whatever", "柳溪镇")])
    assert keys(second) == ["liuxi"]
    assert len(list_units(session)) == len(first.units)


def test_the_order_is_what_people_say_and_what_was_said_stays(session: Session):
    race = small_race(session)
    race.unit("bureau", division="bureaus")
    edition = race.publish()
    units = race.units
    at = edition.known_at + 1
    assert order_units(session, "t", [units["nanan"], units["liuxi"]], at=at) == 2
    assert keys(race) == ["nanan", "qingshi", "liuxi", "bureau"]
    divisions = race.divisions
    assert order_divisions(session, "t", race.season, [divisions["bureaus"], divisions["towns"]], at=at) == 2
    assert keys(race)[0] == "bureau"
    assert [line.key for line in divisions_at(session, race.season.id, LATER)] == ["bureaus", "towns"]
    assert is_as_said(session, edition)
    with pytest.raises(PlanError):
        order_divisions(session, "t", race.season, [divisions["towns"]])


def test_a_bundle_has_one_score_for_what_its_members_did(session: Session):
    """柳溪 and 青石 fight as one: 3 + 1/2 of the 4 projects, against 4 + 4 signing targets."""
    race = small_race(session)
    before = race.publish()
    place_unit(
        session,
        "t",
        race.season,
        race.units["liuxi"],
        race.divisions["towns"],
        competing=True,
        into=race.units["qingshi"],
        reason="片区合并",
        at=before.known_at + 1,
    )
    edition = race.publish(known_at=before.known_at + 2)
    line = find_line(session, edition.id, "qingshi")
    assert line is not None
    assert find_line(session, edition.id, "liuxi") is None
    both = line["indicators"]["signing"]
    assert (both["numerator"], both["denominator"]) == ("7/2", "8")
    assert is_as_said(session, before)
    lines = roster(session, race.season.id, LATER)
    assert [member.key for member in bundles(lines)["qingshi"]] == ["liuxi"]
    assert [line.key for line in ranked(lines)] == ["qingshi", "nanan"]


def test_members_move_with_their_bundle_and_keep_it_from_leaving(session: Session):
    race = small_race(session)
    race.unit("bureau", division="bureaus")
    town, head = race.units["liuxi"], race.units["qingshi"]
    towns, bureaus = race.divisions["towns"], race.divisions["bureaus"]
    season = race.season
    place_unit(session, "t", season, town, towns, competing=True, into=head, reason="合并")
    place_unit(session, "t", season, head, bureaus, competing=False, reason="调组")
    now = {line.key: line for line in roster(session, season.id, LATER)}
    assert (now["liuxi"].division, now["liuxi"].bundle, now["qingshi"].competing) == (
        "bureaus",
        "qingshi",
        False,
    )
    with pytest.raises(PlanError, match="请先解开"):
        leave_season(session, "t", season, head, reason="退出")
    with pytest.raises(PlanError, match="不能再捆绑"):
        place_unit(
            session, "t", season, head, towns, competing=True, into=race.units["nanan"], reason="再合并"
        )
    with pytest.raises(PlanError, match="自己已捆绑"):
        place_unit(
            session, "t", season, race.units["nanan"], towns, competing=True, into=town, reason="再合并"
        )


def test_a_unit_leaves_with_a_reason_and_the_past_remembers_it(session: Session):
    race = small_race(session)
    edition = race.publish()
    with pytest.raises(PlanError, match="理由"):
        leave_season(session, "t", race.season, race.units["nanan"], reason=" ")
    leave_season(session, "t", race.season, race.units["nanan"], reason="撤并", at=edition.known_at + 1)
    assert last_act(session).action == "unit.leave"
    assert keys(race) == ["liuxi", "qingshi"]
    assert is_as_said(session, edition)
    with pytest.raises(PlanError, match="没有参加"):
        leave_season(session, "t", race.season, race.units["nanan"], reason="撤并")
