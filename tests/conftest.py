"""What every test can ask for; each group of fixtures lives in a file of its own."""

from __future__ import annotations

pytest_plugins = ["tests.databases", "tests.serving", "tests.visiting", "tests.browser"]
