"""Text that becomes plain values with exact numbers, and text that is refused."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.exchange.scheme_file import UnreadableDocument, read_document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 0.1", {"a": "0.1"}),
        ('{"a": 0.1, "b": 1e3}', {"a": "0.1", "b": "1e3"}),
        ("a: 1", {"a": 1}),
        ("a: -12", {"a": -12}),
        ("a: 007", {"a": "007"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 28/27", {"a": "28/27"}),
        ("a: 86.5%", {"a": "86.5%"}),
        ("a: 2026-09-30", {"a": "2026-09-30"}),
        ("a: yes", {"a": "yes"}),
        ("a: true", {"a": True}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: .nan", {"a": ".nan"}),
        ('{"a": NaN}', {"a": "NaN"}),
        ("1: x", {"1": "x"}),
        ("签约率: 十二", {"签约率": "十二"}),
        ("- 1\n- 0.5", [1, "0.5"]),
        ("\ufeff{}", {}),
        ("", None),
        ("a: !!str 5", {"a": "5"}),
        ('{"name": "柳\\u200b溪\\u202e"}', {"name": "柳溪"}),
        ("a: [柳\u200b溪, [x\u00ad]]", {"a": ["柳溪", ["x"]]}),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert read_document(text) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "JSON"),
        ("a: [", "YAML"),
        ("a: 1\na: 2", "写了两次"),
        ('{"a": 1, "a": 2}', "写了两次"),
        ("a: &x 1\nb: *x", "引用"),
        ("a: !!python/object/apply:os.system [ls]", "YAML"),
        ("? [a]\n: 1", "文字"),
        ("[" * 100_000, "嵌套"),
    ],
)
def test_refusals(text: str, words: str) -> None:
    with pytest.raises(UnreadableDocument, match=words):
        read_document(text)
