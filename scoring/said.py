"""Sentences about documents: Chinese text that still knows its pattern and the values in it, for other languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class Said(str):
    """A sentence in Chinese, made of a pattern with named blanks and what stands in them.

    A value is a text, a number, a list of texts, or a sentence itself.
    """

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, object]


def said(pattern: str, **values: object) -> Said:
    """The sentence of a pattern with its blanks filled in."""
    sentence = Said(pattern.format(**{name: _filled(value) for name, value in values.items()}))
    sentence.pattern, sentence.values = pattern, values
    return sentence


def said_in(sentence: str, translated: Callable[[str], str], between: str) -> str:
    """A sentence in another language: `translated` gives a pattern's, `between` stands between the items of a list."""
    if not isinstance(sentence, Said):
        return translated(sentence)
    blanks = {name: _told(value, translated, between) for name, value in sentence.values.items()}
    return translated(sentence.pattern).format(**blanks)


def _filled(value: object) -> object:
    return "、".join(map(str, value)) if isinstance(value, list) else value


def _told(value: object, translated: Callable[[str], str], between: str) -> object:
    if isinstance(value, list):
        return between.join(str(_told(one, translated, between)) for one in value)
    return said_in(value, translated, between) if isinstance(value, Said) else value
