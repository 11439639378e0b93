"""What was looked at before publishing: a board's mark in the form, and what became of it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from leaderboard.formatters import place
from leaderboard.words import gettext as _
from leaderboard.words import named

MOST_TOLD = 6
"""Units whose places are told one by one."""


def seen_of(board: Mapping[str, Any] | None) -> str:
    """By which the form tells what stood before it: a digest of the board, and each unit's place; "" without a board."""
    if board is None:
        return ""
    text = json.dumps(board, ensure_ascii=False, sort_keys=True)
    places = (f"{row['unit']}:{row['place']}" for row in board["standings"])
    return " ".join([hashlib.sha256(text.encode()).hexdigest()[:16], *places])


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
