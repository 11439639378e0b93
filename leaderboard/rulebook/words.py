"""The words of one part of a scheme document: looked up by where it stands, else by its name alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leaderboard.rulebook.choice_words import choice_words, kind_words
from leaderboard.rulebook.grammar import Blank, Choice, Kind, Written
from leaderboard.rulebook.property_words import property_words
from leaderboard.words import gettext as _


@dataclass(frozen=True, slots=True)
class Words:
    """Everything parts are called in the language being spoken, looked up once for a page."""

    properties: Mapping[str, tuple[str, str]]
    choices: Mapping[str, str]
    kinds: Mapping[str, str]

    @classmethod
    def spoken(cls) -> Words:
        """The words of the language being spoken."""
        return cls(property_words(), choice_words(), kind_words())

    def label(self, owner: str, kind: str, name: str) -> tuple[str, str]:
        """What a property is called, with its hint; KeyError where nobody gave it words."""
        stated = (key for key in _narrowing(owner, kind, name) if key in self.properties)
        return self.properties[next(stated, name)]

    def kind(self, kind: Kind) -> str:
        """What a kind of thing is called."""
        key = f"{kind.owner}|{kind.key}"
        return self.kinds[key] if key in self.kinds else self.kinds[kind.key]

    def word(self, word: str) -> str:
        """What a fixed word is called."""
        return self.choices[word]

    def options(self, blank: Blank) -> list[tuple[str, str]]:
        """What may be picked, with its words."""
        if blank.written is Written.FLAG:
            return [("true", _("是")), ("false", _("否"))]
        return [(word, self.word(word)) for word in blank.words]

    def kinds_of(self, choice: Choice) -> list[tuple[str, str]]:
        """What kinds may be chosen, with their words."""
        return [(kind.key, self.kind(kind)) for kind in choice.kinds]


def _narrowing(owner: str, kind: str, name: str) -> Iterator[str]:
    """The keys under which a word may differ, the narrowest first."""
    if kind:
        yield f"{owner}.{kind}.{name}"
        yield f"{kind}.{name}"
    yield f"{owner}.{name}"
    yield f"{owner.rpartition('.')[2]}.{name}"
