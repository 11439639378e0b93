"""A download that somebody reads slowly, or leaves lying, keeps nobody from writing meanwhile."""

from __future__ import annotations

from itertools import islice

import pytest
from flask import Flask

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import ADMINISTRATOR, AUDITOR
from leaderboard.db import Database, open_database
from leaderboard.jobs import queue
from leaderboard.jobs.models import DONE, MADE
from leaderboard.workbook_jobs import WRITE
from tests.people import visitor
from tests.web.races import committed_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")

FIRST, SECOND = b"one" * 50_000, b"two" * 50_000


def written(database: Database) -> str:
    """The address of a file of two parts that a job made."""
    with database.session() as session:
        job = queue.ask(session, "chen", WRITE, {"season": "now"})
        queue.keep_file(session, job.id, MADE, (FIRST, SECOND))
        job.state, job.result = DONE, '{"name": "赛季"}'
        session.commit()
        return f"/console/work/{job.id}/file"


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (AUDITOR, "/console/audit.csv"),
        (AUDITOR, "/console/audit.jsonl"),
        (ADMINISTRATOR, "/console/projects.csv"),
        (ADMINISTRATOR, "/console/projects.xlsx"),
        (ADMINISTRATOR, "/console/seasons/now/export"),
        (ADMINISTRATOR, MADE),
    ],
)
def test_who_reads_slowly_keeps_nobody_from_writing(
    app: Flask, database: Database, role: str, path: str
) -> None:
    committed_race(database)
    client, path = visitor(app, database, role, "chen"), written(database) if path == MADE else path
    answer = client.get(path)
    parts = answer.iter_encoded()
    begun = list(islice(parts, 2))
    impatient = open_database(database.url, busy_timeout_ms=50)
    with impatient.session() as session:
        record_act(session, "li", "test", "meanwhile")
        session.commit()
    impatient.engine.dispose()
    whole = b"".join((*begun, *parts))
    answer.close()
    assert (answer.status_code, whole != b"") == (200, True)
    if path.endswith("file"):
        assert whole == FIRST + SECOND
