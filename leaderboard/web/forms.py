"""Reading what a person typed: fields as clean text, addresses to go on to."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from flask import request

from leaderboard.written import visible

LONGEST = 20_000
"""Beyond it nothing is read: far more than any field takes, so that whoever wrote too much is told how much it is."""


def field(name: str) -> str:
    """A typed field, trimmed and without signs that nobody sees."""
    return visible(request.form.get(name, "")[:LONGEST]).strip()


def secret(name: str) -> str:
    """A password exactly as it was typed."""
    return request.form.get(name, "")


def local_path(address: str | None) -> str | None:
    """The address if it is a path on this site; None for anything that could lead a browser elsewhere."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    # Browsers read a backslash as a slash and skip control characters.
    if "\\" in address or any(unicodedata.category(sign) == "Cc" for sign in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else address
