"""Canonical JSON: whichever writer wrote it, the bytes are those that the format's own words describe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards.package import canonical_value, in_order

scalars = st.none() | st.booleans() | st.integers() | st.text()
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@dataclass
class Thing:
    name: str


def plainly(value: Any, *, sort: bool) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=sort, separators=(",", ":")).encode()


@given(value=documents)
def test_the_bytes_are_the_slow_writers(value: Any) -> None:
    assert canonical_value(value) == plainly(value, sort=True)
    assert in_order(value) == plainly(value, sort=False)


def test_escapes_order_and_long_numbers_are_as_the_format_says() -> None:
    assert canonical_value('"\\/\b\f\n\r\t\x00\x1f\x7f 马\U0001f40e') == (
        '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f 马\U0001f40e"'.encode()
    )
    # By code point: U+FFFF is before U+10000, which UTF-16 writes with units below it.
    assert canonical_value({"\U00010000": 1, "\uffff": 2, "a": 3}) == (
        '{"a":3,"\uffff":2,"\U00010000":1}'.encode()
    )
    assert (
        canonical_value({"b": 2**64, "a": -(2**70)})
        == b'{"a":-1180591620717411303424,"b":18446744073709551616}'
    )
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    assert canonical_value(deep) == b"[" * 300 + b"1" + b"]" * 300


@pytest.mark.parametrize("value", [date(2026, 10, 31), Thing("马"), {1, 2}, b"bytes"])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_value([value])


def test_text_that_utf_8_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical_value("\ud800")
