"""Reporting as a unit does: the form as it is opened, filled in and sent, and what was recorded by it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from leaderboard.db import Database
from leaderboard.ledger.models import (
    RETURNED,
    CapitalArrival,
    Credit,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import outcome_of
from leaderboard.ledger.record import decide
from tests.visiting import Visited, parse
from tests.web.races import TODAY

PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(64)


PAGE = "/my/projects/L-1"


STARTED = {"stage": "started", "occurred_on": str(TODAY)}


MONEY = {"occurred_on": str(TODAY), "amount": "300", "kind": "domestic", "evidence": "回单"}


def fields_of(client: FlaskClient, path: str, form: str) -> dict[str, str]:
    """Everything that the form to this address holds when its page is opened."""
    page = Visited(200, "", parse(client.get(path).get_data(as_text=True)))
    (wanted,) = page.all("form", action=form)
    found = {field.get("name"): field.get("value", "") for field in wanted.iter("input")}
    for chosen in wanted.iter("select"):
        found[chosen.get("name")] = next(
            (o.get("value", "") for o in chosen.iter("option") if o.get("selected") is not None), ""
        )
    return {name: value for name, value in found.items() if name and name not in {"file", "keep_files"}}


def send(client: FlaskClient, form: str, fields: dict[str, str], *files: tuple[bytes, str]) -> TestResponse:
    data: dict[str, object] = {**fields, "file": [(BytesIO(content), title) for content, title in files]}
    return client.post(form, data=data)


def report(
    client: FlaskClient, what: str, page: str = PAGE, /, *files: tuple[bytes, str], **fields: str
) -> TestResponse:
    form = f"{page.partition('?')[0]}/{what}"
    return send(client, form, fields_of(client, page, form) | fields, *files)


Table = type[StageEvent] | type[CapitalArrival] | type[Credit] | type[UnitReturn]


def all_of(database: Database, table: Table) -> list[tuple[Any, str]]:
    """What the reporter recorded in a table, the oldest first, with what became of it."""
    with database.reading() as session:
        recorded = select(table).where(table.recorded_by == "li").order_by(table.recorded_at)
        found: Sequence[Any] = session.scalars(recorded).all()
        return [(fact, outcome_of(session, fact)) for fact in found]


def send_back(database: Database, table: Table, why: str) -> None:
    """Send back what the reporter recorded last in a table."""
    fact, _outcome = all_of(database, table)[-1]
    with database.session() as session:
        decide(session, "chen", session.merge(fact), RETURNED, why)
        session.commit()
