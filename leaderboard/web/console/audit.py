"""The audit trail on the console: who did what when, newest first, and whether the chain is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import newest_lines
from leaderboard.seasons.read import list_divisions, list_seasons, list_units
from leaderboard.web.console.deeds import deeds, detail_words, value_words
from leaderboard.web.console.door import door, show
from leaderboard.web.facts import stage_words
from leaderboard.web.guards import guard_action, guarded
from leaderboard.web.numbers import asked_number
from leaderboard.web.requests import reading
from leaderboard.words import gettext as _
from leaderboard.words import named

PAGE = 100
MOST_BROKEN = 20
MOST_SHOWN = 6
"""Things of a list in one detail."""
BY_UNIT_ID = frozenset({"return.add", "adjustment.add"})
"""Actions whose subject is the id of a unit."""
OF_PEOPLE = ("account.", "password.", "session.")
"""Actions whose subject is an account's name or an address, though a unit may have the same key."""
HASHES = frozenset({"hash", "sha256"})
FOR_CHECKING = frozenset({"contents", "handover", "since", "noticed_at"})
"""Parts of a detail that `leaderboard verify --database` compares, and that tell a reader nothing."""


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One line of the trail as a sentence, with its detail."""

    line: AuditLine
    did: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything keys are called on one page of the trail, looked up once."""

    deeds: Mapping[str, str]
    parts: Mapping[str, str]
    values: Mapping[str, str]
    things: Mapping[str, str]
    """Addresses of seasons, keys of units and divisions, stages -> what they are called."""
    units: Mapping[str, str]
    """Ids of units, as text -> their names."""

    @classmethod
    def of_office(cls, session: Session) -> Wording:
        """The words for everything this office has."""
        seasons, units = list_seasons(session), list_units(session)
        divisions = [division for season in seasons for division in list_divisions(session, season.id)]
        things = stage_words(seasons) | {d.key: named(d.name, d.name_en) for d in divisions}
        things |= {unit.key: named(unit.name, unit.name_en) for unit in units}
        things |= {season.slug: named(season.title, season.title_en) for season in seasons}
        ids = {str(unit.id): named(unit.name, unit.name_en) for unit in units}
        return cls(deeds(), detail_words(), value_words(), things, ids)


def told(line: AuditLine, words: Wording) -> ToldLine:
    """The line in words."""
    detail = {
        name: value
        for name, value in json.loads(line.detail).items()
        if name != "rows" and value not in (None, "", [])
    }
    shown = "; ".join(
        f"{words.parts.get(name, name)} {_told_value(name, value, words)}"
        for name, value in detail.items()
        if name not in FOR_CHECKING
    )
    return ToldLine(line, words.deeds.get(line.action, line.action), told_subject(line, words), shown)


def told_subject(line: AuditLine, words: Wording) -> str:
    """Whom or what the action was about, each key by its name."""
    if line.action in BY_UNIT_ID:
        return words.units.get(line.subject, line.subject)
    if line.action.startswith(OF_PEOPLE):
        return line.subject
    for pattern, tell in SUBJECTS.items():
        if found := pattern.fullmatch(line.subject):
            return tell(found, words)
    return " · ".join(words.things.get(part, part) for part in line.subject.split("/"))


def _many(found: re.Match[str], _words: Wording) -> str:
    counted = _("{count} 条记录") if found[2] == "facts" else _("{count} 个项目")
    return counted.format(count=found[1])


def _one_fact(found: re.Match[str], words: Wording) -> str:
    return words.parts[found[1]]


def _edition(found: re.Match[str], words: Wording) -> str:
    return _("{season} 第 {number} 期").format(season=words.things.get(found[1], found[1]), number=found[2])


def _draft(found: re.Match[str], words: Wording) -> str:
    return _("{season} 第 {number} 稿").format(season=words.things.get(found[1], found[1]), number=found[2])


def _version(found: re.Match[str], words: Wording) -> str:
    season = words.things.get(found[1] or "", "")
    return _("{season} 第 {version} 版").format(season=season, version=found[2]).strip()


SUBJECTS: Mapping[re.Pattern[str], Callable[[re.Match[str], Wording], str]] = {
    re.compile(r"([0-9]+) (facts|projects)"): _many,
    re.compile(r"(stage_event|capital_arrival|credit|unit_return|adjustment) [0-9]+"): _one_fact,
    re.compile(r"(\S+) 第 ([0-9]+) 期"): _edition,
    re.compile(r"(\S+) 稿 ([0-9]+)"): _draft,
    re.compile(r"(?:scheme [0-9]+|(\S+)) v([0-9]+)"): _version,
}
"""What subjects look like that are more than keys, and how each is told."""


def _told_value(name: str, value: object, words: Wording) -> str:
    """A value by what it is called; several of them one after the other."""
    if isinstance(value, bool) or name == "is_public":
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return _("、").join(
            f"{words.parts.get(key, key)} {_told_value(key, part, words)}" for key, part in value.items()
        )
    if isinstance(value, list):
        return _told_list(name, value, words)
    text = "—" if value is None else str(value)
    if name in HASHES:
        return f"{text[:12]}…"
    known = words.units if name == "unit_id" else {**words.things, **words.values}
    return known.get(text, text)


def _told_list(name: str, values: list[Any], words: Wording) -> str:
    """No more of a list than can be read: the outcomes of decisions, whose each share is, the first of others."""
    if name == "facts":
        return _("、").join(sorted({words.values.get(str(fact[-1]), str(fact[-1])) for fact in values}))
    if name == "shares":
        return _("、").join(f"{words.units.get(str(unit), str(unit))} {share}" for unit, share in values)
    shown = _("、").join(_told_value(name, part, words) for part in values[:MOST_SHOWN])
    return shown + _("等 {count} 项").format(count=len(values)) if len(values) > MOST_SHOWN else shown


@door.get("/audit")
@guarded(guard_action(Action.READ_AUDIT))
def audit() -> ResponseReturnValue:
    """One page of the trail; on demand, the check of its whole chain."""
    session = reading()
    words = Wording.of_office(session)
    lines = newest_lines(session, PAGE, before=asked_number("before"))
    checked = request.args.get("check") == "1"
    broken = list(islice(broken_lines(session), MOST_BROKEN)) if checked else []
    return show(
        "audit",
        here="audit",
        lines=[told(line, words) for line in lines],
        checked=checked,
        broken=broken,
        older=lines[-1].seq_no if len(lines) == PAGE and lines[-1].seq_no > 1 else None,
    )
