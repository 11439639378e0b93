"""What programs get: the JSON answers of /api/v1 as models, from which /api/openapi.json is written."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

EXACT = 'Exact number as text: an integer or "n/d".'
MOMENT = "ISO 8601 with the office's offset."


class EndpointItem(BaseModel):
    """One address of this door."""

    path: str = Field(description="Names in braces are to be filled in.")
    about: str


class EndpointList(BaseModel):
    """What can be asked for."""

    openapi: str = Field(description="Where the answers are described.")
    endpoints: list[EndpointItem]


class EditionItem(BaseModel):
    """One published edition in a list."""

    number: int = Field(description="第 n 期: counts from 1 within the season.")
    as_of: str = Field(description="Last day whose facts count.")
    due_at: str = Field(description=MOMENT)
    published_at: str = Field(description=MOMENT)
    next_due_at: str | None = Field(description="When the next edition was due, as known at publication.")
    hash: str = Field(description="SHA-256 of the edition's package.")
    previous_hash: str | None = Field(description="Hash of the edition before; null for the first.")
    href: str = Field(description="Where the edition is.")


class SeasonItem(BaseModel):
    """One public season."""

    slug: str
    title: str
    title_en: str | None
    starts_on: str
    ends_on: str
    latest: int | None = Field(description="Number of the newest edition; null before the first.")
    href: str
    editions_href: str


class SeasonList(BaseModel):
    """All public seasons, newest first."""

    seasons: list[SeasonItem]


class EditionList(BaseModel):
    """Published editions of a season, newest first."""

    season: str
    editions: list[EditionItem]


class IndicatorValues(BaseModel):
    """One indicator of one unit."""

    model_config = ConfigDict(extra="allow")

    state: str = Field(description="counted, zero, or why there is no number.")
    numerator: str | None = Field(description=EXACT)
    denominator: str | None = Field(description=EXACT)
    rate: str | None = Field(description=EXACT)
    rate_shown: str | None = Field(description="The rate, rounded as the scheme says.")
    points: str | None = Field(description=EXACT)
    points_shown: str | None


class StandingLine(BaseModel):
    """One unit's line on the board."""

    model_config = ConfigDict(extra="allow")

    unit: str
    unit_name: str
    division: str
    place: int | str | None = Field(
        description='Within the division; "5/2" where tied units share a mean place.'
    )
    previous_place: int | str | None
    score: str | None = Field(description=EXACT)
    score_shown: str | None
    indicators: dict[str, IndicatorValues]


class Board(BaseModel):
    """One edition: the same document as /boards/<season>/<number>.json."""

    model_config = ConfigDict(extra="allow")

    season: str
    number: int
    as_of: str
    due_at: str
    published_at: str
    next_due_at: str | None
    scheme: dict[str, object]
    divisions: list[dict[str, object]]
    standings: list[StandingLine] = Field(description="In the board's order.")
    hash: str
    previous_hash: str | None
    signature: str = Field(description="Ed25519 over the hash's hex digits.")


class UnitLine(StandingLine):
    """Why a unit has its place: its line with formula, contributions and the facts behind every number."""

    formula: object
    contributions: list[dict[str, object]]
    parts: dict[str, list[dict[str, object]]]


class UnitAnswer(BaseModel):
    """One unit in one edition."""

    season: str
    number: int
    line: UnitLine


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str = Field(description="Short and stable, for programs.")
    message: str = Field(description="For people.")
    incident: str | None = Field(default=None, description="Number under which the log has the rest.")


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    error: ErrorBody
