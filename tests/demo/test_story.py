"""The story of Yunxi: as many facts as promised, the same for the same day, and plausible down to each receipt."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.yunxi.calendar import season_period
from demo.yunxi.story import tell
from demo.yunxi.tale import Story, StoryProject
from demo.yunxi.units import DIVISIONS, PARTNERS, UNITS
from leaderboard.instant import Millis, from_local, local_date
from leaderboard.ledger.chronicle import NewArrival, NewEvent, Told
from leaderboard.ledger.models import FOREIGN, RETURNED, REVERSED, VERIFIED

ZONE = "Asia/Shanghai"
BEFORE_START = ("lead", "talks", "visited", "agreed", "signed", "registered", "approved", "landed", "planned")
ORDER = (*BEFORE_START, "permitted", "started", "in_statistics", "topped_out", "equipped", "in_production")


def instant(day: date, hour: int = 12, minute: int = 0) -> Millis:
    return from_local(datetime.combine(day, time(hour, minute)), ZONE)


NOON = instant(date(2026, 11, 22))
instants = st.builds(
    instant, st.dates(date(2026, 1, 1), date(2040, 12, 31)), st.integers(0, 23), st.integers(0, 59)
)


@cache
def whole() -> Story:
    return tell(NOON, ZONE)


def small(at: Millis) -> Story:
    return tell(at, ZONE, scale=Fraction(1, 8))


def all_told(project: StoryProject) -> list[tuple[date, Told]]:
    dated: list[NewEvent | NewArrival] = [*project.events, *project.arrivals]
    return [(fact.occurred_on, fact.told) for fact in dated] + [(project.credited_on, project.credit_told)]


@pytest.mark.parametrize(
    "at",
    [
        instant(date(2026, 11, 22)),
        instant(date(2027, 1, 1), 0, 10),
        instant(date(2027, 2, 28), 23),
        instant(date(2028, 3, 31), 9, 1),
    ],
)
def test_there_are_as_many_facts_as_promised(at: Millis) -> None:
    """About 400 projects, 2,500 stage events and 1,500 arrivals, whatever the day of the first run."""
    story = tell(at, ZONE)
    assert 360 <= len(story.projects) <= 440
    assert 2250 <= sum(len(project.events) for project in story.projects) <= 2750
    assert 1350 <= sum(len(project.arrivals) for project in story.projects) <= 1650


def test_the_same_seed_and_instant_tell_the_same_story() -> None:
    assert tell(NOON, ZONE, seed=7, scale=Fraction(1, 8)) == tell(NOON, ZONE, seed=7, scale=Fraction(1, 8))
    assert tell(NOON, ZONE, seed=7, scale=Fraction(1, 8)) != tell(NOON, ZONE, seed=8, scale=Fraction(1, 8))


def test_there_are_24_units_in_three_divisions() -> None:
    assert Counter(unit.division for unit in UNITS) == {"towns": 10, "bureaus": 8, "soe": 6}
    assert {unit.division for unit in UNITS} == {key for key, _, _ in DIVISIONS}
    assert len({unit.name for unit in UNITS}) == len({unit.name_en for unit in UNITS}) == 24


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 22), date(2026, 1, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2026, 3, 1), date(2027, 2, 28)),
        (date(2028, 2, 29), date(2027, 4, 1), date(2028, 3, 31)),
        (date(2027, 12, 31), date(2027, 2, 1), date(2028, 1, 31)),
    ],
)
def test_ten_months_of_the_season_are_over_at_the_first_run(today: date, first: date, last: date) -> None:
    assert season_period(today) == (first, last)


@given(instants)
def test_live_stages_come_in_their_order(at: Millis) -> None:
    """What stands was reached in the order in which projects go; each stage once."""
    for project in small(at).projects:
        live = [event for event in project.events if event.told.live]
        reached = sorted(live, key=lambda event: ORDER.index(event.stage))
        assert [event.occurred_on for event in reached] == sorted(event.occurred_on for event in live)
        assert len({event.stage for event in live}) == len(live)


@given(instants)
def test_nothing_is_told_before_it_happened_or_after_the_first_run(at: Millis) -> None:
    """Facts occur before the day of the first run, are recorded after they occurred, and decided after that."""
    for project in small(at).projects:
        for occurred_on, told in all_told(project):
            assert occurred_on < local_date(at, ZONE)
            assert occurred_on <= local_date(told.recorded_at, ZONE)
            instants = [told.recorded_at, *(decision.at for decision in told.decisions)]
            assert instants == sorted(instants)
            assert instants[-1] <= at
            assert project.credit_told.recorded_at <= told.recorded_at


@given(instants)
def test_money_comes_after_the_contract_and_hardly_above_it(at: Millis) -> None:
    """Live arrivals come after the signing and stay below 130 per cent of the contracted inward capital."""
    for project in small(at).projects:
        live = [arrival for arrival in project.arrivals if arrival.told.live]
        signed = [event for event in project.events if event.stage == "signed"]
        if not signed:
            assert not live
            continue
        inward, total = signed[0].inward_yuan, signed[0].total_yuan
        assert inward is not None
        assert total is not None
        assert 0 < inward <= total
        assert all(arrival.occurred_on > signed[0].occurred_on for arrival in live)
        assert sum(arrival.yuan for arrival in live) * 10 <= inward * 13


def test_shares_of_a_project_sum_to_one() -> None:
    assert {sum(share for _, share in project.shares) for project in whole().projects} == {Fraction(1)}


def test_some_projects_are_shared_half_and_half_and_three_to_seven() -> None:
    splits = {frozenset(share for _, share in project.shares) for project in whole().projects}
    assert {frozenset({Fraction(1, 2)}), frozenset({Fraction(3, 10), Fraction(7, 10)})} <= splits


def test_foreign_money_is_its_cents_at_the_stated_rate_half_up() -> None:
    foreign = [
        a for project in whole().projects for a in project.arrivals if a.kind == FOREIGN and a.told.live
    ]
    assert len(foreign) > 20
    for arrival in foreign:
        assert arrival.currency in {"USD", "HKD", "EUR"}
        assert arrival.foreign_cents is not None
        assert arrival.exchange_rate is not None
        exact = Fraction(arrival.foreign_cents, 100) * Fraction(arrival.exchange_rate)
        assert abs(exact - arrival.yuan) <= Fraction(1, 2)


def test_some_facts_wait_are_returned_or_corrected() -> None:
    """A few of each: waiting, returned, returned and verified after all, reversed; none of them most."""
    told = [told for project in whole().projects for _, told in all_told(project)]
    outcomes = Counter(tuple(decision.outcome for decision in one.decisions) for one in told)
    assert outcomes[VERIFIED,] > 3500
    assert 10 <= outcomes[()] <= 150
    assert outcomes[RETURNED,] + outcomes[RETURNED, VERIFIED] >= 3
    assert outcomes[VERIFIED, REVERSED] >= 3


def test_a_reversed_fact_has_one_in_its_place() -> None:
    """Whoever reverses a fact records the right one at the same instant."""
    for project in whole().projects:
        facts: list[NewEvent | NewArrival] = [*project.events, *project.arrivals]
        for fact in facts:
            if not fact.told.live:
                reversed_at = fact.told.decisions[-1].at
                assert any(other.told.recorded_at == reversed_at and other.told.live for other in facts)


def test_some_projects_are_stuck() -> None:
    """Signed more than 120 days ago and still not started: offices want to see them."""
    stuck = 0
    for project in whole().projects:
        signed = [event.occurred_on for event in project.events if event.stage == "signed"]
        started = any(event.stage == "started" for event in project.events)
        stuck += bool(signed) and not started and signed[0] < date(2026, 11, 22) - timedelta(days=120)
    assert stuck >= 10


def test_one_unit_has_a_single_project() -> None:
    """大槐乡 has one contract of a target of one: 1 of 1 is not 20 of 20."""
    mine = [p for p in whole().projects if any(key == "dahuai" for key, _ in p.shares)]
    assert len(mine) == 1
    assert next(task.contracts for task in whole().tasks if task.unit == "dahuai") == 1


def test_partners_share_everything_so_that_they_are_tied() -> None:
    for project in whole().projects:
        mine = [share for key, share in project.shares if key in PARTNERS]
        assert mine in ([], [Fraction(1, 2), Fraction(1, 2)])


def test_codes_are_unique_and_names_do_not_repeat() -> None:
    projects = whole().projects
    assert len({project.code for project in projects}) == len(projects)
    assert len({project.naming.name for project in projects}) == len(projects)
    assert 20 <= sum(project.is_public for project in projects) <= 120
