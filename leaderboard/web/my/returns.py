"""Periodic returns from the unit's own door: what was reported so far is shown and locked, one form fills in the period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import people_of_unit
from leaderboard.ledger.handed_in import find_handed_in, is_built_on, may_take_back, take_back
from leaderboard.ledger.models import UnitReturn
from leaderboard.ledger.record import LedgerError, Source
from leaderboard.ledger.unit_facts import add_return, replace_return
from leaderboard.ledger.waiting import Key
from leaderboard.seasons.models import Season, Unit
from leaderboard.web.facts import ask_about_days, outside
from leaderboard.web.guards import person, require
from leaderboard.web.my.door import asked_season, door, own_seasons, own_unit, today
from leaderboard.web.my.proof import attach_proof, files_of, read_proof
from leaderboard.web.my.sending import fact_id_of, go_on, new_token
from leaderboard.web.numbers import LARGEST_FACT
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.returning import Before, before_of, measure_names, scheme_of
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

MOST = 10**15


@dataclass(frozen=True, slots=True)
class Row:
    """A measure to fill in: what stands before it, and the first day of the period that is due."""

    before: Before
    starts_on: date
    returned_id: int | None = None
    """The first return that was sent back: what is due next would stand on it, so it comes first."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of one season: every measure that is asked for, or the one return that is handed in anew."""

    season: Season
    rows: Mapping[str, Row]
    former: UnitReturn | None = None
    ends_on: date | None = None
    """The day on which the period has to end, where a later return goes on from it."""


@door.get("/returns")
def returns() -> ResponseReturnValue:
    """The form; `?again=12` opens it filled in with a return that was sent back."""
    session = reading()
    unit = own_unit(session)
    asked = request.args.get("again", "")
    sheet = _sheet(session, unit, asked)
    if asked and (sheet is None or sheet.former is None):
        abort(404)
    if sheet is None or sheet.former is None:
        return _page(unit, sheet, Typed())
    former = sheet.former
    known = {f"quantity-{former.measure}": str(former.quantity), "ends_on": str(former.occurred_on)}
    return _page(
        unit, sheet, Typed({**known, "evidence": former.evidence or "", "again": asked, "keep_files": "1"})
    )


@door.post("/returns")
def report_returns() -> ResponseReturnValue:
    """Record the period's figures, all of them or none; each counts once verified."""
    session = writing()
    unit, typed = own_unit(session), Typed.of_request()
    require(Action.REPORT_FACTS, unit.id)
    again = typed.values.get("again", "")
    sent = {
        key.removeprefix("quantity-"): fact_id_of(typed, key)
        for key in typed.values
        if key.startswith("quantity-")
    }
    if any(session.get(UnitReturn, (unit.id, fact_id)) for fact_id in sent.values()):
        return go_on(_("这张表已经收到，没有重复记录。"), url_for("units.reports"))
    sheet = _sheet(session, unit, again) or abort(404)
    count = 0
    try:
        count = _record(session, unit, sheet, typed, sent)
    except LedgerError as error:
        typed.complain("", str(error))
    except IntegrityError:
        session.rollback()
        return go_on(_("这张表已经收到，没有重复记录。"), url_for("units.reports"))
    if not typed.ok:
        session.rollback()
        session = reading()
        unit = own_unit(session)
        return _page(unit, _sheet(session, unit, again), typed, 422)
    session.commit()
    return go_on(_("已报 {count} 项，待认定，认定后计分。").format(count=count), url_for("units.reports"))


def _record(session: Session, unit: Unit, sheet: Sheet, typed: Typed, sent: Mapping[str, int]) -> int:
    """Record every figure that was filled in; how many there are."""
    if typed.values.get("again") and sheet.former is None:
        raise LedgerError(_("要重新填报的记录已经认定或撤回，请刷新后再看"))
    ends_on = typed.day("ends_on", latest=today())
    filled = [measure for measure in sheet.rows if typed.values.get(f"quantity-{measure}")]
    figures = {m: typed.whole(f"quantity-{m}", least=0, most=MOST) for m in filled}
    if not filled:
        for measure in sheet.rows:
            typed.complain(f"quantity-{measure}", _("请至少填一项；没有发生的填 0"))
    former = sheet.former
    proof = read_proof(session, typed, [former.fact_id] if former else ())
    _check_period(sheet, typed, filled, ends_on)
    if not typed.ok:
        return 0
    if former is not None and sheet.ends_on is None:
        take_back(session, person().name, former, _("重新填报"))
    for measure, quantity in figures.items():
        source = Source(person().name, proof.words, fact_id=sent[measure])
        if former is not None and sheet.ends_on is not None:
            replace_return(session, source, former, quantity, _("重新填报"))
        else:
            add_return(
                session,
                source,
                unit_id=unit.id,
                measure=measure,
                starts_on=sheet.rows[measure].starts_on,
                ends_on=ends_on,
                quantity=quantity,
            )
        attach_proof(session, Key("return", unit.id, sent[measure]), proof)
    return len(figures)


def _check_period(sheet: Sheet, typed: Typed, filled: Sequence[str], ends_on: date) -> None:
    """Each figure goes on from what stands before it, and the period lies in the season."""
    for measure in filled:
        if sheet.rows[measure].returned_id is not None:
            typed.complain(f"quantity-{measure}", _("有一期被退回，请先重新填报那一期"))
    if "ends_on" in typed.problems:
        return
    if sheet.ends_on is not None and ends_on != sheet.ends_on:
        typed.complain("ends_on", _("后面还有报表，截止日须仍为 {day}").format(day=sheet.ends_on))
    for measure in filled:
        if ends_on < sheet.rows[measure].starts_on:
            words = _("这一项已报到 {until}，截止日应晚于它")
            until = sheet.rows[measure].starts_on - timedelta(days=1)
            typed.complain(f"quantity-{measure}", words.format(until=until))
    ask_about_days(typed, [ends_on], outside([sheet.season], [ends_on]), "ends_on")


def _sheet(session: Session, unit: Unit, again: str) -> Sheet | None:
    """The form of the season asked for; with the id of a return that may be handed in anew, for that one alone."""
    season = asked_season(own_seasons(session, unit))
    if season is None:
        return None
    measures = measure_names(scheme_of(season, session))
    former = _former(session, unit, again)
    if former is not None:
        words = measures.get(former.measure, former.measure)
        before = before_of(session, season, unit, former.measure, words, former.starts_on)
        ends_on = former.occurred_on if is_built_on(session, former) else None
        return Sheet(season, {former.measure: Row(before, former.starts_on)}, former, ends_on)
    rows = {measure: _row(session, season, unit, measure, words) for measure, words in measures.items()}
    return Sheet(season, rows)


def _row(session: Session, season: Season, unit: Unit, measure: str, words: str) -> Row:
    """The measure with the period that is due: the first that was sent back, else what follows the last."""
    before = before_of(session, season, unit, measure, words)
    if (returned := before.returned) is not None:
        before = before_of(session, season, unit, measure, words, returned.starts_on)
        return Row(before, returned.starts_on, returned.fact_id)
    return Row(before, before.until + timedelta(days=1) if before.until else season.starts_on)


def _former(session: Session, unit: Unit, again: str) -> UnitReturn | None:
    if not again.isdecimal() or int(again) > LARGEST_FACT:
        return None
    people = people_of_unit(session, unit.id)
    fact = find_handed_in(session, unit.id, Key("return", unit.id, int(again)), people)
    mine = isinstance(fact, UnitReturn) and may_take_back(session, fact, people)
    return fact if mine and isinstance(fact, UnitReturn) else None


def _page(unit: Unit, sheet: Sheet | None, typed: Typed, status: int = 200) -> ResponseReturnValue:
    typed.values.setdefault("token", new_token())
    if sheet is not None:
        typed.values.setdefault("ends_on", str(min(today(), sheet.season.ends_on)))
    page = render_template(
        "pages/units/returns.html",
        unit=unit,
        season=sheet.season if sheet else None,
        sheet=sheet,
        typed=typed,
        most=settings().upload_bytes,
        kept=files_of(reading(), sheet.former if sheet else None),
        here="units.reports",
    )
    return page, status
