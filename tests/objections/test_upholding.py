"""Upholding an objection: the effect that the office sees before it decides, and the revised board that follows."""

from __future__ import annotations

from dataclasses import replace
from time import sleep

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import DraftRefused, drop
from leaderboard.boards.models import Draft
from leaderboard.boards.package import unpacked
from leaderboard.boards.release import releasable
from leaderboard.boards.revisions import preview_revision
from leaderboard.instant import now
from leaderboard.objections.answer import EffectChanged, dismiss, foresee, uphold
from leaderboard.objections.file import ObjectionRefused
from leaderboard.objections.read import has_open, holding, objections_against, present_draft
from tests.boards.lives import content, released, reverse_starts
from tests.factories import OFFICE, VERIFIED, Race
from tests.objections.objecting import objected, refused

LATER = 10**11
"""Three years in milliseconds: after any window of these tests."""


def test_the_effect_is_seen_before_it_is_decided_and_nothing_is_stored(
    session: Session, race: Race, draft: Draft
) -> None:
    """青石 falls from 41.25 to 295/12 = 24.58 without the project that was said to have started; its place stays."""
    objection = objected(race, draft, "liuxi", about="qingshi", text="青石项目未开工")
    before = foresee(session, objection)
    assert before is not None
    assert (before.changes, before.diff["moved"]) == (False, [])
    reverse_starts(race)
    effect = foresee(session, objection)
    assert effect is not None
    [moved] = effect.diff["moved"]
    assert (moved["unit"], moved["score_before_shown"], moved["score_after_shown"]) == (
        "qingshi",
        "41.25",
        "24.58",
    )
    assert (moved["place_before"], moved["place_after"]) == (2, 2)
    assert [(f["kind"], f["what"], f["project"]) for f in effect.diff["facts"]["removed"]] == [
        ("stage", "started", "race-3")
    ]
    assert effect.diff["facts"]["added"] == []
    assert session.scalars(select(Draft)).all() == [draft]


def test_an_objection_upheld_leads_to_a_revised_board_for_the_rest_of_the_window(
    session: Session, race: Race, draft: Draft
) -> None:
    objection = objected(race, draft, "liuxi", about="qingshi")
    reverse_starts(race)
    effect = foresee(session, objection)
    assert effect is not None
    revised = uphold(session, "li", objection, OFFICE, answer="现场核实未开工", known_at=effect.known_at)
    assert revised is not None
    assert (objection.state, objection.revision_id) == ("upheld", revised.id)
    assert (revised.state, revised.revises_id, revised.contact) == ("window", draft.id, "0571-8888")
    assert (revised.closes_at, revised.known_at) == (draft.closes_at, effect.known_at)
    assert (draft.state, draft.reason) == ("replaced", f"采纳异议 {objection.id}")
    assert not preview_revision(session, revised).changes
    edition = released(session, revised, at=now() + LATER)
    assert [window["objections"]["upheld"] for window in unpacked(edition.package)["windows"]] == [1, 0]


def test_what_came_in_after_the_effect_was_seen_is_not_decided_with_it(
    session: Session, race: Race, draft: Draft
) -> None:
    objection = objected(race, draft)
    reverse_starts(race)
    sleep(0.002)
    seen = foresee(session, objection)
    assert seen is not None
    sleep(0.002)
    race.project("nanan", code="later")
    revised = uphold(session, "li", objection, OFFICE, answer="属实", known_at=seen.known_at)
    assert revised is not None
    assert "later" not in {project["code"] for project in content(revised)["facts"]["projects"]}


@pytest.mark.engines("sqlite", "postgresql")
def test_what_was_entered_before_the_effect_was_seen_and_came_after_is_not_decided_with_it(
    session: Session, race: Race, draft: Draft
) -> None:
    """A long import is dated when it begins, and seen by others when it is done."""
    objection = objected(race, draft)
    reverse_starts(race)
    sleep(0.002)
    first = foresee(session, objection)
    assert first is not None
    race.project("nanan", code="late", source=replace(VERIFIED, recorded_at=first.known_at))
    with pytest.raises(EffectChanged, match="请看过此刻的影响再答复"):
        uphold(session, "li", objection, OFFICE, answer="属实", known_at=first.known_at, seen=first.mark)
    assert (objection.state, draft.state) == ("open", "window")
    again = foresee(session, objection)
    assert again is not None
    race.project("nanan", code="later")
    revised = uphold(
        session, "li", objection, OFFICE, answer="属实", known_at=again.known_at, seen=again.mark
    )
    assert revised is not None
    told = {project["code"] for project in content(revised)["facts"]["projects"]}
    assert ("late" in told, "later" in told) == (True, False)


def test_an_effect_seen_of_a_board_that_was_revised_since_is_refused(
    session: Session, race: Race, draft: Draft
) -> None:
    first, second = objected(race, draft), objected(race, draft, "liuxi")
    seen = draft.known_at
    reverse_starts(race)
    uphold(session, "li", first, OFFICE, answer="属实")
    [problem] = refused(uphold, session, "li", second, OFFICE, answer="属实", known_at=seen - 1)
    assert "重新查看影响" in problem


def test_upheld_where_nothing_would_change_is_refused_but_for_words(
    session: Session, race: Race, draft: Draft
) -> None:
    objection = objected(race, draft, text="单位简称写法不统一")
    [problem] = refused(uphold, session, "li", objection, OFFICE, answer="属实")
    assert "没有任何变化" in problem
    assert (objection.state, objection.answer, draft.state) == ("open", None, "window")
    assert uphold(session, "li", objection, OFFICE, answer="下期统一", textual=True) is None
    assert (objection.state, objection.revision_id, draft.state) == ("upheld", None, "window")


def test_a_revised_board_may_lie_open_longer_and_never_shorter(
    session: Session, race: Race, draft: Draft
) -> None:
    first, second = objected(race, draft), objected(race, draft, "liuxi")
    reverse_starts(race)
    with pytest.raises(DraftRefused, match="只能延长"), session.begin_nested():
        uphold(session, "li", first, OFFICE, answer="属实", days=1)
    longer = uphold(session, "li", first, OFFICE, answer="属实", days=5)
    assert longer is not None
    assert draft.closes_at is not None
    assert longer.closes_at is not None
    assert longer.closes_at > draft.closes_at
    # The window is over by then: what changed is not published unseen.
    race.project("nanan", code="later")
    after = longer.closes_at + 1
    with pytest.raises(ObjectionRefused, match="至少 1 个工作日"), session.begin_nested():
        uphold(session, "li", second, OFFICE, answer="属实", at=after)
    last = uphold(session, "li", second, OFFICE, answer="属实", days=1, at=after)
    assert last is not None
    assert last.closes_at is not None
    assert last.closes_at > after
    assert present_draft(session, draft) == last


def test_an_open_objection_holds_the_board_that_replaced_the_one_it_was_filed_against(
    session: Session, race: Race, draft: Draft
) -> None:
    """青石's is upheld; 柳溪's, against the same board, still waits, and so does the revised board."""
    first, second = objected(race, draft), objected(race, draft, "liuxi")
    reverse_starts(race)
    revised = uphold(session, "li", first, OFFICE, answer="属实")
    assert revised is not None
    assert revised.closes_at is not None
    assert has_open(session, revised.id)
    assert releasable(session, revised.closes_at) == []
    with pytest.raises(DraftRefused, match="还有异议没有答复"):
        released(session, revised, at=revised.closes_at)
    [waiting] = holding(session)
    assert (waiting.draft.id, waiting.open) == (revised.id, 1)
    assert [filed.objection.id for filed in objections_against(session, revised.id)] == [second.id, first.id]
    dismiss(session, "li", second, answer="已按现场核实计")
    assert releasable(session, revised.closes_at) == [revised]


def test_an_objection_to_a_board_that_was_dropped_is_answered_without_a_revision(
    session: Session, race: Race, draft: Draft
) -> None:
    objection = objected(race, draft)
    drop(session, "li", draft, reason="数据未齐")
    assert (foresee(session, objection), holding(session)) == (None, [])
    assert uphold(session, "li", objection, OFFICE, answer="属实, 下稿计入") is None
    assert (objection.state, objection.revision_id, draft.state) == ("upheld", None, "dropped")
