"""The package of an edition: canonical JSON, its hash and signature, and the check that anyone can repeat."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from leaderboard.office import signature_holds
from leaderboard.words import gettext as _
from scoring.document import parse_facts, result_document
from scoring.race import score_race
from scoring.scheme_document import parse_scheme

FORMAT = "saima-edition/1"


class Unreadable(ValueError):
    """What was handed in cannot be checked at all; the message says why."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document as bytes: UTF-8 JSON, keys sorted, no spaces, no floats."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical bytes, 64 hex digits."""
    return hashlib.sha256(canonical(document)).hexdigest()


def packed(document: Mapping[str, Any]) -> bytes:
    """The canonical bytes, gzipped without a time stamp so that equal documents pack equally."""
    return gzip.compress(canonical(document), mtime=0)


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


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: its key and whether it holds."""

    check: str
    """`format`, `hash`, `signature`, `key` or `standings`."""
    holds: bool


def read_sealed(data: bytes) -> dict[str, Any]:
    """The sealed file in these bytes; raises Unreadable for anything broken, ambiguous or not to be hashed."""
    try:
        found = json.loads(
            data.decode("utf-8-sig"), parse_constant=_refuse_constant, object_pairs_hook=_without_doubles
        )
        # Text that no UTF-8 can hold and numbers without end are read, and only refused when written again.
        canonical({"read": found})
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
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a key given twice would let two readers see two different editions."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def same_key(one: str, other: str) -> bool:
    """Whether two public keys are the same; hex digits mean the same in either case."""
    return one.lower() == other.lower()


def check_sealed(
    document: Mapping[str, Any], public_key: str | None = None, *, rebuild_only_ours: bool = False
) -> list[Finding]:
    """Rebuild an edition from its own facts and rules: hash, signature, and the standings to the last digit.

    With `public_key` the signer is also compared with the office's known key. With `rebuild_only_ours` the standings
    are rebuilt, and found on at all, only for a package that holds and is signed with that key: what a stranger made
    up may cost any amount of reckoning.
    """
    package = document.get("package")
    if not isinstance(package, dict) or package.get("format") != FORMAT:
        return [Finding("format", False)]
    found = digest(package)
    signer = str(document.get("public_key", ""))
    findings = [
        Finding("format", True),
        Finding("hash", found == document.get("hash")),
        Finding("signature", signature_holds(signer, found, str(document.get("signature", "")))),
    ]
    is_ours = public_key is not None and same_key(signer, public_key)
    if not rebuild_only_ours or (is_ours and all(finding.holds for finding in findings)):
        findings.append(Finding("standings", _rebuilds(package)))
    if public_key is not None:
        findings.append(Finding("key", is_ours))
    return findings


def _rebuilds(package: Mapping[str, Any]) -> bool:
    try:
        scheme = parse_scheme(package["scheme"])
        result = score_race(parse_facts(package["facts"]), scheme, date.fromisoformat(package["as_of"]))
        return canonical({"result": result_document(result)}) == canonical({"result": package["result"]})
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        # A package that cannot even be read does not rebuild; saying so is the whole answer.
        return False
