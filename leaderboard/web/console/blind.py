"""The blind mode of the tuning desk: whether a person sees units by name while choosing weights, kept in the browser."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from flask import Response, after_this_request, current_app, g, request
from flask import session as cookie
from itsdangerous import BadData, URLSafeSerializer

from leaderboard.seasons.blindness import kept_blind, was_named
from leaderboard.seasons.blindness import note_named as note_draft_named
from leaderboard.seasons.drafts import current_draft
from leaderboard.seasons.models import Season
from leaderboard.web.guards import person
from leaderboard.web.requests import reading, writing
from leaderboard.words import gettext as _

BLIND, TOKEN, ASKED = "blind", "blind_token", "asked_for_names"
MOST_NAMED = 50


def is_blind(season: Season) -> bool:
    """Whether names are hidden at this season's desk: the person chose so, or the draft was kept so until they ask."""
    return season.slug in cookie.get(BLIND, []) or is_veiled(season)


def is_veiled(season: Season) -> bool:
    """Whether the draft was saved without names in sight, and this person has not asked for them over it."""
    if g.get(ASKED) == season.slug:
        return False
    session = reading()
    draft = current_draft(session, season.id)
    return draft is not None and kept_blind(session, draft) and not was_named(session, person().name, draft)


def switch_blind(season: Season) -> None:
    """Hide names that are shown, show those that are hidden; the trail tells who looked at a draft that was kept blind."""
    hidden, was_hidden = set(cookie.get(BLIND, [])), is_blind(season)
    if was_hidden and is_veiled(season):
        session = writing()
        draft = current_draft(session, season.id)
        if draft is not None:
            note_draft_named(session, person().name, draft)
            session.commit()
        # What this request reads was begun before that.
        setattr(g, ASKED, season.slug)
    cookie[BLIND] = sorted(hidden - {season.slug} if was_hidden else hidden | {season.slug})


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
    """Remember the rules whose effect was shown with names; the last few are enough.

    They have a cookie of their own: the desk's script asks at any moment, and an answer that came late would put back the
    session as it was before a form was sent, with the notice of that form gone.
    """
    digest = _digest(season, document)
    named = [*(one for one in _named() if one != digest), digest][-MOST_NAMED:]

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _named_cookie(),
            _signer().dumps(named),
            path="/console",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def chosen_blind(season: Season, document: Mapping[str, Any]) -> bool:
    """Whether these rules were chosen blind: names are hidden, and the person was not shown what they do to whom.

    The form says where its script moved the board by names, which no request told of.
    """
    saw_it_move = request.form.get("moved") == "1"
    return is_blind(season) and not saw_it_move and _digest(season, document) not in _named()


def _named_cookie() -> str:
    # A name with the prefix __Host- would have to be sent to every path.
    prefix = "__Secure-" if current_app.config["SESSION_COOKIE_SECURE"] else ""
    return f"{prefix}saima-named"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="shown with names")


def _named() -> list[str]:
    try:
        return list(_signer().loads(request.cookies.get(_named_cookie(), "")))
    except BadData:
        return []


def _digest(season: Season, document: Mapping[str, Any]) -> str:
    text = json.dumps([person().name, season.slug, document], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _letters(number: int) -> str:
    """A, B, … Z, AA, AB, …"""
    more, last = divmod(number, len(ascii_uppercase))
    return (_letters(more - 1) if more else "") + ascii_uppercase[last]
