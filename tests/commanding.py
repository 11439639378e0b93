"""What tests of the command line are handed: a way to run a command as typed, and what was done by commands."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

Command = Callable[..., Result]
"""Runs a command and returns what became of it."""
Done = Callable[..., str]
"""Runs a command that must succeed, and returns what it printed."""
Trail = Callable[[], list[tuple[str, str]]]
"""What commands did, oldest first, as (action, subject)."""
