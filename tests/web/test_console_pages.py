"""Every page of the console, empty and full, in both languages: sound HTML, and for the right people only."""

from __future__ import annotations

import pytest
from flask import Flask

from leaderboard.accounts.models import ADMINISTRATOR, REPORTER, VIEWER
from leaderboard.accounts.permissions import POLICY
from leaderboard.db import Database
from leaderboard.web.guards import guards_of
from tests.people import enrol, signed_in
from tests.visiting import Visit
from tests.web.races import committed_race

PAGES = (
    "/console/",
    "/console/projects",
    "/console/projects/new",
    "/console/returns",
    "/console/import",
    "/console/screens",
    "/console/people",
    "/console/audit",
    "/console/audit?check=1",
    "/console/awaiting",
    "/console/calendar",
)
OF_SEASON = (
    "/console/seasons/now/scheme",
    "/console/seasons/now/publish",
    "/console/seasons/now/units",
    "/console/seasons/now/timetables/new",
    "/console/seasons/now/published/1",
    "/console/awaiting?season=now&unit=liuxi&kind=event&page=2",
    "/console/projects/L-1",
    "/console/projects?season=now&unit=liuxi&stage=signed&text=L-&awaiting=1&page=2",
)


@pytest.mark.engines("sqlite")
def test_every_page_says_what_to_do_when_there_is_nothing(
    app: Flask, database: Database, visit: Visit
) -> None:
    enrol(database)
    client = signed_in(app)
    for path in PAGES:
        visit(path, client=client)
    assert "还没有赛季" in visit("/console/", client=client).text()


def test_every_page_is_sound(app: Flask, database: Database, visit: Visit) -> None:
    committed_race(database)
    enrol(database)
    client = signed_in(app)
    for path in (*PAGES, *OF_SEASON):
        visit(path, client=client)
    for path in (*PAGES, *OF_SEASON):
        visit(f"{path}{'&' if '?' in path else '?'}lang=en", client=client)


@pytest.mark.engines("sqlite")
def test_a_viewer_reads_and_sees_no_form_that_changes_anything(
    app: Flask, database: Database, visit: Visit
) -> None:
    committed_race(database)
    enrol(database, "wang", VIEWER)
    client = signed_in(app, "wang")
    for path in (*PAGES, *OF_SEASON):
        if path in {"/console/people", "/console/projects/new", "/console/seasons/now/timetables/new"}:
            visit(path, 404, client=client)
            continue
        page = visit(path, client=client)
        posting = [form.get("action") for form in page.all("form") if form.get("method") == "post"]
        assert posting == ["/sign-out"], path


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("role", [ADMINISTRATOR, VIEWER])
def test_no_page_leads_anyone_where_they_are_refused(
    app: Flask, database: Database, visit: Visit, role: str
) -> None:
    """Over the roles: every link and form of every page leads to what this very role may do."""
    committed_race(database)
    enrol(database, "someone", role)
    client = signed_in(app, "someone")
    guards = guards_of(app)
    adapter = app.url_map.bind("localhost")
    asked = {path for path in (*PAGES, *OF_SEASON) if client.get(path).status_code == 200}
    offered = {
        (
            element.get("href") or element.get("action") or "",
            "POST" if element.get("method") == "post" else "GET",
        )
        for path in asked
        for page in [visit(path, client=client)]
        for tag in ("a", "form")
        for element in page.all(tag)
    }
    allowed = {f"action: {action}" for action in POLICY[role]}
    refused = []
    for address, method in offered:
        if address.startswith("/console/"):
            endpoint, _values = adapter.match(address.partition("?")[0].partition("#")[0], method)
            refused += [address for guard in guards[endpoint] if guard not in allowed]
    assert len(offered) > 20
    assert refused == []


@pytest.mark.engines("sqlite")
def test_a_viewer_is_promised_nothing_to_change(app: Flask, database: Database, visit: Visit) -> None:
    committed_race(database)
    enrol(database, "wang", VIEWER)
    overview = visit("/console/", client=signed_in(app, "wang"))
    buttons = {overview.text(link) for link in overview.all("a", class_="button")}
    assert buttons == {"看方案", "看下一期"}


@pytest.mark.engines("sqlite")
def test_a_reporter_and_a_stranger_do_not_come_in(app: Flask, database: Database, visit: Visit) -> None:
    race = committed_race(database)
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    reporter = signed_in(app, "li")
    for path in (*PAGES, *OF_SEASON):
        visit(path, 404, client=reporter)
        assert app.test_client().get(path).status_code == 302


@pytest.mark.engines("sqlite")
def test_no_change_without_token_or_permission(app: Flask, database: Database) -> None:
    """Every POST of the console answers 400 without a form token, and 404 to a viewer who has one."""
    committed_race(database)
    enrol(database)
    enrol(database, "wang", VIEWER)
    administrator, viewer = signed_in(app), signed_in(app, "wang")
    page = viewer.get("/console/seasons/now/scheme").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and "POST" in rule.methods
    ]
    assert len(rules) > 15
    values = {
        "slug": "now",
        "code": "L-1",
        "kind": "event",
        "fact_id": 1,
        "unit_id": 1,
        "run_id": 1,
        "timetable_id": 1,
        "change": "pause",
        "screen_id": 1,
        "draft_id": 1,
        "number": 1,
        "objection_id": 1,
        "name": "chen",
    }
    for rule in rules:
        with app.test_request_context():
            path = rule.build({name: values[name] for name in rule.arguments})
        assert path is not None
        assert administrator.post(path[1]).status_code == 400, path
        assert viewer.post(path[1], data={"csrf_token": token}).status_code == 404, path
