"""What every test can ask for; each group of fixtures lives in a file of its own."""

from __future__ import annotations

import gc
import os
import sys

from hypothesis import settings

# Where the machine forbids Python to write down what it compiled, each of the hundreds of processes that start here
# would compile all it imports anew, and each worker would rewrite every assert: a tenth of the time of the whole suite.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Tests leave thousands of small objects behind and end soon: looking for circles among them at every seven hundred, as
# Python does unasked, takes a fifteenth of the time.
gc.set_threshold(50_000, 20, 50)

pytest_plugins = ["tests.databases", "tests.serving", "tests.visiting", "tests.browser"]

# An example takes as long as the machine is busy, so none has a time limit.
settings.register_profile("suite", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
