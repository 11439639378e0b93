"""Versions of a scheme: every mistake told, two persons for each change, days to come only, every saved state kept."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import last_marks
from leaderboard.accounts.marks import marks_of
from leaderboard.accounts.models import AuditLine
from leaderboard.instant import now
from leaderboard.seasons.approval import (
    approve_scheme,
    authors,
    awaiting_approval,
    open_submission,
    return_scheme,
    submissions_of,
    submit_scheme,
    withdraw_scheme,
)
from leaderboard.seasons.drafts import current_draft, save_draft
from leaderboard.seasons.models import (
    APPROVED,
    DISCARDED,
    DRAFT,
    RETURNED,
    SUBMITTED,
    WITHDRAWN,
    SchemeRevision,
    SchemeSubmission,
    SchemeVersion,
)
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import scheme_in_force
from leaderboard.seasons.schemes import discard_scheme, draft_scheme, found_scheme
from tests.factories import FOUR_RATES, Race, put_in_force, start_race

TODAY, TOMORROW, YESTERDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 19)
NEW_YEAR = date(2026, 1, 1)


def weights(*numbers: str) -> dict[str, Any]:
    """The four rates with these weights."""
    rows = [
        indicator | {"weight": weight}
        for indicator, weight in zip(FOUR_RATES["indicators"], numbers, strict=True)
    ]
    return FOUR_RATES | {"indicators": rows}


OLD, NEW, NEWER = (
    weights("30", "25", "20", "25"),
    weights("20", "35", "20", "25"),
    weights("10", "45", "20", "25"),
)


@pytest.fixture
def race(session: Session) -> Race:
    """A season with a first scheme in force."""
    race = start_race(session)
    put_in_force(session, race.season, OLD, NEW_YEAR)
    return race


def submitted(session: Session, race: Race, *, effective_on: date = TODAY) -> SchemeVersion:
    version = draft_scheme(session, "wang", race.season, NEW)
    submit_scheme(session, "wang", version, effective_on=effective_on, reason="侧重开工", today=TODAY)
    return version


def acts(session: Session) -> list[str]:
    lines = session.scalars(select(AuditLine).order_by(AuditLine.seq_no))
    return [line.action for line in lines if line.action.startswith("scheme.")]


def test_a_scheme_with_mistakes_is_refused_with_every_one_of_them(session: Session) -> None:
    race = start_race(session)
    wrong = weights("30", "25", "20", "20")
    wrong["indicators"][1]["measure"] = {"preset": "guessing"}
    with pytest.raises(PlanError) as caught:
        draft_scheme(session, "wang", race.season, wrong)
    assert len(caught.value.problems) >= 2
    assert session.scalars(select(SchemeVersion)).all() == []


def test_a_scheme_comes_into_force_on_its_day_and_not_before_it_was_approved(
    session: Session, race: Race
) -> None:
    first = scheme_in_force(session, race.season.id, TODAY, now())
    before = now()
    second = submitted(session, race)
    assert scheme_in_force(session, race.season.id, TODAY, before + 1) is first
    approve_scheme(session, "li", second, today=TODAY, approved_at=before + 1)
    assert scheme_in_force(session, race.season.id, YESTERDAY, before + 1) is first
    assert scheme_in_force(session, race.season.id, TODAY, before) is first
    assert scheme_in_force(session, race.season.id, TODAY, before + 1) is second
    assert (second.approved_by, second.effective_on, second.reason) == ("li", TODAY, "侧重开工")


def test_nobody_approves_or_returns_what_they_worked_on(session: Session, race: Race) -> None:
    """Wang drafts, Zhao changes, Sun submits: only a fourth person may decide."""
    version = draft_scheme(session, "wang", race.season, NEW)
    save_draft(session, "zhao", race.season, NEWER, (version.version_no, version.revision))
    submit_scheme(session, "sun", version, effective_on=TODAY, reason="改", today=TODAY)
    assert authors(session, version) == {"wang", "zhao", "sun"}
    for name in ("wang", "zhao", "sun"):
        with pytest.raises(PlanError, match="不能自己审批"):
            approve_scheme(session, name, version, today=TODAY)
        with pytest.raises(PlanError, match="不能自己审批"):
            return_scheme(session, name, version, reason="再议")
    assert version.state == SUBMITTED
    approve_scheme(session, "li", version, today=TODAY)
    assert version.state == APPROVED


def test_who_once_changed_a_draft_that_others_changed_again_may_decide(session: Session, race: Race) -> None:
    """Otherwise an office whose every administrator helped could never change its scheme."""
    version = draft_scheme(session, "wang", race.season, NEW)
    save_draft(session, "li", race.season, NEWER, (version.version_no, version.revision))
    save_draft(session, "wang", race.season, NEW, (version.version_no, version.revision))
    submit_scheme(session, "wang", version, effective_on=TODAY, reason="改", today=TODAY)
    approve_scheme(session, "li", version, today=TODAY)
    assert version.state == APPROVED


def test_a_submission_needs_a_reason_and_a_day_to_come_within_the_season(
    session: Session, race: Race
) -> None:
    version = draft_scheme(session, "wang", race.season, NEW)
    with pytest.raises(PlanError) as caught:
        submit_scheme(session, "wang", version, effective_on=YESTERDAY, reason=" ", today=TODAY)
    assert len(caught.value.problems) == 2
    assert "理由" in caught.value.problems[0]
    assert "不能追溯" in caught.value.problems[1]
    with pytest.raises(PlanError, match="新方案不会再用到"):
        submit_scheme(session, "wang", version, effective_on=date(2027, 1, 1), reason="迟", today=TODAY)
    assert version.state == DRAFT
    with pytest.raises(PlanError, match="不在审批中"):
        approve_scheme(session, "li", version, today=TODAY)


def test_only_the_first_scheme_of_a_season_may_reach_back(session: Session) -> None:
    race = start_race(session)
    version = draft_scheme(session, "wang", race.season, OLD)
    submit_scheme(session, "wang", version, effective_on=NEW_YEAR, reason="首版", today=TODAY)
    approve_scheme(session, "li", version, today=TOMORROW)
    assert version.effective_on == NEW_YEAR


def test_a_day_that_passed_while_waiting_is_moved_by_the_approver(session: Session, race: Race) -> None:
    version = submitted(session, race, effective_on=TODAY)
    with pytest.raises(PlanError, match="请另定"):
        approve_scheme(session, "li", version, today=TOMORROW)
    with pytest.raises(PlanError, match="不能追溯"):
        approve_scheme(session, "li", version, today=TOMORROW, effective_on=TODAY)
    approve_scheme(session, "li", version, today=TOMORROW, effective_on=TOMORROW)
    asked = submissions_of(session, race.season.id)[0]
    assert (asked.effective_on, version.effective_on) == (TODAY, TOMORROW)
    line = session.scalars(select(AuditLine).order_by(AuditLine.seq_no.desc())).first()
    assert line is not None
    detail = json.loads(line.detail)
    assert (detail["effective_on"], detail["proposed_on"]) == (str(TOMORROW), str(TODAY))


def test_a_day_that_has_not_passed_is_the_submitters(session: Session, race: Race) -> None:
    version = submitted(session, race, effective_on=TOMORROW)
    with pytest.raises(PlanError, match="不能另定"):
        approve_scheme(session, "li", version, today=TODAY, effective_on=TODAY)


def test_a_returned_scheme_is_a_draft_again_with_the_reason_kept(session: Session, race: Race) -> None:
    version = submitted(session, race)
    with pytest.raises(PlanError, match="退回须写明理由"):
        return_scheme(session, "li", version, reason="")
    return_scheme(session, "li", version, reason="开工权重过高")
    assert version.state == DRAFT
    assert open_submission(session, version) is None
    submit_scheme(session, "wang", version, effective_on=TODAY, reason="再报", today=TODAY)
    second, first = submissions_of(session, race.season.id)[:2]
    assert (first.outcome, first.decided_by, first.answer) == (RETURNED, "li", "开工权重过高")
    assert second.outcome is None
    assert [found[2] for found in awaiting_approval(session)] == [second]


def test_a_submitter_may_withdraw_and_only_then_discard(session: Session, race: Race) -> None:
    version = submitted(session, race)
    with pytest.raises(PlanError, match="请先撤回"):
        discard_scheme(session, "wang", version)
    withdraw_scheme(session, "wang", version)
    discard_scheme(session, "wang", version)
    assert version.state == DISCARDED
    assert submissions_of(session, race.season.id)[0].outcome == WITHDRAWN
    assert acts(session)[-4:] == ["scheme.draft", "scheme.submit", "scheme.withdraw", "scheme.discard"]


def test_a_change_takes_a_submitted_scheme_back(session: Session, race: Race) -> None:
    """Nobody approves what they did not see; saving the same again changes nothing."""
    version = submitted(session, race)
    assert save_draft(session, "wang", race.season, NEW, (2, version.revision)).state == SUBMITTED
    save_draft(session, "wang", race.season, NEWER, (2, version.revision))
    assert version.state == DRAFT
    assert acts(session)[-2:] == ["scheme.withdraw", "scheme.revise"]
    with pytest.raises(PlanError, match="不在审批中"):
        approve_scheme(session, "li", version, today=TODAY)


def test_an_approved_scheme_is_final(session: Session, race: Race) -> None:
    version = submitted(session, race)
    approve_scheme(session, "li", version, today=TODAY)
    for act in (discard_scheme, withdraw_scheme):
        with pytest.raises(PlanError):
            act(session, "wang", version)
    with pytest.raises(PlanError, match="不是草稿"):
        submit_scheme(session, "wang", version, effective_on=TODAY, reason="又", today=TODAY)


def test_every_saved_state_of_a_draft_is_kept(session: Session, race: Race) -> None:
    version = draft_scheme(session, "wang", race.season, OLD)
    for name, document in (("zhao", NEW), ("wang", NEWER)):
        save_draft(session, name, race.season, document, (version.version_no, version.revision))
    kept = session.scalars(
        select(SchemeRevision)
        .where(SchemeRevision.scheme_version_id == version.id)
        .order_by(SchemeRevision.revision)
    ).all()
    assert [one.saved_by for one in kept] == ["wang", "zhao", "wang"]
    assert [json.loads(one.document)["indicators"][0]["weight"] for one in kept] == ["30", "20", "10"]
    assert current_draft(session, race.season.id) is version


def test_the_trail_knows_every_row(session: Session, race: Race) -> None:
    return_scheme(session, "li", submitted(session, race), reason="再议")
    marks = last_marks(session)
    for table in (SchemeVersion, SchemeRevision, SchemeSubmission):
        for name, mark in marks_of(session.scalars(select(table)).all()).items():
            assert marks[name] == mark


def test_rules_over_facts_the_ledger_does_not_keep_stay_a_draft(session: Session, race: Race) -> None:
    planned = weights("30", "25", "20", "25")
    planned["indicators"][1]["measure"] = {
        "numerator": {"projects": {"stages": ["started"], "cohort": "all"}},
        "denominator": {"projects": {"stages": ["started"], "cohort": "all", "planned": True}},
    }
    version = draft_scheme(session, "wang", race.season, planned)
    with pytest.raises(PlanError, match="计划节点日期"):
        submit_scheme(session, "wang", version, effective_on=TODAY, reason="首版", today=TODAY)


def test_who_founds_a_season_brings_its_first_scheme_and_no_other(session: Session) -> None:
    race = start_race(session)
    version = found_scheme(session, "wang", race.season, OLD, reason="随工作簿建立赛季", approved_at=5)
    assert (version.state, version.effective_on, version.approved_at) == (APPROVED, NEW_YEAR, 5)
    with pytest.raises(PlanError, match="另一位管理员"):
        found_scheme(session, "wang", race.season, NEW, reason="再来")
