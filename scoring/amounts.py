"""Reads one stated number with its unit: 28, "1,234.5", "60%", "3.5亿", "1200万元", "3000万美元" at a stated rate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from scoring.said import said

AMOUNT = re.compile(
    r"(?P<number>-?(?:[0-9]{1,3}(?:[,，][0-9]{3})+|[0-9]{1,40})(?:\.[0-9]{1,30})?)\s*"
    r"(?:(?P<percent>[%％])|(?P<times>[亿万])?(?P<currency>[^\s0-9,，.%％/÷亿万]{1,10})?)"
)
"""A comma may only part thousands: "3,5" is no number, lest 3.5 become 35."""
TIMES = {"亿": 10**8, "万": 10**4, None: 1}
YUAN = "元"
COUNT, MONEY = "count", "amount"
Rates = Mapping[str, Fraction]
"""Yuan for one unit of each foreign currency, as the scheme states them."""
NO_RATES: Rates = {}


def read_amount(value: object, rates: Rates = NO_RATES) -> tuple[Fraction, str] | None:
    """A number and what it counts: `count` for plain numbers and percentages, `amount` in yuan; None for others."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value), COUNT
    found = AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    number = Fraction(found["number"].replace(",", "").replace("，", ""))
    if found["percent"]:
        return number / 100, COUNT
    if not (found["times"] or found["currency"]):
        return number, COUNT
    rate = Fraction(1) if found["currency"] in (None, YUAN) else rates.get(found["currency"])
    return None if rate is None else (number * TIMES[found["times"]] * rate, MONEY)


def unread_because(value: object) -> str:
    """What stands in the way of a text that looks like an amount; empty where it looks like none."""
    text = value.strip() if isinstance(value, str) else ""
    found = AMOUNT.fullmatch(text)
    if found and found["currency"]:
        return said(
            "；不认识单位“{unit}”：金额写 元、万元、亿元，外币要先在方案的 currencies 里写汇率",
            unit=found["currency"],
        )
    return said("；逗号只能作千分位，如 1,234.5") if re.search(r"[0-9][,，]", text) else ""
