"""Witnessing: writing down what was announced, by every door after its commit, so that nothing depends on one of them."""

from __future__ import annotations

import logging

from sqlalchemy.exc import DBAPIError

from leaderboard.boards.keys import KeyRefused
from leaderboard.boards.witness import write_witness
from leaderboard.db import Database
from leaderboard.office import Office

log = logging.getLogger(__name__)


def keep_witness(database: Database, office: Office) -> None:
    """Write every announced edition down that is not; what fails is logged, and done with the next announcement or start.

    The edition is out by now, so a full disk must not make its announcement look failed.
    """
    if office.witness is None:
        return
    try:
        with database.reading() as session:
            write_witness(session, office, office.witness)
    except (OSError, KeyRefused, DBAPIError) as error:
        log.warning("the witness %s is left to the next announcement: %s", office.witness, error)
