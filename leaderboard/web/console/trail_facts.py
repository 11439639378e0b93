"""Facts of the ledger that a line of the trail is about, in words: what each says, and how many became what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leaderboard.accounts.audit import detail_of
from leaderboard.accounts.models import AuditLine
from leaderboard.formatters import exact_money
from leaderboard.words import gettext as _

SAID = "said"
"""The values of the first facts of an act; a number at the end is how many there are."""
MOST_SHOWN = 6
"""Things of a list in one detail."""
LISTED = ("codes", "units")
"""Whom an act on many facts is about, named up to a limit; the rest are counted."""
Words = Mapping[str, str]


def said_words(said: Sequence[Any], things: Words, units: Words, parts: Words) -> Iterator[str]:
    """Each fact as a part of the sentence, with whom it is about where they are several."""
    facts = [fact for fact in said if isinstance(fact, Mapping)]
    are_several = len({fact["of"] for fact in facts}) > 1
    for fact in facts:
        words = " ".join(_values(fact, things, units, parts))
        yield f"{things.get(fact['of'], fact['of'])} {words}" if are_several else words
    if said and isinstance(said[-1], int):
        yield _("等 {count} 条").format(count=said[-1])


def _values(fact: Mapping[str, Any], things: Words, units: Words, parts: Words) -> Iterator[str]:
    kind = fact["table"]
    if kind == "stage_event":
        yield f"{things.get(fact['stage'], fact['stage'])} {fact['on']}"
        if "total_yuan" in fact:
            yield _("总投资 %(money)s") % {"money": exact_money(fact["total_yuan"])}
        if "inward_yuan" in fact:
            yield _("其中外来资金 %(money)s") % {"money": exact_money(fact["inward_yuan"])}
    elif kind == "capital_arrival":
        yield _("到位 %(money)s") % {"money": exact_money(fact["yuan"])}
        yield fact["on"]
    elif kind == "credit":
        unit = str(fact["unit_id"])
        yield f"{parts[kind]} {units.get(unit, unit)} {fact['share_num']}/{fact['share_den']}"
    elif kind == "unit_return":
        measure = fact["measure"]
        yield f"{parts[kind]} {things.get(measure, measure)} {fact['on']} {fact['quantity']}"
    else:
        yield f"{parts[kind]} {things.get(fact['item'], fact['item'])} × {fact['times']}"


def moved_words(moved: Sequence[tuple[str, str, int]], values: Words) -> str:
    """How many facts went from what to what."""
    said = _("{count} 条由{was}改为{now}")
    return _("、").join(
        said.format(count=count, was=values[f"moved {was}"], now=values[f"moved {now}"])
        for was, now, count in moved
    )


def listed(line: AuditLine, things: Words, parts: Words) -> list[tuple[str, list[str], int]]:
    """The lists of a line that its sentence cuts short: what each is called, all it names, how many more it counts."""
    detail = detail_of(line)
    # Some acts count their units under the same name.
    lists = {name: detail[name] for name in LISTED if isinstance(detail.get(name), list)}
    return [
        (parts[name], [things.get(key, key) for key in keys], detail.get(f"{name}_more", 0))
        for name, keys in lists.items()
        if len(keys) > MOST_SHOWN
    ]
