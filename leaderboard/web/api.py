"""The door for programs: published boards as JSON, read-only, public data only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SpecTree

from leaderboard import VERSION
from leaderboard.boards.models import Edition
from leaderboard.boards.read import (
    PublicSeason,
    find_form,
    find_line,
    latest_edition,
    list_editions,
    public_seasons,
)
from leaderboard.instant import iso
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season
from leaderboard.web.answers import (
    Board,
    EditionItem,
    EditionList,
    EndpointItem,
    EndpointList,
    ErrorAnswer,
    SeasonItem,
    SeasonList,
    UnitAnswer,
)
from leaderboard.web.editions import public_edition
from leaderboard.web.requests import office, reading

door = Blueprint("api", __name__, url_prefix="/api")

spec = SpecTree(
    "flask",
    title="Saima 赛马榜",
    version=VERSION,
    description="Published boards. Numbers that must be exact are text; what is shown stands beside them.",
    mode="strict",
    # Inputs are in the address alone; nothing is to be read from the types of a view.
    annotations=False,
    # The description is served below; pages that draw it would load scripts from elsewhere.
    page_templates={},
    path="api/none",
)

View = TypeVar("View", bound=Callable[..., Any])
NUMBER = "int(min=1, max=1000000)"
MOST_EDITIONS = 500
ARGUMENT = re.compile(r"<(?:[^<>]*:)?(\w+)>")
"""The place of an argument in the address of a rule, with or without its kind."""


def described(model: type[BaseModel]) -> Callable[[View], View]:
    """Write a view's answer into /api/openapi.json; the tests hold the answers to it, requests do not pay for it."""
    answers = Answers(HTTP_200=model, HTTP_404=ErrorAnswer, HTTP_500=ErrorAnswer)
    return cast(Callable[[View], View], spec.validate(resp=answers, skip_validation=True))


@door.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """The description of this door for tools that read OpenAPI 3.1."""
    return jsonify(spec.spec)


@door.get("/v1/")
@described(EndpointList)
def index() -> ResponseReturnValue:
    """What can be asked for here."""
    views = {
        rule.rule: current_app.view_functions[rule.endpoint] for rule in current_app.url_map.iter_rules()
    }
    found = [
        EndpointItem(path=ARGUMENT.sub(r"{\1}", rule), about=str(view.__doc__).splitlines()[0])
        for rule, view in sorted(views.items())
        if rule.startswith("/api/")
    ]
    return _json(EndpointList(openapi="/api/openapi.json", endpoints=found))


@door.get("/v1/seasons")
@described(SeasonList)
def seasons() -> ResponseReturnValue:
    """All public seasons, newest first."""
    return _json(SeasonList(seasons=[_season_item(line) for line in public_seasons(reading())]))


@door.get("/v1/seasons/<slug>")
@described(SeasonItem)
def season(slug: str) -> ResponseReturnValue:
    """One public season."""
    line = next((line for line in public_seasons(reading()) if line.slug == slug), None)
    return abort(404) if line is None else _json(_season_item(line))


@door.get("/v1/seasons/<slug>/editions")
@described(EditionList)
def editions(slug: str) -> ResponseReturnValue:
    """Published editions of a season, newest first, at most 500."""
    found = list_editions(reading(), _public_season(slug).id, MOST_EDITIONS)
    return _json(EditionList(season=slug, editions=[_edition_item(slug, edition) for edition in found]))


@door.get(f"/v1/seasons/<slug>/editions/<{NUMBER}:number>")
@described(Board)
def edition(slug: str, number: int) -> ResponseReturnValue:
    """One edition: the same document as /boards/{slug}/{number}.json."""
    return _board(slug, _numbered(slug, number))


@door.get("/v1/seasons/<slug>/editions/latest")
@described(Board)
def newest(slug: str) -> ResponseReturnValue:
    """The newest edition of a season."""
    return _board(slug, _latest(slug))


@door.get(f"/v1/seasons/<slug>/editions/<{NUMBER}:number>/units/<unit>")
@described(UnitAnswer)
def unit(slug: str, number: int, unit: str) -> ResponseReturnValue:
    """Why a unit has its place in an edition."""
    return _unit(slug, _numbered(slug, number), unit)


@door.get("/v1/seasons/<slug>/editions/latest/units/<unit>")
@described(UnitAnswer)
def newest_unit(slug: str, unit: str) -> ResponseReturnValue:
    """Why a unit has its place in the newest edition."""
    return _unit(slug, _latest(slug), unit)


def _public_season(slug: str) -> Season:
    season = find_season(reading(), slug)
    if season is None or not season.is_public:
        abort(404)
    return season


def _numbered(slug: str, number: int) -> Edition:
    return public_edition(slug, number)


def _latest(slug: str) -> Edition:
    return latest_edition(reading(), _public_season(slug).id) or abort(404)


def _board(slug: str, edition: Edition) -> Response:
    """The stored bytes of the edition's JSON, as the board's own address gives them."""
    form = find_form(reading(), f"/boards/{slug}/{edition.number}.json", "") or abort(404)
    response = Response(form.identity, content_type=form.content_type)
    response.set_etag(form.etag)
    response.make_conditional(request)
    return response


def _unit(slug: str, edition: Edition, unit: str) -> Response:
    line = find_line(reading(), edition.id, unit) or abort(404)
    return jsonify(season=slug, number=edition.number, line=line)


def _season_item(line: PublicSeason) -> SeasonItem:
    href = f"/api/v1/seasons/{line.slug}"
    return SeasonItem(
        slug=line.slug,
        title=line.title,
        title_en=line.title_en,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        latest=line.number,
        href=href,
        editions_href=f"{href}/editions",
    )


def _edition_item(slug: str, edition: Edition) -> EditionItem:
    zone = office().zone
    return EditionItem(
        number=edition.number,
        as_of=str(edition.as_of),
        due_at=iso(edition.due_at, zone),
        published_at=iso(edition.published_at, zone),
        next_due_at=None if edition.next_due_at is None else iso(edition.next_due_at, zone),
        hash=edition.hash,
        previous_hash=edition.previous_hash,
        href=f"/api/v1/seasons/{slug}/editions/{edition.number}",
    )


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), mimetype="application/json")
