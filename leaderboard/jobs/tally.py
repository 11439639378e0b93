"""How far a job is while its own transaction is open: in the database, or beside one that shows nobody before the end.

SQLite lets nobody write beside a writer, so what is done so far stands in a small file next to the database's. It counts
for the claim it was written under alone: of a process that was killed nothing is told that another one now does.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from leaderboard.jobs.models import RUNNING, Job


@dataclass(frozen=True, slots=True)
class Tally:
    """What is being done, and of how many things how many are done; `total` is 0 while it is not known."""

    step: str
    done: int = 0
    total: int = 0


def tally_file(url: str, job_id: int) -> Path | None:
    """Where a job's tally stands beside an SQLite database; None for any other, which can be told itself."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return None
    database = Path(address.database)
    return database.with_name(f"{database.name}.job-{job_id}")


def write_tally(file: Path, epoch: int, tally: Tally) -> None:
    """Put a tally in the place of the one before, whole at any moment. What cannot be written is not worth a failure."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError):
        draft.write_text(json.dumps({"epoch": epoch, **asdict(tally)}), encoding="ascii")
        draft.replace(file)


def drop_tally(url: str, job_id: int) -> None:
    """Take a job's tally away: the job itself says what became of it."""
    file = tally_file(url, job_id)
    if file is not None:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def tally_of(url: str, job: Job) -> Tally:
    """How far a job is, by whichever of both tells more of the claim that holds it; nothing where none does."""
    if job.state != RUNNING:
        return Tally(job.step or "")
    kept = Tally(job.step or "", job.done, job.total)
    file = tally_file(url, job.id)
    if file is None:
        return kept
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        found = json.loads(file.read_bytes())
        if found.pop("epoch") == job.epoch:
            return Tally(**found)
    return kept
