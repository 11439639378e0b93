"""Checks sealed editions without Saima: form, hash, chain, signature, handovers of keys, sums, totals and places.

    python3 check_edition.py EDITION.package.json... [--key HEX] [--keys keys.json]

Needs Python 3.11 and the package `cryptography`, no network. Written from edition-format.md alone. Says what it found
of each file; the exit status is 0 when everything holds, 1 when something does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def canonical(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def signed(public_key: str, text: str, signature: str | None) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature or ""), text.encode("ascii"))
    except (InvalidSignature, ValueError):
        return False
    return True


def trusted(known: str, signer: str, keys: Any) -> bool:
    """The key itself, a later one it was handed over to, or an earlier one on a list signed by the newest."""
    if known == signer:
        return True
    rows = keys["keys"] if keys else []
    order = [row["public_key"] for row in rows]
    if known not in order or signer not in order:
        return False
    here, there = order.index(known), order.index(signer)
    last = there if there > here else len(order) - 1
    handed = all(
        signed(order[n], f"saima-key/1 {order[n + 1]}", rows[n + 1]["handover"]) for n in range(here, last)
    )
    listed = hashlib.sha256(canonical({"format": "saima-keys/1", "keys": rows})).hexdigest()
    return handed and (there > here or signed(order[-1], f"saima-keys/1 {listed}", keys["signature"]))


def total(numbers: Iterable[Any]) -> Fraction:
    return sum(map(Fraction, numbers), Fraction(0))


def number_problems(where: str, count: Any) -> Iterator[str]:
    """A quantity is the sum of the facts counted in it, unless it was given whole or scaled after an audit."""
    if count["value"] is not None and count["counted"]:
        found = total(amount for rows in count["counted"].values() for _ref, _fact, amount in rows)
        if found != Fraction(count["value"]):
            yield f"{where}: 事实合计 {found}, 所载 {count['value']}"


def indicator_problems(where: str, line: Any) -> Iterator[str]:
    for part in line["parts"]:
        counts = [part["denominator"]] if part.get("audited") else [part["numerator"], part["denominator"]]
        for count in counts:
            yield from number_problems(where, count) if count else ()
        plain = part["denominator"] and not part.get("audited") and part["rate"] is not None
        below = Fraction(part["denominator"]["value"] or 0) if plain else 0
        if below > 0 and Fraction(part["numerator"]["value"] or 0) / below != Fraction(part["rate"]):
            yield f"{where}: 率不等于分子除以分母"


def place_problems(division: str, lines: list[Any], ties: str) -> Iterator[str]:
    """Places follow scores: the higher score has the lower place, and equal places have equal scores."""
    ranked = sorted((line for line in lines if line["place"] is not None), key=lambda x: Fraction(x["place"]))
    for above, below in pairwise(ranked):
        first, second = Fraction(above["score"]), Fraction(below["score"])
        if second > first or (above["place"] == below["place"] and second != first):
            yield f"组 {division}: {above['unit']} 与 {below['unit']} 的名次与得分不符"
    for line in ranked:
        better = sum(Fraction(other["score"]) > Fraction(line["score"]) for other in ranked)
        if ties == "competition" and not line["tied"] and Fraction(line["place"]) < better + 1:
            yield f"{line['unit']}: 得分更高的有 {better} 家, 名次 {line['place']}"


def result_problems(package: Any) -> Iterator[str]:
    scheme, standings = package["scheme"], package["result"]["standings"]
    for line in standings:
        for indicator in line["indicators"]:
            yield from indicator_problems(f"{line['unit']} {indicator['key']}", indicator)
        if line["score"] is not None and not scheme.get("relative") and not line.get("members"):
            points = [part["points"] or 0 for part in [*line["indicators"], *line["adjustments"]]]
            if total(points) != Fraction(line["score"]):
                yield f"{line['unit']}: 各项得分合计 {total(points)}, 所载总分 {line['score']}"
    for division in dict.fromkeys(line["division"] for line in standings) if scheme["composite"] else ():
        scored = [x for x in standings if x["division"] == division and x["score"] is not None]
        yield from place_problems(division, scored, scheme["ties"])


def file_problems(name: str, key: str | None, keys: Any) -> tuple[Any, str, list[str]]:
    """The package of a file, and what is wrong with it."""
    data = Path(name).read_bytes()
    try:
        sealed = json.loads(data.decode("utf-8"))
        package, problems = sealed["package"], []
        if canonical(sealed) != data or set(sealed) != {"package", "hash", "signature", "public_key"}:
            problems.append("不是规范写法")
        found = hashlib.sha256(canonical(package)).hexdigest()
        if package["format"] != "saima-edition/1" or found != sealed["hash"]:
            problems.append("哈希与内容不符")
        if not signed(sealed["public_key"], found, sealed["signature"]):
            problems.append("签名无效")
        if key and not trusted(key.lower(), sealed["public_key"], keys):
            problems.append("不是由所给密钥的机构签发")
        return package, found, [*problems, *result_problems(package)]
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError) as error:
        return None, "", [f"读不出来: {error!r}"]


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("files", nargs="+")
    asked.add_argument("--key", help="a public key of the office that you know, 64 hex digits")
    asked.add_argument("--keys", help="the office's list of keys, keys.json")
    given = asked.parse_args()
    keys = json.loads(Path(given.keys).read_bytes()) if given.keys else None
    ends, sound = {}, True
    for name in given.files:
        package, found, problems = file_problems(name, given.key, keys)
        if package is not None:
            ends[package["season"], package["number"]] = (package["previous_hash"], found)
        sound = sound and not problems
        print(f"{name}: " + ("; ".join(problems) or "相符"))
    for (season, number), (previous, _found) in sorted(ends.items()):
        before = ends.get((season, number - 1))
        if (before and before[1] != previous) or (number == 1 and previous is not None):
            sound = False
            print(f"{season} 第 {number} 期没有接在上一期之后")
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
