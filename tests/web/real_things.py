"""One of everything that an address can name, committed: so that what is refused is told from what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, Rule

from leaderboard.accounts.invitations import invite
from leaderboard.accounts.models import ADMINISTRATOR, REPORTER, ROLES
from leaderboard.accounts.people import add_account
from leaderboard.boards.ceremonies import begin
from leaderboard.boards.drafts import open_window
from leaderboard.boards.read import latest_edition
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database
from leaderboard.exchange.models import ImportBatch
from leaderboard.instant import now
from leaderboard.jobs import queue
from leaderboard.jobs.models import MADE
from leaderboard.ledger import record
from leaderboard.ledger.evidence import attach
from leaderboard.ledger.read import find_project
from leaderboard.ledger.waiting import Key
from leaderboard.objections.file import file_objection
from leaderboard.seasons.timetable import add_timetable
from leaderboard.workbook_jobs import WRITE
from tests.boards.lives import drafted
from tests.exchange.books import book, take_in
from tests.factories import OFFICE, PENDING, Race
from tests.people import enrol
from tests.web.races import TODAY, running_race

SAFE = {"GET", "HEAD", "OPTIONS"}
WORKS = ("work", "work_state", "work_file", "confirm_import", "drop_work")
Value = str | int


@dataclass(frozen=True, slots=True)
class Things:
    """What stands for each part of an address, and where one part means something else."""

    parts: dict[str, Value]
    of: dict[str, dict[str, Value]] = field(default_factory=dict)
    """By endpoint, where a part of that name is another thing."""

    def addresses(self, app: Flask) -> Iterator[tuple[str, str, str]]:
        """Every endpoint with each method it takes and an address of it."""
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            values = {name: self._value(rule, name) for name in rule.arguments}
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, adapter.build(rule.endpoint, values)

    def _value(self, rule: Rule, name: str) -> Value:
        converter = rule._converters[name]
        if isinstance(converter, AnyConverter):
            return min(converter.items)
        return self.of.get(rule.endpoint, {}).get(name, self.parts[name])


def everything(database: Database) -> Things:
    """The running race with a draft in its window, an objection, evidence, work, an import, a timetable and a screen.

    There is an account of each role, called like the role, the reporter of 柳溪镇; and one invited by a link.
    """
    with database.session() as session:
        race = running_race(session)
        unit_id = race.units["liuxi"].id
        things = _things(session, race)
        session.commit()
    for role in ROLES:
        enrol(database, role, role, unit_id if role == REPORTER else None)
    return things


def _things(session: Session, race: Race) -> Things:
    unit = race.units["liuxi"]
    draft = open_window(session, "li", drafted(race, TODAY), days=3, contact="招商局", zone=OFFICE.zone)
    objection = file_objection(
        session, REPORTER, draft, unit, about=unit, indicator=None, text="漏计一个项目"
    )
    project = find_project(session, "L-0")
    assert project is not None
    arrival = record.add_arrival(session, PENDING, project, occurred_on=TODAY, amount_yuan=7)
    fact: dict[str, Value] = {"kind": "arrival", "holder_id": project.id, "fact_id": arrival.fact_id}
    key = Key("arrival", project.id, arrival.fact_id)
    file = attach(session, REPORTER, key, title="回单.pdf", content=b"%PDF-1.4 receipt", most=1000)
    daily = {"kind": "daily", "time": "09:00"}
    timetable = add_timetable(session, "li", race.season, name="日榜", rule=daily, zone=OFFICE.zone)
    screen, screen_token = add_screen(session, "li", name="大厅", season=race.season, secret="s" * 32)
    shown = latest_edition(session, race.season.id)
    ceremony = begin(session, "li", race.season, screens=[screen], edition=shown)
    newcomer, _password = add_account(session, "li", name="zhang", display_name="张某", role=ADMINISTRATOR)
    job = queue.ask(session, ADMINISTRATOR, WRITE, {"season": "now"})
    queue.keep_file(session, job.id, MADE, [b"PK"])
    job.state, job.result = "done", "{}"
    project_row = ["I-1", "导入的项目", None, None, None, None, "liuxi"]
    cover = [["格式版本", "saima-workbook/1"], ["赛季代号", "now"]]
    take_in(session, book({"项目": [project_row]}, cover=cover, scheme=None))
    work: dict[str, Value] = {"number": job.id}
    link: dict[str, Value] = {"token": invite(session, "li", newcomer, 72, now())}
    batch: dict[str, Value] = {"number": session.scalars(select(ImportBatch.id)).one()}
    return Things(
        {
            "slug": "now",
            "number": 1,
            "unit": "liuxi",
            "unit_id": unit.id,
            "code": "L-0",
            "indicator": "signing",
            "division": "towns",
            "name": "viewer",
            "draft_id": draft.id,
            "objection_id": objection.id,
            "own_number": 1,
            "timetable_id": timetable.id,
            "screen_id": screen.id,
            "ceremony_id": ceremony.id,
            "file_id": file.file_id,
            "run_id": 1,
            "countersign_id": 1,
            "token": screen_token,
            "filename": "css/people.css",
            **fact,
        },
        {f"welcome.{name}": link for name in ("welcome", "choose")}
        | {f"console.{name}": batch for name in ("import_batch", "undo_batch")}
        | {f"console.{name}": work for name in WORKS},
    )
