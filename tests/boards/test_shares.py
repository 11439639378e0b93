"""Whether fractions of small counts need the room that decimals take."""

from __future__ import annotations

from leaderboard.boards.scene_scales import has_shares


def rows(numerator: str | None, denominator: str | None, *, small: bool = True) -> list[dict[str, object]]:
    value = {"small": small, "numerator": numerator, "denominator": denominator}
    return [{"indicators": {"signing": value}}]


def test_only_shares_in_small_counts_take_more_room() -> None:
    assert has_shares(rows("3.8", "5"))
    assert has_shares(rows("3", "9/2"))
    assert not has_shares(rows("3", "4"))
    assert not has_shares(rows("3.8", "43", small=False))
    assert not has_shares(rows(None, None))
