"""What the clock keeps with a run is read in Chinese and in English; what people said stays in their words."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards import due
from leaderboard.boards.clock import RunRefused, bring_back, request_run
from leaderboard.boards.run_log import KEPT, run_words
from leaderboard.instant import now
from leaderboard.words import ENGLISH, speaking
from tests.factories import small_race

HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize("sentence", KEPT)
def test_every_sentence_kept_is_read_in_both_languages(sentence: str) -> None:
    kept = sentence.format(number=412, reason="flood {0}")
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


def test_a_run_that_cannot_be_brought_back_is_refused_in_english(session: Session) -> None:
    run = request_run(session, small_race(session).season, "key", "li", now())
    with speaking(ENGLISH), pytest.raises(RunRefused) as caught:
        bring_back(session, "li", run)
    assert str(caught.value) == "Only what was skipped or failed can be published after all"
