"""Finding projects by a part of their code, name or investor: all of these in one text, kept by each process.

No index finds a part of a name on every database, and to ask row by row takes as long as there are rows. One text of
a hundred thousand projects is gone through in a few milliseconds and costs a write nothing: whoever searches first
sees by the end of the audit trail that something was written, and reads on. Candidates only: the database is asked
whether each holds the part, so that capitals count for as little as they do there.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from leaderboard.accounts.read import TrailEnd, trail_end, trail_held
from leaderboard.ledger.models import FormerProject, Project

END = "\0"
"""Stands after each code, name and investor; nothing that is searched for holds it."""


class _Names:
    """The text of all projects, where each begins in it, and the end of the trail up to which they are in it."""

    def __init__(self) -> None:
        self.text = ""
        self.starts, self.ids = array("q"), array("q")
        self.amended = 0
        self.until: TrailEnd | None = None
        self.lock = threading.Lock()

    def read_on(self, session: Session) -> None:
        """Bring it up to what the session sees: new projects are added, and all is read anew where one was amended."""
        # The end of the trail is read first: what is written meanwhile is read twice rather than never.
        end = trail_end(session)
        if end is None or end != self.until:
            amended = session.scalar(select(sql.count()).select_from(FormerProject)) or 0
            is_known = self.until is not None and trail_held(session, self.until)
            if not is_known or amended != self.amended or not self._add(session):
                self.text, self.starts, self.ids = "", array("q"), array("q")
                self._add(session)
            self.amended, self.until = amended, end

    def _add(self, session: Session) -> bool:
        """Add the projects entered since; whether no other is missing, as one whose number was drawn before another's."""
        heads = select(Project.id, Project.code, Project.name, Project.investor).order_by(Project.id)
        self._append(session.execute(heads.where(Project.id > (self.ids[-1] if self.ids else 0))))
        return len(self.ids) == session.scalar(select(sql.count()).select_from(Project))

    def _append(self, heads: Iterable[Any]) -> None:
        parts, length = [self.text], len(self.text)
        for project_id, code, name, investor in heads:
            part = f"{code}{END}{name}{END}{investor or ''}{END}".casefold()
            self.ids.append(project_id)
            self.starts.append(length)
            parts.append(part)
            length += len(part)
        self.text = "".join(parts)

    def holding(self, part: str, most: int) -> list[int] | None:
        """The projects that may hold the part; None where they are more than `most`."""
        wanted, found, at = part.casefold(), list[int](), 0
        while (at := self.text.find(wanted, at)) >= 0:
            number = bisect_right(self.starts, at)
            if len(found) == most:
                return None
            found.append(self.ids[number - 1])
            at = self.starts[number] if number < len(self.starts) else len(self.text)
        return found


_kept: WeakKeyDictionary[Engine, _Names] = WeakKeyDictionary()
_keeping = threading.Lock()


def holding(session: Session, part: str, most: int) -> list[int] | None:
    """Ids of the projects that may hold a part in code, name or investor; None where they are more than `most`.

    At most five queries; none of them but the first in a process, or after an amendment, reads more than is new.
    """
    engine = session.get_bind()
    if not isinstance(engine, Engine):
        engine = engine.engine
    with _keeping:
        names = _kept.setdefault(engine, _Names())
    with names.lock:
        names.read_on(session)
        return names.holding(part, most)
