"""Entering a new project from the unit's own door: its share waits for verification, and counts for nothing before."""

from __future__ import annotations

import base64
from dataclasses import replace

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import people_of_unit
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.handed_in import find_handed_in, may_take_back, names_taken, take_back
from leaderboard.ledger.models import Credit, Project
from leaderboard.ledger.read import find_project, live_shares
from leaderboard.ledger.record import CodeTaken, LedgerError, Source, add_credits, add_project
from leaderboard.ledger.waiting import Key
from leaderboard.seasons.models import Unit
from leaderboard.web.guards import person, require
from leaderboard.web.my.door import door, own_unit, today
from leaderboard.web.my.proof import attach_proof, files_of, read_proof
from leaderboard.web.my.sending import fact_id_of, go_on, new_token
from leaderboard.web.numbers import LARGEST, LARGEST_FACT
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

STEM, INDUSTRY = 30, 40


@door.get("/projects/new")
def new_project() -> ResponseReturnValue:
    """The form for a new project; `?again=12/345` opens it filled in with one that was sent back."""
    session = reading()
    unit = _may_register(session)
    asked = request.args.get("again", "")
    if not asked:
        return _form(unit, Typed())
    credit = _sent_back(session, unit, asked) or abort(404)
    head = session.get_one(Project, credit.project_id)
    known = {"name": head.name, "investor": head.investor or "", "industry": head.industry or ""}
    return _form(unit, Typed({**known, "evidence": credit.evidence or "", "again": asked, "keep_files": "1"}))


@door.post("/projects")
def register_project() -> ResponseReturnValue:
    """Enter the project, or hand in anew one that was sent back, with a share for the unit that waits."""
    session = writing()
    unit, typed = _may_register(session), Typed.of_request()
    fact_id = fact_id_of(typed, "project")
    code = _code(unit, fact_id)
    asked = typed.values.get("again", "")
    known = _known(session, unit, code, fact_id, asked)
    if known is not None:
        return _received(known)
    project = None
    try:
        project = _enter(session, unit, typed, code, fact_id, asked)
    except (CodeTaken, IntegrityError):
        # The code and the fact are of this form alone: it was sent twice in the same moment.
        session.rollback()
        return _received(code)
    except LedgerError as error:
        typed.complain("", str(error))
    if not typed.ok or project is None:
        session.rollback()
        return _form(own_unit(reading()), typed, 422)
    session.commit()
    said = _("已登记：{name}，编号 {code}。待认定，认定后计分；接着报它的节点。")
    address = url_for("units.project", code=project.code)
    return go_on(said.format(name=project.name, code=project.code), address)


def _received(code: str) -> ResponseReturnValue:
    return go_on(_("这张表已经收到，没有重复记录。"), url_for("units.project", code=code))


def _may_register(session: Session) -> Unit:
    """The unit, where units may enter projects at all."""
    unit = own_unit(session)
    require(Action.REPORT_FACTS, unit.id)
    return unit if settings().units_register else abort(404)


def _code(unit: Unit, fact_id: int) -> str:
    """A code that nobody types, so that nobody can try which codes others have: liuxi-7K2M9QXA."""
    letters = base64.b32encode(fact_id.to_bytes(7)).decode().rstrip("=")[-8:]
    return f"{unit.key[:STEM]}-{letters}"


def _known(session: Session, unit: Unit, code: str, fact_id: int, again: str) -> str | None:
    """The code of the project that this very form has entered already."""
    project = find_project(session, code)
    if project is not None:
        return project.code
    credit = _credit_at(session, unit, f"{again.partition('/')[0]}/{fact_id}")
    return session.get_one(Project, credit.project_id).code if credit else None


def _credit_at(session: Session, unit: Unit, where: str) -> Credit | None:
    """The unit's own share at 12/345: the project and the fact."""
    holder, _slash, fact = where.partition("/")
    if not holder.isdecimal() or not fact.isdecimal() or int(holder) > LARGEST or int(fact) > LARGEST_FACT:
        return None
    key = Key("credit", int(holder), int(fact))
    found = find_handed_in(session, unit.id, key, people_of_unit(session, unit.id))
    return found if isinstance(found, Credit) else None


def _sent_back(session: Session, unit: Unit, where: str) -> Credit | None:
    """A share that stands for a project the unit entered itself, and that is not verified."""
    credit, people = _credit_at(session, unit, where), people_of_unit(session, unit.id)
    if credit is None or credit.recorded_by not in people:
        return None
    entered = session.get_one(Project, credit.project_id).recorded_by in people
    return credit if entered and may_take_back(session, credit, people) else None


def _enter(session: Session, unit: Unit, typed: Typed, code: str, fact_id: int, again: str) -> Project | None:
    """The project with its share, unless something is wrong with what was typed."""
    name = typed.text("name")
    investor, industry = (
        typed.text("investor", needed=False),
        typed.text("industry", most=INDUSTRY, needed=False),
    )
    former = _sent_back(session, unit, again) if again else None
    if again and former is None:
        raise LedgerError(_("要重新填报的记录已经认定或撤回，请刷新后再看"))
    proof = read_proof(session, typed, [former.fact_id] if former else ())
    taken = names_taken(session, unit.id, name, former.project_id if former else None)
    if name and taken:
        words = _("本单位已有同名项目（编号 {code}），请在它下面填报，或写清是哪一期")
        typed.complain("name", words.format(code=taken[0]))
    if not typed.ok:
        return None
    source = Source(person().name, proof.words)
    if former is None:
        project = add_project(
            session, source, code=code, name=name, investor=investor or None, industry=industry or None
        )
    else:
        project = session.get_one(Project, former.project_id)
        take_back(session, person().name, former, _("重新填报"))
        _amend(session, project, name, investor, industry)
    shares = [(unit.id, 1 - live_shares(session, project.id))]
    source = replace(source, fact_id=fact_id)
    add_credits(session, source, project, shares=shares, occurred_on=today())
    attach_proof(session, Key("credit", project.id, fact_id), proof)
    return project


def _amend(session: Session, project: Project, name: str, investor: str, industry: str) -> None:
    if (project.name, project.investor or "", project.industry or "") != (name, investor, industry):
        amend_project(
            session,
            person().name,
            project,
            name=name,
            investor=investor,
            industry=industry,
            reason=_("重新填报"),
        )


def _form(unit: Unit, typed: Typed, status: int = 200) -> ResponseReturnValue:
    typed.values.setdefault("token", new_token())
    session, again = reading(), typed.values.get("again", "")
    page = render_template(
        "pages/units/project_new.html",
        unit=unit,
        typed=typed,
        here="units.projects",
        most=settings().upload_bytes,
        kept=files_of(session, _sent_back(session, unit, again)),
    )
    return page, status
