"""Python environments of their own, for what can't be installed beside the rest.

Lives here: making one from pins (hash-checked), once, and anew when the pins change. Must not: know what
is in it. Called by: tests that run their subject as a child there. They are ignored by git (`.venv-*`).
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(name: str) -> Path:
    """The interpreter of the environment that `requirements/<name>.txt` pins. One process makes it."""
    pins = ROOT / "requirements" / f"{name}.txt"
    home = ROOT / f".venv-{name}-py{sys.version_info.major}{sys.version_info.minor}"
    python, stamp = home / "bin" / "python", home / "pins.sha256"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    with pins.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            venv.create(home, clear=True)  # filled by the pip of this one: one of its own takes seconds
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
            locked = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", pins]
            subprocess.run([*pip, "install", "-qq", *locked], check=True)
            stamp.write_text(wanted)
    return python
