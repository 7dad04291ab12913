"""What a run of cases shows beside its report: what a case's scripts print, and frames that pytest prints."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.keboola.runner.conftest import SCRIPT, SECRET, Project
from tests.support.routes import TOKEN
from tests.support.servers import Server

TALKS = """
import gc, json, logging, os, sys, threading, weakref
from pathlib import Path


class Last:
    def __init__(self, word):
        self.word = word

    def __del__(self):
        raise RuntimeError("finalizer " + self.word)


def run(context):
    word = json.loads(Path(context.source_config_path).read_text())["parameters"]["#token"]
    print("printed", word)
    sys.stderr.write(f"written {word}\\n")
    sys.__stdout__.write(f"beside {word}\\n")
    logging.getLogger("script").warning("logged %s", word)
    last = Last(word)
    last.itself = last
    del last
    gc.collect()  # now, not in the middle of the component's run, whose stderr is compared
    thread = threading.Thread(target=lambda: 1 / 0 if False else int(word))
    thread.start()
    thread.join()
"""

PROBED = SCRIPT.replace(
    "def main", 'print("probe", "k-93b1c07e" + "55d2f4")\nVCR_SANITIZERS = []\n\n\ndef main', 1
)
GIVEN = "def get_sanitizers(config):\n    print('given', config)\n    return []\n"


def test_a_cases_scripts_show_no_secret(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    data = project.case("first")
    project.script.write_text(PROBED)
    (data / "sanitizers.py").write_text(GIVEN)
    for name in ("set_up", "post_run", "tear_down"):
        (data.parent / f"{name}.py").write_text(TALKS)
    assert project.kinds() == []
    shown = "".join(capsys.readouterr())
    assert SECRET not in shown
    for word in (
        "logged ***",
        "probe ***",
        "given {",
        "printed ***",
        "written ***",
        "beside ***",
        "finalizer",
    ):
        assert word in shown


def test_what_is_printed_for_programs_stays_alone_on_stdout(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    data = project.case("first")
    (data.parent / "set_up.py").write_text("def run(context):\n    print('here')\n")
    assert project.kinds() == []
    assert capsys.readouterr() == ("", "here\nhere\n")  # recorded, and proven


def test_nor_the_variables_of_its_configuration(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = project.case("first", **{"#other": "{{env.MY_OTHER}}"})
    monkeypatch.setenv("MY_OTHER", "EnvTok9Rz4Wq7Lp2")
    (data.parent / "set_up.py").write_text(
        "import os\ndef run(context):\n    print('has', os.environ['MY_OTHER'])\n"
        "    raise RuntimeError(os.environ['MY_OTHER'])\n"
    )
    for mode in ("record", "replay", "live"):
        assert "EnvTok9Rz4Wq7Lp2" not in repr(project.run(mode=mode))
    assert "EnvTok9Rz4Wq7Lp2" not in "".join(capsys.readouterr())


def test_nor_what_the_recorded_run_has_learned(
    project: Project, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    data = project.case("first")
    asks = 'urllib.request.urlopen(parameters["url"] + "/token", data=b"", timeout=10).read()'
    kept = f'(data / "out" / "files" / "kept").write_bytes({asks})'
    project.script.write_text(SCRIPT.replace("    rows = []", f"    rows = []\n    {kept}"))
    (data.parent / "post_run.py").write_text(
        "from pathlib import Path\ndef run(context):\n"
        "    kept = Path(context.source_config_path).parent / 'out' / 'files' / 'kept'\n"
        "    print('kept', kept.read_text())\n    kept.unlink()\n"
    )
    assert project.kinds() == []
    shown = "".join(capsys.readouterr())
    assert "kept {" in shown and TOKEN not in shown


@pytest.mark.parametrize("mode", ["record", "live"])
def test_nor_the_state_that_a_link_before_has_left(
    project: Project, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    left = '{"runs": 1, "#refresh_token": "Refr" + "Tok4Hs9Dk2Pq6Yb"}'
    project.script.write_text(SCRIPT.replace('{"runs": state.get("runs", 0) + 1}', left))
    for link in ("1_first", "2_second"):
        data = project.case(f"chain/{link}", targets=["/number/1"])
    assert project.kinds() == []  # recorded
    (data.parent / "set_up.py").write_text(
        "from pathlib import Path\ndef run(context):\n"
        "    state = Path(context.source_config_path).parent / 'in' / 'state.json'\n"
        "    print('state', state.read_text())\n    raise RuntimeError(state.read_text())\n"
    )
    assert "RefrTok4Hs9Dk2Pq6Yb" not in repr(project.run(mode=mode))
    shown = "".join(capsys.readouterr())
    assert "state {" in shown and "RefrTok4Hs9Dk2Pq6Yb" not in shown


ASKING = """
from pathlib import Path
import pytest, requests
from hushtape.keboola import VCRRecorder

DATA = Path(__file__).parent / "data"


def test_a_failing_component():
    def run():
        requests.get("URL/number/1", timeout=5)
        raise ValueError("plain")

    VCRRecorder.from_test_dir(DATA).record(run)


def test_a_broken_file():
    (DATA / "sanitizers.py").write_text("def get_sanitizers(config):\\n    raise ValueError(config)\\n")
    try:
        VCRRecorder.from_test_dir(DATA)
    finally:
        (DATA / "sanitizers.py").unlink()


def test_an_unmatched_request():
    VCRRecorder.from_test_dir(DATA).replay(lambda: requests.get("URL/number/2", timeout=5))
"""


def test_pytest_shows_no_arguments_of_our_frames(project: Project) -> None:
    data = project.case("first")
    (data / "out").mkdir()
    (data.parent / "test_asking.py").write_text(ASKING.replace("URL", project.url))
    shown = _pytest(project, "source/test_asking.py", "-l", "--tb=long", folder=data.parent.parent)
    assert "3 failed" in shown and "plain" in shown and SECRET not in shown


def test_nor_where_a_time_limit_ends_a_case(project: Project) -> None:
    project.case("first")
    fails = "try:\n    raise ValueError('k-93b1c07e' + '55d2f4')\nexcept ValueError:\n"
    waits = f"import time\n{fails}    time.sleep(30)\n"
    project.script.write_text(waits)
    plugin = ("-p", "hushtape.keboola.pytest_plugin", "--functional-dir", "tests/functional", "--vcr-record")
    shown = _pytest(project, *plugin, "--timeout", "1", "-l", folder=project.root)
    assert "Timeout (>1.0s)" in shown and SECRET not in shown


def test_nor_where_one_ends_a_test_that_runs_a_case(project: Project) -> None:
    project.case("first")
    fails = "try:\n        raise ValueError(key)\n    except ValueError:\n        time.sleep(30)\n"
    project.script.write_text(f"import time\ndef ask(key):\n    {fails}ask('k-93b1c07e' + '55d2f4')\n")
    (project.root / "test_own.py").write_text(
        "def test_own(run_vcr_test):\n    assert run_vcr_test('first')\n"
    )
    plugin = ("-p", "hushtape.keboola.pytest_plugin", "test_own.py", "--vcr-record")
    shown = _pytest(project, *plugin, "--timeout", "1", "-l", folder=project.root)
    assert "Timeout (>1.0s)" in shown and SECRET not in shown


def test_nor_what_a_link_before_has_learned(
    project: Project, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    asks = 'urllib.request.urlopen(parameters["url"] + "/token", data=b"", timeout=10).read()'
    left = f'{{"runs": 1, "kept": json.loads({asks})["access_token"]}}'
    project.script.write_text(SCRIPT.replace('{"runs": state.get("runs", 0) + 1}', left))
    for link in ("1_first", "2_second"):
        data = project.case(f"chain/{link}", targets=["/number/1"])
    (data.parent / "set_up.py").write_text(
        "from pathlib import Path\ndef run(context):\n"
        "    state = Path(context.source_config_path).parent / 'in' / 'state.json'\n"
        "    print('state', state.read_text())\n    raise RuntimeError(state.read_text())\n"
    )
    told = repr(project.run(mode="record"))
    shown = "".join(capsys.readouterr())
    assert "state {" in shown and TOKEN not in told + shown


def _pytest(project: Project, *arguments: str, folder: os.PathLike[str]) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert made.returncode == 1, made.stdout + made.stderr
    return made.stdout + made.stderr
