"""Reading long work: one job, those of late, and their files part by part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.orm import Session

from leaderboard.jobs.models import FAILED, RUNNING, Job, JobFile


def find_job(session: Session, job_id: int) -> Job | None:
    """The job of this number, if there is one."""
    return session.get(Job, job_id)


def asked_of(job: Job) -> dict[str, Any]:
    """What a job is to do."""
    return dict(json.loads(job.asked))


def result_of(job: Job) -> dict[str, Any]:
    """What came of a job; nothing before it is done."""
    return dict(json.loads(job.result)) if job.result else {}


def latest_jobs(session: Session, kinds: Sequence[str], most: int) -> Sequence[Job]:
    """The newest jobs of some kinds."""
    found = select(Job).where(Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(most)
    return session.scalars(found).all()


_FAILED = (
    select(Job)
    .where(Job.kind == bindparam("kind"), Job.state == FAILED)
    .order_by(Job.id.desc())
    .limit(bindparam("most", type_=Integer))
)
"""Every page of the console asks this: putting it together each time would take longer than the answer."""


def failed_jobs(session: Session, kind: str, most: int) -> Sequence[Job]:
    """The newest jobs of a kind that stopped as failed, tried as often as anything is."""
    return session.scalars(_FAILED, {"kind": kind, "most": most}).all()


def running_jobs(session: Session) -> Sequence[Job]:
    """The jobs that processes hold."""
    return session.scalars(select(Job).where(Job.state == RUNNING).order_by(Job.id)).all()


def file_parts(session: Session, job_id: int, role: str) -> Iterator[bytes]:
    """A file of a job, part by part."""
    number = 0
    while (part := session.scalar(_part(job_id, role, number))) is not None:
        yield part
        number += 1


def has_file(session: Session, job_id: int, role: str) -> bool:
    """Whether a file is there."""
    return session.scalar(select(func.count()).where(JobFile.job_id == job_id, JobFile.role == role)) != 0


def _part(job_id: int, role: str, number: int) -> Any:
    return select(JobFile.data).where(
        JobFile.job_id == job_id, JobFile.role == role, JobFile.part_no == number
    )
