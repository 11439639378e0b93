"""Text as a cell of a workbook holds it, whatever it looks like."""

from __future__ import annotations


def cell_text(text: str) -> str:
    """A text that the library writes as text: one from <r> to </r> it takes for markup and copies into the file.

    Such a text gets a blank at its end, which every reader of ours drops again.
    """
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text
