"""Drawings: what was rendered once for many screens, kept in the memory of the process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

from leaderboard.web.variants import Answer


@dataclass(frozen=True, slots=True)
class Drawing:
    """Scenes ready to send in every encoding, and how many pages they have in all."""

    answer: Answer
    pages: int


class _Slot:
    """One drawing and the lock under which it is made."""

    __slots__ = ("drawing", "lock")

    def __init__(self) -> None:
        self.lock = Lock()
        self.drawing: Drawing | None = None


class Drawings:
    """The last drawings asked for, each made once however many ask for it at the same moment.

    A key names everything that a drawing depends on, so that one never has to be thrown away; the oldest make room.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, draw: Callable[[], Drawing]) -> Drawing:
        """The drawing of this key; whoever asks first makes it, the others wait for it."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._slots.popitem(last=False)
        with slot.lock:
            if slot.drawing is None:
                slot.drawing = draw()
            return slot.drawing
