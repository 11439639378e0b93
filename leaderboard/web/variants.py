"""Forms ready to send: in every encoding, with their tags and headers, and the one chosen that a request asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from leaderboard.boards.models import PublicForm
from leaderboard.boards.render import Form

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

BROTLI, GZIP, IDENTITY = PREFERENCE = ("br", "gzip", "identity")
"""Encodings a browser likes equally well are chosen in this order: the smallest first."""
WEIGHT = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*")
LATEST, NUMBERED = "no-cache", "public, max-age=300"
"""A latest board is asked for every time; a numbered one is kept for five minutes, as a note may yet be put on it."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One form in one encoding, ready to send."""

    etag: str
    headers: Headers
    unchanged: Headers
    """The headers of a 304."""
    body: bytes


Answer = Mapping[str, Variant]
"""Encoding -> what to send."""


@lru_cache(maxsize=1024)
def best_encoding(accepted: str) -> str:
    """The encoding to send for an Accept-Encoding header (RFC 9110 12.5.3): highest q, then the smallest body."""
    qualities: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, *parameters = part.split(";")
        weights = [match[1] for text in parameters if (match := WEIGHT.fullmatch(text))]
        qualities[name.strip()] = float(weights[0]) if weights else 1.0
    others = qualities.get("*", 0.0)
    known = {BROTLI: others, GZIP: qualities.get("x-gzip", others), IDENTITY: max(others, 0.001)}
    known |= {name: qualities[name] for name in PREFERENCE if name in qualities}
    # What refuses everything still gets the plain bytes: the standard allows it, and a board is better than a 406.
    best = max(PREFERENCE, key=lambda name: (known[name], -PREFERENCE.index(name)))
    return best if known[best] > 0 else IDENTITY


def is_unchanged(condition: str, etag: str) -> bool:
    """Whether an If-None-Match header names this tag (RFC 9110 13.1.2: compared weakly, `*` names any)."""
    if condition.strip() == "*":
        return True
    return etag in (tag.strip().removeprefix("W/") for tag in condition.split(","))


def answer_of(form: PublicForm | Form, cache: str, always: Headers) -> Answer:
    """A form in every encoding with its headers; one that was not stored in an encoding is sent plain."""
    bodies = {BROTLI: form.brotli, GZIP: form.gzip, IDENTITY: form.identity}
    found: dict[str, Variant] = {}
    for encoding in reversed(PREFERENCE):
        if encoding != IDENTITY and not bodies[encoding]:
            found[encoding] = found[IDENTITY]
            continue
        etag = f'"{form.etag}"' if encoding == IDENTITY else f'"{form.etag}-{encoding}"'
        unchanged = (("ETag", etag), ("Cache-Control", cache), ("Vary", "Accept-Encoding"), *always)
        about = [("Content-Type", form.content_type), ("Content-Length", str(len(bodies[encoding])))]
        if encoding != IDENTITY:
            about.append(("Content-Encoding", encoding))
        if name := download_name(form.path):
            about.append(("Content-Disposition", f'attachment; filename="{name}"'))
        found[encoding] = Variant(etag, (*about, *unchanged), unchanged, bodies[encoding])
    return found


def download_name(path: str) -> str | None:
    """The name under which a table is saved: /boards/yunxi/7.csv is saved as yunxi-7.csv."""
    match = re.fullmatch(r"/boards/([a-z0-9-]+)/(\d+)\.(csv|xlsx)", path)
    return f"{match[1]}-{match[2]}.{match[3]}" if match else None


def is_read(environ: Mapping[str, Any]) -> bool:
    """Whether a request only reads: GET or HEAD."""
    return environ["REQUEST_METHOD"] in {"GET", "HEAD"}


def send(answer: Answer, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request that only reads: the encoding it likes best, or that what it knows has not changed."""
    variant = answer[best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition and is_unchanged(condition, variant.etag):
        start_response("304 Not Modified", list(variant.unchanged))
        return []
    start_response("200 OK", list(variant.headers))
    return [variant.body] if environ["REQUEST_METHOD"] == "GET" else []
