"""One thing that an act of the trail changed, in words: from what to what."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard.words import gettext as _

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an act changed; `name` is "" where the act changes but one."""

    name: str
    was: str
    now: str

    def __str__(self) -> str:
        if self.was == NOTHING:
            said = _("{name}定为 {now}")
        elif self.now == NOTHING:
            said = _("{name}由 {was} 改为空白")
        else:
            said = _("{name}由 {was} 改为 {now}")
        return said.format(name=self.name and f"{self.name} ", was=self.was, now=self.now)
