"""Two languages at once: Chinese with its English smaller beside it, for displays that everyone passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import Markup

from leaderboard.formatters import columns
from leaderboard.words import CHINESE, ENGLISH, speaking

BOTH = "both"
"""Stands where a display's language could."""

_beside: ContextVar[bool] = ContextVar("beside", default=False)


@contextmanager
def speaking_on_screen(lang: str) -> Iterator[None]:
    """Speak a display's language within the block: one, or Chinese with English beside it."""
    token = _beside.set(lang == BOTH)
    try:
        with speaking(CHINESE if lang == BOTH else lang):
            yield
    finally:
        _beside.reset(token)


def both(caller: Callable[[], Markup]) -> Markup:
    """What a template says in the language being spoken, and where two are, the same in English after it.

    What reads alike in both, a number or a name without translation, is said once.
    """
    said = caller()
    if not _beside.get():
        return said
    with speaking(ENGLISH):
        also = caller()
    plain = also.striptags()
    if plain in ("", said.striptags()) or columns(plain) > len(plain):
        return said
    return Markup('{} <span class="also" lang="en">{}</span>').format(said.strip(), also.strip())
