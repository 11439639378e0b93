"""Every example of docs/scheme.md gives what the page says it gives."""

from __future__ import annotations

import pytest

from scoring.scheme_document import parse_scheme, scheme_document
from scoring.score_document import score_document
from scoring.scorecard import scorecard
from tests.scoring.examples import PAGE, Example, examples, printed

EXAMPLES = list(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_an_example_gives_its_printed_results(example: Example) -> None:
    card = scorecard(score_document(example.document))
    found = {
        unit: {name: printed(card, unit, name) for name in facts} for unit, facts in example.expected.items()
    }
    assert found == example.expected


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_an_example_reads_back_from_its_canonical_document(example: Example) -> None:
    scheme = score_document(example.document).scheme
    assert parse_scheme(scheme_document(scheme)) == scheme


@pytest.mark.parametrize(
    "construct",
    [*(f"C{n}" for n in range(1, 22)), *(f"B{n}" for n in range(1, 13)), *(f"G{n}" for n in range(1, 15))],
)
def test_the_page_has_an_example_of_every_construct(construct: str) -> None:
    titles = [example.title.replace("、", " ").split() for example in EXAMPLES]
    assert any(construct in words for words in titles)


def test_every_example_is_told_in_an_offices_words_first() -> None:
    sections = PAGE.read_text(encoding="utf-8").split("\n### ")[1:]
    silent = [section.splitlines()[0] for section in sections if not section.splitlines()[1].startswith("> ")]
    assert silent == []
