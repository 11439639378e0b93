"""Reads and writes points that may be a share of the weight: 7, "60%" of the weight, or both together."""

from __future__ import annotations

from fractions import Fraction

from scoring.reading import A_NUMBER, Fields, described, exact_number
from scoring.said import said
from scoring.shape_rules import FULL, Worth
from scoring.show import plain

FULL_MARK = "full"


def read_worth(fields: Fields, key: str, default: Worth | None = None) -> Worth:
    """Points: a number, a percentage of the weight, `full`, or an object with `share` and `points`."""
    value = fields.raw(key, needed=default is None)
    if value is None:
        return default or Worth()
    if isinstance(value, dict):
        inner = fields.object(key)
        found = read_inline_worth(inner)
        inner.close()
        return found
    if value == FULL_MARK:
        return FULL
    number = exact_number(value)
    if number is None:
        fields.note(
            key,
            said(
                '应为分数（如 "7"）、权重的百分比（如 "60%"）、full（满分）或 {{"share": …, "points": …}}；'
                "{a_number}；现在是{found}",
                a_number=A_NUMBER,
                found=described(value),
            ),
        )
        return Worth()
    return Worth(number) if isinstance(value, str) and value.endswith("%") else Worth(points=number)


def read_inline_worth(fields: Fields) -> Worth:
    """The fields `share` (of the weight) and `points` of an object; at least one of them."""
    if fields.ok and not (fields.has("share") or fields.has("points")):
        fields.problems.note(fields.path, "缺少分数：写 points（分数）或 share（占权重的比例）")
    points = fields.raw("points", needed=False)
    if points is not None and (points == FULL_MARK or str(points).endswith("%")):
        return read_worth(fields, "points")
    return Worth(fields.number("share", Fraction(0)), fields.number("points", Fraction(0)))


def worth_document(worth: Worth) -> dict[str, str]:
    """The fields of a worth; `read_inline_worth` gives the same back."""
    share = {"share": plain(worth.share)} if worth.share else {}
    return {**share, **({"points": plain(worth.points)} if worth.points or not share else {})}


def worth_value(worth: Worth) -> object:
    """A worth as one value: a plain number where it is only points."""
    return plain(worth.points) if not worth.share else worth_document(worth)
