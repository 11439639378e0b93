"""Publishing an edition: numbers, dates, movement, the chain, and nothing changed behind it."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.boards.clock import request_run
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.package import check_sealed
from leaderboard.boards.publish import Due, Overtaken, announce, compose
from leaderboard.boards.read import find_form, find_line, latest_edition, places_in, sealed_package
from leaderboard.boards.render import Form
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.ledger import record, unit_facts
from leaderboard.ledger.models import Credit, StageEvent
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import change_period
from tests.factories import (
    AS_OF,
    FOUR_RATES,
    OFFICE,
    PENDING,
    VERIFIED,
    put_in_force,
    small_race,
    start_race,
)

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # two who publish at once


def test_scores_are_those_worked_out_by_hand(session: Session):
    """柳溪: signed 2 of 4, started 1 of 2, registered 2 of 2, arrived 50m of 200m."""
    edition = small_race(session).publish()
    liuxi = find_line(session, edition.id, "liuxi")
    assert liuxi is not None
    # 30×2/4 + 25×1/2 + 20×2/2 + 25×50/200 = 15 + 12.5 + 20 + 6.25
    assert (liuxi["score"], liuxi["score_shown"]) == ("215/4", "53.75")
    nanan = find_line(session, edition.id, "nanan")
    assert nanan is not None
    # Half a project signed of 4: 30×(1/2)/4 = 3.75, nothing started, landed or arrived.
    assert nanan["score"] == "15/4"
    assert nanan["indicators"]["signing"]["numerator"] == "1/2"
    assert places_in(session, edition.id) == {"liuxi": "1", "qingshi": "2", "nanan": "3"}


def test_numbers_chain_and_movement_follow_the_edition_before(session: Session):
    race = small_race(session)
    first = race.publish()
    for number in range(5, 9):
        race.project(
            "nanan",
            code=f"race-{number}",
            started=date(2026, 7, 1),
            registered=date(2026, 7, 1),
            arrived=90_000_000,
        )
    second = race.publish()
    assert (first.number, second.number) == (1, 2)
    assert first.previous_hash is None
    assert second.previous_hash == first.hash
    nanan = find_line(session, second.id, "nanan")
    assert nanan is not None
    assert (nanan["place"], nanan["previous_place"]) == (1, 3)


def test_the_edition_at_hand_is_rendered_while_the_process_ends(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    """Once the main thread is done no executor takes anything on, and the clock's thread is still waited for."""
    monkeypatch.setattr("concurrent.futures.thread._shutdown", True)
    edition = small_race(session).publish()
    assert find_form(session, "/boards/race/1/", "zh").edition_id == edition.id


def test_an_edition_stays_as_it_was_when_the_next_is_published(session: Session):
    race = small_race(session)
    first = race.publish()
    before = (first.package, first.hash, find_form(session, "/boards/race/1.json", "").identity)
    race.project("nanan", code="later", started=date(2026, 7, 1))
    race.publish()
    session.expire_all()
    assert (first.package, first.hash, find_form(session, "/boards/race/1.json", "").identity) == before


def test_the_package_rebuilds_and_any_change_shows(session: Session):
    edition = small_race(session).publish()
    document = sealed_package(edition, OFFICE.public_key)
    assert all(finding.holds for finding in check_sealed(document, OFFICE.public_key))
    document["package"]["result"]["standings"][0]["score"] = "99"
    broken = {finding.check for finding in check_sealed(document) if not finding.holds}
    assert broken == {"hash", "signature", "standings"}


def test_the_same_facts_make_the_same_board_to_the_byte(session: Session):
    race = small_race(session)
    due = Due(AS_OF, now(), now())
    one, two = (compose(session, race.season, due, OFFICE) for _ in range(2))
    assert one.package["result"] == two.package["result"]
    assert one.package["facts"] == two.package["facts"]


def test_two_editions_composed_at_once_do_not_both_become_number_one(session: Session):
    race = small_race(session)
    due = Due(AS_OF, now(), now())
    one, two = (compose(session, race.season, due, OFFICE) for _ in range(2))
    announce(session, one, "tester")
    with pytest.raises(Overtaken):
        announce(session, two, "tester")


def test_what_else_the_database_refuses_is_not_taken_for_an_edition_that_came_first(session: Session):
    """A run publishes once: whoever composed again would meet the same for ever."""
    race = small_race(session)
    run_id = request_run(session, race.season, "one", "li", now()).id
    announce(session, compose(session, race.season, Due(AS_OF, now(), now()), OFFICE), "li", run_id)
    second = compose(session, race.season, Due(AS_OF, now(), now()), OFFICE)
    with pytest.raises(IntegrityError):
        announce(session, second, "li", run_id)
    assert announce(session, second, "li").number == 2


def test_what_was_entered_in_time_and_committed_late_makes_it_compose_again(session: Session):
    """A long import began before the due instant and ended while the board was composed: the board is not without it."""
    race = small_race(session)
    composed = compose(session, race.season, Due(AS_OF, now(), now()), OFFICE)
    entered = record.Source("tester", verified=True, recorded_at=composed.due.known_at)
    race.project("nanan", code="imported", source=entered)
    with pytest.raises(Overtaken):
        announce(session, composed, "tester")
    session.rollback()


def test_a_period_that_changes_while_the_first_board_is_composed_makes_it_compose_again(database: Database):
    with database.session() as session:
        season = small_race(session).season
        session.commit()
    with database.reading() as session:
        composed = compose(session, session.get_one(Season, season.id), Due(AS_OF, now(), now()), OFFICE)
    with database.session() as session:
        period = {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 12, 31)}
        change_period(session, "li", session.get_one(Season, season.id), **period, reason="晚开始")
        session.commit()
    with database.session() as session, pytest.raises(Overtaken):
        announce(session, composed, "tester")


def test_what_is_entered_while_it_is_composed_does_not_hold_it_up(session: Session):
    race = small_race(session)
    composed = compose(session, race.season, Due(AS_OF, now(), now()), OFFICE)
    entered = record.Source("tester", verified=True, recorded_at=composed.due.known_at + 1)
    race.project("nanan", code="after", source=entered)
    assert announce(session, composed, "tester").number == 1


def test_nothing_unverified_or_returned_leaves_the_house(session: Session):
    """A package cannot be taken back, so what may yet be refused is not in it: no amount, no accusation, no lead."""
    race = small_race(session)
    nanan = race.units["nanan"]
    project = race.project("nanan", code="waiting", signed=None)
    record.add_stage_event(
        session,
        PENDING,
        project,
        stage="signed",
        occurred_on=date(2026, 5, 1),
        total_yuan=123_456_789,
        inward_yuan=1,
    )
    told = race.project("nanan", code="told")
    record.add_arrival(session, PENDING, told, occurred_on=date(2026, 5, 5), amount_yuan=987_654_321)
    refused = record.add_arrival(session, PENDING, told, occurred_on=date(2026, 5, 6), amount_yuan=55_555_555)
    record.decide(session, "chief", refused, "returned", "假的")
    accused = {"season_id": race.season.id, "item": "criticised", "times": 1, "occurred_on": date(2026, 5, 7)}
    unit_facts.add_adjustment(session, PENDING, unit_id=nanan.id, reason="尚未核实的指控", **accused)
    race.project("nanan", code="in-talks", signed=None)
    composed = compose(session, race.season, Due(AS_OF, now(), now()), OFFICE)
    everything = (
        "".join(map(text_of, composed.contents.forms))
        + str(composed.package)
        + str(composed.contents.standings)
    )
    assert "told" in everything
    for secret in ("123456789", "987654321", "55555555", "指控", "in-talks", "waiting", "假的"):
        assert secret not in everything


def test_a_unit_with_nothing_but_waiting_signings_is_under_verification_and_no_more_is_told(session: Session):
    race = small_race(session)
    race.unit("daihuai", name="待核镇")
    race.project("daihuai", code="secret", source=PENDING, signed=date(2026, 5, 1))
    for credit in session.scalars(select(Credit).where(Credit.unit_id == race.units["daihuai"].id)):
        record.decide(session, "chief", credit, "verified")
    edition = race.publish()
    line = find_line(session, edition.id, "daihuai")
    assert line is not None
    assert line["indicators"]["groundbreaking"]["state"] == "under_verification"
    assert "secret" not in str(line)
    assert "2026-05-01" not in str(line)
    document = sealed_package(edition, OFFICE.public_key)
    assert all(finding.holds for finding in check_sealed(document, OFFICE.public_key))


def test_facts_not_verified_do_not_count(session: Session):
    race = small_race(session)
    project = race.project("nanan", code="waiting", signed=None)
    record.add_stage_event(
        session, PENDING, project, stage="signed", occurred_on=date(2026, 5, 1), total_yuan=1, inward_yuan=1
    )
    line = find_line(session, race.publish().id, "nanan")
    assert line is not None
    signing = line["parts"]["signing"][0]["numerator"]
    assert signing["value"] == "1/2"
    assert "waiting" not in {fact["ref"] for fact in signing["left_out"]}


def test_what_was_recorded_or_reversed_later_does_not_change_what_was_known(session: Session):
    race = small_race(session)
    then = now()
    event = session.scalars(
        select(StageEvent).filter_by(stage="started").order_by(StageEvent.occurred_on)
    ).first()
    assert event is not None
    record.decide(session, "tester", event, "reversed", "误报", at=then + 60_000)
    late = record.Source("tester", verified=True, recorded_at=then + 60_000)
    project = record.add_project(session, late, code="late", name="晚报项目")
    record.add_credits(
        session, late, project, shares=[(race.units["nanan"].id, 1)], occurred_on=date(2026, 2, 1)
    )
    record.add_stage_event(session, late, project, stage="signed", occurred_on=date(2026, 2, 1), total_yuan=1)
    before = compose(session, race.season, Due(AS_OF, then, then), OFFICE)
    after = compose(session, race.season, Due(AS_OF, then + 60_000, then), OFFICE)
    started = {
        line["unit"]: line["indicators"]["groundbreaking"]["numerator"] for line in before.board["standings"]
    }
    assert started["liuxi"] == "1"
    started = {
        line["unit"]: line["indicators"]["groundbreaking"]["numerator"] for line in after.board["standings"]
    }
    assert started["liuxi"] == "0"
    assert "late" not in {p["code"] for p in before.package["facts"]["projects"]}
    assert "late" in {p["code"] for p in after.package["facts"]["projects"]}


def text_of(form: Form) -> str:
    """Everything a form says, with a workbook's parts unpacked."""
    if not form.path.endswith(".xlsx"):
        return form.identity.decode()
    with zipfile.ZipFile(io.BytesIO(form.identity)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def test_names_of_projects_not_marked_public_never_leave_the_house(session: Session):
    race = start_race(session)
    race.unit("liuxi")
    race.project("liuxi", name="机密项目", investor="某集团")
    race.project("liuxi", name="公开项目", investor="某公司", is_public=True)
    race.scheme()
    composed = compose(session, race.season, Due(AS_OF, now(), now()), OFFICE)
    everything = "".join(map(text_of, composed.contents.forms)) + str(composed.package)
    assert "公开项目" in everything
    for secret in ("机密项目", "某集团", "某公司"):
        assert secret not in everything


def test_a_season_without_a_scheme_in_force_says_so(session: Session):
    race = start_race(session)
    race.unit("liuxi")
    with pytest.raises(NothingInForce, match="没有生效的考核方案"):
        race.publish()


def test_new_weights_rule_from_their_date_on(session: Session):
    race = small_race(session)
    document = {**FOUR_RATES, "indicators": [dict(i) for i in FOUR_RATES["indicators"]]}
    document["indicators"][0]["weight"], document["indicators"][3]["weight"] = "10", "45"
    put_in_force(session, race.season, document, date(2026, 11, 1), today=date(2026, 10, 20))
    old = race.publish(as_of=date(2026, 10, 31))
    new = race.publish(as_of=date(2026, 11, 1))
    assert find_line(session, old.id, "liuxi")["score"] == "215/4"
    # 10×2/4 + 25×1/2 + 20 + 45×1/4 = 5 + 12.5 + 20 + 11.25
    assert find_line(session, new.id, "liuxi")["score"] == "195/4"
    assert latest_edition(session, race.season.id) is new
    assert VERIFIED.verified
