"""The collector of cycles, and when it is better left alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Look for no cycles within the block, or in the function it stands above.

    A large board is composed of a million values that hold no cycle; going through them over and over for one takes
    a fifth of the time. Everything without a cycle is freed as ever. Whoever runs at the same moment goes without too,
    for these few seconds.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # What was made goes among the oldest unseen: the look saved would be taken now, at the next value made.
            gc.freeze()
            gc.unfreeze()
            gc.enable()
