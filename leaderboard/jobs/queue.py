"""The queue of long work: asked for, claimed by lease and epoch, told of while it runs, and finished once.

What a job changes is committed with its end, and its end only while the claim's epoch still stands: a process that was
killed, or taken for dead, leaves nothing half done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import Update, delete, insert, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from leaderboard.instant import Millis, now
from leaderboard.jobs.models import DONE, DROPPED, DUE, FAILED, GIVEN, RUNNING, Job, JobFile

PART_BYTES = 1_000_000
KEPT_MS = 24 * 3_600_000
"""How long files of a job are kept."""


def ask(
    session: Session, actor: str, kind: str, asked: Mapping[str, Any], given: Iterable[bytes] = ()
) -> Job:
    """A new job with the file it works on, in parts of any size."""
    job = Job(kind=kind, asked=json.dumps(asked, ensure_ascii=False), asked_by=actor, asked_at=now())
    session.add(job)
    session.flush()
    keep_file(session, job.id, GIVEN, given)
    return job


def keep_file(session: Session, job_id: int, role: str, parts: Iterable[bytes]) -> int:
    """Keep a file of a job; gives its size."""
    size = 0
    for number, part in enumerate(part for part in parts if part):
        session.execute(insert(JobFile), [{"job_id": job_id, "role": role, "part_no": number, "data": part}])
        size += len(part)
    return size


def in_parts(data: bytes) -> Iterable[bytes]:
    """Bytes in the parts in which they are kept."""
    return (data[start : start + PART_BYTES] for start in range(0, len(data), PART_BYTES))


def claimable(session: Session, at: Millis) -> int | None:
    """The id of the job that has waited longest and may be taken."""
    found = select(Job.id).where(_is_free(at)).order_by(Job.asked_at, Job.id).limit(1)
    return session.scalar(found)


def _is_free(at: Millis) -> Any:
    return or_(Job.state == DUE, (Job.state == RUNNING) & (Job.lease_until < at))


def claim(session: Session, job_id: int, owner: str, at: Millis, lease_ms: int) -> int | None:
    """Take a job until the lease ends and give its epoch; None when another process was quicker or still holds it."""
    job = session.get(Job, job_id, populate_existing=True)
    if job is None:
        return None
    taken = (
        update(Job)
        .where(Job.id == job_id, Job.epoch == job.epoch, _is_free(at))
        .values(
            state=RUNNING,
            owner=owner,
            lease_until=at + lease_ms,
            epoch=job.epoch + 1,
            attempt=job.attempt + 1,
            started_at=at,
        )
    )
    return job.epoch + 1 if _changed(session, taken) else None


def _held(job_id: int, epoch: int) -> Update:
    return update(Job).where(Job.id == job_id, Job.epoch == epoch, Job.state == RUNNING)


def renew(session: Session, job_id: int, epoch: int, at: Millis, lease_ms: int) -> bool:
    """Hold a claimed job longer; False when it was taken over meanwhile."""
    return _changed(session, _held(job_id, epoch).values(lease_until=at + lease_ms))


def tell(session: Session, job_id: int, epoch: int, step: str, done: int = 0, total: int = 0) -> None:
    """Say how far a job is."""
    _changed(session, _held(job_id, epoch).values(step=step, done=done, total=total))


def finish(session: Session, job_id: int, epoch: int, result: Mapping[str, Any]) -> bool:
    """Mark a claimed job as done with what came of it; False when it was taken over, and nothing may be committed."""
    text = json.dumps(result, ensure_ascii=False)
    values = {"state": DONE, "result": text, "message": None, "finished_at": now(), "lease_until": None}
    return _changed(session, _held(job_id, epoch).values(**values))


def add_to_result(session: Session, job_id: int, more: Mapping[str, Any]) -> None:
    """Say of a job that is done what came of it since."""
    job = session.get_one(Job, job_id, populate_existing=True)
    job.result = json.dumps({**json.loads(job.result or "{}"), **more}, ensure_ascii=False)


def fail(session: Session, job_id: int, epoch: int, message: str, attempts: int) -> None:
    """Keep why a try failed; the job is due again until `attempts` tries, then failed."""
    job = session.get_one(Job, job_id, populate_existing=True)
    over = job.attempt >= attempts
    values: dict[str, Any] = {
        "message": message[:2000],
        "lease_until": None,
        "state": FAILED if over else DUE,
    }
    _changed(session, _held(job_id, epoch).values(**values, finished_at=now() if over else None))


def give_up_lapsed(session: Session, at: Millis, message: str, attempts: int) -> None:
    """Fail what was tried often enough and whose process, wherever it ran, let the lease end without a word."""
    lapsed = update(Job).where(Job.state == RUNNING, Job.lease_until < at, Job.attempt >= attempts)
    _changed(session, lapsed.values(state=FAILED, message=message, lease_until=None, finished_at=at))


def release(session: Session, job_id: int, epoch: int, *, tried: bool = True) -> None:
    """Give a claimed job back, for any process to take at once; the try counts unless it was none."""
    attempt = Job.attempt if tried else Job.attempt - 1
    _changed(session, _held(job_id, epoch).values(state=DUE, lease_until=None, attempt=attempt))


def drop(session: Session, job_id: int) -> bool:
    """Give a job up with its files; False for one that is being worked on."""
    waiting = update(Job).where(Job.id == job_id, Job.state != RUNNING)
    if not _changed(session, waiting.values(state=DROPPED, finished_at=now())):
        return False
    drop_files(session, [job_id])
    return True


def drop_files(session: Session, job_ids: Iterable[int]) -> None:
    """Throw the files of jobs away."""
    gone = delete(JobFile).where(JobFile.job_id.in_(list(job_ids)))
    session.execute(gone.execution_options(synchronize_session=False))


def outdated(session: Session, at: Millis) -> list[int]:
    """Jobs whose files have been kept long enough."""
    old = select(Job.id).join(JobFile, JobFile.job_id == Job.id).where(Job.asked_at < at - KEPT_MS)
    return list(session.scalars(old.where(Job.state != RUNNING).distinct()))


def _changed(session: Session, statement: Update) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return bool(cast("CursorResult[Any]", result).rowcount)
