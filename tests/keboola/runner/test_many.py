"""A process a case: whatever a component does to its process is told, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from hushtape.keboola.runner import IN_PROCESS, Outcome, Settings, find_cases, run_cases
from tests.keboola.conftest import until
from tests.keboola.runner.conftest import SECRET, Project


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def outcomes(project: Project, jobs: int = 2, **options: object) -> dict[str, Outcome]:
    settings = Settings(component=str(project.script), **options)  # type: ignore[arg-type]
    ended = run_cases(find_cases(project.cases), settings, jobs)
    return {one.name: one for several in ended for one in several}


ENDS = {
    "os._exit(0)": "ended with 0",
    "os._exit(3)": "ended with 3",
    "os.kill(os.getpid(), 9)": "killed by signal 9",
    "os.abort()": "killed by signal 6",
    "(_ for _ in ()).throw(KeyboardInterrupt)": "raised KeyboardInterrupt",
    "sys.exit('no such account')": "exit code 1",
    "sys.exit(7)": "exit code 7",
    "(_ for _ in ()).throw(__import__('asyncio').CancelledError)": "raised CancelledError",
    "(_ for _ in ()).throw(GeneratorExit)": "raised GeneratorExit",
    "sys.setrecursionlimit(60) or main()": "raised",
}


def test_however_a_component_ends_its_case_alone_fails(project: Project, temporary: Path) -> None:
    project.case("good")
    assert [one.problems for one in project.run()] == [()]
    bad = "".join(
        f"if 'bad {number}' in os.environ['KBC_DATADIR']:\n        {ends}\n    "
        for number, ends in enumerate(ENDS)
    )
    data = [project.case(f"bad {number}", targets=[]) for number in range(len(ENDS))]
    for folder in data:
        (folder.parents[1] / "expected-code").write_text("0")
    project.script.write_text(project.script.read_text().replace("sys.exit(", bad + "sys.exit(", 1))
    found = outcomes(project)
    assert found.pop("good").problems == ()
    told = {name: one.problems[0].text for name, one in found.items()}
    wrong = [text for number, text in enumerate(ENDS.values()) if text not in told[f"bad {number}"]]
    assert len(told) == len(ENDS) and wrong == []
    assert not any((folder / "cassettes").exists() for folder in data) and list(temporary.iterdir()) == []


def test_a_component_that_changes_its_process_harms_nobody(project: Project) -> None:
    changes = (
        "import logging, threading, warnings; os.chdir('/'); os.environ.clear(); os.environ['X'] = 'y'\n"
        "    logging.disable(50); logging.getLogger().handlers.clear(); sys.path.clear()\n"
        "    warnings.simplefilter('error'); print('shown'); sys.stdout.buffer.write(b'bytes\\n')\n"
        "    sys.stdout.close(); sys.stdout = None; del sys.modules['json']\n"
        "    threading.Thread(target=threading.Event().wait, daemon=True).start()\n    sys.exit("
    )
    project.case("first")
    project.script.write_text(project.script.read_text().replace("sys.exit(", changes))
    before = Path.cwd(), dict(os.environ), sys.path.copy(), sys.stdout
    for jobs in (IN_PROCESS, 1):
        [outcome] = outcomes(project, jobs).values()
        assert outcome.problems == () and "shown\nbytes" in outcome.printed
    assert before == (Path.cwd(), dict(os.environ), sys.path, sys.stdout)


def test_requests_of_threads_that_a_component_leaves_belong_to_the_case(project: Project) -> None:
    late = (
        "import threading; url = parameters['url'] + '/number/9'\n"
        "    ask = lambda: urllib.request.urlopen(url).read()\n"
        "    threading.Timer(0.3, ask).start()\n    sys.exit("
    )
    project.case("first", targets=[])
    project.script.write_text(project.script.read_text().replace("sys.exit(", late))
    [outcome] = outcomes(project).values()
    assert (outcome.problems, outcome.played) == ((), 1)


def test_threads_that_never_end_are_a_problem(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hushtape.keboola.runner.isolation.PATIENCE", 0.1)
    project.case("first", targets=[])
    stays = (
        "import threading; sys.modules['sys'].released = threading.Event()\n"
        "    threading.Thread(target=sys.released.wait, name='poller').start()\n    sys.exit("
    )
    project.script.write_text(project.script.read_text().replace("sys.exit(", stays))
    [outcome] = project.run()
    sys.released.set()  # type: ignore[attr-defined]
    assert "threads that go on: poller" in outcome.problems[0].text


def test_secrets_that_a_component_prints_are_hidden_in_every_mode(project: Project) -> None:
    project.case("first", targets=["/number/1"])
    note = "print('token', parameters['#token'] * 20_000); os.write(1, parameters['#token'].encode())\n    "
    project.script.write_text(project.script.read_text().replace("sys.exit(", note + "sys.exit("))
    for mode in ("record", "live", "replay"):
        [outcome] = outcomes(project, mode=mode).values()
        assert SECRET not in repr(outcome) and len(outcome.printed) <= 64 * 1024
        assert SECRET[3:] not in outcome.printed, "cut in the middle of a secret"


def started(project: Project, *words: str, through: Sequence[str] = ()) -> subprocess.Popen[str]:
    command = [*through, sys.executable, "-m", "hushtape", "component", "test", str(project.cases)]
    return subprocess.Popen(
        [*command, "--component", str(project.script), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [(signal.SIGINT, []), (signal.SIGTERM, ["--jobs", "2"]), (signal.SIGTERM, ["--in-process"]),
     (signal.SIGHUP, []), (signal.SIGKILL, ["--jobs", "2"])],
)  # fmt: skip
def test_a_signal_ends_all_and_leaves_no_copy(
    project: Project, temporary: Path, heard: None, number: signal.Signals, words: list[str]
) -> None:
    here = project.root / "here"
    # The file is closed in sight: what a signal raises while a file object is deleted goes nowhere.
    waits = (
        f"import time\n    with open({str(here)!r}, 'w') as file:\n        file.write(str(os.getpid()))\n"
        "    time.sleep(60)\n    sys.exit("
    )
    project.case("first")
    project.script.write_text(project.script.read_text().replace("sys.exit(", waits))
    before = {path for path in project.root.rglob("*") if "__pycache__" not in str(path)}
    with started(project, "--record", *words) as process:
        assert until(lambda: here.exists() and here.read_text().isdecimal())
        worker = int(here.read_text())
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == (-9 if number == signal.SIGKILL else 130)
    assert until(lambda: not Path(f"/proc/{worker}").exists() or zombie(worker))
    # After SIGKILL the worker removes its copy; the empty folder around it goes with the next run.
    assert not list(temporary.rglob("config.json"))
    after = {path for path in project.root.rglob("*") if "__pycache__" not in str(path)} - {here}
    assert after == before


def test_a_hangup_under_nohup_ends_nothing(project: Project, heard: None) -> None:
    here, go = project.root / "here", project.root / "go"
    waits = (
        f"import time; open({str(here)!r}, 'w').close()\n"
        f"    while not os.path.exists({str(go)!r}): time.sleep(0.02)"
    )
    project.case("first")
    project.script.write_text(project.script.read_text().replace("sys.exit(", f"{waits}\n    sys.exit("))
    with started(project, "--record", through=("sh", "-c", "trap '' HUP; exec \"$@\"", "sh")) as process:
        assert until(here.exists)
        process.send_signal(signal.SIGHUP)
        go.touch()
        printed, _ = process.communicate(timeout=30)
    assert process.returncode == 0 and "1 passed" in printed


def zombie(number: int) -> bool:
    return " Z " in Path(f"/proc/{number}/stat").read_text()
