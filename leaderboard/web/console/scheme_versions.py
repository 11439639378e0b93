"""Every version of a season's scheme: what each changed, its document, and taking a past one up again."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.exchange.scheme_file import TAKEN, taken_note
from leaderboard.rulebook.differences import differences
from leaderboard.seasons.drafts import restore_version
from leaderboard.seasons.models import APPROVED, SchemeVersion
from leaderboard.seasons.read import list_schemes, scheme_to_follow
from leaderboard.web.console.acts import carry_out
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.console.scheme_desk import desk_of
from leaderboard.web.console.scheme_order import restored_words
from leaderboard.web.console.scheme_trial import division_names
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading


@door.get("/seasons/<slug>/scheme/versions")
def scheme_versions(slug: str) -> ResponseReturnValue:
    """All versions, newest first, and what differs between the two that are asked for."""
    season = season_at(slug)
    versions = list_schemes(reading(), season.id)
    newest = _asked(versions, "of") or (versions[0] if versions else None)
    against = _asked(versions, "against") or (_before(versions, newest) if newest else None)
    changed = None
    if newest is not None and against is not None:
        both = json.loads(against.document), json.loads(newest.document)
        changed = differences(*both, division_names(season))
    return show(
        "scheme_versions",
        here="scheme",
        season=season,
        desk=desk_of(season),
        versions=versions,
        of=newest,
        against=against,
        changed=changed,
        today=today(),
        ended=today() > season.ends_on,
        to_follow=scheme_to_follow(reading(), season.id, today()),
    )


@door.post("/seasons/<slug>/scheme/<int:number>/restore")
@guarded(guard_action(Action.DRAFT_SCHEME))
def restore(slug: str, number: int) -> ResponseReturnValue:
    """Undo: a new draft copied from a past version, to be approved like any other."""
    season = season_at(slug)

    def copy(session: Session) -> str:
        versions = list_schemes(session, season.id)
        past = next((v for v in versions if v.version_no == number), None) or abort(404)
        draft = restore_version(session, person().name, season, past)
        return restored_words(versions, past, draft)

    return carry_out(copy, url_for("console.scheme", slug=slug))


@door.get("/seasons/<slug>/scheme/<int:number>.json")
def scheme_document_file(slug: str, number: int) -> ResponseReturnValue:
    """One version's document as a JSON file."""
    season = season_at(slug)
    version = next((v for v in list_schemes(reading(), season.id) if v.version_no == number), None)
    if version is None:
        abort(404)
    document = {TAKEN: taken_note(slug, desk_of(season).seen), **json.loads(version.document)}
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
    name = f"scheme-{slug}-{number}.json"
    return Response(
        text + "\n",
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(versions: Sequence[SchemeVersion], name: str) -> SchemeVersion | None:
    number = request.args.get(name, "")
    return next((version for version in versions if str(version.version_no) == number), None)


def _before(versions: Sequence[SchemeVersion], version: SchemeVersion) -> SchemeVersion | None:
    """The version that was approved last before this one."""
    older = (v for v in versions if v.version_no < version.version_no and v.state == APPROVED)
    return next(older, None)
