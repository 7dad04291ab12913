"""The same contract under urllib3 1.26, in an environment of its own.

The environment is made once from requirements/urllib3-126.txt (pinned, hash-checked) in
.venv-urllib3-126, and made anew when that file changes. The suite then runs in it as a child.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import urllib3

from tests.support.environments import ROOT, environment

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


@pytest.mark.skipif(INSIDE, reason="this is that environment")
@pytest.mark.timeout(240)
def test_the_contract_holds_under_urllib3_1_26() -> None:
    python = environment("urllib3-126")
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
        env={**clean, "PYTHONPATH": str(ROOT / "src")},
    )
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
