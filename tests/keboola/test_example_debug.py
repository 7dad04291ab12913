"""The example component in the platform's debug mode, with the real SDK: whatever ends the run, the artefact
or the journal of it stands in out/files, free of secrets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.keboola.test_example import COMMITTED, api, example, python
from tests.support.environments import ROOT

__all__ = ["api", "example", "python"]  # fixtures

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def container(python: Path, example: Path, api: Any, tmp_path: Path) -> Container:
    return Container(python, example, api, tmp_path / "authority.pem")


class Container:
    """The component as the platform runs it: a data folder, variables, a process."""

    def __init__(self, python: Path, example: Path, api: Any, authority: Path) -> None:
        self.python, self.example, self.api, self.authority = python, example, api, authority
        self.data = example / "data"
        self.files = self.data / "out" / "files"

    def configure(self, case: str, **parameters: Any) -> None:
        source = self.example / "tests" / "functional" / case / "source" / "data" / "config.json"
        config = json.loads(source.read_text().replace(COMMITTED, self.api.url))
        config["parameters"] |= {"#access_token": self.api.secrets[0], **parameters}
        for folder in ("in/tables", "in/files", "out/tables", "out/files"):
            (self.data / folder).mkdir(parents=True, exist_ok=True)
        (self.data / "config.json").write_text(json.dumps(config))

    def start(self, **variables: str) -> subprocess.Popen[str]:
        words = ["-m", "hushtape", "component", "alias", "--", str(self.python), "src/component.py"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KBC", "HUSH"))}
        return subprocess.Popen(
            [str(self.python), *words],
            cwd=self.example,
            env={
                **kept,
                "PYTHONPATH": str(ROOT / "src"),
                "REQUESTS_CA_BUNDLE": str(self.authority),
                "KBC_DATADIR": str(self.data),
                "KBC_COMPONENT_RUN_MODE": "debug",
                "KBC_COMPONENTID": "hushtape.ex-adsville",
                "KBC_CONFIGID": "42",
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, **variables: str) -> tuple[int, str, str]:
        process = self.start(**variables)
        printed, told = process.communicate(timeout=60)
        return process.returncode, printed, told

    def artefacts(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_bytes()) for path in sorted(self.files.glob("vcr_debug_*.json"))]

    def clean(self) -> bool:
        """No secret in any file of out/."""
        texts = [path.read_bytes() for path in self.data.joinpath("out").rglob("*") if path.is_file()]
        secrets = [*self.api.secrets, *self.api.state.tokens]
        return bool(texts) and not any(secret.encode() in text for secret in secrets for text in texts)


def test_a_sync_action_prints_its_result_alone_and_the_memory_check_speaks(container: Container) -> None:
    container.configure("04_list_accounts")
    code, printed, told = container.run(HUSHTAPE_MAX_MEMORY="1M")
    assert code == 0 and [one["value"] for one in json.loads(printed)] == ["act_1", "act_2", "act_3"]
    assert "MiB of memory at its peak, more than max_memory (1 MiB)" in told
    [artefact] = container.artefacts()
    assert len(artefact["interactions"]) == 1 and container.clean()


def test_a_crash_leaves_the_artefact(container: Container) -> None:
    script = container.example / "src" / "adsville.py"
    crash = 'run = _checked(started)["report_run_id"]\n'
    script.write_text(script.read_text().replace(crash, f"{crash}        raise MemoryError(self._token)\n"))
    container.configure("06_async_report")
    code, _, _ = container.run()
    [artefact] = container.artefacts()
    assert code == 1 and artefact["hushtape"]["complete"] is False
    assert len(artefact["interactions"]) >= 4 and container.clean()


def recovered(container: Container) -> None:
    [journal] = container.files.glob("*.recording")
    words = [str(container.python), "-m", "hushtape", "recover", str(journal)]
    path = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    ended = subprocess.run(words, env=path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def another_run(container: Container) -> None:
    container.configure("04_list_accounts")
    assert container.run()[0] == 0


@pytest.mark.parametrize(
    ("number", "next_step"),
    [(signal.SIGKILL, recovered), (signal.SIGTERM, another_run)],
    ids=["killed, recovered", "out of time, next run"],
)
def test_a_run_that_is_ended_leaves_a_journal_that_becomes_the_artefact(
    container: Container, number: signal.Signals, next_step: Callable[[Container], None]
) -> None:
    container.configure("06_async_report", poll_seconds=600)
    process = container.start()
    looks = container.api.state.looks
    until = time.monotonic() + 60
    while not any(looks.values()):  # it has asked for the report, and waits for it
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.02)
    if number == signal.SIGKILL:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)  # the alias passes it on
    process.communicate(timeout=60)
    assert not container.artefacts() and list(container.files.glob("*.recording")) and container.clean()
    next_step(container)
    first = container.artefacts()[0]
    assert len(first["interactions"]) >= 4 and first["hushtape"]["complete"] is False
    assert not list(container.files.glob("*.recording")) and container.clean()
