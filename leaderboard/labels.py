"""The words for states, reasons and rules: what the keys in a board document are called in front of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from leaderboard.formatters import money, plain
from leaderboard.seasons.read import STAGE_NAMES
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.measure_document import LANDING_STAGES


def state_words(state: str) -> str:
    """What kind of answer a number is, in words: 未报, 不适用, 待认定, 无基数."""
    return {
        "counted": _("已计"),
        "zero": _("为零"),
        "not_reported": _("未报"),
        "not_applicable": _("不适用"),
        "under_verification": _("待认定"),
        "no_denominator": _("无基数"),
    }[state]


def absence_words(state: str | None) -> str:
    """Why a total has no number: in its units' own word where all have the same, or else 无数据."""
    return _("无数据") if state is None else state_words(state)


def note_words(note: str) -> str:
    """What changed an indicator's points, in words."""
    return {
        "cap": _("已达封顶"),
        "floor": _("按保底计"),
        "weight_raised": _("权重含其他指标分来的部分"),
        "zero_points": _("按规则计零分"),
        "left_out": _("按规则不计入总分"),
        "redistributed": _("权重已分给其他指标"),
        "full_points": _("按规则计满分"),
        "fixed_points": _("按规则计固定分"),
        "unranked": _("按规则不参加排名"),
        "most": _("已达本项上限"),
        "least": _("按本项下限计"),
        "no_number": _("没有可计分的数"),
        "no_band": _("不在任何一档之内"),
        "all_equal": _("各单位相同，按规则计分"),
        "gate": _("未达到计分条件"),
        "void": _("按规则本项作废"),
    }[note]


def unranked_words(reason: str) -> str:
    """Why a unit has no place, in words."""
    if reason == "hors_concours":
        return _("只展示，不参加排名")
    if reason == "nothing_measured":
        return _("没有可计分的指标，不参加排名")
    if reason == "disqualified":
        return _("按规则取消排名")
    return _("缺少必需的指标（%s），不参加排名") % state_words(reason)


def left_out_words(reason: str) -> str:
    """Why a fact was looked at and not counted, in words."""
    return {
        "not_reached": _("尚未到这一节点"),
        "awaiting_verification": _("尚未认定"),
        "after_cut_off": _("发生在截止日之后"),
        "outside_cohort": _("不在本赛季统计范围"),
        "below_floor": _("未达到规模要求"),
        "no_amount": _("合同未写明金额"),
        "excluded_kind": _("按规则不计这一类"),
        "already_counted": _("以前已经计过"),
        "credit_ended": _("分成约定已经终止"),
        "outside_range": _("规模或标记不在要求之内"),
    }[reason]


def ties_words(rule: str) -> str:
    """How units with equal values are placed, in words with an example."""
    return {
        "competition": _("得分相同并列，后面的名次空出（1、2、2、4）"),
        "dense": _("得分相同并列，后面的名次不空出（1、2、2、3）"),
        "sequential": _("得分相同按单位的固定顺序排列（1、2、3、4）"),
        "modified": _("得分相同并列取靠后的名次（1、3、3、4）"),
        "fractional": _("得分相同取名次的平均（1、2.5、2.5、4）"),
    }[rule]


def measure_words(measure: Mapping[str, Any]) -> str:
    """What an indicator divides by what, in words, from the measure as the scheme states it."""
    floor = int(measure.get("floor_yuan", 0))
    words = _measured(measure)
    return words + (_("；只计总投资不低于 %s 的项目") % money(floor) if floor else "")


def _measured(measure: Mapping[str, Any]) -> str:
    if "preset" in measure:
        return _preset(measure)
    forms = {
        "ratio": _("报表累计数之比"),
        "quantity": _("报表累计数，不计分"),
        "given": _("由主办单位直接给出的数"),
        "mix": _("几个比率按比重合成"),
        "parts": _("几批项目的分子之和 ÷ 分母之和"),
    }
    found = next((words for form, words in forms.items() if form in measure), None)
    return found or _("按考核方案规定的口径计算")


def _preset(measure: Mapping[str, Any]) -> str:
    if measure["preset"] == "signing":
        return _signing(measure["by"])
    if measure["preset"] == "arrival" and measure["over"] == "task":
        return _("赛季内到位资金 ÷ 到位资金任务")
    if measure["preset"] == "landing":
        return _landing(measure.get("stages", LANDING_STAGES))
    return {
        "groundbreaking": _("已开工或到更后阶段的项目 ÷ 同批签约项目，按个数"),
        "arrival": _("到位资金 ÷ 同批签约项目的合同外来资金"),
    }[measure["preset"]]


def _landing(stages: Sequence[str]) -> str:
    """What has landed: a project that went on to a later standard stage has, even where no landing was recorded."""
    if tuple(stages) == LANDING_STAGES:
        return _("已注册、落地或到更后阶段的项目 ÷ 同批签约项目，按个数")
    named = _("、").join(_(STAGE_NAMES.get(stage, stage)) for stage in stages)
    return _("已到 %s 或更后阶段的项目 ÷ 同批签约项目，按个数") % named


def _signing(by: str | Mapping[str, str]) -> str:
    if isinstance(by, str):
        by_count = _("赛季内签约项目 ÷ 签约目标，按个数")
        return by_count if by == "count" else _("赛季内签约总投资 ÷ 签约目标，按金额")
    share = plain(Fraction(by["count_share"]) * 100)
    return _("赛季内签约 ÷ 签约目标，个数占 %s%%，其余按金额") % share


def fact_names(board: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What stages, adjustments, targets and reported measures are called, by kind of fact and key.

    Stages by the season's own names, the rest by those of the scheme; a reported measure has a name only where an
    indicator shows it as it is.
    """
    scheme = board["scheme"]
    shown = [indicator | {"key": indicator["measure"].get("quantity")} for indicator in scheme["indicators"]]
    kinds = {
        "stage": board.get("stages", ()),
        "adjustment": scheme.get("adjustments", ()),
        "target": scheme["indicators"],
        "return": shown,
    }
    return {
        kind: {line["key"]: named(line["name"], line.get("name_en")) for line in lines if line["key"]}
        for kind, lines in kinds.items()
    }


LABELS: dict[str, Callable[..., object]] = {
    "state_words": state_words,
    "absence_words": absence_words,
    "note_words": note_words,
    "unranked_words": unranked_words,
    "left_out_words": left_out_words,
    "ties_words": ties_words,
    "measure_words": measure_words,
    "fact_names": fact_names,
}
