"""Objections: who may object to what and until when, what the office sees before it decides, and what follows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.boards import timekeeping
from leaderboard.boards.drafts import DraftRefused, drop, open_window, revise
from leaderboard.boards.models import Draft
from leaderboard.boards.package import unpacked
from leaderboard.boards.release import releasable
from leaderboard.boards.revisions import extend_window, preview_revision
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.instant import from_local, now
from leaderboard.objections.answer import EffectChanged, dismiss, foresee, uphold
from leaderboard.objections.file import ObjectionRefused, file_objection, take_back
from leaderboard.objections.models import Objection
from leaderboard.objections.read import (
    against,
    find_objection,
    has_open,
    holding,
    objections_against,
    objections_in,
    objections_of,
    present_draft,
)
from tests.boards.lives import content, drafted, released, reverse_starts
from tests.factories import OFFICE, VERIFIED, Race, small_race

LATER = 10**11
"""Three years in milliseconds: after any window of these tests."""


@pytest.fixture
def race(session: Session) -> Race:
    return small_race(session)


@pytest.fixture
def draft(session: Session, race: Race) -> Draft:
    """The race's board, open for objections for three working days from today."""
    return open_window(session, "li", drafted(race), days=3, contact="0571-8888", zone=OFFICE.zone)


def objected(race: Race, draft: Draft, unit: str = "qingshi", about: str = "", **more: Any) -> Objection:
    return file_objection(
        race.session,
        "qs",
        draft,
        race.units[unit],
        about=race.units[about or unit],
        indicator=more.pop("indicator", None),
        text=more.pop("text", "漏计一个开工项目"),
        **more,
    )


def refused(act: Any, *arguments: Any, **more: Any) -> tuple[str, ...]:
    with pytest.raises(ObjectionRefused) as error:
        act(*arguments, **more)
    return error.value.problems


def test_a_unit_objects_to_its_own_line_or_to_anothers(session: Session, race: Race, draft: Draft) -> None:
    own = objected(race, draft, indicator="groundbreaking")
    other = objected(race, draft, about="liuxi", text="开工照片不是本项目的")
    assert (own.state, own.draft_id, own.filed_by) == ("open", draft.id, "qs")
    assert [filed.objection.id for filed in objections_of(session, race.units["qingshi"].id)] == [
        other.id,
        own.id,
    ]
    assert objections_of(session, race.units["liuxi"].id) == []
    assert against(session, draft.id) == {"open": 2, "upheld": 0, "dismissed": 0, "taken_back": 0}
    found = find_objection(session, other.id)
    assert found is not None
    assert (found.unit.key, found.about.key, found.draft.id) == ("qingshi", "liuxi", draft.id)
    assert find_objection(session, 99) is None


def test_everything_wrong_is_told_at_once(session: Session, race: Race, draft: Draft) -> None:
    stranger = small_race(session, "other").units["other-liuxi"]
    problems = refused(
        file_objection, session, "qs", draft, stranger, about=stranger, indicator="speed", text=" "
    )
    assert problems == (
        "other-柳溪镇 没有参加这个赛季, 不能提出异议",
        "榜上没有 other-柳溪镇 这一行",
        "榜上没有 speed 这一项",
        "请写明异议的内容和依据",
    )
    assert refused(objected, race, draft, text="长" * 1001) == ("异议最多 1000 字, 现为 1001 字",)
    assert objections_in(session, race.season.id) == []


def test_a_board_that_is_not_in_its_window_takes_no_objection(session: Session, race: Race) -> None:
    said = ("这份公示稿不在公示期内, 不能提出异议",)
    draft = drafted(race)
    assert refused(objected, race, draft) == said
    open_window(session, "li", draft, days=1, contact="0571-8888", zone=OFFICE.zone)
    assert draft.closes_at is not None
    objected(race, draft, at=draft.closes_at)
    assert refused(objected, race, draft, "liuxi", at=draft.closes_at + 1) == said
    drop(session, "li", draft, reason="数据未齐")
    assert refused(objected, race, draft, "liuxi") == said


def test_one_open_objection_to_the_same(session: Session, race: Race, draft: Draft) -> None:
    """The whole line and one of its indicators are two; what was taken back may be filed again."""
    first = objected(race, draft)
    objected(race, draft, indicator="signing")
    objected(race, draft, "liuxi", about="qingshi")
    [problem] = refused(objected, race, draft)
    assert "已提出异议" in problem
    take_back(session, "qs", first)
    assert (first.state, first.answered_by) == ("taken_back", "qs")
    assert refused(take_back, session, "qs", first) == ("这件异议已经办结, 请刷新后再看",)
    objected(race, draft)
    # A revised board is the same board: the objection still stands.
    reverse_starts(race)
    revised = revise(session, "li", draft, OFFICE, reason="另有更正")
    opened = open_window(session, "li", revised, days=3, contact="0571-8888", zone=OFFICE.zone)
    assert len(refused(objected, race, opened)) == 1


def test_a_dismissed_objection_is_answered_once_and_holds_nothing_any_more(
    session: Session, race: Race, draft: Draft
) -> None:
    objection = objected(race, draft)
    assert draft.closes_at is not None
    assert releasable(session, draft.closes_at) == []
    [waiting] = holding(session)
    assert (waiting.season.id, waiting.draft.id, waiting.open) == (race.season.id, draft.id, 1)
    assert refused(dismiss, session, "li", objection, answer=" ") == ("答复异议须写明理由",)
    assert objection.state == "open"
    dismiss(session, "li", objection, answer="开工以施工许可证为准")
    assert (objection.state, objection.answer, objection.answered_by) == (
        "dismissed",
        "开工以施工许可证为准",
        "li",
    )
    assert len(refused(dismiss, session, "li", objection, answer="再答")) == 1
    assert len(refused(uphold, session, "li", objection, OFFICE, answer="再答")) == 1
    assert (holding(session), releasable(session, draft.closes_at)) == ([], [draft])


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


def test_a_window_is_only_ever_extended(session: Session, race: Race) -> None:
    """From Friday 25 September: to Wednesday 30, then to Friday 2 October; a Thursday before that is refused."""
    friday = from_local(datetime.fromisoformat("2026-09-25T10:00"), OFFICE.zone)
    draft = open_window(session, "li", drafted(race), days=3, contact="0571", zone=OFFICE.zone, at=friday)
    extend_window(session, "li", draft, days=5, zone=OFFICE.zone, at=friday)
    assert draft.closes_at == from_local(datetime.fromisoformat("2026-10-03"), OFFICE.zone) - 1
    for days in (4, 5, 0):
        with pytest.raises(DraftRefused, match="只能延长"):
            extend_window(session, "li", draft, days=days, zone=OFFICE.zone, at=friday)


def test_every_step_is_in_the_trail(session: Session, race: Race, draft: Draft) -> None:
    first, second, third = (
        objected(race, draft),
        objected(race, draft, "liuxi"),
        objected(race, draft, "nanan"),
    )
    take_back(session, "nn", third)
    dismiss(session, "li", second, answer="不属实")
    reverse_starts(race)
    uphold(session, "li", first, OFFICE, answer="属实")
    lines = session.scalars(select(AuditLine).order_by(AuditLine.seq_no)).all()
    told = [line for line in lines if line.action.startswith("objection.")]
    assert [line.action.split(".")[1] for line in told] == [
        "file",
        "file",
        "file",
        "take_back",
        "dismiss",
        "uphold",
    ]
    assert {line.subject for line in told} == {f"race 稿 {draft.id}"}
    assert json.loads(told[-1].detail)["why"] == "属实"
    assert list(broken_lines(session)) == []


def test_a_node_whose_clock_is_off_files_and_settles_nothing(
    session: Session, race: Race, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By such a clock a window seems open that is over, or over that is open."""
    objection = objected(race, draft)
    monkeypatch.setattr(timekeeping, "now", lambda: now() - 45_000)
    acts: list[Callable[[], object]] = [
        lambda: objected(race, draft, unit="liuxi"),
        lambda: take_back(session, "qs", objection),
        lambda: dismiss(session, "li", objection, answer="不实"),
        lambda: uphold(session, "li", objection, OFFICE, answer="属实", textual=True),
    ]
    for act in acts:
        with pytest.raises(ClockOff, match=r"慢 4[4-9] 秒"):
            act()
    assert (objection.state, objections_of(session, race.units["liuxi"].id)) == ("open", [])
