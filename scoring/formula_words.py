"""The words around a printed formula, as Chinese notices write them and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.result import State
from scoring.show import Round

CHINESE: Mapping[str, str] = {
    "score": "得分",
    "cap": "{x} 封顶 {cap}",
    "floor": "{x} 保底 {floor}",
    "is": "{x}={value}",
    "rounded": "{x} 先取整为 {value}",
    "audited": "抽查属实 {share}",
    "best": "本组最好 {best}",
    "mean": "本组平均 {mean}",
    "ahead": "{x} 减时序进度 {schedule}",
    "no_number": "没有可用的数，不得分",
    "no_place": "不参加排名，没有名次，不得分",
    "no_ends": "本组没有参加排名的数可比，不得分",
    "no_best": "本组最好为 0 或没有，无从相比，不得分",
    "no_mean": "本组平均为 0 或没有，无从相比，不得分",
    "own_zero": "本单位的数为 0，不能作除数，不得分",
    "no_band": "{x} 不在任何一档，不得分",
    "band": "{x} 属 {band} 档",
    "other_band": "{x} 属其余一档",
    "passed_down": "上一档另有条件未满足",
    "place": "第 {x} 名",
    "places": "{first}–{last} 名档",
    "one_place": "第 {first} 名档",
    "places_from": "第 {first} 名及以后档",
    "gives": "得 {points}",
    "all_equal": "全组相同",
    "held_low": "{x} 低于下限，按 {end} 计",
    "held_high": "{x} 高于上限，按 {end} 计",
    "passed_high": "规定的一头 {end} 本组都已到或越过，{x} 按高的一头计",
    "passed_low": "规定的一头 {end} 本组都已到或越过，{x} 按低的一头计",
    "whole": "{x} 不足一步不计，计 {steps} 步",
    "top_standard": "{x} 不低于最高标准值 {at}",
    "low_standard": "{x} 不高于最低标准值 {at}",
    "short": "{part}少 {n}",
    "enough": "没有缺额",
    "part": "{part} {n}",
    "floors_met": "{asked} 批全部达标",
    "floors_unmet": "{asked} 批中 {reached} 批达标",
    "most": "{x} 超过最高分 {limit}",
    "least": "{x} 低于最低分 {limit}",
    "gate": "前提未满足：{name}",
    "gate_unnamed": "前提条件未满足",
    "instead": "原得 {x}",
    "void": "{name}，本项不得分",
    "weight_raised": "含分摊来的权重，按 {weight} 分计",
    "zero_points": "{state}，计零分",
    "full_points": "{state}，计满分",
    "fixed_points": "{state}，计固定分",
    "base": "基础分",
    "ceiling": "{name}最多 {most} 分",
    "score_most": "总分最高 {limit} 分",
    "score_least": "总分最低 {limit} 分",
    State.NOT_REPORTED: "未报",
    State.NOT_APPLICABLE: "不适用",
    State.UNDER_VERIFICATION: "认定中",
    State.NO_DENOMINATOR: "没有分母",
    Round.HALF_UP: "四舍五入",
    Round.DOWN: "截尾",
    Round.UP: "进位",
}
ENGLISH: Mapping[str, str] = {
    "score": "Score",
    "cap": "{x} capped at {cap}",
    "floor": "{x} raised to the floor {floor}",
    "is": "{x}={value}",
    "rounded": "{x} rounded first to {value}",
    "audited": "{share} verified by audit",
    "best": "best of the division {best}",
    "mean": "mean of the division {mean}",
    "ahead": "{x} less the share due {schedule}",
    "no_number": "no number to count",
    "no_place": "hors concours: no place, no points",
    "no_ends": "no ranked number in the division to compare with",
    "no_best": "best of the division is 0 or missing: nothing to compare with",
    "no_mean": "mean of the division is 0 or missing: nothing to compare with",
    "own_zero": "the number is 0 and nothing can be divided by it",
    "no_band": "{x} lies in no band",
    "band": "{x} lies in {band}",
    "other_band": "{x}: all other cases",
    "passed_down": "a further condition of the band above is not met",
    "place": "place {x}",
    "places": "places {first}–{last}",
    "one_place": "place {first}",
    "places_from": "places from {first} on",
    "gives": "worth {points}",
    "all_equal": "all units equal",
    "held_low": "{x} is below the lower end, counted as {end}",
    "held_high": "{x} is above the upper end, counted as {end}",
    "passed_high": "the division has passed the stated end {end}; {x} counts as the upper end",
    "passed_low": "the division has passed the stated end {end}; {x} counts as the lower end",
    "whole": "{x}: only full steps count, {steps}",
    "top_standard": "{x} reaches the highest standard {at}",
    "low_standard": "{x} is at or below the lowest standard {at}",
    "short": "{part} short by {n}",
    "enough": "nothing short",
    "part": "{part} {n}",
    "floors_met": "all {asked} reach their floor",
    "floors_unmet": "{reached} of {asked} reach their floor",
    "most": "{x} is above the most, {limit}",
    "least": "{x} is below the least, {limit}",
    "gate": "condition not met: {name}",
    "gate_unnamed": "condition not met",
    "instead": "instead of {x}",
    "void": "{name}: no points here",
    "weight_raised": "with weight passed on from others, {weight}",
    "zero_points": "{state}: no points",
    "full_points": "{state}: full points",
    "fixed_points": "{state}: fixed points",
    "base": "base",
    "ceiling": "{name} together at most {most}",
    "score_most": "score at most {limit}",
    "score_least": "score at least {limit}",
    State.NOT_REPORTED: "not reported",
    State.NOT_APPLICABLE: "not applicable",
    State.UNDER_VERIFICATION: "under verification",
    State.NO_DENOMINATOR: "no denominator",
    Round.HALF_UP: "round",
    Round.DOWN: "cut",
    Round.UP: "roundup",
}


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language a formula is printed in."""

    words: Mapping[str, str]
    brackets: tuple[str, str]
    comma: str

    def say(self, word: str, **names: str) -> str:
        """One note with its numbers filled in."""
        return self.words[word].format(**names)

    def name(self, name: str, name_en: str) -> str:
        """A name the scheme states, in this language where it does."""
        return name_en if self.words is ENGLISH and name_en else name


ZH = Tongue(CHINESE, ("（", "）"), "，")
EN = Tongue(ENGLISH, (" (", ")"), "; ")
