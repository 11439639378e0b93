"""Airing: running due editions to their end; the composition of clock and publishing that every door shares.

Unlike a subject's operation it commits, because one run is several transactions: the claim, the announcement, the
record of a failure. Composing happens between them, so that nobody waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.boards import clock, due
from leaderboard.boards.beforehand import Beforehand, planned
from leaderboard.boards.ceremony_ends import end_forgotten, forgotten
from leaderboard.boards.drafts import hold, is_held
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.keys import KeyRefused
from leaderboard.boards.models import DONE, FAILED, SKIPPED, DueRun
from leaderboard.boards.publish import (
    Composed,
    Overtaken,
    Scored,
    announce,
    compose,
    numbered,
    score,
)
from leaderboard.boards.read import edition_of_run
from leaderboard.boards.timekeeping import ClockOff, check_clock
from leaderboard.db import Database
from leaderboard.instant import Millis, now
from leaderboard.lease import lease_kept
from leaderboard.office import Office
from leaderboard.orphans import owner_name
from leaderboard.releasing import release_due
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import present_season
from leaderboard.witnessing import keep_witness
from leaderboard.words import CHINESE, speaking

log = logging.getLogger(__name__)

COMPOSE_TRIES = 5
"""How often an edition is composed anew within one try because another one came first."""


class State(StrEnum):
    """What became of a run."""

    PUBLISHED = "published"
    DRAFTED = "drafted"
    """It came to a draft, which waits for the end of its objection window or of the season's freeze."""
    FAILED = "failed"
    SKIPPED = "skipped"
    RETRY = "retry"
    """It did not succeed, and the clock will try again."""
    HELD = "held"
    """Another node has it, or took it over."""


_MOVED_ON = {State.PUBLISHED, State.DRAFTED, State.FAILED, State.SKIPPED}


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
    beforehand: Beforehand = field(default_factory=Beforehand, compare=False)
    """What its clock has scored of the boards that are due next."""

    @classmethod
    def of(cls, settings: Settings) -> Node:
        """The running process as a node, with the settings' office, lease and number of tries."""
        return cls(owner_name(), Office.of(settings), settings.lease_seconds * 1000, settings.run_attempts)


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
    """Give due instants their rows, run everything that is free, each season in due order, and release due drafts.

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
    release_due(database, node.office, node.attempts, stopping)
    _end_ceremonies(database, instant)
    return outcomes


def _end_ceremonies(database: Database, at: Millis) -> None:
    """End the ceremonies that nobody leads any more."""
    with database.reading() as session:
        anything = forgotten(session, at)
    if anything:
        with database.session() as session:
            end_forgotten(session, clock.CLOCK, at)
            session.commit()


def _attempt_of(database: Database, run_id: int) -> int:
    with database.reading() as session:
        return session.get_one(DueRun, run_id).attempt


def _outcome_of(session: Session, run: DueRun) -> Outcome:
    edition = edition_of_run(session, run.id)
    done = State.PUBLISHED if edition else State.DRAFTED
    states = {DONE: done, FAILED: State.FAILED, SKIPPED: State.SKIPPED}
    return Outcome(
        run.id, states.get(run.state, State.HELD), edition.number if edition else None, run.message
    )


def _try(database: Database, run: DueRun, node: Node) -> Outcome:
    """Claim a run and publish its edition, or keep the reason why not: in Chinese, whoever asked for it."""
    with speaking(CHINESE):
        return _claimed(database, run, node)


def _claimed(database: Database, run: DueRun, node: Node) -> Outcome:
    try:
        with database.session() as session:
            taken = clock.claim(session, run.id, run.epoch, node.owner, now(), node.lease_ms)
            session.commit()
    except DBAPIError:
        log.exception("run %s could not be claimed", run.id)
        return Outcome(run.id, State.RETRY, message=clock.AWAY)
    if not taken:
        return Outcome(run.id, State.HELD, message=clock.ELSEWHERE)
    epoch = run.epoch + 1
    try:
        with lease_kept(database, run.id, epoch, node.lease_ms):
            return _publish(database, run.id, epoch, node)
    except (OperationalError, KeyRefused) as error:  # not the fault of the run, so no try of it
        log.exception("run %s was interrupted and is no try", run.id)
        with suppress(DBAPIError), database.session() as session:
            clock.release(session, run.id, epoch)
            session.commit()
        told = str(error) if isinstance(error, KeyRefused) else clock.AWAY
        return Outcome(run.id, State.RETRY, message=told)
    except NothingInForce as error:
        return _failed(database, run.id, epoch, str(error), attempts=1)
    except Exception as error:  # whatever went wrong is kept with the run, and the clock goes on
        log.exception("run %s failed", run.id)
        return _failed(database, run.id, epoch, clock.what_broke(error)[:2000], attempts=node.attempts)


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
        return Outcome(run_id, State.HELD, message=clock.TAKEN_OVER)
    log.warning("run %s is %s: %s", run_id, state, message)
    return Outcome(run_id, State.FAILED if state == FAILED else State.RETRY, message=message)


def _publish(database: Database, run_id: int, epoch: int, node: Node) -> Outcome:
    """Compose outside any write transaction, then store in one that begins with the check of the epoch."""
    for _ in range(COMPOSE_TRIES):
        with database.reading() as session:
            run = session.get_one(DueRun, run_id)
            outdated = clock.is_outdated(session, run)
            made = None if outdated else _made(session, run, node)
        if made is None:
            return _put_aside(database, run_id, epoch)
        try:
            if isinstance(made, Composed):
                return _announced(database, run, epoch, made, node.office)
            return _held_back(database, run, epoch, made, node.office)
        except Overtaken:
            log.info("run %s was overtaken by another edition and is composed again", run_id)
    raise Overtaken(clock.CROWDED)


def _made(session: Session, run: DueRun, node: Node) -> Composed | Scored:
    """An edition ready to announce, or what is to be kept as a draft where the season's boards are held."""
    season = session.get_one(Season, run.season_id)
    wanted = planned(session, run, season, node.office.zone)
    scored = node.beforehand.take(session, season, wanted)
    if is_held(season, run.requested_by):
        return scored or score(session, season, wanted)
    if scored is not None:
        return numbered(session, scored, node.office)
    return compose(session, season, wanted, node.office)


def _put_aside(database: Database, run_id: int, epoch: int) -> Outcome:
    with database.session() as session:
        skipped = clock.skip(session, run_id, epoch, now(), clock.OUTDATED)
        session.commit()
    return Outcome(run_id, State.SKIPPED if skipped else State.HELD, message=clock.OUTDATED)


def _announced(database: Database, run: DueRun, epoch: int, composed: Composed, office: Office) -> Outcome:
    with database.session() as session:
        if not clock.finish(session, run.id, epoch, now()):
            return _taken_over(run)
        _expect(session, run, held=False)
        edition = announce(session, composed, run.requested_by or clock.CLOCK, run.id)
        session.commit()
    keep_witness(database, office)
    log.info("run %s published edition %s of season %s", run.id, edition.number, composed.season.slug)
    return Outcome(run.id, State.PUBLISHED, edition.number)


def _held_back(database: Database, run: DueRun, epoch: int, scored: Scored, office: Office) -> Outcome:
    with database.session() as session:
        if not clock.finish(session, run.id, epoch, now(), clock.HELD_BACK):
            return _taken_over(run)
        _expect(session, run, held=True)
        draft = hold(session, scored, office, run.requested_by or clock.CLOCK, run.id)
        session.commit()
    log.info("run %s is kept as draft %s of season %s", run.id, draft.id, scored.season.slug)
    return Outcome(run.id, State.DRAFTED, message=clock.HELD_BACK)


def _expect(session: Session, run: DueRun, *, held: bool) -> None:
    """What was made for a season that was frozen, revealed or given a window meanwhile is made again."""
    if is_held(present_season(session, run.season_id), run.requested_by) is not held:
        raise Overtaken("赛季的封榜或公示安排刚刚改变")


def _taken_over(run: DueRun) -> Outcome:
    log.warning("run %s was taken over; what was composed is thrown away", run.id)
    return Outcome(run.id, State.HELD, message=clock.TAKEN_OVER)
