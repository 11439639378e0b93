"""What was looked at before publishing: a board's mark in the form, and what became of it since."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from leaderboard.boards.run_log import Ahead
from leaderboard.formatters import place
from leaderboard.words import gettext as _
from leaderboard.words import named

MARK = re.compile("([0-9]{1,9})/([0-9]{1,18}) ")
"""The number of the edition and the newest run, at the beginning of what was seen."""
MOST_TOLD = 6
"""Units whose places are told one by one."""


def seen_of(board: Mapping[str, Any] | None, ahead: Ahead) -> str:
    """By which the form tells what stood before it; "" without a board.

    The number of the edition and the newest run, a digest of the board, and each unit's place.
    """
    if board is None:
        return ""
    text = json.dumps(board, ensure_ascii=False, sort_keys=True)
    places = (f"{row['unit']}:{row['place']}" for row in board["standings"])
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return " ".join([f"{ahead.number}/{ahead.newest_run}", digest, *places])


def meanwhile_words(seen: str, board: Mapping[str, Any], ahead: Ahead) -> str:
    """What became of what was seen: another edition went ahead, or the board is another; "" where it is as it was."""
    if came_first := _first_words(seen, ahead):
        return came_first
    was, now = (told.partition(" ")[2] for told in (seen, seen_of(board, ahead)))
    return "" if was == now else overtaken_words(was, board)


def _first_words(seen: str, ahead: Ahead) -> str:
    """That the edition which was seen was published meanwhile, or is about to be; "" where nothing went ahead of it."""
    told = MARK.match(seen)
    if told is None:
        return ""
    number, newest_run = map(int, told.groups())
    if ahead.number <= number and ahead.newest_run <= newest_run:
        return ""
    if ahead.published >= number:
        words = _(
            "打开本页之后第 {n} 期已经发布，这一次没有再发布。下面是此刻的结果，还要发布下一期，看过后再按一次。"
        )
        return words.format(n=number)
    return _(
        "打开本页之后已有一期在发布或已存为公示稿，这一次没有再发布。下面是此刻的结果，还要再来一期，看过后再按一次。"
    )


def overtaken_words(seen: str, board: Mapping[str, Any]) -> str:
    """That the board is another than was seen, and who moved."""
    known = dict(part.rpartition(":")[::2] for part in seen.split()[1:])
    moved = [
        _("{unit} {was} → {now}").format(
            unit=named(row["unit_name"], row["unit_name_en"]),
            was=known[row["unit"]].replace("None", "—"),
            now=place(row["place"]),
        )
        for row in board["standings"]
        if known.get(row["unit"], str(row["place"])) != str(row["place"])
    ]
    told = _("、").join(moved[:MOST_TOLD]) if moved else _("名次没有变，数据有变")
    more = _("，共 {count} 家").format(count=len(moved)) if len(moved) > MOST_TOLD else ""
    words = _("打开本页之后结果变了（{moved}），还没有发布。下面是此刻的结果，看过后再按一次。")
    return words.format(moved=(_("名次：") if moved else "") + told + more)
