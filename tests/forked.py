"""Processes of their own for tests that kill them: forked from one that has loaded the program, so each is born at once.

An interpreter that starts anew spends two seconds of a core on loading what the one before it had loaded, and dies.
What such a process does stands in `tests.doomed`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.doomed"])


class Forked:
    """A process at work, with a file of all it says; it may be killed like any other."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], work: Callable[..., object], *arguments: Any
    ) -> None:
        self.output = folder / f"said-{len(list(folder.glob('said-*')))}"
        self.output.touch()
        self.process: ForkServerProcess = FORKS.Process(
            target=_begin, args=(dict(environment), self.output, work, arguments)
        )
        self.process.start()

    def said(self) -> str:
        """All it has said until now, errors too."""
        return self.output.read_text(encoding="utf-8")

    def ended(self, seconds: float = 60) -> int | None:
        """Its exit status, below 0 where a signal ended it; None where it still runs after so many seconds."""
        self.process.join(seconds)
        return self.process.exitcode

    def close(self) -> None:
        """End it where it still runs."""
        self.process.kill()
        self.process.join()
        self.process.close()


def _begin(
    environment: dict[str, str], output: Path, work: Callable[..., object], arguments: tuple[Any, ...]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with output.open("a") as file:
        for standard in (1, 2):
            os.dup2(file.fileno(), standard)
    work(*arguments)
