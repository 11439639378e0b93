"""What an operation on accounts raises when it cannot do what was asked."""

from __future__ import annotations


class AccountError(ValueError):
    """Something that cannot be done with an account; `problems` lists every reason in the person's own language."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
