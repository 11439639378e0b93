"""What the processes do that tests kill: each opens the database of its settings, and ends where it is told to."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import configure_mappers

from config import Settings
from leaderboard import airing
from leaderboard.boards import clock
from leaderboard.db import Database, open_database
from leaderboard.instant import now
from leaderboard.releasing import release_draft
from leaderboard.seasons.read import find_season
from tests.factories import OFFICE

# Loaded once, for all that are forked from the process that loads this.
configure_mappers()


def die(*_arguments: object) -> None:
    """What a power cut does to a process."""
    os.kill(os.getpid(), signal.SIGKILL)


def own_database() -> tuple[Settings, Database]:
    """The settings of this process, and its database."""
    settings = Settings()
    return settings, open_database(settings.database_url)


def publish_until(moment: str, run_id: int) -> None:
    """Run a due edition, and die once it is claimed, stored or committed."""
    if moment == "claimed":
        airing.compose = die  # type: ignore[assignment]
    elif moment == "stored":
        announce = airing.announce
        airing.announce = lambda *arguments: (announce(*arguments), die())  # type: ignore[assignment,return-value]
    else:
        airing.log.info = die  # type: ignore[method-assign]
    settings, database = own_database()
    airing.perform(database, run_id, airing.Node.of(settings))


def press_twice(moment: float) -> None:
    """At a moment, ask twice for an edition with the key of one form; says which run it was and what became of it."""
    settings, database = own_database()
    node, found = airing.Node.of(settings), []
    time.sleep(max(0, moment - time.time()))
    for _ in range(2):
        with database.session() as session:
            run = clock.request_run(session, find_season(session, "race"), "one press", "li", now())
            session.commit()
        found.append([run.id, airing.perform(database, run.id, node).state])
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()


def release_until(statement: int) -> None:
    """Release the first draft, and die before the n-th statement that changes what is published; at 0, never."""
    _, database = own_database()
    left = [statement]

    def look(_connection: Any, _cursor: Any, sent: str, *_more: Any) -> None:
        if sent.startswith(("INSERT INTO public_form", "UPDATE", "INSERT INTO outbox")):
            left[0] -= 1
            if left[0] == 0:
                die()

    event.listen(database.engine, "before_cursor_execute", look)
    release_draft(database, 1, "li", OFFICE)
