"""Works out a printed formula by itself: strips the words, then reads the arithmetic from left to right."""

from __future__ import annotations

import ast
import re
from fractions import Fraction

HOW = {"四舍五入": "half_up", "截尾": "down", "进位": "up"}


def without_words(text: str) -> str:
    """The arithmetic alone: whatever stands in full-width brackets is words."""
    found, depth = "", 0
    for letter in text:
        depth += letter == "（"
        found += letter if not depth else ""
        depth -= letter == "）"
    return found


def worth(text: str) -> Fraction:
    """The exact value of printed arithmetic: ×, ÷, %, 万, brackets, min, max, and rounding by name."""
    plain = without_words(text)
    for word, name in HOW.items():
        plain = plain.replace(word, name)
    plain = plain.replace("×", "*").replace("÷", "/")
    plain = re.sub(r"([0-9.]+)%", r"(\1/100)", plain)
    # 万 belongs to its number before anything is divided by it.
    plain = re.sub(r"(\([0-9./-]+\)|[0-9.]+)万", r"(\1*10000)", plain)
    return _value(ast.parse(plain.strip(), mode="eval").body)


def _value(node: ast.expr) -> Fraction:  # noqa: PLR0911 - one answer a sign
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp):
        assert isinstance(node.op, ast.USub)
        return -_value(node.operand)
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return _called(node.func.id, [_value(argument) for argument in node.args])
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left), _value(node.right)
    match node.op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case _:
            return left / right


def _called(name: str, given: list[Fraction]) -> Fraction:
    if name in ("min", "max"):
        return min(given) if name == "min" else max(given)
    x, decimals = given
    scaled = abs(x) * 10 ** int(decimals)
    below = Fraction(scaled.numerator // scaled.denominator)
    rest = scaled - below
    more = {"half_up": rest >= Fraction(1, 2), "down": False, "up": rest > 0}[name]
    return (below + more) / 10 ** int(decimals) * (1 if x >= 0 else -1)
