"""Every number of a public board is a link to what it is made of, and what is found there adds up to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import urldefrag, urljoin
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy.orm import Session

from leaderboard.ledger import unit_facts
from tests.factories import FOUR_RATES, VERIFIED, Race, race_of, start_race
from tests.kept import kept
from tests.visiting import Visit, Visited

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")

DIGIT = re.compile(r"\d")
BONUS: dict[str, Any] = {"key": "praise", "name": "通报表扬", "kind": "bonus", "each": "1", "ceiling": "5"}
MIXED: dict[str, Any] = {
    **FOUR_RATES,
    "indicators": [
        {
            **FOUR_RATES["indicators"][0],
            "measure": {"preset": "signing", "by": {"by": "mix", "count_share": "0.5"}},
        },
        *FOUR_RATES["indicators"][1:],
    ],
}


def two_divisions(session: Session) -> Race:
    """Towns: east and west; teams: north. Three projects; P-002 is half east's and half north's.

    Signed of targets: east 1.5/4, west 0/4, north 1.5/4. Landed of signed: east 1.5/1.5, north 0.5/1.5.
    Arrived of contracted, in 亿: east 0.5 of 1 + 0.5, north 1 of 0.5 + 2.
    """
    race = start_race(session)
    race.unit("east")
    race.unit("west")
    race.unit("north", division="teams")
    race.project("east", started=date(2026, 4, 1), registered=date(2026, 3, 5), arrived=50_000_000)
    race.project("east", "north", registered=date(2026, 3, 8))
    race.project("north", yuan=200_000_000, arrived=100_000_000)
    return race


@pytest.fixture
def race(session: Session) -> Race:
    kept(session, "west comes before east", lambda: _come_before(session))
    session.commit()
    return race_of(session, "race")


def _come_before(session: Session) -> None:
    race = two_divisions(session)
    race.scheme({**FOUR_RATES, "adjustments": [BONUS]})
    for reason in ("省政府通报表扬", "市政府通报表扬"):
        unit_facts.add_adjustment(
            session,
            VERIFIED,
            unit_id=race.units["east"].id,
            season_id=race.season.id,
            item="praise",
            occurred_on=date(2026, 6, 1),
            times=1,
            reason=reason,
        )
    race.publish()
    # West with one project, started, landed and paid in full: 7.5 + 25 + 20 + 25 puts it before east.
    race.project("west", started=date(2026, 6, 9), registered=date(2026, 6, 8), arrived=100_000_000)
    race.publish(date(2026, 11, 30))


def numbers(page: Visited) -> Iterator[Element]:
    """What holds a number on a board: the figures of the cards, the cells of the tables, the sentence on top."""
    for card in (card for cards in page.all("dl", class_="headlines") for card in cards.iter("dd")):
        yield from (part for part in card.iter() if part.tag == "b" or part.get("class") == "of")
    for table in page.all("table", class_="standings"):
        yield from table.iter("td")


def links(page: Visited, element: Element) -> list[str]:
    """The addresses of links that enclose an element or lie in it."""
    above = {child: parent for parent in page.tree.iter() for child in parent}
    found = [each.get("href") or "" for each in element.iter("a")]
    while element in above:
        element = above[element]
        found += [element.get("href") or ""] if element.tag == "a" else []
    return found


def targets(page: Visited, at: str) -> dict[str, set[str]]:
    """Page -> the anchors on it to which the numbers of this page lead; fails for a number that leads nowhere."""
    found: dict[str, set[str]] = {}
    for element in numbers(page):
        if not DIGIT.search(page.text(element)) or "total" in (element.get("class") or ""):
            continue
        addresses = links(page, element)
        assert addresses, f"{at}: {page.text(element)!r} does not open"
        for address in addresses:
            path, anchor = urldefrag(urljoin(at, address))
            assert anchor, f"{at}: {page.text(element)!r} opens a page and not the place on it"
            found.setdefault(path, set()).add(anchor)
    return found


def rows(page: Visited, anchor: str) -> tuple[list[list[str]], list[str]]:
    """The cells of the table around an anchored total, and those of the total itself."""
    for table in page.all("table"):
        total = next((row for row in table.iter("tr") if row.get("id") == anchor), None)
        if total is not None:
            body = [[page.text(cell) for cell in row] for row in next(table.iter("tbody"))]
            return body, [page.text(cell) for cell in total]
    raise AssertionError(f"no total {anchor}")


def added(addends: list[str]) -> tuple[Fraction, Fraction]:
    """The sums of numerators and of denominators written as 1.5/4."""
    pairs = [addend.split("/") for addend in addends]
    return sum((Fraction(up) for up, _ in pairs), Fraction(0)), sum(
        (Fraction(low) for _, low in pairs), Fraction(0)
    )


@pytest.mark.parametrize("lang", ["", "?lang=en"])
def test_every_number_of_a_board_opens(race: Race, visit: Visit, lang: str) -> None:
    wanted = targets(visit(f"/boards/race/{lang}"), "/boards/race/")
    assert {path.partition("?")[0] for path in wanted} == {
        *(f"/boards/race/2/units/{key}/" for key in ("east", "west", "north")),
        *(f"/boards/race/2/by/{indicator['key']}/" for indicator in FOUR_RATES["indicators"]),
    }
    for path, anchors in wanted.items():
        page = visit(path)
        ids = {element.get("id") for element in page.tree.iter()}
        assert anchors <= ids, f"{path} lacks {anchors - ids}"
    assert "adjustments" in wanted[f"/boards/race/2/units/east/{lang}"]
    assert "move" in wanted[f"/boards/race/2/units/west/{lang}"]


@pytest.mark.parametrize("indicator", ["signing", "arrival"])
def test_every_addend_of_a_total_opens(race: Race, visit: Visit, indicator: str) -> None:
    at = f"/boards/race/1/by/{indicator}/"
    page = visit(at)
    for table in page.all("table", class_="standings"):
        for cell in (cell for row in next(table.iter("tbody")) for cell in row if cell.tag == "td"):
            if DIGIT.search(page.text(cell)):
                (address,) = set(links(page, cell))
                path, anchor = urldefrag(urljoin(at, address))
                opened = visit(path)
                assert anchor in {element.get("id") for element in opened.tree.iter()}


def test_totals_are_the_sums_of_what_stands_above_them(race: Race, visit: Visit) -> None:
    """Money in 亿: towns 0.5/1.5, teams 1/2.5, together 1.5/4; 1.5/4 is 37.5 %. Three projects count as three."""
    page = visit("/boards/race/1/by/arrival/")
    towns, total = rows(page, "t-towns")
    assert [row[2] for row in towns] == ["0.5000/1.5000", "0.0000/0.0000"]
    assert total == ["", "全组合计", "0.5000/1.5000", "33.3%"]
    body = [[page.text(cell) for cell in row] for row in next(page.all("table")[-1].iter("tbody"))]
    assert body == [["towns组", "0.5000/1.5000", "33.3%"], ["teams组", "1.0000/2.5000", "40.0%"]]
    assert added([row[1] for row in body]) == (Fraction("1.5"), Fraction(4))
    foot = next(page.all("table")[-1].iter("tfoot"))
    assert [page.text(cell) for row in foot for cell in row] == ["全部合计", "1.5000/4.0000", "37.5%"]
    signing = visit("/boards/race/1/by/signing/")
    towns, total = rows(signing, "t-towns")
    assert added([row[2] for row in towns]) == (Fraction("1.5"), Fraction(8))
    assert total[2] == "1.5/8"
    assert "只算一次" in signing.text()
    assert "3 个 · 4 亿元" in visit("/boards/race/1/").text()


def test_the_facts_of_a_unit_add_up_to_its_number(race: Race, visit: Visit) -> None:
    """East: one project whole and one half is 1.5 signed; 5000 万 of 1.5 亿 arrived; two praises are +2.00."""
    page = visit("/boards/race/1/units/east/")
    sections = {
        next(element.get("id") for element in details.iter("p")): details
        for details in page.all("details", class_="opening")
        if any((element.get("id") or "").startswith("i-") for element in details.iter("p"))
    }
    tables = list(sections["i-signing"].iter("table"))
    facts = [[page.text(cell) for cell in row] for row in next(tables[0].iter("tbody"))]
    assert [(row[0], row[3]) for row in facts] == [("P-001", "1"), ("P-002", "0.5")]
    assert [page.text(cell) for row in next(tables[0].iter("tfoot")) for cell in row] == ["合计", "1.5"]
    arrived, contracted = list(sections["i-arrival"].iter("table"))[:2]
    assert [page.text(row[3]) for row in next(arrived.iter("tbody"))] == ["5000 万元"]
    assert [page.text(row[3]) for row in next(contracted.iter("tbody"))] == ["1 亿元", "5000 万元"]
    assert page.text(page.all("h3", id="adjustments")[0]) == "加减分 +2.00"


def test_a_mix_of_count_and_amount_is_added_up_part_by_part(session: Session, visit: Visit) -> None:
    """By count 1.5/8 + 1.5/4 = 3/12, by amount (targets 1 亿 each) 1.5/2 + 2.5/1 = 4/3: half each is 79.2 %."""
    from leaderboard.seasons import plan

    race = two_divisions(session)
    for unit in race.units.values():
        plan.set_target(
            session,
            "tester",
            race.season,
            unit,
            indicator="signing",
            by="amount",
            quantity=100_000_000,
            planned_at=race.season.planned_at,
        )
    race.scheme(MIXED)
    race.publish()
    session.commit()
    page = visit("/boards/race/1/by/signing/")
    towns, total = rows(page, "t-towns")
    assert [row[2:4] for row in towns] == [["1.5/4", "1.5000/1.0000"], ["0/4", "0.0000/1.0000"]]
    assert total[2:4] == ["1.5/8", "1.5000/2.0000"]
    foot = next(page.all("table")[-1].iter("tfoot"))
    assert [page.text(cell) for row in foot for cell in row] == ["全部合计", "3/12", "4.0000/3.0000", "79.2%"]
    assert targets(visit("/boards/race/1/"), "/boards/race/1/")
