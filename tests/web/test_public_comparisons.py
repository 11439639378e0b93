"""The graph of all editions and the comparisons of two units or two editions: what they show, and what they say."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards import course
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import Edition
from tests.boards.lives import corrected, reverse_starts
from tests.factories import Race, small_race, start_race
from tests.visiting import Visit
from tests.web.public_boards import body, said, two_editions

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def race(session: Session) -> Race:
    return two_editions(session)


def test_the_graph_is_a_table_too(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/graph/")
    assert said(page) == "第 1 期至第 2 期，共 2 期，截至 2026-11-30。"
    assert body(page) == [["南岸街道", "1", "3"], ["柳溪镇", "2", "1"], ["青石镇", "3", "2"]]
    assert [page.text(name) for name in page.all("li") if name.get("data-unit")] == [
        "1 南岸街道", "2 柳溪镇", "3 青石镇",
    ]  # fmt: skip
    scores = visit("/boards/race/graph/?what=score")
    assert body(scores)[0] == ["南岸街道", "95.97", "3.75"]
    assert body(visit("/boards/race/graph/?what=signing&lang=en"))[0][1:] == ["112.5%", "12.5%"]


def test_editions_of_one_day_all_stand_and_a_correction_stands_where_what_it_corrects_stood(
    race: Race, session: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = session.scalars(select(Edition).where(Edition.number == 2)).one()
    race.publish(second.as_of)
    reverse_starts(race)
    corrected(race, second)
    session.commit()
    page = visit("/boards/race/graph/")
    assert said(page) == "第 1 期至第 4 期，共 3 期，截至 2026-11-30。"
    heads = [page.text(head) for head in page.all("th", class_="number")]
    assert heads == ["第 3 期11-30", "第 4 期11-30", "第 1 期10-31"]
    assert "第 2 期已由第 4 期更正，图中为更正后的数" in page.text()
    monkeypatch.setattr(course, "MOST_COLUMNS", 2)
    monkeypatch.setattr(course, "MOST_ON_PAPER", 1)
    narrow = visit("/boards/race/graph/")
    assert [len(row) for row in body(narrow)] == [3, 3, 3]
    assert "线画出全部 3 期；表列最近 2 期。" in narrow.text()
    assert [narrow.text(head) for head in narrow.all("th", class_="old")] == ["第 4 期11-30"]
    assert "纸上的表只列最近 1 期" in narrow.text()


def test_a_unit_stands_out_by_address_and_is_let_go_by_the_same_link(race: Race, visit: Visit) -> None:
    page = visit("/boards/race/graph/?what=score&units=liuxi,nobody")
    (chosen,) = [link for link in page.all("a") if link.get("aria-current") == "true"]
    assert page.text(chosen) == "柳溪镇"
    assert chosen.get("href") == "/boards/race/graph/?what=score&units=nobody#d-towns"
    assert [page.text(name) for name in page.all("li", class_="mark")] == ["53.75 柳溪镇"]


def test_corrected_and_withdrawn_editions_are_told_and_not_drawn(session: Session, visit: Visit) -> None:
    race = small_race(session)
    first = race.publish()
    reverse_starts(race)
    corrected(race, first)
    withdraw(session, "li", race.publish(date(2026, 11, 30)), reason="数据来源有误")
    session.commit()
    page = visit("/boards/race/graph/")
    assert "第 2 期是第一期；从第二期起，这里画出走势。" in page.text()
    assert "第 3 期已撤回，图中没有：数据来源有误" in page.text()
    assert "第 1 期已由第 2 期更正，图中为更正后的数" in page.text()
    compared = visit("/boards/race/compare/?from=1&to=3")
    assert said(compared, "notice") == "第 3 期已撤回，不能比较：数据来源有误"
    assert "第 1 期已由第 2 期更正" in visit("/boards/race/compare/?from=1&to=2").text()
    assert visit("/boards/race/3/compare/", status=410).status == 410


def test_two_units_differ_by_what_their_indicators_differ(race: Race, visit: Visit) -> None:
    """柳溪 15 + 12.5 + 20 + 6.25, 青石 11.25 + 16.67 + 13.33 + 0: +3.75 −4.17 +6.67 +6.25 is +12.50."""
    page = visit("/boards/race/1/compare/?a=liuxi&b=qingshi")
    assert said(page) == "柳溪镇比青石镇高 12.50 分。"
    assert [row[-1] for row in body(page)] == ["", "+3.75", "−4.17", "+6.67", "+6.25"]
    assert body(page)[1] == ["签约率", "50.0% 2/4 15.00 分", "37.5% 1.5/4 11.25 分", "+3.75"]
    assert said(visit("/boards/race/1/compare/?a=qingshi&b=liuxi&lang=en")).endswith("points behind 柳溪镇.")


def test_two_editions_say_who_moved_and_why(race: Race, visit: Visit) -> None:
    """南岸 gained 95.97 − 3.75: its signing from 3.75 to 33.75 gave most of it."""
    page = visit("/boards/race/compare/?from=2&to=1")
    rows = body(page)
    assert [row[:3] for row in rows] == [
        ["南岸街道", "3 → 1", "↑ 升 2"],
        ["柳溪镇", "1 → 2", "↓ 降 1"],
        ["青石镇", "2 → 3", "↓ 降 1"],
    ]
    assert rows[0][3:6] == ["3.75 → 95.97", "+92.22", "+30.00"]
    assert rows[0][-1] == "签约率多得 30.00 分"
    assert rows[1][-1] == "别的单位进步更快"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("1/compare/?a=liuxi&b=liuxi", "两边是同一家单位"),
        ("1/compare/?a=liuxi&b=nobody", "没有所选的单位"),
        ("1/compare/?a=nobody", "没有所选的单位"),
        ("1/compare/?a=liuxi", "还没有选“单位二”，请再选一家。"),
        ("1/compare/?b=liuxi", "还没有选“单位一”，请再选一家。"),
        ("1/compare/", "选两家单位，看每一项"),
        ("compare/?from=1&to=1", "两边是同一期"),
        ("compare/?from=1&to=9", "没有所选的期号"),
        ("compare/?from=1&to=x", "没有所选的期号"),
        ("compare/?from=1&to=²", "没有所选的期号"),
        ("compare/?from=1", "还没有选“到”哪一期"),
        ("compare/?to=2", "还没有选“从”哪一期"),
        ("compare/?to=9", "没有所选的期号"),
        ("compare/", "选两期，看谁升谁降"),
    ],
)
def test_what_cannot_be_compared_is_said_in_words(race: Race, visit: Visit, path: str, words: str) -> None:
    assert words in visit(f"/boards/race/{path}").text()


def test_with_one_edition_of_one_unit_there_is_nothing_to_compare(session: Session, visit: Visit) -> None:
    race = start_race(session)
    race.unit("east")
    race.scheme()
    race.publish()
    session.commit()
    for asked in ("", "?from=1"):
        page = visit(f"/boards/race/compare/{asked}")
        assert said(page) == "能看的只有第 1 期，还没有另一期可以比较；下一期发布后再来看。"
        assert page.all("form", class_="compare") == []
    for asked in ("", "?b=east"):
        page = visit(f"/boards/race/1/compare/{asked}")
        assert said(page) == "这一期榜单上只有一家单位，没有另一家可以比较。"
        assert page.all("form", class_="compare") == []


def test_before_the_first_edition_there_is_nothing_to_draw(session: Session, visit: Visit) -> None:
    small_race(session)
    session.commit()
    for path in ("graph/", "compare/"):
        assert "首期榜单尚未发布。" in visit(f"/boards/race/{path}").text()
