"""A sentence about a document knows its pattern and values, however deep one stands in another."""

from __future__ import annotations

from scoring.reading import Fields, Problems
from scoring.said import Said, said, said_in

ENGLISH = {
    "应为 {choices} 之一，现在是{found}": "one of {choices}, but is {found}",
    "列表": "a list",
    "缺少此项": "is missing",
}


def english(sentence: str) -> str:
    """The sentence in the small English above."""
    return said_in(sentence, lambda pattern: ENGLISH.get(pattern, pattern), ", ")


def test_a_sentence_is_chinese_text_and_can_be_said_in_english() -> None:
    """Lists take the language's own comma, and what is a sentence itself is translated too."""
    sentence = said("应为 {choices} 之一，现在是{found}", choices=["rate", "score"], found=said("列表"))
    assert sentence == "应为 rate、score 之一，现在是列表"
    assert english(sentence) == "one of rate, score, but is a list"


def test_what_a_person_typed_is_never_translated() -> None:
    """A value that reads like a sentence of ours is quoted as it stands."""
    sentence = said("应为 {choices} 之一，现在是{found}", choices=["rate"], found="列表")
    assert english(sentence) == "one of rate, but is 列表"


def test_a_plain_text_is_its_own_pattern() -> None:
    """Braces in it are no blanks."""
    assert english("缺少此项") == "is missing"
    assert english('应为 {"by": "mix"}') == '应为 {"by": "mix"}'


def test_the_reader_notes_sentences() -> None:
    """What is noted of a field keeps its values."""
    problems = Problems()
    Fields({"better": ["more"]}, "", problems).choice("better", ["more", "less"])
    (problem,) = problems
    assert isinstance(problem.message, Said)
    assert problem.message.values["choices"] == ["more", "less"]
