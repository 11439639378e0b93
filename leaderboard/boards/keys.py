"""The keys an office signs with: the first one registered at its first publication, each later one handed over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.models import OfficeKey
from leaderboard.boards.trust import KeyList, ListedKey, handover_text, list_text
from leaderboard.instant import Millis, iso, now
from leaderboard.office import Office
from leaderboard.words import gettext as _

OTHER_KEY = "签名密钥与登记的不同 (现用 {used}…, 登记 {registered}…): 换密钥请用 leaderboard key-rotate, 换后重启各进程"


class KeyRefused(ValueError):
    """A key that may not sign, or may not be introduced; the message is for the administrator."""


def list_keys(session: Session) -> Sequence[OfficeKey]:
    """Every key of the office, the first one first."""
    return session.scalars(select(OfficeKey).order_by(OfficeKey.key_no)).all()


def use_key(session: Session, actor: str, public_key: str) -> None:
    """Let an edition be signed with this key: the first one ever is registered, any other must be the newest.

    Of two first publications one registers it, since writers come one after the other. Raises KeyRefused for a key that
    was handed over already, or never was.
    """
    if not list_keys(session):
        _introduce(session, actor, public_key, 1, None, now())
    require_newest(session, public_key)


def require_newest(session: Session, public_key: str) -> None:
    """Raise KeyRefused unless this is the newest key of the office, or none is registered yet."""
    keys = list_keys(session)
    if keys and keys[-1].public_key != public_key:
        raise KeyRefused(_(OTHER_KEY).format(used=public_key[:8], registered=keys[-1].public_key[:8]))


def rotate(session: Session, actor: str, old: Office, new_key: str, at: Millis | None = None) -> OfficeKey:
    """Hand over to a new key: the old one signs it, and signs no edition from now on.

    Raises KeyRefused where the old key is not the office's newest, or the new one was used before.
    """
    keys = list_keys(session)
    at = now() if at is None else at
    if not keys:
        keys = [_introduce(session, actor, old.public_key, 1, None, at)]
    if keys[-1].public_key != old.public_key:
        raise KeyRefused(_("旧密钥不是登记的现用密钥, 不能由它交接"))
    if any(key.public_key == new_key for key in keys):
        raise KeyRefused(_("新密钥与用过的密钥相同, 请另换一个"))
    handover = old.sign(handover_text(new_key))
    return _introduce(session, actor, new_key, keys[-1].key_no + 1, handover, at)


def _introduce(
    session: Session, actor: str, public_key: str, number: int, handover: str | None, at: Millis
) -> OfficeKey:
    key = OfficeKey(key_no=number, public_key=public_key, since=at, introduced_by=actor, handover=handover)
    session.add(key)
    # The trail keeps the whole row, so that a changed one shows.
    record_act(
        session,
        actor,
        "key.register" if handover is None else "key.rotate",
        public_key,
        number=number,
        since=at,
        handover=handover,
    )
    return key


def key_list(session: Session, office: Office) -> KeyList:
    """The public list of keys, signed with the office's present one; before the first publication it has only that."""
    rows, office = list_keys(session), office.up_to_date()
    keys = tuple(ListedKey(row.public_key, iso(row.since, office.zone), row.handover) for row in rows)
    keys = keys or (ListedKey(office.public_key, "", None),)
    return KeyList(keys, office.sign(list_text(keys)))
