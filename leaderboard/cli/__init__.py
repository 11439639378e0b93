"""The door for the command line: one command per operation."""

from __future__ import annotations

# Each of them registers its commands with the group.
from leaderboard.cli import access, boards, running, score, workbooks
from leaderboard.cli.context import commands
from leaderboard.logs import start_logging

GROUPS = (access, boards, running, score, workbooks)


def main() -> None:
    """The entry point of the command `leaderboard`."""
    start_logging()
    commands(prog_name="leaderboard")
