"""The tuning desk: the draft's weights beside those in force, what they would change, and putting them in force."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.read import latest_edition
from leaderboard.seasons.approval import submit_scheme
from leaderboard.seasons.blindness import kept_blind, was_named
from leaderboard.seasons.drafts import current_draft, save_draft
from leaderboard.seasons.models import DRAFT, SUBMITTED, SchemeVersion, Season
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import list_divisions, list_schemes, schemes_to_come
from leaderboard.seasons.schemes import DraftChanged, discard_scheme, has_scheme
from leaderboard.web.console.acts import carry_out
from leaderboard.web.console.blind import chosen_blind, is_blind, is_veiled, note_named, switch_blind
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.console.request_kept import FIELDS, drop_request, keep_request, kept_request
from leaderboard.web.console.scheme_desk import Desk, desk_of
from leaderboard.web.console.scheme_form import (
    SchemeForm,
    as_it_stands,
    document_from,
    typed_form,
    values_of,
    weight_groups,
)
from leaderboard.web.console.scheme_order import coming_words, overtaken_words, saved_words, submitted_words
from leaderboard.web.console.scheme_trial import Trial, past_editions, words
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from scoring.measure_document import measure_document
from scoring.rules import Ties
from scoring.scheme_document import parse_scheme


@door.get("/seasons/<slug>/scheme")
def scheme(slug: str) -> ResponseReturnValue:
    """The weights of the draft beside those in force, with their effect."""
    desk = desk_of(season_at(slug))
    form = SchemeForm(parse_scheme(desk.base), values_of(parse_scheme(desk.base)))
    at = request.args.get("at", "")
    trial = Trial(desk.season, desk.base, desk.as_of, at, is_first=True)
    return _desk_page(desk, form, trial, typed=kept_request(desk.season))


@door.post("/seasons/<slug>/scheme/preview")
@guarded(guard_action(Action.DRAFT_SCHEME))
def preview_scheme(slug: str) -> ResponseReturnValue:
    """What the weights as typed would change, or every problem beside the effect of what is right; nothing is kept."""
    desk = desk_of(season_at(slug))
    form, document = _typed(desk)
    if form.problems and "quick" in request.form:
        # The script has ranked by itself, and shows nothing of a page that refuses.
        abort(422)
    return _desk_page(desk, form, _trial(desk, form, document), status=422 if form.problems else 200)


@door.post("/seasons/<slug>/scheme/preview/other")
@guarded(guard_action(Action.DRAFT_SCHEME))
def preview_other(slug: str) -> ResponseReturnValue:
    """One sentence for the script: the same change in the last edition, or today where an edition is looked at."""
    desk = desk_of(season_at(slug))
    form, document = _typed(desk)
    if form.problems:
        abort(422)
    return {"sentence": _trial(desk, form, document).other_words}


@door.post("/seasons/<slug>/scheme/blind")
@guarded(guard_action(Action.DRAFT_SCHEME))
def switch_names(slug: str) -> ResponseReturnValue:
    """Hide the units' names while weights are chosen, or show them again; what was typed stays, and so do the boards."""
    season = season_at(slug)
    switch_blind(season)
    desk = desk_of(season)
    form, document = _typed(desk)
    return _desk_page(desk, form, _trial(desk, form, document))


@door.post("/seasons/<slug>/scheme/draft")
@guarded(guard_action(Action.DRAFT_SCHEME))
def save_scheme(slug: str) -> ResponseReturnValue:
    """Keep what was typed as the season's draft."""
    season = season_at(slug)

    was_waiting = desk_of(season).waiting is not None

    def save(document: dict[str, Any]) -> str:
        blind = chosen_blind(season, document)
        version = save_draft(writing(), person().name, season, document, _seen(), is_blind=blind)
        keep_request(season)
        return saved_words(version, was_waiting=was_waiting)

    return _change(season, save)


@door.post("/seasons/<slug>/scheme/submit")
@guarded(guard_action(Action.DRAFT_SCHEME))
def submit_draft(slug: str) -> ResponseReturnValue:
    """Save what was typed and put it before another administrator, with the reason and the day."""
    season = season_at(slug)
    typed = Typed.of_request()
    reason = typed.text("reason", most=500)
    effective_on = typed.day("effective_on")

    def submit(document: dict[str, Any]) -> str:
        # Read before anything is held for writing.
        blind = chosen_blind(season, document)
        session = writing()
        version = save_draft(session, person().name, season, document, _seen(), is_blind=blind)
        submit_scheme(
            session,
            person().name,
            version,
            effective_on=effective_on,
            reason=reason,
            today=today(),
            is_blind=blind
            and kept_blind(session, version)
            and not was_named(session, person().name, version, version.revision),
        )
        drop_request()
        return submitted_words(session, version, effective_on, today())

    return _change(season, submit, typed)


@door.post("/seasons/<slug>/scheme/discard")
@guarded(guard_action(Action.DRAFT_SCHEME))
def discard(slug: str) -> ResponseReturnValue:
    """Put the draft aside; the scheme in force stays."""
    season = season_at(slug)

    def put_aside(session: Session) -> str:
        draft = seen_draft(session, season)
        discard_scheme(session, person().name, draft)
        drop_request()
        return _("草稿第 {version} 版已作废").format(version=draft.version_no)

    return carry_out(put_aside, url_for("console.scheme", slug=slug))


def seen_draft(session: Session, season: Season) -> SchemeVersion:
    """The draft as the person saw it; raises DraftChanged where it is another by now."""
    draft = current_draft(session, season.id)
    if draft is None or f"{draft.version_no}.{draft.revision}" != request.form.get("seen", ""):
        raise DraftChanged(_("草稿已被他人改动或作废，请看过再决定"))
    return draft


def _seen() -> tuple[int, int] | None:
    version, _dot, revision = request.form.get("seen", "").partition(".")
    return (int(version), int(revision)) if version.isdigit() and revision.isdigit() else None


def _typed(desk: Desk) -> tuple[SchemeForm, dict[str, Any]]:
    form = typed_form(parse_scheme(desk.base), request.form)
    return form, document_from(form, desk.base)


def _change(
    season: Season, operation: Callable[[dict[str, Any]], str], typed: Typed | None = None
) -> ResponseReturnValue:
    """Run one operation on what was typed and say what it did; go back to the desk, or show it again with every problem."""
    desk = desk_of(season)
    form, document = _typed(desk)
    if typed is not None:
        form.problems |= typed.problems
    if form.problems:
        return _desk_page(desk, form, _trial(desk, form, document), typed=typed, status=422)
    try:
        said = operation(document)
        writing().commit()
    except DraftChanged:
        writing().rollback()
        return _conflict_page(season, form, typed)
    except PlanError as error:
        writing().rollback()
        form.problems[""] = "; ".join(error.problems)
        desk = desk_of(season)
        return _desk_page(desk, form, _trial(desk, form, document), typed=typed, status=422)
    flash(said)
    return redirect(url_for("console.scheme", slug=season.slug))


def _conflict_page(season: Season, form: SchemeForm, typed: Typed | None) -> ResponseReturnValue:
    """Both versions side by side: mine in the fields, theirs beside them; saving again replaces theirs knowingly."""
    desk = desk_of(season)
    return _desk_page(desk, form, theirs=values_of(parse_scheme(desk.base)), typed=typed, status=409)


def _trial(desk: Desk, form: SchemeForm, document: dict[str, Any]) -> Trial:
    """The effect of what was typed; where something is wrong, of what is right, so that nobody has to mend it first."""
    tried = as_it_stands(form, desk.base) if form.problems else document
    return Trial(desk.season, tried, desk.as_of, request.form.get("at", ""))


def _desk_page(
    desk: Desk,
    form: SchemeForm,
    trial: Trial | None = None,
    *,
    theirs: dict[str, str] | None = None,
    typed: Typed | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session = reading()
    if trial is not None and not is_blind(desk.season):
        note_named(desk.season, trial.document)
    # A form that comes back keeps the draft it was filled in over, until its author was shown a newer one.
    seen = desk.seen if theirs is not None else request.form.get("seen", desk.seen)
    official = parse_scheme(json.loads(desk.in_force.document)) if desk.in_force else None
    return show(
        "scheme",
        status,
        here="scheme",
        season=desk.season,
        desk=desk,
        form=form,
        seen=seen,
        trial=trial,
        effect=trial.effect if trial else None,
        # Without the reason or the day for it the weights are tried as they are.
        as_before=bool(form.problems.keys() - {"", *FIELDS}),
        at=trial.at if trial and trial.edition else "",
        editions=trial.editions if trial else past_editions(desk.season),
        # A script asks for the other day's sentence later; the first page of a visit leaves it out too.
        other=trial.other_words if trial and request.method == "POST" and "quick" not in request.form else "",
        blind=is_blind(desk.season),
        veiled=is_veiled(desk.season),
        words=words(),
        theirs=theirs,
        coming=[coming_words(one) for one in schemes_to_come(session, desk.season.id, today())],
        overtaken=overtaken_words(desk.draft, desk.since) if desk.draft and desk.since else "",
        official=values_of(official) if official else {},
        typed=typed or Typed.of_request(),
        problems=form.problems,
        edition=latest_edition(session, desk.season.id),
        groups=weight_groups(form.scheme, list_divisions(session, desk.season.id)),
        versions=[v for v in list_schemes(session, desk.season.id) if v.state not in {DRAFT, SUBMITTED}],
        ties=[rule.value for rule in Ties],
        measures={i.key: measure_document(i.measure) for i in form.scheme.indicators},
        today=today(),
        is_first=not has_scheme(session, desk.season.id),
        ended=today() > desk.season.ends_on,
    )
