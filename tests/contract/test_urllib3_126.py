"""The same contract under urllib3 1.26, in an environment of its own.

The environment is made once from requirements/urllib3-126.txt (pinned, hash-checked) in
.venv-urllib3-126, and made anew when that file changes. The suite then runs in it as a child.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import urllib3

ROOT = Path(__file__).parents[2]
PINS = ROOT / "requirements" / "urllib3-126.txt"
HOME = ROOT / f".venv-urllib3-126-py{sys.version_info.major}{sys.version_info.minor}"
SUITE = [
    "test_common.py",
    "test_requests.py",
    "test_urllib3.py",
    "test_http_client.py",
    "test_unmatched.py",
    "test_before_read.py",
]
# Over HTTPS only: what 1.26 does otherwise than 2.x does not depend on the scheme.
CHOSEN = "(requests or urllib3) and not http.client and not urllib.request and not (http- and not https-)"

INSIDE = urllib3.__version__.startswith("1.")


def environment() -> Path:
    """Its interpreter; made if it is missing or its pins changed. One process makes it."""
    python, stamp = HOME / "bin" / "python", HOME / "pins.sha256"
    wanted = hashlib.sha256(PINS.read_bytes()).hexdigest()
    with PINS.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            venv.create(HOME, clear=True, with_pip=True)
            install = [
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "-r",
                PINS,
            ]
            subprocess.run(install, check=True)
            stamp.write_text(wanted)
    return python


@pytest.mark.skipif(INSIDE, reason="this is that environment")
@pytest.mark.timeout(240)
def test_the_contract_holds_under_urllib3_1_26() -> None:
    python = environment()
    version = subprocess.run(
        [python, "-c", "import urllib3; print(urllib3.__version__)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert version.startswith("1.26.")
    files = [str(Path("tests") / "contract" / name) for name in SUITE]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HUSHTAPE"))}
    ended = subprocess.run(
        [python, "-m", "pytest", *files, "-k", CHOSEN],
        cwd=ROOT,
        text=True,
        capture_output=True,
        env={**clean, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
