"""Lists of projects: every filter and every order, few sorted for themselves and many walked by an index alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.ledger import wanted
from leaderboard.ledger.models import Project
from leaderboard.ledger.record import add_arrival, decide
from leaderboard.ledger.wanted import Order, Wanted, find_all, find_page
from leaderboard.seasons.rename import rename_unit
from tests.factories import PENDING, Race, race_of, start_race
from tests.kept import kept

BY_CODE = Order()
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@pytest.fixture(params=[1000, 1], ids=["few", "many"])
def race(session: Session, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Race:
    """Four projects: A of 柳溪 with money that waits, B of 青石 started, C shared by both, D of nobody's stage."""
    monkeypatch.setattr(wanted, "FEW", request.param)
    kept(session, "wanted", lambda: _enter(session))
    return race_of(session, "race")


def _enter(session: Session) -> None:
    race = start_race(session)
    race.unit("qingshi")
    race.unit("liuxi")
    a = race.project("liuxi", code="A", name="丙", signed=MARCH, yuan=300, arrived=7)
    race.project("qingshi", code="B", name="甲", signed=APRIL, yuan=100, started=MAY, investor="某公司")
    c = race.project("liuxi", "qingshi", code="C", name="乙", signed=MAY, yuan=200)
    race.project("qingshi", code="D", name="丁", signed=None)
    add_arrival(session, PENDING, a, occurred_on=MAY, amount_yuan=1_000)
    back = add_arrival(session, PENDING, c, occurred_on=MAY, amount_yuan=1)
    decide(session, "li", back, "returned", "缺回单")


def codes(session: Session, ids: Any) -> str:
    known = dict(iter(session.execute(select(Project.id, Project.code))))
    return "".join(known[id_] for id_ in ids)


def found(session: Session, asked: Wanted, order: Order = BY_CODE) -> str:
    """The codes asked for; page by page they are the same as all at once."""
    whole = codes(session, find_all(session, asked, order))
    pages = [find_page(session, asked, order, 1, start) for start in range(len(whole) + 1)]
    assert "".join(codes(session, page.ids) for page in pages) == whole
    assert [page.more for page in pages] == [start < len(whole) - 1 for start in range(len(whole) + 1)]
    return whole


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ({}, "ABCD"),
        ({"stage": "signed"}, "ABC"),
        ({"stage": "started"}, "B"),
        ({"text": "某公"}, "B"),
        ({"text": "乙"}, "C"),
        ({"text": "%"}, ""),
        ({"state": "awaiting"}, "A"),
        ({"state": "returned"}, "C"),
        ({"state": "verified"}, "BD"),
        ({"unmoved_since": APRIL}, "AD"),
        ({"suspect": True}, ""),
        ({"signed_from": APRIL}, "BC"),
        ({"signed_until": APRIL}, "AB"),
        ({"inward_least": 200}, "AC"),
        ({"inward_most": 200}, "BC"),
        ({"inward_most": 0}, ""),
        ({"unit_ids": ()}, ""),
    ],
)
def test_each_filter(session: Session, race: Race, asked: dict[str, Any], listed: str) -> None:
    assert found(session, Wanted(**asked)) == listed


def test_a_unit_has_the_projects_in_which_it_has_a_share(session: Session, race: Race) -> None:
    liuxi, qingshi = race.units["liuxi"].id, race.units["qingshi"].id
    assert found(session, Wanted(unit_ids=(liuxi,))) == "AC"
    assert found(session, Wanted(unit_ids=(liuxi, qingshi))) == "ABCD"


@pytest.mark.parametrize(
    ("by", "listed"),
    [
        ("code", "ABCD"),
        ("name", "DACB"),
        ("units", "BCDA"),
        ("stage", "DABC"),
        ("signed", "DABC"),
        ("inward", "DBCA"),
        ("arrived", "BCDA"),
        ("awaiting", "BCDA"),
        ("recorded", "ABCD"),
    ],
)
def test_each_order_both_ways(session: Session, race: Race, by: str, listed: str) -> None:
    """Units stand in the office's order, 青石 first, which of the two that share C was entered first as well.

    Names stand by their signs: 丁 U+4E01, 丙 U+4E19, 乙 U+4E59, 甲 U+7532.
    """
    assert found(session, Wanted(), Order(by)) == listed
    assert found(session, Wanted(), Order(by, backwards=True)) == listed[::-1]


def test_projects_follow_their_unit_to_its_new_place(session: Session, race: Race) -> None:
    rename_unit(session, "li", race.units["qingshi"], sort_no=9, reason="机构改革")
    session.flush()
    assert found(session, Wanted(), Order("units")) == "ABCD"
