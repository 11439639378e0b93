"""The package of an edition: canonical JSON, its hash and signature, and the check that anyone can repeat."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from leaderboard.office import signature_holds
from scoring.document import parse_facts, result_document
from scoring.race import score_race
from scoring.scheme_document import parse_scheme

FORMAT = "saima-edition/1"


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


def check_sealed(document: Mapping[str, Any], public_key: str | None = None) -> list[Finding]:
    """Rebuild an edition from its own facts and rules: hash, signature, and the standings to the last digit.

    With `public_key` the signer is also compared with the office's known key.
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
        Finding("standings", _rebuilds(package)),
    ]
    if public_key is not None:
        findings.append(Finding("key", signer == public_key))
    return findings


def _rebuilds(package: Mapping[str, Any]) -> bool:
    try:
        scheme = parse_scheme(package["scheme"])
        result = score_race(parse_facts(package["facts"]), scheme, date.fromisoformat(package["as_of"]))
        return canonical({"result": result_document(result)}) == canonical({"result": package["result"]})
    except (KeyError, TypeError, ValueError, AttributeError):
        # A package that cannot even be read does not rebuild; saying so is the whole answer.
        return False
