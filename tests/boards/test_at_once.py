"""Two people at the same moment, and somebody at work while everything is checked; SQLite lets one writer in at a time."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines, record_act
from leaderboard.boards import check
from leaderboard.boards.ceremonies import begin, notes_of, write_note
from leaderboard.boards.ceremony_models import Ceremony
from leaderboard.boards.check import check_database
from leaderboard.boards.drafts import DraftRefused, open_window
from leaderboard.boards.models import Draft
from leaderboard.boards.revisions import extend_window
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database
from leaderboard.ledger import record
from leaderboard.ledger.evidence import attach
from leaderboard.ledger.models import CapitalArrival
from leaderboard.ledger.waiting import Key
from leaderboard.seasons.calendar import import_year
from leaderboard.seasons.holding import freeze_season
from leaderboard.seasons.models import Entry, Season, Target, Unit
from leaderboard.seasons.notice import NoticeDay
from leaderboard.seasons.plan import PlanError, add_division, add_unit, enter_unit, set_target
from leaderboard.seasons.rename import rename_unit
from leaderboard.seasons.taking_part import NewUnit, add_units, leave_season, place_unit
from leaderboard.seasons.timetable import add_timetable
from tests.at_once import Act, at_once
from tests.boards.lives import drafted
from tests.boards.tampering import all_flaws
from tests.factories import OFFICE, PENDING, race_of, small_race

pytestmark = pytest.mark.engines("postgresql")


@pytest.fixture
def raced(database: Database) -> Database:
    """A small race, with a second division and a unit that takes no part yet."""
    with database.session() as session:
        race = small_race(session)
        add_division(session, "li", race.season, key="parks", name="园区组")
        add_unit(session, "li", key="old", name="老镇", sort_no=9)
        session.commit()
    return database


def season_in(session: Session) -> Season:
    return race_of(session, "race").season


def unit_in(session: Session, key: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.key == key)).one()


def flaws(database: Database) -> list[str]:
    with database.still() as session:
        return all_flaws(session)


def targeted(quantity: int) -> Act:
    return lambda session: set_target(
        session,
        "li",
        season_in(session),
        unit_in(session, "liuxi"),
        indicator="signing",
        by="count",
        quantity=quantity,
    )


def test_of_two_targets_one_ends_the_other(raced: Database) -> None:
    assert at_once(raced, targeted(7), targeted(8)) is None
    with raced.reading() as session:
        of_unit = select(Target.quantity).where(
            Target.unit_id == unit_in(session, "liuxi").id,
            Target.indicator == "signing",
            Target.ended_at.is_(None),
        )
        assert list(session.scalars(of_unit)) == [8]
    assert flaws(raced) == []


def live(database: Database, key: str) -> list[Entry]:
    with database.reading() as session:
        found = select(Entry).where(Entry.unit_id == unit_in(session, key).id, Entry.ended_at.is_(None))
        return list(session.scalars(found))


def entered(division: str) -> Act:
    def act(session: Session) -> None:
        race = race_of(session, "race")
        enter_unit(session, "li", race.season, unit_in(session, "old"), race.divisions[division])

    return act


def listed(session: Session) -> None:
    race = race_of(session, "race")
    add_units(session, "li", race.season, race.divisions["towns"], [NewUnit("old", "老镇")])


@pytest.mark.parametrize("second", [entered("towns"), entered("parks")])
def test_a_unit_entered_twice_takes_part_once(raced: Database, second: Act) -> None:
    assert at_once(raced, entered("towns"), second) is None
    assert len(live(raced, "old")) == 1
    assert flaws(raced) == []


def test_a_list_of_units_sent_twice_is_refused_the_second_time(raced: Database) -> None:
    refused = at_once(raced, listed, listed)
    assert isinstance(refused, PlanError)
    assert "已在本赛季" in str(refused)
    assert len(live(raced, "old")) == 1
    with raced.session() as session:
        assert race_of(session, "race").publish().number == 1


def moved(session: Session) -> None:
    race = race_of(session, "race")
    place_unit(
        session,
        "li",
        race.season,
        race.units["liuxi"],
        race.divisions["parks"],
        competing=True,
        reason="调组",
    )


def left(session: Session) -> None:
    race = race_of(session, "race")
    leave_season(session, "li", race.season, race.units["liuxi"], reason="撤并")


def test_who_left_is_not_moved_and_who_was_moved_leaves(raced: Database) -> None:
    assert at_once(raced, moved, left) is None
    assert live(raced, "liuxi") == []
    assert flaws(raced) == []


def test_who_has_just_left_cannot_be_moved(raced: Database) -> None:
    assert isinstance(at_once(raced, left, moved), PlanError)
    assert live(raced, "liuxi") == []
    assert flaws(raced) == []


def noticed(actor: str, source: str) -> Act:
    days = [NoticeDay(date(2026, 10, day), False, "国庆节") for day in (1, 2)]
    return lambda session: import_year(session, actor, 2026, days, source=source)


def test_of_two_notices_for_a_year_the_later_one_holds(raced: Database) -> None:
    for earlier in (None, "去年的通知"):
        if earlier:
            with raced.session() as session:
                noticed("li", earlier)(session)
                session.commit()
        assert at_once(raced, noticed("wang", "新的通知"), noticed("li", "去年的通知")) is None
        assert flaws(raced) == []


def test_the_same_timetable_is_planned_once(raced: Database) -> None:
    def planned(session: Session) -> None:
        add_timetable(
            session,
            "li",
            season_in(session),
            name="月榜",
            rule={"kind": "monthly", "day": 5, "time": "09:00"},
            zone=OFFICE.zone,
        )

    refused = at_once(raced, planned, planned)
    assert isinstance(refused, PlanError)
    assert "“月榜”已按同一规则发布" in str(refused)


def test_the_same_file_may_be_attached_to_two_facts_at_once(raced: Database) -> None:
    with raced.session() as session:
        project = race_of(session, "race").project("liuxi", code="E-1")
        facts = [
            record.add_arrival(session, PENDING, project, occurred_on=date(2026, 6, day), amount_yuan=7)
            for day in (1, 2)
        ]
        keys = [Key("arrival", project.id, fact.fact_id) for fact in facts]
        session.commit()

    def attached(key: Key) -> Act:
        return lambda session: attach(
            session, "li", key, title="回单.pdf", content=b"%PDF-1.4 one", most=1000
        )

    assert at_once(raced, attached(keys[0]), attached(keys[1])) is None
    assert flaws(raced) == []


def test_no_window_opens_while_a_freeze_begins(raced: Database) -> None:
    with raced.session() as session:
        draft = drafted(race_of(session, "race")).id
        session.commit()
    refused = at_once(
        raced,
        lambda session: freeze_season(session, "li", season_in(session), reason="年终"),
        lambda session: open_window(
            session, "li", session.get_one(Draft, draft), days=3, contact="招商局", zone=OFFICE.zone
        ),
    )
    assert isinstance(refused, DraftRefused)
    assert "封榜" in str(refused)


def test_what_others_do_meanwhile_is_no_flaw(raced: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the trail was read an edition comes out and a unit is renamed; both are looked at next time."""
    with raced.session() as session:
        race_of(session, "race").publish()
        session.commit()
    keys = check._keys

    def others_work(session: Session, trail: check.Trail) -> object:
        with raced.session() as other:
            race = race_of(other, "race")
            race.publish()
            rename_unit(other, "li", race.units["liuxi"], name="柳溪街道", reason="撤镇设街")
            other.commit()
        return keys(session, trail)

    monkeypatch.setattr(check, "_keys", others_work)
    with raced.still() as session:
        assert list(check_database(session)) == []
    monkeypatch.undo()
    assert flaws(raced) == []


def test_a_line_written_meanwhile_breaks_no_chain(raced: Database) -> None:
    with raced.still() as session:
        lines = broken_lines(session)
        session.execute(text("SELECT 1"))
        with raced.session() as other:
            record_act(other, "li", "test.act", "x")
            other.commit()
        assert list(lines) == []
    with raced.still() as session:
        assert list(broken_lines(session)) == []


def test_a_fact_reversed_meanwhile_is_not_verified(raced: Database) -> None:
    with raced.session() as session:
        project = race_of(session, "race").project("liuxi", code="E-2")
        arrival = record.add_arrival(session, PENDING, project, occurred_on=date(2026, 6, 1), amount_yuan=7)
        found = (arrival.project_id, arrival.fact_id)
        session.commit()

    def decided(outcome: str) -> Act:
        def act(session: Session) -> None:
            record.decide(session, "li", session.get_one(CapitalArrival, found), outcome, "误报")

        return act

    assert isinstance(at_once(raced, decided("reversed"), decided("verified")), record.LedgerError)
    assert flaws(raced) == []


def test_a_window_that_two_extend_lasts_as_long_as_the_longer_one(raced: Database) -> None:
    with raced.session() as session:
        draft = drafted(race_of(session, "race"))
        open_window(session, "li", draft, days=1, contact="0571", zone="Asia/Shanghai")
        session.commit()

    def extended(days: int) -> Act:
        def act(session: Session) -> None:
            extend_window(
                session, "li", session.scalars(select(Draft)).one(), days=days, zone="Asia/Shanghai"
            )

        return act

    refused = at_once(raced, extended(5), extended(3))
    assert isinstance(refused, DraftRefused)
    assert "不能缩短" in str(refused)
    assert flaws(raced) == []


def test_what_two_write_at_two_steps_of_a_ceremony_both_stands(raced: Database) -> None:
    with raced.session() as session:
        race = race_of(session, "race")
        edition = race.publish()
        screen, _token = add_screen(session, "li", name="大厅", season=race.season, secret="s" * 40)
        begin(session, "li", race.season, screens=[screen], edition=edition)
        session.commit()

    def noted(step: int, text: str) -> Act:
        def act(session: Session) -> None:
            write_note(session, "li", session.scalars(select(Ceremony)).one(), step=step, text=text)

        return act

    assert at_once(raced, noted(0, "开场"), noted(1, "先说亮点")) is None
    with raced.reading() as session:
        assert notes_of(session.scalars(select(Ceremony)).one()) == {0: "开场", 1: "先说亮点"}
    assert flaws(raced) == []
