"""The door for the command line: one command per operation, each loaded when it is asked for."""

from __future__ import annotations

from leaderboard.cli.group import commands

__all__ = ["commands", "main"]


def main() -> None:
    """The entry point of the command `leaderboard`."""
    commands(prog_name="leaderboard")
