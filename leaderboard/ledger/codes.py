"""Project codes: what may name a project in addresses, files and notices alike."""

from __future__ import annotations

import re

FORBIDDEN = re.compile(r"[/\\?#%\x00-\x1f\x7f]")
LONGEST = 40


def code_problem(code: str) -> str | None:
    """What is wrong with a project code, in the user's words; None where it will do.

    A code stands in the address of the project's page, so signs that mean something there cannot be part of it.
    """
    if not code.strip() or code != code.strip() or code in {".", ".."}:
        return "项目编号不能为空, 首尾不能有空格"
    if len(code) > LONGEST:
        return f"项目编号最长 {LONGEST} 个字符, 现为 {len(code)} 个"
    if found := FORBIDDEN.search(code):
        sign = found[0] if found[0].isprintable() else "控制字符"
        return f"项目编号 {code!r} 中不能有 {sign}, 请改用字母、数字、汉字或连字符"
    return None
