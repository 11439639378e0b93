"""Deeds in words: what a unit has to do so many times, and what keys and columns are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from leaderboard.formatters import money
from leaderboard.words import ENGLISH, language, named
from leaderboard.words import gettext as _
from scoring.cohort import or_later

Document = dict[str, Any]
WAN, YI = 10_000, 100_000_000


@dataclass(frozen=True, slots=True)
class Near:
    """A project that is near to what a way asks of it."""

    code: str
    """Under which its page is found; "" for a project of another unit of the bundle."""
    name: str
    standing: str
    """How far it is and for how long: 已落地 46 天."""


@dataclass(frozen=True, slots=True)
class Names:
    """What keys are called: stages of the season, indicators and adjustments of the scheme, projects, today.

    And what the ledger knows of the unit's projects that the edition did not.
    """

    stages: Mapping[str, str]
    board: Document
    projects: Mapping[str, str]
    today: date
    awaiting: Mapping[str, frozenset[str]]
    """By code of a project of the unit's own: stages reported that await verification."""
    outstanding: Sequence[Near]
    """The unit's own projects with most contract money still to come."""

    def of(self, what: str) -> str:
        """The name of an indicator or adjustment; a reported measure is called as it is."""
        scheme = self.board["scheme"]
        found = next((n for n in (*scheme["indicators"], *scheme["adjustments"]) if n["key"] == what), None)
        return named(found["name"], found["name_en"]) if found else what

    def preset(self, what: str) -> str:
        """Which of the usual rates an indicator is, if any."""
        every = self.board["scheme"]["indicators"]
        return next((str(i["measure"].get("preset", "")) for i in every if i["key"] == what), "")

    def measure(self, what: str) -> Document | None:
        """How a rate is measured; None of a plain quantity, an adjustment or a reported measure."""
        every = self.board["scheme"]["indicators"]
        return next((dict(i["measure"]) for i in every if i["key"] == what and i["kind"] == "rate"), None)

    def waiting(self, step: Document) -> list[str]:
        """Codes of the projects that a step asks for and whose stage, or a later one, awaits verification."""
        if step["deed"] != "stage":
            return []
        counts = set(or_later([step["what"]]))
        codes = step.get("codes") or [project["code"] for project in step["projects"]]
        return [code for code in codes if self.awaiting.get(code, frozenset()) & counts]


def deed_words(step: Document, names: Names) -> str:
    """What to do so many times: 推动 2 个已签约项目开工."""
    steps = step["steps"]
    many = enough(steps) if step["by"] == "amount" else str(steps)
    share = _("（按 {share} 分成）").format(share=step["share"]) if step.get("share", "1") != "1" else ""
    what = names.stages.get(step["what"], step["what"])
    match step["deed"]:
        case "stage":
            return _push(step, names, what) + share
        case "new_project" if step["what"] == "signed":
            return _("新签约 {many} 个项目").format(many=many) + share
        case "new_project":
            return _("新签约 {many} 个项目并{stage}").format(many=many, stage=what) + share
        case "arrival":
            return _("再到位资金 {many}").format(many=many) + share
        case "number":
            return _number_words(step, many, names)
    fewer = step["sign"] < 0
    said = _("{name}减少 {many}") if fewer else _("{name}增加 {many}")
    return said.format(name=names.of(step["what"]), many=many)


def _push(step: Document, names: Names, stage: str) -> str:
    """So many projects to push to a stage, but for those reported already: they are done once they are verified."""
    reported = min(len(names.waiting(step)), step["steps"])
    left = step["steps"] - reported
    if not reported:
        return _("推动 {many} 个项目{stage}").format(many=left, stage=stage)
    if not left:
        return _("{count} 个已上报{stage}的项目，待认定后即可计入").format(count=reported, stage=stage)
    words = _("推动 {many} 个项目{stage}（另有 {count} 个已上报，待认定后即可计入）")
    return words.format(many=left, stage=stage, count=reported)


def _number_words(step: Document, many: str, names: Names) -> str:
    """The usual rates by what they count; any other by its name."""
    usual = {
        "signing": _("再签约 {many}"),
        "groundbreaking": _("再开工 {many}"),
        "landing": _("再落地 {many}"),
        "arrival": _("再到位资金 {many}"),
    }.get(names.preset(step["what"]))
    if step["by"] != "amount":
        many = _("{many} 个项目").format(many=many) if usual else many
    if usual is not None and step["sign"] > 0:
        return usual.format(many=many)
    return _numerator(names.measure(step["what"]), step).format(name=names.of(step["what"]), many=many)


def _numerator(measure: Document | None, step: Document) -> str:
    """What more or less of a number is called: a rate does not grow by one, the number above its line does."""
    fewer = step["sign"] < 0
    if measure is None:
        return _("{name}减少 {many}") if fewer else _("{name}增加 {many}")
    if step["by"] != "amount" and _counts_projects(measure):
        return _("少 {many} 个计入“{name}”的项目") if fewer else _("多 {many} 个计入“{name}”的项目")
    return _("“{name}”的分子减少 {many}") if fewer else _("“{name}”的分子增加 {many}")


def _counts_projects(measure: Document) -> bool:
    """Whether every number above the line counts projects."""
    if "preset" in measure:
        return True
    pieces = measure.get("mix") or measure.get("parts") or [measure]
    above = [piece.get("numerator") for piece in pieces]
    return all(isinstance(one, dict) and one.get("projects", {}).get("by") == "count" for one in above)


def enough(yuan: int) -> str:
    """Money rounded up to what is shown of it, so that what is read is enough."""
    if language() == ENGLISH:
        unit = 10 * YI if yuan >= 10 * YI else 1_000_000
        shown = unit // 100
    else:
        shown = YI // 100 if yuan >= YI else WAN
    return money(-(-yuan // shown) * shown)


def thing_words(step: Document, names: Names) -> str:
    """What a column is about, where no number of steps is enough."""
    what = names.stages.get(step["what"], step["what"])
    match step["deed"]:
        case "stage":
            return _("推动现有项目{stage}").format(stage=what)
        case "new_project" if step["what"] == "signed":
            return _("新签约项目")
        case "new_project":
            return _("新签约项目并{stage}").format(stage=what)
        case "arrival":
            return _("资金到位")
    return names.of(step["what"])
