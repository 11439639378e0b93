"""Whole numbers in addresses: only such as every column of every database holds, anything else is an unknown address."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""A database asked for a larger number answers with an error of its own, not with nothing found."""
LARGEST_FACT = 2**53 - 1
"""The ledger gives no fact a larger id; every column of ids holds it."""


class Whole(IntegerConverter):
    """What `<int:…>` means in our addresses: 0 to LARGEST, or less where the address says so."""

    # Python refuses to read thousands of digits, so no more are taken than LARGEST has.
    regex = "[0-9]{1,10}"

    def __init__(self, addresses: Map, *args: Any, **options: Any) -> None:
        super().__init__(addresses, *args, **({"max": LARGEST} | options))


class FactId(IntegerConverter):
    """What `<fact:…>` means in our addresses: the id of a fact, which is random and below 2^53."""

    regex = "[0-9]{1,16}"

    def __init__(self, addresses: Map, *args: Any, **options: Any) -> None:
        super().__init__(addresses, *args, **({"max": LARGEST_FACT} | options))


def asked_number(name: str) -> int | None:
    """The whole number behind `?name=`, None where there is none; one beyond every database is answered with 404."""
    found = request.args.get(name, type=int)
    if found is not None and not 0 <= found <= LARGEST:
        abort(404)
    return found
