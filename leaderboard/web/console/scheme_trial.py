"""What a scheme on the desk would change, today or in a past edition: boards side by side, verdict, and how sure it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from leaderboard.boards.models import Edition
from leaderboard.boards.outlook import Outlook, Tipping, outlook
from leaderboard.boards.preview import Comparison, Place, compare, compare_edition
from leaderboard.boards.read import list_editions
from leaderboard.boards.worksheet import worksheet
from leaderboard.formatters import place
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_divisions, list_units, roster
from leaderboard.web.console.blind import aliases, is_blind
from leaderboard.web.requests import reading
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme

PAST = 6
"""How many past editions a scheme can be tried on."""
MOST_TIPPING = 2
MOST_AT_ONCE = 200
"""With more units how sure places are is worked out when it is asked for, not with the first page of a visit."""


@dataclass
class Trial:
    """A scheme tried on the facts of today, or of one of the last editions; what is asked for is computed once."""

    season: Season
    document: Mapping[str, Any]
    as_of: date
    at: str = ""
    """The number of a past edition as the form carries it; "" for today."""
    is_first: bool = False
    """Whether nobody has asked for anything yet: the first page of a visit."""
    is_read_only: bool = False
    """Whether it is only looked at, by whoever decides on it: units by name, and nothing for a script to weigh with."""
    against: Mapping[str, Any] | None = None
    """The rules that hold by the day the tried ones begin, where they are others than those in force today."""

    @cached_property
    def scheme(self) -> Scheme:
        """The rules that are tried."""
        return parse_scheme(self.document)

    @cached_property
    def editions(self) -> Sequence[Edition]:
        """The editions that can be looked at, newest first."""
        return past_editions(self.season)

    @cached_property
    def edition(self) -> Edition | None:
        """The edition looked at; None for today, and for one that is not among the last."""
        return next((one for one in self.editions if str(one.number) == self.at), None)

    @cached_property
    def names(self) -> dict[str, str] | None:
        """What units are called in the blind mode; None where they are called by name."""
        return None if self.is_read_only else names_hidden(self.season)

    @cached_property
    def effect(self) -> Comparison:
        """The boards side by side."""
        return self.on(self.edition)

    @cached_property
    def outlook(self) -> Outlook:
        """Place intervals, tipping points and warnings."""
        trial = self.effect.trial
        if self.is_first and len(trial.measures.units) > MOST_AT_ONCE:
            return Outlook({}, (), ())
        keys = [unit.unit.key for unit in trial.measures.units]
        units = {key: self.called[self._shown(key)] for key in keys}
        return outlook(trial, units, self.divisions)

    @property
    def divisions(self) -> dict[str, str]:
        """Names of the divisions by key."""
        return {one.key: named(one.name, one.name_en) for one in self.effect.divisions}

    def _shown(self, key: str) -> str:
        """The key under which the effect lists a unit."""
        return self.names[key] if self.names else key

    @cached_property
    def sheet(self) -> str:
        """What the browser weighs with, as JSON; "" where the server has to be asked about every change."""
        if self.is_read_only:
            return ""
        trial = self.effect.trial
        order = None if self.names is None else list(self.names)
        found = worksheet(trial.measures, trial.scheme, trial.present, order)
        if found is None:
            return ""
        return json.dumps(
            {
                **found,
                "titles": [self.divisions[key] for key in found["divisions"]],
                "names": [self.called[shown] for shown in self.rows],
                "intervals": [self.interval(shown) for shown in self.rows],
                "shuffled": self.names is not None,
            },
            ensure_ascii=False,
        )

    @cached_property
    def rows(self) -> dict[str, int]:
        """Units as the effect lists them, with their rows in the sheet."""
        units = [unit.unit.key for unit in self.effect.trial.measures.units]
        order = [key for key in self.names if key in set(units)] if self.names else units
        return {self._shown(key): number for number, key in enumerate(order)}

    @cached_property
    def called(self) -> dict[str, str]:
        """Names of the units as the effect lists them."""
        return {shift.unit: named(shift.name, shift.name_en) for shift in self.effect.shifts}

    @cached_property
    def tipping(self) -> list[str]:
        """The nearest tipping points in words."""
        return [self._tipping_words(found) for found in self.outlook.tipping[:MOST_TIPPING]]

    def _tipping_words(self, found: Tipping) -> str:
        indicator = self.scheme.indicator(found.indicator)
        below = _("{indicator}降到 {weight} 以下时，{behind}超过{ahead}成为第 {place}")
        above = _("{indicator}升到 {weight} 以上时，{behind}超过{ahead}成为第 {place}")
        told = (below if found.way == "below" else above).format(
            indicator=named(indicator.name, indicator.name_en),
            weight=found.level_at,
            behind=self.called[self._shown(found.behind)],
            ahead=self.called[self._shown(found.ahead)],
            place=place(found.place),
        )
        # Where divisions have weights of their own the sentence says whose is meant.
        whose = self.divisions[found.division]
        return (
            _("{division}：{sentence}").format(division=whose, sentence=told)
            if self.scheme.divisions
            else told
        )

    def interval(self, unit: str) -> str:
        """The places of a listed unit while weights vary: 1, or 1–3; "" where that cannot be said."""
        ends = self._intervals.get(unit)
        return "" if ends is None else "–".join(dict.fromkeys(map(place, ends)))

    @cached_property
    def _intervals(self) -> dict[str, tuple[Place, Place]]:
        return {self._shown(key): ends for key, ends in self.outlook.intervals.items()}

    @property
    def other_words(self) -> str:
        """One sentence on what the same change does at the other time."""
        if self.other is None:
            return ""
        moved = len(self.other.moved)
        if self.other.edition is None:
            found = _("同样改动使今天 {count} 家名次变化") if moved else _("同样改动不变今天的名次")
            return found.format(count=moved)
        number = self.other.edition
        found = (
            _("上期（第 {number} 期）同样改动会使 {count} 家变化")
            if moved
            else _("上期（第 {number} 期）同样改动不变名次")
        )
        return found.format(number=number, count=moved)

    def past(self) -> list[str]:
        """What the same rules would have made of each edition the desk offers, in words, the newest first."""
        return [self._past_words(self.on(edition)) for edition in self.editions]

    def _past_words(self, found: Comparison) -> str:
        first = found.moved[0] if found.moved else None
        if first is None:
            told = _("第 {number} 期（截至 {day}）：名次都不变")
            return told.format(number=found.edition, day=found.as_of)
        rose = _("第 {number} 期（截至 {day}）：{count} 家名次变化，{unit}由第 {old} 升到第 {new}")
        fell = _("第 {number} 期（截至 {day}）：{count} 家名次变化，{unit}由第 {old} 降到第 {new}")
        return (rose if first.moved > 0 else fell).format(
            number=found.edition,
            day=found.as_of,
            count=len(found.moved),
            unit=named(first.name, first.name_en),
            old=place(first.place),
            new=place(first.new_place),
        )

    @cached_property
    def other(self) -> Comparison | None:
        """The same change at the other time: in the last edition, or today where an edition is looked at."""
        if self.edition is not None:
            return self.on(None)
        return self.on(self.editions[0]) if self.editions else None

    def on(self, edition: Edition | None) -> Comparison:
        """The scheme tried on today's facts, or on what an edition knew."""
        if edition is None:
            against = None if self.against is None else parse_scheme(self.against)
            return compare(
                reading(), self.season, self.scheme, self.as_of, now(), aliases=self.names, against=against
            )
        return compare_edition(reading(), self.season, self.scheme, edition, aliases=self.names)


def past_editions(season: Season) -> Sequence[Edition]:
    """The last published editions of a season, newest first."""
    return list_editions(reading(), season.id, PAST)


def division_names(season: Season) -> dict[str, str]:
    """Names of a season's divisions by key."""
    return {one.key: named(one.name, one.name_en) for one in list_divisions(reading(), season.id)}


def names_hidden(season: Season) -> dict[str, str] | None:
    """By key, what units are called where the person chose not to see names; those of the season first."""
    if not is_blind(season):
        return None
    session = reading()
    here = [line.key for line in roster(session, season.id, now())]
    former = [unit.key for unit in list_units(session) if unit.key not in set(here)]
    return aliases(season, here, former)


def words() -> dict[str, str]:
    """What the page's script says, in the reader's language; it fills in what stands in braces."""
    unit = {"unit": "{unit}", "old": "{old}", "new": "{new}"}
    counts = {"total": "{total}", "moved": "{moved}"}
    return {
        "moved": _("%(total)s 家中 %(moved)s 家名次变化：") % counts,
        "still": _("%(total)s 家名次都不变") % counts,
        "rose": _("%(unit)s由第 %(old)s 升到第 %(new)s") % unit,
        "fell": _("%(unit)s由第 %(old)s 降到第 %(new)s") % unit,
        "ranked": _("首次排名：%(ranked)s 家有名次，") % {"ranked": "{ranked}"},
        "unranked": _("还没有单位有名次"),
        "leads": _("%(unit)s居首") % {"unit": "{unit}"},
        "lead": _("%(unit)s等 %(count)s 家并列居首") % {"unit": "{unit}", "count": "{count}"},
        "within": _("{division}：{sentence}"),
        "more": _("另有 %(count)s 家") % {"count": "{count}"},
        "rise": _("升"),
        "fall": _("降"),
        "level": _("持平"),
        "new": _("新上榜"),
        "none": _("未排名"),
        "even": _("等于满分"),
        "uneven": _("与满分差 %(gap)s") % {"gap": "{gap}"},
        "unread": _("有一项不是数"),
        "asking": _("得分不随权重同比变动，正由服务器计算，请稍候"),
        "confirming": _("正在核对"),
        "confirmed": _("已由服务器核对"),
        "rough": _("合计不等于满分，按所填权重试排"),
        "untried": _("有一项不是数，未试排：灰色的是改动之前的结果"),
        "refused": _("有一处填写有误，按“试算”查看"),
        "offline": _("连接不上服务器，名次由本机算出，未经核对"),
        "ended": _("登录已过期：改动已留在本机，重新登录后可恢复"),
        "kept": _("{moment} 的改动没有保存：{changes}。"),
        "kept_over": _("{moment} 的改动没有保存：{changes}。草稿此后已有改动。"),
        "change": _("{name} {old} → {new}"),
        "changes": _("{first} 等 {count} 处"),
    }
