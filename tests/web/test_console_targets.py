"""Targets at the console: typed in a table, held against a total, spread, and never over a colleague's."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.db import Database
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import set_target
from leaderboard.seasons.read import find_season, find_unit, roster
from leaderboard.seasons.tasks import tasks_now
from tests.people import submit, token_in, visitor
from tests.visiting import Visit
from tests.web.races import committed_race

LATER = 9_000_000_000_000


@pytest.fixture
def chief(app: Flask, database: Database) -> FlaskClient:
    return visitor(app, database, ADMINISTRATOR, "chen")


def season(database: Database, slug: str = "r27") -> Season:
    with database.reading() as session:
        return session.scalars(select(Season).where(Season.slug == slug)).one()


TARGETS = "/console/seasons/now/targets"


def targets(database: Database) -> dict[str, int]:
    with database.reading() as session:
        found = season(database, "now")
        names = {line.unit_id: line.key for line in roster(session, found.id, LATER)}
        live = tasks_now(session, found)
        return {f"{names[unit]}.{task}": target.quantity for (unit, task), target in live.items()}


def seen(visit: Visit, chief: FlaskClient) -> str:
    return visit(TARGETS, client=chief).all("input", name="seen")[0].get("value", "")


def test_a_table_that_misses_its_total_is_told_by_how_much_and_nothing_is_kept(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    committed_race(database)
    cells = {f"t.{key}.signing.count.basic": "5" for key in ("liuxi", "qingshi")}
    form = {
        **cells,
        "t.nanan.signing.count.basic": "x",
        "total.signing.count.basic": "12",
        "seen": seen(visit, chief),
    }
    wrong = submit(chief, TARGETS, **form)
    assert wrong.status_code == 422
    assert "合计比总量少 2" in wrong.get_data(as_text=True)
    assert "有 2 处要改" in wrong.get_data(as_text=True)
    assert set(targets(database).values()) == {4}
    form |= {"t.nanan.signing.count.basic": "", "total.signing.count.basic": "10"}
    assert submit(chief, TARGETS, **form).status_code == 302
    assert targets(database) == {"liuxi.signing.count.basic": 5, "qingshi.signing.count.basic": 5}
    late = submit(
        chief, TARGETS, **{**form, "t.liuxi.signing.count.basic": "7", "total.signing.count.basic": ""}
    )
    assert late.status_code == 409
    assert "现为 5" in late.get_data(as_text=True)
    assert targets(database)["liuxi.signing.count.basic"] == 5


def test_an_amount_is_typed_in_wan_or_with_its_unit(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    committed_race(database)
    page = visit(f"{TARGETS}?indicator=arrival&by=amount&level=stretch", client=chief)
    assert page.all("input", name="t.liuxi.arrival.amount.stretch")
    form = {f"t.{key}.signing.count.basic": "4" for key in ("liuxi", "qingshi", "nanan")}
    form |= {"indicator": "arrival", "by": "amount", "level": "stretch", "seen": seen(visit, chief)}
    form |= {"t.liuxi.arrival.amount.stretch": "1.94亿", "t.qingshi.arrival.amount.stretch": "3200.5"}
    assert submit(chief, TARGETS, **form).status_code == 302
    kept = targets(database)
    assert kept["liuxi.arrival.amount.stretch"] == 194_000_000
    assert kept["qingshi.arrival.amount.stretch"] == 32_005_000


def test_a_total_is_spread_shown_with_its_remainder_and_only_then_kept(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    """20 over 2:2:3 is 5.71, 5.71, 8.57: two are left, for the first two."""
    committed_race(database)
    path = f"{TARGETS}/spread"
    form = {
        "task": "signing.count.basic",
        "total": "20",
        "how": "typed",
        "w.liuxi": "2",
        "w.qingshi": "2",
        "w.nanan": "3",
    }
    shown = submit(chief, path, **form)
    said = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert "余 2，给余数最大的 2 家各加一份" in said
    assert set(targets(database).values()) == {4}
    confirmed = said.split('name="confirmed" value="')[1].split('"')[0]
    assert submit(chief, path, **form, confirmed=confirmed).status_code == 302
    assert targets(database) == {
        "liuxi.signing.count.basic": 6,
        "qingshi.signing.count.basic": 6,
        "nanan.signing.count.basic": 8,
    }
    wrong = submit(chief, path, **{**form, "total": "x", "w.liuxi": "-1"})
    assert wrong.status_code == 422
    assert wrong.get_data(as_text=True).count('class="complaint"') == 2


@pytest.mark.engines("sqlite")
def test_who_spreads_over_what_a_colleague_just_set_is_told_and_sees_both(
    chief: FlaskClient, database: Database
) -> None:
    """Everyone had 4; a colleague gives 柳溪 9 between the look and the deed."""
    committed_race(database)
    path = f"{TARGETS}/spread"
    form = {"task": "signing.count.basic", "total": "9", "how": "equal"}
    page = submit(chief, path, **form).get_data(as_text=True)
    kept = dict(re.findall(r'name="(seen|confirmed|was[.]\w+)" value="([^"]*)"', page))
    assert kept["was.liuxi"] == "4"
    with database.session() as session:
        season, unit = find_season(session, "now"), find_unit(session, "liuxi")
        assert season is not None
        assert unit is not None
        set_target(session, "li", season, unit, indicator="signing", by="count", quantity=9)
        session.commit()
    told = chief.post(path, data=form | kept | {"csrf_token": token_in(page)})
    said = told.get_data(as_text=True)
    assert (told.status_code, "他人已改过任务" in said, "核对时 4" in said) == (409, True, True)
    assert targets(database)["liuxi.signing.count.basic"] == 9
    again = dict(re.findall(r'name="(seen|confirmed|was[.]\w+)" value="([^"]*)"', said))
    assert chief.post(path, data=form | again | {"csrf_token": token_in(page)}).status_code == 302
    assert set(targets(database).values()) == {3}
