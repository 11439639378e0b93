"""The console: where administrators weigh, record, verify and publish; one module per subject, one door for all."""

from __future__ import annotations

from leaderboard.web.console import (
    alike,
    audit,
    awaiting,
    calendar,
    countersigns,
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
    proofs,
    publishing,
    returns,
    roster,
    scheme,
    scheme_approval,
    scheme_document,
    scheme_versions,
    screens,
    timetables,
    work,
)
from leaderboard.web.console.door import door

PAGES = (
    overview,
    scheme,
    scheme_approval,
    scheme_document,
    scheme_versions,
    publishing,
    drafts,
    proofs,
    objections,
    editions,
    holding,
    countersigns,
    timetables,
    calendar,
    project_list,
    projects,
    project,
    alike,
    awaiting,
    evidence,
    returns,
    roster,
    exchange,
    work,
    screens,
    audit,
)
"""Every module whose pages the door opens."""

__all__ = ["PAGES", "door"]
