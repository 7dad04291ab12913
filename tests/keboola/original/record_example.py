"""Records the example component's cases with the original keboola.vcr, and takes what its replay writes.

Run as ``record_example.py EXAMPLE`` in the environment `component`, where each case has its secrets file. It
writes cassettes and expected outputs into the case's folders, as a component team of old has them.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import keboola.vcr
from keboola.vcr import VCRRecorder

assert keboola.vcr.__name__ == "keboola.vcr", "the original is meant"
script = Path(sys.argv[1]) / "src" / "component.py"
sys.path.insert(0, str(script.parent))
sanitizers = runpy.run_path(str(script), run_name="__vcr_probe__")["VCR_SANITIZERS"]


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        result[key] = merge(result.get(key, {}), value) if isinstance(value, dict) else value
    return result


def run(data: Path, mode: str, state: str, folder: str) -> Path:
    """Run the component on a copy of the case's data; the copy."""
    copy = Path(shutil.copytree(data, Path(folder) / mode, ignore=shutil.ignore_patterns("cassettes")))
    for inner in ("in/tables", "in/files", "out/tables", "out/files"):
        (copy / inner).mkdir(parents=True)
    (copy / "in" / "state.json").write_text(state)
    config, secrets = copy / "config.json", json.loads((copy / "config.secrets.json").read_text())
    if mode == "record":
        config.write_text(json.dumps(merge(json.loads(config.read_text()), secrets)))
    os.environ["KBC_DATADIR"] = str(copy)
    recorder = VCRRecorder(data / "cassettes", secrets=secrets, sanitizers=sanitizers)
    getattr(recorder, mode)(lambda: runpy.run_path(str(script), run_name="__main__"))
    return copy


states: dict[Path, str] = {}
for config in sorted((script.parents[1] / "tests" / "functional").rglob("config.json")):
    data, case = config.parent, config.parents[2]
    shutil.rmtree(data / "cassettes", ignore_errors=True)
    given = states.get(case.parent, "{}") if "incremental" in case.parent.name else "{}"
    with tempfile.TemporaryDirectory() as folder:
        run(data, "record", given, folder)
        try:
            out = run(data, "replay", given, folder) / "out"
        except RuntimeError:  # it redacts every `code`, also a status, which the component asks for
            print("does not replay:", case.name)
            continue
        if (out / "state.json").exists():
            states[case.parent] = (out / "state.json").read_text()
        expected = case / "expected" / "data" / "out"
        shutil.rmtree(expected, ignore_errors=True)
        for section in ("tables", "files"):
            shutil.copytree(out / section, expected / section)
