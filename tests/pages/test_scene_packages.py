"""The scenes against the package of the edition they show, read here as anyone can read it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard import create_app
from leaderboard.boards.models import Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database, open_database
from leaderboard.ledger.unit_facts import add_adjustment
from leaderboard.seasons.plan import enter_unit
from tests.factories import FOUR_RATES, OFFICE, VERIFIED, Race, start_race
from tests.visiting import Visited, parse

pytestmark = pytest.mark.engines(
    "sqlite"
)  # that both databases store a package alike is tested with the subjects

Document = dict[str, Any]
HAND_ENTERED = [
    {"key": "praise", "name": "表扬", "kind": "bonus", "each": "50"},
    {"key": "blame", "name": "通报", "kind": "deduction", "each": "60"},
]


def adjust(race: Race, unit: str, item: str) -> None:
    add_adjustment(
        race.session,
        VERIFIED,
        unit_id=race.units[unit].id,
        season_id=race.season.id,
        item=item,
        occurred_on=date(2026, 5, 2),
        times=1,
        reason="测试",
    )


@pytest.fixture(scope="module")
def home(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database for all tests that only read one race."""
    folder = tmp_path_factory.mktemp("packages")
    shutil.copyfile(sqlite_template, folder / "saima.sqlite")
    database = open_database(f"sqlite:///{folder / 'saima.sqlite'}")
    yield database
    database.engine.dispose()


@pytest.fixture(scope="module")
def glass(home: Database, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Who asks for the scenes of that race."""
    folder = tmp_path_factory.mktemp("glass")
    settings = Settings(data_dir=folder, database_url=home.url, signing_key=OFFICE.seed.hex())
    app = create_app(settings, home)
    return app.test_client()


@pytest.fixture(scope="module")
def wild(home: Database) -> Iterator[Race]:
    """Two tied far over the full mark, one below zero, one out of competition; in the second edition one overtakes."""
    with home.session() as session:
        yield wild_race(session)


def wild_race(session: Session) -> Race:
    race = start_race(session)
    for key in ("east", "west", "south", "north", "guest"):
        race.unit(key, name=f"{key}镇")
    for key in ("trade", "tax"):
        race.unit(key, division="offices", name=f"{key}局")
    enter_unit(
        session, "t", race.season, race.units["guest"], race.divisions["towns"], competing=False, reason="x"
    )
    for key in ("east", "west"):
        for _copy in range(5):
            race.project(key, started=date(2026, 5, 1), registered=date(2026, 4, 1), arrived=100_000_000)
    race.project("south", started=date(2026, 5, 1), arrived=30_000_000)
    race.project("guest", registered=date(2026, 4, 1))
    race.project("trade", "tax")
    race.project("trade", started=date(2026, 5, 1))
    race.scheme({**FOUR_RATES, "adjustments": HAND_ENTERED})
    session.flush()
    for key, item in (("east", "praise"), ("west", "praise"), ("north", "blame")):
        adjust(race, key, item)
    race.publish()
    for number in range(3):
        race.project(
            "tax",
            code=f"T-{number}",
            name=f"公开项目{number}",
            is_public=True,
            signed=date(2026, 11, 2 + number),
            started=date(2026, 11, 9) if number else None,
        )
    race.publish(date(2026, 11, 30))
    session.commit()
    return race


def packages(race: Race) -> list[Document]:
    """Every edition's own package, the oldest first."""
    editions = race.session.scalars(select(Edition).order_by(Edition.number))
    return [unpacked(edition.package) for edition in editions]


def scene_of(client: FlaskClient, race: Race, kind: str) -> Visited:
    """One kind of scene as a screen gets it."""
    screen, token = add_screen(race.session, "admin", name=kind, season=race.season, secret=kind)
    screen.playlist = json.dumps([{"scene": kind, "seconds": 10, "from": None, "to": None}])
    race.session.commit()
    inside = client.get(f"/screens/{token}/scenes").get_data(as_text=True)
    page = f"<!DOCTYPE html><html><head><title>.</title></head><body>{inside}</body></html>"
    return Visited(200, page, parse(page))


def per_cent(rate: str) -> str:
    """A rate with one decimal, halves upwards."""
    tenths = (2000 * Fraction(rate) + 1) // 2
    return f"{tenths // 10}.{tenths % 10}%"


def points(score: str) -> str:
    """A score with two decimals, halves away from nought."""
    exact = Fraction(score)
    hundredths = (200 * abs(exact) + 1) // 2
    sign = "-" if exact < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02}"


def rows_of(shown: Visited) -> Iterator[tuple[str, Element]]:
    """The rows of units or divisions with their keys."""
    for tag in ("div", "li"):
        for row in shown.all(tag):
            if "data-unit" in row.attrib:
                yield row.attrib["data-unit"], row


def standings(package: Document) -> dict[str, Document]:
    return {row["unit"]: row for row in package["result"]["standings"]}


def test_the_headline_tells_the_totals_of_the_package(wild: Race, glass: FlaskClient) -> None:
    shown = scene_of(glass, wild, "headline")
    totals = [one for one in packages(wild)[-1]["result"]["headlines"] if one["division"] is None]
    said = [shown.text(one) for one in shown.all("dd")]
    assert len(said) == len(totals) == 4
    for told, total in zip(said, totals, strict=True):
        assert per_cent(total["rate"]) in told
        if total["key"] != "arrival":
            assert f"{total['numerator']}/{total['denominator']}" in told
    contracted = next(one["denominator"] for one in totals if one["key"] == "arrival")
    assert f"{int(contracted) // 100_000_000} 亿元" in shown.text()
    schedule = packages(wild)[-1]["result"]["schedule"]
    assert f"时序 {per_cent(schedule)}" in shown.text()
    leaders = {key for key, row in standings(packages(wild)[-1]).items() if row["place"] == "1"}
    assert leaders == {"east", "west", "tax"}
    assert [
        f"{points(standings(packages(wild)[-1])[key]['score'])} {name}" in shown.text()
        for key, name in (
            ("east", "east镇 等 2 家"),
            ("tax", "tax局"),
        )
    ] == [True, True]


def test_divisions_tell_the_totals_of_each(wild: Race, glass: FlaskClient) -> None:
    shown = dict(rows_of(scene_of(glass, wild, "divisions")))
    result = packages(wild)[-1]["result"]
    assert set(shown) == {"towns", "offices"}
    for key, row in shown.items():
        cells = [cell for cell in row if cell.get("role") == "cell"]
        totals = [one for one in result["headlines"] if one["division"] == key]
        words = ["".join(cell.itertext()) for cell in cells]
        assert [per_cent(one["rate"]) in told for told, one in zip(words, totals, strict=True)] == [True] * 4


def test_movers_tell_both_places_of_everyone_who_moved(wild: Race, glass: FlaskClient) -> None:
    before, after = (standings(package) for package in packages(wild))
    moved = {
        key: (before[key]["place"], row["place"])
        for key, row in after.items()
        if row["place"] is not None and before[key]["place"] != row["place"]
    }
    assert moved
    shown = {
        key: "".join(row.itertext()).replace("变为", "").split()
        for key, row in rows_of(scene_of(glass, wild, "movers"))
    }
    assert {
        key: (told[told.index("→") - 1], told[told.index("→") + 1]) for key, told in shown.items()
    } == moved


def test_stars_are_who_was_first_in_the_packages_of_the_quarter(wild: Race, glass: FlaskClient) -> None:
    shown = scene_of(glass, wild, "stars")
    firsts: dict[str, int] = {}
    for package in packages(wild):
        for key, row in standings(package).items():
            firsts[key] = firsts.get(key, 0) + (row["place"] == "1")
    leading = shown.all("div", class_="leading")[0]
    told = {row.attrib["data-unit"]: "".join(row.itertext()) for row in leading.iter("li")}
    assert {"east", "west"} <= set(told)
    assert all(f"2 期中 {firsts[key]} 期第一" in words for key, words in told.items())


def test_projects_are_those_that_only_the_newer_package_tells(wild: Race, glass: FlaskClient) -> None:
    def reached(package: Document, stage: str) -> dict[str, str]:
        events = [(one["name"], event) for one in package["facts"]["projects"] for event in one["events"]]
        return {name: event["on"][5:] for name, event in events if event["stage"] == stage}

    before, after = packages(wild)
    shown = scene_of(glass, wild, "projects")
    halves = shown.all("div", class_="half")
    for half, stage in zip(halves, ("signed", "started"), strict=True):
        new = {name: on for name, on in reached(after, stage).items() if name not in reached(before, stage)}
        told = ["".join(item.itertext()) for item in half.iter("li")]
        assert len(told) == len(new) == (3 if stage == "signed" else 2)
        assert all(any(name in one and on in one for one in told) for name, on in new.items())


def test_the_table_tells_ties_and_scores_below_zero_and_over_the_full_mark(
    wild: Race, glass: FlaskClient
) -> None:
    shown = dict(rows_of(scene_of(glass, wild, "table")))
    told = standings(packages(wild)[-1])
    assert set(shown) == set(told)
    for key, row in shown.items():
        words = "".join(row.itertext()).split()
        place = told[key]["place"]
        assert words[0].removesuffix("并列") == ("—" if place is None else place)
        assert points(told[key]["score"]) in words
    assert all("1并列" in "".join(shown[key].itertext()) for key in ("east", "west"))
    assert any(Fraction(row["score"]) < 0 for row in told.values())
    assert any(Fraction(row["score"]) > 100 for row in told.values())


def test_runners_stand_at_their_exact_share_of_the_course(wild: Race, glass: FlaskClient) -> None:
    """From the lowest score to the highest; who are tied stand at one mark, the one below zero at the start."""
    shown = dict(rows_of(scene_of(glass, wild, "track")))
    rows = {key: row for key, row in standings(packages(wild)[-1]).items() if row["division"] == "towns"}
    scores = {key: Fraction(row["score"]) for key, row in rows.items()}
    low, high = min(Fraction(0), *scores.values()), max(Fraction(100), *scores.values())
    at = {}
    for key in rows:
        spot = next(one for one in shown[key].iter() if "runner" in (one.get("class") or ""))
        part = "x" if "early" in (spot.get("class") or "") else "width"
        at[key] = float((spot.get(part) or "").rstrip("%"))
        assert at[key] == pytest.approx(float((scores[key] - low) / (high - low) * 100), abs=0.01)
    assert at["east"] == at["west"] == 100
    assert at["north"] == 0


def test_where_nobody_is_ranked_no_scene_names_a_first(session: Session, client: FlaskClient) -> None:
    race = start_race(session)
    for key in ("east", "west"):
        unit = race.unit(key, name=f"{key}镇")
        enter_unit(session, "t", race.season, unit, race.divisions["towns"], competing=False, reason="x")
    race.project("east")
    race.scheme()
    race.publish()
    session.commit()
    assert {row["place"] for row in standings(packages(race)[-1]).values()} == {None}
    for kind in ("table", "track", "rates", "headline", "stars", "divisions", "movers"):
        shown = scene_of(client, race, kind)
        assert shown.all("section")
        assert not shown.all("span", class_="place-1")
        assert "第一" not in shown.text()
