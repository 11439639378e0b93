"""The ledger's list on the console: filters, order and columns in the address, page by page; the same list as a file."""

from __future__ import annotations

from collections.abc import Iterator

from flask import make_response, request
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.ledger.listing import lines_of
from leaderboard.ledger.rows import chunks
from leaderboard.ledger.wanted import FEW, find_all, find_page
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_divisions, list_seasons, list_units
from leaderboard.web.console.door import by_season, door, show, today, units_to_choose
from leaderboard.web.console.project_columns import Cell, column_words, file_cells, file_heads
from leaderboard.web.console.project_filters import AGES, COOKIE, REACH, SIZES, Filters
from leaderboard.web.console.sheet_files import sheet_answer
from leaderboard.web.facts import stage_words
from leaderboard.web.guards import guard_action, guarded
from leaderboard.web.requests import database, office, reading
from leaderboard.words import gettext as _
from leaderboard.words import named

AT_ONCE = 500
"""Projects of a file that are read together."""
A_YEAR = 365 * 24 * 3600


def state_words() -> dict[str, str]:
    """How far the verification of a project's facts can have come."""
    return {"awaiting": _("有待认定"), "returned": _("有退回"), "verified": _("全部已认定")}


def _season(filters: Filters) -> Season | None:
    slug = filters.typed.values.get("season")
    return next((season for season in list_seasons(reading()) if season.slug == slug), None)


@door.get("/projects")
def projects() -> ResponseReturnValue:
    """One page of the projects asked for."""
    session = reading()
    filters, seasons, units = Filters.of_address(), list_seasons(session), list_units(session)
    season, stages = _season(filters), stage_words(seasons)
    wanted = filters.wanted(filters.unit_ids(session, season, units), stages, today())
    offset = (filters.page - 1) * filters.size
    found = find_page(session, wanted, filters.order, filters.size, offset)
    divisions = list_divisions(session, season.id) if season else []
    page = show(
        "projects",
        here="projects",
        filters=filters,
        lines=lines_of(session, found.ids),
        total=found.total,
        few=FEW,
        more=found.more and offset + filters.size < REACH,
        cut=found.more and offset + filters.size >= REACH,
        units=[
            (u.key, named(u.name, u.name_en))
            for u in (units_to_choose([season]) if season else by_season(units))
        ],
        divisions=[(d.key, named(d.name, d.name_en)) for d in divisions],
        stages=stages,
        states=state_words(),
        ages=[(age, _("{days} 天以上").format(days=age)) for age in AGES],
        sizes=SIZES,
        columns=column_words(),
    )
    answer = make_response(page)
    if "columns" in request.args:
        answer.set_cookie(
            COOKIE, ".".join(filters.columns), max_age=A_YEAR, path="/console", httponly=True, samesite="Lax"
        )
    return answer


@door.get("/projects.<any(csv, xlsx):form>")
@guarded(guard_action(Action.EXPORT_WORKBOOK))
def projects_file(form: str) -> ResponseReturnValue:
    """The whole list asked for as a file: the same filters, order and columns as on the page."""
    session = reading()
    filters, stages = Filters.of_address(), stage_words(list_seasons(session))
    unit_ids = filters.unit_ids(session, _season(filters), list_units(session))
    wanted = filters.wanted(unit_ids, stages, today())

    def rows() -> Iterator[Iterator[Cell]]:
        # A session of its own: the file is still being written when the request's has been closed.
        with database().reading() as own:
            for some in chunks(find_all(own, wanted, filters.order), AT_ONCE):
                lines = lines_of(own, some)
                # Whoever reads slowly keeps no transaction open meanwhile: on SQLite nobody else could commit.
                own.commit()
                for line in lines:
                    yield file_cells(line, filters.columns, stages, zone)

    zone = office()
    name = f"{_('项目台账')}-{today()}"
    return sheet_answer(form, name, file_heads(filters.columns), rows())
