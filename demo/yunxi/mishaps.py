"""What goes wrong in any office: facts returned for want of evidence, and facts reversed and recorded anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from demo.yunxi.calendar import OFFICE, Desk
from demo.yunxi.tale import StoryProject
from leaderboard.ledger.chronicle import Decision, NewArrival, NewEvent, Told
from leaderboard.ledger.models import RETURNED, REVERSED, VERIFIED

ONE_IN = 14
"""One project in so many has a mishap."""
SMALL_YUAN = 8_000_000
"""A digit too many is noticed late only where the sum was small."""
RETURN_REASONS = (
    "佐证材料缺少公章，请补充后重报",
    "开工照片无法辨认位置，请重新提供",
    "缺少银行回单，请补充",
)
IN_DOUBT = ("planned", "permitted", "topped_out", "equipped", "visited")
"""Stages whose evidence is sent back; no rate rests on them."""


def with_mishaps(desk: Desk, projects: Iterable[StoryProject]) -> Iterator[StoryProject]:
    """The same projects, one in fourteen with a returned or a reversed and corrected fact."""
    ways = (_with_returned_event, _with_wrong_sum, _with_wrong_day)
    count = 0
    for number, project in enumerate(projects):
        if number % ONE_IN != ONE_IN // 2 or len(project.shares) > 1:
            yield project
            continue
        turned = (*ways[count % len(ways) :], *ways[: count % len(ways)])
        count += 1
        yield next(filter(None, (way(desk, project) for way in turned)), project)


def _with_returned_event(desk: Desk, project: StoryProject) -> StoryProject | None:
    """An event was sent back; in most cases the papers came later and it was verified after all."""
    for place, event in enumerate(project.events):
        if event.stage in IN_DOUBT and event.told.decisions:
            told = _returned(desk, event.told)
            return _with_events(project, place, replace(event, told=told))
    return None


def _returned(desk: Desk, told: Told) -> Told:
    returned = replace(told.decisions[0], outcome=RETURNED, reason=desk.rng.choice(RETURN_REASONS))
    mended = desk.later(returned.at, desk.rng.randint(4, 15)) if desk.rng.random() < 0.6 else None
    again = (Decision(VERIFIED, mended, OFFICE),) if mended is not None and mended > returned.at else ()
    return replace(told, decisions=(returned, *again))


def _with_wrong_sum(desk: Desk, project: StoryProject) -> StoryProject | None:
    """A sum was recorded with a digit too many, reversed when it was noticed, and recorded anew."""
    for place, arrival in enumerate(project.arrivals):
        if arrival.yuan > SMALL_YUAN or arrival.currency or not arrival.told.decisions:
            continue
        pair = _corrected(desk, arrival.told, "金额多录一位，冲销后重新录入")
        if pair:
            wrong, right = pair
            mistaken = replace(arrival, yuan=arrival.yuan * 10, told=wrong)
            corrected: NewArrival = replace(arrival, told=right)
            kept = (*project.arrivals[:place], mistaken, corrected, *project.arrivals[place + 1 :])
            return replace(project, arrivals=kept)
    return None


def _with_wrong_day(desk: Desk, project: StoryProject) -> StoryProject | None:
    """A stage was recorded with the wrong day, reversed when it was noticed, and recorded anew."""
    for place, event in enumerate(project.events):
        if event.stage not in {"started", "registered", "landed"} or not event.told.decisions:
            continue
        pair = _corrected(desk, event.told, "日期填报有误，冲销后重新录入")
        if pair:
            wrong, right = pair
            day = event.occurred_on - timedelta(days=desk.rng.randint(1, 3))
            return _with_events(
                project, place, replace(event, occurred_on=day, told=wrong), replace(event, told=right)
            )
    return None


def _corrected(desk: Desk, told: Told, reason: str) -> tuple[Told, Told] | None:
    """The reversed record and the new one, or None where the first run comes before anyone notices."""
    noticed = desk.later(told.decisions[-1].at, desk.rng.randint(9, 30))
    if noticed is None:
        return None
    wrong = replace(told, decisions=(*told.decisions, Decision(REVERSED, noticed, OFFICE, reason)))
    right = replace(told, recorded_at=noticed, decisions=(Decision(VERIFIED, noticed, OFFICE),))
    return wrong, right


def _with_events(project: StoryProject, place: int, *events: NewEvent) -> StoryProject:
    return replace(project, events=(*project.events[:place], *events, *project.events[place + 1 :]))
