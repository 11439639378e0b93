"""What a unit is told about its movement and its own projects: true reasons, real names, nothing that is done already."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from leaderboard.accounts.models import REPORTER
from leaderboard.boards.prospects import find_prospect, foresee
from leaderboard.boards.read import latest_edition
from leaderboard.db import Database
from leaderboard.ledger.models import Project
from leaderboard.ledger.record import add_arrival, add_stage_event
from tests.factories import FOUR_RATES, PENDING, VERIFIED, Race, race_of
from tests.people import enrol, signed_in
from tests.visiting import Visit
from tests.web.races import SIGNED, STARTS, TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite")  # what is stored is read back on both engines elsewhere
NEXT = TODAY + timedelta(days=1)


@pytest.fixture
def race(database: Database) -> Race:
    """柳溪 30 points of four signings, 青石 60 of two that were started, 南岸 none."""
    return committed_race(database)


@pytest.fixture
def liuxi(app: Flask, database: Database, race: Race) -> Any:
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    return signed_in(app, "li")


@pytest.fixture
def qingshi(app: Flask, database: Database, race: Race) -> Any:
    enrol(database, "wang", REPORTER, race.units["qingshi"].id)
    return signed_in(app, "wang")


def happen(database: Database, *starts: str, source: Any = VERIFIED, signed: str = "", **more: Any) -> None:
    """Projects break ground, one of 青石 is signed, money arrives by code; then the next edition, reckoned through."""
    with database.session() as session:
        race = race_of(session, "now")
        for code in starts:
            project = session.scalars(select(Project).where(Project.code == code)).one()
            add_stage_event(session, source, project, stage="started", occurred_on=TODAY)
        for code, yuan in more.get("arrived", {}).items():
            project = session.scalars(select(Project).where(Project.code == code)).one()
            add_arrival(session, source, project, occurred_on=TODAY, amount_yuan=yuan)
        if signed:
            race.project("qingshi", code=signed, signed=SIGNED)
        if more.get("publish", True):
            race.publish(NEXT)
        edition = latest_edition(session, race.season.id)
        assert edition is not None
        foresee(session, edition).store(session)
        session.commit()


def headline(visit: Visit, path: str, client: Any = None) -> str:
    page = visit(path, client=client)
    return page.text(page.all("h1")[0])


def test_a_first_edition_names_what_gives_most(visit: Visit, liuxi: Any) -> None:
    assert headline(visit, "/boards/now/1/units/liuxi/") == "柳溪镇本期第 2：签约率贡献最大（30.00 分）。"


def test_a_rise_names_what_gained_most(visit: Visit, database: Database, liuxi: Any) -> None:
    """Three starts of four: 25 × 3/4 of the one and 20 × 3/4 of the other, while signing still gives 30."""
    happen(database, "L-0", "L-1", "L-2")
    said = "柳溪镇本期第 1，升 1 位：开工率多得 18.75 分。"
    assert headline(visit, "/my/", liuxi) == said
    assert headline(visit, "/boards/now/2/units/liuxi/") == said
    assert headline(visit, "/boards/now/1/units/liuxi/") == "柳溪镇本期第 2：签约率贡献最大（30.00 分）。"


def test_a_fall_without_a_loss_is_put_down_to_the_others(
    visit: Visit, database: Database, qingshi: Any
) -> None:
    happen(database, "L-0", "L-1", "L-2")
    assert headline(visit, "/my/", qingshi).startswith("青石镇本期第 2，降 1 位：别的单位进步更快。")
    assert headline(visit, "/boards/now/2/units/qingshi/?lang=en").endswith("other units advanced faster.")


def test_a_fall_names_what_was_lost_and_the_table_adds_up(
    visit: Visit, database: Database, qingshi: Any
) -> None:
    """One signing more, not started: 22.5 + 50/3 + 40/3 = 52.5 of 60, though signing gained 7.5 and gives most."""
    happen(database, "L-0", "L-1", "L-2", signed="Q-2")
    assert headline(visit, "/my/", qingshi).startswith("青石镇本期第 2，降 1 位：开工率少得 8.33 分。")
    page = visit("/my/why", client=qingshi)
    rows = [
        [page.text(cell) for cell in row if cell.tag in {"th", "td"}]
        for row in page.all("table", class_="moved")[0].iter("tr")
    ]
    assert [row[:2] for row in rows[1:]] == [
        ["本单位自己的变化", "−7.50"],
        ["其中：签约率", "+7.50"],
        ["其中：开工率", "−8.33"],
        ["其中：落地率", "−6.67"],
        ["其他单位的变化", "0"],
        ["考核方案和时序的变化", "0"],
        ["参赛名单的变化", "0"],
        ["合计", "−7.50"],
    ]
    with database.reading() as session:
        edition = latest_edition(session, race_of(session, "now").season.id)
        assert edition is not None
        told = (find_prospect(session, edition.id, "qingshi") or {})["moved"]
    own = {key: Fraction(points) for key, points in told["own"].items()}
    assert own == {
        "signing": Fraction(15, 2),
        "groundbreaking": Fraction(-25, 3),
        "landing": Fraction(-20, 3),
    }
    others = [Fraction(told["score"][part]) for part in ("others", "rule", "roster")]
    assert sum([*own.values(), *others]) == Fraction(told["score"]["change"]) == Fraction(-15, 2)


def test_an_unchanged_place_is_explained_by_the_score(visit: Visit, database: Database, liuxi: Any) -> None:
    """One start of four: 25/4 more for the one and 20/4 for the other; 41.25 stays below 60."""
    happen(database, "L-0")
    assert headline(visit, "/boards/now/2/units/liuxi/").endswith("：开工率多得 6.25 分。")


def test_own_projects_are_called_by_their_names_and_lead_to_their_pages(
    visit: Visit, database: Database, liuxi: Any
) -> None:
    page = visit("/my/why", client=liuxi)
    link = next(each for each in page.all("a") if each.get("href") == "/my/projects/L-0")
    assert page.text(link) == "柳溪项目0"
    public = visit("/boards/now/1/units/liuxi/")
    assert "柳溪项目0" not in public.text()
    assert "L-0" in public.text()


def test_what_is_reported_is_not_asked_for_again(visit: Visit, database: Database, liuxi: Any) -> None:
    """Three starts are needed: one is reported, two are left."""
    happen(database, "L-1", source=PENDING, publish=False)
    why = visit("/my/why", client=liuxi)
    rows = [why.text(row) for row in why.all("tr") if "L-1" in why.text(row)]
    assert (
        sum(row.endswith("已上报，待认定") for row in rows) == 2
    )  # of 开工率 and, as a later stage, of 落地率
    assert not any("尚未到这一节点" in row for row in rows)
    page = visit("/my/lift", client=liuxi)
    first = page.text(page.all("li", class_="way")[0])
    assert first.startswith("推动 2 个项目开工（另有 1 个已上报，待认定后即可计入） → 第 1")
    assert "柳溪项目0" in first
    assert "柳溪项目1" not in first
    happen(database, "L-0", "L-2", source=PENDING, publish=False)
    assert "3 个已上报开工的项目，待认定后即可计入，预计可到第 1。" in headline(visit, "/my/", liuxi)


def test_what_is_reported_is_told_beside_every_part_of_a_mix(
    visit: Visit, database: Database, liuxi: Any
) -> None:
    """Half by count and half by contracts: the project that is reported to have started is in neither part yet."""

    def half(by: str) -> dict[str, Any]:
        above = {"projects": {"by": by, "stages": ["started"]}}
        return {"share": "1/2", "numerator": above, "denominator": {"projects": {"by": by}}}

    with database.session() as session:
        race = race_of(session, "now")
        mixed: dict[str, Any] = {"key": "mixed", "name": "开工率", "weight": "100"}
        mixed["measure"] = {"mix": [half("count"), half("inward")]}
        race.scheme(FOUR_RATES | {"indicators": [mixed]}, STARTS + timedelta(days=1))
        session.commit()
    happen(database)
    happen(database, "L-1", source=PENDING, publish=False)
    why = visit("/my/why", client=liuxi)
    assert [why.text(each) for each in why.all("h3")] == ["按个数 · 占 50%", "按金额 · 占 50%"]
    told = [
        why.text(row)
        for table in why.all("table", class_="left-out")
        for row in table.iter("tr")
        if "L-1" in why.text(row)
    ]
    assert [row.endswith("已上报，待认定") for row in told] == [True, True]


def test_missing_money_names_the_projects_it_is_missing_of(
    visit: Visit, database: Database, liuxi: Any
) -> None:
    """Two starts and half of one contract: 30 + 12.5 + 10 + 25/8 = 55.625; 0.7 of 4 亿 more brings 60."""
    happen(database, "L-0", "L-1", arrived={"L-0": 50_000_000})
    page = visit("/my/lift", client=liuxi)
    way = next(
        w for w in map(page.text, page.all("li", class_="way")) if w.startswith("再到位资金 7000 万元")
    )
    assert [way.index(f"柳溪项目{n}") for n in (1, 2, 3, 0)] == sorted(
        way.index(f"柳溪项目{n}") for n in range(4)
    )
    assert "柳溪项目1 （还差 1 亿元）" in way
    assert "柳溪项目0 （还差 5000 万元）" in way


def test_linked_numbers_move_together_and_what_cannot_be_is_said(
    visit: Visit, liuxi: Any, database: Database
) -> None:
    """Five signings of four: 36 points by the cap of 1.2; two starts of five: 10, and landing 2 of 5: 8."""
    happen(database, publish=False)
    tried = "/my/lift?try=1&above.signing.0=5&above.groundbreaking.0=2&above.landing.0=2"
    page = visit(tried, client=liuxi)
    assert page.text(page.all("p", class_="outcome")[0]) == "按这些数，本单位为第 2，54.00 分。"
    assert page.text().count("随签约率的分子变为 5") == 2
    field = next(each for each in page.all("input") if each.get("name") == "below.landing.0")
    assert field.get("value") == "4"
    # A denominator that was typed stands as it was typed: 36 + 25 × 2/8 + 8.
    page = visit(f"{tried}&below.groundbreaking.0=8", client=liuxi)
    assert "50.25 分" in page.text(page.all("p", class_="outcome")[0])
    page = visit("/my/lift?try=1&above.groundbreaking.0=30", client=liuxi)
    assert "分子 30 大于分母 4" in page.text()
    assert page.text(page.all("p", class_="outcome")[0]).endswith("有的数存疑，请核对下面标明的地方。")
    assert "各数各算各的" in page.text()


def led(database: Database) -> None:
    """The same race by the signing rate alone, published next."""
    indicators = [{k: v for k, v in i.items() if k != "weight"} for i in FOUR_RATES["indicators"]]
    document = FOUR_RATES | {"composite": False, "lead": "signing", "indicators": indicators}
    with database.session() as session:
        race = race_of(session, "now")
        race.scheme(document, STARTS + timedelta(days=1))
        race.publish(NEXT)
        edition = latest_edition(session, race.season.id)
        assert edition is not None
        foresee(session, edition).store(session)
        session.commit()


def test_without_weights_the_place_is_as_sure_as_the_figures(
    visit: Visit, database: Database, liuxi: Any
) -> None:
    led(database)
    page = visit("/my/sure", client=liuxi)
    said = page.text(page.all("h1")[0])
    assert said == "柳溪镇的第 1 与权重无关：本榜只按签约率排名，数准，名次就准。"
    assert "项目少" in page.text()
    assert "权重各自上下浮动" not in page.text()
