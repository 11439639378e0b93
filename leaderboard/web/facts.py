"""Facts as people report them, at the console and on a unit's own page: one reading of the same fields for both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from leaderboard.formatters import money
from leaderboard.instant import now
from leaderboard.ledger.models import ARRIVAL_KINDS, RETURNED, Project
from leaderboard.ledger.read import live_arrivals, live_credits, live_events
from leaderboard.ledger.record import LedgerError, Source, add_arrival, add_stage_event
from leaderboard.plausible import LARGE_YUAN, MANY_TIMES, all_large, far_beyond, out_of_order
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import STAGE_NAMES, list_seasons, roster
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.facts import SIGNED

SURE_OF_AMOUNT, SURE_OF_DAY, SURE_OF_ANOTHER = "sure", "sure_day", "sure_another"
"""The boxes 金额无误, 日期无误 and 确为另一笔."""


def stage_words(seasons: Iterable[Season]) -> dict[str, str]:
    """Stage key -> its name: the standard stages, then what the seasons added, in the language being spoken."""
    own = [stage for season in seasons for stage in json.loads(season.stages)]
    return {key: _(name) for key, name in STAGE_NAMES.items()} | {
        stage["key"]: named(stage["name"], stage.get("name_en")) for stage in own
    }


def kind_words() -> dict[str, str]:
    """The kinds of arrived capital in words."""
    return dict(zip(ARRIVAL_KINDS, (_("市外境内资金"), _("外资")), strict=True))


def record_event(
    session: Session, typed: Typed, project: Project, stages: dict[str, str], today: date, source: Source
) -> str:
    """Record the stage event typed into the form; says what was recorded, or "" with the problems noted."""
    stage = typed.choice("stage", stages)
    on = typed.day("occurred_on", latest=today)
    total, inward = typed.yuan("total", needed=False), typed.yuan("inward", needed=False)
    if stage == SIGNED and typed.ok and total is not None and inward is not None and inward > total:
        typed.complain("inward", _("外来资金不能多于总投资"))
    if stage != SIGNED and (total is not None or inward is not None):
        typed.complain("total", _("金额只随签约填写"))
    _ask_about(session, typed, project, {"total": total, "inward": inward})
    if "occurred_on" not in typed.problems and stage in stages:
        before = {event.stage: event.occurred_on for event in live_events(session, project.id)}
        order = [
            _("{later}早于{earlier}").format(later=stages[later], earlier=stages[earlier])
            for later, earlier in out_of_order(stage, on, before)
        ]
        ask_about_days(typed, [on], [*order, *outside(seasons_of(session, project), [on])])
    if not typed.ok:
        return ""
    try:
        add_stage_event(
            session, source, project, stage=stage, occurred_on=on, total_yuan=total, inward_yuan=inward
        )
    except LedgerError as error:
        typed.complain("stage", str(error))
        return ""
    return _("已记录：{project} 于 {day} {stage}").format(project=project.name, day=on, stage=stages[stage])


def record_arrival(session: Session, typed: Typed, project: Project, today: date, source: Source) -> str:
    """Record the arrival typed into the form; says what was recorded, or "" with the problems noted."""
    on = typed.day("occurred_on", latest=today)
    amount = typed.yuan("amount")
    kind = typed.choice("kind", ARRIVAL_KINDS)
    if amount == 0:
        typed.complain("amount", _("金额应大于零"))
    _ask_about(session, typed, project, {"amount": amount})
    if "occurred_on" not in typed.problems:
        doubts = [*outside(seasons_of(session, project), [on]), *_unsigned(session, project, on)]
        ask_about_days(typed, [on], doubts)
    same = {"occurred_on": on, "yuan": amount, "kind": kind, "evidence": source.evidence}
    ask_whether_another(typed, "amount", live_arrivals(session, project.id), same)
    if not typed.ok or amount is None:
        return ""
    try:
        add_arrival(session, source, project, occurred_on=on, amount_yuan=amount, kind=kind)
    except LedgerError as error:
        typed.complain("amount", str(error))
        return ""
    return _("已记录：{project} 于 {day} 到位 {money}（{yuan} 元）").format(
        project=project.name, day=on, money=money(amount), yuan=f"{amount:,}"
    )


def seasons_of(session: Session, project: Project) -> list[Season]:
    """Seasons in which a unit with a share in the project takes part."""
    units = {share.unit_id for share in live_credits(session, project.id)}
    entered = ((season, roster(session, season.id, now())) for season in list_seasons(session))
    return [season for season, lines in entered if units & {line.unit_id for line in lines}]


def _unsigned(session: Session, project: Project, on: date) -> list[str]:
    """In words, that money arrived before the project was signed; nothing while no signing is known."""
    signed = [event.occurred_on for event in live_events(session, project.id) if event.stage == SIGNED]
    return [_("到位早于签约（{day}）").format(day=min(signed))] if signed and on < min(signed) else []


def outside(seasons: Sequence[Season], days: Sequence[date]) -> list[str]:
    """In words, that a day lies in none of the seasons; nothing where there is no season to lie in."""
    if not seasons or all(any(s.starts_on <= day <= s.ends_on for s in seasons) for day in days):
        return []
    names = _("、").join(
        _("{title}（{starts} 至 {ends}）").format(
            title=named(season.title, season.title_en), starts=season.starts_on, ends=season.ends_on
        )
        for season in seasons
    )
    return [_("不在赛季之内：{seasons}").format(seasons=names)]


def ask_about_days(
    typed: Typed, days: Sequence[date], doubts: Sequence[str], field: str = "occurred_on"
) -> None:
    """Have unlikely days confirmed: the form comes back with what is unlikely about them and a box to tick."""
    if doubts and not typed.confirmed(SURE_OF_DAY, days):
        words = _("{days}：{why}。请核对；无误请勾选“日期无误”再提交")
        told = _("、").join(map(str, days))
        typed.complain(field, words.format(days=told, why=_("；").join(doubts)))


def ask_whether_another(
    typed: Typed, field: str, recorded: Iterable[Row[Any]], same: Mapping[str, object]
) -> None:
    """Have a fact confirmed that says in every column what is recorded already; one that was returned is reported anew."""
    standing = (row for row in recorded if row.outcome != RETURNED)
    known = sum(all(getattr(row, name) == value for name, value in same.items()) for row in standing)
    if known and not typed.confirmed(SURE_OF_ANOTHER, [known, same["occurred_on"]]):
        words = _(
            "已有 {count} 笔相同的记录（日期、数额、类别和依据都一样），可能重复。确为另一笔请勾选后再提交"
        )
        typed.complain(field, words.format(count=known))


def _ask_about(session: Session, typed: Typed, project: Project, amounts: dict[str, int | None]) -> None:
    """Have unlikely amounts confirmed: the form comes back with the figures spelled out and a box to tick."""
    given = {name: yuan for name, yuan in amounts.items() if yuan is not None}
    why = _doubt(session, project, given)
    if why and not typed.confirmed(SURE_OF_AMOUNT, list(given.values())):
        figures = (
            _("{money}（{yuan} 元）").format(money=money(yuan), yuan=f"{yuan:,}") for yuan in given.values()
        )
        words = _("{amounts}：{why}。请核对单位是否为万元；无误请勾选“金额无误”再提交")
        typed.complain(list(given)[-1], words.format(amounts=_("、").join(figures), why=why))


def _doubt(session: Session, project: Project, given: dict[str, int]) -> str:
    """Why the amounts are unlikely beside what is known of the project; "" where they are not."""
    if not given:
        return ""
    events, receipts = live_events(session, project.id), live_arrivals(session, project.id)
    arrived = [*(row.yuan for row in receipts), given.get("amount", 0)]
    contracted = [*(event.inward_yuan or 0 for event in events), given.get("inward", 0)]
    invested = [*(event.total_yuan or 0 for event in events), given.get("total", 0)]
    if max(sum(arrived), *given.values()) > LARGE_YUAN:
        return _("一个项目超过 {money}").format(money=money(LARGE_YUAN))
    if far_beyond(sum(arrived), max(contracted)):
        return _("到位资金合计超过合同外来资金的 {times} 倍").format(times=MANY_TIMES)
    return _("这样大的项目少见") if all_large([*invested, *contracted], arrived) else ""
