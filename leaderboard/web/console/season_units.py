"""Units of a season on the console: many at once from a pasted list, their own order, and each one's place in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.instant import now
from leaderboard.seasons.models import Division, Season, Unit
from leaderboard.seasons.order import order_units
from leaderboard.seasons.plan import PlanError, add_division
from leaderboard.seasons.read import list_divisions, list_units, ranked, roster
from leaderboard.seasons.taking_part import NewUnit, add_units, propose_keys
from leaderboard.web.console.acts import carry_out
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.roster import numbers_of, roster_page
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.meanwhile import mark_of, overtaken
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named
from leaderboard.written import exact_whole, tidy

PLANNING = guard_action(Action.PLAN_SEASON)
MOST_LINES, LONGEST_LIST = 500, 50_000
MOST_NAMED = 12
"""Units named one by one where it is said what was entered."""


@dataclass(frozen=True, slots=True)
class PastedLine:
    """One line of the list: the name, the key proposed or typed, and whether the authority knows the unit already.

    `left_out` says why a line that could not be entered is not going to be.
    """

    name: str
    key: str
    is_known: bool
    left_out: str = ""


@door.get("/seasons/<slug>/units/add")
@guarded(PLANNING)
def add_units_form(slug: str) -> ResponseReturnValue:
    """The form: names one a line, and the division they go to."""
    return _page(season_at(slug), Typed(), [])


@door.post("/seasons/<slug>/units/add")
@guarded(PLANNING)
def add_many_units(slug: str) -> ResponseReturnValue:
    """First show the list with a key for each name; when it is confirmed, enter the units in that order."""
    season, typed = season_at(slug), Typed.of_request()
    lines = _confirmed_lines() if "confirmed" in typed.values else _pasted_lines(season, typed)
    division, new_division = typed.values.get("division", ""), typed.text("new_division", needed=False)
    known = {found.key: found for found in list_divisions(reading(), season.id)}
    if division not in known and not new_division:
        typed.complain("division", _("请选组别，或写新组别的名称"))
    if not any(not line.left_out for line in lines):
        typed.complain("names", _none_to_enter(lines))
    if not typed.ok or "confirmed" not in typed.values:
        return _page(season, typed, lines if typed.ok else [], 200 if typed.ok else 422)
    return _added(season, typed, lines, division, new_division)


def _added(
    season: Season, typed: Typed, lines: Sequence[PastedLine], division: str, new_division: str
) -> ResponseReturnValue:
    session, actor = writing(), person().name
    try:
        held = session.get_one(Season, season.id)
        into = _division(session, actor, held, division, new_division)
        units = [NewUnit(line.key, line.name) for line in lines]
        competing = not typed.values.get("hors_concours")
        add_units(session, actor, held, into, units, competing=competing)
        name = into.name
        session.commit()
    except PlanError as error:
        session.rollback()
        typed.complain("", "; ".join(error.problems))
        return _page(season_at(season.slug), typed, lines, 422)
    some = _("、").join(line.name for line in lines[:MOST_NAMED]) + ("……" if len(lines) > MOST_NAMED else "")
    flash(_("{count} 家单位已编入{division}：{units}").format(count=len(lines), division=name, units=some))
    return redirect(url_for("console.units", slug=season.slug))


def _division(session: Session, actor: str, season: Season, key: str, new_name: str) -> Division:
    """The division chosen, or the one whose name was written, made where there is none of this name."""
    divisions = list_divisions(session, season.id)
    if not new_name:
        return next((d for d in divisions if d.key == key), None) or abort(404)
    same = next((d for d in divisions if d.name == new_name), None)
    if same is not None:
        return same
    taken = {d.key for d in divisions}
    free = next(name for number in range(1, 10**6) if (name := f"d{number}") not in taken)
    return add_division(session, actor, season, key=free, name=new_name)


def _none_to_enter(lines: Sequence[PastedLine]) -> str:
    """Why there is nothing to look at: no name was pasted, or none that can be entered."""
    if not lines:
        return _("请把单位名称一行一个粘贴进来")
    reasons = _("；").join(f"{line.name} {line.left_out}" for line in lines)
    return _("没有可编入的单位：{reasons}").format(reasons=reasons)


def _pasted_lines(season: Season, typed: Typed) -> list[PastedLine]:
    """The list as pasted: a name a line; copied from a sheet, a second column may hold the key.

    A unit of the season already, and a name that comes again, are left out and say so.
    """
    raw = request.form.get("names", "")[:LONGEST_LIST]
    typed.worded["names"] = raw
    cells = [
        [tidy(cell) if n else cell.strip() for n, cell in enumerate(line.split("\t"))]
        for line in raw.splitlines()
    ]
    if unseen := list(_unseen(row[0] for row in cells)):
        typed.complain("names", _("；").join(unseen))
        return []
    rows = [row for row in cells if row[0]]
    if len(rows) > MOST_LINES:
        typed.complain("names", _("一次最多 {most} 行").format(most=MOST_LINES))
        return []
    known = {unit.name: unit.key for unit in list_units(reading())}
    here = {line.key for line in roster(reading(), season.id, now())}
    written = [row[1] if len(row) > 1 else "" for row in rows]
    free = iter(propose_keys([row[0] for row in rows], {*known.values(), *written}))
    lines: dict[str, PastedLine] = {}
    again: list[PastedLine] = []
    for (name, *_rest), key in zip(rows, written, strict=True):
        if name in lines:
            again.append(PastedLine(name, "", name in known, _("上面已有，只编入一次")))
        elif known.get(name) in here:
            lines[name] = PastedLine(name, known[name], is_known=True, left_out=_("已在本赛季"))
        else:
            lines[name] = PastedLine(name, known.get(name) or key or next(free), name in known)
    return [*lines.values(), *again]


def _unseen(names: Iterable[str]) -> Iterator[str]:
    """The lines whose name holds what nobody sees: copied from a page it would make two units of one name."""
    words = _("第 {number} 行 {name} 含不可见字符 {signs}，请删去后再粘贴")
    for number, name in enumerate(names, start=1):
        if not name.isprintable():
            seen = "".join(sign for sign in name if sign.isprintable())
            signs = dict.fromkeys(f"U+{ord(sign):04X}" for sign in name if not sign.isprintable())
            yield words.format(number=number, name=seen, signs=" ".join(signs))


def _confirmed_lines() -> list[PastedLine]:
    """The list as it was shown, with the keys as they were edited."""
    known = {unit.name for unit in list_units(reading())}
    names = [name.strip() for name in request.form.getlist("name")[:MOST_LINES]]
    keys = [tidy(key) for key in request.form.getlist("key")[:MOST_LINES]]
    return [PastedLine(name, key, name in known) for name, key in zip(names, keys, strict=False)]


def _page(
    season: Season, typed: Typed, lines: Sequence[PastedLine], status: int = 200
) -> ResponseReturnValue:
    divisions = list_divisions(reading(), season.id)
    if divisions and not typed.values.get("new_division"):
        typed.values.setdefault("division", divisions[0].key)
    return show(
        "season_units_add",
        status,
        here="units",
        season=season,
        typed=typed,
        lines=lines,
        divisions=divisions,
        divisions_named=[(d.key, named(d.name, d.name_en)) for d in divisions],
    )


@door.post("/seasons/<slug>/units/order")
@guarded(PLANNING)
def put_in_order(slug: str) -> ResponseReturnValue:
    """Put the season's units in the order of the numbers typed, or move one of them up or down by one.

    Numbers are typed over an order: where somebody else changed it meanwhile, both are shown and nothing is kept.
    """
    season, typed = season_at(slug), Typed.of_request()
    if not {"up", "down"} & typed.values.keys():
        present = {key: str(number) for key, number in numbers_of(writing(), season).items()}
        called = {unit.key: unit.name for unit in list_units(writing())}
        both = [(called[key], now_at, typed.values.get(f"no.{key}", "")) for key, now_at in present.items()]
        if overtaken(typed, mark_of(present), both):
            writing().rollback()
            return roster_page(season, typed, 409)
        if wrong := [name for name, _now, number in both if exact_whole(number) is None]:
            typed.complain("", _("{units} 的顺序应为整数").format(units=_("、").join(wrong)))
            writing().rollback()
            return roster_page(season, typed, 422)

    def order(session: Session) -> str:
        moved = order_units(session, person().name, _wanted_order(session, season))
        return _("顺序已保存，各赛季以后各期按此排列") if moved else _("顺序没有变化")

    return carry_out(order, url_for("console.units", slug=slug))


def _wanted_order(session: Session, season: Season) -> list[Unit]:
    """The season's units as they are to be listed."""
    units = {unit.key: unit for unit in list_units(session)}
    lines = roster(session, season.id, now())
    keys = list(numbers_of(session, season))
    division = {line.key: line.division for line in lines}
    for step, direction in ((-1, "up"), (1, "down")):
        asked = request.form.get(direction)
        if asked in division:
            near = [key for key in keys if division[key] == division[asked]]
            other = near.index(asked) + step
            if 0 <= other < len(near):
                one, two = keys.index(asked), keys.index(near[other])
                keys[one], keys[two] = keys[two], keys[one]
            return [units[key] for key in keys]
    typed = {key: tidy(request.form.get(f"no.{key}", "")) for key in keys}
    numbers = {key: exact_whole(text) for key, text in typed.items()}
    return [units[key] for key in sorted(keys, key=lambda key: _rank(numbers[key] or 0, keys.index(key) + 1))]


def overtaken_name(typed: Typed, present: dict[str, str]) -> bool:
    """Whether somebody else renamed it meanwhile, by its Chinese and English name."""
    words = {"name": _("名称"), "name_en": _("英文名")}
    both = [(words[name], value, typed.worded.get(name, "")) for name, value in present.items()]
    return overtaken(typed, mark_of(present), both)


def _rank(wanted: int, present: int) -> int:
    """Where a number typed puts a unit: before who stands there where it moves up, behind where it moves down."""
    return 2 * wanted + (wanted > present) - (wanted < present)


def heads(season: Season, but: str) -> list[tuple[str, str]]:
    """The units of the season that another one may be bundled into."""
    lines = ranked(roster(reading(), season.id, now()))
    return [(line.key, line.name) for line in lines if line.key != but]
