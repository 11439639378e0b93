"""QR codes: of an edition, where anyone may check what hangs on the wall; of a secret, for a person's own device."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import segno
from markupsafe import Markup

from leaderboard.formatters import check_code

CODE_DIGITS = 8
"""Digits of the hash that stand in the address, as in the printed check code."""


def check_address(public_url: str, board: Mapping[str, Any]) -> str:
    """The address that a board's QR code leads to: season, number and check code, for the page to compare."""
    asked = {"season": board["season"], "number": board["number"], "hash": board["hash"][:CODE_DIGITS]}
    return f"{public_url}/verify?{urlencode(asked)}"


@lru_cache(maxsize=256)
def qr_code(address: str) -> Markup:
    """A QR code (ISO/IEC 18004) as SVG: black on white with its quiet zone, whatever the theme around it."""
    return secret_qr_code(address)


def secret_qr_code(text: str) -> Markup:
    """The same for a text that is kept nowhere, not even in memory."""
    # No larger than it must be: nothing wears off a screen, and large modules are read from further away.
    code = segno.make_qr(text, error="l")
    svg = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return Markup(svg)  # noqa: S704 - drawn by the library from modules, no text of anyone's in it


def is_code_of(hash_: str, given: str) -> bool:
    """Whether the digits given, with or without the dot of a printed check code, begin this hash."""
    digits = given.strip().lower().replace(check_code("0" * 8)[4], "")
    return len(digits) >= CODE_DIGITS and hash_.startswith(digits)
