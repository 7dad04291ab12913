"""A component of ten lines, a tests' folder, and the API that it calls."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hushtape.keboola.runner import Outcome, Settings, find_cases, run_case
from tests.support.servers import Server

SECRET = "k-93b1c07e55d2f4"
SCRIPT = """
import json, os, sys, urllib.request
from pathlib import Path
import helper


def main():
    data = Path(os.environ["KBC_DATADIR"])
    parameters = json.loads((data / "config.json").read_text())["parameters"]
    state = json.loads((data / "in" / "state.json").read_text())
    rows = []
    for target in parameters["targets"]:
        fields = {"X-Token": parameters["#token"]}
        request = urllib.request.Request(parameters["url"] + target, headers=fields)
        with urllib.request.urlopen(request, timeout=10) as answer:
            rows.append(f"{target},{len(answer.read())}")
    (data / "out" / "tables" / "rows.csv").write_text("\\n".join(["target,size", *rows]) + "\\n")
    (data / "out" / "state.json").write_text(json.dumps({"runs": state.get("runs", 0) + 1}))
    print("done:", helper.word, state.get("runs", 0))
    sys.exit(parameters.get("exit", 0))


if __name__ == "__main__":
    main()
"""


@dataclass
class Project:
    """A component's folder."""

    root: Path
    url: str

    @property
    def script(self) -> Path:
        return self.root / "src" / "component.py"

    @property
    def cases(self) -> Path:
        return self.root / "tests" / "functional"

    def case(self, name: str, *, secrets: bool = True, **parameters: Any) -> Path:
        """Make a case; its data folder."""
        data = self.cases / name / "source" / "data"
        data.mkdir(parents=True)
        given = {"url": self.url, "targets": ["/number/1", "/number/2"], "#token": "dummy", **parameters}
        (data / "config.json").write_text(json.dumps({"parameters": given}))
        if secrets:
            (data / "config.secrets.json").write_text(json.dumps({"parameters": {"#token": SECRET}}))
        return data

    def run(self, *names: str, **options: Any) -> list[Outcome]:
        settings = Settings(component=str(self.script), **options)
        return [one for case in find_cases(self.cases, names) for one in run_case(case, settings)]

    def kinds(self, *names: str, **options: Any) -> list[str]:
        """The kinds of problems that a run finds."""
        return [problem.kind for one in self.run(*names, **options) for problem in one.problems]


@pytest.fixture
def project(server: Server, tmp_path: Path) -> Project:
    made = Project(tmp_path / "project", server.url)
    made.script.parent.mkdir(parents=True)
    made.script.write_text(SCRIPT)
    made.script.with_name("helper.py").write_text('word = "helped"\n')
    made.cases.mkdir(parents=True)
    return made
