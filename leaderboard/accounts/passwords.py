"""Passwords: how they are judged, made, kept as Argon2 hashes and checked."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leaderboard.accounts.policy import PasswordPolicy
from leaderboard.words import gettext as _

LONGEST = 128
"""Longer input is refused unread: hashing it would be work for anyone who asks."""
JUDGED = 72
"""So many characters are judged for how hard they are to guess; more only make it harder."""
UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody confuses when reading a one-time password aloud."""

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """The Argon2id hash to keep, with its salt and cost."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password behind the hash; overlong input and a damaged hash never match."""
    if len(password) > LONGEST:
        return False
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made at another cost than today's, so that it should be made anew."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def dummy_hash() -> str:
    """A hash of nobody's password: checking it makes an unknown name cost as much time as a known one."""
    return hashed(secrets.token_urlsafe(32))


def one_time_password() -> str:
    """A random password of 16 signs in four groups, about 79 bits; it opens only the page that replaces it."""
    groups = ["".join(secrets.choice(UNMISTAKABLE) for _place in range(4)) for _group in range(4)]
    return "-".join(groups)


def kinds_in(password: str) -> int:
    """How many kinds of character occur: capitals, small letters, digits, others (Chinese counts as others)."""
    return len({_kind(sign) for sign in password})


def _kind(sign: str) -> str:
    if sign.isascii() and sign.isalpha():
        return "capital" if sign.isupper() else "small"
    return "digit" if sign.isascii() and sign.isdigit() else "other"


def weaknesses(password: str, name: str, policy: PasswordPolicy) -> list[str]:
    """Every reason why this cannot be the password of the account called `name`; none when it can."""
    found = []
    if len(password) < policy.least_length:
        found.append(_("新密码太短：至少 {length} 个字符").format(length=policy.least_length))
    if len(password) > LONGEST:
        found.append(_("新密码太长：最多 {length} 个字符").format(length=LONGEST))
    if kinds_in(password) < policy.kinds:
        found.append(_("新密码太简单：大写字母、小写字母、数字、其他符号至少用三种"))
    if name.lower() in password.lower():
        found.append(_("新密码不能包含账号名"))
    if not found and _guesses(password, name) < 10**policy.magnitude:
        found.append(_("新密码容易被猜中：避免常见密码、键盘顺序、年份，多用几个不相干的词"))
    return found


def _guesses(password: str, name: str) -> int:
    """How many guesses a clever guesser needs, as zxcvbn estimates it from its lists and patterns, offline."""
    # Its lists are large, and only whoever chooses a password needs them.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped] # noqa: PLC0415 - see above

    return int(zxcvbn(password[:JUDGED], user_inputs=[name, "saima"])["guesses"])


def policy_words(policy: PasswordPolicy) -> str:
    """The rules in one sentence, for beside the field."""
    parts = [_("至少 {length} 个字符").format(length=policy.least_length)]
    if policy.kinds:
        parts.append(_("大写字母、小写字母、数字、其他符号至少用三种"))
    parts.append(_("不含账号名，不用容易猜中的"))
    if policy.remembered > 1:
        parts.append(_("不用最近 {count} 次用过的").format(count=policy.remembered))
    if policy.days:
        parts.append(_("每 {days} 天更换一次").format(days=policy.days))
    return _("；").join(parts) + _("。")
