"""What the clock keeps with a run is read in Chinese and in English; what people said stays in their words."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from leaderboard.airing import Node, perform
from leaderboard.boards import due
from leaderboard.boards.clock import BROKEN, CROWDED, RunRefused, bring_back, request_run
from leaderboard.boards.models import DueRun
from leaderboard.boards.run_log import KEPT, run_words
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.words import ENGLISH, speaking
from tests.factories import OFFICE, small_race, start_race

HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize("sentence", KEPT)
def test_every_sentence_kept_is_read_in_both_languages(sentence: str) -> None:
    blanks = {"number": 412, "reason": "flood {0}", "why": "E 1", "season": "race", "day": "2026-05-01"}
    kept = sentence.format(**blanks, used="8a88e3dd", registered="5ad0f38a", parts="result", n=412)
    assert run_words(kept) == kept
    with speaking(ENGLISH):
        told = run_words(kept)
    assert not HAN.search(told)
    assert ("412" in told, "flood {0}" in told) == ("412" in kept, "flood {0}" in kept)


def test_what_people_and_failures_said_stays_as_it_was() -> None:
    with speaking(ENGLISH):
        assert run_words(due.CALLED_OFF.format(reason="县里开会")).endswith(": 县里开会")
        assert run_words("磁盘已满") == "磁盘已满"
        assert run_words(None) == ""


def test_a_failure_with_a_known_reason_is_told_with_it() -> None:
    kept = BROKEN.format(why=CROWDED)
    with speaking(ENGLISH):
        assert run_words(kept) == "Publishing failed: " + run_words(CROWDED)
        assert run_words(BROKEN.format(why="磁盘已满")) == "Publishing failed: 磁盘已满"


def test_what_an_english_reader_asks_for_is_kept_for_readers_of_both_languages(database: Database) -> None:
    """A season without a scheme: the reason is kept in Chinese, and read as it was asked for."""
    with database.session() as session:
        run_id = request_run(session, start_race(session).season, "key", "li", now()).id
        session.commit()
    with speaking(ENGLISH):
        outcome = perform(database, run_id, Node("here", OFFICE, 30_000, 3))
        assert not HAN.search(run_words(outcome.message))
    with database.reading() as session:
        assert "没有生效的考核方案" in (session.get_one(DueRun, run_id).message or "")


def test_a_run_that_cannot_be_brought_back_is_refused_in_english(session: Session) -> None:
    run = request_run(session, small_race(session).season, "key", "li", now())
    with speaking(ENGLISH), pytest.raises(RunRefused) as caught:
        bring_back(session, "li", run)
    assert str(caught.value) == "Only what was skipped or failed can be published after all"
