"""One objection at the console: what is objected, what upholding it would change, and the answer, given once."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.difference import Effect
from leaderboard.boards.drafts import LIVE, DraftRefused
from leaderboard.boards.models import Draft
from leaderboard.boards.sketch import Sketch
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.formatters import moment
from leaderboard.instant import Millis, now
from leaderboard.objections.answer import EffectChanged, dismiss, foresee, sketch_upheld, uphold
from leaderboard.objections.file import ObjectionRefused
from leaderboard.objections.models import OPEN, Objection
from leaderboard.objections.read import Filed, find_objection, present_draft
from leaderboard.seasons.models import Season
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.drafts import MOST_DAYS, indicator_names, names_of_facts, unit_names
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import close_sessions, office, reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

ONE = "/seasons/<slug>/objections/<int:objection_id>"
REVISE, WORDS, DISMISS = "revise", "words", "dismiss"


@door.get(ONE)
def objection(slug: str, objection_id: int) -> ResponseReturnValue:
    """The objection, its effect while it is open, and its answer once it has one."""
    return _page(season_at(slug), objection_id, Typed())


@door.post(ONE)
@guarded(guard_action(Action.ANSWER_OBJECTION))
def answer_objection(slug: str, objection_id: int) -> ResponseReturnValue:
    """Uphold or dismiss; what is upheld is the very effect that was looked at."""
    season, typed = season_at(slug), Typed.of_request()
    decided = Decided.of(typed)
    if not typed.ok:
        return _page(season, objection_id, typed, 422)
    try:
        said = _answered(season, objection_id, decided)
    except (ObjectionRefused, DraftRefused, ClockOff) as error:
        close_sessions(None)
        typed.complain("", str(error))
        status = 409 if isinstance(error, EffectChanged) else 422
        return _page(season, objection_id, typed, status)
    flash(said)
    return redirect(url_for("console.objection", slug=slug, objection_id=objection_id))


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of an objection, and the effect that was looked at: by its instant and its mark."""

    decision: str
    answer: str
    days: int | None
    known_at: Millis
    seen: str

    @classmethod
    def of(cls, typed: Typed) -> Decided:
        """What a form says; complains of what it does not."""
        return cls(
            decision=typed.choice("decision", _decisions()),
            answer=typed.worded.get("answer", ""),
            days=typed.whole("days", most=MOST_DAYS) if typed.values.get("days") else None,
            known_at=typed.whole("known_at", most=now()) if typed.values.get("known_at") else now(),
            seen=typed.values.get("seen", ""),
        )


def _answered(season: Season, objection_id: int, decided: Decided) -> str:
    """Answer and say so; a board to be composed anew is worked out before the turn to write has come."""
    looking, before = reading(), None
    if decided.decision == REVISE:
        found = _objection(looking, season, objection_id).objection
        before = sketch_upheld(looking, found, answer=decided.answer, at=decided.known_at)
    session = writing()
    said = _decide(session, _objection(session, season, objection_id).objection, decided, before)
    session.commit()
    return said


def _decide(session: Session, found: Objection, decided: Decided, before: Sketch | None) -> str:
    actor = person().name
    if decided.decision == DISMISS:
        dismiss(session, actor, found, answer=decided.answer)
        return _("已答复：不成立")
    revised = uphold(
        session,
        actor,
        found,
        office(),
        answer=decided.answer,
        days=decided.days,
        textual=decided.decision == WORDS,
        known_at=decided.known_at,
        seen=decided.seen,
        before=before,
    )
    if revised is None and decided.decision == REVISE:
        return _("已答复：成立。公示稿已作废：请在台账中更正，再出新稿或起草更正")
    if revised is None:
        return _("已答复：成立，只涉及文字，榜单不变")
    until = moment(revised.closes_at, office().zone)
    return _("已答复：成立，新稿公示到 {until}").format(until=until)


def _decisions(*, dropped: bool = False) -> dict[str, str]:
    return {
        REVISE: _("成立，由下一稿或更正计入") if dropped else _("成立，按现有台账重出公示稿"),
        WORDS: _("成立，只涉及文字，榜单不变"),
        DISMISS: _("不成立"),
    }


def _objection(session: Session, season: Season, objection_id: int) -> Filed:
    found = find_objection(session, objection_id)
    return found if found is not None and found.draft.season_id == season.id else abort(404)


def _page(season: Season, objection_id: int, typed: Typed, status: int = 200) -> ResponseReturnValue:
    session = reading()
    found = _objection(session, season, objection_id)
    present = present_draft(session, found.draft)
    return show(
        "objection",
        status,
        here="drafts",
        season=season,
        filed=found,
        present=present,
        effect=_effect(session, found),
        indicators=indicator_names(found.draft),
        names=unit_names(session),
        called=names_of_facts(season, found.draft.content),
        decisions=_decisions(dropped=present.state not in LIVE),
        hint=_length_hint(present),
        typed=typed,
    )


def _effect(session: Session, filed: Filed) -> Effect | None:
    return foresee(session, filed.objection) if filed.objection.state == OPEN else None


def _length_hint(draft: Draft) -> str:
    """What is filled in for how long the revised board lies open."""
    if draft.closes_at is None or draft.closes_at <= now():
        return _("原公示期已满，至少填 1")
    return _("空白即仍到 {until} 为止").format(until=moment(draft.closes_at, office().zone))
