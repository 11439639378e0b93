"""The QR code: what it leads to, and what a reader of it is told."""

from __future__ import annotations

import re

import pytest
import segno
from sqlalchemy.orm import Session

from leaderboard.boards.correct import withdraw
from leaderboard.boards.read import find_form
from leaderboard.db import Database
from leaderboard.qr import check_address, is_code_of, qr_code
from tests.factories import OFFICE, small_race
from tests.visiting import Visit

HASH = "7f3a9c21" + "0" * 56
ADDRESS = "http://saima.example/verify?season=race&number=1&hash=7f3a9c21"


def test_it_leads_to_the_check_of_this_edition() -> None:
    board = {"season": "race", "number": 1, "hash": HASH}
    assert check_address(OFFICE.public_url, board) == ADDRESS


def test_it_is_drawn_dark_on_light_with_a_quiet_zone_of_four_modules() -> None:
    code = qr_code(ADDRESS)
    side = segno.make_qr(ADDRESS, error="l").symbol_size(border=0)[0]
    assert f'viewBox="0 0 {side + 8} {side + 8}"' in code
    assert ('fill="#fff"' in code, 'stroke="#000"' in code, "style=" in code) == (True, True, False)


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ("7f3a9c21", True),
        ("7F3A·9C21", True),
        (HASH, True),
        ("7f3a9c2", False),
        ("7f3a9c22", False),
        ("", False),
        ("7f3a9c21'--", False),
    ],
)
def test_a_code_fits_the_hash_it_begins(given: str, fits: bool) -> None:
    assert is_code_of(HASH, given) is fits


@pytest.mark.engines("sqlite")
def test_every_board_page_carries_the_code_of_its_edition(session: Session) -> None:
    edition = small_race(session).publish()
    address = f"http://saima.example/verify?season=race&number=1&hash={edition.hash[:8]}"
    drawn = re.findall(r' d="([^"]+)"', qr_code(address))[-1]
    for path in ("/boards/race/1/", "/boards/race/1/by/signing/"):
        for lang in ("zh", "en"):
            form = find_form(session, path, lang)
            assert form is not None
            assert form.identity.decode().count(drawn) == 1


@pytest.mark.engines("sqlite")
def test_who_scans_it_is_told_whether_it_is_the_editions_own(visit: Visit, database: Database) -> None:
    with database.session() as session:
        race = small_race(session)
        codes = [race.publish().hash[:8], race.publish().hash[:8]]
        withdraw(session, "li", race.publish(), reason="有误")
        session.commit()
    fitting = visit(f"/verify?season=race&number=1&hash={codes[0]}")
    assert "核验码相符：本站公布的“测试赛季”第 1 期正是这个核验码。" in fitting.text()
    assert fitting.all("a", href="/boards/race/1/")
    for asked in (
        f"number=2&hash={codes[0]}",
        "number=1&hash=0",
        "number=9&hash=00000000",
        "number=x&hash=1",
    ):
        assert "核验码不符" in visit(f"/verify?season=race&{asked}").text()
    assert "核验码" not in visit("/verify?season=race&number=1").text()


@pytest.mark.engines("sqlite")
def test_a_withdrawn_edition_is_said_to_be(visit: Visit, database: Database) -> None:
    with database.session() as session:
        edition = small_race(session).publish()
        withdraw(session, "li", edition, reason="有误")
        session.commit()
    page = visit(f"/verify?season=race&number=1&hash={edition.hash}")
    assert "这一期已撤回，查看理由" in page.text()
