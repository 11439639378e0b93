"""One unit tries every address and every id of another: it is refused as for what does not exist, and told nothing.

The addresses come from the URL map: whoever adds one with a part that is not in the table below says here which things
of another unit may stand for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, Rule

from leaderboard.accounts.models import REPORTER
from leaderboard.boards.drafts import open_window
from leaderboard.db import Database
from leaderboard.ledger.evidence import attach
from leaderboard.ledger.models import RETURNED
from leaderboard.ledger.read import live_credits
from leaderboard.ledger.record import Source, add_arrival, add_credits, add_project, add_stage_event, decide
from leaderboard.ledger.unit_facts import add_adjustment, add_return
from leaderboard.ledger.waiting import KINDS, Key
from leaderboard.objections.file import file_objection
from leaderboard.tables import ALL
from tests.boards.lives import drafted
from tests.factories import AS_OF, OFFICE, Race, small_race
from tests.people import enrol, signed_in
from tests.visiting import Visit
from tests.web.races import STARTS, TODAY, running_race

pytestmark = pytest.mark.engines("sqlite")

MARK = "他家的标记"
"""Stands in everything that only the other unit may see."""
ONLY_HERE = re.compile(rb'(name="(?:csrf_token|token|again)" value=")[^"]*|(data-draft=")[^"]*')
PARTS = {"slug": "now", "code": "Q-0", "unit": "qingshi", "name": "li", "kind": "event"}


@dataclass
class Theirs:
    """What other units have, by the part of an address that it can stand for."""

    facts: list[Key] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)
    objections: list[int] = field(default_factory=list)
    shared_draft: int = 0
    codes: tuple[str, ...] = ("Q-0", "their-own", "other-1")

    def stand_ins(self, rule: Rule) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Parts of the rule's address that are theirs, each beside parts that are nobody's."""
        names = frozenset(rule.arguments)
        if {"kind", "holder_id", "fact_id"} <= names:
            for key, kind in product(self.facts, (*KINDS, "nonsense")):
                yield key._replace(kind=kind)._asdict(), NOBODYS.fact | {"kind": kind}
            return
        values: dict[frozenset[str], list[Any]] = {
            frozenset({"code"}): list(self.codes),
            frozenset({"draft_id"}): list(self.drafts),
            frozenset({"own_number"}): list(self.objections),
            frozenset({"file_id"}): list(self.files),
        }
        # A new part of an address: say above what of another unit may stand for it.
        (name,) = names
        for value in values[names]:
            yield {name: value}, {name: NOBODYS.one[name]}


@dataclass(frozen=True)
class Nobodys:
    """What does not exist."""

    fact: dict[str, Any]
    one: dict[str, Any]


NOBODYS = Nobodys(
    {"kind": "event", "holder_id": 987_654, "fact_id": 123_456_789},
    {"code": "nobodys", "draft_id": 987_654, "own_number": 987_654, "file_id": 123_456_789},
)


def their_facts(session: Session, race: Race) -> Iterator[Key]:
    """A fact of every kind, waiting or sent back, of 青石's own project, of 青石, and of one that it has with 柳溪."""
    unit, wang = race.units["qingshi"], Source("wang", MARK)
    project = add_project(session, wang, code="their-own", name=f"{MARK}项目", investor=MARK)
    (credit,) = add_credits(session, wang, project, shares=[(unit.id, Fraction(1))], occurred_on=TODAY)
    event = add_stage_event(session, wang, project, stage="signed", occurred_on=TODAY)
    arrival = add_arrival(session, wang, project, occurred_on=TODAY, amount_yuan=1_000_000)
    told = add_return(
        session, wang, unit_id=unit.id, measure="tax", starts_on=STARTS, ends_on=TODAY, quantity=4
    )
    extra = add_adjustment(
        session,
        wang,
        unit_id=unit.id,
        season_id=race.season.id,
        item="x",
        occurred_on=TODAY,
        times=1,
        reason=MARK,
    )
    for fact in (event, told):
        decide(session, "chen", fact, RETURNED, MARK)
    yield from (Key("credit", project.id, credit.fact_id), Key("event", project.id, event.fact_id))
    yield Key("arrival", project.id, arrival.fact_id)
    yield from (Key("return", unit.id, told.fact_id), Key("adjustment", unit.id, extra.fact_id))
    both = race.project("liuxi", "qingshi", code="both", name="共享项目")
    (share,) = (row for row in live_credits(session, both.id) if row.unit_id == unit.id)
    yield Key("credit", both.id, share.fact_id)
    # What 青石's people reported of the shared project is 青石's own, but for its being told.
    started = add_stage_event(session, wang, both, stage="started", occurred_on=TODAY)
    decide(session, "chen", started, RETURNED, MARK)
    money = add_arrival(session, wang, both, occurred_on=TODAY, amount_yuan=70_000)
    yield from (Key("event", both.id, started.fact_id), Key("arrival", both.id, money.fact_id))


def open_board(session: Session, race: Race, objecting: str) -> tuple[int, int]:
    """A board of the race in its window, and an objection of one of its units to it."""
    draft, unit = drafted(race, TODAY if race.season.slug == "now" else AS_OF), race.units[objecting]
    open_window(session, "chen", draft, days=3, contact="0571", zone=OFFICE.zone)
    filed = file_objection(session, "wang", draft, unit, about=unit, indicator=None, text=MARK)
    return draft.id, filed.id


@pytest.fixture
def theirs(database: Database) -> Theirs:
    """青石 in the season of 柳溪, and a season that 柳溪 takes no part in; a board lies open in each."""
    found = Theirs()
    with database.session() as session:
        race = running_race(session)
        found.facts = list(their_facts(session, race))
        found.files = [
            attach(session, "wang", key, title=f"{MARK}.pdf", content=b"%PDF-1.7", most=1000).file_id
            for key in found.facts
        ]
        found.shared_draft, one = open_board(session, race, "qingshi")
        alone, other = open_board(session, small_race(session, "other"), "other-liuxi")
        found.drafts, found.objections = [alone], [one, other]
        session.commit()
        unit_id = race.units["liuxi"].id
    enrol(database, "li", REPORTER, unit_id)
    return found


@pytest.fixture
def client(app: Flask, theirs: Theirs) -> FlaskClient:
    """柳溪's reporter, whose forms need no token here, so that nothing is refused for want of one."""
    client = signed_in(app, "li")
    app.config["WTF_CSRF_ENABLED"] = False
    return client


def own_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every address of the units' door with each method it takes."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/my/"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def told(client: FlaskClient, method: str, address: str, **data: str) -> tuple[int, str | None, bytes]:
    """What an answer says apart from what only this one form holds."""
    answer = client.open(address, method=method, data=data)
    return answer.status_code, answer.location, ONLY_HERE.sub(rb"\1", answer.data)


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in ALL
            if table.name != "user_session"
        }


def test_every_id_of_another_unit_is_refused_like_one_that_does_not_exist(
    app: Flask, client: FlaskClient, database: Database, theirs: Theirs
) -> None:
    before, adapter, tried = contents(database), app.url_map.bind("localhost"), 0
    for rule, method in own_rules(app):
        if not rule.arguments:
            continue
        for parts, missing in theirs.stand_ins(rule):
            address = adapter.build(rule.endpoint, parts, method=method)
            answer = told(client, method, address, outcome="verified", text="x", about="qingshi")
            assert answer[0] == 404, (method, address)
            assert answer == told(client, method, adapter.build(rule.endpoint, missing, method=method)), (
                address
            )
            assert MARK.encode() not in answer[2]
            tried += 1
    assert tried > 60
    assert contents(database) == before


def test_ids_of_another_unit_in_questions_and_forms_are_refused_alike(
    client: FlaskClient, database: Database, theirs: Theirs
) -> None:
    """What stands behind a question mark or in a hidden field is no key to another unit's things."""
    before = contents(database)
    for page in ("/my/", "/my/why", "/my/lift", "/my/sure", "/my/projects", "/my/reports", "/my/returns"):
        assert told(client, "GET", f"{page}?season=other") == told(client, "GET", f"{page}?season=nobodys")
        assert told(client, "GET", f"{page}?season=other")[0] == 404
    for key in theirs.facts:
        for page, theirs_, nobodys in (
            ("/my/projects/L-0", f"{key.kind}/{key.fact_id}", f"{key.kind}/123456789"),
            ("/my/projects/both", f"{key.kind}/{key.fact_id}", f"{key.kind}/123456789"),
            ("/my/projects/new", f"{key.holder_id}/{key.fact_id}", "987654/123456789"),
            ("/my/returns", str(key.fact_id), "123456789"),
        ):
            assert told(client, "GET", f"{page}?again={theirs_}")[0] == 404
            assert told(client, "GET", f"{page}?again={theirs_}") == told(
                client, "GET", f"{page}?again={nobodys}"
            )
        for form, again, nobodys in (
            ("/my/projects/L-0/events", str(key.fact_id), "123456789"),
            ("/my/projects/L-0/arrivals", str(key.fact_id), "123456789"),
            ("/my/projects", f"{key.holder_id}/{key.fact_id}", "987654/123456789"),
            ("/my/returns", str(key.fact_id), "123456789"),
        ):
            answer = told(client, "POST", form, again=again, keep_files="1")
            assert answer[0] == 422, form
            assert answer == told(client, "POST", form, again=nobodys, keep_files="1")
            assert MARK.encode() not in answer[2]
    assert contents(database) == before


def test_no_page_of_a_unit_shows_what_is_another_units_own(
    client: FlaskClient, theirs: Theirs, visit: Visit
) -> None:
    pages = [
        "/my/",
        "/my/why",
        "/my/lift",
        "/my/sure",
        "/my/projects",
        "/my/projects/L-0",
        "/my/projects/both",
    ]
    pages += ["/my/reports", "/my/returns", "/my/windows/", f"/my/windows/{theirs.shared_draft}"]
    for page in pages:
        assert MARK not in visit(page, client=client).source, page
    # A project that both have shows both shares and what was reported, and nothing to do about it.
    page = visit("/my/projects/both", client=client)
    shared = page.text()
    assert f"{TODAY} 开工 已退回" in shared
    assert f"{TODAY} 到位 7 万元 (市外境内资金) 待认定" in shared
    assert [form for form in page.all("form") if "/reports/" in (form.get("action") or "")] == []
    assert "补附件" not in shared
    assert "已退回" not in visit("/my/projects", client=client).text()
    assert "没有待办的填报。" in visit("/my/reports", client=client).text()
    assert "柳溪镇 1/2、 青石镇 1/2" in shared or "柳溪镇 1/2、青石镇 1/2" in shared
    assert "共享：柳溪镇 1/2、青石镇 1/2" in visit("/my/projects", client=client).text()


def part_of(rule: Rule, name: str) -> object:
    """Something that the part of an address can be."""
    converter = rule._converters[name]
    return min(converter.items) if isinstance(converter, AnyConverter) else PARTS.get(name, 1)


def test_a_unit_is_refused_at_every_other_guarded_address(app: Flask, client: FlaskClient) -> None:
    """The console and the accounts are unknown addresses for a unit, whatever stands in their parts.

    The console's first page alone, which everyone is told, leads a unit to its own.
    """
    adapter = app.url_map.bind("localhost")
    unknown = {kind: told(client, "GET", f"/console/no-such-page{kind}") for kind in ("", ".json")}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] not in {"console", "people"}:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            parts = {name: part_of(rule, name) for name in rule.arguments}
            address = adapter.build(rule.endpoint, parts, method=method)
            if address == "/console/":
                assert client.get(address).location == "/my/"
                continue
            assert told(client, method, address) == unknown[".json" * address.endswith(".json")], address
