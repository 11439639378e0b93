"""Checks the sheet 考核方案: where the scheme's JSON text stands, whether it can be read, and whether it may be taken."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.exchange import cells
from leaderboard.exchange.checking import Checking
from leaderboard.exchange.known import KnownPlan
from leaderboard.exchange.layout import SCHEME, SCHEME_KEY
from leaderboard.exchange.names import SchemeNames
from leaderboard.exchange.plan import Plan
from leaderboard.exchange.problems import Problem, Problems
from leaderboard.exchange.table import FAULTS, column_letters, title_of
from leaderboard.exchange.workbook import Cell, Sheet
from leaderboard.seasons.drafts import FOUR_RATES
from leaderboard.seasons.models import DRAFT, SUBMITTED, SchemeVersion
from scoring.scheme_document import SchemeError, parse_scheme, scheme_document

Place = tuple[int, int]
"""Row and column of a cell, counted from 1."""


def check_scheme(checking: Checking) -> None:
    """The scheme in the workbook: the one in force or waiting, or another for a second person."""
    documents: list[Mapping[str, Any]] = list(checking.known.documents)
    stated = _stated_scheme(checking.sheets.get(SCHEME), checking.plan.problems)
    if stated is not None and not _is_left_from_the_template(checking, stated):
        documents.insert(0, stated)
        _compare_scheme(checking, stated)
    checking.scheme = SchemeNames(documents)


def _is_left_from_the_template(checking: Checking, stated: dict[str, Any]) -> bool:
    """Whether the template's scheme was left in its cell for a season that has another; nobody meant it then.

    Where the season has none it is taken like any other.
    """
    if stated != scheme_document(parse_scheme(FOUR_RATES)):
        return False
    problems, known = checking.plan.problems, checking.known
    if checking.plan.season_is_new:
        problems.warn("将以模板自带的四率考核方案作为首个方案, 请核对", SCHEME)
    if not known.schemes:
        return False
    if known.in_force is not None and stated == json.loads(known.in_force.document):
        return False
    problems.warn("赛季已有自己的考核方案, 模板自带的方案没有采用", SCHEME)
    return True


def _compare_scheme(checking: Checking, stated: dict[str, Any]) -> None:
    plan, known = checking.plan, checking.known
    divisions = {d.key for d in plan.divisions} | set(known.divisions)
    for division in stated["divisions"]:
        if division not in divisions:
            plan.problems.warn(f'方案为组别 "{division}" 定了权重, 但赛季没有这个组别', SCHEME)
    if plan.season_is_new:
        plan.scheme = stated
        plan.counts[SCHEME].new += 1
    elif stated in [json.loads(version.document) for version in _standing(known)]:
        plan.counts[SCHEME].unchanged += 1
    elif any(version.state in {DRAFT, SUBMITTED} for version in known.schemes):
        plan.problems.error("赛季已有未生效的方案草稿, 请先在控制台使它生效或作废", SCHEME)
    elif known.season is not None and plan.today > known.season.ends_on:
        plan.problems.error("与赛季的考核方案不同, 而赛季已经结束; 请删除此工作表", SCHEME)
    else:
        _submit_change(plan, stated, is_first=known.in_force is None)


def _standing(known: KnownPlan) -> Iterator[SchemeVersion]:
    """The scheme in force, and what waits for its approval."""
    if known.in_force is not None:
        yield known.in_force
    yield from (version for version in known.schemes if version.state == SUBMITTED)


def _submit_change(plan: Plan, stated: dict[str, Any], *, is_first: bool) -> None:
    """A scheme is changed by two people: the workbook's waits for another administrator."""
    plan.changed_scheme = stated
    plan.counts[SCHEME].new += 1
    why = "赛季已开设而还没有生效的考核方案" if is_first else "与赛季现行的考核方案不同"
    plan.problems.warn(
        f"{why}: 将存为新的一版并提交审批, 由另一位管理员批准后才生效; 不想改方案请删除此工作表", SCHEME
    )


def _stated_scheme(sheet: Sheet | None, problems: Problems) -> dict[str, Any] | None:
    """The canonical document of the scheme in the workbook, if there is one without mistakes."""
    if sheet is None or not (filled := dict(_filled(sheet))):
        return None
    laid = _laid_out(filled)
    if not laid.keys:
        problems.error(
            f'应有一行左格为 "{SCHEME_KEY}", 右格为方案的 JSON 文本; 没有方案请删除此工作表', SCHEME
        )
        return None
    slips = list(_slips(sheet, filled, laid))
    for slip in slips:
        problems.error(slip.message, slip.sheet, slip.row, slip.column)
    if slips or not laid.parts:
        return None
    text = "".join(cells.written(filled[place]) for place in laid.parts)
    return _read_scheme(text, laid.parts[0][0], problems)


def _filled(sheet: Sheet) -> Iterator[tuple[Place, Cell]]:
    """Every cell that holds anything, or ought to: a formula without a result holds None."""
    for number in sorted(sheet.rows):
        for column, value in enumerate(sheet.rows[number], start=1):
            if cells.clean(cells.written(value)):
                yield (number, column), value
    yield from (((row, column), None) for row, column, _ in sheet.faults)


@dataclass(frozen=True, slots=True)
class _Laid:
    """Where on the sheet things stand."""

    keys: list[Place]
    beside: list[Place]
    """The cells right of a key."""
    below: list[Place]
    """The cell under the last key, where a reader takes the key for the heading of a column."""

    @property
    def parts(self) -> list[Place]:
        """The cells of the document, in order."""
        return self.beside or self.below


def _laid_out(filled: Mapping[Place, Cell]) -> _Laid:
    keys = sorted(place for place, value in filled.items() if place[1] == 1 and title_of(value) == SCHEME_KEY)
    below = [(keys[-1][0] + 1, 1)] if keys else []
    return _Laid(
        keys,
        [(row, 2) for row, _ in keys if (row, 2) in filled],
        [place for place in below if place in filled],
    )


def _slips(sheet: Sheet, filled: Mapping[Place, Cell], laid: _Laid) -> Iterator[Problem]:
    """What stands where nothing is read, and the parts that are formulas without a usable value."""
    if laid.beside and laid.below:
        both = f"{_named(laid.beside[0])} 和 {_named(laid.below[0])}"
        yield Problem(f"{both} 都有内容, 方案的 JSON 文本只能填在其中一格", SCHEME, laid.below[0][0])
    for place in sorted(filled.keys() - {*laid.keys, *laid.beside, *laid.below}):
        found = "(公式)" if filled[place] is None else cells.shown(filled[place])
        yield Problem(
            f"单元格 {_named(place)} 的内容 {found} 不会导入, 请删除; "
            f'方案的 JSON 文本应填在 "{SCHEME_KEY}" 右边或下面的一格',
            SCHEME,
            place[0],
        )
    for row, column, kind in sheet.faults:
        if (row, column) in laid.parts:
            yield Problem(FAULTS[kind], SCHEME, row, SCHEME_KEY)


def _named(place: Place) -> str:
    row, column = place
    return f"{column_letters(column)}{row}"


def _read_scheme(text: str, number: int, problems: Problems) -> dict[str, Any] | None:
    """The canonical document of a JSON text that begins in a row; what is wrong with it is noted there."""
    try:
        return scheme_document(parse_scheme(json.loads(text)))
    except SchemeError as error:
        for problem in error.problems:
            problems.error(f"{problem.path}: {problem.message}", SCHEME, number, SCHEME_KEY)
    except (ValueError, RecursionError) as error:
        where = (
            f" (第 {error.lineno} 行第 {error.colno} 字附近)"
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
        problems.error(f"不是完整的 JSON 文本{where}, 请从控制台或导出的文件复制", SCHEME, number, SCHEME_KEY)
    return None
