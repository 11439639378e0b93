"""What speaks against a return: handed in twice, sent back and unchanged, a cumulative in place of the period's figure."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from leaderboard.ledger.models import UnitReturn
from leaderboard.ledger.record import Source, decide
from leaderboard.ledger.return_doubts import Standing, standings_of
from leaderboard.ledger.unit_facts import add_return, replace_return
from tests.factories import PENDING, STARTS, VERIFIED, Race, start_race

MONTHS = [(date(2026, month, 1), date(2026, month, 28)) for month in range(1, 7)]


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session)
    race.unit("liuxi")
    return race


def reported(session: Session, race: Race, *figures: int, source: Source = VERIFIED) -> list[UnitReturn]:
    """A return of 柳溪 for each month from January."""
    unit_id = race.units["liuxi"].id
    return [
        add_return(
            session, source, unit_id=unit_id, measure="tax", starts_on=start, ends_on=end, quantity=figure
        )
        for (start, end), figure in zip(MONTHS, figures, strict=False)
    ]


def standing(session: Session, fact: UnitReturn) -> Standing:
    return standings_of(session, [fact], [STARTS])[fact.fact_id]


def kinds(session: Session, fact: UnitReturn) -> list[str]:
    return [doubt.kind for doubt in standing(session, fact).doubts]


@pytest.mark.parametrize(
    ("figures", "doubts"),
    [
        ((40, 25, 30), []),
        ((40, 25, 0), []),
        ((40, 0, 0), []),
        ((40, 90), []),
        ((40, 25, 25), ["same_figure"]),
        # 40 + 25 = 65 was the cumulative of February's sheet.
        ((40, 25, 65), ["same_cumulative"]),
        ((40, 25, 80), ["is_cumulative"]),
        ((40, 25, -5), ["falls"]),
    ],
)
def test_a_figure_beside_those_before_it(
    session: Session, race: Race, figures: tuple[int, ...], doubts: list[str]
) -> None:
    last = reported(session, race, *figures)[-1]
    assert kinds(session, last) == doubts


def test_what_is_verified_of_the_cumulative_is_told(session: Session, race: Race) -> None:
    first, second, third = reported(session, race, 40, 25, 7, source=PENDING)
    decide(session, "chief", first, "verified")
    decide(session, "chief", second, "returned", "不清")
    found = standing(session, third)
    assert (found.before, found.verified) == (65, 40)
    # Reversed from the end, it is no part of what stands.
    decide(session, "chief", third, "reversed", "误报")
    decide(session, "chief", second, "reversed", "误报")
    assert (standing(session, third).before, standing(session, first).before) == (40, 0)


def test_a_cumulative_begins_anew_with_a_season(session: Session, race: Race) -> None:
    *_earlier, last = reported(session, race, 40, 25, 65)
    found = standings_of(session, [last], [STARTS, date(2026, 3, 1)])[last.fact_id]
    assert found == Standing(0, 0, ())


def test_two_returns_of_one_period_stand_against_each_other(session: Session, race: Race) -> None:
    (first,) = reported(session, race, 40)
    # Two forms sent at the same moment: neither saw the other.
    twin = UnitReturn(
        unit_id=first.unit_id,
        measure="tax",
        starts_on=first.starts_on,
        quantity=40,
        fact_id=7,
        occurred_on=first.occurred_on,
        recorded_at=first.recorded_at,
        recorded_by="li",
    )
    session.add(twin)
    session.flush()
    assert kinds(session, twin) == kinds(session, first) == ["overlaps"]
    assert standing(session, twin).doubts[0].other.fact_id == first.fact_id


def test_the_same_figure_after_it_was_sent_back_is_told_with_the_reason(session: Session, race: Race) -> None:
    (former,) = reported(session, race, 40, source=PENDING)
    decide(session, "chief", former, "returned", "多报一家")
    again = replace_return(session, PENDING, former, 40, "重新填报")
    (doubt,) = standing(session, again).doubts
    assert (doubt.kind, doubt.outcome, doubt.reason) == ("as_before", "reversed", "多报一家")
    decide(session, "chief", again, "returned", "仍多一家")
    better = replace_return(session, PENDING, again, 39, "重新填报")
    assert kinds(session, better) == []


def test_another_unit_and_another_measure_are_no_concern(session: Session, race: Race) -> None:
    reported(session, race, 40)
    other = race.unit("qingshi")
    for unit, measure in ((other, "tax"), (race.units["liuxi"], "visits")):
        fact = add_return(
            session,
            PENDING,
            unit_id=unit.id,
            measure=measure,
            starts_on=MONTHS[1][0],
            ends_on=MONTHS[1][1],
            quantity=40,
        )
        assert standing(session, fact) == Standing(0, 0, ())
