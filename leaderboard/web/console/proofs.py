"""Proofs on the console: a draft in each of its public forms, before anybody outside the house sees one."""

from __future__ import annotations

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.boards.drafts import line_before_draft
from leaderboard.boards.models import Draft, Screen
from leaderboard.boards.proof import FILES, Proof, past_of_proof, proof_of
from leaderboard.boards.render import HTML
from leaderboard.boards.screen_states import round_of
from leaderboard.web.console.door import door, season_at
from leaderboard.web.console.drafts import ONE, draft_at
from leaderboard.web.requests import office, reading
from leaderboard.web.scene_drawing import draw
from leaderboard.web.screens import screen_page
from leaderboard.words import gettext as _
from leaderboard.words import language

PROOF = f"{ONE}/proof"


@door.get(f"{PROOF}/")
def proof(slug: str, draft_id: int) -> ResponseReturnValue:
    """The board as the public would see it."""
    return _html(_proof(slug, draft_id)[1].board_page(language()))


@door.get(f"{PROOF}/by/<indicator>/")
def proof_by_indicator(slug: str, draft_id: int, indicator: str) -> ResponseReturnValue:
    """One indicator's own board as the public would see it."""
    return _html(_proof(slug, draft_id)[1].indicator_page(indicator, language()))


@door.get(f"{PROOF}/units/<unit>/")
def proof_of_unit(slug: str, draft_id: int, unit: str) -> ResponseReturnValue:
    """A unit's own page as the public would see it."""
    draft, found = _proof(slug, draft_id)
    if unit not in found.lines:
        abort(404)
    past = past_of_proof(reading(), draft.season_id, found, unit)
    earlier = line_before_draft(reading(), draft, found.lines[unit])
    return _html(found.unit_page(unit, past, earlier, language()))


@door.get(f"{PROOF}/screen/")
def proof_on_screen(slug: str, draft_id: int) -> ResponseReturnValue:
    """The scenes of a display, one after the other; it asks for no board, as a display does."""
    draft, found = _proof(slug, draft_id)
    screen = Screen(name=_("清样"), season_id=draft.season_id, division=None, lang=language(), theme="dark")
    number = request.args.get("scene", 1, type=int)
    inside = draw(round_of(screen), found.board, office(), number=number) or abort(404)
    return screen_page(screen, season_at(slug), inside, number=number, proof=True)


@door.get(f"{PROOF}.<any(json, csv, xlsx, 'package.json'):kind>")
def proof_file(slug: str, draft_id: int, kind: str) -> ResponseReturnValue:
    """A file as the public could download it, under a name that says that it is none of theirs."""
    draft, found = _proof(slug, draft_id)
    content_type, write = FILES[kind]
    name = f"unpublished-{slug}-draft-{draft.id}.{kind}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write(found), content_type=content_type, headers=disposition)


def _proof(slug: str, draft_id: int) -> tuple[Draft, Proof]:
    season = season_at(slug)
    draft = draft_at(reading(), season, draft_id)
    base = url_for("console.proof", slug=slug, draft_id=draft_id).rstrip("/")
    return draft, proof_of(reading(), draft, office(), base)


def _html(page: bytes | None) -> Response:
    return Response(page if page is not None else abort(404), content_type=HTML)
