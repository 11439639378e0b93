"""The whole scheme document: every part of it in one form, and the document itself taken out and put back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from yaml import safe_dump

from leaderboard.accounts.permissions import Action
from leaderboard.exchange.scheme_file import (
    TAKEN,
    UnreadableDocument,
    draft_when_taken,
    read_document,
    taken_note,
)
from leaderboard.rulebook.differences import Difference, differences
from leaderboard.rulebook.editing import VERBS, doubled_names, edited
from leaderboard.rulebook.filled_in import filled_in
from leaderboard.rulebook.form import form_of
from leaderboard.rulebook.grammar import document_node
from leaderboard.seasons.drafts import save_draft
from leaderboard.seasons.models import SUBMITTED, Season
from leaderboard.seasons.read import list_schemes
from leaderboard.seasons.schemes import DraftChanged
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.console.scheme_desk import Desk, desk_of
from leaderboard.web.console.scheme_order import saved_words
from leaderboard.web.console.scheme_trial import division_names
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading, writing
from leaderboard.words import gettext as _
from leaderboard.words import named, told
from leaderboard.written import visible
from scoring.preset_rules import ReturnQuantity
from scoring.reading import Problem
from scoring.scheme_document import SchemeError, parse_scheme, scheme_document
from scoring.show import plain

Document = dict[str, Any]
MOST_UPLOADED = 1_000_000
"""Characters of a document that is put back; the longest real ones have a few thousand."""
MOST_CAP = 10
"""A cap on a rate above this, 1000 %, is told back to its author."""
FIRST = ("name", "full_mark", "composite", "lead", "base", "score_most", "score_least", "ties")
"""What stands together at the head of the form."""


@door.get("/seasons/<slug>/scheme/document")
def document(slug: str) -> ResponseReturnValue:
    """Every part of the draft, or of the scheme in force, in one form."""
    desk = desk_of(season_at(slug))
    return _document_page(desk, desk.base)


@door.post("/seasons/<slug>/scheme/document")
@guarded(guard_action(Action.DRAFT_SCHEME))
def change_document(slug: str) -> ResponseReturnValue:
    """Add, move or take away a part without saving; check all of it; or save it as the draft."""
    season = season_at(slug)
    typed = filled_in(document_node(), "", _typed_fields())
    verb, _blank, place = request.form.get("do", "check").partition(" ")
    if verb in VERBS:
        return _document_page(desk_of(season), edited(typed, verb, place), opened=place)
    if verb == "show":
        return _document_page(desk_of(season), typed, opened=place)
    problems = _problems(typed)
    if problems or verb != "save":
        return _document_page(desk_of(season), typed, problems, status=422 if problems else 200, checked=True)
    return _save(season, typed)


@door.post("/seasons/<slug>/scheme/document/put")
@guarded(guard_action(Action.DRAFT_SCHEME))
def put_document(slug: str) -> ResponseReturnValue:
    """Put back a document from a file or pasted text: every mistake with its place, or saved as the draft."""
    season = season_at(slug)
    text = _uploaded()
    try:
        found = read_document(text) if text.strip() else None
    except UnreadableDocument as error:
        return _document_page(desk_of(season), None, pasted=text, wrong=[str(error)], status=422)
    if not isinstance(found, dict):
        words = _("请选择文件或粘贴方案的 JSON 或 YAML 文本")
        return _document_page(desk_of(season), None, pasted=text, wrong=[words], status=422)
    if problems := _problems(found):
        wrong = [f"{problem.path or _('方案')}: {told(problem.message)}" for problem in problems]
        return _document_page(desk_of(season), None, pasted=text, wrong=wrong, status=422)
    # A document that was taken out knows better than this page over which draft it was edited.
    return _save(season, found, draft_when_taken(text, season.slug))


@door.get("/seasons/<slug>/scheme/<int:number>.yaml")
def scheme_document_yaml(slug: str, number: int) -> ResponseReturnValue:
    """One version's document as a YAML file, in the order people read it."""
    season = season_at(slug)
    version = next((v for v in list_schemes(reading(), season.id) if v.version_no == number), None)
    if version is None:
        abort(404)
    ordered = scheme_document(parse_scheme(json.loads(version.document)))
    note = f"# {TAKEN}: {taken_note(slug, desk_of(season).seen)}\n"
    text = note + safe_dump(ordered, allow_unicode=True, sort_keys=False, width=120)
    name = f"scheme-{slug}-{number}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="application/yaml", headers=headers)


def _typed_fields() -> Mapping[str, str]:
    """What was typed, without signs that nobody sees."""
    return {name: visible(value) for name, value in request.form.items()}


def _uploaded() -> str:
    file = request.files.get("file")
    if file is not None and file.filename:
        content: bytes = file.read(4 * MOST_UPLOADED)
        return content.decode("utf-8", errors="replace")[:MOST_UPLOADED]
    return request.form.get("text", "")[:MOST_UPLOADED]


def _problems(document: Document) -> list[Problem]:
    """Everything wrong with a document."""
    doubled = list(doubled_names(document))
    try:
        parse_scheme(document)
    except SchemeError as error:
        return [*doubled, *error.problems]
    return doubled


def _large_caps(document: Document) -> list[str]:
    """Rates whose cap was most likely meant as a percentage: 120 is 12000 %."""
    doubtful = [
        indicator
        for indicator in parse_scheme(document).indicators
        if indicator.cap is not None
        and indicator.cap > MOST_CAP
        and not isinstance(indicator.measure, ReturnQuantity)
    ]
    words = _("{name}的封顶 {cap} 即 {percent}%。全文表单里封顶按倍数填：要封顶 120%，请写 1.2 或 120%。")
    return [
        words.format(name=named(i.name, i.name_en), cap=plain(i.cap or 0), percent=plain((i.cap or 0) * 100))
        for i in doubtful
    ]


def _seen(taken: str | None = None) -> tuple[int, int] | None:
    """Over which draft the document was changed: as the document itself says, or as its page does."""
    version, _dot, revision = (request.form.get("seen", "") if taken is None else taken).partition(".")
    return (int(version), int(revision)) if version.isdecimal() and revision.isdecimal() else None


def _save(season: Season, found: Document, taken: str | None = None) -> ResponseReturnValue:
    was_waiting = desk_of(season).waiting is not None
    session = writing()
    try:
        version = save_draft(session, person().name, season, found, _seen(taken))
        session.commit()
    except DraftChanged:
        session.rollback()
        return _conflict_page(season, found)
    flash(saved_words(version, was_waiting=was_waiting))
    for words in _large_caps(found):
        flash(words, "warning")
    return redirect(url_for("console.scheme", slug=season.slug))


def _conflict_page(season: Season, mine: Document) -> ResponseReturnValue:
    """Mine in the form and both beside each other, place by place; saving again replaces theirs knowingly."""
    desk, names = desk_of(season), division_names(season)
    return _document_page(
        desk, mine, theirs=differences(_canonical(mine), _canonical(desk.base), names), status=409
    )


def _canonical(document: Document) -> Document:
    """With everything written out, so that what differs is only what means something else."""
    return scheme_document(parse_scheme(document))


def _document_page(  # noqa: PLR0913 - what the page may have to say besides
    desk: Desk,
    found: Document | None,
    problems: Sequence[Problem] = (),
    *,
    status: int = 200,
    checked: bool = False,
    opened: str = "",
    theirs: Sequence[Difference] | None = None,
    pasted: str = "",
    wrong: Sequence[str] = (),
) -> ResponseReturnValue:
    form = form_of(desk.base if found is None else found, problems)
    return show(
        "scheme_document",
        status,
        here="scheme",
        season=desk.season,
        desk=desk,
        first=[part for part in form.inner if part.name in FIRST],
        rest=[part for part in form.inner if part.name not in FIRST],
        # What belongs to no field of its own.
        loose=form.problems,
        wrong_parts=[part for part in form.inner if part.wrong],
        count=len(problems),
        checked=checked,
        doubts=_large_caps(found) if checked and found is not None and not problems else [],
        opened=opened,
        theirs=theirs,
        pasted=pasted,
        wrong=wrong,
        # A form that comes back keeps the draft it was filled in over, until its author was shown a newer one.
        seen=desk.seen if theirs is not None else request.form.get("seen", desk.seen),
        is_waiting=desk.draft is not None and desk.draft.state == SUBMITTED,
        ended=today() > desk.season.ends_on,
    )
