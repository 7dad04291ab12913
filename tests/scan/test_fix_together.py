"""Several processes that redact bodies of one cassette at once, as pre-commit starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from tests.scan.support import SECRET, scan

BODIES = 12


def cassette(folder: Path) -> tuple[Path, list[Path]]:
    """One of ours whose answers stand in body files that hold a secret."""
    bodies, interactions = folder / "orders.bodies", []
    bodies.mkdir(parents=True)
    paths = []
    for number in range(BODIES):
        text = json.dumps({"number": number, "known": SECRET, "rows": ["x" * 10] * 3000})
        path = bodies / f"{sha256(text.encode()).hexdigest()[:32]}.json"
        path.write_text(text)
        paths.append(path)
        place = f"orders.bodies/{path.name}"
        interactions.append({"body": {"file": place, "size": len(text)}})
    made = folder / "orders.json"
    made.write_text(json.dumps({"interactions": interactions}, indent=1))
    return made, paths


def test_each_reference_names_a_body_that_is_there(tmp_path: Path) -> None:
    made, paths = cassette(tmp_path)
    command = [sys.executable, "-m", "hushtape", "scan", "--fix", "--values-env", "KNOWN"]
    running = [
        subprocess.Popen(
            [*command, *map(str, paths[first::3])],
            env={**os.environ, "KNOWN": SECRET},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for first in range(3)
    ]
    ended = [(one.communicate()[0].decode(), one.returncode) for one in running]
    assert [code for _, code in ended] == [0, 0, 0], ended
    named = {one["body"]["file"] for one in json.loads(made.read_bytes())["interactions"]}
    assert named == {f"orders.bodies/{path.name}" for path in (tmp_path / "orders.bodies").iterdir()}
    assert len(named) == BODIES and scan(tmp_path, key=SECRET).code == 0
