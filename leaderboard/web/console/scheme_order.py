"""Which version of a scheme holds when, in sentences: what a version leaves out, and what takes over from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.seasons.models import APPROVED, SUBMITTED, SchemeVersion
from leaderboard.seasons.read import scheme_in_force, scheme_to_follow
from leaderboard.words import gettext as _


def saved_words(version: SchemeVersion, *, was_waiting: bool) -> str:
    """What saving a draft did; one that waited for approval and was changed does not wait any more."""
    if was_waiting and version.state == SUBMITTED:
        said = _("没有改动，第 {version} 版仍在等待审批")
    elif was_waiting:
        said = _("草稿第 {version} 版已保存；原来的提交已撤回，改好后须重新提交审批")
    else:
        said = _("草稿第 {version} 版已保存，尚未生效")
    return said.format(version=version.version_no)


def submitted_words(session: Session, version: SchemeVersion, day: date, today: date) -> str:
    """That a version was put before a second person, and what ends it where something does."""
    told = _("第 {version} 版方案已提交，由另一位管理员批准后自 {day} 起生效")
    said = told.format(version=version.version_no, day=day)
    due = due_instead(session, version.season_id, day, today)
    if due is not None:
        words = _("。注意：届时在行的将是第 {version} 版，批准本版即取代它")
        said += words.format(version=due.version_no)
    return said + succession(session, version.season_id, day)


def due_instead(session: Session, season_id: int, day: date, today: date) -> SchemeVersion | None:
    """The version that will be in force on a day where that is another than today's, and is replaced from then on."""
    due = scheme_in_force(session, season_id, max(day, today), now())
    present = scheme_in_force(session, season_id, today, now())
    return None if due is None or (present is not None and due.id == present.id) else due


def coming_words(version: SchemeVersion) -> str:
    """That a version waits for its day, and what becomes of it under a scheme that begins later."""
    words = _(
        "注意：第 {version} 版已批准，自 {day} 起生效；这里的“现行”还不是它。"
        "生效日在 {day} 或以后的新方案会取代它，要保留它的改动须一并写入"
    )
    return words.format(version=version.version_no, day=version.effective_on)


def overtaken_words(draft: SchemeVersion, since: Sequence[SchemeVersion]) -> str:
    """That a draft stands on an older scheme than the newest one, as others were approved after it was begun."""
    words = _(
        "注意：草稿第 {version} 版起草之后，第 {numbers} 版已获批准；"
        "草稿以更早的方案为底本，要保留新版的改动须一并写入"
    )
    numbers = _("、").join(str(version.version_no) for version in since)
    return words.format(version=draft.version_no, numbers=numbers)


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
