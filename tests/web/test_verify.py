"""/verify: what is genuine is said to be, and what was touched, or signed by somebody else, is not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.boards.keys import rotate
from leaderboard.boards.package import digest, sealed
from leaderboard.db import Database
from leaderboard.office import Office
from leaderboard.web.verify import Rebuilt
from tests.factories import OFFICE
from tests.visiting import Visit
from tests.web.verifying import GENUINE, NOT_OURS, TOUCHED, as_bytes, failed, hand_in, sealed_second, verdict

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")

NOT_REBUILT = "没有重算：文件没有本站主办单位的有效签名。"
OTHER = Office("他县", "Asia/Shanghai", "http://other.example", b"\x02" * 32)


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application of the very office that the factories publish for."""
    app.extensions["saima_office"] = OFFICE
    return app


@pytest.fixture
def package(database: Database) -> dict[str, Any]:
    """The sealed second edition of a race of two."""
    return sealed_second(database)


def test_the_form_is_sound_in_both_languages_and_filled_from_the_address(
    visit: Visit, package: dict[str, Any]
):
    page = visit("/verify?season=race&number=2")
    assert page.all("input", name="number", value="2")
    english = visit("/verify?lang=en")
    words = english.text(english.all("main")[0]).replace("测试赛季", "")
    assert "Upload a sealed file" in words
    assert not re.search("[\u3400-\u9fff]", words)


def test_a_genuine_file_is_said_to_be(client: FlaskClient, package: dict[str, Any]):
    page = hand_in(client, as_bytes(package))
    assert (page.status, verdict(page), failed(page)) == (200, GENUINE, set())
    assert page.text().count("✓ ") == 8
    assert package["hash"] in page.text()
    assert page.all("a", href="/boards/race/2/")


def test_so_is_the_file_that_the_site_hands_out(client: FlaskClient, package: dict[str, Any]):
    assert verdict(hand_in(client, client.get("/boards/race/2.package.json").get_data())) == GENUINE


def test_an_edition_can_be_named_instead(client: FlaskClient, package: dict[str, Any]):
    for number in ("2", "２"):
        assert verdict(hand_in(client, season="race", number=number)) == GENUINE
    assert "第 1 期" in verdict(hand_in(client, season="race", number="1"))


def test_in_english_too(client: FlaskClient, package: dict[str, Any]):
    page = hand_in(client, as_bytes(package), lang="en")
    assert verdict(page) == "Genuine: this is edition 2 of “测试赛季” exactly as published here."
    assert page.text().count("✓ ") == 8


def swap_places(package: dict[str, Any]) -> None:
    package["package"]["result"]["standings"].reverse()


def raise_a_score(package: dict[str, Any]) -> None:
    package["package"]["result"]["standings"][0]["score"] = "99"


def drop_a_fact(package: dict[str, Any]) -> None:
    facts = package["package"]["facts"]
    name = next(name for name, found in facts.items() if isinstance(found, list) and found)
    facts[name].pop()


@pytest.mark.parametrize("touch", [swap_places, raise_a_score, drop_a_fact])
def test_a_file_that_was_touched_is_found_out(
    client: FlaskClient, package: dict[str, Any], touch: Callable[[dict[str, Any]], None]
):
    touch(package)
    page = hand_in(client, as_bytes(package))
    assert TOUCHED in verdict(page)
    assert failed(page) == {"哈希", "签名", "与本站公布一致"}
    assert NOT_REBUILT in page.text()


def test_mending_the_hash_does_not_mend_the_signature(client: FlaskClient, package: dict[str, Any]):
    raise_a_score(package)
    package["hash"] = digest(package["package"])
    page = hand_in(client, as_bytes(package))
    assert TOUCHED in verdict(page)
    assert failed(page) == {"签名", "与本站公布一致"}


def test_standings_that_do_not_follow_from_their_facts_are_found_out_even_under_our_own_signature(
    client: FlaskClient, package: dict[str, Any]
):
    raise_a_score(package)
    hash_ = digest(package["package"])
    page = hand_in(client, as_bytes(sealed(package["package"], OFFICE.sign(hash_), OFFICE.public_key)))
    assert TOUCHED in verdict(page)
    assert failed(page) == {"名次重算", "与本站公布一致"}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_this_office_did_not_sign_is_never_scored_again(
    client: FlaskClient, package: dict[str, Any], monkeypatch: pytest.MonkeyPatch, lang: str
):
    """Facts that a stranger made up may take hours to score; the page says that it left them."""

    def score(*_: object) -> None:
        raise AssertionError("a stranger's package was scored")

    monkeypatch.setattr("leaderboard.boards.package.score_race", score)
    unsigned = {**package, "signature": "0" * 128}
    claimed = sealed(package["package"], OTHER.sign(package["hash"]), OFFICE.public_key)
    foreign = sealed(package["package"], OTHER.sign(package["hash"]), OTHER.public_key)
    other_hash = {**package, "hash": "0" * 64}
    for document in (unsigned, claimed, foreign, other_hash):
        page = hand_in(client, as_bytes(document), lang=lang)
        words = {"zh": NOT_REBUILT, "en": "Not recalculated"}[lang]
        assert words in page.text()
        assert "leaderboard verify" in page.text()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ["hash", "signature", "public_key"])
def test_digits_in_capitals_are_not_the_way_a_file_is_written(
    client: FlaskClient, package: dict[str, Any], name: str
):
    package[name] = package[name].upper()
    assert "写法" in failed(hand_in(client, as_bytes(package)))


@pytest.mark.engines("sqlite")
def test_a_file_saved_anew_by_an_editor_is_told_from_the_one_handed_out(
    client: FlaskClient, package: dict[str, Any]
):
    for saved in (
        json.dumps(package).encode(),
        as_bytes(package) + b"\n",
        b"\xef\xbb\xbf" + as_bytes(package),
    ):
        page = hand_in(client, saved)
        assert (TOUCHED in verdict(page), failed(page)) == (True, {"写法"})


@pytest.mark.engines("sqlite")
def test_a_genuine_file_is_scored_once_however_often_it_is_handed_in(
    client: FlaskClient, package: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    scored: list[object] = []
    monkeypatch.setattr("leaderboard.web.verify.rebuilds", lambda file: scored.append(file) is None)
    monkeypatch.setattr("leaderboard.web.verify.rebuilt", Rebuilt(most=1))
    for _ in range(3):
        assert verdict(hand_in(client, as_bytes(package))) == GENUINE
    assert len(scored) == 1
    hand_in(client, season="race", number="1")
    hand_in(client, as_bytes(package))
    assert len(scored) == 3


def test_a_file_signed_with_a_former_key_of_the_office_is_still_ours(
    client: FlaskClient, app: Flask, database: Database, package: dict[str, Any]
):
    renewed = replace(OFFICE, seed=b"\x03" * 32)
    with database.session() as session:
        rotate(session, "li", OFFICE, renewed.public_key)
        session.commit()
    app.extensions["saima_office"] = renewed
    assert verdict(hand_in(client, as_bytes(package))) == GENUINE
    never = sealed(package["package"], OTHER.sign(package["hash"]), OTHER.public_key)
    assert failed(hand_in(client, as_bytes(never))) == {"签名机构"}


def test_a_board_signed_by_someone_else_is_not_ours(client: FlaskClient, package: dict[str, Any]):
    forged = sealed(package["package"], OTHER.sign(package["hash"]), OTHER.public_key)
    page = hand_in(client, as_bytes(forged))
    assert (verdict(page), failed(page)) == (NOT_OURS, {"签名机构"})


def test_a_board_signed_here_but_never_published_is_not_said_to_be(
    client: FlaskClient, package: dict[str, Any]
):
    """Even our own key does not make a fourth edition out of nothing."""
    package["package"]["number"] = 4
    hash_ = digest(package["package"])
    page = hand_in(client, as_bytes(sealed(package["package"], OFFICE.sign(hash_), OFFICE.public_key)))
    assert (verdict(page), failed(page)) == (NOT_OURS, {"与本站公布一致", "链接上一期"})


def test_a_broken_chain_is_named(client: FlaskClient, package: dict[str, Any]):
    package["package"]["previous_hash"] = "0" * 64
    hash_ = digest(package["package"])
    page = hand_in(client, as_bytes(sealed(package["package"], OFFICE.sign(hash_), OFFICE.public_key)))
    assert failed(page) == {"与本站公布一致", "链接上一期"}
