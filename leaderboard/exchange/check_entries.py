"""Checks how the units of the sheet 单位 take part: in which division, competing or not, and with whom they are ranked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.exchange.checking import Checking
from leaderboard.exchange.layout import ALONE, BUNDLE, UNITS
from leaderboard.exchange.plan import DivisionDraft, EntryDraft
from leaderboard.exchange.table import Row
from leaderboard.seasons.read import RosterLine

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
KEY_FORM = "应为字母或数字开头、由字母、数字、连字符、下划线组成的编码, 最长 40 个字符"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit would stand: its division, and the key of the unit it is bundled into."""

    division: str
    bundle: str | None


def check_entries(checking: Checking, rows: Sequence[tuple[Row, str]]) -> None:
    """The rows of the sheet 单位 with the keys of their units; a member of a bundle stands in its head's division."""
    places = {key: Place(line.division, line.bundle) for key, line in checking.known.entries.items()}
    bundled = {key for key, place in places.items() if place.bundle is not None}

    def is_member(named: tuple[Row, str]) -> bool:
        row, unit = named
        into = row.cell(BUNDLE)
        return unit in bundled if into is None else into != ALONE

    # Heads come first whatever the order of the rows.
    for row, unit in sorted(rows, key=is_member):
        _check_entry(checking, row, unit, places)
    _check_left_behind(checking, {unit: row for row, unit in rows}, places)


def _check_entry(checking: Checking, row: Row, unit: str, places: dict[str, Place]) -> None:
    competing, division = row.yes("参赛"), _division(checking, row)
    live, counts = checking.known.entries.get(unit), checking.plan.counts[UNITS.name]
    head = _head(checking, row, unit, places)
    if head is not None:
        division = _with_head(checking, row, division, head, places[head].division)
    if division is None:
        is_new = unit not in checking.known.units
        counts.new += is_new
        counts.unchanged += not is_new
        return
    places[unit] = Place(division, head)
    takes_part = competing if competing is not None else live.competing if live else True
    if live is not None and (live.division, live.competing, live.bundle) == (division, takes_part, head):
        counts.unchanged += 1
        return
    checking.plan.entries.append(EntryDraft(unit, division, takes_part, head, is_change=live is not None))
    if live is not None:
        checking.plan.upon.append(f"entry {unit} {live.division} {live.competing} {live.bundle}")
        row.warn(f"该单位已在本赛季, 将{_moved(checking, live, places[unit])}, 请核对")
        counts.corrected += 1
    else:
        counts.new += 1


def _moved(checking: Checking, live: RosterLine, place: Place) -> str:
    """How a unit would take part otherwise than it does."""
    if place.bundle != live.bundle:
        names = checking.units.names
        into = f"捆绑到 {names[place.bundle]}" if place.bundle else "单独排名"
        return f"{into} (现捆绑到 {names[live.bundle]})" if live.bundle else into
    if place.division != live.division:
        return f"由组别 {live.division} 改到 {place.division}"
    return "改变参赛状态"


def _head(checking: Checking, row: Row, unit: str, places: dict[str, Place]) -> str | None:
    """The unit this one is bundled into; a blank cell leaves it where it is."""
    text, place = row.text(BUNDLE, most=120), places.get(unit)
    if text is None or text == ALONE:
        return place.bundle if place is not None and text is None else None
    head = checking.units.find(text)
    members = [checking.units.names[key] for key, place in places.items() if place.bundle == unit]
    if head is None:
        row.error(f'没有名为 "{text}" 的单位; {checking.units.instead(text)}', BUNDLE)
    elif head == unit:
        row.error("单位不能捆绑到自己", BUNDLE)
    elif head not in places:
        row.error(f'"{text}" 没有参加本赛季, 不能捆绑到它', BUNDLE)
    elif places[head].bundle is not None:
        row.error(f'"{text}" 自己已捆绑到别的单位, 不能再捆绑到它', BUNDLE)
    elif members:
        row.error(f"该单位之下已捆绑 {'、'.join(members)}, 不能再捆绑到别的单位", BUNDLE)
    else:
        return head
    return None


def _with_head(checking: Checking, row: Row, division: str | None, head: str, theirs: str) -> str:
    if division not in {None, theirs}:
        name = checking.units.names[head]
        row.error(
            f"捆绑到 {name} 的单位与它同在组别 {theirs}, 此行写的是 {division}; 要分开请在 {BUNDLE} 列填 {ALONE}",
            "组别编码",
        )
    return theirs


def _check_left_behind(checking: Checking, rows: dict[str, Row], places: dict[str, Place]) -> None:
    """Members move with their head, so those of a head that moves must be in the file too."""
    for key, place in places.items():
        if place.bundle in rows and key not in rows and places[place.bundle].division != place.division:
            name = checking.units.names[key]
            rows[place.bundle].error(f"{name} 捆绑在该单位之下, 换组别时请把它也列在表中", "组别编码")


def _division(checking: Checking, row: Row) -> str | None:
    """The division's key; a new division must come with its name, and a key has one name only."""
    key, name, name_en = row.code("组别编码"), row.text("组别", most=120), row.text("组别英文名", most=120)
    if key is None:
        if name is not None:
            row.error(f'组别 "{name}" 缺少组别编码', "组别编码")
        return None
    if not KEY.fullmatch(key) and key not in checking.known.divisions:
        row.error(f'"{key}" {KEY_FORM}', "组别编码")
        return key
    names = {k: d.name for k, d in checking.known.divisions.items()} | {
        d.key: d.name for d in checking.plan.divisions
    }
    if key in names:
        if name is not None and name != names[key]:
            row.error(f'组别编码 {key} 是 "{names[key]}", 此行写的是 "{name}", 请核对', "组别")
    elif name is None:
        row.error(f"新组别 {key} 缺少组别名称", "组别")
    elif name in names.values():
        row.error(f'组别 "{name}" 已用另一个编码, 请改为同一编码', "组别编码")
    else:
        checking.plan.divisions.append(DivisionDraft(key, name, name_en))
    return key
