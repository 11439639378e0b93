"""Whom to trust with only one key known: the list of an office's keys, each of which vouches for the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.office import signature_holds

FORMAT = "saima-keys/1"


@dataclass(frozen=True, slots=True)
class ListedKey:
    """One key of an office, and the former key's signature that introduces it."""

    public_key: str
    since: str
    """ISO 8601 text of the office's zone."""
    handover: str | None


def handover_text(public_key: str) -> str:
    """What the former key signs to hand over to a new one."""
    return f"saima-key/1 {public_key}"


def list_text(keys: Sequence[ListedKey]) -> str:
    """What the newest key signs to vouch for the whole list: a mark and the SHA-256 of its canonical JSON."""
    rows = [{"public_key": k.public_key, "since": k.since, "handover": k.handover} for k in keys]
    document = {"format": FORMAT, "keys": rows}
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{FORMAT} {hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class KeyList:
    """An office's keys in the order they were used, signed as a whole with the newest of them."""

    keys: tuple[ListedKey, ...]
    signature: str

    def document(self) -> dict[str, Any]:
        """The list as it is handed out at /keys.json."""
        rows = [{"public_key": k.public_key, "since": k.since, "handover": k.handover} for k in self.keys]
        return {"format": FORMAT, "keys": rows, "signature": self.signature}

    def vouches(self, known: str, signer: str) -> bool:
        """Whether one who trusts `known` may trust `signer`.

        A later key is trusted through an unbroken row of handovers. An earlier one cannot be: anybody can make a key
        and sign another's with it; it is trusted where the newest key, itself trusted, has signed the list it is on.
        """
        places = {key.public_key: place for place, key in enumerate(self.keys)}
        if known not in places or signer not in places:
            return False
        if places[signer] >= places[known]:
            return self._handed_over(places[known], places[signer])
        last = len(self.keys) - 1
        signed = signature_holds(self.keys[last].public_key, list_text(self.keys), self.signature)
        return signed and self._handed_over(places[known], last)

    def _handed_over(self, first: int, last: int) -> bool:
        """Whether every key after the first one up to the last was introduced by the one before it."""
        return all(
            signature_holds(self.keys[n].public_key, handover_text(later.public_key), later.handover or "")
            for n, later in zip(range(first, last), self.keys[first + 1 : last + 1], strict=True)
        )


def read_keys(document: object) -> KeyList:
    """The list in a document of /keys.json; raises ValueError for anything else."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise ValueError("这不是公钥清单 (keys.json)")
    try:
        keys = tuple(_listed(row) for row in document["keys"])
        return KeyList(keys, str(document["signature"]))
    except (KeyError, TypeError) as error:
        raise ValueError("公钥清单 (keys.json) 不完整") from error


def _listed(row: Mapping[str, Any]) -> ListedKey:
    handover = row["handover"]
    return ListedKey(str(row["public_key"]), str(row["since"]), None if handover is None else str(handover))


def trusts(known: str, signer: str, keys: KeyList | None = None) -> bool:
    """Whether one who knows an office's key trusts this signer: the same key, or one the list leads to."""
    return known == signer or (keys is not None and keys.vouches(known, signer))
