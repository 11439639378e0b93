"""A unit's page: its sentence, its neighbours, what its score is made of, and every fact behind every number."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from leaderboard.ledger import record, unit_facts
from tests.factories import FOUR_RATES, PENDING, VERIFIED, Race, published_race, start_race
from tests.visiting import Visit, Visited

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def race(session: Session) -> Race:
    """柳溪 53.75, 青石 41.25, 南岸 3.75."""
    race = published_race(session)
    session.commit()
    return race


def rows_under(page: Visited, caption: str) -> list[list[str]]:
    """The rows of the tables with this caption, all of them one after the other."""
    return [
        [page.text(cell) for cell in row]
        for table in page.all("table")
        if page.text(next(table.iter("caption"))) == caption
        for row in next(table.iter("tbody"))
    ]


def test_the_page_says_the_place_and_how_far_the_neighbours_are(race: Race, visit: Visit) -> None:
    """53.75 - 41.25 = 12.50 and 41.25 - 3.75 = 37.50."""
    page = visit("/boards/race/1/units/qingshi/")
    assert page.text(page.all("h1")[0]) == "青石镇本期第 2：开工率贡献最大（16.67 分）。"
    words = page.text(page.all("div", class_="verdict")[0])
    assert words == "2 41.25 分 距第 1 柳溪镇差 12.50 分比第 3 南岸街道多 37.50 分"


def test_the_best_has_nobody_above_and_the_last_nobody_below(race: Race, visit: Visit) -> None:
    best, last = visit("/boards/race/1/units/liuxi/"), visit("/boards/race/1/units/nanan/")
    assert "差" not in best.text(best.all("div", class_="verdict")[0])
    assert "多" not in last.text(last.all("div", class_="verdict")[0])


def test_contributions_stand_with_their_sum_and_the_formula(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/1/units/liuxi/")
    assert [row[::2] for row in rows_under(page, "各项得分")] == [
        ["签约率", "15.00"],
        ["开工率", "12.50"],
        ["落地率", "20.00"],
        ["资金到位率", "6.25"],
    ]
    assert page.text(page.all("p", class_="formula")[0]) == (
        "得分 = 2÷4×30 + 1÷2×25 + 2÷2×20 + 5000万÷20000万×25 = 53.75"
    )


def test_every_number_opens_to_its_facts(race: Race, visit: Visit) -> None:
    """A project shared by two counts half for each; what has not started says so; no script is needed."""
    page = visit("/boards/race/1/units/qingshi/")
    numerators = rows_under(page, "分子")
    assert ["race-3", "2026-03-01", "100%", "1"] in numerators
    assert ["race-4", "2026-03-01", "50%", "0.5"] in numerators
    assert ["目标任务", "", "", "4"] in rows_under(page, "分母")
    assert ["race-4", "—", "尚未到这一节点"] in [
        [cell or "—" for cell in row] for row in rows_under(page, "分子未计入")
    ]
    assert len(page.all("details", class_="opening")) == 4


def test_what_awaits_verification_is_not_told_before_it_is_verified(session: Session, visit: Visit) -> None:
    race = start_race(session)
    race.unit("east")
    race.project("east", code="E-1")
    later = race.project("east", code="E-2", signed=None)
    record.add_stage_event(
        session, PENDING, later, stage="signed", occurred_on=date(2026, 4, 1), total_yuan=1
    )
    third = race.project("east", code="E-3")
    record.add_stage_event(session, PENDING, third, stage="started", occurred_on=date(2026, 5, 1))
    race.scheme()
    race.publish()
    session.commit()
    page = visit("/boards/race/1/units/east/")
    assert ["E-3", "", "尚未到这一节点"] in rows_under(page, "分子未计入")
    assert "E-2" not in page.text()
    assert "2026-05-01" not in page.text()


def test_a_project_that_is_not_public_goes_by_its_code(
    session: Session, visit: Visit, client: FlaskClient
) -> None:
    race = start_race(session)
    race.unit("east")
    race.project("east", code="E-1", name="秘密项目", investor="某某集团")
    race.project("east", code="E-2", name="公开项目", is_public=True)
    race.scheme()
    race.publish()
    session.commit()
    page = visit("/boards/race/1/units/east/")
    assert "公开项目 E-2" in page.text()
    sources = [page.source, *(client.get(f"/boards/race/1{end}").get_data(as_text=True) for end in FILES)]
    assert [secret for secret in ("秘密", "某某") for source in sources if secret in source] == []


FILES = ("/", ".json", ".csv", ".package.json", "/units/east.json", "/by/landing/")


def test_adjustments_stand_with_their_reasons(session: Session, visit: Visit) -> None:
    """Five late returns at half a point are capped at two points."""
    race = start_race(session)
    east = race.unit("east")
    race.project("east")
    race.scheme(
        {**FOUR_RATES, "adjustments": [
            {"key": "late", "name": "迟报", "kind": "deduction", "each": "0.5", "ceiling": "2"}
        ]}
    )  # fmt: skip
    unit_facts.add_adjustment(
        session,
        VERIFIED,
        unit_id=east.id,
        season_id=race.season.id,
        item="late",
        occurred_on=date(2026, 6, 1),
        times=5,
        reason="五个月迟报",
    )
    race.publish()
    session.commit()
    page = visit("/boards/race/1/units/east/")
    assert rows_under(page, "事由") == [["五个月迟报", "2026-06-01", "", "5"]]
    assert "按次数应为 −2.5 分，按上限计。" in page.text()
    assert rows_under(page, "各项得分")[-1][::2] == ["迟报", "−2.00"]
    assert "−2.00" in visit("/boards/race/").text()


def test_places_over_the_editions_are_drawn_and_listed(race: Race, visit: Visit, session: Session) -> None:
    for as_of in (date(2026, 11, 30), date(2026, 12, 31)):
        race.publish(as_of)
    session.commit()
    page = visit("/boards/race/2/units/liuxi/")
    assert [row[0] for row in rows_under(page, "历期名次")] == ["第 1 期", "第 2 期"]
    assert len(page.all(f"{SVG}circle")) == 2
    assert page.all(f"{SVG}polyline")[0].get("points") == "8,24 392,24"


def test_the_line_is_there_for_programs(race: Race, client: FlaskClient) -> None:
    line: dict[str, Any] = client.get("/boards/race/1/units/liuxi.json").get_json()
    assert (line["season"], line["number"], line["unit"], line["place"]) == ("race", 1, "liuxi", 1)
    assert sum(Fraction(given["points"]) for given in line["contributions"]) == Fraction(line["score"])
    assert Fraction(line["score"]) == Fraction("53.75")
    numerator = line["parts"]["arrival"][0]["numerator"]
    assert [(fact["ref"], fact["amount"]) for fact in numerator["counted"]] == [("race-1", "50000000")]


def test_the_newest_edition_of_a_unit_has_an_address_that_stays(race: Race, client: FlaskClient) -> None:
    answer = client.get("/boards/race/units/liuxi/?lang=en")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/boards/race/1/units/liuxi/?lang=en")
