"""Carries out a checked plan, in the order things depend on each other; nothing is committed here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.exchange.manner import OVERWRITE, Taken, taken
from leaderboard.exchange.members import Members, members_of
from leaderboard.exchange.plan import FactDraft, Plan
from leaderboard.exchange.problems import ImportRefused, Report
from leaderboard.ledger.bulk import Fact, add_facts, add_projects
from leaderboard.ledger.bulk_decisions import decide_facts
from leaderboard.ledger.models import Adjustment, Credit, Project, UnitReturn
from leaderboard.ledger.record import Source
from leaderboard.ledger.rows import Told, chunks, unheard
from leaderboard.seasons.approval import submit_scheme
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.plan import (
    add_division,
    add_unit,
    enter_unit,
    extend_stages,
    live_entry,
    open_season,
    set_target,
)
from leaderboard.seasons.read import find_season, list_divisions, list_units
from leaderboard.seasons.schemes import draft_scheme, found_scheme, has_scheme


@dataclass(frozen=True, slots=True)
class By:
    """In whose name a plan is carried out, why it brings its scheme, and since when it is known (now, unless told)."""

    actor: str
    scheme_reason: str = ""
    recorded_at: int | None = None
    founds: bool = False
    """Whether one person alone puts a new season's first scheme in force, as only the demonstration may."""


def apply(  # noqa: PLR0913 - what is known of the import, all by name
    session: Session,
    plan: Plan,
    actor: str,
    *,
    manner: str = OVERWRITE,
    reason: str | None = None,
    scheme_reason: str = "",
    recorded_at: int | None = None,
    founds: bool = False,
    told: Callable[[int, int], None] | None = None,
) -> Members:
    """Carry out a plan made by `check` in the same transaction; gives the facts it recorded and decided on.

    `reason` stands with what clearing reverses, `scheme_reason` with the scheme it founds or submits.
    `told` hears how many of how many records are written. Raises ImportRefused where the plan has errors.
    """
    if plan.errors:
        raise ImportRefused(Report(tuple(plan.errors), tuple(plan.warnings)))
    by = By(actor, scheme_reason, recorded_at, founds)
    part = taken(plan, manner, reason)
    season = _season(session, plan, by)
    submission = _apply_plan(session, plan, by, season, part)
    source = Source(actor, recorded_at=recorded_at)
    followed = {draft.holder for draft in part.facts}
    entering = sum(head.code in followed for head in plan.projects)
    # A project entered with its facts is written once more: its place in the lists.
    written = _counting(told, len(plan.projects) + len(part.facts) + entering)
    projects = add_projects(session, source, plan.projects, followed, written)
    entered = {projects[head.code]: head for head in plan.projects if head.code in followed}
    decide_facts(session, actor, part.decisions, recorded_at)
    facts = _facts(session, part.facts, season, projects)
    ids = add_facts(session, source, facts, entered, written)
    return members_of(part.facts, facts, ids, part.decisions, submission)


def _counting(told: Callable[[int, int], None] | None, total: int) -> Told:
    """Adds up the rows written, and tells the sum."""
    if told is None:
        return unheard
    done = 0

    def written(rows: int) -> None:
        nonlocal done
        done += rows
        told(done, total)

    return written


def _season(session: Session, plan: Plan, by: By) -> Season:
    draft = plan.season
    known = find_season(session, draft.slug)
    if known is not None:
        return known
    return open_season(
        session,
        by.actor,
        slug=draft.slug,
        title=draft.title,
        title_en=draft.title_en,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        source=draft.source,
        authority=draft.authority,
        is_public=draft.is_public,
        planned_at=by.recorded_at,
    )


def _apply_plan(session: Session, plan: Plan, by: By, season: Season, part: Taken) -> int:
    """Stages, divisions, units and their entries, the scheme, targets; gives the id of the scheme's submission, or 0."""
    if plan.stages is not None:
        extend_stages(session, by.actor, season, plan.stages)
    for draft in plan.divisions:
        add_division(session, by.actor, season, key=draft.key, name=draft.name, name_en=draft.name_en)
    for unit in plan.units:
        add_unit(session, by.actor, key=unit.key, name=unit.name, name_en=unit.name_en, sort_no=unit.sort_no)
    units = {unit.key: unit for unit in list_units(session)}
    _enter(session, part, by, season, units)
    if plan.scheme is not None and by.founds:
        found_scheme(
            session,
            by.actor,
            season,
            plan.scheme,
            reason=by.scheme_reason,
            approved_at=by.recorded_at,
        )
    _set_targets(session, part, by, season, units)
    submitted = plan.changed_scheme or (None if by.founds else plan.scheme)
    return _submit(session, by, season, submitted, plan.today) if submitted else 0


def _submit(session: Session, by: By, season: Season, document: dict[str, Any], today: date) -> int:
    version = draft_scheme(session, by.actor, season, document)
    # The first scheme of a season may reach back: no board of it can have been announced.
    day = today if has_scheme(session, season.id) else season.starts_on
    submission = submit_scheme(
        session, by.actor, version, effective_on=day, reason=by.scheme_reason, today=today
    )
    session.flush()
    return submission.id


def _enter(session: Session, part: Taken, by: By, season: Season, units: dict[str, Unit]) -> None:
    divisions = {division.key: division for division in list_divisions(session, season.id)}
    by_id = {division.id: division for division in divisions.values()}
    for entry in part.entries:
        head = units[entry.bundle] if entry.bundle else None
        # Appending may have left the head where it was.
        live = live_entry(session, season, head) if head else None
        enter_unit(
            session,
            by.actor,
            season,
            units[entry.unit],
            by_id[live.division_id] if live else divisions[entry.division],
            competing=entry.competing,
            bundle=head,
            planned_at=by.recorded_at,
        )


def _set_targets(session: Session, part: Taken, by: By, season: Season, units: dict[str, Unit]) -> None:
    for target in part.targets:
        set_target(
            session,
            by.actor,
            season,
            units[target.unit],
            indicator=target.indicator,
            by=target.by,
            level=target.level,
            quantity=target.quantity,
            planned_at=by.recorded_at,
        )


def _facts(
    session: Session, drafts: Sequence[FactDraft], season: Season, projects: dict[str, int]
) -> list[Fact]:
    """The drafts with codes and keys replaced by ids; `projects` are those just entered, by code."""
    units = {unit.key: unit.id for unit in list_units(session)}
    known = {draft.holder for draft in drafts if not _is_of_unit(draft)} - projects.keys()
    for some in chunks(sorted(known)):
        found = session.execute(select(Project.code, Project.id).where(among(Project.code, some)))
        projects |= {row.code: row.id for row in found}
    facts = []
    for draft in drafts:
        values = dict(draft.values)
        if draft.table is Credit and draft.unit is not None:
            values["unit_id"] = units[draft.unit]
        if draft.table is Adjustment:
            values["season_id"] = season.id
        holder_id = units[draft.holder] if _is_of_unit(draft) else projects[draft.holder]
        facts.append(Fact(draft.table, holder_id, draft.occurred_on, values, draft.evidence, draft.verified))
    return facts


def _is_of_unit(draft: FactDraft) -> bool:
    return draft.table in (UnitReturn, Adjustment)
