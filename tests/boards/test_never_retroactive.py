"""A correction takes the facts as known now, and scheme and roster as known when the first edition was composed."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.again import recompose
from leaderboard.boards.check import check_database
from leaderboard.boards.correct import begin_correction, preview_correction
from leaderboard.boards.drafts import DraftRefused, make_draft, revise
from leaderboard.boards.models import Edition
from leaderboard.boards.package import canonical, unpacked
from leaderboard.boards.preview import compare_edition
from leaderboard.boards.publish import Due
from leaderboard.boards.revisions import preview_revision
from leaderboard.instant import now
from leaderboard.seasons.plan import add_division
from leaderboard.seasons.rename import rename_unit
from leaderboard.seasons.taking_part import leave_season, place_unit
from scoring.scheme_document import parse_scheme
from tests.boards.lives import corrected, reverse_starts
from tests.factories import AS_OF, FOUR_RATES, OFFICE, Race, put_in_force, small_race

FLIPPED: dict[str, Any] = deepcopy(FOUR_RATES)
FLIPPED["indicators"][0]["weight"], FLIPPED["indicators"][1]["weight"] = "25", "30"


@pytest.fixture
def race(session: Session) -> Race:
    return small_race(session)


def _weigh_anew(race: Race, document: Mapping[str, Any] = FLIPPED) -> None:
    """Other weights approved after the edition, in force on its own cut-off day."""
    put_in_force(race.session, race.season, document, AS_OF)


def _told(edition: Edition) -> dict[str, Any]:
    return unpacked(edition.package)


def _stands(session: Session, *editions: Edition) -> bool:
    return all(canonical(recompose(session, e)) == canonical(_told(e)) for e in editions)


def test_weights_approved_since_change_no_announced_edition(session: Session, race: Race) -> None:
    first = race.publish()
    _weigh_anew(race)
    assert not preview_correction(session, first).changes
    with pytest.raises(DraftRefused, match="没有可更正之处"):
        begin_correction(session, "li", first, OFFICE, note="换一套权重")
    reverse_starts(race)
    second = corrected(race, first)
    assert (_told(second)["scheme_version"], _told(second)["corrects"]["diff"]["rules"]) == (1, False)
    # 青石 loses the 50/3 of its started project and nothing else: 30×(3/2)/4 + 20×1/(3/2) = 295/12.
    [moved] = _told(second)["corrects"]["diff"]["moved"]
    assert (moved["unit"], moved["score_after"]) == ("qingshi", "295/12")
    assert set(moved["why"]) == {"own"}


def test_a_correction_of_a_correction_goes_by_the_rules_of_the_first(session: Session, race: Race) -> None:
    first = race.publish()
    reverse_starts(race)
    second = corrected(race, first)
    _weigh_anew(race)
    race.project("nanan", code="forgotten")
    third = corrected(race, second, "补计南岸一个项目")
    assert _told(third)["scheme"] == _told(first)["scheme"]
    assert race.publish().scheme_version_id != third.scheme_version_id
    assert _stands(session, first, second, third)


def test_a_unit_moved_since_stands_where_it_stood_when_announced(session: Session, race: Race) -> None:
    first = race.publish()
    other = add_division(session, "li", race.season, key="streets", name="街道组")
    place_unit(session, "li", race.season, race.units["qingshi"], other, competing=True, reason="改组")
    leave_season(session, "li", race.season, race.units["nanan"], reason="撤并")
    assert not preview_correction(session, first).changes
    reverse_starts(race)
    told = _told(corrected(race, first))
    assert [d["key"] for d in told["divisions"]] == ["towns"]
    assert {u["key"]: u["division"] for u in told["facts"]["units"]} == dict.fromkeys(race.units, "towns")
    assert told["corrects"]["diff"]["roster"] == {"joined": [], "left": []}


def test_what_a_unit_is_called_may_be_put_right(session: Session, race: Race) -> None:
    first = race.publish()
    rename_unit(session, "li", race.units["nanan"], name="南岸镇", reason="误写")
    again = corrected(race, first, "单位名称误写")
    assert {u["name"] for u in _told(again)["facts"]["units"]} == {"柳溪镇", "青石镇", "南岸镇"}
    assert _stands(session, first, again)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_correction_that_is_revised_keeps_the_rules_too(session: Session, race: Race) -> None:
    first = race.publish()
    reverse_starts(race)
    draft = begin_correction(session, "li", first, OFFICE, note="误报")
    _weigh_anew(race)
    assert not preview_revision(session, draft).changes
    race.project("nanan", code="forgotten")
    revised = revise(session, "li", draft, OFFICE, reason="补计")
    assert unpacked(revised.content)["scheme"] == _told(first)["scheme"]


def test_what_is_not_announced_goes_by_the_rules_of_the_day(session: Session, race: Race) -> None:
    at = now()
    draft = make_draft(session, "li", race.season, OFFICE, Due(AS_OF, at, at))
    _weigh_anew(race)
    assert preview_revision(session, draft).diff["rules"] is True


def test_a_corrected_database_verifies(session: Session, race: Race) -> None:
    first = race.publish()
    _weigh_anew(race)
    place_unit(
        session,
        "li",
        race.season,
        race.units["nanan"],
        race.divisions["towns"],
        competing=False,
        reason="不参评",
    )
    reverse_starts(race)
    corrected(race, first)
    assert list(check_database(session)) == []


def test_the_desk_shows_past_editions_beside_the_rules_they_were_scored_by(
    session: Session, race: Race
) -> None:
    first = race.publish()
    _weigh_anew(race)
    reverse_starts(race)
    second = corrected(race, first)
    compared = compare_edition(session, race.season, parse_scheme(FOUR_RATES), second)
    assert compared.moved == ()
    assert compared.trial.present["qingshi"].score == Fraction(295, 12)
