"""The package of an edition: canonical JSON, its hash and signature, and the check that anyone can repeat."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

import orjson

from leaderboard.boards.packing import Piece, gzipped, piece
from leaderboard.collecting import without_collecting
from leaderboard.office import signature_holds
from leaderboard.words import gettext as _
from scoring.document import parse_facts, result_document
from scoring.race import score_race
from scoring.scheme_document import parse_scheme

FORMAT = "saima-edition/1"
SEAL = {"hash": 64, "public_key": 64, "signature": 128}
"""Members of a sealed file beside its package, and how many lower-case hex digits each has."""


_PLAIN = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""A value that is not JSON is refused, not guessed at."""


class Unreadable(ValueError):
    """What was handed in cannot be checked at all; the message says why."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document as bytes: UTF-8 JSON, keys sorted, no spaces, no floats."""
    return canonical_value(document)


def canonical_value(value: Any) -> bytes:
    """The same for any JSON value."""
    return _written(value, sort=True)


def in_order(value: Any) -> bytes:
    """JSON without spaces, its members in the order they have: what only this house reads need not be sorted."""
    return _written(value, sort=False)


def _written(value: Any, *, sort: bool) -> bytes:
    try:
        return orjson.dumps(value, option=_PLAIN | (orjson.OPT_SORT_KEYS if sort else 0))
    except orjson.JSONEncodeError:
        # Whole numbers beyond 64 bits and nesting beyond 254 levels are for the writer that knows no such limits.
        return json.dumps(
            value, ensure_ascii=False, sort_keys=sort, separators=(",", ":"), allow_nan=False
        ).encode()


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical bytes, 64 hex digits."""
    return hashlib.sha256(canonical(document)).hexdigest()


def packed(document: Mapping[str, Any]) -> bytes:
    """The canonical bytes, gzipped without a time stamp: equal documents pack equally."""
    return gzipped(piece(canonical(document)))


@without_collecting()
def unpacked(data: bytes) -> dict[str, Any]:
    """The document inside packed bytes."""
    found: dict[str, Any] = json.loads(gzip.decompress(data))
    return found


def sealed(package: Mapping[str, Any], signature: str, public_key: str) -> dict[str, Any]:
    """The package with its hash, signature and public key, as it is handed out for checking."""
    return {
        "package": dict(package),
        "hash": digest(package),
        "signature": signature,
        "public_key": public_key,
    }


def sealed_pieces(package: Piece, seal: Mapping[str, str]) -> list[Piece]:
    """The canonical bytes of the sealed file, around a package that is written and packed already."""
    around = canonical({**seal, "package": None})
    before = around.index(b"null")
    return [piece(around[:before]), package, piece(around[before + len(b"null") :])]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: its key and whether it holds."""

    check: str
    """`format`, `form`, `hash`, `signature`, `key` or `standings`."""
    holds: bool


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file as it was read, whoever wrote it: nothing in it is believed yet."""

    package: Any
    found_hash: str
    """SHA-256 of the canonical bytes of the package that is in it."""
    hash: str
    signature: str
    public_key: str
    is_canonical: bool
    """Whether the file is, byte for byte, the one way to write what it says."""

    @property
    def is_known_format(self) -> bool:
        """Whether it says that it is an edition of a format known here."""
        return isinstance(self.package, dict) and self.package.get("format") == FORMAT


@without_collecting()
def read_sealed(data: bytes) -> SealedFile:
    """The sealed file in these bytes; raises Unreadable for anything broken, ambiguous or not to be hashed."""
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_refuse_number, parse_float=_refuse_number)
        # Text that no UTF-8 can hold and numbers without end are read, and only refused when written again.
        written = canonical(found) if isinstance(found, dict) else b""
        if written != data:
            json.loads(text, object_pairs_hook=_without_doubles)
    except json.JSONDecodeError as error:
        place = _("第 {line} 行第 {column} 列").format(line=error.lineno, column=error.colno)
        raise Unreadable(
            _("文件不是完整的 JSON（{place}），请重新下载封存文件").format(place=place)
        ) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("文件读不出来：它不是 UTF-8 编码的规范 JSON，请重新下载封存文件")) from error
    if not isinstance(found, dict) or "package" not in found:
        raise Unreadable(
            _("这不是封存文件。请使用榜单页上“封存文件”链接下载的文件（文件名以 package.json 结尾）")
        )
    is_canonical = written == data and found.keys() == {"package", *SEAL} and _is_hex(found)
    inside = _package_bytes(data, found) if is_canonical else canonical_value(found["package"])
    seal = {name: str(found.get(name, "")) for name in SEAL}
    return SealedFile(found["package"], hashlib.sha256(inside).hexdigest(), is_canonical=is_canonical, **seal)


def _is_hex(document: Mapping[str, Any]) -> bool:
    return all(re.fullmatch(f"[0-9a-f]{{{n}}}", str(document[name])) for name, n in SEAL.items())


def _package_bytes(data: bytes, document: Mapping[str, Any]) -> bytes:
    """The package inside a canonical file: what stands around it has a fixed length, so nothing is written again."""
    around = canonical({**document, "package": None})
    before = around.index(b"null")
    return data[before : len(data) - (len(around) - before - len(b"null"))]


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} has no place in a package: its numbers are whole, or text")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a key given twice would let two readers see two different editions."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def check_sealed(document: Mapping[str, Any], public_key: str | None = None) -> list[Finding]:
    """Check a sealed edition that is at hand as a document; with `public_key` its signer is compared with that key."""
    trusted = None if public_key is None else (lambda signer: signer == public_key)
    return check_file(read_sealed(canonical(document)), trusted)


def check_file(
    file: SealedFile,
    trusted: Callable[[str], bool] | None = None,
    *,
    rebuild_only_ours: bool = False,
    rebuild: Callable[[SealedFile], bool] | None = None,
) -> list[Finding]:
    """Rebuild an edition from its own facts and rules: form, hash, signature, and the standings to the last digit.

    `trusted` says whether a signer is the office. With `rebuild_only_ours` the standings are rebuilt, and found on at
    all, only for a package that holds and is signed by the office: what a stranger made up may cost any amount of
    reckoning. `rebuild` takes the place of `rebuilds`, such as one that remembers.
    """
    if not file.is_known_format:
        return [Finding("format", False)]
    findings = [
        Finding("format", True),
        Finding("form", file.is_canonical),
        Finding("hash", file.found_hash == file.hash),
        Finding("signature", signature_holds(file.public_key, file.found_hash, file.signature)),
    ]
    is_ours = trusted is not None and trusted(file.public_key)
    if not rebuild_only_ours or (is_ours and all(finding.holds for finding in findings)):
        findings.append(Finding("standings", (rebuild or rebuilds)(file)))
    if trusted is not None:
        findings.append(Finding("key", is_ours))
    return findings


@without_collecting()
def rebuilds(file: SealedFile) -> bool:
    """Whether the facts and rules in a package give its standings, byte for byte."""
    package = file.package
    try:
        scheme = parse_scheme(package["scheme"])
        result = score_race(parse_facts(package["facts"]), scheme, date.fromisoformat(package["as_of"]))
        return digest({**package, "result": result_document(result)}) == file.found_hash
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        # A package that cannot even be read does not rebuild; saying so is the whole answer.
        return False
