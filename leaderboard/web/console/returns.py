"""Returns and adjustments on the console: what units report in totals, and what is added or deducted by hand."""

from __future__ import annotations

import json
from datetime import date
from typing import cast

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.instant import now
from leaderboard.ledger.awaiting import UNIT_FACTS
from leaderboard.ledger.listing import UnitFact, find_unit_fact, list_unit_facts
from leaderboard.ledger.models import OUTCOMES, RETURNED, REVERSED, VERIFIED, UnitReturn
from leaderboard.ledger.record import LedgerError, Source, add_adjustment, add_return, decide
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine, list_seasons, roster, scheme_in_force
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.facts import ask_about_days, outside
from leaderboard.web.guards import guard_action, guarded, person, require
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.rules import ReturnQuantity, ReturnRatio, Scheme
from scoring.scheme_document import parse_scheme

MOST = 20_000
"""Facts of one season read for the running totals; the page shows the newest of them."""


@door.get("/returns")
def returns() -> ResponseReturnValue:
    """The returns and adjustments of one season, newest first."""
    seasons = list_seasons(reading())
    slug = request.args.get("season", seasons[0].slug if seasons else "")
    season = next((s for s in seasons if s.slug == slug), None)
    if season is None and slug:
        abort(404)
    return _page(season, "", Typed())


@door.post("/seasons/<slug>/returns")
@guarded(guard_action(Action.REPORT_FACTS))
def add_one_return(slug: str) -> ResponseReturnValue:
    """Record a unit's total for a period."""
    season = season_at(slug)
    typed = Typed.of_request()
    units = _units(reading(), season)
    unit, measure = typed.choice("unit", units), typed.choice("measure", measure_names(scheme_of(season)))
    starts_on, ends_on = typed.day("starts_on"), typed.day("ends_on", latest=today())
    quantity = typed.whole("quantity", least=0, most=10**15)
    if typed.ok:
        days = [starts_on, ends_on]
        ask_about_days(typed, days, outside([season], days), "ends_on")
    if not typed.ok:
        return _page(season, "return", typed, 422)
    session = writing()
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
    if typed.ok:
        ask_about_days(typed, [on], outside([season], [on]))
    if not typed.ok:
        return _page(season, "adjustment", typed, 422)
    session = writing()
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


def _source(typed: Typed) -> Source:
    evidence = typed.text("evidence", most=500, needed=False)
    return Source(person().name, evidence or None, verified="verified" in typed.values)


def _units(session: Session, season: Season) -> dict[str, RosterLine]:
    return {line.key: line for line in roster(session, season.id, now())}


def scheme_of(season: Season) -> Scheme | None:
    """The scheme in force in a season today, or on its last day."""
    version = scheme_in_force(reading(), season.id, min(today(), season.ends_on), now())
    return parse_scheme(json.loads(version.document)) if version else None


def measure_names(scheme: Scheme | None) -> dict[str, str]:
    """Measures that returns are asked for, with the indicator that uses each."""
    found: dict[str, str] = {}
    for indicator in scheme.indicators if scheme else ():
        words = named(indicator.name, indicator.name_en)
        measure = indicator.measure
        if isinstance(measure, ReturnRatio):
            found.setdefault(measure.numerator, _("{name} 的分子").format(name=words))
            found.setdefault(measure.denominator, _("{name} 的分母").format(name=words))
        if isinstance(measure, ReturnQuantity):
            found[measure.measure] = words
    return found


def item_names(scheme: Scheme | None) -> dict[str, str]:
    """Bonuses and deductions that are entered by hand."""
    rules = scheme.adjustments if scheme else ()
    return {rule.key: named(rule.name, rule.name_en) for rule in rules if rule.per is None}


def _cumulative(facts: list[UnitFact], until: date) -> dict[tuple[int, str], int]:
    """What each unit has reported of each measure so far, periods that ended by a day added up."""
    sums: dict[tuple[int, str], int] = {}
    for line in facts:
        fact = cast(UnitReturn, line.fact)
        if line.outcome != REVERSED and fact.occurred_on <= until:
            key = fact.unit_id, fact.measure
            sums[key] = sums.get(key, 0) + fact.quantity
    return sums


def _page(season: Season | None, form: str, typed: Typed, status: int = 200) -> ResponseReturnValue:
    session = reading()
    units = _units(session, season) if season else {}
    scheme = scheme_of(season) if season else None
    ids = [line.unit_id for line in units.values()]
    since = season.starts_on if season else today()
    listed = {kind: list_unit_facts(session, kind, ids, since, MOST) for kind in UNIT_FACTS} if ids else {}
    month = max(since, min(today(), season.ends_on).replace(day=1)) if season else since
    blank = Typed({"verified": "1", "starts_on": str(month)})
    return show(
        "returns",
        status,
        here="returns",
        chosen=season,
        forms={name: typed if name == form else blank for name in ("return", "adjustment")},
        facts=listed,
        sums=_cumulative(listed.get("return", []), today()),
        units=[(line.key, named(line.name, line.name_en)) for line in units.values()],
        measures=measure_names(scheme),
        items=item_names(scheme),
    )
