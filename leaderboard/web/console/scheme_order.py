"""Which version of a scheme holds when, in sentences: what a version leaves out, and what takes over from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from leaderboard.seasons.models import APPROVED, SchemeVersion
from leaderboard.seasons.read import scheme_to_follow
from leaderboard.words import gettext as _


def submitted_words(session: Session, version: SchemeVersion, day: date) -> str:
    """That a version was put before a second person, and what ends it where something does."""
    told = _("第 {version} 版方案已提交，由另一位管理员批准后自 {day} 起生效")
    return told.format(version=version.version_no, day=day) + succession(session, version.season_id, day)


def succession(session: Session, season_id: int, day: date) -> str:
    """What takes over from a version that is in force from a day, and what to do about it; "" where nothing does.

    An undoing that begins before the day of what it undoes would end with that day.
    """
    later = scheme_to_follow(session, season_id, day)
    if later is None:
        return ""
    words = _(
        "。注意：第 {version} 版已批准自 {day} 起生效，届时取代本版；要一并取代它，请把生效日定在 {day} 或以后"
    )
    return words.format(version=later.version_no, day=later.effective_on)


def restored_words(versions: Sequence[SchemeVersion], past: SchemeVersion, draft: SchemeVersion) -> str:
    """That a past version was copied to a draft, and whose changes are gone with it."""
    told = _("已照第 {past} 版起草第 {version} 版，尚未生效")
    said = told.format(past=past.version_no, version=draft.version_no)
    since = [v for v in versions if past.version_no < v.version_no < draft.version_no and v.state == APPROVED]
    if not since:
        return said
    numbers = _("、").join(str(version.version_no) for version in reversed(since))
    left_out = _("。第 {numbers} 版的改动都不在其中；只想撤销其中一项，请在草稿里改这一项")
    return said + left_out.format(numbers=numbers)
