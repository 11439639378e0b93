"""Every page of the console, empty and full, in both languages: sound HTML, and for the right people only."""

from __future__ import annotations

import pytest
from flask import Flask

from leaderboard.accounts.models import ADMINISTRATOR, AUDITOR, REPORTER, SYSTEM, VERIFIER, VIEWER
from leaderboard.accounts.permissions import POLICY
from leaderboard.db import Database
from leaderboard.web.guards import guards_of
from tests.people import enrol, signed_in, token_in, visitor
from tests.visiting import Visit
from tests.web.races import committed_race

FIRST = "/console/"
PAGES = (
    "/console/",
    "/console/projects",
    "/console/projects/new",
    "/console/returns",
    "/console/import",
    "/console/screens",
    "/console/awaiting",
    "/console/calendar",
)
APART = {"/console/people": SYSTEM, "/console/audit": AUDITOR, "/console/audit?check=1": AUDITOR}
"""Pages that belong to one of the three powers alone."""
OF_SEASON = (
    "/console/seasons/now/scheme",
    "/console/seasons/now/scheme/approval",
    "/console/seasons/now/scheme/document",
    "/console/seasons/now/scheme/versions",
    "/console/seasons/now/publish",
    "/console/seasons/now/units",
    "/console/seasons/now/timetables/new",
    "/console/seasons/now/published/1",
    "/console/awaiting?season=now&unit=liuxi&kind=event&page=2",
    "/console/projects/L-1",
    "/console/projects?season=now&unit=liuxi&stage=signed&text=L-&state=awaiting&page=2",
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
    for path, role in APART.items():
        visit(path, client=visitor(app, database, role, f"{role}-{len(path)}"))


def test_every_page_is_sound(app: Flask, database: Database, visit: Visit) -> None:
    committed_race(database)
    enrol(database)
    client = signed_in(app)
    for path in (*PAGES, *OF_SEASON):
        visit(path, client=client)
    for path in (*PAGES, *OF_SEASON):
        visit(f"{path}{'&' if '?' in path else '?'}lang=en", client=client)


@pytest.mark.engines("sqlite")
def test_a_state_begins_with_a_capital_where_it_is_a_heading(
    app: Flask, database: Database, visit: Visit
) -> None:
    """In a sentence and in a cell it is "under verification"; a tab and an entry of a list are no sentences."""
    committed_race(database)
    enrol(database)
    client = signed_in(app)
    assert "Under verification" in visit("/console/awaiting?lang=en", client=client).text()
    assert "Under verification" in visit("/console/?lang=en", client=client).text()


@pytest.mark.engines("sqlite")
def test_what_belongs_to_one_of_the_three_powers_is_no_page_for_others(
    app: Flask, database: Database, visit: Visit
) -> None:
    committed_race(database)
    clients = {
        role: visitor(app, database, role) for role in (SYSTEM, ADMINISTRATOR, AUDITOR, VERIFIER, VIEWER)
    }
    for path, owner in APART.items():
        for role, client in clients.items():
            visit(path, 200 if role == owner else 404, client=client)
        visit(f"{path}{'&' if '?' in path else '?'}lang=en", client=clients[owner])
    for path in {*PAGES, *OF_SEASON} - {FIRST}:
        visit(path, 404, client=clients[SYSTEM])
    assert clients[SYSTEM].get(FIRST).location == "/console/people"


@pytest.mark.engines("sqlite")
def test_an_auditor_and_a_viewer_are_offered_nothing_that_changes(
    app: Flask, database: Database, visit: Visit
) -> None:
    committed_race(database)
    client = visitor(app, database, AUDITOR)
    for path in (*(path for path in (*PAGES, *OF_SEASON) if "/new" not in path), "/console/audit"):
        page = visit(path, client=client)
        posting = [form.get("action") for form in page.all("form") if form.get("method") == "post"]
        assert posting == ["/sign-out"], path


@pytest.mark.engines("sqlite")
def test_a_verifier_verifies_and_returns_but_neither_records_nor_reverses(
    app: Flask, database: Database, visit: Visit
) -> None:
    committed_race(database)
    client = visitor(app, database, VERIFIER)
    story = visit("/console/projects/L-1", client=client)
    actions = {form.get("action") or "" for form in story.all("form") if form.get("method") == "post"}
    decide = {action for action in actions if "/facts/" in action}
    assert actions == {*decide, "/sign-out"}
    assert {button.get("value") for button in story.all("button", name="outcome")} == {"returned"}
    form = {"csrf_token": token_in(story.source), "reason": "重复"}
    path = min(decide)
    assert client.post(path, data=form | {"outcome": "reversed"}).status_code == 404
    assert client.post(path, data=form | {"outcome": "returned"}).status_code == 302
    assert "已退回" in visit("/console/projects/L-1", client=client).text()
    assert client.post("/console/projects", data=form).status_code == 404


@pytest.mark.engines("sqlite")
def test_a_viewer_reads_and_sees_no_form_that_changes_anything(
    app: Flask, database: Database, visit: Visit
) -> None:
    committed_race(database)
    enrol(database, "wang", VIEWER)
    client = signed_in(app, "wang")
    for path in (*PAGES, *OF_SEASON):
        if path in {"/console/projects/new", "/console/seasons/now/timetables/new"}:
            visit(path, 404, client=client)
            continue
        page = visit(path, client=client)
        posting = [form.get("action") for form in page.all("form") if form.get("method") == "post"]
        assert posting == ["/sign-out"], path


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("role", [ADMINISTRATOR, AUDITOR, VERIFIER, VIEWER])
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
    for path in {*PAGES, *OF_SEASON, *APART} - {FIRST}:
        visit(path, 404, client=reporter)
        assert app.test_client().get(path).status_code == 302
    assert reporter.get(FIRST).location == "/my/"
    assert "/sign-in" in str(app.test_client().get(FIRST).location)


@pytest.mark.engines("sqlite")
def test_no_change_without_token_or_permission(app: Flask, database: Database) -> None:
    """Every POST of the console answers 400 without a form token, and 404 to a viewer who has one."""
    committed_race(database)
    enrol(database)
    enrol(database, "wang", VIEWER)
    administrator, viewer = signed_in(app), signed_in(app, "wang")
    keeper = visitor(app, database, SYSTEM)
    page = viewer.get("/console/seasons/now/scheme").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("console.", "people.")) and "POST" in rule.methods
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
        "ceremony_id": 1,
        "draft_id": 1,
        "number": 1,
        "objection_id": 1,
        "holder_id": 1,
        "name": "chen",
        "countersign_id": 1,
        "job_id": 1,
        "unit": "liuxi",
        "division": "towns",
    }
    for rule in rules:
        with app.test_request_context():
            path = rule.build({name: values[name] for name in rule.arguments})
        assert path is not None
        allowed = keeper if rule.endpoint.startswith("people.") else administrator
        assert allowed.post(path[1]).status_code == 400, path
        assert viewer.post(path[1], data={"csrf_token": token}).status_code == 404, path
