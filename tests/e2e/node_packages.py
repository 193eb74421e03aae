"""Packages of npm for the tests, as a package-lock.json pins them.

They are installed once per lock file, into the user's cache: a fresh checkout downloads nothing again.
`./dev deps` calls this file with the folders of the lock files; with `--find` in front, it installs nothing, and its status
says whether they are there.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TIMEOUT_S = 600


class Unavailable(Exception):
    """The packages cannot be had: npm is missing, or the registry does not answer."""


def node_modules(folder):
    """The folder node_modules for the package.json and package-lock.json in `folder`, installed where it is missing."""
    place = place_of(folder)
    if not place.exists():
        install(Path(folder), place)
    return place / "node_modules"


def place_of(folder):
    lock = Path(folder) / "package-lock.json"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wayside" / "node"
    return cache / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]


def install(folder, place):
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed: run ./dev deps")
    place.parent.mkdir(parents=True, exist_ok=True)
    # Renamed when it is whole, so that no test sees half of it.
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="installing-") as draft:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, draft)
        try:
            done = subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"],
                cwd=draft, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"npm ci did not end within {error.timeout} s") from None
        if done.returncode != 0:
            raise Unavailable(f"npm ci failed in {folder}:\n{done.stderr}")
        try:
            os.rename(draft, place)
        except OSError:
            if not place.exists():  # else another test was faster
                raise
        else:
            os.mkdir(draft)  # for TemporaryDirectory to remove


if __name__ == "__main__":
    if sys.argv[1:2] == ["--find"]:
        sys.exit(not all(place_of(folder).exists() for folder in sys.argv[2:]))
    try:
        for argument in sys.argv[1:]:
            print(node_modules(argument))
    except Unavailable as error:
        sys.exit(str(error))
