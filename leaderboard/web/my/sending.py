"""Forms that a unit hands in: each is recorded once however often it is sent, and answered to a browser or its script."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from flask import current_app, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from leaderboard.ledger.record import new_fact_id
from leaderboard.web.guards import person
from leaderboard.web.typed import Typed

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
SCRIPT = "X-Saima-Form"
"""The header by which the script in `draft.js` says that it sends the form."""


def new_token() -> str:
    """What marks one form: a browser keeps it with what was typed, and sends it again with it."""
    return secrets.token_urlsafe(16)


def fact_id_of(typed: Typed, *about: str) -> int:
    """The id under which a form's fact is recorded: the same whenever the same person sends the same form.

    It is as random as any other, because nobody can work it out without the key of the installation.
    """
    token = typed.worded.get("token", "")
    if not TOKEN.fullmatch(token):
        return new_fact_id()
    told = "\0".join((person().name, token, *about))
    key = str(current_app.secret_key).encode()
    return int.from_bytes(hmac.digest(key, told.encode(), hashlib.sha256)[:8]) % 2**52 + 1


def go_on(said: str, address: str) -> ResponseReturnValue:
    """Say what was done and go on; a script is told where to, so that the page it opens says it."""
    flash(said)
    return jsonify(next=address) if SCRIPT in request.headers else redirect(address)
