"""Words: Chinese is the language of the source, English is read from the catalogues in `translations/en`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from scoring.said import said_in

CHINESE, ENGLISH = LANGUAGES = ("zh", "en")
CATALOGUES = Path(__file__).parent / "translations"

_language: ContextVar[str] = ContextVar("language", default=CHINESE)


def language() -> str:
    """The language being spoken: zh or en."""
    return _language.get()


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak a language within the block; an unknown one is taken as Chinese."""
    token = _language.set(lang if lang in LANGUAGES else CHINESE)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Chinese sentence -> its translation, from every .po file of the language; contexts stand before theirs."""
    found: dict[str, str] = {}
    for path in sorted((CATALOGUES / lang).glob("*.po")):
        with path.open("rb") as file:
            messages = read_po(file, locale=lang)
        found |= {
            in_context(m.context or "", str(m.id)): str(m.string) for m in messages if m.id and m.string
        }
    return found


def in_context(context: str, text: str) -> str:
    """Under which a catalogue keeps a sentence of a context, as gettext's own files do; "" of none."""
    return f"{context}\x04{text}" if context else text


def gettext(text: str) -> str:
    """The text in the language being spoken; the Chinese itself where no translation exists."""
    return text if _language.get() == CHINESE else catalogue(_language.get()).get(text, text)


def pgettext(context: str, text: str) -> str:
    """The same where one Chinese sentence is two in another language: 添加单位 on a button and in the audit trail."""
    return (
        text
        if _language.get() == CHINESE
        else catalogue(_language.get()).get(in_context(context, text), text)
    )


def told(sentence: str) -> str:
    """What scoring says of a document, in the language being spoken."""
    return said_in(sentence, gettext, gettext("、"))


def ngettext(one: str, many: str, number: int) -> str:
    """The text for a number of things; Chinese does not tell one from many."""
    return gettext(one if number == 1 else many)


def named(name: str, name_en: str | None) -> str:
    """The name of a thing in the language being spoken."""
    return name_en if name_en and _language.get() == ENGLISH else name
