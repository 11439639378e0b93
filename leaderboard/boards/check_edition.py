"""Checking one stored edition: its package, its columns, what is stored beside it, and the ledger it came from."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import brotli
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.again import due_of
from leaderboard.boards.contents import (
    FORMS,
    GROUNDS,
    HEADING,
    STANDINGS,
    TRAIL,
    contents_text,
    stored_parts,
)
from leaderboard.boards.models import Edition, PublicForm
from leaderboard.boards.package import Unreadable, canonical, digest, read_sealed, rebuilds, sealed, unpacked
from leaderboard.boards.publish import score
from leaderboard.damage import BROKEN, to_the_end
from leaderboard.instant import instant_of
from leaderboard.office import signature_holds
from leaderboard.seasons.models import SchemeVersion, Season

CHANGED = {
    HEADING: "期次本身的记录与发布时不同",
    STANDINGS: "存下的名次行与发布时不同",
    FORMS: "存下的公开页面或文件与发布时不同",
    GROUNDS: "所依据的台账、任务、名单或方案记录与发布时不同",
    TRAIL: "发布之前的审计记录与发布时不同",
}


def check_edition(session: Session, edition: Edition, parts: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with one edition, in words; `parts` are the hashes of its contents as the trail keeps them."""
    try:
        package = unpacked(edition.package)
        file = read_sealed(canonical(sealed(package, edition.signature, edition.public_key or "0" * 64)))
    except (*BROKEN, Unreadable):
        yield "封存内容读不出来"
        return
    if gzip.decompress(edition.package) != canonical(package):
        yield "封存内容不是规范写法"
    if file.found_hash != edition.hash:
        yield "封存内容与哈希不符"
    if edition.public_key and not signature_holds(edition.public_key, edition.hash, edition.signature):
        yield "数字签名无效"
    if not rebuilds(file):
        yield "由封存的事实与方案重算, 名次或得分不同"
    yield from to_the_end("本期的记录读不出来", _columns(session, edition, package))
    yield from to_the_end("公开文件读不出来", _forms(session, edition))
    yield from to_the_end("公开的封存文件读不出来", _sealed_form(session, edition, package))
    yield from to_the_end("由台账已算不出这一期", _ledger(session, edition, package, parts))


def _columns(session: Session, edition: Edition, package: Mapping[str, Any]) -> Iterator[str]:
    season = session.get_one(Season, edition.season_id)
    told = {
        "season": season.slug,
        "number": edition.number,
        "as_of": str(edition.as_of),
        "previous_hash": edition.previous_hash,
    }
    version = session.get(SchemeVersion, edition.scheme_version_id)
    if version is None or version.season_id != edition.season_id:
        yield "所记的方案不是本赛季的"
    instants = ("known_at", "due_at", "published_at", "next_due_at")
    differing = [name for name, value in told.items() if package.get(name) != value]
    differing += [name for name in instants if _seconds(package.get(name)) != _whole(getattr(edition, name))]
    if differing:
        yield f"记录的 {'、'.join(differing)} 与封存内容不同"


def _seconds(text: object) -> int | None:
    try:
        return instant_of(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _whole(instant: int | None) -> int | None:
    """An instant to the second, as a package tells it."""
    return None if instant is None else instant // 1000 * 1000


def _forms(session: Session, edition: Edition) -> Iterator[str]:
    for form in session.scalars(select(PublicForm).where(PublicForm.edition_id == edition.id)):
        try:
            same = gzip.decompress(form.gzip) == form.identity == brotli.decompress(form.brotli)
        except BROKEN:
            same = False
        if not same or hashlib.sha256(form.identity).hexdigest() != form.etag:
            yield f"公开文件 {form.path} 的各种编码或标记互不一致"


def _sealed_form(session: Session, edition: Edition, package: Mapping[str, Any]) -> Iterator[str]:
    """The file that is handed out for checking is the edition itself under its seal."""
    season = session.get_one(Season, edition.season_id)
    path = f"/boards/{season.slug}/{edition.number}.package.json"
    told = canonical(sealed(package, edition.signature, edition.public_key or ""))
    if session.scalars(select(PublicForm.identity).where(PublicForm.path == path)).all() != [told]:
        yield f"公开的封存文件 {path} 与封存内容不同"


def _ledger(
    session: Session, edition: Edition, package: Mapping[str, Any], parts: Mapping[str, str]
) -> Iterator[str]:
    """Compose from the ledger again, and compare the rows with the hashes signed and kept in the trail."""
    composed: list[str] = []
    again = _composed_again(session, edition, package, composed)
    yield from to_the_end("由台账已算不出这一期", again)
    # Where it cannot be composed any more its rows have been told of, and the rest is compared alone.
    grounds = composed[0] if composed else parts.get(GROUNDS, "")
    yield from to_the_end("与它一起存下的内容读不出来", _contents(session, edition, grounds, parts))


def _composed_again(
    session: Session, edition: Edition, package: Mapping[str, Any], grounds: list[str]
) -> Iterator[str]:
    """What differs; the hash of the rows that it was composed from is put in `grounds`."""
    season = session.get_one(Season, edition.season_id)
    scored = score(session, season, due_of(session, edition))
    grounds.append(scored.grounds)
    differing = [
        key
        for key, told in scored.told.items()
        if canonical({key: told}) != canonical({key: package.get(key)})
    ]
    if differing:
        yield f"由台账按当时所知重算, 与封存内容不同 ({'、'.join(differing)})"


def _contents(session: Session, edition: Edition, grounds: str, parts: Mapping[str, str]) -> Iterator[str]:
    hash_ = digest(parts)
    if edition.contents_hash != hash_:
        yield "内容哈希与审计记录不符"
    if not signature_holds(edition.public_key or "", contents_text(hash_), edition.contents_signature or ""):
        yield "内容签名无效"
    seen, _, _ = parts.get(TRAIL, "").partition(" ")
    stored = stored_parts(session, edition, grounds, int(seen) if seen.isdecimal() else 0)
    yield from (CHANGED[part] for part, hash_ in stored.items() if parts.get(part) != hash_)
