"""Which lists of a scheme are none of honour, and so only shown where a screen is told to."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.boards.scene_stars import is_shaming


@pytest.mark.parametrize(
    ("rule", "is_none_of_honour"),
    [
        ({"key": "red", "name": "红榜", "when": {}}, False),
        ({"key": "top", "name": "黑石滩红榜", "among": {"number": 3, "end": "first"}}, False),
        ({"key": "covered", "name": "领先单位", "among": {"number": 3}}, False),
        ({"key": "a", "name": "黑榜", "when": {}}, True),
        ({"key": "a", "name": "红河县黑榜", "among": {"number": 3, "end": "first"}}, True),
        ({"key": "a", "name": "红榜", "among": {"number": 3, "end": "last"}}, True),
        ({"key": "a", "name": "后进", "often": {"end": "last", "within": 3, "indicators": []}}, True),
        ({"key": "a", "name": "多项末位", "among": {"number": 3, "by": {"end": "last", "within": 1}}}, True),
        ({"key": "a", "name": "未完成任务单位", "when": {}}, True),
    ],
)
def test_a_list_is_told_by_its_end_and_by_the_kind_it_is_called(
    rule: dict[str, Any], is_none_of_honour: bool
) -> None:
    """Of one that states neither, nothing is shown unasked; a place called 黑石 or 红河 says nothing."""
    assert is_shaming(rule) is is_none_of_honour
