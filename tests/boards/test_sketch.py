"""Sketches: boards made by hand are scored before the turn to write, and again in it where something was written since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards import sketch as sketches
from leaderboard.boards.correct import begin_correction, sketch_correction
from leaderboard.boards.drafts import DraftRefused, drop, make_draft, revise, sketch_revision
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import Due
from leaderboard.boards.release import prepare
from leaderboard.boards.sketch import Sketch, sketch
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.plan import open_season
from tests.boards.lives import content, drafted, reverse_starts
from tests.factories import AS_OF, ENDS, OFFICE, STARTS, VERIFIED, race_of, small_race
from tests.scorings import BEFOREHAND, IN_TURN, noted_scorings

pytestmark = pytest.mark.engines("sqlite", "postgresql")
Act = Callable[[Session], object]
WHY = "青石镇一个项目开工误报"


@pytest.fixture
def raced(database: Database) -> Database:
    """A small race, published once and kept as a draft; a mistake in it has been found since."""
    with database.session() as session:
        race = small_race(session)
        race.publish()
        drafted(race)
        reverse_starts(race)
        session.commit()
    return database


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return noted_scorings(monkeypatch)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often a board was compared with the edition it corrects."""
    told: list[str] = []
    real = sketches.difference

    def noting(*packages: Any) -> Any:
        told.append("compared")
        return real(*packages)

    monkeypatch.setattr(sketches, "difference", noting)
    return told


def edition_in(session: Session) -> Edition:
    return session.scalars(select(Edition)).one()


def draft_in(session: Session) -> Draft:
    return session.scalars(select(Draft).order_by(Draft.id)).first() or pytest.fail("there is no draft")


class Made:
    """A draft composed by hand: what is looked at before the turn to write, and what is done in it."""

    def __init__(self) -> None:
        self.at = now()

    def look(self, session: Session) -> Sketch:
        return sketch(session, race_of(session, "race").season, Due(AS_OF, self.at, self.at))

    def act(self, session: Session, before: Sketch | None) -> Draft:
        season = race_of(session, "race").season
        return make_draft(session, "li", season, OFFICE, Due(AS_OF, self.at, self.at), before)


class Revised(Made):
    def look(self, session: Session) -> Sketch:
        return sketch_revision(session, draft_in(session), reason=WHY, at=self.at)

    def act(self, session: Session, before: Sketch | None) -> Draft:
        return revise(session, "li", draft_in(session), OFFICE, reason=WHY, at=self.at, before=before)


class Corrected(Made):
    def look(self, session: Session) -> Sketch:
        return sketch_correction(session, edition_in(session), note=WHY, at=self.at)

    def act(self, session: Session, before: Sketch | None) -> Draft:
        edition = edition_in(session)
        return begin_correction(session, "li", edition, OFFICE, note=WHY, at=self.at, before=before)


WAYS = pytest.mark.parametrize("way", [Made, Revised, Corrected])


def made(database: Database, by: Made, meanwhile: Act | None = None) -> int:
    """A draft from a sketch, with what somebody else writes between the look and the turn; its number."""
    with database.reading() as session:
        before = by.look(session)
    if meanwhile is not None:
        with database.session() as other:
            meanwhile(other)
            other.commit()
    with database.session() as session:
        draft = by.act(session, before)
        session.commit()
        return draft.id


def qingshi(database: Database, draft_id: int) -> str:
    """青石's score on a draft."""
    with database.reading() as session:
        draft = session.get_one(Draft, draft_id)
        prepare(session, draft, OFFICE, now())
        lines = unpacked(draft.board)["lines"]
        return {line["unit"]: line["score"] for line in lines}["qingshi"]


def enter_dated_before(at: int) -> Act:
    """A long import: 青石 has the start after all, dated when the import began and seen by others when it was done."""

    def act(session: Session) -> None:
        race = race_of(session, "race")
        race.project("qingshi", code="late-1", source=replace(VERIFIED, recorded_at=at - 1))

    return act


def sign_in(session: Session) -> None:
    record_act(session, "wang", "session.begin", "10.0.0.7")


def open_another(session: Session) -> None:
    open_season(session, "li", slug="other", title="另一赛季", starts_on=STARTS, ends_on=ENDS)


@WAYS
def test_a_draft_from_its_sketch_is_scored_beforehand_alone(
    raced: Database, scored: list[str], way: type[Made]
) -> None:
    """30×(3/2)/4 + 25×0 + 20×1/(3/2) + 0 = 295/12: 青石 signed one and a half, registered one of them."""
    made_id = made(raced, way())
    assert scored == [BEFOREHAND]
    assert qingshi(raced, made_id) == "295/12"


@WAYS
def test_it_is_the_draft_that_would_be_made_in_the_turn(raced: Database, way: type[Made]) -> None:
    by = way()
    with raced.session() as session:
        alone = by.act(session, None)
        kept = content(alone), unpacked(alone.board), alone.note, alone.corrects_id, alone.revises_id
        session.rollback()
    with raced.reading() as session:
        found = session.get_one(Draft, made(raced, by))
        assert (
            content(found),
            unpacked(found.board),
            found.note,
            found.corrects_id,
            found.revises_id,
        ) == kept


@WAYS
def test_what_was_written_in_between_counts(raced: Database, scored: list[str], way: type[Made]) -> None:
    by = way()
    made_id = made(raced, by, enter_dated_before(by.at))
    assert scored == [BEFOREHAND, IN_TURN]
    with raced.reading() as session:
        draft = session.get_one(Draft, made_id)
        projects = {project["code"] for project in content(draft)["facts"]["projects"]}
        assert "late-1" in projects
        prepare(session, draft, OFFICE, now())


@WAYS
def test_who_signs_in_meanwhile_changes_nothing(raced: Database, scored: list[str], way: type[Made]) -> None:
    made(raced, way(), sign_in)
    assert scored == [BEFOREHAND]


def test_what_is_written_of_another_race_is_compared_with_nothing_again(
    raced: Database, scored: list[str], compared: list[str]
) -> None:
    made(raced, Corrected(), open_another)
    assert (scored, compared) == ([BEFOREHAND, IN_TURN], ["compared"])


def test_a_sketch_of_another_instant_is_not_taken(raced: Database, scored: list[str]) -> None:
    by = Revised()
    with raced.reading() as session:
        before = by.look(session)
    by.at += 1
    with raced.session() as session:
        assert by.act(session, before).known_at == by.at
    assert scored == [BEFOREHAND, IN_TURN]


def test_what_is_refused_is_not_scored(raced: Database, scored: list[str]) -> None:
    with raced.session() as session:
        draft, edition = draft_in(session), edition_in(session)
        drop(session, "li", draft, reason="数据未齐")
        session.commit()
        with pytest.raises(DraftRefused, match="已被处理"):
            sketch_revision(session, draft, reason=WHY, at=now())
        with pytest.raises(DraftRefused, match="理由"):
            sketch_revision(session, draft, reason=" ", at=now())
        with pytest.raises(DraftRefused, match="说明"):
            sketch_correction(session, edition, note=" ", at=now())
    assert scored == []


def test_a_draft_that_another_dropped_meanwhile_is_not_revised(raced: Database) -> None:
    with pytest.raises(DraftRefused, match="已被处理"):
        made(raced, Revised(), lambda other: drop(other, "wang", draft_in(other), reason="数据未齐"))
