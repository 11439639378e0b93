"""As known at: whatever happens to the ledger and the plan afterwards, every edition composes to the same bytes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from fractions import Fraction
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.again import recompose
from leaderboard.boards.correct import begin_correction
from leaderboard.boards.drafts import DraftRefused
from leaderboard.boards.models import Edition
from leaderboard.boards.package import canonical, unpacked
from leaderboard.boards.read import latest_edition
from leaderboard.boards.release import prepare, release
from leaderboard.ledger import record, unit_facts
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.models import REVERSED, Adjustment, CapitalArrival, Project, StageEvent
from leaderboard.ledger.read import outcome_of
from leaderboard.seasons import plan
from leaderboard.seasons.order import order_divisions, order_units
from leaderboard.seasons.read import ranked, roster
from leaderboard.seasons.rename import rename_division, rename_season, rename_unit
from leaderboard.seasons.taking_part import leave_season, place_unit
from tests.factories import AS_OF, FOUR_RATES, OFFICE, Race, put_in_force, small_race

HOUR = 3_600_000


class Afterwards:
    """Everything that may happen to a race between two editions, each at its own later instant."""

    def __init__(self, race: Race, chance: random.Random, start: int) -> None:
        self.race, self.chance = race, chance
        self.session = race.session
        self.at = start
        self.numbers: Iterator[int] = count(1)

    def happen(self) -> None:
        """One of them, an hour later."""
        self.at += HOUR
        acts: list[Callable[[], Any]] = [
            self.enter_late,
            self.reverse,
            self.enter_unverified,
            self.verify,
            self.adjust,
            self.rename_unit,
            self.rename_project,
            self.rename_season,
            self.rename_division,
            self.set_target,
            self.change_weights,
            self.join,
            self.move,
            self.bundle,
            self.leave,
            self.order,
        ]
        self.chance.choice(acts)()

    def source(self, *, verified: bool) -> record.Source:
        return record.Source("tester", verified=verified, recorded_at=self.at)

    def unit(self) -> str:
        return self.chance.choice(sorted(self.race.units))

    def enter_late(self, *, verified: bool = True) -> None:
        code = f"late-{next(self.numbers)}"
        self.race.project(
            self.unit(),
            code=code,
            name=f"晚报{code}",
            started=date(2026, 5, 5),
            source=self.source(verified=verified),
        )

    def enter_unverified(self) -> None:
        self.enter_late(verified=False)

    def _fact(self, *tables: type[Any]) -> Any:
        facts = [fact for table in tables for fact in self.session.scalars(select(table))]
        return self.chance.choice(sorted(facts, key=lambda fact: fact.fact_id)) if facts else None

    def reverse(self) -> None:
        fact = self._fact(StageEvent, CapitalArrival)
        if outcome_of(self.session, fact) != REVERSED:
            record.decide(self.session, "chief", fact, REVERSED, "误报", at=self.at)

    def verify(self) -> None:
        fact = self._fact(StageEvent, Adjustment)
        if outcome_of(self.session, fact) != REVERSED:
            record.decide(self.session, "chief", fact, "verified", at=self.at)

    def adjust(self) -> None:
        unit_facts.add_adjustment(
            self.session,
            self.source(verified=self.chance.random() < 0.5),
            unit_id=self.race.units[self.unit()].id,
            season_id=self.race.season.id,
            item="praised",
            occurred_on=date(2026, 6, 6),
            times=1,
            reason="表彰",
        )

    def rename_unit(self) -> None:
        unit = self.race.units[self.unit()]
        number = next(self.numbers)
        rename_unit(self.session, "li", unit, name=f"新镇{number}", sort_no=number, reason="更名", at=self.at)

    def rename_project(self) -> None:
        project = self.chance.choice(sorted(self.session.scalars(select(Project)), key=lambda p: p.id))
        named = {"name": f"新名{next(self.numbers)}", "is_public": not project.is_public}
        amend_project(self.session, "li", project, reason="更名", at=self.at, **named)

    def rename_season(self) -> None:
        title = f"赛季{next(self.numbers)}"
        rename_season(self.session, "li", self.race.season, title=title, reason="更名", at=self.at)

    def rename_division(self) -> None:
        name = f"组{next(self.numbers)}"
        rename_division(
            self.session, "li", self.race.divisions["towns"], name=name, reason="更名", at=self.at
        )

    def set_target(self) -> None:
        unit, quantity = self.race.units[self.unit()], self.chance.randrange(1, 20)
        by = {"indicator": "signing", "by": "count", "quantity": quantity}
        plan.set_target(self.session, "li", self.race.season, unit, planned_at=self.at, **by)

    def change_weights(self) -> None:
        document = {**FOUR_RATES, "indicators": [dict(i) for i in FOUR_RATES["indicators"]]}
        first = self.chance.randrange(10, 45)
        document["indicators"][0]["weight"], document["indicators"][3]["weight"] = str(first), str(55 - first)
        put_in_force(self.session, self.race.season, document, AS_OF, by="li", approved_at=self.at)

    def join(self) -> None:
        number = next(self.numbers)
        division = self.chance.choice(["towns", f"d{number}"])
        self.race.season.planned_at = self.at
        self.race.unit(f"u{number}", division=division, name=f"新单位{number}")

    def move(self) -> None:
        unit = self.race.units[self.unit()]
        division = self.chance.choice(sorted(self.race.divisions))
        competing = self.chance.random() < 0.5
        where = self.race.divisions[division]
        plan.enter_unit(
            self.session, "li", self.race.season, unit, where, competing=competing, planned_at=self.at
        )

    def bundle(self) -> None:
        """Into a unit that may be bundled itself, or may have left: then nothing happens."""
        units, season = self.race.units, self.race.season
        one, into = units[self.unit()], units[self.unit()]
        with suppress(plan.PlanError):
            place_unit(
                self.session,
                "li",
                season,
                one,
                self.race.divisions["towns"],
                competing=True,
                into=into,
                reason="合并",
                at=self.at,
            )

    def leave(self) -> None:
        unit = self.race.units[self.unit()]
        taking_part = ranked(roster(self.session, self.race.season.id, self.at))
        if len(taking_part) > 2:
            with suppress(plan.PlanError):
                leave_season(self.session, "li", self.race.season, unit, reason="撤并", at=self.at)

    def order(self) -> None:
        divisions = sorted(self.race.divisions.values(), key=lambda division: division.id)
        self.chance.shuffle(divisions)
        order_divisions(self.session, "li", self.race.season, divisions, at=self.at)
        units = sorted(self.race.units.values(), key=lambda unit: unit.id)
        order_units(self.session, "li", self.chance.sample(units, 2), at=self.at)

    def publish(self) -> None:
        self.at += HOUR
        self.race.publish(known_at=self.at, due_at=self.at)

    def correct(self) -> None:
        """Correct the newest edition, unless it would come out the same."""
        self.at += HOUR
        edition = latest_edition(self.session, self.race.season.id)
        assert edition is not None
        try:
            draft = begin_correction(self.session, "li", edition, OFFICE, note="更正", at=self.at)
        except DraftRefused:
            return
        release(self.session, draft, prepare(self.session, draft, OFFICE, self.at), "li", OFFICE, self.at)


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_edition_composes_to_the_same_bytes_for_ever(session: Session, seed: int) -> None:
    race = small_race(session)
    chance = random.Random(seed)
    first = race.publish()
    story = Afterwards(race, chance, first.known_at)
    for _ in range(3):
        for _ in range(8):
            story.happen()
        chance.choice([story.publish, story.correct])()
    story.publish()
    for _ in range(8):
        story.happen()
    session.expire_all()
    editions = session.scalars(select(Edition).order_by(Edition.number)).all()
    assert len(editions) > 1
    for edition in editions:
        assert canonical(recompose(session, edition)) == canonical(unpacked(edition.package)), edition.number


def test_what_is_written_behind_the_back_of_the_house_shows(session: Session) -> None:
    """A fact dated back into the time an edition knew makes it compose otherwise: that is how tampering is found."""
    race = small_race(session)
    edition = race.publish()
    back = record.Source("tester", verified=True, recorded_at=edition.known_at)
    project = record.add_project(session, back, code="smuggled", name="夹带")
    shares = [(race.units["nanan"].id, Fraction(1))]
    record.add_credits(session, back, project, shares=shares, occurred_on=date(2026, 2, 1))
    record.add_stage_event(session, back, project, stage="signed", occurred_on=date(2026, 2, 1), total_yuan=1)
    assert recompose(session, edition)["result"] != unpacked(edition.package)["result"]


def test_a_project_that_gets_its_first_share_later_was_none_of_the_editions(session: Session) -> None:
    """Entered and signed before the edition, credited to a unit only after it."""
    race = small_race(session)
    before = record.Source("tester", verified=True)
    project = record.add_project(session, before, code="orphan", name="无主")
    record.add_stage_event(
        session, before, project, stage="signed", occurred_on=date(2026, 2, 1), total_yuan=1, inward_yuan=1
    )
    edition = race.publish()
    later = record.Source("tester", verified=True, recorded_at=edition.known_at + HOUR)
    shares = [(race.units["nanan"].id, Fraction(1))]
    record.add_credits(session, later, project, shares=shares, occurred_on=date(2026, 2, 1))
    assert canonical(recompose(session, edition)) == canonical(unpacked(edition.package))
