"""Checking the witness against the database: whatever was announced must still be there, and the trail up to then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import trail_up_to
from leaderboard.boards.check import Flaw
from leaderboard.boards.keys import list_keys
from leaderboard.boards.models import Edition
from leaderboard.boards.witness import Witnessed, WitnessLine
from leaderboard.seasons.models import Season


def check_witness(session: Session, lines: Iterable[WitnessLine]) -> Iterator[Flaw]:
    """What the witness says and the database does not, and lines that the office did not write.

    A node writes down what is announced while it runs, so the witness of one may tell less than the database, and
    never more.
    """
    keys = {key.public_key for key in list_keys(session)}
    found = select(Season.slug, Edition.number, Edition.hash).join(Season, Season.id == Edition.season_id)
    hashes = {(slug, number): hash_ for slug, number, hash_ in session.execute(found)}
    is_trail_whole = True
    for line in lines:
        if line.said is None:
            yield Flaw(f"见证簿第 {line.line_no} 行不完整或被改动过")
        elif not line.said.is_signed:
            yield Flaw(f"见证簿第 {line.line_no} 行的签名无效")
        elif line.said.public_key not in keys:
            yield Flaw(f"见证簿第 {line.line_no} 行的密钥不在本机构的公钥清单里")
        else:
            yield from _edition(line.said, hashes.get((line.said.season, line.said.number)))
            if is_trail_whole and not _stands(session, line.said.trail):
                is_trail_whole = False
                yield Flaw(f"审计记录第 {line.said.trail.partition(' ')[0]} 条与见证簿所记不同, 或已不在")


def _edition(said: Witnessed, hash_: str | None) -> Iterator[Flaw]:
    if hash_ is None:
        yield Flaw("在见证簿里, 数据库里没有", said.season, said.number)
    elif hash_ != said.hash:
        yield Flaw("数据库里的哈希与见证簿所记的不同", said.season, said.number)


def _stands(session: Session, trail: str) -> bool:
    number = trail.partition(" ")[0]
    return number.isdecimal() and str(trail_up_to(session, int(number))) == trail
