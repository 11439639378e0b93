"""A proof 清样: a draft in every public form just as it would appear, marked as unpublished; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.boards import totals
from leaderboard.boards.board import heading_times
from leaderboard.boards.models import Draft
from leaderboard.boards.notices import MARK
from leaderboard.boards.package import canonical, unpacked
from leaderboard.boards.read import PastPlace, last_numbered, past_places
from leaderboard.boards.render import CSV, JSON, XLSX, Document, page_frame, unit_cells
from leaderboard.boards.revisions import kept_board
from leaderboard.boards.sheets import csv_file, xlsx_file
from leaderboard.boards.unit_lines import opened
from leaderboard.boards.unit_view import unit_view
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.templating import render

NO_HASH = "0" * 64
"""Stands where an edition has its hash: a proof has none, and no page of it can be taken for an edition."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A draft's board under the heading it would have if it were published now."""

    board: Document
    lines: dict[str, Document]
    """Unit key -> its line."""
    package: Document
    office: Office
    base: str
    """Where the pages of the proof stand, as `/boards/<season>/<number>` is where an edition's do."""

    def board_page(self, lang: str) -> bytes:
        """The board as a page."""
        return self._page("board", lang, cells=unit_cells(self.board, self.base, lang))

    def indicator_page(self, key: str, lang: str) -> bytes | None:
        """One indicator's own board; None where the scheme has no such indicator."""
        indicator = next((i for i in self.board["scheme"]["indicators"] if i["key"] == key), None)
        if indicator is None:
            return None
        cells = unit_cells(self.board, self.base, lang)
        total = totals.race_total(self.board, key)
        return self._page("by_indicator", lang, indicator=indicator, total=total, cells=cells)

    def unit_page(self, key: str, past: list[PastPlace], earlier: Document | None, lang: str) -> bytes:
        """Why a unit of the board has its place."""
        line = opened(self.lines[key])
        late = [fact for fact in self.board["late"] if key in fact["units"]]
        view = unit_view(self.board, line, past, earlier)
        return self._page("unit", lang, line=line, unit_view=view, late=late)

    def _page(self, name: str, lang: str, **context: Any) -> bytes:
        # There is nothing to check yet: the page has no code and no address to check it at.
        frame = page_frame(self.office, self.board) | {"base": self.base, "check": None}
        page = render(f"pages/display/{name}.html", lang, **frame, **context)
        return page.replace(MARK, render("components/proof.html", lang), 1)


MARKED = {"number": "清样·未公布"}
"""What stands in every row of a table for the number of the edition, so that no copy passes for one."""
NOTICE = "清样·未公布，请勿外传"
"""What stands above every file, and in those that programs read as their member `proof`."""

FILES: dict[str, tuple[str, Callable[[Proof], bytes]]] = {
    "json": (JSON, lambda proof: canonical(proof.board | {"proof": NOTICE})),
    "package.json": (JSON, lambda proof: canonical(proof.package | {"proof": NOTICE})),
    "csv": (CSV, lambda proof: csv_file(proof.board | MARKED, NOTICE)),
    "xlsx": (XLSX, lambda proof: xlsx_file(proof.board | MARKED, NOTICE)),
}
"""Ending -> content type and how the file is made; the package is neither hashed nor signed."""


def proof_of(session: Session, draft: Draft, office: Office, base: str) -> Proof:
    """The draft as the next edition, published this instant."""
    kept, last = kept_board(draft), last_numbered(session, draft.season_id)
    heading = {
        "number": last.number + 1 if last else 1,
        "hash": NO_HASH,
        "previous_hash": last.hash if last else None,
        "signature": None,
        "public_key": None,
        **heading_times(office.zone, published_at=now()),
    }
    return Proof(
        board=kept["board"] | heading,
        lines={line["unit"]: line for line in kept["lines"]},
        package=unpacked(draft.content) | {"state": draft.state},
        office=office,
        base=base,
    )


def past_of_proof(session: Session, season_id: int, proof: Proof, unit: str) -> list[PastPlace]:
    """A unit's places over the editions, and the one it would have in the next."""
    before = last_numbered(session, season_id)
    past = past_places(session, season_id, unit, until=before) if before else []
    row = next(row for row in proof.board["standings"] if row["unit"] == unit)
    place = None if row["place"] is None else str(row["place"])
    return [*past, PastPlace(proof.board["number"], proof.board["as_of"], place, row["score_shown"])]
