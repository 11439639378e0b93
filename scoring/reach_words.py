"""One column's answer as a Chinese sentence: 再开工 2 个项目，可升至第 3."""

from __future__ import annotations

from fractions import Fraction

from scoring.reach_change import ADJUSTMENT, ARRIVAL, NEW_PROJECT, NUMBER, STAGE, Column
from scoring.reach_search import (
    CAP,
    DENOMINATOR,
    NO_PLACE,
    NO_POINTS,
    NONE_LEFT,
    NOT_ENOUGH,
    Answer,
)
from scoring.rules import Scheme
from scoring.show import plain

STAGES = {
    "talks": "洽谈",
    "signed": "签约",
    "registered": "注册",
    "landed": "落地",
    "started": "开工",
    "in_statistics": "入库",
    "in_production": "投产",
}
KINDS = {"domestic": "资金", "foreign": "外资"}
WHY = {
    NO_PLACE: "本期不参加排名",
    CAP: "该项得分已封顶",
    NONE_LEFT: "可再做的数量不够",
    DENOMINATOR: "分母同时增大，得不偿失",
    NO_POINTS: "该项不增加得分",
    NOT_ENOUGH: "该项再多也不够",
}
"""Why a column alone does not get there."""
WAN = 10_000


def sentence(answer: Answer, wanted: Fraction, scheme: Scheme) -> str:
    """What to do more of and the place it leads to, or why this column alone does not lead to the one wanted.

    Money is rounded up to whole 万元, so that what is read is enough; a share below the whole is stated.
    """
    if answer.steps is None or answer.place is None:
        reason = WHY[answer.reason or NOT_ENOUGH]
        return f"仅靠{_thing(answer.column, scheme)}，不能升至第 {plain(wanted)}：{reason}"
    return f"{_deed(answer.column, answer.steps, scheme)}，可升至第 {plain(answer.place)}"


def shown_steps(column: Column, steps: int) -> str:
    """So many steps as read: money in 万元, rounded up."""
    return f"{-(-steps // WAN)} 万元" if column.by == "amount" else str(steps)


def _deed(column: Column, steps: int, scheme: Scheme) -> str:
    many = shown_steps(column, steps)
    share = f"（按 {plain(column.share)} 分成）" if column.share != 1 else ""
    name = _name(column, scheme)
    match column.deed:
        case "stage":
            return f"再{name} {many} 个项目{share}"
        case "new_project":
            return f"再新签约{_further(column)} {many} 个项目{share}"
        case "arrival":
            return f"再到位{name} {many}{share}"
        case "adjustment":
            return f"{'减少' if column.sign < 0 else '再获'} {many} 次{name}"
        case _:
            return f"{name}{'减少' if column.sign < 0 else '再增加'} {many}"


def _thing(column: Column, scheme: Scheme) -> str:
    """What the column is about, as a noun."""
    match column.deed:
        case "stage":
            return f"现有项目{_name(column, scheme)}"
        case "new_project":
            return f"新签约{_further(column)}项目"
        case "arrival":
            return f"{_name(column, scheme)}到位"
        case "adjustment":
            return f"{'减少' if column.sign < 0 else '增加'}{_name(column, scheme)}"
        case _:
            return _name(column, scheme)


def _further(column: Column) -> str:
    return "" if column.what == "signed" else f"并{STAGES.get(column.what, column.what)}"


def _name(column: Column, scheme: Scheme) -> str:
    """The column's subject in the office's words, as far as the scheme knows them."""
    if column.deed in (STAGE, NEW_PROJECT):
        return STAGES.get(column.what, column.what)
    if column.deed == ARRIVAL:
        return KINDS.get(column.what, column.what)
    if column.deed == ADJUSTMENT:
        return next(rule.name for rule in scheme.adjustments if rule.key == column.what)
    return scheme.indicator(column.what).name if column.deed == NUMBER else column.what
