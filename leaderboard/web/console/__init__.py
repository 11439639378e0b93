"""The console: where administrators weigh, record, verify and publish; one module per subject, one door for all."""

from __future__ import annotations

from leaderboard.web.console import (
    audit,
    awaiting,
    calendar,
    drafts,
    editions,
    evidence,
    exchange,
    holding,
    objections,
    overview,
    project,
    project_list,
    projects,
    publishing,
    returns,
    roster,
    scheme,
    scheme_approval,
    screens,
    timetables,
)
from leaderboard.web.console.door import door

PAGES = (
    overview,
    scheme,
    scheme_approval,
    publishing,
    drafts,
    objections,
    editions,
    holding,
    timetables,
    calendar,
    project_list,
    projects,
    project,
    awaiting,
    evidence,
    returns,
    roster,
    exchange,
    screens,
    audit,
)
"""Every module whose pages the door opens."""

__all__ = ["PAGES", "door"]
