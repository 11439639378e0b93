"""Late facts: what an edition counts that the one before could not, and where it stands for people."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from leaderboard.boards import view
from leaderboard.labels import fact_names
from leaderboard.ledger import record
from leaderboard.ledger.models import Project
from leaderboard.words import ENGLISH, speaking
from tests.factories import Race, small_race, start_race
from tests.visiting import Visit

STAGES = [{"key": "equipped", "name": "设备进场", "name_en": "Equipment moved in"}]
MINUTE = 60_000


def told_late(race: Race, **more: Any) -> Project:
    """南岸 signed on 2026-03-01 and broke ground on 2026-07-01, and nobody knew until after the first edition."""
    first = race.publish()
    source = record.Source("tester", verified=True, recorded_at=first.known_at + MINUTE)
    project = race.project("nanan", code="late", started=date(2026, 7, 1), source=source, **more)
    record.add_stage_event(race.session, source, project, stage="equipped", occurred_on=date(2026, 8, 1))
    race.publish(known_at=first.known_at + 2 * MINUTE)
    race.session.commit()
    return project


def board(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get("/boards/race/latest.json").get_json())


def test_only_what_the_scheme_counts_is_listed(session: Session, client: FlaskClient) -> None:
    """No rate looks at the equipment; the contract and the start count, and the contract was verified as entered."""
    race = small_race(session)
    race.season.stages = json.dumps(STAGES)
    told_late(race)
    lines = board(client)["late"]
    assert [line["what"] for line in lines] == ["signed", "started"]
    assert all(line["entered"] == line["verified"] for line in lines)


def test_a_later_stage_counts_where_it_is_the_first_to_tell(session: Session, client: FlaskClient) -> None:
    """In production without a word on its start: production is the start that counts, once."""
    race = small_race(session)
    first = race.publish()
    source = record.Source("tester", verified=True, recorded_at=first.known_at + MINUTE)
    project = race.project("nanan", code="late", source=source)
    for stage, day in (("in_production", date(2026, 9, 1)), ("in_statistics", date(2026, 8, 1))):
        record.add_stage_event(session, source, project, stage=stage, occurred_on=day)
    race.publish(known_at=first.known_at + 2 * MINUTE)
    session.commit()
    assert [line["what"] for line in board(client)["late"]] == ["signed", "in_statistics"]


def test_when_it_was_verified_is_told_apart_from_when_it_was_entered(
    session: Session, client: FlaskClient
) -> None:
    race = small_race(session)
    entered = record.Source("tester", verified=False)
    project = race.project("nanan", code="waiting")
    event = record.add_stage_event(session, entered, project, stage="started", occurred_on=date(2026, 7, 1))
    first = race.publish()
    record.decide(session, "tester", event, "verified", at=first.known_at + MINUTE)
    race.publish(known_at=first.known_at + 2 * MINUTE)
    session.commit()
    [line] = board(client)["late"]
    assert line["what"] == "started"
    assert line["entered"] <= board_time(client, 1) < line["verified"]


def board_time(client: FlaskClient, number: int) -> str:
    """The instant of knowledge of an edition."""
    return str(client.get(f"/boards/race/{number}.json").get_json()["known_at"])


def test_the_page_names_project_and_stage_in_both_languages(session: Session, visit: Visit) -> None:
    told_late(small_race(session), name="新能源项目", name_en="New energy works", is_public=True)
    page = visit("/boards/race/")
    assert "本期计入晚报事实 2 条，涉及 1 个单位" in page.text()
    assert "新能源项目 late 开工 2026-07-01" in page.text()
    assert not [each for each in page.all("details") if "open" in each.attrib]
    english = visit("/boards/race/?lang=en")
    assert "New energy works late Broke ground 2026-07-01" in english.text()
    assert "新能源项目" not in english.text()


def test_a_name_that_has_no_english_is_marked_and_one_not_public_is_not_told(
    session: Session, visit: Visit
) -> None:
    told_late(small_race(session), name="新能源项目", is_public=True)
    assert '<span lang="zh">新能源项目</span>' in visit("/boards/race/?lang=en").source


def test_the_english_name_of_a_project_that_is_not_public_stays_in_the_house(
    session: Session, client: FlaskClient
) -> None:
    told_late(small_race(session), name="机密项目", name_en="Secret works")
    assert board(client)["project_names_en"] == {}
    for path in ("/boards/race/?lang=en", "/boards/race/units/nanan/?lang=en", "/boards/race/latest.json"):
        assert b"Secret" not in client.get(path, follow_redirects=True).data


def test_the_units_page_has_the_whole_list(session: Session, visit: Visit) -> None:
    told_late(small_race(session))
    assert "late 开工 2026-07-01" in visit("/boards/race/2/units/nanan/").text()
    assert "晚报事实" not in visit("/boards/race/2/units/liuxi/").text()
    assert 'href="/boards/race/2/units/nanan/#late"' in visit("/boards/race/").source


def facts_of(*units: str) -> dict[str, Any]:
    return {"units": list(units), "kind": "stage", "what": "signed"}


def test_a_few_facts_all_stand_on_the_board_and_many_are_shared_out_evenly() -> None:
    standings = [{"unit": "a"}, {"unit": "b"}, {"unit": "c"}]
    few: dict[str, Any] = {"standings": standings, "late": [facts_of("c"), facts_of("a", "c")]}
    groups = view.late_by_unit(few, most=3)
    assert [(g.row["unit"], len(g.lines), len(g.shown)) for g in groups] == [("a", 1, 1), ("c", 2, 2)]
    many = few | {"late": [*few["late"], facts_of("c"), facts_of("c"), facts_of("a")]}
    groups = view.late_by_unit(many, most=5)
    # Six lines in two groups: five are shared out as two and two.
    assert [(g.row["unit"], len(g.lines), len(g.shown)) for g in groups] == [("a", 2, 2), ("c", 4, 2)]
    assert [len(g.shown) for g in view.late_by_unit(many, most=1)] == [1, 1]


def test_keys_are_called_by_the_seasons_and_the_schemes_names() -> None:
    scheme = {
        "indicators": [
            {"key": "trips", "name": "外出招商", "name_en": "Trips", "measure": {"quantity": "leader_trips"}},
            {"key": "signing", "name": "签约率", "name_en": None, "measure": {"preset": "signing"}},
        ],
        "adjustments": [{"key": "late", "name": "迟报", "name_en": "Late report"}],
    }
    names = fact_names({"stages": STAGES, "scheme": scheme})
    assert names["stage"]["equipped"] == "设备进场"
    assert names["target"]["signing"] == "签约率"
    assert names["adjustment"] == {"late": "迟报"}
    assert names["return"] == {"leader_trips": "外出招商"}
    with speaking(ENGLISH):
        names = fact_names({"stages": STAGES, "scheme": scheme})
    assert (names["stage"]["equipped"], names["target"]["signing"]) == ("Equipment moved in", "签约率")


def test_the_board_says_what_its_stages_are_called(session: Session, client: FlaskClient) -> None:
    race = start_race(session)
    race.season.stages = json.dumps(STAGES)
    race.unit("liuxi")
    race.scheme()
    race.publish()
    session.commit()
    stages = {stage["key"]: (stage["name"], stage["name_en"]) for stage in board(client)["stages"]}
    assert stages["started"] == ("开工", "Broke ground")
    assert stages["equipped"] == ("设备进场", "Equipment moved in")
