"""`keboola.vcr` is this package: with and without the original, beside other `keboola.*`, in children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(params=["with the original", "without the original"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of installed packages: `keboola.component`, and perhaps a `keboola.vcr`."""
    site = tmp_path / "site"
    (site / "keboola" / "component").mkdir(parents=True)
    (site / "keboola" / "component" / "__init__.py").write_text("NAME = 'component'\n")
    if request.param == "with the original":
        (site / "keboola" / "vcr").mkdir()
        (site / "keboola" / "vcr" / "__init__.py").write_text("ORIGINAL = True\n")
        (site / "keboola" / "vcr" / "recorder.py").write_text("ORIGINAL = True\n")
    return site


def run(code: str, *path: Path, command: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [sys.executable, *command, "-c", code], capture_output=True, text=True, env=environment, timeout=60
    )


SAME = """
import importlib, hushtape.keboola
from hushtape.keboola.alias import MODULES
import keboola.vcr, keboola.component
assert keboola.vcr is hushtape.keboola, keboola.vcr
assert keboola.component.NAME == "component"
for name in MODULES:
    ours = importlib.import_module("hushtape.keboola." + name)
    assert importlib.import_module("keboola.vcr." + name) is ours
    assert ours.__spec__.name == "hushtape.keboola." + name
from keboola.vcr import VCRRecorder
from keboola.vcr.recorder import VCRRecorder as Same
assert VCRRecorder is Same is hushtape.keboola.VCRRecorder
print("same")
"""


def test_in_a_process_that_installs_it(installed: Path) -> None:
    ended = run("from hushtape.keboola import install_alias; install_alias()\n" + SAME, installed)
    assert ended.stdout == "same\n", ended.stderr


def test_in_a_process_that_had_imported_the_original(installed: Path) -> None:
    before = "try: import keboola.vcr.recorder\nexcept ImportError: pass\nimport keboola\n"
    ended = run(before + "from hushtape.keboola import install_alias; install_alias()\n" + SAME, installed)
    assert ended.stdout == "same\n", ended.stderr


def test_in_a_command_and_its_children(installed: Path) -> None:
    grandchild = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {SAME!r}]))"
    for code in (SAME, "import keboola.component\n" + SAME, grandchild):
        ended = run(code, installed, command=("-m", "hushtape", "component", "alias", "--", sys.executable))
        assert ended.stdout == "same\n", ended.stderr


def test_without_any_keboola_package(tmp_path: Path) -> None:
    code = (
        "from hushtape.keboola import install_alias; install_alias()\n"
        "import keboola.vcr.recorder\n"
        "try: import keboola.component\n"
        "except ModuleNotFoundError as error: print(error.name)\n"
    )
    assert run(code, tmp_path).stdout == "keboola.component\n"


def test_files_of_ours_have_no_second_name() -> None:
    code = (
        "from hushtape.keboola import install_alias; install_alias()\n"
        "try: import keboola.vcr.files\n"
        "except ModuleNotFoundError as error: print(error.name)\n"
    )
    assert run(code).stdout == "keboola.vcr.files\n"


def test_taken_back_it_leaves_what_is_installed(installed: Path) -> None:
    code = (
        "from hushtape.keboola import install_alias\n"
        "assert install_alias() is install_alias()\n"
        "install_alias().remove()\n"
        "try: import keboola.vcr; print(keboola.vcr.ORIGINAL)\n"
        "except ModuleNotFoundError as error: print(error.name)\n"
    )
    expected = "True" if (installed / "keboola" / "vcr").exists() else "keboola.vcr"
    assert run(code, installed).stdout == f"{expected}\n"


def test_importing_the_package_installs_nothing() -> None:
    code = "import sys; before = list(sys.meta_path); import hushtape.keboola; print(before == sys.meta_path)"
    assert run(code).stdout == "True\n"


# --- errors wait, where testers swallow them -------------------------------------------------------------


def test_a_recorder_that_can_not_be_made_says_so_whatever_it_is_asked(data: Path) -> None:
    """keboola.datadirtest catches what from_test_dir raises, and then runs the component live."""
    (data / "sanitizers.py").write_text("raise ValueError('x')")
    code = (
        "import sys\n"
        "from hushtape.keboola import install_alias; install_alias()\n"
        "from keboola.vcr.recorder import VCRRecorder\n"
        "recorder = VCRRecorder.from_test_dir(sys.argv[1])\n"
        "for use in ('has_cassette', 'record', 'replay', 'run'):\n"
        "    try: getattr(recorder, use)(lambda: None)\n"
        "    except Exception as error: print(type(error).__name__)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(data)], capture_output=True, text=True, timeout=60
    )
    assert ended.stdout == "SanitizerError\n" * 4, ended.stderr


# --- the command -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_the_commands(code: int) -> None:
    alias = [sys.executable, "-m", "hushtape", "component", "alias"]
    ended = subprocess.run([*alias, "--", sys.executable, "-c", f"raise SystemExit({code})"], timeout=60)
    assert ended.returncode == code


@pytest.mark.parametrize("rest", [[], ["--"], ["--", "no-such-program-here"]])
def test_without_a_command_that_can_be_run_it_is_wrong_usage(rest: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "hushtape", "component", "alias", *rest],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_signal_is_passed_on_and_the_folder_removed() -> None:
    code = "import os, sys, time; print(os.environ['PYTHONPATH'], flush=True); time.sleep(60)"
    alias = subprocess.Popen(
        [sys.executable, "-m", "hushtape", "component", "alias", "--", sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert alias.stdout is not None
    folder = Path(alias.stdout.readline().split(os.pathsep)[0].strip())
    assert folder.is_dir()
    alias.send_signal(signal.SIGTERM)
    assert alias.wait(30) == 128 + signal.SIGTERM
    alias.stdout.close()
    assert not folder.exists()
