"""What is stored with an edition besides its package, hashed part by part and signed, so that a changed row shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import trail_up_to
from leaderboard.boards.models import Edition, PublicForm, Standing
from leaderboard.boards.package import digest, in_order
from leaderboard.boards.render import Form
from leaderboard.seasons.models import SchemeVersion, Season, Unit

HEADING, STANDINGS, FORMS, GROUNDS, TRAIL = ("heading", "standings", "forms", "grounds", "trail")
"""The edition's own row, its standings, its public forms, the rows of ledger and plan that it rests on, and the audit
trail up to then, which nobody can write anew under a signature they do not have."""
ROW = (
    "number",
    "as_of",
    "known_at",
    "due_at",
    "published_at",
    "next_due_at",
    "hash",
    "previous_hash",
    "signature",
    "public_key",
)
"""Columns of an edition that are known before it is stored. Who published it, and for which run, stands in the trail
and in the table of runs; its state in its notices."""
STANDING = ("line_no", "place", "previous_place", "score", "score_shown", "line")


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that is stored of an edition beside its row, and the hash of each part."""

    packed: bytes
    standings: tuple[dict[str, Any], ...]
    """Columns of each standing, with the `unit` by its key."""
    forms: tuple[Form, ...]
    parts: dict[str, str]

    @property
    def hash(self) -> str:
        """SHA-256 over the hashes of all parts."""
        return digest(self.parts)


def contents_text(hash_: str) -> str:
    """What the office signs: a mark and the hash of the contents."""
    return f"saima-contents/1 {hash_}"


def contents_of(
    row: Mapping[str, Any],
    told: Mapping[str, Any],
    rests_on: tuple[str, str],
    packed: bytes,
    lines: Sequence[Mapping[str, Any]],
    forms: Iterable[Form],
) -> Contents:
    """The contents of an edition about to be announced: `row` holds the columns ROW, `told` its season and version.

    `rests_on` are the hash of the rows it was scored from and the end of the trail before.
    """
    standings = tuple(_standing(number, line) for number, line in enumerate(lines, start=1))
    made = tuple(forms)
    parts = {
        HEADING: _heading(row, told["season"], told["scheme_version"], packed),
        STANDINGS: _standings_hash(standings),
        FORMS: _forms_hash(made),
        GROUNDS: rests_on[0],
        TRAIL: rests_on[1],
    }
    return Contents(packed, standings, made, parts)


def store_contents(
    session: Session, edition_id: int, contents: Contents, unit_ids: Mapping[str, int]
) -> None:
    """Store the standings and public forms of an edition."""
    session.execute(
        insert(Standing),
        [
            {"edition_id": edition_id, "unit_id": unit_ids[row["unit"]]}
            | {name: row[name] for name in STANDING}
            for row in contents.standings
        ],
    )
    session.add_all(
        PublicForm(
            path=form.path,
            lang=form.lang,
            edition_id=edition_id,
            content_type=form.content_type,
            etag=form.etag,
            identity=form.identity,
            gzip=form.gzip,
            brotli=form.brotli,
        )
        for form in contents.forms
    )


def stored_parts(session: Session, edition: Edition, grounds: str, seen: int) -> dict[str, str]:
    """Each part's hash as the rows stand now; the trail's up to line `seen`."""
    season = session.get_one(Season, edition.season_id)
    version = session.get(SchemeVersion, edition.scheme_version_id)
    columns = [getattr(Standing, name) for name in STANDING]
    standings = select(Unit.key.label("unit"), *columns).outerjoin_from(
        Standing, Unit, Unit.id == Standing.unit_id
    )
    rows = session.execute(standings.where(Standing.edition_id == edition.id).order_by(Standing.line_no))
    forms = session.scalars(select(PublicForm).where(PublicForm.edition_id == edition.id))
    return {
        HEADING: _heading(
            {name: getattr(edition, name) for name in ROW},
            season.slug,
            version.version_no if version else None,
            edition.package,
        ),
        STANDINGS: _standings_hash([dict(row) for row in rows.mappings()]),
        FORMS: _forms_hash(forms),
        GROUNDS: grounds,
        TRAIL: str(trail_up_to(session, seen)),
    }


def _standing(number: int, line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "unit": line["unit"],
        "line_no": number,
        "place": _text(line["place"]),
        "previous_place": _text(line["previous_place"]),
        "score": line["score"],
        "score_shown": line["score_shown"],
        "line": in_order(line).decode(),
    }


def _text(place: int | str | None) -> str | None:
    return None if place is None else str(place)


def _heading(row: Mapping[str, Any], season: str, version: int | None, packed: bytes) -> str:
    package = hashlib.sha256(packed).hexdigest()
    written = {**row, "as_of": str(row["as_of"])}
    return digest({**written, "season": season, "scheme_version": version, "package": package})


def _standings_hash(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = (hashlib.sha256(row["line"].encode()).hexdigest() for row in rows)
    return digest({"standings": [{**row, "line": line} for row, line in zip(rows, lines, strict=True)]})


def _forms_hash(forms: Iterable[Form | PublicForm]) -> str:
    return digest({"forms": sorted(_form_line(form) for form in forms)})


def _form_line(form: Form | PublicForm) -> list[str]:
    bodies = (hashlib.sha256(body).hexdigest() for body in (form.identity, form.gzip, form.brotli))
    return [form.path, form.lang, form.content_type, form.etag, *bodies]
