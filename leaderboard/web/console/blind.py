"""The blind mode of the tuning desk: whether a person sees units by name while choosing weights, kept in the session."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from flask import current_app
from flask import session as cookie

from leaderboard.seasons.models import Season
from leaderboard.words import gettext as _

BLIND, TOKEN, NAMED = "blind", "blind_token", "named"
MOST_NAMED = 50


def is_blind(season: Season) -> bool:
    """Whether the person chose not to see names at this season's desk."""
    return season.slug in cookie.get(BLIND, [])


def switch_blind(season: Season) -> None:
    """Hide names that are shown, show those that are hidden."""
    hidden = set(cookie.get(BLIND, []))
    cookie[BLIND] = sorted(hidden ^ {season.slug})


def aliases(season: Season, units: Sequence[str], others: Sequence[str] = ()) -> dict[str, str]:
    """What units are called in the blind mode, by key and in the order of these names; `others` come last.

    The order is drawn once a session by a secret that never leaves the server, so that it gives nothing away.
    """
    if TOKEN not in cookie:
        cookie[TOKEN] = secrets.token_hex(8)
    secret = str(current_app.secret_key).encode()

    def drawn(key: str) -> bytes:
        return hmac.digest(secret, f"{cookie[TOKEN]}/{season.slug}/{key}".encode(), "sha256")

    order = [*sorted(units, key=drawn), *sorted(others, key=drawn)]
    return {key: _("单位{letters}").format(letters=_letters(number)) for number, key in enumerate(order)}


def note_named(season: Season, document: Mapping[str, Any]) -> None:
    """Remember the rules whose effect was shown with names; the last few are enough."""
    shown = [one for one in cookie.get(NAMED, []) if one != _digest(season, document)]
    cookie[NAMED] = [*shown, _digest(season, document)][-MOST_NAMED:]


def chosen_blind(season: Season, document: Mapping[str, Any]) -> bool:
    """Whether these rules were chosen blind: names are hidden, and the person was not shown what they do to whom."""
    return is_blind(season) and _digest(season, document) not in cookie.get(NAMED, [])


def _digest(season: Season, document: Mapping[str, Any]) -> str:
    text = json.dumps([season.slug, document], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _letters(number: int) -> str:
    """A, B, … Z, AA, AB, …"""
    more, last = divmod(number, len(ascii_uppercase))
    return (_letters(more - 1) if more else "") + ascii_uppercase[last]
