"""A unit's own pages: its place, why, what would lift it, its projects, what it reports; nothing of any other unit."""

from __future__ import annotations

from leaderboard.web.my import project, standing
from leaderboard.web.my.door import door

PAGES = (standing, project)
"""Every module whose pages the door opens."""

__all__ = ["PAGES", "door"]
