"""Recording in the container: the artefact, whatever becomes of the run."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import requests

from hushtape.errors import HushtapeWarning, OptionError, SanitizerError
from hushtape.keboola import SecretsLoadError, TokenSanitizer, VCRRecorder, debug_run, memory
from hushtape.keboola.memory import MemoryWarning
from tests.keboola.conftest import SECRET, everything_in
from tests.support.servers import Server


@pytest.fixture
def container(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KBC_DATADIR", str(data))
    monkeypatch.setenv("KBC_CONFIGID", "42")
    monkeypatch.setenv("KBC_COMPONENTID", "kds-team.ex-shop")
    return data / "out" / "files"


def artefacts(files: Path) -> list[Path]:
    return sorted(files.glob("vcr_debug_*.json"))


def test_the_artefact_has_its_name_and_no_secret(container: Path, server: Server) -> None:
    VCRRecorder.record_debug_run(
        lambda: requests.get(f"{server.url}/echo", params={"k": SECRET}, timeout=5) and None,
        sanitizers=[TokenSanitizer(["first-token"]), TokenSanitizer(["second-token"])],
    )
    (artefact,) = artefacts(container)
    assert artefact.name.startswith("vcr_debug_kds-team-ex-shop_42_20")
    stated = VCRRecorder.load_metadata(artefact)
    assert stated["freeze_time"] and stated["freeze_time"] != "auto"
    assert SECRET.encode() not in everything_in(container.parent)


@pytest.mark.parametrize("more", ["1", "NaN", '"\\ud800"', "1e400"])
def test_what_the_state_and_a_file_of_secrets_hold_is_in_no_artefact(
    container: Path, data: Path, server: Server, more: str
) -> None:
    state, file = "state-7Hq2xLm9Kp4w", "file-Zk93mP0qX7vL2w"
    (data / "in").mkdir(exist_ok=True)
    (data / "in" / "state.json").write_text(f'{{"#refresh": "{state}", "n": {more}}}')
    (data / "config.secrets.json").write_text(json.dumps({"state": {"component": {"#token": file}}}))
    VCRRecorder.record_debug_run(
        lambda: requests.get(f"{server.url}/echo", params={"k": state, "l": file}, timeout=5) and None
    )
    left = everything_in(container.parent)
    assert b"REDACTED" in left and state.encode() not in left and file.encode() not in left


def test_a_run_that_raises_leaves_the_artefact_and_the_exception(container: Path, server: Server) -> None:
    def broken() -> None:
        requests.get(f"{server.url}/echo", timeout=5)
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        VCRRecorder.record_debug_run(broken)
    (artefact,) = artefacts(container)
    found = json.loads(artefact.read_bytes())
    assert (len(found["interactions"]), found["hushtape"]["complete"]) == (1, False)


@pytest.mark.parametrize("code", [0, 1, "wrong key"])
def test_a_job_ends_with_the_exit_code_of_its_component(
    container: Path, server: Server, code: object
) -> None:
    def ends() -> None:
        requests.get(f"{server.url}/echo", timeout=5)
        raise SystemExit(code)

    with pytest.raises(SystemExit) as caught:
        VCRRecorder.record_debug_run(ends)
    assert caught.value.code == code
    (artefact,) = artefacts(container)
    assert json.loads(artefact.read_bytes())["hushtape"]["complete"] is True


def test_two_runs_within_a_second_have_artefacts_of_their_own(container: Path) -> None:
    VCRRecorder.record_debug_run(lambda: None)
    VCRRecorder.record_debug_run(lambda: None)
    assert len(artefacts(container)) == 2


KILLED = """
import os, signal, sys, requests
from hushtape.keboola import VCRRecorder
def run():
    requests.get(sys.argv[1] + "/echo", params={"k": os.environ["K"]}, timeout=5)
    os.kill(os.getpid(), signal.SIGKILL)
VCRRecorder.record_debug_run(run)
"""


def test_what_a_kill_leaves_holds_no_secret_and_the_next_run_makes_the_artefact(
    container: Path, server: Server
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, server.url], env={**os.environ, "K": SECRET}, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    (journal,) = container.glob("*.recording")
    assert artefacts(container) == []
    assert SECRET.encode() not in everything_in(container)
    VCRRecorder.record_debug_run(lambda: None)
    assert not journal.exists()
    first = next(
        path for path in artefacts(container) if path.name == journal.name.removesuffix(".recording")
    )
    found = json.loads(first.read_bytes())
    assert len(found["interactions"]) == 1
    assert found["_metadata"]["freeze_time"]


def test_the_journal_of_a_run_that_is_alive_is_left_alone(container: Path, server: Server) -> None:
    def run() -> None:
        requests.get(f"{server.url}/echo", timeout=5)
        assert debug_run.pick_up(container) == []

    VCRRecorder.record_debug_run(run)
    assert len(json.loads(artefacts(container)[0].read_bytes())["interactions"]) == 1


@pytest.mark.parametrize("broken", ["config.json", "config.secrets.json"])
def test_where_it_is_not_known_what_is_secret_nothing_runs(container: Path, data: Path, broken: str) -> None:
    (data / broken).write_text('{"#token": "abc')
    with pytest.raises(SecretsLoadError) as caught:
        VCRRecorder.record_debug_run(lambda: pytest.fail("it ran"))
    assert "abc" not in str(caught.value)


def test_a_broken_list_of_sanitizers_stops_the_run(container: Path) -> None:
    with pytest.raises(SanitizerError):
        VCRRecorder.record_debug_run(lambda: pytest.fail("it ran"), sanitizers=[TokenSanitizer])  # type: ignore[list-item]


def test_a_recording_that_can_not_be_trusted_does_not_fail_the_job(container: Path, server: Server) -> None:
    def unknown_coding() -> None:
        requests.get(f"{server.url}/coded/unknown", timeout=5)

    with pytest.warns(HushtapeWarning, match="was not recorded"):
        VCRRecorder.record_debug_run(unknown_coding)
    assert artefacts(container) == []


def test_without_the_extra_time_goes_on_and_says_so(container: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with pytest.warns(HushtapeWarning, match="not frozen"):
        VCRRecorder.record_debug_run(lambda: None)
    assert VCRRecorder.load_metadata(artefacts(container)[0])["freeze_time"] is None


def test_loggers_of_requests_are_quiet_meanwhile(container: Path) -> None:
    logger = logging.getLogger("urllib3")
    before = logger.level
    levels: list[int] = []
    VCRRecorder.record_debug_run(lambda: levels.append(logger.level))
    assert (levels, logger.level) == ([logging.WARNING], before)


def test_memory_over_the_bound_is_warned_of_with_the_figure(container: Path) -> None:
    with pytest.warns(MemoryWarning, match=r"the run took [\d,]+ MiB") as caught:
        VCRRecorder.record_debug_run(lambda: None, max_memory="1M")
    warning = next(one.message for one in caught if isinstance(one.message, MemoryWarning))
    assert warning.bound == 1024**2 < warning.peak
    with warnings.catch_warnings():
        warnings.simplefilter("error", MemoryWarning)
        VCRRecorder.record_debug_run(lambda: None, max_memory="1000G")


@pytest.mark.parametrize(
    ("text", "size"),
    [("256M", 256 * 1024**2), ("1.5 GiB", 3 * 1024**3 // 2), ("12k", 12288), (5, 5), ("7B", 7)],
)
def test_sizes(text: str | int, size: int) -> None:
    assert memory.parse_size(text) == size


def test_a_size_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no size"):
        memory.parse_size("much")


def test_a_bound_that_is_no_size_is_told_before_the_run(
    container: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it, it would fail a job that is done."""
    monkeypatch.setenv("HUSHTAPE_MAX_MEMORY", "much")
    ran: list[bool] = []
    with pytest.raises(OptionError, match="max_memory"):
        VCRRecorder.record_debug_run(lambda: ran.append(True))
    assert ran == []
