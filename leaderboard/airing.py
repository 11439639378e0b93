"""Airing: running due editions to their end; the composition of clock and publishing that every door shares.

Unlike a subject's operation it commits, because one run is several transactions: the claim, the announcement, the
record of a failure. Composing happens between them, so that nobody waits for it.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.boards import clock, due
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.models import DONE, FAILED, SKIPPED, DueRun
from leaderboard.boards.publish import Composed, Due, Overtaken, announce, compose
from leaderboard.boards.read import edition_of_run
from leaderboard.boards.timekeeping import ClockOff, check_clock
from leaderboard.db import Database
from leaderboard.instant import Millis, now
from leaderboard.office import Office
from leaderboard.seasons.models import Season

log = logging.getLogger(__name__)

COMPOSE_TRIES = 5
"""How often an edition is composed anew within one try because another one came first."""


class State(StrEnum):
    """What became of a run."""

    PUBLISHED = "published"
    FAILED = "failed"
    SKIPPED = "skipped"
    RETRY = "retry"
    """It did not succeed, and the clock will try again."""
    HELD = "held"
    """Another node has it, or took it over."""


_MOVED_ON = {State.PUBLISHED, State.FAILED, State.SKIPPED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run: the number of the edition if there is one, and what to tell people if not."""

    run_id: int
    state: State
    number: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One process that publishes: its name in the table of runs, its office, its lease and its patience."""

    owner: str
    office: Office
    lease_ms: int
    attempts: int

    @classmethod
    def of(cls, settings: Settings) -> Node:
        """The running process as a node, with the settings' office, lease and number of tries."""
        return cls(owner_name(), Office.of(settings), settings.lease_seconds * 1000, settings.run_attempts)


def owner_name(process: int | None = None) -> str:
    """The name under which a process of this machine holds runs; of this process unless told otherwise."""
    return f"{socket.gethostname()[:60]}:{process or os.getpid()}"


def take_back_orphans(database: Database) -> None:
    """Free the runs held by processes of this machine that are gone, so that a restart need not wait for a lease."""
    with database.session() as session:
        for run in clock.running(session):
            process = (run.owner or "").rpartition(":")[2]
            if process.isdigit() and run.owner == owner_name(int(process)) and not _is_alive(int(process)):
                log.info("run %s was left by process %s and is free again", run.id, process)
                clock.release(session, run.id, run.epoch)
        session.commit()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Somebody else's process, and alive.
        return True
    return True


def perform(database: Database, run_id: int, node: Node) -> Outcome:
    """Run one due edition to its end, after any earlier one of its season; what is finished stays as it is."""
    try:
        with database.reading() as session:
            check_clock(session)
    except ClockOff as error:
        log.warning("run %s is left to others: %s", run_id, error)
        return Outcome(run_id, State.RETRY, message=str(error))
    while True:
        with database.reading() as session:
            run = session.get_one(DueRun, run_id)
            head = clock.head_before(session, run)
            if head is None:
                return _outcome_of(session, run)
        outcome = _try(database, head, node)
        if head.id == run_id or outcome.state not in _MOVED_ON | {State.RETRY}:
            return Outcome(run_id, outcome.state, outcome.number, outcome.message)
        if outcome.state is State.RETRY and head.attempt == _attempt_of(database, head.id):
            # The database is in trouble, so trying at once again would turn in circles.
            return Outcome(run_id, State.RETRY, message=outcome.message)


def tick(
    database: Database, node: Node, at: Millis | None = None, stopping: Callable[[], bool] = lambda: False
) -> list[Outcome]:
    """Give due instants their rows and run everything that is free, each season in due order.

    Raises ClockOff, before anything is touched, where this machine's clock is not to be trusted.
    """
    instant = now() if at is None else at
    with database.reading() as session:
        check_clock(session)
        anything = due.anything_due(session, instant)
    if anything:
        with database.session() as session:
            due.materialise(session, instant)
            session.commit()
    outcomes: list[Outcome] = []
    waiting: set[int] = set()
    while not stopping():
        with database.reading() as session:
            run = next((r for r in clock.claimable(session, now()) if r.season_id not in waiting), None)
        if run is None:
            break
        outcome = _try(database, run, node)
        outcomes.append(outcome)
        if outcome.state not in _MOVED_ON:
            # One season in trouble waits for the next tick and keeps no other season waiting.
            waiting.add(run.season_id)
    return outcomes


def _attempt_of(database: Database, run_id: int) -> int:
    with database.reading() as session:
        return session.get_one(DueRun, run_id).attempt


def _outcome_of(session: Session, run: DueRun) -> Outcome:
    edition = edition_of_run(session, run.id)
    states = {DONE: State.PUBLISHED, FAILED: State.FAILED, SKIPPED: State.SKIPPED}
    return Outcome(
        run.id, states.get(run.state, State.HELD), edition.number if edition else None, run.message
    )


def _try(database: Database, run: DueRun, node: Node) -> Outcome:
    """Claim a run and publish its edition, or keep the reason why not."""
    try:
        with database.session() as session:
            taken = clock.claim(session, run.id, run.epoch, node.owner, now(), node.lease_ms)
            session.commit()
    except DBAPIError:
        log.exception("run %s could not be claimed", run.id)
        return Outcome(run.id, State.RETRY, message="数据库暂时不可用, 稍后自动重试")
    if not taken:
        return Outcome(run.id, State.HELD, message="另一进程正在发布")
    epoch = run.epoch + 1
    try:
        with _lease_kept(database, run.id, epoch, node):
            return _publish(database, run.id, epoch, node)
    except OperationalError:
        # The run is not to blame for a database that is locked or away, so this is no try of it.
        log.exception("run %s was interrupted by the database", run.id)
        with suppress(DBAPIError), database.session() as session:
            clock.release(session, run.id, epoch)
            session.commit()
        return Outcome(run.id, State.RETRY, message="数据库暂时不可用, 稍后自动重试")
    except NothingInForce as error:
        return _failed(database, run.id, epoch, str(error), attempts=1)
    except Exception as error:  # whatever went wrong is kept with the run, and the clock goes on
        log.exception("run %s failed", run.id)
        text = str(error) if isinstance(error, ValueError | Overtaken) else f"{type(error).__name__} {error}"
        return _failed(database, run.id, epoch, f"发布时出错: {text}"[:2000], attempts=node.attempts)


def _failed(database: Database, run_id: int, epoch: int, message: str, attempts: int) -> Outcome:
    try:
        with database.session() as session:
            state = clock.fail(session, run_id, epoch, now(), message, attempts)
            session.commit()
    except DBAPIError:
        # The lease runs out by itself, and some node takes the run again.
        log.exception("the failure of run %s could not be recorded: %s", run_id, message)
        return Outcome(run_id, State.RETRY, message=message)
    if state is None:
        return Outcome(run_id, State.HELD, message="另一进程接手了发布")
    log.warning("run %s is %s: %s", run_id, state, message)
    return Outcome(run_id, State.FAILED if state == FAILED else State.RETRY, message=message)


def _publish(database: Database, run_id: int, epoch: int, node: Node) -> Outcome:
    """Compose outside any write transaction, then announce in one that begins with the check of the epoch."""
    for _ in range(COMPOSE_TRIES):
        with database.reading() as session:
            run = session.get_one(DueRun, run_id)
            outdated = clock.is_outdated(session, run)
            composed = None if outdated else _composed(session, run, node.office)
        if composed is None:
            return _put_aside(database, run_id, epoch)
        try:
            return _announced(database, run, epoch, composed)
        except Overtaken:
            log.info("run %s was overtaken by another edition and is composed again", run_id)
    raise Overtaken("连续有其他各期抢先发布, 稍后自动重试")


def _composed(session: Session, run: DueRun, office: Office) -> Composed:
    season = session.get_one(Season, run.season_id)
    planned = Due(
        as_of=due.cut_off(session, run, season, office.zone),
        known_at=due.entry_closed(session, run),
        due_at=run.due_at,
        next_due_at=clock.next_due(session, season.id, run.due_at),
    )
    return compose(session, season, planned, office)


def _put_aside(database: Database, run_id: int, epoch: int) -> Outcome:
    with database.session() as session:
        skipped = clock.skip(session, run_id, epoch, now(), clock.OUTDATED)
        session.commit()
    return Outcome(run_id, State.SKIPPED if skipped else State.HELD, message=clock.OUTDATED)


def _announced(database: Database, run: DueRun, epoch: int, composed: Composed) -> Outcome:
    with database.session() as session:
        if not clock.finish(session, run.id, epoch, now()):
            log.warning("run %s was taken over; what was composed is thrown away", run.id)
            return Outcome(run.id, State.HELD, message="另一进程接手了发布")
        edition = announce(session, composed, run.requested_by or clock.CLOCK, run.id)
        session.commit()
    log.info("run %s published edition %s of season %s", run.id, edition.number, composed.season.slug)
    return Outcome(run.id, State.PUBLISHED, edition.number)


@contextmanager
def _lease_kept(database: Database, run_id: int, epoch: int, node: Node) -> Iterator[None]:
    """Renew the lease while the block lasts: a race too large for one lease must not be taken over for ever."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(node.lease_ms / 3000):
            try:
                with database.session() as session:
                    held = clock.renew(session, run_id, epoch, now(), node.lease_ms)
                    session.commit()
            except DBAPIError:
                log.info("the lease of run %s could not be renewed this time", run_id)
            else:
                if not held:
                    return

    keeper = threading.Thread(target=renew, name=f"lease-{run_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
