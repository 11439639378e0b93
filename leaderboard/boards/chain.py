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
    """What these bytes tell: the answer in the place of a withdrawn edition, or an editions.json; None for anything else."""
    try:
        document = json.loads(data)
        lines = document.get("editions", [document])
        found = [_told(str(document["season"]), line) for line in lines]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found


def _told(season: str, line: Mapping[str, Any]) -> Told:
    return Told(season, int(line["number"]), line["state"], Link(line["hash"], line["previous_hash"]))


@dataclass(frozen=True, slots=True)
class Chain:
    """What was found of the editions at hand."""

    broken: list[str]
    """What keeps them from being one unbroken row in each season, in words."""
    told: list[Told]
    """Withdrawn editions between them, which are linked by what is told of them alone."""


def chain_of(files: Iterable[SealedFile], told: Iterable[Told] = ()) -> Chain:
    """The chain of sealed files and of the withdrawn editions between them; files of no known format do not count.

    A withdrawn edition has no file any more, and its place is taken by what is `told` of it. One that was not withdrawn
    can be had, so telling of it does not close a gap; a file must have the hash that is told of it in any case.
    """
    seasons: dict[str, Numbered] = defaultdict(dict)
    broken: list[str] = []
    for file in files:
        if not file.is_known_format or not isinstance(number := file.package.get("number"), int):
            continue
        season, link = (
            str(file.package.get("season")),
            Link(file.found_hash, file.package.get("previous_hash")),
        )
        if seasons[season].setdefault(number, link).hash != link.hash:
            broken.append(f"赛季 {season} 第 {number} 期有两份内容不同的文件")
    bridging = []
    ends = {season: (min(links), max(links)) for season, links in seasons.items()}
    for line in told:
        first, last = ends.get(line.season, (0, -1))
        held = seasons[line.season].get(line.number) if first <= line.number <= last else None
        if held and held.hash != line.link.hash:
            broken.append(f"赛季 {line.season} 第 {line.number} 期的哈希与机构公布的不同")
        if not held and first < line.number < last and line.state == WITHDRAWN:
            seasons[line.season][line.number] = line.link
            bridging.append(line)
    for season, links in seasons.items():
        broken += [f"赛季 {season} {text}" for text in _broken(links)]
    return Chain(broken, bridging)


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
