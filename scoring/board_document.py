"""Reads and writes what a scheme says about the board: grades, lists, lights, progress."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from typing import Any, cast

from scoring.board_rules import (
    SCORE,
    Among,
    Colour,
    End,
    Grade,
    Grades,
    LightRule,
    ListRule,
    Move,
    PlaceCount,
    ProgressRule,
    ProjectLightRule,
)
from scoring.condition_document import (
    READINGS,
    note_unknown,
    read_requirement,
    read_requirements,
    requirement_document,
)
from scoring.interval_document import checked_bands, interval_document, read_interval
from scoring.reading import Fields
from scoring.said import said
from scoring.score_sight import READINGS as SCORE_READINGS
from scoring.score_sight import conditions
from scoring.shape_rules import Reading, Requirement
from scoring.show import plain

ENDS = [end.value for end in End]


def read_grades(fields: Fields, known: Collection[str]) -> Grades:
    """等次: bands of the score or place, and what moves a unit up or down."""
    by = fields.choice("by", ["score", "mark", "place", "place_share"], "score")
    rows = fields.objects("grades")
    grades = []
    for row in rows:
        grades.append(Grade(row.text("name"), read_interval(row), read_requirements(row, "also")))
        _note_conditions(row, "also", grades[-1].also, known)
        row.close()
    # Conditions let a unit fall to a lower grade, so only grades without any have to fit together.
    if not any(grade.also for grade in grades):
        within = checked_bands(rows, [grade.within for grade in grades], discrete=by == "place")
        grades = [replace(grade, within=found) for grade, found in zip(grades, within, strict=True)]
    moves = []
    for row in fields.objects("moves", needed=False):
        loses = row.raw("by") == "none"
        when = read_requirement(row.object("when"))
        _note_conditions(row, "when", [when], known)
        moves.append(Move(row.text("name"), None if loses else row.integer("by", least=None), when))
        row.close()
    fields.close()
    return Grades(cast(Any, by), tuple(grades), tuple(moves))


def _note_conditions(
    fields: Fields, key: str, requirements: Sequence[Requirement], known: Collection[str]
) -> None:
    """Note conditions on indicators there are not; here the score may be looked at as well."""
    note_unknown(fields, key, requirements, (*known, SCORE))
    for condition in chain.from_iterable(map(conditions, requirements)):
        if condition.indicator == SCORE and (condition.on not in SCORE_READINGS or condition.part):
            words, found = [reading.value for reading in SCORE_READINGS], condition.part or condition.on.value
            fields.note(key, said("总分 score 只能看 {words}，没有 {found}", words=words, found=found))


def grades_document(found: Grades) -> dict[str, Any]:
    """The document of grades."""
    grades = [
        {
            "name": grade.name,
            **interval_document(grade.within),
            **({"also": [requirement_document(one) for one in grade.also]} if grade.also else {}),
        }
        for grade in found.grades
    ]
    moves = [
        {
            "name": move.name,
            "by": "none" if move.by is None else move.by,
            "when": requirement_document(move.when),
        }
        for move in found.moves
    ]
    return {"by": found.by, "grades": grades, **({"moves": moves} if moves else {})}


def read_list(fields: Fields, known: Collection[str]) -> ListRule:
    """红黑榜: an end of a ranking and/or a number of first or last places, AND conditions."""
    rule = ListRule(
        key=fields.key("key"),
        name=fields.text("name"),
        among=_among(fields.object("among"), known) if fields.has("among") else None,
        often=_place_count(fields.object("often"), known) if fields.has("often") else None,
        often_least=fields.integer("often_least", 1, least=1),
        when=read_requirements(fields, "when"),
        exempt=fields.flag("exempt", True),
    )
    _note_conditions(fields, "when", rule.when, known)
    if fields.ok and rule.among is None and rule.often is None and not rule.when:
        fields.problems.note(fields.path, "榜单缺少条件：写 among（名次）、often（次数）或 when（条件）")
    for key in ("among", "often"):
        fields.raw(key, needed=False)
    fields.close()
    return rule


def _among(fields: Fields, known: Collection[str]) -> Among:
    end = End(fields.choice("end", ENDS, "first"))
    share = fields.has("share")
    after, number = _place_range(fields) if fields.has("from") or fields.has("up_to") else _how_many(fields)
    if isinstance(fields.raw("by", needed=False), dict):
        by: str | PlaceCount = _place_count(fields.object("by"), known)
    else:
        by = fields.text("by", SCORE)
        if by not in (*known, SCORE):
            fields.note("by", said("应为 score（总分）或指标的代号，现在是“{found}”", found=by))
    fields.close()
    return Among(end, number, share, by, after)


def _how_many(fields: Fields) -> tuple[int, Fraction]:
    """So many, or such a share, from the end on."""
    share = fields.has("share")
    if share and fields.has("number"):
        fields.note("share", "number（家数）与 share（比例）只能写一个")
    number = fields.number("share" if share else "number")
    if number <= 0 or (share and number > 1):
        fields.note("share" if share else "number", "家数应大于 0，比例应大于 0、不超过 1")
    return 0, number


def _place_range(fields: Fields) -> tuple[int, Fraction]:
    """Places `from` … `up_to`, counted from the end that is meant, both included."""
    first = fields.integer("from", 1, least=1)
    last = fields.integer("up_to", least=1)
    if fields.has("up_to") and last < first:
        fields.note("up_to", "名次范围的终点 up_to 不能在起点 from 之前")
    for key in ("number", "share"):
        if fields.has(key):
            fields.note(key, "名次范围 from、up_to 与 number（家数）、share（比例）只能写一种")
        fields.raw(key, needed=False)
    return first - 1, Fraction(last)


def _place_count(fields: Fields, known: Collection[str]) -> PlaceCount:
    found = PlaceCount(
        End(fields.choice("end", ENDS, "first")),
        fields.integer("within", 1, least=1),
        tuple(str(key) for key in fields.items("indicators")),
    )
    for i, key in enumerate(found.indicators):
        if key not in known:
            fields.note(f"indicators[{i}]", said("指标中没有“{name}”", name=key))
    fields.close()
    return found


def list_document(rule: ListRule) -> dict[str, Any]:
    """The document of a list."""
    often = (
        {"often": _place_count_document(rule.often), "often_least": rule.often_least} if rule.often else {}
    )
    return {
        "key": rule.key,
        "name": rule.name,
        **({"among": _among_document(rule.among)} if rule.among else {}),
        **often,
        **({"when": [requirement_document(one) for one in rule.when]} if rule.when else {}),
        "exempt": rule.exempt,
    }


def _among_document(among: Among) -> dict[str, Any]:
    by = _place_count_document(among.by) if isinstance(among.by, PlaceCount) else among.by
    if among.after:
        return {"end": among.end.value, "from": among.after + 1, "up_to": int(among.number), "by": by}
    return {"end": among.end.value, "share" if among.share else "number": plain(among.number), "by": by}


def _place_count_document(often: PlaceCount) -> dict[str, Any]:
    return {"end": often.end.value, "within": often.within, "indicators": list(often.indicators)}


def read_light(fields: Fields, known: Collection[str]) -> LightRule | ProjectLightRule:
    """亮灯 by a number of an indicator or the score, or for projects by months overdue at a stage."""
    key, name = fields.key("key"), fields.text("name")
    rows = fields.objects("colours")
    colours = []
    for row in rows:
        colours.append(Colour(row.text("colour", empty=True), read_interval(row)))
        row.close()
    overdue = fields.has("overdue")
    within = checked_bands(rows, [colour.within for colour in colours], discrete=overdue)
    filled = tuple(replace(c, within=w) for c, w in zip(colours, within, strict=True))
    if overdue:
        rule: LightRule | ProjectLightRule = ProjectLightRule(key, name, fields.text("overdue"), filled)
    else:
        on = Reading(fields.choice("on", READINGS, Reading.VALUE.value))
        rule = LightRule(key, name, fields.text("indicator"), on, filled)
        if rule.indicator and rule.indicator not in (*known, SCORE):
            fields.note(
                "indicator", said("应为指标的代号或 score（总分），现在是“{found}”", found=rule.indicator)
            )
    fields.close()
    return rule


def light_document(rule: LightRule | ProjectLightRule) -> dict[str, Any]:
    """The document of a light."""
    if isinstance(rule, ProjectLightRule):
        about: dict[str, Any] = {"overdue": rule.stage}
    else:
        about = {"indicator": rule.indicator, "on": rule.on.value}
    rows = [{"colour": colour.name, **interval_document(colour.within)} for colour in rule.colours]
    return {"key": rule.key, "name": rule.name, **about, "colours": rows}


def read_progress(fields: Fields) -> ProgressRule:
    """争先进位: by places or by score."""
    found = ProgressRule(fields.text("name"), cast(Any, fields.choice("by", ["place", "score"], "place")))
    fields.close()
    return found
