"""By what a project would be known if it were entered twice: its name and its deal without what people write differently."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
COMPANY = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团|公司)+$")
"""Endings that the same company is written with and without."""
PROJECT = re.compile(r"(建设项目|项目)+$")


def name_key(name: str) -> str:
    """The name in lower case, letters and digits alone, without 项目 at its end; equal names are the same to a reader."""
    plain = _plain(name)
    return PROJECT.sub("", plain) or plain


def deal_key(investor: str | None, amount_yuan: int | None) -> str:
    """The amount and the investor without its form of company; empty where one of them is not known."""
    if not (investor and amount_yuan):
        return ""
    plain = _plain(investor)
    company = COMPANY.sub("", plain) or plain
    return f"{amount_yuan}|{company}" if company else ""


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isalnum():
        return folded[:LONGEST]
    return "".join(filter(str.isalnum, folded))[:LONGEST]
