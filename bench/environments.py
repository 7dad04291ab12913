"""The virtual environments of the benchmark: one a recorder, all with the same requests and urllib3.

Made under .venv-bench/ on first use from requirements/bench-NAME.txt (pinned, with hashes) and made anew when
that file or the Python version changes. hushtape is installed from this working tree. Called by `bench.cli`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_HOME = ROOT / ".venv-bench"
_PASSED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")


def clean_variables() -> dict[str, str]:
    """Environment variables of server and clients: no proxy, no CA override, no recorder's switch."""
    kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def python(name: str) -> Path:
    """The interpreter of environment `name`."""
    return _HOME / name / "bin" / "python"


def ensure(name: str, say: Callable[[str], None]) -> Path:
    """Make environment `name` unless it stands as pinned, and return its interpreter.

    Raises RuntimeError with the last lines of pip where the packages cannot be had.
    """
    pins = ROOT / "requirements" / f"bench-{name}.txt"
    stamp = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()
    marker = _HOME / name / "bench-stamp"
    if not (marker.exists() and marker.read_text() == stamp):
        say(f"making .venv-bench/{name} from {pins.relative_to(ROOT)}")
        shutil.rmtree(_HOME / name, ignore_errors=True)
        venv.create(_HOME / name, with_pip=True, symlinks=True)
        _pip(name, "install", "--require-hashes", "-r", str(pins))
        if name.startswith("hushtape"):
            _pip(name, "install", "--no-deps", "--editable", str(ROOT))
        marker.write_text(stamp)
    if name.startswith("hushtape"):
        # As pip does for every package it installs; without it each run would compile the source anew, and
        # the compiler's memory would count as hushtape's.
        command = [str(python(name)), "-m", "compileall", "-q", str(ROOT / "src")]
        subprocess.run(command, check=True)
    return python(name)


def _pip(name: str, *arguments: str) -> None:
    command = [str(python(name)), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise RuntimeError(f"pip could not fill .venv-bench/{name}:\n{tail}")
