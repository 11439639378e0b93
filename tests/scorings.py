"""Where boards are scored: beforehand, while others may write, or in the turn to write of whoever asked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards import preview, publish
from leaderboard.db import READ_ONLY

BEFOREHAND, IN_TURN = "beforehand", "in the turn"


def noted_scorings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list to which every scoring of a board adds where it was done."""
    told: list[str] = []
    gather = publish.gather

    def noting(session: Session, *args: Any, **more: Any) -> Any:
        reads = session.connection().get_execution_options().get(READ_ONLY)
        told.append(BEFOREHAND if reads else IN_TURN)
        return gather(session, *args, **more)

    for module in (publish, preview):
        monkeypatch.setattr(module, "gather", noting)
    return told
