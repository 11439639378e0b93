"""The audit trail on the console: looked through by who, what and when, written out as a file, its chain checked."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from itertools import islice
from typing import Any

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import list_accounts
from leaderboard.accounts.trail import Sought, all_of, newest_of
from leaderboard.boards.sheets import inert
from leaderboard.boards.witness import newest_witness
from leaderboard.instant import Millis, from_local, iso
from leaderboard.web.console.door import door, show
from leaderboard.web.console.trail_facts import listed
from leaderboard.web.console.trail_kinds import KINDS, kind_words
from leaderboard.web.console.trail_words import ToldLine, Wording, told
from leaderboard.web.guards import guard_action, guarded
from leaderboard.web.numbers import asked_number
from leaderboard.web.requests import database, office, reading, settings
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import language, speaking
from leaderboard.written import tidy

PAGE = 100
MOST_BROKEN = 20
MOST_TYPED = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for: the kind of act, whose, in which days, about what."""

    typed: Typed
    sought: Sought

    @classmethod
    def of_address(cls, words: Wording) -> Filters:
        """The filters in the address; a day that cannot be read is complained of and left out."""
        given = {name: tidy(request.args.get(name, ""))[:MOST_TYPED].replace("\x00", "") for name in NAMES}
        typed = Typed({name: value for name, value in given.items() if value})
        sought = Sought(
            actor=given["actor"],
            kinds=KINDS.get(given["kind"], ()),
            since=_start_of(_day(typed, "since")),
            before=_end_of(_day(typed, "until")),
            words=words.keys_of(given["text"]) if given["text"] else (),
        )
        return cls(typed, sought)

    def address(self, endpoint: str = "console.audit", **more: Any) -> str:
        """The address of another page, or another form, of the same lines."""
        parts: dict[str, Any] = {**self.typed.values, **more}
        return url_for(endpoint, **parts)


NAMES = ("kind", "actor", "since", "until", "text")


def _day(typed: Typed, name: str) -> date | None:
    day = typed.day(name) if name in typed.values else None
    return None if name in typed.problems else day


def _start_of(day: date | None) -> Millis | None:
    return None if day is None else from_local(datetime.combine(day, clock_time()), office().zone)


def _end_of(day: date | None) -> Millis | None:
    return None if day is None else from_local(datetime.combine(day, clock_time.max), office().zone)


def _broken() -> list[int]:
    """The first broken lines of a trail to which nobody adds meanwhile."""
    with database().still() as session:
        return list(islice(broken_lines(session), MOST_BROKEN))


@door.get("/audit")
@guarded(guard_action(Action.READ_AUDIT))
def audit() -> ResponseReturnValue:
    """One page of the lines asked for; on demand, the check of the whole chain."""
    session = reading()
    words = Wording.of_office(session, office().zone)
    filters = Filters.of_address(words)
    only = asked_number("line")
    lines = newest_of(session, filters.sought, PAGE, asked_number("before")) if only is None else [_one(only)]
    checked = request.args.get("check") == "1"
    witnessed = newest_witness(settings().witness_file())
    broken = _broken() if checked else []
    return show(
        "audit",
        here="audit",
        filters=filters,
        typed=filters.typed,
        kinds=kind_words(),
        people=[(account.name, account.display_name) for account in list_accounts(session)],
        lines=[(told(line, words), listed(line, words.things, words.parts)) for line in lines],
        only=only,
        checked=checked,
        broken=broken,
        witnessed=witnessed,
        season_name=words.things.get(witnessed.season, witnessed.season) if witnessed else "",
        older=lines[-1].seq_no if len(lines) == PAGE and lines[-1].seq_no > 1 else None,
    )


def _one(seq_no: int) -> AuditLine:
    """One line, whose lists are shown whole."""
    return reading().get(AuditLine, seq_no) or abort(404)


@door.get("/audit.csv")
@guarded(guard_action(Action.READ_AUDIT))
def audit_table() -> ResponseReturnValue:
    """The lines asked for, in the order of the chain, as a table to read."""
    return _file("audit.csv", "text/csv", _heads(), _told_row)


@door.get("/audit.jsonl")
@guarded(guard_action(Action.READ_AUDIT))
def audit_as_stored() -> ResponseReturnValue:
    """The lines asked for as they are stored, so that their hashes can be computed again elsewhere."""
    return _file("audit.jsonl", "application/x-ndjson", "", _as_stored)


def _file(
    name: str, media_type: str, head: str, write: Callable[[AuditLine, Wording], str]
) -> ResponseReturnValue:
    words = Wording.of_office(reading(), office().zone)
    filters = Filters.of_address(words)
    if filters.typed.problems:
        abort(404)
    lang, store = language(), database()

    def parts() -> Iterator[bytes]:
        yield head.encode()
        # A session of its own: the file is still being written when the request's has been closed.
        with store.reading() as own:
            for line in all_of(own, filters.sought):
                with speaking(lang):
                    text = write(line, words)
                # Whoever reads slowly keeps no transaction open meanwhile: on SQLite nobody else could commit.
                own.commit()
                yield text.encode()

    return Response(
        parts(),
        content_type=f"{media_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _heads() -> str:
    """The first row, after the byte-order mark that spreadsheet programs need to read Chinese."""
    heads = (_("序号"), _("时间"), _("账号"), _("姓名或岗位"), _("经过"), _("前一行哈希"), _("本行哈希"))
    return "\ufeff" + _cells(heads)


def _told_row(line: AuditLine, words: Wording) -> str:
    said: ToldLine = told(line, words)
    when = iso(line.at, words.zone)
    return _cells((line.seq_no, when, line.actor, said.who, said.sentence, line.previous_hash, line.hash))


def _cells(cells: Iterable[str | int]) -> str:
    """One row of CSV in which no cell is a live formula."""
    text = io.StringIO()
    csv.writer(text).writerow(inert(cell) for cell in cells)
    return text.getvalue()


def _as_stored(line: AuditLine, _words: Wording) -> str:
    """One JSON list: what the line's hash is the SHA-256 of, and the hash."""
    parts = [line.seq_no, line.at, line.actor, line.action, line.subject, line.detail, line.previous_hash]
    return json.dumps([*parts, line.hash], ensure_ascii=False) + "\n"
