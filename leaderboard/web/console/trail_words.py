"""A line of the audit trail as a sentence: who did what to what, from what to what, why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.accounts.read import display_names
from leaderboard.boards.countersign import act_words
from leaderboard.boards.playlists import entry_words
from leaderboard.formatters import exact_money, moment
from leaderboard.seasons.read import list_divisions, list_schemes, list_seasons, list_units
from leaderboard.seasons.rule import parse_rule
from leaderboard.seasons.scheme_changes import ELSEWHERE
from leaderboard.web.console.deeds import deeds, detail_words, value_words
from leaderboard.web.console.timetable_form import rule_words
from leaderboard.web.console.trail_change import NOTHING, Change
from leaderboard.web.console.trail_facts import MOST_SHOWN, SAID, moved_words, said_words
from leaderboard.web.console.trail_rules import RULES, rule_changes
from leaderboard.web.facts import stage_words
from leaderboard.words import gettext as _
from leaderboard.words import named, pgettext

MOST_CHANGES = 12
"""Changes told one by one."""
MOVED = "moved"
"""How many facts went from what to what."""
OF_SCHEMES = "scheme."
PLACES = "places"
"""How many places of a scheme differ that are not told one by one."""
BY_STAGE = frozenset({"season.deadlines", "unit.order", "division.order"})
OF_ALL = frozenset({"unit.order"})
"""Actions on a whole list, which they name themselves."""
BY_UNIT_ID = frozenset({"return.add", "adjustment.add"})
"""Actions whose subject is the id of a unit."""
OF_PEOPLE = ("account.", "password.", "session.")
"""Actions whose subject is an account's name or an address, though a unit may have the same key."""
COUNTERSIGNED = "countersign."
"""Actions whose subject is a season and what a second person is asked to agree to."""
HASHES = frozenset({"hash", "sha256", "codes_sha256", "facts_sha256", "why_sha256"})
FOR_CHECKING = frozenset(
    {"rows", "rows_before", "ledger", "imprint", "contents", "handover", "since", "noticed_at"}
)
"""Parts of a detail that `leaderboard verify --database` compares, and that tell a reader nothing."""
MONEY = frozenset({"yuan"})
INSTANTS = frozenset({"due_at", "notice_until"})
FROM, TO = "was", "now"
WHY = ("why", "reason", "note")
IN_PAIRS = frozenset({"timetable.change"})
"""Actions each of whose parts is a pair: what it was and what it became."""


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One line of the trail in words."""

    line: AuditLine
    who: str
    did: str
    subject: str
    changes: tuple[Change, ...]
    detail: str
    why: str

    @property
    def sentence(self) -> str:
        """The whole line as one sentence, as files and readers aloud give it."""
        told = " ".join(part for part in (self.who, self.did, self.subject) if part)
        parts = [told, *map(str, self.changes), *([self.detail] if self.detail else [])]
        why = [_("理由：{why}").format(why=self.why)] if self.why else []
        return _("；").join(parts + why)


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything keys are called on one page of the trail, looked up once."""

    deeds: Mapping[str, str]
    parts: Mapping[str, str]
    values: Mapping[str, str]
    things: Mapping[str, str]
    """Addresses of seasons, keys of units, divisions, indicators, stages -> what they are called."""
    units: Mapping[str, str]
    """Ids of units, as text -> their names."""
    people: Mapping[str, str]
    acts: Mapping[str, str]
    """What a second person is asked to agree to."""
    zone: str

    @classmethod
    def of_office(cls, session: Session, zone: str = "Asia/Shanghai") -> Wording:
        """The words for everything this office has."""
        seasons, units = list_seasons(session), list_units(session)
        divisions = [division for season in seasons for division in list_divisions(session, season.id)]
        things = _indicator_names(session, [season.id for season in seasons])
        things |= stage_words(seasons) | {d.key: named(d.name, d.name_en) for d in divisions}
        things |= {unit.key: named(unit.name, unit.name_en) for unit in units}
        things |= {season.slug: named(season.title, season.title_en) for season in seasons}
        ids = {str(unit.id): named(unit.name, unit.name_en) for unit in units}
        people = {"clock": pgettext("actor", "定时")} | display_names(session)
        return cls(deeds(), detail_words(), value_words(), things, ids, people, act_words(), zone)

    def keys_of(self, text: str) -> tuple[str, ...]:
        """The text itself and the keys of everything whose name holds it, as the trail writes them."""
        known = {**self.things, **self.units, **self.people}
        return (text, *(key for key, name in known.items() if text in name and key != text))


def _indicator_names(session: Session, season_ids: list[int]) -> dict[str, str]:
    """Indicators and adjustments by what the newest scheme that has them calls them, the same in every season."""
    names: dict[str, str] = {}
    for season_id in season_ids:
        # The newest come first, and what a later one dropped is still called what it was.
        for version in list_schemes(session, season_id):
            document = json.loads(version.document)
            for rule in (*document.get("indicators", ()), *document.get("adjustments", ())):
                names.setdefault(rule["key"], named(rule["name"], rule.get("name_en")))
    return names


def told(line: AuditLine, words: Wording) -> ToldLine:
    """The line in words."""
    detail = {
        name: value
        for name, value in json.loads(line.detail).items()
        if name not in FOR_CHECKING and (value not in (None, "", []) or name in {FROM, TO})
    }
    why = next((_told_why(detail.pop(name), words) for name in WHY if name in detail), "")
    rules = detail.pop(RULES, None) if line.action.startswith(OF_SCHEMES) else None
    changes = (*_changes(line.action, detail, words), *rule_changes(rules, words.things))
    rest = _("；").join(_parts(line.action, detail, len(changes), words))
    changes = changes[:MOST_CHANGES]
    did = words.deeds.get(line.action, line.action)
    who = words.people.get(line.actor, line.actor)
    return ToldLine(line, who, did, told_subject(line, words), changes, rest, why)


def _told_why(why: object, words: Wording) -> str:
    """The reason, or the reasons of several; one that names a season is told by its title."""
    if isinstance(why, list):
        return _("、").join(_told_why(each, words) for each in why)
    return words.things.get(str(why), str(why))


def _parts(action: str, detail: Mapping[str, Any], changes: int, words: Wording) -> Iterator[str]:
    """The parts of a detail that are no change, each with what it is called."""
    if changes > MOST_CHANGES:
        yield _("另有 {count} 处改动").format(count=changes - MOST_CHANGES)
    for name, value in detail.items():
        if name in {FROM, TO} or (changes and action in IN_PAIRS) or (name == "facts" and MOVED in detail):
            continue
        if name == SAID:
            yield from said_words(value, words.things, words.units, words.parts)
        elif name == PLACES:
            yield (_("其余 {count} 处规则有改动") if changes else _("{count} 处规则有改动")).format(
                count=value
            )
        else:
            yield f"{_called(action, name, words)} {_told_value(name, value, words)}"


def _called(action: str, name: str, words: Wording) -> str:
    """What a part of a detail is called; a thing of several parts, division and indicator, by the name of each."""
    if label := words.parts.get(f"{action} {name}", words.parts.get(name)):
        return label
    things = {**words.things, ELSEWHERE: _("其余组别")}
    return " · ".join(things.get(part, part) for part in name.split("/"))


def _changes(action: str, detail: Mapping[str, Any], words: Wording) -> Iterator[Change]:
    """What the act changed: the parts of `was` and `now`, or the one thing they are themselves."""
    was: Any
    now: Any
    if action in IN_PAIRS:
        pairs = {name: value for name, value in detail.items() if isinstance(value, list) and len(value) == 2}
        was, now = {n: pair[0] for n, pair in pairs.items()}, {n: pair[1] for n, pair in pairs.items()}
    elif TO not in detail:
        return
    else:
        was, now = detail.get(FROM), detail[TO]
    if not isinstance(now, Mapping):
        yield Change("", _told_value("", was, words), _told_value("", now, words))
        return
    before = was if isinstance(was, Mapping) else {}
    if action in BY_STAGE:
        # Their parts are stages, some of which are called like parts of other acts.
        words = replace(words, parts={})
    for name, value in now.items():
        if before.get(name) != value:
            yield Change(
                _called(action, name, words),
                _told_value(name, before.get(name), words),
                _told_value(name, value, words),
            )


def told_subject(line: AuditLine, words: Wording) -> str:
    """Whom or what the action was about, each key by its name."""
    if line.action in OF_ALL:
        return ""
    if line.action in BY_UNIT_ID:
        return words.units.get(line.subject, line.subject)
    if line.action.startswith(OF_PEOPLE):
        return line.subject
    for pattern, tell in SUBJECTS.items():
        if found := pattern.fullmatch(line.subject):
            return tell(found, words)
    things = {**words.things, **words.acts} if line.action.startswith(COUNTERSIGNED) else words.things
    return " · ".join(things.get(part, part) for part in line.subject.split("/"))


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


def _numbered(found: re.Match[str], _words: Wording) -> str:
    said = _("第 {number} 次发布任务") if found[1] == "run" else _("时间表 {number}")
    return said.format(number=found[2])


SUBJECTS: Mapping[re.Pattern[str], Callable[[re.Match[str], Wording], str]] = {
    re.compile(r"([0-9]+) (facts|projects)"): _many,
    re.compile(r"(stage_event|capital_arrival|credit|unit_return|adjustment) [0-9]+"): _one_fact,
    re.compile(r"(\S+) 第 ([0-9]+) 期"): _edition,
    re.compile(r"(\S+) 稿 ([0-9]+)"): _draft,
    re.compile(r"(?:scheme [0-9]+|(\S+)) v([0-9]+)"): _version,
    re.compile(r"(run|timetable) ([0-9]+)"): _numbered,
}
"""What subjects look like that are more than keys, and how each is told."""


def _told_value(name: str, value: object, words: Wording) -> str:
    """A value by what it is called; several of them one after the other."""
    if isinstance(value, int) and name in MONEY | INSTANTS:
        return exact_money(value) if name in MONEY else moment(value, words.zone)
    if isinstance(value, bool) or name == "is_public":
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return _told_mapping(name, value, words)
    if isinstance(value, list):
        return _told_list(name, value, words)
    return _told_text(name, NOTHING if value is None else str(value), words)


def _told_mapping(name: str, value: Mapping[str, Any], words: Wording) -> str:
    if name == "rule" and "kind" in value:
        return rule_words(parse_rule(value))
    return _("、").join(
        f"{words.parts.get(key, key)} {_told_value(key, part, words)}" for key, part in value.items()
    )


def _told_text(name: str, text: str, words: Wording) -> str:
    if name in HASHES:
        return f"{text[:12]}…"
    if name == "playlist":
        return entry_words(text)
    if name == "unit_id":
        return words.units.get(text, text)
    return words.values.get(f"{name} {text}") or words.things.get(text) or words.values.get(text, text)


def _told_list(name: str, values: list[Any], words: Wording) -> str:
    """No more of a list than can be read: the outcomes of decisions, whose each share is, the first of others."""
    if name == "facts":
        return _("、").join(sorted({words.values.get(str(fact[-1]), str(fact[-1])) for fact in values}))
    if name == MOVED:
        return moved_words(values, words.values)
    if name == "shares":
        return _("、").join(f"{words.units.get(str(unit), str(unit))} {share}" for unit, share in values)
    shown = _("、").join(_told_value(name, part, words) for part in values[:MOST_SHOWN])
    return shown + _("等 {count} 项").format(count=len(values)) if len(values) > MOST_SHOWN else shown
