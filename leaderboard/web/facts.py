"""Facts as people report them, at the console and on a unit's own page: one reading of the same fields for both."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from leaderboard.ledger.models import ARRIVAL_KINDS, Project
from leaderboard.ledger.record import LedgerError, Source, add_arrival, add_stage_event
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import STAGE_NAMES
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.facts import SIGNED


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
    if not typed.ok or amount is None:
        return ""
    try:
        add_arrival(session, source, project, occurred_on=on, amount_yuan=amount, kind=kind)
    except LedgerError as error:
        typed.complain("amount", str(error))
        return ""
    return _("已记录：{project} 于 {day} 到位 {yuan} 元").format(
        project=project.name, day=on, yuan=f"{amount:,}"
    )
