"""What the roles are called, and what each is there for, in front of people."""

from __future__ import annotations

from leaderboard.accounts.models import ADMINISTRATOR, AUDITOR, REPORTER, SYSTEM, VERIFIER, VIEWER
from leaderboard.words import gettext as _


def role_words() -> dict[str, str]:
    """The roles by name."""
    return {
        SYSTEM: _("系统管理员"),
        ADMINISTRATOR: _("赛事管理员"),
        AUDITOR: _("审计管理员"),
        VERIFIER: _("认定员"),
        REPORTER: _("单位填报员"),
        VIEWER: _("查看员"),
    }


def role_duties() -> dict[str, str]:
    """What each role does, in one line for whoever chooses it."""
    return {
        SYSTEM: _("开设和管理账号，不办赛事，不看审计"),
        ADMINISTRATOR: _("办赛事：赛季、方案、台账、发布、大屏、异议"),
        AUDITOR: _("查看、核对、导出审计记录，什么也不改"),
        VERIFIER: _("看控制台，认定或退回记录"),
        REPORTER: _("填报本单位的记录，看本单位的得分"),
        VIEWER: _("看控制台，什么也不改"),
    }
