"""Checks sealed editions without Saima: python3 check_edition.py FILE... [--key HEX] [--keys keys.json]."""
# Needs Python 3.11 and `cryptography`. What it does not check stands in edition-format.md, "Adding up again".

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
SIDES, SOUND, GONE = ("numerator", "denominator"), "相符", "已撤回, 只有机构公布的哈希"


def digest(value: Any) -> str:
    return hashlib.sha256(WRITER.encode(value).encode()).hexdigest()


def signed(public_key: str, text: str, signature: str | None) -> bool:
    with suppress(InvalidSignature, ValueError):
        key, raw = bytes.fromhex(public_key), bytes.fromhex(signature or "")
        Ed25519PublicKey.from_public_bytes(key).verify(raw, text.encode("ascii"))
        return [key.hex(), raw.hex()] == [public_key, signature]
    return False


def trusted(known: str, signer: str, keys: Any) -> bool:
    """The key itself, a later one it was handed over to, or an earlier one on a list signed by the newest."""
    order = [row["public_key"] for row in keys["keys"]] if keys else []
    if known == signer or known not in order or signer not in order:
        return known == signer
    here, there = order.index(known), order.index(signer)
    pairs = list(pairwise(keys["keys"]))[here : there if there > here else None]
    handed = all(signed(a["public_key"], f"saima-key/1 {b['public_key']}", b["handover"]) for a, b in pairs)
    listed = f"saima-keys/1 {digest({'format': 'saima-keys/1', 'keys': keys['keys']})}"
    return handed and (there > here or signed(order[-1], listed, keys["signature"]))


def exact(*numbers: Any) -> Any:
    """The sum of what is known; with an exponent, which may take hours to work out, it is no number of ours."""
    known = [Fraction(str(number).lower().replace("e", "?")) for number in numbers if number is not None]
    return sum(known, Fraction(0)) if known else None


def line_problems(line: Any, rules: Any, early: list[str]) -> Iterator[str]:
    """Quantities are sums of facts, rates are quotients; without a shape points are the rate times the weight."""
    for part in line["parts"]:
        above, below, audited = part["numerator"], part["denominator"], part.get("audited")
        for count in filter(None, [below] if audited else [above, below]):
            found = exact(*(row[2] for rows in count["counted"].values() for row in rows)) or 0
            if found != exact(count["value"] or 0):
                yield f"事实合计 {found}, 所载 {count['value']}"
        under = exact(below["value"] or 0) if below and not audited and part["rate"] is not None else 0
        if under > 0 and exact(above["value"] or 0) / under != exact(part["rate"]):
            yield "率不等于分子除以分母"
    points, note, weight, rule = line["points"], line["note"], exact(line["weight"]), rules[line["key"]]
    earned = {"zero_points": Fraction(0), "void": Fraction(0), "full_points": weight}.get(note)
    if line["capped_rate"] is not None and line["rate"] is not None:
        held, capped = max(exact(line["rate"]), exact(rule["floor"])), exact(line["capped_rate"])
        if capped != min(held, exact(rule.get("cap") or held)):
            yield "封顶保底之后的率不符"
        if note in {None, "cap", "floor", "weight_raised"} and not rule.get("shape"):
            earned = capped * weight
    if None not in (points, earned) and not early and exact(points) != earned:
        yield f"得分应为 {earned}, 所载 {points}"


def place_problems(ranked: list[Any], scheme: Any, early: list[str]) -> Iterator[str]:
    start, ties = 0, scheme["ties"]
    for number, (place, found) in enumerate(groupby(ranked, key=lambda x: exact(x["place"])), start=1):
        size = len(names := [line["unit"] for line in found])
        last = {"modified": start + size, "dense": number, "fractional": start + Fraction(size + 1, 2)}
        if place != last.get(ties, start + 1):
            yield f"{'、'.join(names)}: 前面有 {start} 家, 名次 {place}"
        start += size
    for above, below in pairwise(ranked if scheme["composite"] and "score" not in early else []):
        gap, same = exact(above["score"]) - exact(below["score"]), above["place"] == below["place"]
        if gap < 0 or (same if gap else not same and ties != "sequential" and not scheme["tie_breakers"]):
            yield f"{above['unit']} 与 {below['unit']} 的名次与得分不符"


def result_problems(package: Any) -> Iterator[str]:
    scheme, standings = package["scheme"], package["result"]["standings"]
    early, rules = scheme.get("rounding", {}).get("early", []), {x["key"]: x for x in scheme["indicators"]}
    for line in standings:
        for row in line["indicators"]:
            yield from (f"{line['unit']} {row['key']}: {x}" for x in line_problems(row, rules, early))
        points = exact(*(part["points"] for part in [*line["indicators"], *line["adjustments"]])) or 0
        if line["score"] is not None and points != exact(line["score"]):
            yield f"{line['unit']}: 各项得分合计 {points}, 所载总分 {line['score']}"
    placed = sorted((x for x in standings if x["place"] is not None), key=lambda x: exact(x["place"]))
    for division in dict.fromkeys(line["division"] for line in placed):
        yield from place_problems([x for x in placed if x["division"] == division], scheme, early)
    competing = {unit["key"] for unit in package["facts"]["units"] if unit["competing"]}
    for told in package["result"]["headlines"]:
        among = [x for x in standings if x["unit"] in competing and told["division"] in {None, x["division"]}]
        rows = [row["parts"] for x in among for row in x["indicators"] if row["key"] == told["key"]]
        sums = [exact(*(p[side] and p[side]["value"] for parts in rows for p in parts)) for side in SIDES]
        rate = sums[0] / sums[1] if None not in sums and sums[1] > 0 else None
        shown = [told[name] and exact(told[name]) for name in (*SIDES, "rate")]
        if all(len(parts) < 2 for parts in rows) and [*sums, rate] != shown:
            yield f"{told['division'] or '全部'} {told['key']}: 合计 {sums[0]} / {sums[1]}, 所载不同"


def file_problems(path: Path, key: str | None, keys: Any) -> tuple[Any, list[str]]:
    try:
        seal = json.loads(path.read_bytes().decode("utf-8"))
        if "package" not in seal and seal.get("state") == "withdrawn":
            return {(seal["season"], int(seal["number"])): (seal["previous_hash"], seal["hash"])}, [GONE]
        package, hash_, signer = seal["package"], seal["hash"], seal["public_key"]
        checks = {
            "不是规范写法": len(seal) == 4 and WRITER.encode(seal).encode() == path.read_bytes(),
            "哈希与内容不符": package["format"] == "saima-edition/1" and digest(package) == hash_,
            "签名无效": signed(signer, hash_, seal["signature"]),
            "不是由所给密钥的机构签发": not key or trusted(key.lower(), signer, keys),
        }
        end = {(package["season"], int(package["number"])): (package["previous_hash"], digest(package))}
        return end, [*(told for told, holds in checks.items() if not holds), *result_problems(package)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RuntimeError) as error:
        return {}, [f"读不出来: {'没有 ' if isinstance(error, KeyError) else ''}{error}"]


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("files", nargs="+", type=Path)
    asked.add_argument("--key", help="a public key of the office that you know, 64 hex digits")
    asked.add_argument("--keys", type=lambda x: json.load(argparse.FileType("rb")(x)), help="its keys.json")
    given, ends, said = asked.parse_args(), {}, set()
    for path in given.files:
        end, problems = file_problems(path, given.key, given.keys)
        problems += ["同一期另有一份内容不同的文件" for at in end if ends.setdefault(at, end[at]) != end[at]]
        said.add(told := "; ".join(problems) or SOUND)
        print(f"{path}: {told}")
    for (season, number), (previous, _hash) in sorted(ends.items()):
        _, before = ends.get((season, number - 1), (None, previous if number > 1 else None))
        gap = (season, number - 1) not in ends and any(s == season and n < number for s, n in ends)
        if gap or before != previous:
            said.add(told := f"{season} 第 {number} 期" + ("之前缺了期次" if gap else "没有接在上一期之后"))
            print(told)
    sys.exit(0 if SOUND in said <= {SOUND, GONE} else 1)
