"""The office's keys: the first is registered, later ones are handed over, and trust follows the handovers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.boards.check import check_database
from leaderboard.boards.keys import KeyRefused, key_list, list_keys, rotate
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.trust import KeyList, ListedKey, handover_text, list_text, read_keys, trusts
from leaderboard.instant import now
from leaderboard.office import Office
from tests.factories import AS_OF, OFFICE, small_race

SECOND, THIRD, STRANGER = (replace(OFFICE, seed=bytes([n]) * 32) for n in (2, 3, 9))


def listed(*offices: Office) -> KeyList:
    """The keys of these offices, each handed over by the one before, signed by the last."""
    keys = [ListedKey(offices[0].public_key, "2026-01-01T00:00:00+08:00", None)]
    for former, new in pairwise(offices):
        handover = former.sign(handover_text(new.public_key))
        keys.append(ListedKey(new.public_key, "2026-02-01T00:00:00+08:00", handover))
    return KeyList(tuple(keys), offices[-1].sign(list_text(keys)))


def test_who_knows_a_key_trusts_the_later_ones_it_was_handed_to() -> None:
    keys = listed(OFFICE, SECOND, THIRD)
    assert trusts(OFFICE.public_key, THIRD.public_key, keys)
    assert trusts(SECOND.public_key, THIRD.public_key, keys)
    assert not trusts(OFFICE.public_key, THIRD.public_key)
    assert not trusts(OFFICE.public_key, STRANGER.public_key, keys)
    assert not trusts(STRANGER.public_key, OFFICE.public_key, keys)


def test_a_broken_handover_leads_no_further() -> None:
    keys = listed(OFFICE, SECOND, THIRD)
    forged = replace(keys.keys[1], handover=STRANGER.sign(handover_text(SECOND.public_key)))
    broken = replace(keys, keys=(keys.keys[0], forged, keys.keys[2]))
    assert not trusts(OFFICE.public_key, SECOND.public_key, broken)
    assert not trusts(OFFICE.public_key, THIRD.public_key, broken)
    assert trusts(SECOND.public_key, THIRD.public_key, broken)


def test_an_earlier_key_is_trusted_only_on_a_list_that_the_newest_has_signed() -> None:
    """Anybody can sign the office's key with one of their own; that makes them no predecessor."""
    keys = listed(OFFICE, SECOND, THIRD)
    assert trusts(THIRD.public_key, OFFICE.public_key, keys)
    assert trusts(SECOND.public_key, OFFICE.public_key, keys)
    claimed = listed(STRANGER, THIRD)
    usurped = replace(claimed, signature=STRANGER.sign(list_text(claimed.keys)))
    assert not trusts(THIRD.public_key, STRANGER.public_key, usurped)
    dated = (replace(keys.keys[0], since="2025-01-01T00:00:00+08:00"), *keys.keys[1:])
    assert not trusts(THIRD.public_key, OFFICE.public_key, replace(keys, keys=dated))


def test_a_list_is_read_as_it_is_written() -> None:
    keys = listed(OFFICE, SECOND)
    assert read_keys(keys.document()) == keys
    for wrong in (None, [], {}, {"format": "saima-keys/1"}, {**keys.document(), "keys": [{}]}):
        with pytest.raises(ValueError, match="公钥清单"):
            read_keys(wrong)


def test_the_first_publication_registers_the_key_and_a_rotation_hands_over(session: Session) -> None:
    race = small_race(session)
    assert list_keys(session) == []
    race.publish()
    rotate(session, "li", OFFICE, SECOND.public_key)
    due = Due(AS_OF, now(), now())
    with pytest.raises(KeyRefused, match="key-rotate"):
        announce(session, compose(session, race.season, due, OFFICE), "li")
    session.rollback()
    race = small_race(session)
    race.publish()
    rotate(session, "li", OFFICE, SECOND.public_key)
    second = announce(session, compose(session, race.season, Due(AS_OF, now(), now()), SECOND), "li")
    assert second.public_key == SECOND.public_key
    keys = key_list(session, SECOND)
    assert [key.public_key for key in keys.keys] == [OFFICE.public_key, SECOND.public_key]
    assert trusts(OFFICE.public_key, SECOND.public_key, keys)
    assert trusts(SECOND.public_key, OFFICE.public_key, keys)
    session.flush()
    assert list(map(str, check_database(session))) == []


def test_a_key_that_was_never_handed_over_signs_nothing(session: Session) -> None:
    race = small_race(session)
    race.publish()
    with pytest.raises(KeyRefused):
        announce(session, compose(session, race.season, Due(AS_OF, now(), now()), STRANGER), "li")
    with pytest.raises(KeyRefused, match="不是登记的现用密钥"):
        rotate(session, "li", STRANGER, SECOND.public_key)
    with pytest.raises(KeyRefused, match="相同"):
        rotate(session, "li", OFFICE, OFFICE.public_key)


def test_a_running_office_takes_up_the_seed_that_was_put_in_place(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    office = Office.of(settings)
    assert office.up_to_date() is office
    (tmp_path / "keys" / "signing.key").write_text("03" * 32, encoding="ascii")
    assert office.up_to_date().public_key == THIRD.public_key
    assert replace(OFFICE, seed_file=None).up_to_date().public_key == OFFICE.public_key
