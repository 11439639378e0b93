"""A unit's own pages: its place, why, what would lift it, its projects, what it reports; nothing of any other unit."""

from __future__ import annotations

from leaderboard.web.my import (
    evidence,
    lift,
    project,
    projects,
    registering,
    reports,
    returns,
    standing,
    sure,
    why,
)
from leaderboard.web.my.door import door

PAGES = (standing, why, lift, sure, projects, registering, project, reports, returns, evidence)
"""Every module whose pages the door opens."""

__all__ = ["PAGES", "door"]
