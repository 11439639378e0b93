"""Releasing drafts to their end: like airing a composition of several transactions that every door shares.

A draft is composed again outside any write transaction and announced in one that begins with the check of its state, so
that any number of processes release it exactly once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError, OperationalError

from leaderboard.accounts.audit import trail_end
from leaderboard.boards.clock import CLOCK, CROWDED, what_broke
from leaderboard.boards.countersign import REVEAL, agree, check_agreed
from leaderboard.boards.drafts import DraftRefused
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.keys import KeyRefused
from leaderboard.boards.models import Countersign, Draft
from leaderboard.boards.publish import Overtaken
from leaderboard.boards.release import (
    DraftStuck,
    count_failure,
    hand_over,
    mark_held,
    prepare,
    releasable,
    release,
)
from leaderboard.boards.run_log import run_words
from leaderboard.boards.timekeeping import ClockOff, check_clock
from leaderboard.db import Database, is_busy
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.seasons.holding import thaw_season
from leaderboard.seasons.models import Season
from leaderboard.witnessing import keep_witness
from leaderboard.words import gettext as _

log = logging.getLogger(__name__)

UNRELEASED = (
    "已揭榜, 但公示稿 {draft} 尚未发布: {why}。运行中的时钟会再试, 试不成就停下待办; 也可排除故障后手动发布"
)
"""What whoever reveals is told of the first board that could not be announced."""
OVERTAKEN = "接连有其他各期抢先发布, 这份公示稿还没有发布; 可以再试一次"
"""What whoever releases by hand is told: nobody tries it again by itself, as the clock does."""
RELEASE_TRIES = 5
"""How often a draft is composed anew because another edition of its season came first."""


class NotStored(DraftRefused):
    """The database refused an edition, so that nothing was announced; the message says what it has against it."""


class NotReleased(DraftRefused):
    """A season was revealed, and one of the boards that waited could not be announced; the clock tries it again."""


def release_draft(database: Database, draft_id: int, actor: str, office: Office) -> int:
    """Announce a draft and return the number it got.

    Raises DraftRefused while it may not be released, DraftStuck where it cannot be as it is, Overtaken where other
    editions came first again and again, NotStored where the database refuses the edition, ClockOff where this machine's
    clock cannot say whether its window is over.
    """
    for _try in range(RELEASE_TRIES):
        with database.reading() as session:
            check_clock(session)
            composed = prepare(session, session.get_one(Draft, draft_id), office, now())
        try:
            with database.session() as session:
                draft = session.get_one(Draft, draft_id)
                edition = release(session, draft, composed, actor, office, now())
                session.commit()
        except Overtaken:
            log.info("draft %s was overtaken by another edition and is composed again", draft_id)
        except OperationalError:
            raise
        except DBAPIError as error:
            raise NotStored(run_words(what_broke(error))) from error
        else:
            keep_witness(database, office)
            log.info("draft %s is edition %s of season %s", draft_id, edition.number, composed.season.slug)
            return edition.number
    raise Overtaken(_(CROWDED if actor == CLOCK else OVERTAKEN))


def release_due(
    database: Database, office: Office, attempts: int, stopping: Callable[[], bool] = lambda: False
) -> None:
    """Release every draft whose time has come, in due order; what failed `attempts` times waits for a person.

    One in trouble keeps no other waiting.
    """
    with database.reading() as session:
        due = [draft.id for draft in releasable(session, now())]
    for draft_id in due:
        if stopping():
            return
        _release_due(database, draft_id, office, attempts)


def _release_due(database: Database, draft_id: int, office: Office, attempts: int) -> None:
    with database.reading() as session:
        since = trail_end(session).seq_no
    try:
        release_draft(database, draft_id, CLOCK, office)
    except (OperationalError, ClockOff, KeyRefused):  # not the fault of the draft, so no try of it
        log.exception("draft %s is tried again with the next tick", draft_id)
    except (DraftStuck, NothingInForce) as error:
        _hand_over(database, draft_id, str(error))
    except NotStored as error:
        _failed(database, draft_id, str(error), since, attempts)
    except DraftRefused as error:
        # Another process was quicker, or it was frozen or objected to in this very moment.
        log.info("draft %s is not released: %s", draft_id, error)
    except Exception as error:  # whatever went wrong is kept with the draft, and the clock goes on
        log.exception("draft %s cannot be released", draft_id)
        _failed(database, draft_id, what_broke(error), since, attempts)


def _hand_over(database: Database, draft_id: int, message: str) -> None:
    log.warning("draft %s waits for a person: %s", draft_id, message)
    try:
        with database.session() as session:
            hand_over(session, session.get_one(Draft, draft_id), CLOCK, message)
            session.commit()
    except DBAPIError:
        log.exception("draft %s could not be handed over: %s", draft_id, message)


def _failed(database: Database, draft_id: int, message: str, since: int, attempts: int) -> None:
    log.warning("draft %s could not be released: %s", draft_id, message)
    try:
        with database.session() as session:
            draft = session.get_one(Draft, draft_id)
            count_failure(session, draft, CLOCK, message[:2000], since=since, attempts=attempts)
            session.commit()
    except DBAPIError:
        log.exception("the failure of draft %s could not be recorded: %s", draft_id, message)


def reveal(  # noqa: PLR0913 - what, in whose name, and what was agreed or seen
    database: Database,
    season_id: int,
    actor: str,
    office: Office,
    *,
    reason: str,
    newest_only: bool = False,
    countersign_id: int | None = None,
    shown: int | None = None,
) -> list[int]:
    """End a season's freeze and announce what waits, in due order; returns the numbers.

    Where the season wants two persons the actor agrees with it to what another asked for. With `newest_only` and the
    draft that a meeting was `shown` that one alone is announced, or nothing happens where it is not the newest. Should
    the process die in between, the clock announces the rest. Raises PlanError for a season that is not frozen or
    without a reason, DraftRefused for want of a second person, and ClockOff, before anything is touched, where this
    machine's clock is not to be trusted; NotReleased once the season is revealed, where a draft cannot be announced.
    """
    with database.session() as session:
        season = session.get_one(Season, season_id)
        asked = None if countersign_id is None else session.get_one(Countersign, countersign_id)
        check_agreed(season, actor, REVEAL, asked and agree(session, actor, asked))
        asked_at = asked.asked_at if asked else None
        check_clock(session)
        thaw_season(session, actor, season, reason=reason)
        at = now()
        marked = mark_held(
            session, actor, season, newest_only=newest_only, at=at, asked_at=asked_at, shown=shown
        )
        waiting = [draft.id for draft in marked]
        session.commit()
    # Two persons have agreed to what waits, whoever of them composed it: it goes out by itself.
    by = actor if countersign_id is None else CLOCK
    return [_revealed(database, draft_id, by, office) for draft_id in waiting]


def _revealed(database: Database, draft_id: int, actor: str, office: Office) -> int:
    try:
        return release_draft(database, draft_id, actor, office)
    except (DraftRefused, Overtaken, NothingInForce, ClockOff, KeyRefused, DBAPIError) as error:
        # Whoever is only told why would take the season for frozen still.
        raise NotReleased(_(UNRELEASED).format(draft=draft_id, why=_why(error))) from error


def _why(error: Exception) -> str:
    if not isinstance(error, DBAPIError):
        return str(error)
    return _("数据正在写入") if is_busy(error) else str(error.orig)
