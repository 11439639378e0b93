"""Corrections and withdrawals: the next number, a public diff, and nothing that was said changed."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards import gather as gathering
from leaderboard.boards.again import recompose
from leaderboard.boards.correct import begin_correction, preview_correction, withdraw
from leaderboard.boards.drafts import DraftRefused, drop, open_window, revise
from leaderboard.boards.models import Edition, Notice, PublicForm
from leaderboard.boards.package import check_sealed, unpacked
from leaderboard.boards.read import (
    find_announced,
    find_edition,
    find_form,
    find_line,
    latest_edition,
    list_editions,
    past_places,
    sealed_package,
)
from leaderboard.ledger import record
from leaderboard.outbox.models import Message
from leaderboard.seasons.rename import rename_unit
from tests.boards.lives import corrected, released, reverse_starts
from tests.factories import OFFICE, VERIFIED, Race, small_race

OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 30)


@pytest.fixture
def race(session: Session) -> Race:
    return small_race(session)


def test_a_correction_is_the_next_number_and_the_corrected_one_stays(session: Session, race: Race) -> None:
    first = race.publish()
    stored = {form.path: form.identity for form in session.scalars(select(PublicForm))}
    reverse_starts(race)
    second = corrected(race, first)
    assert (second.number, second.previous_hash, second.due_at) == (2, first.hash, first.due_at)
    assert (first.state, second.state) == ("superseded", "published")
    notice = session.get_one(Notice, (first.id, "superseded"))
    assert (notice.successor_id, notice.reason) == (second.id, "青石镇一个项目开工误报")
    assert latest_edition(session, race.season.id) is second
    forms = session.scalars(select(PublicForm).where(PublicForm.edition_id == first.id))
    assert {form.path: form.identity for form in forms} == stored
    assert find_edition(session, "race", 1) is first
    assert list_editions(session, race.season.id) == [second]


def test_the_package_says_what_it_corrects_who_moved_and_why(session: Session, race: Race) -> None:
    first = race.publish()
    reverse_starts(race)
    second = corrected(race, first)
    told = unpacked(second.package)["corrects"]
    assert (told["number"], told["hash"], told["note"]) == (1, first.hash, "青石镇一个项目开工误报")
    diff = told["diff"]
    [moved] = diff["moved"]
    # 青石 had 30×(3/2)/4 + 25×1/(3/2) + 20×1/(3/2) = 11.25 + 16 2/3 + 13 1/3, and loses the middle one.
    assert (moved["unit"], moved["score_before"], moved["score_after"]) == ("qingshi", "165/4", "295/12")
    assert (moved["place_before"], moved["place_after"]) == (2, 2)
    assert {key: part["points"] for key, part in moved["why"].items()} == {"own": "-50/3"}
    [gone] = diff["facts"]["removed"]
    assert (gone["kind"], gone["what"], gone["project"], gone["occurred"]) == (
        "stage",
        "started",
        "race-3",
        "2026-06-01",
    )
    assert (diff["facts"]["added"], diff["rules"], diff["roster"]) == ([], False, {"joined": [], "left": []})
    sealed = sealed_package(second, OFFICE.public_key)
    assert all(finding.holds for finding in check_sealed(sealed, OFFICE.public_key))


def test_a_correction_moves_against_the_edition_before_the_corrected_one(
    session: Session, race: Race
) -> None:
    race.publish(as_of=date(2026, 9, 30))
    october = race.publish(as_of=OCTOBER)
    for number in range(3):
        race.project("nanan", code=f"late-{number}", started=date(2026, 7, 1), registered=date(2026, 7, 1))
    again = corrected(race, october, "补计三个项目")
    line = find_line(session, again.id, "nanan")
    assert line is not None
    # 南岸 had the third place in September; in October's first version too.
    assert (line["place"], line["previous_place"]) == (1, 3)


def test_the_latest_is_the_latest_due_even_when_an_older_one_is_corrected(
    session: Session, race: Race
) -> None:
    october, november = race.publish(as_of=OCTOBER, due_at=1_000), race.publish(as_of=NOVEMBER, due_at=2_000)
    reverse_starts(race)
    again = corrected(race, october)
    assert (again.number, again.previous_hash) == (3, november.hash)
    assert latest_edition(session, race.season.id) is november
    assert [e.number for e in list_editions(session, race.season.id)] == [2, 3]
    december = race.publish(due_at=3_000)
    assert (december.number, december.previous_hash) == (4, again.hash)


def test_places_over_time_show_the_correction_in_the_place_of_what_it_corrects(
    session: Session, race: Race
) -> None:
    october, november = race.publish(as_of=OCTOBER, due_at=1_000), race.publish(as_of=NOVEMBER, due_at=2_000)
    reverse_starts(race)
    again = corrected(race, october)
    numbers = {
        e: [p.number for p in past_places(session, race.season.id, "liuxi", until=e)]
        for e in (october, again, november)
    }
    assert numbers == {october: [1], again: [3], november: [3, 2]}
    assert [p.number for p in past_places(session, race.season.id, "liuxi")] == [3, 2]


def test_a_correction_of_a_correction(session: Session, race: Race) -> None:
    first = race.publish()
    reverse_starts(race)
    second = corrected(race, first)
    race.project("nanan", code="forgotten")
    third = corrected(race, second, "补计南岸一个项目")
    assert [e.state for e in (first, second, third)] == ["superseded", "superseded", "published"]
    assert unpacked(third.package)["corrects"]["number"] == 2
    assert latest_edition(session, race.season.id) is third


def test_what_cannot_be_corrected_is_refused(session: Session, race: Race) -> None:
    first = race.publish()
    with pytest.raises(DraftRefused, match="没有可更正之处"):
        begin_correction(session, "li", first, OFFICE, note="没有变化")
    reverse_starts(race)
    with pytest.raises(DraftRefused, match="对外说明"):
        begin_correction(session, "li", first, OFFICE, note=" ")
    draft = begin_correction(session, "li", first, OFFICE, note="误报")
    with pytest.raises(DraftRefused, match="还在办理中"):
        begin_correction(session, "li", first, OFFICE, note="误报")
    drop(session, "li", draft, reason="再核")
    corrected(race, first)
    with pytest.raises(DraftRefused, match="不能再更正"):
        begin_correction(session, "li", first, OFFICE, note="误报")


def test_a_correction_tells_nothing_that_occurred_after_its_cut_off(session: Session, race: Race) -> None:
    """Whoever had October's and November's facts in hand could score a board that still lies in its window."""
    race.project("liuxi", code="known-then", signed=date(2026, 10, 5))
    first = race.publish(as_of=date(2026, 9, 30))
    assert "known-then" in str(unpacked(first.package))
    race.project("liuxi", code="later", signed=date(2026, 11, 2), started=date(2026, 11, 3))
    assert not preview_correction(session, first).changes
    with pytest.raises(DraftRefused, match="没有可更正之处"):
        begin_correction(session, "li", first, OFFICE, note="没有变化")
    race.project("nanan", code="forgotten", signed=date(2026, 5, 1))
    second = corrected(race, first, "补计南岸一个项目")
    package = unpacked(second.package)
    assert "later" not in str(package["facts"]) + str(package["result"]) + str(package["corrects"])
    assert "known-then" not in str(package["facts"])
    diff = package["corrects"]["diff"]
    assert ({line["project"] for line in diff["facts"]["added"]}, diff["facts"]["removed"]) == (
        {"forgotten"},
        [],
    )
    assert recompose(session, second) == package
    sealed = sealed_package(second, OFFICE.public_key)
    assert all(finding.holds for finding in check_sealed(sealed, OFFICE.public_key))


def test_a_correction_of_an_earlier_version_composes_again_with_what_it_told(
    session: Session, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = race.publish(as_of=date(2026, 9, 30))
    race.project("liuxi", code="later", signed=date(2026, 11, 2))
    reverse_starts(race)
    with monkeypatch.context() as earlier:
        earlier.setattr(gathering, "occurred_by", lambda facts, _as_of: facts)
        second = corrected(race, first)
    assert "later" in str(unpacked(second.package)["facts"])
    assert recompose(session, second) == unpacked(second.package)


def test_what_counts_nothing_is_no_part_of_the_difference(session: Session, race: Race) -> None:
    first = race.publish()
    project = race.project("nanan", code="counting", signed=date(2026, 5, 1))
    # None of the four rates asks for it.
    record.add_stage_event(session, VERIFIED, project, stage="talks", occurred_on=date(2026, 4, 2))
    added = preview_correction(session, first).diff["facts"]["added"]
    assert {(line["project"], line["kind"], line["what"]) for line in added} == {
        ("counting", "stage", "signed"),
        ("counting", "credit", None),
    }


def test_a_correction_of_a_name_alone_says_which(session: Session, race: Race) -> None:
    first = race.publish()
    rename_unit(session, "li", race.units["qingshi"], name="青石街道", reason="撤镇设街道")
    found = preview_correction(session, first)
    assert (found.changes, found.diff["moved"]) == (True, [])
    assert found.diff["names"] == [
        {"kind": "unit", "key": "qingshi", "before": "青石镇", "after": "青石街道"}
    ]


def test_the_effect_is_seen_before_anything_is_kept(session: Session, race: Race) -> None:
    first = race.publish()
    assert preview_correction(session, first).diff["moved"] == []
    reverse_starts(race)
    assert [line["unit"] for line in preview_correction(session, first).diff["moved"]] == ["qingshi"]


def test_the_way_on_is_told_where_nothing_can_be_corrected_any_more(session: Session, race: Race) -> None:
    first = race.publish()
    reverse_starts(race)
    second = corrected(race, first)
    with pytest.raises(DraftRefused, match="请更正现在公布的第 2 期"):
        begin_correction(session, "li", first, OFFICE, note="误报")
    withdraw(session, "chen", second, reason="含不应公开的内容")
    for edition in (first, second):
        with pytest.raises(DraftRefused, match=r"第 2 期已撤回.*由下一期计入"):
            begin_correction(session, "li", edition, OFFICE, note="误报")


def test_a_correction_of_what_was_withdrawn_meanwhile_is_stuck(session: Session, race: Race) -> None:
    first = race.publish()
    reverse_starts(race)
    draft = begin_correction(session, "li", first, OFFICE, note="误报")
    withdraw(session, "chen", first, reason="含不应公开的内容")
    with pytest.raises(DraftRefused, match="第 1 期已被更正或撤回"):
        released(session, draft)
    with pytest.raises(DraftRefused, match="已不能发布; 请将它作废"):
        open_window(session, "li", draft, days=3, contact="招商局", zone=OFFICE.zone)
    with pytest.raises(DraftRefused, match="已不能发布; 请将它作废"):
        revise(session, "li", draft, OFFICE, reason="再算一遍")
    assert draft.state == "draft"


def test_a_withdrawn_edition_is_told_of_and_no_longer_read(session: Session, race: Race) -> None:
    first, second = race.publish(), race.publish()
    with pytest.raises(DraftRefused, match="理由"):
        withdraw(session, "li", second, reason="")
    withdraw(session, "li", second, reason="数据来源有误")
    assert find_edition(session, "race", 2) is None
    assert find_form(session, "/boards/race/2.json", "") is None
    told = find_announced(session, "race", 2)
    assert told is not None
    assert (told.state, told.hash) == ("withdrawn", second.hash)
    assert latest_edition(session, race.season.id) is first
    with pytest.raises(DraftRefused, match="已被更正或撤回"):
        withdraw(session, "li", second, reason="再撤")
    third = race.publish()
    assert (third.number, third.previous_hash) == (3, second.hash)


def test_nothing_stored_of_an_edition_changes_but_its_state(session: Session, race: Race) -> None:
    edition = race.publish()
    columns = [c.key for c in Edition.__mapper__.columns]
    before = {name: getattr(edition, name) for name in columns}
    withdraw(session, "li", edition, reason="数据来源有误")
    session.expire_all()
    after = {name: getattr(edition, name) for name in columns}
    assert {name for name in columns if before[name] != after[name]} == {"state"}


def test_what_became_of_editions_is_posted(session: Session, race: Race) -> None:
    first = race.publish()
    reverse_starts(race)
    second = corrected(race, first)
    withdraw(session, "li", second, reason="数据来源有误")
    posted = [(m.kind, m.subject) for m in session.scalars(select(Message).order_by(Message.seq_no))]
    assert posted == [
        ("edition.published", "race/1"),
        ("edition.published", "race/2"),
        ("edition.superseded", "race/1"),
        ("edition.withdrawn", "race/2"),
    ]
    body = session.scalars(select(Message.body).where(Message.kind == "edition.superseded")).one()
    assert json.loads(body)["successor"] == 2
