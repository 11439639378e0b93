"""The audit trail on the console: who did what when, newest first, and whether the chain is whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from flask import request
from flask.typing import ResponseReturnValue

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import newest_lines
from leaderboard.web.console.door import door, show
from leaderboard.web.guards import guard_action, guarded
from leaderboard.web.numbers import asked_number
from leaderboard.web.requests import reading
from leaderboard.words import gettext as _

PAGE = 100
MOST_BROKEN = 20


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One line of the trail as a sentence, with its detail."""

    line: AuditLine
    did: str
    detail: str


def told(line: AuditLine) -> ToldLine:
    """The line in words; an action without words of its own keeps its key."""
    names = detail_words()
    detail = {name: value for name, value in json.loads(line.detail).items() if value not in (None, "", [])}
    shown = "; ".join(
        f"{names.get(name, name)} {_told_value(value, names)}" for name, value in detail.items()
    )
    return ToldLine(line, deeds().get(line.action, line.action), shown)


def _told_value(value: object, names: Mapping[str, str]) -> object:
    """A value as it is; several of them, as where columns were changed, each with what it is called."""
    if not isinstance(value, Mapping):
        return value
    return _("、").join(f"{names.get(key, key)} {_told_part(key, part)}" for key, part in value.items())


def _told_part(key: str, part: object) -> object:
    if key == "is_public":
        return _("是") if part else _("否")
    return "—" if part is None else part


def detail_words() -> dict[str, str]:
    """What the parts of a line's detail are called."""
    return {
        "why": _("理由"),
        "name": _("名称"),
        "name_en": _("英文名"),
        "investor": _("投资方"),
        "industry": _("行业"),
        "is_public": _("公开名称"),
        "title": _("名称"),
        "effective_on": _("生效日"),
        "was": _("原为"),
        "now": _("改为"),
        "stage": _("节点"),
        "on": _("日期"),
        "until": _("截至"),
        "yuan": _("金额（元）"),
        "quantity": _("数量"),
        "item": _("事项"),
        "times": _("次数"),
        "role": _("角色"),
        "division": _("组别"),
        "season": _("赛季"),
        "hash": _("哈希"),
        "revision": _("修订"),
        "rule": _("周期"),
    }


def deeds() -> dict[str, str]:
    """What each action is called."""
    return {
        "season.open": _("开设赛季"),
        "season.stages": _("设定节点"),
        "division.add": _("添加组别"),
        "unit.add": _("添加单位"),
        "unit.enter": _("单位参赛"),
        "target.set": _("设定任务"),
        "scheme.draft": _("起草方案"),
        "scheme.revise": _("修改方案草稿"),
        "scheme.approve": _("使方案生效"),
        "scheme.discard": _("作废方案草稿"),
        "timetable.add": _("添加时间表"),
        "timetable.pause": _("暂停时间表"),
        "timetable.resume": _("恢复时间表"),
        "project.add": _("登记项目"),
        "project.amend": _("修改项目资料"),
        "stage_event.add": _("记录节点"),
        "arrival.add": _("记录到位资金"),
        "credit.add": _("记录分成"),
        "return.add": _("记录报表"),
        "adjustment.add": _("记录加减分"),
        "fact.verified": _("认定"),
        "fact.returned": _("退回"),
        "fact.reversed": _("冲销"),
        "workbook.import": _("导入工作簿"),
        "edition.request": _("按下发布"),
        "edition.publish": _("发布一期"),
        "run.bring_back": _("补发一期"),
        "screen.add": _("添加大屏"),
        "screen.revoke": _("撤销大屏"),
        "account.add": _("添加账号"),
        "account.deactivate": _("停用账号"),
        "password.renew": _("重发一次性密码"),
        "password.change": _("修改密码"),
        "session.begin": _("登录"),
        "session.end": _("退出"),
        "session.refused": _("登录失败"),
    }


@door.get("/audit")
@guarded(guard_action(Action.READ_AUDIT))
def audit() -> ResponseReturnValue:
    """One page of the trail; on demand, the check of its whole chain."""
    session = reading()
    lines = newest_lines(session, PAGE, before=asked_number("before"))
    checked = request.args.get("check") == "1"
    broken = list(islice(broken_lines(session), MOST_BROKEN)) if checked else []
    return show(
        "audit",
        here="audit",
        lines=[told(line) for line in lines],
        checked=checked,
        broken=broken,
        older=lines[-1].seq_no if len(lines) == PAGE and lines[-1].seq_no > 1 else None,
    )
