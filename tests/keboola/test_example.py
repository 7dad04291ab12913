"""The example component, whole: replayed, recorded against its API, by our runner, by pytest, and by the real
keboola.datadirtest on top of hushtape.

In an environment of its own (requirements/component.txt, pinned): keboola.component, keboola.http-client,
keboola.datadirtest and the keboola.vcr that they bring. hushtape comes from this working tree.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import ROOT, environment

EXAMPLE = ROOT / "examples" / "marketing-extractor"
COMMITTED = "https://127.0.0.1:18443"
CASES = {
    "01_full_load": 10,
    "02_incremental/01_first_run": 4,
    "02_incremental/02_next_run": 3,
    "03_oauth_refresh": 5,
    "04_list_accounts": 1,
    "05_invalid_token": 1,
    "06_async_report": 12,
}
"""Interactions of each case."""
TESTER = """
import sys
from keboola.datadirtest.vcr import VCRDataDirTester
import keboola.vcr
assert keboola.vcr.__name__ == "hushtape.keboola", keboola.vcr
chosen = sys.argv[1:] or None
VCRDataDirTester("tests/functional", "src/component.py", vcr_mode="replay", selected_tests=chosen).run()
"""

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def python() -> Path:
    return environment("component")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy, so that nothing is written into the tree."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "example"))


def run(python: Path, folder: Path, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "KBC", "HUSH"))
    }
    path = os.pathsep.join((str(ROOT / "src"), str(folder / "src")))
    made = {**kept, "PYTHONPATH": path, **variables}
    command = [str(python), *map(str, words)]
    return subprocess.run(command, cwd=folder, env=made, capture_output=True, text=True, check=False)


def outcomes(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert ended.stdout, ended.stderr[-3000:]
    return {one["name"]: one for one in json.loads(ended.stdout)["cases"]}


def test_every_case_replays_with_our_runner(python: Path, example: Path) -> None:
    report = example / "report.xml"
    ended = run(
        python, example, "-m", "hushtape", "component", "test", "--replay", "--json",
        "--jobs", 2, "--junit", report,
    )  # fmt: skip
    found = outcomes(ended)
    assert {name: one["problems"] for name, one in found.items()} == {name: [] for name in CASES}
    assert {name: one["played"] for name, one in found.items()} == CASES
    assert all(one["done"] == "replayed" and one["unused"] == 0 for one in found.values())
    assert found["05_invalid_token"]["exit_code"] == 1
    assert found["04_list_accounts"]["action"] == "listAccounts"
    assert ended.returncode == 0 and report.read_text().count("<testcase") == len(CASES)


def test_every_case_replays_with_the_real_datadirtest(python: Path, example: Path) -> None:
    ended = run(python, example, "-m", "hushtape", "component", "alias", "--", python, "-c", TESTER)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "Ran 6 tests" in ended.stderr and "FAIL" not in ended.stderr


def test_both_runners_give_the_same_verdicts_where_cases_fail(python: Path, example: Path) -> None:
    cases = example / "tests" / "functional"
    table = cases / "01_full_load" / "expected" / "data" / "out" / "tables" / "campaigns.csv"
    table.write_text(table.read_text().replace("Campaign 7", "Campaign seven"))
    config = cases / "03_oauth_refresh" / "source" / "data" / "config.json"
    config.write_text(config.read_text().replace("act_2", "act_3"))  # asks for what is not on the cassette
    status = cases / "05_invalid_token" / "source" / "data" / "cassettes" / "expected_status.json"
    status.write_text('{"exit_code": 3}')
    ours = outcomes(run(python, example, "-m", "hushtape", "component", "test", "--json"))
    failed = {name for name, one in ours.items() if one["verdict"] != "passed"}
    assert failed == {"01_full_load", "03_oauth_refresh", "05_invalid_token"}
    names = ("04_list_accounts", *sorted(failed))
    ended = run(python, example, "-m", "hushtape", "component", "alias", "--", python, "-c", TESTER, *names)
    assert ended.returncode == 1
    assert verdicts(ended.stderr) == {name: name not in failed for name in names}, ended.stderr[-3000:]


def verdicts(printed: str) -> dict[str, bool]:
    """What unittest prints for each case: its name, dots, whatever the component logs, and a word."""
    ran = printed.partition("=" * 70)[0]
    _, *pieces = re.split(r"(?m)^(\S+) \.\.\. ", ran)
    words = [re.findall(r"(?m)^(ok|FAIL|ERROR)$", piece)[-1] for piece in pieces[1::2]]
    return {name: word == "ok" for name, word in zip(pieces[::2], words, strict=True)}


def test_pytest_runs_a_test_a_case(python: Path, example: Path) -> None:
    words = ("-m", "pytest", "-p", "hushtape.keboola.pytest_plugin", "-p", "no:cacheprovider", "-v")
    ended = run(python, example, *words, "--functional-dir", "tests/functional")
    assert ended.returncode == 0, ended.stdout[-3000:]
    assert "6 passed" in ended.stdout and "01_full_load PASSED" in ended.stdout


@pytest.fixture
def api(tmp_path: Path, example: Path) -> Iterator[Any]:
    """The API on a port of its own; the example's configurations name it, and its secrets are there."""
    module = runpy.run_path(str(EXAMPLE / "api" / "adsville_api.py"), run_name="adsville_api")
    with module["AdsvilleApi"](tmp_path / "authority.pem") as running:
        for config in example.glob("tests/functional/**/config.json"):
            config.write_text(config.read_text().replace(COMMITTED, running.url))
            config.with_name("config.secrets.json").write_text(json.dumps(secrets(config, module)))
        running.secrets = [module["ACCESS_TOKEN"], module["CLIENT"][1], module["REFRESH_TOKEN"]]
        yield running


def secrets(config: Path, api: dict[str, Any]) -> dict[str, Any]:
    if "oauth" in str(config):
        data = json.dumps({"refresh_token": api["REFRESH_TOKEN"]})
        return {
            "authorization": {"oauth_api": {"credentials": {"#data": data, "#appSecret": api["CLIENT"][1]}}}
        }
    return {"parameters": {"#access_token": "EAAold" if "invalid" in str(config) else api["ACCESS_TOKEN"]}}


def test_every_case_records_anew_and_leaves_no_secret(
    python: Path, example: Path, api: Any, tmp_path: Path
) -> None:
    bundle = {"REQUESTS_CA_BUNDLE": str(tmp_path / "authority.pem"), "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    ended = run(python, example, "-m", "hushtape", "component", "test", "--record", "--json", **bundle)
    found = outcomes(ended)
    assert {name: one["problems"] for name, one in found.items()} == {name: [] for name in CASES}
    assert {name: one["played"] for name, one in found.items()} == CASES
    assert not list((tmp_path / "tmp").iterdir()), "temporary copies hold real secrets"
    tokens = [*api.secrets, *api.state.tokens]
    told = ("config.secrets.json", "adsville_api.py", "README.md")  # how to record it: the API's own values
    left = [
        (path, token)
        for path in example.rglob("*")
        if path.is_file() and path.name not in told
        for token in tokens
        if token.encode() in path.read_bytes()
    ]
    assert left == []
    for config in example.glob("tests/functional/**/config.secrets.json"):
        config.unlink()
    calls = api.state.calls
    ended = run(python, example, "-m", "hushtape", "component", "test", "--json")
    assert {one["verdict"] for one in outcomes(ended).values()} == {"passed"} and api.state.calls == calls
