"""Objections: who may object to what and until when, and how they are taken back, dismissed and kept in the trail."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.boards import timekeeping
from leaderboard.boards.drafts import DraftRefused, drop, open_window, revise
from leaderboard.boards.models import Draft
from leaderboard.boards.release import releasable
from leaderboard.boards.revisions import extend_window
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.instant import from_local, now
from leaderboard.objections.answer import dismiss, uphold
from leaderboard.objections.file import file_objection, take_back
from leaderboard.objections.read import against, find_objection, holding, objections_in, objections_of
from tests.boards.lives import drafted, reverse_starts
from tests.factories import OFFICE, Race, small_race
from tests.objections.objecting import objected, refused


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
