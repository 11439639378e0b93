"""The chain between sealed files: whether editions of one season, brought from anywhere, follow each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from leaderboard.boards.package import SealedFile


def broken_links(files: Iterable[SealedFile]) -> list[str]:
    """What keeps the files from being one unbroken row in each season, in words; files of no known format do not count."""
    seasons: dict[str, dict[int, SealedFile]] = defaultdict(dict)
    found: list[str] = []
    for file in files:
        if not file.is_known_format:
            continue
        season, number = str(file.package.get("season")), file.package.get("number")
        if not isinstance(number, int):
            continue
        other = seasons[season].setdefault(number, file)
        if other.found_hash != file.found_hash:
            found.append(f"赛季 {season} 第 {number} 期有两份内容不同的文件")
    for season, editions in seasons.items():
        found += [f"赛季 {season} {text}" for text in _links(editions)]
    return found


def _links(editions: dict[int, SealedFile]) -> Iterable[str]:
    numbers = sorted(editions)
    if numbers[0] == 1 and editions[1].package.get("previous_hash") is not None:
        yield "第 1 期不应有上一期"
    for earlier, later in pairwise(numbers):
        if later != earlier + 1:
            yield f"第 {earlier} 期与第 {later} 期之间缺了期次, 无法核对链条"
        elif editions[later].package.get("previous_hash") != editions[earlier].found_hash:
            yield f"第 {later} 期没有接在第 {earlier} 期之后"
