"""The kinds of acts by which the audit trail is looked through."""

from __future__ import annotations

from leaderboard.words import gettext as _

KINDS = {
    "plan": ("season", "division", "unit", "target"),
    "scheme": ("scheme",),
    "facts": (
        "project",
        "stage_event",
        "arrival",
        "credit",
        "return",
        "adjustment",
        "fact",
        "evidence",
        "workbook",
    ),
    "editions": ("edition", "draft", "key", "countersign", "outbox"),
    "objections": ("objection",),
    "clock": ("timetable", "calendar", "clock", "run"),
    "screens": ("screen", "ceremony"),
    "people": ("account", "password", "session"),
}
"""Kind of act -> the first halves of its actions; every action is of exactly one kind."""


def kind_words() -> dict[str, str]:
    """What each kind is called."""
    return {
        "plan": _("赛季、单位与任务"),
        "scheme": _("考核方案"),
        "facts": _("项目与记录"),
        "editions": _("发布与更正"),
        "objections": _("异议"),
        "clock": _("时间表与日历"),
        "screens": _("大屏"),
        "people": _("账号与登录"),
    }
