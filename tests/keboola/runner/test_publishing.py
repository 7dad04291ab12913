"""What gets into the tests' folder: outputs without secrets, whole files, nothing where there is a doubt."""

from __future__ import annotations

import random
import time
import zlib
from pathlib import Path

import pytest

from hushtape.cli import main
from hushtape.keboola.log_compare import DEFAULT_NORMALIZERS, normalize_message
from hushtape.keboola.outputs import holds, sought
from hushtape.keboola.runner import Settings, find_cases, run_cases
from tests.keboola.runner.conftest import SCRIPT, SECRET, Project
from tests.support.routes import TOKEN
from tests.support.servers import Server

WRITES = "(data / 'out' / 'files' / 'note').write_text({text})\n    sys.exit("


def tree(project: Project) -> dict[Path, bytes]:
    found = (path for path in project.root.rglob("*") if "__pycache__" not in str(path))
    return {path: path.read_bytes() if path.is_file() else b"" for path in found}


def change(project: Project, text: str) -> None:
    project.script.write_text(project.script.read_text().replace("sys.exit(", WRITES.format(text=text)))


def test_an_output_that_holds_a_variables_secret_is_not_published(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", SECRET)
    project.case("first", **{"#token": "{{env.TOKEN}}"})
    change(project, "'x' * 1048570 + parameters['#token']")  # across the pieces in which it is read
    before = tree(project)
    [outcome] = project.run()
    assert outcome.verdict == "error" and "holds a value" in outcome.problems[0].text
    assert tree(project) == before and SECRET not in repr(outcome)


def test_update_without_secrets_takes_what_a_replay_writes(project: Project, server: Server) -> None:
    data = project.case("first")
    project.run()
    (data / "config.secrets.json").unlink()
    server.reset()
    change(project, "'new'")
    assert project.kinds() == ["outputs"]
    assert project.kinds(update=True) == [] and project.kinds() == []
    assert server.requests == []
    before = tree(project)
    assert project.kinds(update=True) == [] and tree(project) == before, "nothing to update"


def test_update_publishes_nothing_where_something_is_wrong(project: Project) -> None:
    data = project.case("first")
    project.run()
    (data / "config.secrets.json").unlink()
    project.script.write_text(project.script.read_text().replace("sys.exit(", "sys.exit(3 or "))
    before = tree(project)
    assert project.kinds(update=True) == ["exit code"]
    assert tree(project) == before | {project.script: project.script.read_bytes()}


def test_update_and_live_exclude_each_other(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["component", "test", str(project.cases), "--component", str(project.script)]
    assert main([*words, "--live", "--update"]) == 2
    assert "may hold secrets" in capsys.readouterr().err


def test_a_file_takes_the_place_of_a_folder_and_of_hidden_files_nothing_is_taken(project: Project) -> None:
    project.case("first")
    old = project.cases / "first" / "expected" / "data" / "out" / "files"
    (old / "note").mkdir(parents=True)
    (old / "note" / "part").touch()
    (old / ".gitkeep").touch()
    change(project, "'new'")
    assert project.kinds(mode="record", update=True) == []
    assert (old / "note").read_text() == "new" and (old / ".gitkeep").exists()


def test_a_first_recording_fills_folders_that_hold_hidden_files_alone(project: Project) -> None:
    project.case("first")
    tables = project.cases / "first" / "expected" / "data" / "out" / "tables"
    tables.mkdir(parents=True)
    (tables / ".gitkeep").touch()
    assert project.kinds() == [] and (tables / "rows.csv").exists()


@pytest.mark.parametrize("caught", [True, False])
def test_a_recording_of_an_api_that_is_down_is_not_kept(project: Project, caught: bool) -> None:
    project.case("first", url="http://127.0.0.1:9")
    if caught:
        project.script.write_text(
            project.script.read_text().replace(
                "    main()", "    try: main()\n    except OSError: sys.exit(1)"
            )
        )
    before = tree(project)
    [outcome] = project.run()
    assert tree(project) == before
    assert ("no server answered" if caught else "raised URLError") in outcome.problems[0].text
    if caught:
        (project.cases / "first" / "expected-code").write_text("1")
        assert project.kinds() == [] and project.kinds(mode="replay") == []


def test_a_script_of_the_case_that_ends_the_process_fails_the_case(project: Project) -> None:
    project.case("first", targets=[])
    project.case("second", targets=[])
    (project.cases / "first" / "source" / "set_up.py").write_text(
        "import os, sys\ndef run(context): os.environ['LEFT'] = 'x'; sys.exit(0)"
    )
    first, second = project.run()
    assert first.problems[0].text.startswith("SystemExit") and second.problems == ()


def test_each_run_of_a_recording_has_its_own_scripts_around_it(project: Project) -> None:
    project.case("first")
    notes = project.root / "notes"
    for name in ("set_up", "tear_down"):
        (project.cases / "first" / "source" / f"{name}.py").write_text(
            f"def run(context): open({str(notes)!r}, 'a').write('{name} ')"
        )
    assert project.kinds() == []
    assert notes.read_text() == "set_up tear_down set_up tear_down "


def test_a_chains_live_state_is_used_live_and_its_replayed_state_at_replay(project: Project) -> None:
    """A token that a real run keeps in its state must reach the next real run, and no recording."""
    keeps = (
        "state_of = {'seen': state.get('token', 'none'), 'token': parameters['#token']}\n"
        "    (data / 'out' / 'state.json').write_text(json.dumps(state_of))\n"
        "    (data / 'out' / 'files' / 'seen').write_text(state_of['seen'])\n    sys.exit("
    )
    project.script.write_text(project.script.read_text().replace("sys.exit(", keeps))
    for link in ("1_first", "2_second"):
        project.case(f"chain/{link}", targets=["/number/1"])
    assert project.kinds() == []
    seen = project.cases / "chain" / "2_second" / "expected" / "data" / "out" / "files" / "seen"
    assert seen.read_text() == "dummy"
    assert all(
        SECRET.encode() not in text for path, text in tree(project).items() if "secrets" not in path.name
    )
    for secrets in project.cases.rglob("config.secrets.json"):
        secrets.unlink()
    assert project.kinds() == []


def test_broken_files_of_a_case_are_told(project: Project) -> None:
    data = project.case("first", targets=[])
    (project.cases / "first" / "expected-code").write_text("one")
    assert "no exit code" in project.run()[0].problems[0].text
    (project.cases / "first" / "expected-code").unlink()
    (data / "config.secrets.json").write_text(f"{{'#token': '{SECRET}'")
    [outcome] = project.run()
    assert outcome.verdict == "error" and SECRET not in repr(outcome)
    (data / "config.json").write_bytes(b"\xff{")
    assert project.run()[0].verdict == "error"


def test_a_token_that_a_link_got_and_kept_is_a_secret_of_the_next_links_recording(project: Project) -> None:
    fresh = "rotated-51c0e77ab2"
    keeps = (
        f"got = '{fresh}' if parameters['#token'] == '{SECRET}' else 'dummy'\n"
        "    if '#token' in state:\n"
        "        urllib.request.urlopen(parameters['url'] + '/echo?cursor=' + state['#token']).read()\n"
        "    (data / 'out' / 'state.json').write_text(json.dumps({'#token': got}))\n    sys.exit("
    )
    project.script.write_text(project.script.read_text().replace("sys.exit(", keeps))
    project.case("chain/1_first", targets=[])
    project.case("chain/2_second", targets=[])
    assert [(one.problems, one.played) for one in project.run()] == [((), 0), ((), 1)]
    assert all(fresh.encode() not in text for path, text in tree(project).items() if path != project.script)


def test_a_token_that_the_live_run_left_for_the_replay_is_in_no_output(
    project: Project, tmp_path: Path
) -> None:
    """A token's cache on disk, say: the tape has learned it, no file of secrets has it."""
    kept = tmp_path / "cache"
    keeps = (
        "asked = urllib.request.Request(parameters['url'] + '/token', method='POST')\n"
        "    got = json.load(urllib.request.urlopen(asked, timeout=9))['access_token']\n"
        f"    if got != 'REDACTED': Path({str(kept)!r}).write_text(got)\n"
        f"    (data / 'out' / 'files' / 'note').write_text(Path({str(kept)!r}).read_text())\n    sys.exit("
    )
    project.script.write_text(project.script.read_text().replace("sys.exit(", keeps))
    project.case("first")
    before = tree(project)
    [outcome] = project.run()
    assert outcome.verdict == "error" and "files/note" in outcome.problems[0].text
    assert kept.read_text() == TOKEN and TOKEN not in repr(outcome) and tree(project) == before


def test_a_snapshot_of_a_case_is_of_its_expected_outputs(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    data = project.case("first")
    folder = str(project.cases / "first")
    assert main(["component", "snapshot", folder]) == 2 and "no outputs" in capsys.readouterr().err
    project.run()
    assert main(["component", "snapshot", folder]) == 0
    assert "rows.csv" in (data / "output_snapshot.json").read_text()
    assert project.kinds(validate_snapshots=True) == []


CODED = {
    "Basic": 'base64.b64encode(("u:" + other).encode()).decode()',
    "JSON": "json.dumps(other)",
    "a URL": "urllib.parse.quote(other, safe='')",
    "a quoted cell": "other.replace('\"', '\"\"')",
}


@pytest.mark.parametrize("coded", [*CODED, "gz", "name"])
def test_an_output_that_holds_a_variables_value_in_any_writing_is_not_published(
    project: Project, monkeypatch: pytest.MonkeyPatch, coded: str
) -> None:
    monkeypatch.setenv("MY_OTHER", 'En+Tok9/Rz4"Wq7Lp2Xs6')
    data = project.case("first", **{"#other": "{{env.MY_OTHER}}"})
    names = {"gz": "a.gz", "name": "En+Tok9_Rz4_Wq7Lp2Xs6.txt"}
    written = {"gz": 'gzip.compress(b"x" * 50 + other.encode())', "name": 'b"x"'}
    content = written.get(coded, f"({CODED.get(coded)}).encode()")
    script = SCRIPT.replace("import json,", "import base64, gzip, urllib.parse, json,")
    keep = f'(data / "out" / "files" / "{names.get(coded, "a.txt")}").write_bytes({content})'
    project.script.write_text(
        script.replace("    rows = []", f'    rows, other = [], parameters["#other"]\n    {keep}')
    )
    (outcome,) = project.run()
    assert [one.kind for one in outcome.problems] == ["error"] and "it holds a value" in outcome.problems[
        0
    ].text
    assert not list((data.parent.parent / "expected").rglob("*.*"))


@pytest.mark.parametrize("name", [".En-Tok9-Rz4-Wq7Lp2Xs6", ".En-Tok9-Rz4-Wq7Lp2Xs6/a", ".cache.csv"])
def test_a_hidden_output_is_looked_at_where_a_snapshot_tells_of_it(
    name: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_OTHER", "En-Tok9-Rz4-Wq7Lp2Xs6")
    data = project.case("first", **{"#other": "{{env.MY_OTHER}}"})
    keep = f'place = data / "out" / "tables" / "{name}"\n    place.parent.mkdir(exist_ok=True)'
    project.script.write_text(
        SCRIPT.replace(
            "    rows = []",
            f'    rows, other = [], parameters["#other"]\n    {keep}\n    place.write_text(other)',
        )
    )
    assert project.kinds(validate_snapshots=True) == ["error"]
    assert not (data / "output_snapshot.json").exists()
    assert project.kinds() == []


def test_a_value_behind_what_no_audit_looks_into_is_seen(tmp_path: Path) -> None:
    value = "En+Tok9/Rz4Wq7Lp2Xs6"
    noise = random.Random(1)
    begun = [zlib.compress(noise.randbytes(5_000), 0)[:40] for _ in range(30)]
    (tmp_path / "a").write_bytes(b"".join(begun) + b" " * 900_000 + value.encode())
    ruleset = sought([value])
    assert ruleset is not None and holds(tmp_path / "a", "a", ruleset)


@pytest.mark.parametrize(("name", "jobs"), [("first", 0), ("01 full load", 1)])
def test_a_run_whose_stderr_names_threads_and_addresses_is_recorded(
    project: Project, name: str, jobs: int
) -> None:
    project.case(name)
    says = (
        "import threading\n    thread = threading.Thread(target=lambda: 1 // 0)\n    thread.start()\n"
        "    thread.join()\n    print(f'<object object at {id(thread):#x}>', __file__, data, file=sys.stderr)"
    )
    project.script.write_text(SCRIPT.replace("    rows = []", f"    rows = []\n    {says}"))
    settings = Settings(component=str(project.script))
    for _ in range(2):
        [[outcome]] = run_cases(find_cases(project.cases), settings, jobs)
        assert outcome.problems == ()


def test_a_long_line_is_compared_in_the_time_of_its_length() -> None:
    for unit in ("QUJD/", "1,2,", "/ab", "a"):
        begun = time.process_time()
        normalize_message(unit * 100_000, DEFAULT_NORMALIZERS)
        assert time.process_time() - begun < 5  # it took hours
    told = "rows:1;file:/tmp/hushtape-component-a1b2/3/first-c4/case/source/data and more"
    assert normalize_message(told, DEFAULT_NORMALIZERS) == "rows:1;file:case/source/data and more"
