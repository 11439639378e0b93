"""One of the unit's projects: what is recorded of it, how it stands at its deadlines, and forms to report more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import display_names, people_of_unit
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.handed_in import find_handed_in, may_take_back, take_back
from leaderboard.ledger.listing import ToldFact, find_project_fact, tell
from leaderboard.ledger.models import REVERSED, CapitalArrival, OfProject, Project, StageEvent
from leaderboard.ledger.read import live_events
from leaderboard.ledger.record import LedgerError, Source
from leaderboard.ledger.waiting import Key
from leaderboard.seasons.deadlines import deadlines_of, nodes_of
from leaderboard.seasons.models import Unit
from leaderboard.seasons.read import list_units
from leaderboard.web.facts import kind_words, record_arrival, record_event, stage_words
from leaderboard.web.guards import person, require
from leaderboard.web.my.ages import ages_of, days_reached
from leaderboard.web.my.door import asked_season, door, own_project, own_seasons, own_unit, today
from leaderboard.web.my.proof import attach_proof, files_of, read_proof
from leaderboard.web.my.sending import fact_id_of, go_on, new_token
from leaderboard.web.numbers import LARGEST_FACT
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

FORMS = ("event", "arrival")
Report = Callable[[Session, Project, Typed, Source], str]


@door.get("/projects/<code>")
def project(code: str) -> ResponseReturnValue:
    """One of the unit's projects; `?again=event/12` opens the form filled in with what was sent back."""
    session = reading()
    unit, found = own_unit(session), own_project(session, code)
    form, _slash, fact_id = request.args.get("again", "").partition("/")
    if not form:
        return _page(session, unit, found)
    fact = _replaceable(session, unit, found, form, fact_id) or abort(404)
    return _page(session, unit, found, form, Typed(_as_typed(fact)))


@door.post("/projects/<code>/events")
def report_event(code: str) -> ResponseReturnValue:
    """Report that a project reached a stage; it counts once verified."""

    def report(session: Session, found: Project, typed: Typed, source: Source) -> str:
        unit = own_unit(session)
        stages = stage_words(own_seasons(session, unit))
        _refuse_taken(session, unit, found, typed)
        return record_event(session, typed, found, stages, today(), source)

    return _reported(code, "event", report)


@door.post("/projects/<code>/arrivals")
def report_arrival(code: str) -> ResponseReturnValue:
    """Report money that arrived; it counts once verified."""

    def report(session: Session, found: Project, typed: Typed, source: Source) -> str:
        return record_arrival(session, typed, found, today(), source)

    return _reported(code, "arrival", report)


def _reported(code: str, form: str, report: Report) -> ResponseReturnValue:
    """Record what was typed as unverified and go back to the project, or show the form again."""
    session = writing()
    unit, found = own_unit(session), own_project(session, code)
    require(Action.REPORT_FACTS, unit.id)
    typed = Typed.of_request()
    fact_id = fact_id_of(typed, form, code)
    project_id = found.id
    if earlier := find_project_fact(session, project_id, form, fact_id):
        return _sent_before(session, code, form, typed, earlier)
    said, is_twice = "", False
    try:
        said = _record(session, unit, found, form, typed, report, fact_id)
    except LedgerError as error:
        typed.complain("", str(error))
    except IntegrityError:
        is_twice = True
    address = url_for("units.project", code=code)
    if typed.ok and not is_twice:
        session.commit()
        return go_on(_("{said}。待认定，认定后计分。").format(said=said), address)
    session.rollback()
    if is_twice or find_project_fact(reading(), project_id, form, fact_id):
        # The same form was sent twice in the same moment, and the other one was recorded.
        return go_on(_("这张表已经收到，没有重复记录。"), address)
    return _again(code, form, typed, 422)


def _again(code: str, form: str, typed: Typed, status: int) -> ResponseReturnValue:
    """The page with what was typed, as somebody reads it who keeps nobody from writing."""
    session = reading()
    return _page(session, own_unit(session), own_project(session, code), form, typed, status)


def _record(
    session: Session, unit: Unit, found: Project, form: str, typed: Typed, report: Report, fact_id: int
) -> str:
    """Take back what the form replaces, record what it says, and attach what proves it."""
    again = typed.values.get("again", "")
    former = _replaceable(session, unit, found, form, again) if again else None
    if again and former is None:
        raise LedgerError(_("要重新填报的记录已经认定或撤回，请刷新后再看"))
    proof = read_proof(session, typed, [former.fact_id] if former else ())
    if former is not None:
        take_back(session, person().name, former, _("重新填报"))
    said = report(session, found, typed, Source(person().name, proof.words, fact_id=fact_id))
    if typed.ok:
        attach_proof(session, Key(form, found.id, fact_id), proof)
    return said


def _refuse_taken(session: Session, unit: Unit, found: Project, typed: Typed) -> None:
    """Say what a unit can do where the stage is on record already."""
    stage = typed.values.get("stage", "")
    fact = next((event for event in live_events(session, found.id) if event.stage == stage), None)
    if fact is not None:
        is_ours = _replaceable(session, unit, found, "event", str(fact.fact_id)) is not None
        changeable = _("这个节点已报过：请在下面的“经过”里改、重新填报或撤回那一条")
        typed.complain("stage", changeable if is_ours else _("这个节点已有记录；如有不符，请联系主办单位"))


def _replaceable(session: Session, unit: Unit, found: Project, form: str, fact_id: str) -> OfProject | None:
    """A fact of the project that the unit may hand in anew: it was sent back, or it waits and is the unit's own."""
    if form not in FORMS or not fact_id.isdecimal() or int(fact_id) > LARGEST_FACT:
        return None
    people = people_of_unit(session, unit.id)
    fact = find_handed_in(session, unit.id, Key(form, found.id, int(fact_id)), people)
    return fact if isinstance(fact, OfProject) and may_take_back(session, fact, people) else None


def _sent_before(
    session: Session, code: str, form: str, typed: Typed, earlier: OfProject
) -> ResponseReturnValue:
    """A form sent again tells what became of it; with other figures it is another report, and says so first."""
    if _same(typed, earlier):
        return go_on(_("这张表已经收到，没有重复记录。"), url_for("units.project", code=code))
    typed.worded["token"] = typed.values["token"] = new_token()
    typed.complain(
        "",
        _(
            "这张表先前已经收到（{day}）。现在的内容与那时不同：要另报一条，请再按一次；要改那一条，请在下面重新填报。"
        ).format(day=earlier.occurred_on),
    )
    session.rollback()
    return _again(code, form, typed, 409)


def _same(typed: Typed, fact: OfProject) -> bool:
    """Whether the form says what the fact says."""
    again = Typed(typed.values)
    told: tuple[object, ...]
    kept: tuple[object, ...]
    if isinstance(fact, StageEvent):
        told = (
            again.values.get("stage"),
            again.yuan("total", needed=False),
            again.yuan("inward", needed=False),
        )
        kept = (fact.stage, fact.total_yuan, fact.inward_yuan)
    elif isinstance(fact, CapitalArrival):
        told, kept = (again.yuan("amount"), again.values.get("kind")), (fact.yuan, fact.kind)
    else:
        return False
    return (again.day("occurred_on"), *told) == (fact.occurred_on, *kept)


def _as_typed(fact: OfProject) -> dict[str, str]:
    """A fact as somebody would have typed it, money in 万元."""
    typed = {"occurred_on": str(fact.occurred_on), "evidence": fact.evidence or "", "keep_files": "1"}
    typed["again"] = str(fact.fact_id)
    if isinstance(fact, StageEvent):
        typed |= {"stage": fact.stage, "total": _wan(fact.total_yuan), "inward": _wan(fact.inward_yuan)}
    if isinstance(fact, CapitalArrival):
        typed |= {"amount": _wan(fact.yuan), "kind": fact.kind}
    return typed


def _wan(yuan: int | None) -> str:
    """Yuan in 万元, exactly: 32005000 is 3200.5."""
    if yuan is None:
        return ""
    whole, rest = divmod(yuan, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class OwnForms:
    """The forms of the page: the one in use with what was typed, the others blank, each with its token."""

    typed: Mapping[str, Typed]
    in_use: str

    @classmethod
    def of(cls, form: str, typed: Typed | None) -> OwnForms:
        """The forms where `form` is in use."""
        found = {name: typed if typed and name == form else Typed() for name in FORMS}
        for each in found.values():
            each.values.setdefault("token", new_token())
        return cls(found, form)


def _page(
    session: Session,
    unit: Unit,
    found: Project,
    form: str = "",
    typed: Typed | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    season = asked_season(seasons := own_seasons(session, unit))
    story = tell(session, found.id)
    former = _replaceable(session, unit, found, form, typed.values.get("again", "")) if typed else None
    verified, reported = days_reached((t.fact, t.outcome) for t in story if isinstance(t.fact, StageEvent))
    people, mine = display_names(session), people_of_unit(session, unit.id)
    own = _own(unit, story, mine)
    page = render_template(
        "pages/units/project.html",
        unit=unit,
        project=found,
        season=season,
        story=story,
        shares=[t.fact for t in story if t.kind == "credit" and t.outcome != "reversed"],
        nodes=nodes_of(deadlines_of(season) if season else (), verified, reported, today()),
        ages=ages_of(verified, today()),
        files=evidence_of(session, own),
        own=own,
        mine=mine,
        most=settings().upload_bytes,
        forms=OwnForms.of(form, typed),
        kept=files_of(session, former),
        stages=stage_words(seasons),
        kinds=kind_words(),
        unit_names={each.id: named(each.name, each.name_en) for each in list_units(session)},
        who=lambda name: people.get(name, name),
    )
    return page, status


def _own(unit: Unit, story: Sequence[ToldFact], people: Collection[str]) -> frozenset[int]:
    """The facts that are the unit's own business; of what others reported of a shared project it is told no proof."""
    shares = [told.fact for told in story if told.kind == "credit" and told.outcome != REVERSED]
    is_alone = all(getattr(share, "unit_id", None) == unit.id for share in shares)
    return frozenset(
        told.fact.fact_id
        for told in story
        if (
            getattr(told.fact, "unit_id", None) == unit.id
            if told.kind == "credit"
            else is_alone or told.fact.recorded_by in people
        )
    )
