"""The outbox: numbers without gap, order on each channel, at least once whatever fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard import dispatch as dispatching
from leaderboard.accounts.read import newest_lines
from leaderboard.db import Database
from leaderboard.dispatch import Outbox, dispatch
from leaderboard.instant import now
from leaderboard.outbox import delivery
from leaderboard.outbox.models import DELIVERED, GIVEN_UP, Delivery, Message
from leaderboard.outbox.post import post
from leaderboard.outbox.read import UNTRIED_MS, Overdue, channel_states, list_messages, overdue


@dataclass
class Letterbox:
    """A channel that keeps what it is given, after refusing the first `failures` times."""

    name: str = "letterbox"
    failures: int = 0
    taken: list[int] = field(default_factory=list)
    tries: int = 0

    def deliver(self, message: Message) -> None:
        self.tries += 1
        if self.tries <= self.failures:
            raise OSError("the letterbox is jammed")
        self.taken.append(message.seq_no)


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE_MS", 0)


def tell(database: Database, count: int) -> None:
    with database.session() as session:
        for number in range(count):
            post(session, "edition.published", f"yunxi/{number}", number=number)
        session.commit()


def test_messages_arrive_in_order_and_once(database: Database) -> None:
    box = Letterbox()
    tell(database, 1)
    assert dispatch(database, [box]) == 1
    tell(database, 3)
    assert dispatch(database, [box]) == 3
    assert dispatch(database, [box]) == 0
    assert box.taken == [1, 2, 3, 4]


def test_a_new_channel_begins_with_the_newest_message(database: Database) -> None:
    tell(database, 5)
    box = Letterbox()
    dispatch(database, [box])
    assert box.taken == [5]


@pytest.mark.usefixtures("no_pause")
def test_what_fails_is_tried_again_and_keeps_its_place(database: Database) -> None:
    box = Letterbox(failures=2)
    tell(database, 1)
    dispatch(database, [Letterbox(name="letterbox")])
    tell(database, 2)
    assert [dispatch(database, [box]) for _ in range(3)] == [0, 0, 2]
    assert box.taken == [2, 3]


@pytest.mark.usefixtures("no_pause")
def test_it_is_tried_until_the_channel_takes_it_and_told_why_it_waits(database: Database) -> None:
    tell(database, 1)
    box = Letterbox(failures=40)
    assert [dispatch(database, [box]) for _ in range(40)] == [0] * 40
    tell(database, 1)
    with database.reading() as session:
        state = channel_states(session)[0]
        # That the second waits behind the first.
        assert overdue(session, now()) == [Overdue("letterbox", 2, state.trouble)]
    assert (state.last, state.waiting, state.given_up) == (0, 2, 0)
    assert "jammed" in (state.trouble or "")
    assert dispatch(database, [box]) == 2
    assert box.taken == [1, 2]
    with database.reading() as session:
        assert overdue(session, now() + 10 * UNTRIED_MS) == []


@pytest.mark.usefixtures("no_pause")
def test_a_hiccup_is_not_told_and_two_minutes_of_failures_are(database: Database) -> None:
    """1 + 2 + 4 + 8 + 16 + 32 + 64 = 127 seconds, were there no pause left out; also of an old message sent once more."""
    tell(database, 1)
    dispatch(database, [Letterbox()])
    box = Letterbox(failures=9)
    Outbox((box,)).begin(database)
    told = []
    for _ in range(8):
        dispatch(database, [box])
        with database.reading() as session:
            told.append(len(overdue(session, now() + 10_000)))
    assert told == [0, 0, 0, 0, 0, 0, 1, 1]


def test_what_was_told_while_no_clock_fills_the_channel_is_overdue(database: Database) -> None:
    tell(database, 1)
    dispatch(database, [Letterbox()])
    tell(database, 2)
    with database.reading() as session:
        assert overdue(session, now() + UNTRIED_MS - 5000) == []
        assert overdue(session, now() + UNTRIED_MS + 5000) == [Overdue("letterbox", 2, None)]
    with database.session() as session:
        assert delivery.end(session, "zhou", "letterbox") == 2
        session.commit()
    tell(database, 1)
    with database.reading() as session:
        assert overdue(session, now() + 10 * UNTRIED_MS) == []
    # A clock with the setting fills it again.
    Outbox((Letterbox(),)).send(database)
    tell(database, 1)
    with database.reading() as session:
        assert overdue(session, now() + 10 * UNTRIED_MS) == [Overdue("letterbox", 1, None)]


def test_what_nobody_tries_is_told(database: Database) -> None:
    tell(database, 1)
    with database.session() as session:
        delivery.enrol(session, "letterbox", now())
        session.commit()
    with database.reading() as session:
        assert overdue(session, now() + UNTRIED_MS - 5000) == []
        assert overdue(session, now() + UNTRIED_MS + 5000) == [Overdue("letterbox", 1, None)]


def test_a_start_sends_the_newest_once_more_and_does_not_wait_for_the_pause(database: Database) -> None:
    box = Letterbox()
    outbox = Outbox((box,))
    outbox.begin(database)
    tell(database, 1)
    outbox.send(database)
    tell(database, 1)
    outbox.send(database)
    outbox.begin(database)
    assert outbox.send(database) == 1
    assert box.taken == [1, 2, 2]
    box.failures = box.tries + 1
    tell(database, 1)
    assert [outbox.send(database), outbox.send(database)] == [0, 0]
    outbox.begin(database)
    assert outbox.send(database) == 1
    assert box.taken == [1, 2, 2, 3]


def test_what_former_versions_gave_up_is_made_good_by_a_start(database: Database) -> None:
    tell(database, 1)
    box = Letterbox()
    with database.session() as session:
        session.add(Delivery(seq_no=1, channel=box.name, next_try_at=0, state=GIVEN_UP, attempt=10))
        session.commit()
    assert dispatch(database, [box]) == 0
    Outbox((box,)).begin(database)
    assert dispatch(database, [box]) == 1
    assert box.taken == [1]


def test_a_start_leaves_alone_what_another_process_works_on(session: Session) -> None:
    post(session, "edition.published", "yunxi/1")
    delivery.enrol(session, "letterbox", 0)
    row = session.scalars(select(Delivery)).one()
    assert delivery.claim(session, row, 1)
    assert delivery.again(session, "letterbox", 2) == 0
    assert delivery.again(session, "letterbox", 2 + delivery.LEASE_MS) == 1


def test_a_channel_that_was_ended_by_a_person_is_told_of_no_more(database: Database) -> None:
    tell(database, 1)
    dispatch(database, [Letterbox(failures=1)])
    with database.session() as session:
        assert delivery.end(session, "zhou", "letterbox") == 1
        session.commit()
    with database.reading() as session:
        assert overdue(session, now() + 10 * UNTRIED_MS) == []
        assert [(line.actor, line.action) for line in newest_lines(session, 1)] == [("zhou", "outbox.end")]


def test_pauses_double_up_to_five_minutes(session: Session) -> None:
    post(session, "edition.published", "yunxi/1")
    delivery.enrol(session, "letterbox", 0)
    row = session.scalars(select(Delivery)).one()
    pauses = []
    for attempt in (1, 2, 3, 9, 10, 20_000):
        row.attempt = attempt
        session.flush()
        delivery.failed(session, row.id, attempt, 1_000_000, "no")
        session.refresh(row)
        pauses.append((row.next_try_at - 1_000_000) // 1000)
    assert pauses == [1, 2, 4, 256, 300, 300]


def test_a_try_whose_lease_ran_out_says_nothing_of_the_next(session: Session) -> None:
    """The second try is under way when the first one, given up for dead, tells that it failed."""
    post(session, "edition.published", "yunxi/1")
    delivery.enrol(session, "letterbox", 0)
    row = session.scalars(select(Delivery)).one()
    assert delivery.claim(session, row, 1)
    session.refresh(row)
    assert delivery.claim(session, row, 2 + delivery.LEASE_MS)
    delivery.failed(session, row.id, 1, 3 + delivery.LEASE_MS, "no")
    session.refresh(row)
    assert (row.state, row.attempt, row.lease_until) == ("waiting", 2, 2 + 2 * delivery.LEASE_MS)


def test_a_process_killed_after_delivering_delivers_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(database, 1)
    box = Letterbox()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "delivered", killed)
        with pytest.raises(KeyboardInterrupt):
            dispatch(database, [box])
    assert dispatch(database, [box]) == 0
    monkeypatch.setattr(dispatching, "now", lambda: now() + delivery.LEASE_MS + 1000)
    assert dispatch(database, [box]) == 1
    assert box.taken == [1, 1]


def test_a_message_of_an_act_that_was_rolled_back_was_never_told(database: Database) -> None:
    with database.session() as session:
        post(session, "edition.published", "yunxi/1")
        session.rollback()
    tell(database, 1)
    with database.reading() as session:
        assert [(m.seq_no, m.subject) for m in list_messages(session)] == [(1, "yunxi/0")]


def together(*tasks: Callable[[], object]) -> None:
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_writers_leave_no_gap_and_many_processes_deliver_once(database: Database) -> None:
    together(*[lambda: [tell(database, 1) for _ in range(5)]] * 4)
    box = Letterbox()
    with database.session() as session:
        for number in range(1, 21):
            session.add(Delivery(seq_no=number, channel=box.name, next_try_at=0))
        session.commit()

    def work() -> None:
        # A process that finds the head taken comes again with its next tick.
        while True:
            dispatch(database, [box])
            with database.reading() as session:
                if not session.scalars(select(Delivery).where(Delivery.state != DELIVERED)).first():
                    return

    together(work, work, work)
    assert box.taken == list(range(1, 21))
