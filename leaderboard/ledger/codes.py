"""Project codes: what may name a project in addresses, files and notices alike."""

from __future__ import annotations

import re

from leaderboard.words import gettext as _

FORBIDDEN = re.compile(r"[/\\?#%\x00-\x1f\x7f]")
LONGEST = 40


def code_problem(code: str) -> str | None:
    """What is wrong with a project code, in the user's words; None where it will do.

    A code stands in the address of the project's page, so signs that mean something there cannot be part of it.
    """
    if not code.strip() or code != code.strip() or code in {".", ".."}:
        return _("项目编号不能为空, 首尾不能有空格")
    if len(code) > LONGEST:
        return _("项目编号最长 {most} 个字符, 现为 {length} 个").format(most=LONGEST, length=len(code))
    if found := FORBIDDEN.search(code):
        sign = found[0] if found[0].isprintable() else _("控制字符")
        return _("项目编号 {code} 中不能有 {sign}, 请改用字母、数字、汉字或连字符").format(
            code=repr(code), sign=sign
        )
    return None
