"""Real old Chromiums for the tests: the oldest a screen may have, and the oldest a person may have.

`python -m tests.old_browsers` fetches them with npm, from the registry npm is set up with, and says so where it cannot.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import brotli
import pytest

from tests.source import ROOT

KEPT = ROOT / ".test-browsers"


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package that carries a Chromium for Linux on x86-64, packed with brotli."""

    name: str
    version: str
    inside: str
    integrity: str


SCREENS, PEOPLE = 68, 88
"""The oldest Chromium of a television set on a wall, and of an office computer."""
PACKAGES = {
    SCREENS: Package(
        "chrome-aws-lambda",
        "1.4.0",
        "package/bin/chromium-68.0.3419.0.br",
        "sha512-TKbIW6zM8pO26QxxeB1uIMBzSmF5KaHqzXfpMXl8ynyB3YQpGnxFTnmEB3ALm+Z/szb0LD8PGhOqAAkObSowzQ==",
    ),
    PEOPLE: Package(
        "chrome-aws-lambda",
        "5.5.0",
        "package/bin/chromium.br",
        "sha512-nYSDzTsVEVsvIFaUUAUN53ulXBLKSRXFS+eVYZOLZD5SA1If59rqBAiy4raMgorQwXWqjSsjK1SF4As+qzPLqA==",
    ),
}


def old_chromium(version: int) -> Path:
    """The program of an old Chromium; a test that needs one is left out, with the reason, where it cannot be had."""
    program = KEPT / f"chromium-{version}"
    if not program.exists():
        # It needs npm and a processor it was built for; the list of what it knows is held without it all the same.
        pytest.skip(
            f"Chromium {version} is not here and npm could not fetch it: `python -m tests.old_browsers`"
        )
    return program


def fetch(version: int) -> None:
    """Fetch, check and unpack one of them. Raises OSError or subprocess.CalledProcessError where that fails."""
    package = PACKAGES[version]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=300,
        )
        packed = next(Path(folder).glob("*.tgz"))
        found = "sha512-" + base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        if found != package.integrity:
            raise OSError(f"{package.name}@{package.version} is not the package that was looked at")
        with tarfile.open(packed) as files, files.extractfile(package.inside) as inside:  # type: ignore[union-attr]
            body = brotli.decompress(inside.read())
    KEPT.mkdir(exist_ok=True)
    # Renamed when whole, so that a broken download is never taken for a browser.
    partial = KEPT / f"chromium-{version}.{os.getpid()}"
    partial.write_bytes(body)
    partial.chmod(0o755)
    partial.replace(KEPT / f"chromium-{version}")


def main() -> None:
    """Fetch those that are missing; the suite runs without them, by a list of features alone."""
    missing = [version for version in PACKAGES if not (KEPT / f"chromium-{version}").exists()]
    if missing and not shutil.which("npm"):
        print(f"No npm: tests in a real Chromium {' and '.join(map(str, missing))} are left out.")  # noqa: T201
        return
    for version in missing:
        print(f"Fetching Chromium {version} for the tests (about 40 MB) ...")  # noqa: T201
        try:
            fetch(version)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"It could not be had, tests in it are left out: {error}")  # noqa: T201


if __name__ == "__main__":
    main()
