"""What an edition says about where it comes from: the edition it corrects, and the objection windows it went through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.boards.board import heading_times
from leaderboard.boards.difference import difference
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import Origin
from leaderboard.objections.read import outcomes
from leaderboard.office import Office


def correcting(edition: Edition, diff: Mapping[str, Any], note: str) -> Origin:
    """The origin of a correction: which edition it puts right, the note to the public, and all that differs."""
    said = {"number": edition.number, "hash": edition.hash, "note": note, "diff": diff}
    return Origin(edition, {"corrects": said})


def released(session: Session, drafts: Sequence[Draft], office: Office) -> Origin:
    """The origin of the last of these drafts, each of which replaced the one before, as it is released."""
    draft = drafts[-1]
    content = unpacked(draft.content)
    windows = _windows(
        session, drafts, office, {unit["key"]: unit["name"] for unit in content["facts"]["units"]}
    )
    said = {key: content[key] for key in ("corrects",) if key in content}
    corrects = None if draft.corrects_id is None else session.get_one(Edition, draft.corrects_id)
    return Origin(corrects, {**said, **({"windows": windows} if windows else {})})


def _windows(
    session: Session, drafts: Sequence[Draft], office: Office, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Every window; one whose board was composed anew after it tells who of those named moved by that and why.

    Not by which facts, nor of a unit that is not announced or by a name it no longer has: what was taken out again before
    anything was published may be what nobody outside should read.
    """
    opened = [each for each in drafts if each.opens_at is not None]
    told = [_window(session, each, office) for each in opened]
    for window, (each, then) in zip(told, pairwise([*opened, drafts[-1]]), strict=True):
        if then is not each:
            moved = difference(unpacked(each.content), unpacked(then.content))["moved"]
            announced = (line for line in moved if line["unit"] in names)
            window["moved"] = [line | {"unit_name": names[line["unit"]]} for line in announced]
    return told


def _window(session: Session, draft: Draft, office: Office) -> dict[str, Any]:
    """When a draft lay open, whom to turn to, and what became of the objections; who objected is nobody's business."""
    times = heading_times(office.zone, opens_at=draft.opens_at, closes_at=draft.closes_at)
    return {**times, "contact": draft.contact, "objections": outcomes(session, [draft.id])}
