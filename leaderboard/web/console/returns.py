"""Returns and adjustments on the console: what units report in totals, and what is added or deducted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.instant import now
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.listing import UnitFact, find_unit_fact, list_unit_facts
from leaderboard.ledger.models import OUTCOMES, RETURNED, REVERSED, VERIFIED, UnitReturn
from leaderboard.ledger.read import live_adjustments
from leaderboard.ledger.record import LedgerError, Source, decide
from leaderboard.ledger.unit_facts import add_adjustment, add_return
from leaderboard.ledger.waiting import UNIT_FACTS
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine, list_seasons, roster
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.facts import ask_about_days, ask_whether_another, outside
from leaderboard.web.guards import guard_action, guarded, person, require
from leaderboard.web.requests import reading, writing
from leaderboard.web.returning import Before, before_of, item_names, measure_names, scheme_of
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

MOST = 20_000
"""Facts of one season read for the running totals; the page shows the newest of them."""
SHOWN = 200


@door.get("/returns")
def returns() -> ResponseReturnValue:
    """The returns and adjustments of one season, newest first; the form for the unit and measure of the address."""
    seasons = list_seasons(reading())
    slug = request.args.get("season", seasons[0].slug if seasons else "")
    season = next((s for s in seasons if s.slug == slug), None)
    if season is None and slug:
        abort(404)
    return _page(season, "", Typed({name: request.args.get(name, "") for name in ("unit", "measure")}))


@door.post("/seasons/<slug>/returns")
@guarded(guard_action(Action.REPORT_FACTS))
def add_one_return(slug: str) -> ResponseReturnValue:
    """Record a unit's total for a period."""
    season = season_at(slug)
    typed = Typed.of_request()
    session = writing()
    units, measures = _units(session, season), measure_names(scheme_of(season, session))
    unit, measure = typed.choice("unit", units), typed.choice("measure", measures)
    starts_on, ends_on = typed.day("starts_on"), typed.day("ends_on", latest=today())
    quantity = typed.whole("quantity", least=0, most=10**15)
    if typed.values.get("cumulative"):
        _check_cumulative(session, typed, season, units, quantity)
    if typed.ok:
        days = [starts_on, ends_on]
        ask_about_days(typed, days, outside([season], days), "ends_on")
    if not typed.ok:
        session.rollback()
        return _page(season, "return", typed, 422)
    try:
        add_return(
            session,
            _source(typed),
            unit_id=units[unit].unit_id,
            measure=measure,
            starts_on=starts_on,
            ends_on=ends_on,
            quantity=quantity,
        )
        session.commit()
    except LedgerError as error:
        session.rollback()
        typed.complain("ends_on", str(error))
        return _page(season, "return", typed, 422)
    flash(_("已记录 {unit} 至 {day} 的报表").format(unit=units[unit].name, day=ends_on))
    return redirect(url_for("console.returns", season=slug))


@door.post("/seasons/<slug>/adjustments")
@guarded(guard_action(Action.REPORT_FACTS))
def add_one_adjustment(slug: str) -> ResponseReturnValue:
    """Record an occurrence of a bonus or deduction entered by hand."""
    season = season_at(slug)
    typed = Typed.of_request()
    units, items = _units(reading(), season), item_names(scheme_of(season))
    unit, item = typed.choice("unit", units), typed.choice("item", items)
    on, times = typed.day("occurred_on", latest=today()), typed.whole("times", most=1000)
    reason = typed.text("reason", most=500)
    session = writing()
    if typed.ok:
        ask_about_days(typed, [on], outside([season], [on]))
        same = {"item": item, "occurred_on": on, "times": times, "reason": reason}
        recorded = live_adjustments(session, units[unit].unit_id, season.id)
        ask_whether_another(typed, "reason", recorded, same)
    if not typed.ok:
        session.rollback()
        return _page(season, "adjustment", typed, 422)
    try:
        add_adjustment(
            session,
            _source(typed),
            unit_id=units[unit].unit_id,
            season_id=season.id,
            item=item,
            occurred_on=on,
            times=times,
            reason=reason,
        )
        session.commit()
    except LedgerError as error:
        session.rollback()
        typed.complain("reason", str(error))
        return _page(season, "adjustment", typed, 422)
    flash(_("已记录 {unit} 的 {item}").format(unit=units[unit].name, item=items[item]))
    return redirect(url_for("console.returns", season=slug))


@door.post("/seasons/<slug>/units/<int:unit_id>/facts/<kind>/<fact:fact_id>")
@guarded(guard_action(Action.VERIFY_FACTS))
def decide_on_unit(slug: str, unit_id: int, kind: str, fact_id: int) -> ResponseReturnValue:
    """Verify, return or reverse one return or adjustment."""
    session = writing()
    fact = find_unit_fact(session, unit_id, kind, fact_id) or abort(404)
    typed = Typed.of_request()
    outcome = typed.choice("outcome", OUTCOMES)
    if not typed.ok:
        abort(400)
    if outcome == REVERSED:
        # Taking a fact back is recording, not verifying.
        require(Action.REPORT_FACTS)
    try:
        decide(session, person().name, fact, outcome, typed.values.get("reason"))
        session.commit()
        flash({VERIFIED: _("已认定"), RETURNED: _("已退回"), REVERSED: _("已冲销")}[outcome])
    except LedgerError as error:
        session.rollback()
        flash(str(error), "failure")
    return redirect(url_for("console.returns", season=slug))


def _check_cumulative(
    session: Session, typed: Typed, season: Season, units: dict[str, RosterLine], quantity: int
) -> None:
    """The cumulative that a unit's paper states has to be the locked one with this period's figure added."""
    stated = typed.whole("cumulative", least=0, most=10**15)
    before = _before(session, season, units, typed)
    if typed.ok and before is not None and before.cumulative + quantity != stated:
        words = _("上期累计 {before} 加本期数 {now} 是 {sum}，与填写的累计数 {stated} 不符，请核对")
        typed.complain(
            "cumulative",
            words.format(
                before=before.cumulative, now=quantity, sum=before.cumulative + quantity, stated=stated
            ),
        )


def _before(session: Session, season: Season, units: dict[str, RosterLine], typed: Typed) -> Before | None:
    """What stands before the return of the unit and measure that were chosen; None until both are."""
    unit, measures = units.get(typed.values.get("unit", "")), measure_names(scheme_of(season, session))
    measure = typed.values.get("measure", "")
    if unit is None or measure not in measures:
        return None
    return before_of(session, season, unit, measure, measures[measure])


def _source(typed: Typed) -> Source:
    evidence = typed.text("evidence", most=500, needed=False)
    return Source(person().name, evidence or None, verified="verified" in typed.values)


def _units(session: Session, season: Season) -> dict[str, RosterLine]:
    return {line.key: line for line in roster(session, season.id, now())}


@dataclass(frozen=True, slots=True)
class Running:
    """A return beside those before it: what they came to, what they come to with it, how it differs from the last."""

    before: int
    after: int
    difference: int | None


def _running(facts: list[UnitFact]) -> dict[int, Running]:
    """Fact id -> how each return that stands goes on from those before it of the same unit and measure."""
    sums: dict[tuple[int, str], int] = {}
    last: dict[tuple[int, str], int] = {}
    found = {}
    standing = [cast(UnitReturn, line.fact) for line in facts if line.outcome != REVERSED]
    for fact in sorted(standing, key=lambda fact: fact.occurred_on):
        key = fact.unit_id, fact.measure
        before = sums.get(key, 0)
        sums[key] = before + fact.quantity
        difference = fact.quantity - last[key] if key in last else None
        found[fact.fact_id], last[key] = Running(before, sums[key], difference), fact.quantity
    return found


def _page(season: Season | None, form: str, typed: Typed, status: int = 200) -> ResponseReturnValue:
    session = reading()
    units = _units(session, season) if season else {}
    scheme = scheme_of(season) if season else None
    ids = [line.unit_id for line in units.values()]
    since = season.starts_on if season else today()
    listed = {kind: list_unit_facts(session, kind, ids, since, MOST) for kind in UNIT_FACTS} if ids else {}
    before = _before(session, season, units, typed) if season else None
    month = max(since, min(today(), season.ends_on).replace(day=1)) if season else since
    starts_on = before.until + timedelta(days=1) if before and before.until else month
    blank = Typed({"verified": "1", "starts_on": str(starts_on), **({} if form else typed.values)})
    return show(
        "returns",
        status,
        here="returns",
        chosen=season,
        forms={name: typed if name == form else blank for name in ("return", "adjustment")},
        facts=listed,
        running=_running(listed.get("return", [])),
        before=before,
        keys={line.unit_id: line.key for line in units.values()},
        files=evidence_of(session, [told.fact.fact_id for some in listed.values() for told in some[:SHOWN]]),
        units=[(line.key, named(line.name, line.name_en)) for line in units.values()],
        measures=measure_names(scheme),
        items=item_names(scheme),
    )
