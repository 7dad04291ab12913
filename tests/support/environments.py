"""Other releases and other tools in environments of their own, made from pinned, hash-checked requirements.

Lives here: making one, once; it is made anew when its pins change. Must not: run a test. Called by: the
contract under urllib3 1.26, the comparison with vcrpy.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")


def environment(pins: str) -> Path:
    """The interpreter of the environment that `requirements/<pins>.txt` describes. One process makes it."""
    source = ROOT / "requirements" / f"{pins}.txt"
    home = ROOT / f".venv-{pins}-py{sys.version_info.major}{sys.version_info.minor}"
    python, stamp = home / "bin" / "python", home / "pins.sha256"
    wanted = hashlib.sha256(source.read_bytes()).hexdigest()
    with source.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            venv.create(home, clear=True, with_pip=True)
            subprocess.run([python, *_PIP, "--only-binary", ":all:", "-r", source], check=True)
            stamp.write_text(wanted)
    return python
