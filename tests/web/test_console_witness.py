"""The newest line of the witness stands on the audit page, so that it can be written down elsewhere."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from leaderboard.accounts.models import AUDITOR
from leaderboard.boards.models import Edition
from leaderboard.boards.witness import newest_witness
from leaderboard.db import Database
from leaderboard.formatters import check_code
from tests.people import enrol, signed_in, submit, visitor
from tests.visiting import Visit
from tests.web.races import committed_race

AUDIT, PUBLISH = "/console/audit", "/console/seasons/now/publish"


@pytest.mark.engines("sqlite")
def test_the_audit_page_shows_what_was_last_written_down(
    app: Flask, database: Database, settings: Settings, visit: Visit
) -> None:
    committed_race(database)
    enrol(database)
    client = signed_in(app)
    auditor = visitor(app, database, AUDITOR, "shen")
    assert "见证簿还没有记下任何一期" in visit(AUDIT, client=auditor).text()
    submit(client, PUBLISH, PUBLISH, once_key="one")
    with database.reading() as session:
        edition = session.scalars(select(Edition).order_by(Edition.number.desc())).first()
    said = newest_witness(settings.witness_file())
    assert said is not None
    assert edition is not None
    assert (said.season, said.number, said.hash) == ("now", edition.number, edition.hash)
    told = visit(AUDIT, client=auditor).text()
    assert f"第 {edition.number} 期，核验码 {check_code(edition.hash)}" in told
    assert said.trail.split(" ")[1][:8] in told
    assert "newest line of this machine's witness" in visit(f"{AUDIT}?lang=en", client=auditor).text()
