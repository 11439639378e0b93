"""The document of the format: it names every member, its example computes, and a stranger's program agrees with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import open_window
from leaderboard.boards.keys import key_list, rotate
from leaderboard.boards.models import Edition
from leaderboard.boards.package import canonical, check_file, digest, read_sealed, sealed
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.read import sealed_package
from leaderboard.boards.trust import handover_text
from leaderboard.instant import now
from leaderboard.office import Office
from scoring.result import LEFT_OUT_REASONS
from tests.boards.lives import corrected, drafted, released, reverse_starts
from tests.checking import CHECKER, described, independent, left_out, undescribed
from tests.factories import AS_OF, OFFICE, small_race
from tests.kept import kept
from tests.source import ROOT

pytestmark = pytest.mark.engines("sqlite")

PAGE = (ROOT / "docs" / "edition-format.md").read_text(encoding="utf-8")
SECOND = replace(OFFICE, seed=b"\x02" * 32)
Document = dict[str, Any]


def block(name: str) -> list[str]:
    found = re.search(rf"```{name}\n(.*?)\n```", PAGE, re.DOTALL)
    assert found is not None
    return found[1].split("\n")


def test_the_example_computes() -> None:
    (written,) = block("canonical")
    document = json.loads(written)
    assert canonical(document) == written.encode()
    assert block("seal") == [digest(document), OFFICE.sign(digest(document)), OFFICE.public_key]
    [witnessed] = block("witness")
    said = json.loads(witnessed)
    signature = said.pop("signature")
    assert witnessed.encode() == canonical({**said, "signature": signature})
    assert signature == OFFICE.sign(f"saima-witness/1 {digest(said)}")
    assert said["public_key"] == OFFICE.public_key
    assert block("handover") == [SECOND.public_key, OFFICE.sign(handover_text(SECOND.public_key))]


@pytest.fixture
def editions(session: Session) -> list[Document]:
    """Sealed editions of a small race: the first, its correction, one that lay open, and one under another key."""
    kept(session, "sealed editions", lambda: _announce_four(session))
    announced = session.scalars(select(Edition).order_by(Edition.number))
    return [sealed_package(edition, OFFICE.public_key) for edition in announced]


def _announce_four(session: Session) -> None:
    race = small_race(session)
    race.project("liuxi", code="late", started=date(2026, 12, 1))
    first = race.publish()
    reverse_starts(race)
    corrected(race, first)
    window = open_window(session, "li", drafted(race), days=3, contact="招商局", zone=OFFICE.zone)
    released(session, window, now() + 40 * 86_400_000)
    rotate(session, "li", OFFICE, SECOND.public_key)
    announce(session, compose(session, race.season, Due(AS_OF, now(), now()), SECOND), "li")


def test_every_member_is_described(editions: list[Document]) -> None:
    assert [undescribed(edition) for edition in editions] == [set()] * 4
    assert set(LEFT_OUT_REASONS) <= described("edition-format.md")
    assert {"corrects", "windows"} <= editions[1]["package"].keys() | editions[2]["package"].keys()
    assert undescribed({**editions[0], "more": 1}) == {"more"}


def test_every_fact_the_rules_look_at_is_counted_or_left_out_with_a_reason(editions: list[Document]) -> None:
    """Five signed, three registered, two started in time and one after the cut-off, which lands by starting."""
    package = editions[0]["package"]
    told = {
        (line["key"], ref): "counted" if name == "counted" else told
        for standing in package["result"]["standings"]
        for line in standing["indicators"]
        for part in line["parts"]
        for name in ("counted", "left_out")
        for rows in part["numerator"][name].values()
        for ref, _fact, told in rows
    }
    codes = ["race-1", "race-2", "race-3", "race-4", "late"]
    assert sorted(project["code"] for project in package["facts"]["projects"]) == sorted(codes)
    assert {key: told["signing", key] for key in codes} == dict.fromkeys(codes, "counted")
    assert [told["groundbreaking", key] for key in codes] == [
        "counted",
        "not_reached",
        "counted",
        "not_reached",
        "after_cut_off",
    ]
    assert [told["landing", key] for key in codes] == ["counted"] * 3 + ["not_reached", "after_cut_off"]
    assert all(reason in LEFT_OUT_REASONS for _ref, _fact, reason in left_out(package))


@pytest.fixture
def files(editions: list[Document], tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{edition['package']['number']}.package.json" for edition in editions]
    for path, edition in zip(paths, editions, strict=True):
        path.write_bytes(canonical(edition))
    return paths


def test_a_program_that_shares_no_code_agrees(session: Session, files: list[Path], tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(key_list(session, SECOND).document()), encoding="utf-8")
    for known in (OFFICE, SECOND):
        status, said = independent("--key", known.public_key, "--keys", keys, files=files)
        assert (status, said.count("相符")) == (0, 4), said
    status, said = independent("--key", OFFICE.public_key, files=files)
    assert (status, said.count("不是由所给密钥的机构签发")) == (1, 1)
    status, said = independent(files=files[::-1])
    assert status == 0, said


def forged(package: Document) -> bytes:
    """Signed anew by someone who has the key, so that only the figures can tell."""
    hash_ = digest(package)
    return canonical(sealed(package, OFFICE.sign(hash_), OFFICE.public_key))


def raise_a_score(package: Document) -> None:
    package["result"]["standings"][1]["score"] = "99"


def swap_places(package: Document) -> None:
    one, two = package["result"]["standings"][:2]
    one["place"], two["place"] = two["place"], one["place"]


def add_to_a_count(package: Document) -> None:
    package["result"]["standings"][0]["indicators"][0]["parts"][0]["numerator"]["value"] = "7"


def drop_a_counted_fact(package: Document) -> None:
    package["result"]["standings"][0]["indicators"][0]["parts"][0]["numerator"]["counted"]["project"].pop()


def raise_a_rate(package: Document) -> None:
    package["result"]["standings"][0]["indicators"][0]["parts"][0]["rate"] = "1"


def lower_a_place(package: Document) -> None:
    """Nobody is put before anybody else by it, and still there are not so many before."""
    package["result"]["standings"][1]["place"] = "24"


def empty_what_is_counted(package: Document) -> None:
    package["result"]["standings"][0]["indicators"][0]["parts"][0]["numerator"]["counted"] = {}


def change_a_headline(package: Document) -> None:
    package["result"]["headlines"][0]["numerator"] = "1"


def swap_points(package: Document) -> None:
    """The score stays the same sum."""
    one, _two, three = package["result"]["standings"][0]["indicators"][:3]
    assert one["points"] != three["points"]
    one["points"], three["points"] = three["points"], one["points"]


def claim_a_score_that_takes_hours_to_work_out(package: Document) -> None:
    package["result"]["standings"][0]["score"] = "1e99999999"


TOUCHES = [
    raise_a_score,
    swap_places,
    add_to_a_count,
    drop_a_counted_fact,
    raise_a_rate,
    lower_a_place,
    empty_what_is_counted,
    change_a_headline,
    swap_points,
    claim_a_score_that_takes_hours_to_work_out,
]


@pytest.mark.parametrize("touch", TOUCHES)
def test_figures_that_do_not_add_up_are_found_even_under_a_good_signature(
    files: list[Path], touch: Callable[[Document], None]
) -> None:
    package = json.loads(files[0].read_bytes())["package"]
    touch(package)
    files[0].write_bytes(forged(package))
    assert independent(files=files[:1])[0] == 1
    assert not all(finding.holds for finding in check_file(read_sealed(files[0].read_bytes())))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"as_of":"2026-10-31"', b'"as_of":"2026-10-30"', "哈希与内容不符"),
        (b'"hash":"', b'"hash": "', "不是规范写法"),
        (b'"signature":"', b'"signature":"00', "签名无效"),
        (b'{"hash"', b'["hash"', "读不出来"),
    ],
)
def test_a_touched_file_is_found(files: list[Path], old: bytes, new: bytes, words: str) -> None:
    files[0].write_bytes(files[0].read_bytes().replace(old, new, 1))
    status, said = independent(files=files[:1])
    assert (status, words in said) == (1, True)


@pytest.mark.parametrize("name", ["public_key", "signature"])
def test_digits_written_in_another_way_are_another_file(files: list[Path], name: str) -> None:
    sealed = json.loads(files[0].read_bytes())
    for written in (sealed[name].upper(), sealed[name] + " "):
        files[0].write_bytes(canonical(sealed | {name: written}))
        status, said = independent(files=files[:1])
        assert (status, "签名无效" in said) == (1, True)
        assert not all(finding.holds for finding in check_file(read_sealed(files[0].read_bytes())))


def test_a_broken_chain_is_found(files: list[Path]) -> None:
    package = json.loads(files[1].read_bytes())["package"]
    files[1].write_bytes(forged(package | {"previous_hash": "0" * 64}))
    status, said = independent(files=files[:2])
    assert (status, "race 第 2 期没有接在上一期之后" in said) == (1, True)


def test_a_gap_is_told_and_fails_until_the_withdrawn_edition_is_told_of(
    files: list[Path], tmp_path: Path
) -> None:
    """What the address of a withdrawn edition answers stands for it; alone it proves nothing."""
    status, said = independent(files=[files[0], files[2]])
    assert (status, "race 第 3 期之前缺了期次" in said) == (1, True)
    assert independent(files=files[1:])[0] == 0
    middle = json.loads(files[1].read_bytes())
    told = {name: middle["package"][name] for name in ("season", "number", "previous_hash")}
    gone = tmp_path / "gone.json"
    gone.write_text(json.dumps(told | {"hash": middle["hash"], "state": "withdrawn", "reason": "误用"}))
    status, said = independent(files=[files[0], gone, files[2]])
    assert (status, "gone.json: 已撤回, 只有机构公布的哈希" in said) == (0, True)
    assert independent(files=[gone])[0] == 1
    gone.write_text(json.dumps(told | {"hash": "0" * 64, "state": "withdrawn"}))
    status, said = independent(files=[files[0], gone, files[2]])
    assert (status, "race 第 3 期没有接在上一期之后" in said) == (1, True)


def test_two_different_files_of_one_number_are_told(files: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    package = json.loads(files[2].read_bytes())["package"]
    other.write_bytes(forged(package | {"code_version": "0"}))
    status, said = independent(files=[*files, other])
    assert (status, "other.json: 同一期另有一份内容不同的文件" in said) == (1, True)
    assert independent(files=[*files, files[2]])[0] == 0


def test_what_is_not_there_or_no_edition_is_said_in_words(files: list[Path], tmp_path: Path) -> None:
    listed = tmp_path / "editions.json"
    listed.write_text('{"editions": []}')
    status, said = independent(files=[tmp_path / "none.json", listed, files[0]])
    assert (status, said.count("读不出来"), said.count("相符")) == (1, 2, 1)
    assert "none.json: 读不出来: [Errno 2]" in said
    assert "editions.json: 读不出来: 没有 'package'" in said
    assert independent("--keys", tmp_path / "none.json", files=files[:1])[0] == 2
    assert independent("--keys", files[0], files=files[:1])[0] == 0


def test_the_program_is_short_and_shares_nothing() -> None:
    source = CHECKER.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 150
    assert not re.search(r"^(from|import) (leaderboard|scoring|config)", source, re.MULTILINE)


def test_an_office_is_known_by_its_seed() -> None:
    """The example's key is that of RFC 8032's algorithm for the secret it names, whoever computes it."""
    assert Office("", "UTC", "", bytes([1]) * 32).public_key == block("seal")[2]
