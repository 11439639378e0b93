"""The chain between sealed files: whether editions of one season, brought from anywhere, follow each other."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from leaderboard.boards.models import WITHDRAWN
from leaderboard.boards.package import SealedFile

Numbered = dict[int, "Link"]


@dataclass(frozen=True, slots=True)
class Link:
    """One place in the chain of a season: an edition's hash, and that of the edition before it."""

    hash: str
    previous_hash: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the office tells of an edition beside its file: unsigned, but the signed file of the next one names the hash."""

    season: str
    number: int
    state: str
    link: Link


def read_told(data: bytes) -> list[Told] | None:
    """What these bytes tell: the answer in the place of a withdrawn edition, or an editions.json; None for anything else.

    What holds a package is a sealed file, whatever stands beside it, and is checked as one.
    """
    try:
        document = json.loads(data)
        lines = document.get("editions", [document])
        found = [] if "package" in document else [_told(document["season"], line) for line in lines]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found or None


def _told(season: object, line: Mapping[str, Any]) -> Told:
    """One line; raises TypeError where a member is not of its kind."""
    number, state, found, previous = (line[name] for name in ("number", "state", "hash", "previous_hash"))
    if not (isinstance(season, str) and isinstance(state, str) and isinstance(found, str)):
        raise TypeError(line)
    if type(number) is not int or not isinstance(previous, str | None):
        raise TypeError(line)
    return Told(season, number, state, Link(found, previous))


@dataclass(frozen=True, slots=True)
class Chain:
    """What was found of the editions at hand."""

    broken: list[str]
    """What keeps them from being one unbroken row in each season, in words."""
    told: list[Told]
    """Editions without a file that are linked with those at hand by what is told of them alone."""
    beside: list[Told]
    """What was told of editions that nothing at hand could be compared with."""


def chain_of(files: Iterable[SealedFile], told: Iterable[Told] = ()) -> Chain:
    """The chain of sealed files and of what is `told` beside them; files of no known format do not count.

    A withdrawn edition has no file any more, and its place between files is taken by what is told of it. One that was
    not withdrawn can be had, so telling of it does not close a gap. Whatever is told of an edition at hand, or of the one
    before or after those at hand, has to agree with the files, which are signed.
    """
    seasons, broken = _linked(files)
    chain = Chain(broken, [], [])
    ends = {season: (min(links), max(links)) for season, links in seasons.items()}
    for line in told:
        if line.season in ends:
            _compare(chain, seasons[line.season], ends[line.season], line)
        else:
            chain.beside.append(line)
    for season, links in seasons.items():
        broken += [f"赛季 {season} {text}" for text in _broken(links)]
    return chain


def _linked(files: Iterable[SealedFile]) -> tuple[dict[str, Numbered], list[str]]:
    """The links of each season's files, and where two files tell different things of one edition."""
    seasons: dict[str, Numbered] = defaultdict(dict)
    broken = []
    for file in files:
        number, season = file.package.get("number"), str(file.package.get("season"))
        if not file.is_known_format or not isinstance(number, int):
            continue
        link = Link(file.found_hash, file.package.get("previous_hash"))
        if seasons[season].setdefault(number, link).hash != link.hash:
            broken.append(f"赛季 {season} 第 {number} 期有两份内容不同的文件")
    return seasons, broken


def _compare(chain: Chain, links: Numbered, ends: tuple[int, int], line: Told) -> None:
    """Hold what is told of one edition against the files of its season, whose numbers lie between two ends."""
    first, last = ends
    if held := links.get(line.number):
        agrees = held == line.link
    elif first < line.number < last and line.state == WITHDRAWN:
        links[line.number], agrees = line.link, True
        chain.told.append(line)
    elif line.number in (first - 1, last + 1):
        is_before = line.number < first
        named = links[first].previous_hash if is_before else line.link.previous_hash
        agrees = named == (line.link.hash if is_before else links[last].hash)
        chain.told.append(line)
    else:
        chain.beside.append(line)
        return
    if not agrees:
        chain.broken.append(f"赛季 {line.season} 第 {line.number} 期的哈希与机构公布的不同")


def _broken(links: Numbered) -> Iterator[str]:
    numbers = sorted(links)
    if numbers and numbers[0] == 1 and links[1].previous_hash is not None:
        yield "第 1 期不应有上一期"
    for earlier, later in pairwise(numbers):
        if later != earlier + 1:
            yield (
                f"第 {earlier} 期与第 {later} 期之间缺了期次, 无法核对链条 "
                "(其中已撤回的, 请一并给出该期网址的答复或 editions.json)"
            )
        elif links[later].previous_hash != links[earlier].hash:
            yield f"第 {later} 期没有接在第 {earlier} 期之后"
