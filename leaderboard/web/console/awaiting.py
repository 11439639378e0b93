"""The queue on the console: everything that awaits a decision, oldest first, verified or returned many at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.instant import Millis, now
from leaderboard.ledger.awaiting import Overtaken, Settled, decide_awaiting, list_awaiting, undo_verification
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.listing import project_heads
from leaderboard.ledger.models import AWAITING, RETURNED, VERIFIED
from leaderboard.ledger.record import LedgerError
from leaderboard.ledger.waiting import KINDS, Asked, Key, counted
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_seasons, list_units, roster
from leaderboard.web.console.door import by_season, door, show
from leaderboard.web.console.return_words import returns_told
from leaderboard.web.facts import kind_words, stage_words
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.numbers import LARGEST, LARGEST_FACT
from leaderboard.web.requests import reading, writing
from leaderboard.web.returning import item_names, measure_names, scheme_of
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

PAGE = 100
MOST_PAGES = 100
MOST = 300
"""Records up to which a queue is counted to the last."""
AGES = (3, 7, 15, 30)
"""Days that a record may have waited."""
A_DAY = 86_400_000
UNDO, MOST_ACTS, MOST_KEPT = "verified_acts", 5, 100
"""Where the browser's own session keeps what was verified last, and when: so many acts on so many records at most."""
BOX = re.compile(rf"({'|'.join(KINDS)})/([0-9]{{1,10}})/([0-9]{{1,16}})")
"""What a box stands for: event/12/345, the kind, whom it is about, the fact."""


def fact_kinds() -> dict[str, str]:
    """The kinds of fact in words."""
    words = (_("节点"), _("到位资金"), _("分成"), _("报表"), _("加减分"))
    return dict(zip(KINDS, words, strict=True))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for."""

    season: str
    unit: str
    kind: str
    state: str
    age: str
    page: int

    @classmethod
    def of_address(cls) -> Filters:
        """The filters in the address; what makes no sense is left out."""
        ask = request.args
        page = min(max(ask.get("page", 1, type=int), 1), MOST_PAGES)
        kind, state, age = (ask.get(name, "") for name in ("kind", "state", "age"))
        return cls(
            ask.get("season", ""),
            ask.get("unit", ""),
            kind if kind in KINDS else "",
            state if state == RETURNED else AWAITING,
            age if age in map(str, AGES) else "",
            page,
        )

    @property
    def narrowed(self) -> bool:
        """Whether less than the whole queue is asked for."""
        return bool(self.season or self.unit or self.kind or self.age)

    def address(
        self,
        page: int | None = None,
        *,
        all_ticked: bool = False,
        state: str | None = None,
        to: str = "awaiting",
    ) -> str:
        """The address of a page of the same list; with every box ticked where that is asked for."""
        state = state or self.state
        return url_for(
            f"console.{to}",
            season=self.season or None,
            unit=self.unit or None,
            kind=self.kind or None,
            state=None if state == AWAITING else state,
            age=self.age or None,
            page=page if page and page > 1 else None,
            ticked="all" if all_ticked else None,
        )


@door.get("/awaiting")
def awaiting() -> ResponseReturnValue:
    """One page of what awaits a decision."""
    return _page(Filters.of_address(), Typed())


@door.post("/awaiting")
@guarded(guard_action(Action.VERIFY_FACTS))
def decide_together() -> ResponseReturnValue:
    """Verify or return what was ticked, or the one record whose own button was pressed: all of it or nothing."""
    filters, typed = Filters.of_address(), Typed.of_request()
    one = request.form.get("one")
    ticked = [one] if one else request.form.getlist("fact")
    outcome = VERIFIED if one else typed.values.get("outcome", "")
    keys = [_key(text) for text in ticked]
    reason = typed.text("reason", most=500, needed=False)
    settled: tuple[Settled, ...] = ()
    session = writing()
    at: Millis = 0
    try:
        at = decide_awaiting(session, person().name, keys, outcome, reason, filters.state)
    except Overtaken as error:
        settled = error.settled
        typed.complain("", str(error))
    except LedgerError as error:
        typed.complain("reason" if outcome == RETURNED and not typed.values.get("reason") else "", str(error))
    if not typed.ok:
        session.rollback()
        return _page(filters, typed, ticked, 422, settled)
    session.commit()
    if outcome == VERIFIED:
        _keep_for_undoing([at, *dict.fromkeys(ticked)])
    said = _("已认定 {count} 条记录") if outcome == VERIFIED else _("已退回 {count} 条记录")
    flash(said.format(count=len(set(keys))))
    return redirect(filters.address(filters.page))


@door.post("/awaiting/undo")
@guarded(guard_action(Action.VERIFY_FACTS))
def undo_last() -> ResponseReturnValue:
    """Take back one of the last verifications of this person, as long as nobody has decided on any of it since."""
    filters, asked, kept = Filters.of_address(), request.form.get("at", ""), cookie.get(UNDO, [])
    at, *ticked = next((act for act in kept if str(act[0]) == asked), (None,))
    if at is None:
        flash(_("这次认定已不能在这里撤销；请到项目页或报表页逐条退回"), "failure")
        return redirect(filters.address())
    session = writing()
    keys = [_key(text) for text in ticked]
    try:
        undo_verification(session, person().name, keys, at)
        session.commit()
        flash(_("已撤销认定：{count} 条记录回到待认定").format(count=len(keys)))
    except LedgerError as error:
        session.rollback()
        flash(str(error), "failure")
    cookie[UNDO] = [act for act in kept if act[0] != at]
    return redirect(filters.address(state=AWAITING))


def _keep_for_undoing(act: list[Any]) -> None:
    """Keep what was verified just now in front of what was before it, as far as a cookie holds it."""
    kept, count = [act], len(act)
    for earlier in cookie.get(UNDO, []):
        count += len(earlier)
        if count <= MOST_KEPT and len(kept) < MOST_ACTS:
            kept.append(earlier)
    cookie[UNDO] = kept


def _key(text: str) -> Key:
    """A box's value as the key of a fact; nobody's box holds anything else."""
    found = BOX.fullmatch(text) or abort(400)
    holder_id, fact_id = int(found[2]), int(found[3])
    if holder_id > LARGEST or fact_id > LARGEST_FACT:
        abort(400)
    return Key(found[1], holder_id, fact_id)


def _asked(filters: Filters, season: Season | None) -> tuple[Asked, list[tuple[str, str]]]:
    """What the filters mean, and the units there are to choose from: the season's where one is chosen."""
    session = reading()
    entered = {line.unit_id for line in roster(session, season.id, now())} if season else set()
    units = [unit for unit in list_units(session) if season is None or unit.id in entered]
    unit_ids: tuple[int, ...] | None = tuple(unit.id for unit in units) if season else None
    if filters.unit:
        unit_ids = tuple(unit.id for unit in units if unit.key == filters.unit)
    if filters.season and season is None:
        unit_ids = ()
    before = now() - int(filters.age) * A_DAY if filters.age else None
    choices = [(unit.key, named(unit.name, unit.name_en)) for unit in by_season(units)]
    asked = Asked(unit_ids, season.id if season else None, filters.kind, filters.state, before)
    return asked, choices


def _page(
    filters: Filters,
    typed: Typed,
    ticked: Sequence[str] = (),
    status: int = 200,
    settled: Sequence[Settled] = (),
) -> ResponseReturnValue:
    session = reading()
    seasons = list_seasons(session)
    season = next((s for s in seasons if s.slug == filters.season), None)
    asked, units = _asked(filters, season)
    asked, total = counted(session, asked, MOST)
    last = max(1, -(-total // PAGE)) if total <= MOST else MOST_PAGES
    page = min(filters.page, last)
    # One more than the page shows tells whether another page follows; behind the last one the list starts anew.
    found = list_awaiting(session, asked, PAGE + 1, (page - 1) * PAGE)
    if page > 1 and not found:
        page, found = 1, list_awaiting(session, asked, PAGE + 1)
    lines = found[:PAGE]
    every = request.args.get("ticked") == "all"
    schemes = [(s.id, scheme) for s in reversed(seasons) if (scheme := scheme_of(s))]
    return show(
        "awaiting",
        status,
        here="awaiting",
        filters=filters,
        choice=Typed(
            {"season": filters.season, "unit": filters.unit, "kind": filters.kind, "age": filters.age}
        ),
        typed=typed,
        ticked={"/".join(map(str, line.key)) for line in lines} if every else set(ticked),
        lines=lines,
        returns=returns_told(session, lines, seasons),
        settled=settled,
        settled_projects=project_heads(session, {gone.key.holder_id for gone in settled}),
        files=evidence_of(session, [line.key.fact_id for line in lines]),
        undo=[(act[0], len(act) - 1) for act in cookie.get(UNDO, [])],
        total=total,
        most=MOST,
        page=page,
        last_page=last,
        more=len(found) > PAGE and page < last,
        units=units,
        ages=[(age, _("{days} 天以上").format(days=age)) for age in AGES],
        fact_kinds=fact_kinds(),
        stages=stage_words(seasons),
        kinds=kind_words(),
        measures={key: words for _id, scheme in schemes for key, words in measure_names(scheme).items()},
        items={(id_, key): words for id_, scheme in schemes for key, words in item_names(scheme).items()},
        unit_names={unit.id: named(unit.name, unit.name_en) for unit in list_units(session)},
    )
