"""A season made from an earlier one, and the tasks it is given."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.boards.read import list_editions
from leaderboard.ledger.models import StageEvent
from leaderboard.seasons.copying import copy_season, moved_day
from leaderboard.seasons.deadlines import Deadline, deadlines_of, set_deadlines
from leaderboard.seasons.drafts import current_draft
from leaderboard.seasons.read import list_timetables, roster, scheme_in_force
from leaderboard.seasons.taking_part import place_unit
from leaderboard.seasons.tasks import (
    Task,
    TasksChanged,
    earlier_tasks,
    set_tasks,
    tasks_asked,
    tasks_mark,
    tasks_now,
)
from leaderboard.seasons.timetable import add_timetable
from scoring.scheme_document import parse_scheme
from tests.factories import FOUR_RATES, small_race

LATER = 9_000_000_000_000
SIGNING = Task("signing", "count")
CURVED = {**FOUR_RATES, "schedule": {"curve": {"2026-02-28": "0.1", "2026-06-30": "0.5", "2026-12-31": "1"}}}


@pytest.mark.parametrize(
    ("day", "starts", "moved"),
    [
        (date(2026, 3, 31), date(2027, 1, 1), date(2027, 3, 31)),
        (date(2028, 2, 29), date(2027, 1, 1), date(2029, 2, 28)),
        (date(2026, 1, 11), date(2026, 2, 1), date(2026, 2, 11)),
    ],
)
def test_days_move_with_the_season(day: date, starts: date, moved: date):
    assert moved_day(day, date(2026, 1, 1), starts) == moved


def test_a_copy_has_everything_but_what_happened(session: Session):
    race = small_race(session)
    race.scheme(CURVED)
    race.publish()
    race.unit("bureau", division="bureaus")
    towns = race.divisions["towns"]
    town, head = race.units["liuxi"], race.units["qingshi"]
    place_unit(session, "t", race.season, town, towns, competing=True, into=head, reason="合并")
    add_timetable(
        session,
        "t",
        race.season,
        name="月报",
        rule={"kind": "monthly", "day": 5, "time": "09:00"},
        zone="Asia/Shanghai",
    )
    deadlines = [Deadline("started", 180, "signed")]
    set_deadlines(session, "t", race.season, deadlines, reason="考核办法")
    facts = session.scalar(select(func.count()).select_from(StageEvent))
    copied = copy_season(
        session,
        "t",
        race.season,
        slug="r27",
        title="2027 年",
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
    )
    new = copied.season
    assert (copied.units, copied.targets, copied.scheme, copied.timetables, new.is_public) == (4, 4, 1, 1, 0)
    assert list(deadlines_of(new)) == deadlines
    taking = [(line.key, line.division, line.bundle) for line in roster(session, new.id, LATER)]
    assert taking == [
        ("liuxi", "towns", "qingshi"),
        ("qingshi", "towns", None),
        ("nanan", "towns", None),
        ("bureau", "bureaus", None),
    ]
    draft = current_draft(session, new.id)
    assert draft is not None
    assert list(json.loads(draft.document)["schedule"]["curve"]) == ["2027-02-28", "2027-06-30", "2027-12-31"]
    assert scheme_in_force(session, new.id, date(2027, 6, 1), LATER) is None
    assert [timetable.is_active for timetable in list_timetables(session, new.id)] == [0]
    assert not list_editions(session, new.id, 1)
    assert session.scalar(select(func.count()).select_from(StageEvent)) == facts


def test_a_scheme_says_which_tasks_it_needs():
    document = {
        **FOUR_RATES,
        "indicators": [
            {
                **FOUR_RATES["indicators"][0],
                "measure": {"preset": "signing", "by": {"by": "mix", "count_share": "1/2"}},
            },
            {
                **FOUR_RATES["indicators"][3],
                "measure": {"preset": "arrival", "over": "task", "level": "stretch"},
            },
            {**FOUR_RATES["indicators"][1], "weight": "45"},
        ],
    }
    asked = [str(task) for task in tasks_asked(parse_scheme(document))]
    assert asked == ["signing.count.basic", "signing.amount.basic", "arrival.amount.stretch"]


def test_a_table_of_tasks_is_set_and_taken_away_and_the_second_person_is_told(session: Session):
    race = small_race(session)
    season, units = race.season, list(race.units.values())
    first, second, third = units
    mark = tasks_mark(tasks_now(session, season))
    cells = {(first.id, SIGNING): 5, (second.id, SIGNING): 4, (third.id, SIGNING): None}
    assert set_tasks(session, "t", season, units, cells, mark) == 2
    live = {unit: target.quantity for (unit, _task), target in tasks_now(session, season).items()}
    assert live == {first.id: 5, second.id: 4}
    with pytest.raises(TasksChanged):
        set_tasks(session, "li", season, units, cells, mark)


def test_last_years_tasks_are_those_of_the_season_that_ended_before(session: Session):
    race = small_race(session)
    new = copy_season(
        session,
        "t",
        race.season,
        slug="r27",
        title="2027 年",
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
        with_targets=False,
    ).season
    found = earlier_tasks(session, new, SIGNING)
    assert found is not None
    assert (found[0].slug, sorted(found[1].values())) == ("race", [4, 4, 4])
    assert earlier_tasks(session, race.season, SIGNING) is None
