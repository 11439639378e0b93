"""Drafts: what is kept, what a window promises, and which of two people at once succeeds."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.boards import drafts
from leaderboard.boards.drafts import DraftRefused, drop, open_window, revise
from leaderboard.boards.models import Draft, Edition, PublicForm
from leaderboard.boards.package import check_sealed, packed, unpacked
from leaderboard.boards.read import find_form, latest_edition, sealed_package
from leaderboard.boards.release import DraftStuck, prepare, releasable, release
from leaderboard.instant import from_local, now
from leaderboard.objections.models import Objection
from leaderboard.seasons.models import CalendarDay
from tests.boards.lives import content, drafted, released, reverse_starts
from tests.factories import OFFICE, Race, small_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # two who release at once

ZONE = OFFICE.zone
FRIDAY = from_local(datetime.fromisoformat("2026-09-25T10:00"), ZONE)
"""Before the holidays: the calendar below closes 1 to 7 October and works on Saturday 10 October."""


@pytest.fixture
def race(session: Session) -> Race:
    return small_race(session)


def opened(session: Session, draft: Draft, days: int = 3, at: int = FRIDAY) -> Draft:
    return open_window(session, "li", draft, days=days, contact="0571-8888", zone=ZONE, at=at)


def object_to(session: Session, race: Race, draft: Draft, state: str = "open") -> Objection:
    unit = race.units["qingshi"].id
    objection = Objection(
        draft_id=draft.id,
        unit_id=unit,
        about_id=unit,
        text="漏计",
        state=state,
        filed_at=now(),
        filed_by="qs",
    )
    session.add(objection)
    session.flush()
    return objection


def test_a_draft_is_no_edition_and_nothing_public_is_made_of_it(session: Session, race: Race) -> None:
    draft = drafted(race)
    assert latest_edition(session, race.season.id) is None
    assert session.scalar(select(func.count()).select_from(PublicForm)) == 0
    kept = content(draft)
    assert {"number", "previous_hash", "published_at", "hash"} & set(kept) == set()
    board = unpacked(draft.board)
    # 柳溪 has 30×2/4 + 25×1/2 + 20×2/2 + 25×50/200 = 53.75.
    assert board["board"]["standings"][0]["score_shown"] == "53.75"
    assert board["lines"][0]["unit"] == "liuxi"


def test_a_released_draft_is_the_edition_it_was(session: Session, race: Race) -> None:
    draft = drafted(race)
    edition = released(session, draft)
    assert (draft.state, draft.edition_id, draft.settled_by) == ("released", edition.id, "li")
    assert (edition.number, edition.known_at, edition.due_at) == (1, draft.known_at, draft.due_at)
    package, kept = unpacked(edition.package), content(draft)
    assert {key: package[key] for key in kept} == kept
    sealed = sealed_package(edition, OFFICE.public_key)
    assert all(finding.holds for finding in check_sealed(sealed, OFFICE.public_key))


def test_what_happens_after_a_draft_is_not_in_the_edition(session: Session, race: Race) -> None:
    """It is what was shown in the window, to the last digit, though a mistake has been reversed since."""
    draft = drafted(race)
    reverse_starts(race)
    race.project("nanan", code="later")
    package = unpacked(released(session, draft).package)
    assert package["result"] == content(draft)["result"]


def test_a_window_lasts_so_many_working_days_after_the_day_it_opens(session: Session, race: Race) -> None:
    """From Friday 25 September: Monday 28, Tuesday 29, Wednesday 30."""
    draft = opened(session, drafted(race))
    assert draft.state == "window"
    assert draft.closes_at == from_local(datetime.fromisoformat("2026-10-01"), ZONE) - 1


def test_holidays_are_no_working_days_and_some_saturdays_are(session: Session, race: Race) -> None:
    """28, 29 and 30 September, then 8, 9 and, a Saturday, 10 October."""
    for day in range(1, 8):
        session.add(CalendarDay(day=date(2026, 10, day), is_working=0, name="国庆节"))
    session.add(CalendarDay(day=date(2026, 10, 10), is_working=1, name="调休"))
    session.flush()
    draft = opened(session, drafted(race), days=6)
    assert draft.closes_at == from_local(datetime.fromisoformat("2026-10-11"), ZONE) - 1


def test_a_window_that_is_not_over_is_kept(session: Session, race: Race) -> None:
    draft = opened(session, drafted(race))
    assert draft.closes_at is not None
    with pytest.raises(DraftRefused, match="2026-09-30 23:59"):
        released(session, draft, at=draft.closes_at - 1)
    assert releasable(session, draft.closes_at - 1) == []
    assert releasable(session, draft.closes_at) == [draft]
    assert released(session, draft, at=draft.closes_at).number == 1


def test_an_open_objection_holds_a_draft_back(session: Session, race: Race) -> None:
    draft = opened(session, drafted(race))
    objection = object_to(session, race, draft)
    assert releasable(session, now()) == []
    with pytest.raises(DraftRefused, match="异议没有答复"):
        released(session, draft)
    objection.state = "dismissed"
    session.flush()
    assert releasable(session, now()) == [draft]


def test_the_package_tells_of_the_windows_and_what_became_of_objections(session: Session, race: Race) -> None:
    draft = opened(session, drafted(race))
    object_to(session, race, draft, "upheld")
    object_to(session, race, draft, "dismissed")
    revised = revise(session, "li", draft, OFFICE, reason="采纳异议")
    edition = released(session, opened(session, revised), at=now() + 10**11)
    first, second = unpacked(edition.package)["windows"]
    assert first == {
        "opens_at": "2026-09-25T10:00:00+08:00",
        "closes_at": "2026-09-30T23:59:59+08:00",
        "contact": "0571-8888",
        "objections": {"open": 0, "upheld": 1, "dismissed": 1, "taken_back": 0},
        "moved": [],
    }
    assert second["objections"] == {"open": 0, "upheld": 0, "dismissed": 0, "taken_back": 0}
    sealed = sealed_package(edition, OFFICE.public_key)
    assert all(finding.holds for finding in check_sealed(sealed, OFFICE.public_key))


def test_a_revised_draft_says_what_is_known_now_in_the_place_of_the_old_one(
    session: Session, race: Race
) -> None:
    draft = opened(session, drafted(race))
    reverse_starts(race)
    revised = revise(session, "li", draft, OFFICE, reason="青石镇开工误报")
    assert (draft.state, draft.reason, revised.revises_id) == ("replaced", "青石镇开工误报", draft.id)
    assert (revised.state, revised.as_of, revised.due_at) == ("draft", draft.as_of, draft.due_at)
    qingshi = {line["unit"]: line["score"] for line in unpacked(revised.board)["lines"]}["qingshi"]
    # 30×(3/2)/4 + 25×0 + 20×1/(3/2) + 0: signed one and a half, registered one of them.
    assert qingshi == "295/12"
    with pytest.raises(DraftRefused):
        revise(session, "li", draft, OFFICE, reason="再来")
    assert drafts.list_drafts(session, race.season.id, live_only=True) == [revised]


def test_a_dropped_draft_stays_and_is_never_released(session: Session, race: Race) -> None:
    draft = drafted(race)
    with pytest.raises(DraftRefused, match="理由"):
        drop(session, "li", draft, reason=" ")
    drop(session, "li", draft, reason="数据未齐")
    assert (draft.state, draft.reason, draft.settled_by) == ("dropped", "数据未齐", "li")
    with pytest.raises(DraftRefused):
        released(session, draft)
    assert latest_edition(session, race.season.id) is None


def test_a_ledger_that_gives_something_else_is_told_and_nothing_is_announced(
    session: Session, race: Race
) -> None:
    """Somebody wrote into the database behind Saima's back, or the draft was changed: it is not announced."""
    draft = drafted(race)
    changed = content(draft)
    changed["facts"]["projects"][0]["arrivals"][0]["yuan"] += 1
    session.execute(update(Draft).where(Draft.id == draft.id).values(content=packed(changed)))
    session.expire_all()
    with pytest.raises(DraftStuck, match=r"不一致 \(facts\)"):
        prepare(session, draft, OFFICE, now())
    assert session.scalar(select(func.count()).select_from(Edition)) == 0


def test_of_two_who_release_at_once_one_is_told(session: Session, race: Race) -> None:
    draft = drafted(race)
    one, two = (prepare(session, draft, OFFICE, now()) for _ in range(2))
    release(session, draft, one, "li", OFFICE, now())
    with pytest.raises(DraftRefused, match="已被处理"):
        release(session, draft, two, "chen", OFFICE, now())
    assert find_form(session, "/boards/race/2.json", "") is None


def test_every_step_is_in_the_trail(session: Session, race: Race) -> None:
    revised = revise(session, "li", opened(session, drafted(race)), OFFICE, reason="采纳异议")
    released(session, revised)
    trail = session.scalars(select(AuditLine).order_by(AuditLine.seq_no))
    lines = [line for line in trail if line.action.startswith(("draft", "edition"))]
    acts = [line.action for line in lines]
    assert acts == [
        "draft.make",
        "draft.open",
        "draft.make",
        "draft.revise",
        "edition.publish",
        "draft.release",
    ]
    assert json.loads(lines[-3].detail)["why"] == "采纳异议"
    assert list(broken_lines(session)) == []
