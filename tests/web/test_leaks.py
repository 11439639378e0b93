"""What is not published leaks nowhere: every role at every address in every state a board can be in.

Marks are planted in a board that the public must not see yet, or no longer: a score, a project, the note of a correction
and the contact of a window. Everyone then visits every address of the URL map, through the fast lane, with every value
its parts can have. A route that is not in the table below fails the test: whoever adds one says who may see what is
unpublished there.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import Client, TestResponse

from config import Settings
from leaderboard.accounts.models import ADMINISTRATOR, AUDITOR, REPORTER, SYSTEM, VERIFIER, VIEWER
from leaderboard.boards.correct import begin_correction, withdraw
from leaderboard.boards.drafts import hold, open_window
from leaderboard.boards.models import Draft
from leaderboard.boards.publish import Due, score
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.holding import freeze_season
from leaderboard.web.fast_lane import FastLane
from tests.boards.lives import released
from tests.factories import AS_OF, OFFICE, small_race
from tests.people import PASSWORD, enrol, token_in

SCORE, PROJECT, NOTE, CONTACT = "46.81", "泄漏标记项目", "泄漏标记说明", "泄漏标记电话"
"""南岸's score in the board that is not public: 30×(3/2)/4 + 25×1/(3/2) + 20×1/(3/2) + 25×33333333/150000000."""
STRANGER, KEEPER, OWN, OTHER, READER, JUDGE, WATCHER, CHIEF = ROLES = (
    "stranger",
    SYSTEM,
    "own-unit",
    "other-unit",
    VIEWER,
    VERIFIER,
    AUDITOR,
    ADMINISTRATOR,
)
DRAFTED, WINDOW, FROZEN, PUBLISHED, SUPERSEDED, WITHDRAWN = STATES = (
    "draft",
    "window",
    "frozen",
    "published",
    "superseded",
    "withdrawn",
)
ANNOUNCED = {PUBLISHED, SUPERSEDED}
NOBODY: frozenset[str] = frozenset()
HOUSE = frozenset({READER, JUDGE, WATCHER, CHIEF})
"""Who reads the console, where what is unpublished is worked on."""
IN_WINDOW = HOUSE | {OWN}
"""The units of the season besides, while a board lies open for objections; to be used below /my/ alone."""

PUBLIC = (
    "api.edition api.editions api.index api.newest api.newest_unit api.openapi api.season api.seasons api.unit"
    " boards.compare_editions boards.compare_units boards.embed boards.graph boards.preview"
    " display.boards display.by_indicator display.editions display.editions_file display.healthz display.index"
    " display.latest display.latest_by_indicator display.latest_file display.latest_unit display.numbered"
    " display.numbered_file display.unit display.unit_file metrics.metrics screens.scenes screens.screen static verify.check"
    " verify.checker verify.form verify.keys"
    " sign_in.change_password sign_in.check sign_in.password sign_in.sign_in sign_in.sign_out"
    " sign_in.code sign_in.check_code welcome.choose welcome.welcome"
)
UNITS = (
    "units.project units.report_arrival units.report_event units.standing"
    " units.projects units.new_project units.register_project units.reports units.take_back_report"
    " units.returns units.report_returns units.evidence_file units.add_evidence"
    " units.why units.lift units.sure"
)
WINDOWS = "windows.object_to windows.window windows.windows windows.withdraw_objection"
CONSOLE = (
    "add_evidence evidence_file projects_file tell_apart undo_last "
    "add add_event add_money add_one_adjustment add_one_project add_one_return add_one_screen add_share"
    " amend approve audit audit_as_stored audit_table awaiting calendar change confirm_import decide_on decide_on_unit"
    " decide_together discard edit_timetable exchange export import_calendar new_project new_timetable overview"
    " preview_import preview_scheme project projects publish publish_now published returns revoke run_again"
    " save_scheme scheme scheme_document_file screens skip switch template_file units unskip"
    " approval submit_draft return_draft withdraw restore"
    " document change_document put_document scheme_document_yaml scheme_versions"
    " agree_countersign refuse_countersign two_persons proof proof_by_indicator proof_file proof_of_unit proof_on_screen"
    " drafts make_one_draft draft open_draft extend_draft release_one revise_draft drop_draft"
    " preview_other switch_names"
    " import_batch undo_batch paste_import season_template_file export_later work work_state work_file drop_work"
    " new_season add_season setup season_card change_season show_or_hide add_units_form add_many_units put_in_order"
    " one_unit rename_one_unit place_one_unit leave_with_unit divisions add_one_division rename_one_division"
    " order_all_divisions targets save_targets spread_form spread_total season_deadlines save_deadlines"
    " one_screen screen_picture change_screen change_playlist act_on_screen rotate_screen"
    " ceremonies begin_ceremony ceremony move_ceremony note_ceremony end_ceremony publish_ceremony"
    " objection answer_objection edition correct_edition withdraw_edition freeze reveal_season change_window"
)
PEOPLE = (
    "add_person assign_role close_account end_every_session end_one_session invite_again new_person one_person people"
    " reopen_account reset_factor unlock_account unlock_address"
)
OWN_ACCOUNT = "account end_one end_others enrol remove_factor renew_codes second_factor"
SEEN_BY: dict[str, frozenset[str]] = (
    dict.fromkeys(PUBLIC.split(), NOBODY)
    | dict.fromkeys(UNITS.split(), HOUSE)
    | dict.fromkeys(WINDOWS.split(), IN_WINDOW)
    | {f"console.{name}": HOUSE for name in CONSOLE.split()}
    | {f"people.{name}": NOBODY for name in PEOPLE.split()}
    | {f"account.{name}": NOBODY for name in OWN_ACCOUNT.split()}
)
"""Endpoint -> the roles that may see there what is not public; write a new route here before it passes."""

CHANGING = {
    "display.healthz",
    "metrics.metrics",
    "screens.screen",
    "verify.form",
    "sign_in.sign_in",
    "static",
}
"""Public answers that hold the time, a form's token, or no board at all."""


@dataclass(frozen=True, slots=True)
class House:
    """A race in one of its states, served by the fast lane, and someone of each role."""

    lane: FastLane
    app: Flask
    token: str
    state: str

    def visitor(self, role: str) -> Client:
        """A browser of this role, signed in through the lane."""
        client = Client(self.lane)
        if role != STRANGER:
            form = token_in(client.get("/sign-in").get_data(as_text=True))
            answer = client.post("/sign-in", data={"csrf_token": form, "name": role, "password": PASSWORD})
            assert answer.status_code == 302
        return client

    def addresses(self, rule: Rule) -> Iterator[str]:
        """Every address of a rule: each of its parts with each of these values."""
        values: dict[str, list[Any]] = {
            "slug": ["race"],
            "number": [1, 2],
            "unit": ["nanan", "qingshi"],
            "indicator": ["signing"],
            "kind": ["json", "csv", "xlsx", "package.json"] if "any(json" in rule.rule else ["event"],
            "token": [self.token],
            "code": ["mark"],
            "filename": ["css/site.css"],
            "name": ["own-unit"],
            "form": ["csv", "xlsx"],
            "fact_id": [1],
            "change": ["pause", "skip"],
        }
        adapter = self.app.url_map.bind("localhost")
        for chosen in product(*(values.get(name, [1]) for name in sorted(rule.arguments))):
            parts = dict(zip(sorted(rule.arguments), chosen, strict=True))
            if "change" in parts:
                parts["change"] = "pause" if "pause" in rule.rule else "skip"
            yield adapter.build(rule.endpoint, parts, method=next(iter(rule.methods - {"HEAD", "OPTIONS"})))

    def answers(
        self, client: Client, without: frozenset[str] = NOBODY
    ) -> Iterator[tuple[str, str, TestResponse]]:
        """What a visitor gets at every address, in both languages where they are asked for; forms without a token."""
        for rule in self.app.url_map.iter_rules():
            methods = rule.methods or set()
            if rule.endpoint == "sign_in.sign_out" or rule.endpoint in without:
                continue
            for address in self.addresses(rule):
                if "GET" in methods:
                    yield rule.endpoint, address, client.get(address, headers={"Accept-Encoding": "identity"})
                if "POST" in methods:
                    yield rule.endpoint, address, client.post(address, data={"season": "race", "number": "2"})


def marked_board(session: Session, state: str) -> str:
    """One edition in public, then a board with the marks in it, in a state; returns the token of a screen."""
    race = small_race(session)
    first = race.publish()
    _, token = add_screen(session, "li", name="大厅", season=race.season, secret="s" * 32)
    race.project(
        "nanan",
        code="mark",
        name=PROJECT,
        is_public=True,
        started=date(2026, 7, 1),
        registered=date(2026, 7, 1),
        arrived=33_333_333,
    )
    other = small_race(session, "other")
    session.flush()
    if state == FROZEN:
        freeze_season(session, "li", race.season, reason="年终")
        at = now()
        hold(session, score(session, race.season, Due(AS_OF, at, at)), OFFICE, "li")
    elif state != "before":
        MARKED[state](session, begin_correction(session, "li", first, OFFICE, note=NOTE))
    session.commit()
    own, their = race.units["qingshi"].id, other.units["other-qingshi"].id
    session.info |= {"units": {OWN: own, OTHER: their}, "season": race.season, "edition": first}
    return token


def _opened(session: Session, draft: Draft) -> None:
    open_window(session, "li", draft, days=5, contact=CONTACT, zone=OFFICE.zone)


def _withdrawn(session: Session, draft: Draft) -> None:
    withdraw(session, "li", released(session, draft), reason="含不应公开的内容")


def _kept(_session: Session, draft: Draft) -> None:
    assert draft.state == DRAFTED


MARKED: dict[str, Callable[[Session, Draft], object]] = {
    DRAFTED: _kept,
    WINDOW: _opened,
    PUBLISHED: released,
    SUPERSEDED: released,
    WITHDRAWN: _withdrawn,
}


@pytest.fixture
def house(
    request: pytest.FixtureRequest, session: Session, app: Flask, database: Database, settings: Settings
) -> Iterator[House]:
    token = marked_board(session, request.param)
    for role, unit_id in session.info["units"].items():
        enrol(database, role, REPORTER, unit_id)
    for role in (*HOUSE, KEEPER):
        enrol(database, role, role)
    lane = FastLane(app, database, settings.model_copy(update={"board_poll_ms": 60_000}))
    lane.start()
    yield House(lane, app, token, request.param)
    lane.close()


def marks_in(answer: TestResponse) -> list[str]:
    """The marks that an answer holds, whatever it is."""
    data = answer.data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    text = data.decode(errors="replace") + str(answer.headers)
    return [mark for mark in (SCORE, PROJECT, NOTE, CONTACT) if mark in text]


@pytest.mark.engines("sqlite")
def test_every_route_says_who_may_see_what_is_not_public(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(SEEN_BY)


def test_nothing_unpublished_may_be_seen_at_a_public_address() -> None:
    for endpoint, roles in SEEN_BY.items():
        door = endpoint.partition(".")[0]
        allowed = {"console": HOUSE, "units": IN_WINDOW, "windows": IN_WINDOW}.get(door, NOBODY)
        assert roles <= allowed, endpoint


def open_to(role: str) -> frozenset[str]:
    """The endpoints where a role may see everything: after the first that does, there is nothing to look for."""
    return frozenset(endpoint for endpoint, roles in SEEN_BY.items() if role in roles)


def sees_a_mark(house: House, role: str) -> bool:
    """Whether someone sees the marks at one of the addresses where they may."""
    closed = frozenset(SEEN_BY) - open_to(role)
    return any(marks_in(answer) for _, _, answer in house.answers(house.visitor(role), closed))


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("house", [DRAFTED, WINDOW, FROZEN, WITHDRAWN], indirect=True, ids=str)
def test_nobody_sees_what_is_not_public_but_who_may(house: House) -> None:
    # The house first and the stranger last: a page kept for one of them must not be shown to the next. The first goes
    # everywhere, the others wherever there is something that they may not see.
    leaks = []
    # Why edition 1 was corrected stays public, though the correction itself was withdrawn.
    told = {NOTE} if house.state == WITHDRAWN else set()
    for role in reversed(ROLES):
        passed = NOBODY if role == CHIEF else open_to(role)
        for endpoint, address, answer in house.answers(house.visitor(role), passed):
            marks = [mark for mark in marks_in(answer) if mark not in told]
            if marks and role not in SEEN_BY[endpoint]:
                leaks.append((role, endpoint, address, answer.status_code, marks))
    assert leaks == []
    # The marks are where they may be, so that the test would see them elsewhere.
    seen = {role for role in ROLES if sees_a_mark(house, role)}
    assert seen == (IN_WINDOW if house.state == WINDOW else HOUSE)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("house", [PUBLISHED], indirect=True, ids=str)
def test_everyone_sees_what_was_published(house: House) -> None:
    """The marks are found where they should be: the test above looks at the right places."""
    found = {mark for _, _, answer in house.answers(house.visitor(STRANGER)) for mark in marks_in(answer)}
    assert found == {SCORE, PROJECT, NOTE}


def public_answers(house: House) -> dict[str, tuple[int, bytes]]:
    """What a stranger is told at every public address, apart from clocks and tokens."""
    return {
        f"{endpoint} {address}": (answer.status_code, TOKENS.sub(b"", answer.data))
        for endpoint, address, answer in house.answers(house.visitor(STRANGER))
        if endpoint in PUBLIC.split() and endpoint not in CHANGING and answer.request.method == "GET"
    }


TOKENS = re.compile(rb'name="csrf_token" value="[^"]+"')


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("house", ["before"], indirect=True, ids=str)
def test_public_answers_are_the_same_to_the_byte_whether_something_waits_or_not(
    house: House, session: Session
) -> None:
    """No counter, list, date or tag gives a draft, a window or a freeze away."""
    before = public_answers(house)
    assert len(before) > 30
    season = session.info["season"]
    draft = begin_correction(session, "li", session.info["edition"], OFFICE, note=NOTE)
    open_window(session, "li", draft, days=5, contact=CONTACT, zone=OFFICE.zone)
    freeze_season(session, "li", season, reason="年终")
    at = now()
    hold(session, score(session, season, Due(AS_OF, at, at)), OFFICE, "li")
    session.commit()
    house.lane.look()
    assert public_answers(house) == before
