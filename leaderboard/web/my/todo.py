"""Ways to a place in words: what to do, with which projects, and where it leads; a projection, never a promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.formatters import place, plain
from leaderboard.ledger.underway import own_names
from leaderboard.web.my.deeds import Names, Near, deed_words, thing_words
from leaderboard.words import gettext as _
from leaderboard.words import named

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to do: in words, the place it leads to, or why it does not lead there alone."""

    words: str
    place: int | str | None
    why: str
    near: Sequence[Near] = ()
    choice: int = 0
    """Of how many projects, where there are more than are asked for."""


def project_names(session: Session, unit_id: int, prospect: Document | None) -> dict[str, str]:
    """Names of the unit's own projects that its prospects speak of, by code: what is not public is its code in an edition.

    The prospects of a bundle speak of projects of its other members too: these stay what the edition calls them.
    """
    codes = {project["code"] for step in _steps(prospect) for project in step["projects"]}
    return {code: named(*both) for code, both in own_names(session, unit_id, codes).items()}


def _steps(prospect: Document | None) -> Iterable[Document]:
    ways = (prospect or {}).get("next")
    if ways:
        yield from ways["answers"]
        yield from (ways["path"] or {"steps": []})["steps"]


WHY = {
    "no_place": "本期不参加排名",
    "cap_reached": "该项得分已封顶",
    "none_left": "可推动的项目不够",
    "denominator_grows": "分母同时增大，得不偿失",
    "no_points": "该项不增加得分",
    "not_enough": "该项再多也不够",
}


def why_words(reason: str) -> str:
    """Why one column alone does not lead there."""
    return _(WHY[reason])


def near_of(step: Document, names: Names) -> list[Near]:
    """The projects nearest to what is asked, each with how far it is and how long it has waited there.

    Where money is asked for, those with most of it still to come; what was reported already is not asked for.
    """
    if step["deed"] == "arrival" or (step["deed"] == "number" and names.preset(step["what"]) == "arrival"):
        return list(names.outstanding)
    found, waiting = [], set(names.waiting(step))
    for project in step["projects"]:
        if project["code"] in waiting:
            continue
        standing = ""
        if project["stage"] is not None:
            days = (names.today - date.fromisoformat(project["on"])).days
            stage = names.stages.get(project["stage"], project["stage"])
            standing = _("已{stage} {days} 天").format(stage=stage, days=max(days, 0))
        own = names.projects.get(project["code"])
        found.append(Near(project["code"] if own else "", own or project["name"], standing))
    return found


def ways(prospect: Document, names: Names) -> tuple[list[Way], list[Way]]:
    """What leads to the next place alone, the nearest first, and what does not; alike ones are told once."""
    there: dict[tuple[str, str], Way] = {}
    not_there: dict[tuple[str, str], Way] = {}
    for answer in sorted(prospect["next"]["answers"], key=_order):
        if answer["reason"] is None and answer["steps"] is not None:
            words = deed_words(answer, names)
            key = words, str(answer["place"])
            near = [*(there[key].near if key in there else ()), *near_of(answer, names)]
            more = (there[key].choice if key in there else 0) + (answer["most"] or 0)
            several = list(dict.fromkeys(near))[:5]
            there[key] = Way(words, answer["place"], "", several, more if more > answer["steps"] else 0)
        else:
            words = thing_words(answer, names)
            not_there.setdefault((words, ""), Way(words, None, why_words(answer["reason"] or "not_enough")))
    reached = {way.words for way in there.values()}
    return list(there.values()), [way for way in not_there.values() if way.words not in reached]


ORDER = ("stage", "arrival", "return", "number", "adjustment", "new_project")


def _order(answer: Document) -> tuple[int, int]:
    """What is under way before what is not begun; fewer before more."""
    return ORDER.index(answer["deed"]), answer["steps"] or 0


def path_of(prospect: Document | None, names: Names) -> tuple[list[Way], int | str | None]:
    """The cheapest way there is, step by step, and the place it leads to; empty where there is none."""
    path = ((prospect or {}).get("next") or {}).get("path")
    if not path:
        return [], None
    alike: dict[tuple[str, ...], Document] = {}
    for step in path["steps"]:
        key = step["deed"], step["what"], step["by"], str(step["sign"]), step["share"]
        known = alike.get(key, {"steps": 0, "projects": [], "codes": []})
        lists = {name: [*known[name], *step.get(name, ())] for name in ("projects", "codes")}
        alike[key] = step | lists | {"steps": known["steps"] + step["steps"]}
    return [Way(deed_words(s, names), None, "", near_of(s, names)) for s in alike.values()], path["place"]


def next_step(prospect: Document | None, names: Names) -> str:
    """The cheapest way as half a sentence: 推动 2 个项目开工，预计可到第 3。"""
    path, leads_to = path_of(prospect, names)
    if not path:
        return ""
    done = _("、").join(way.words for way in path)
    return _("{done}，预计可到第 {place}。").format(done=done, place=place(leads_to))


@dataclass(frozen=True, slots=True)
class Behind:
    """A unit behind and the least that would bring it level."""

    name: str
    place: int | str
    words: str
    to: int | str


def behind(prospect: Document, names: Names) -> list[Behind]:
    """Who is about to get past, the least effort first, from published numbers alone."""
    rows = {row["unit"]: row for row in names.board["standings"]}
    return [
        Behind(
            named(rows[one["unit"]]["unit_name"], rows[one["unit"]]["unit_name_en"]),
            one["from"],
            deed_words(one, names),
            one["to"],
        )
        for one in prospect["behind"]
        if one["unit"] in rows
    ]


def range_words(rate: Mapping[str, str]) -> tuple[str, str]:
    """The ends of what a rate may be by chance alone, in whole percent."""
    low, high = (Fraction(rate[name]) * 100 for name in ("low", "high"))
    return plain(low, 0), plain(high, 0)
