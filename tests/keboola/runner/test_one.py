"""One case: recorded and proven, replayed, judged; what goes wrong is told, and nothing is left behind."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hushtape.keboola.runner import Settings, find_cases, run_cases
from hushtape.keboola.runner.one import _shown
from hushtape.keboola.runner.outcome import Problem
from hushtape.keboola.validator import OutputSnapshot
from hushtape.sanitize import build
from hushtape.sanitize.messages import tell
from tests.keboola.runner.conftest import SECRET, Project
from tests.support.servers import Server


def test_a_case_is_recorded_where_it_has_secrets_and_replayed_from_then_on(
    project: Project, server: Server
) -> None:
    data = project.case("first")
    [recorded] = project.run()
    assert (recorded.done, recorded.played, recorded.problems) == ("recorded", 2, ())
    rows = project.cases / "first" / "expected" / "data" / "out" / "tables" / "rows.csv"
    assert rows.read_text().startswith("target,size\n/number/1,")
    (data / "config.secrets.json").unlink()
    server.reset()
    [replayed] = project.run()
    assert (replayed.done, replayed.played, replayed.unused, replayed.problems) == ("replayed", 2, 0, ())
    assert "done: helped 0" in replayed.printed and server.requests == []


def test_real_secrets_are_used_and_written_nowhere(project: Project, tmp_path: Path) -> None:
    used = tmp_path / "used"
    note = f"open({str(used)!r}, 'a').write(fields['X-Token'] + ' ')\n    sys.exit("
    project.script.write_text(project.script.read_text().replace("sys.exit(", note))
    data = project.case("first")
    assert project.kinds() == []
    assert used.read_text().split() == [SECRET, "dummy"], "recorded with it, replayed without"
    kept = [
        path for path in project.root.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()
    ]
    assert kept == [data / "config.secrets.json"]


def test_a_case_without_cassette_and_secrets_runs_live(project: Project, server: Server) -> None:
    project.case("first", secrets=False)
    [outcome] = project.run()
    assert outcome.done == "live" and len(server.requests) == 2
    assert [one.text for one in outcome.problems] == ["out/tables/rows.csv was not expected"]


def test_replay_without_a_cassette_refuses_every_request_and_passes_without_any(project: Project) -> None:
    project.case("asks", secrets=False)
    project.case("silent", secrets=False, targets=[])
    expected = project.cases / "silent" / "expected" / "data" / "out" / "tables"
    expected.mkdir(parents=True)
    (expected / "rows.csv").write_text("target,size\n")
    asks, silent = project.run(mode="replay")
    assert [one.kind for one in asks.problems] == ["requests"] and silent.problems == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda out: (out / "tables" / "rows.csv").write_text("other"), "out/tables/rows.csv differs"),
        (lambda out: (out / "files").mkdir() or (out / "files" / "a").touch(), "out/files/a is missing"),
        (lambda out: (out / "tables" / "rows.csv").unlink(), "out/tables/rows.csv was not expected"),
    ],
)
def test_outputs_that_differ_are_told(project: Project, change: object, told: str) -> None:
    project.case("first")
    project.run()
    out = project.cases / "first" / "expected" / "data" / "out"
    if "files" in told:
        (out / "files").rmdir()
    change(out)  # type: ignore[operator]
    [outcome] = project.run()
    assert [(one.kind, one.text) for one in outcome.problems] == [("outputs", told)]


def test_an_unused_interaction_is_told_and_no_failure(project: Project) -> None:
    data = project.case("first")
    project.run()
    config = json.loads((data / "config.json").read_text())
    config["parameters"]["targets"] = ["/number/1"]
    (data / "config.json").write_text(json.dumps(config))
    [outcome] = project.run(mode="replay")
    assert outcome.unused == 1 and outcome.unused_shown == (f"GET {project.url}/number/2",)
    assert {one.kind for one in outcome.problems} == {"outputs"}


def test_a_recording_that_ends_otherwise_than_before_is_not_kept(project: Project) -> None:
    data = project.case("first")
    project.run()
    before = (data / "cassettes" / "requests.json").read_bytes()
    config = json.loads((data / "config.json").read_text())
    config["parameters"]["exit"] = 2
    (data / "config.json").write_text(json.dumps(config))
    assert project.kinds(mode="record") == ["exit code"]
    assert (data / "cassettes" / "requests.json").read_bytes() == before
    assert project.kinds(mode="record", update=True) == []
    assert json.loads((data / "cassettes" / "expected_status.json").read_text()) == {"exit_code": 2}
    assert project.kinds() == []


def test_the_expected_code_of_a_case_counts(project: Project) -> None:
    project.case("fails", exit=1)
    (project.cases / "fails" / "expected-code").write_text("1\n")
    assert project.kinds() == []
    [outcome] = project.run()
    assert (outcome.exit_code, outcome.verdict) == (1, "passed")


def test_the_expected_code_of_a_case_counts_at_replay_too(project: Project) -> None:
    project.case("first")
    assert project.kinds() == []
    (project.cases / "first" / "expected-code").write_text("1\n")
    assert project.kinds(mode="replay") == ["exit code"]


def test_update_takes_new_outputs_and_the_snapshot(project: Project) -> None:
    data = project.case("first")
    assert project.kinds(validate_snapshots=True) == []
    snapshot = (data / "output_snapshot.json").read_text()
    config = json.loads((data / "config.json").read_text())
    config["parameters"]["targets"] = ["/number/3"]
    (data / "config.json").write_text(json.dumps(config))
    assert project.kinds(mode="record") == ["outputs"]
    assert project.kinds(mode="record", update=True, validate_snapshots=True) == []
    assert (data / "output_snapshot.json").read_text() != snapshot
    (data / "output_snapshot.json").write_text(snapshot)
    assert project.kinds(validate_snapshots=True) == ["snapshot"]


@pytest.mark.parametrize("place", ["sanitizers.py", "component"])
def test_a_broken_sanitizer_file_stops_the_run_before_a_request(
    project: Project, server: Server, place: str
) -> None:
    data = project.case("first")
    if place == "component":
        project.script.write_text(f"if __name__ != '__main__': VCR_SANITIZERS = [int('{SECRET}')]\n")
    else:
        (data / place).write_text("def get_sanitizers(config): raise RuntimeError(str(config))")
    [outcome] = project.run()
    assert outcome.verdict == "error" and server.requests == [] and not (data / "cassettes").exists()
    assert SECRET not in outcome.problems[0].text


def test_a_component_that_raises_is_told_by_its_type(project: Project) -> None:
    project.case("first")
    project.script.write_text(f"if __name__ == '__main__': raise KeyError('{SECRET}')")
    [outcome] = project.run()
    assert [one.text for one in outcome.problems] == ["the component raised KeyError"]


def test_a_chain_hands_state_on_and_stops_where_it_fails(project: Project) -> None:
    for link in ("1_first", "2_second", "3_third"):
        project.case(f"chain/{link}", targets=["/number/1"])
    outcomes = project.run()
    assert [one.name for one in outcomes] == ["chain/1_first", "chain/2_second", "chain/3_third"]
    assert [one.printed.strip().splitlines()[-1] for one in project.run()] == [
        "done: helped 0",
        "done: helped 1",
        "done: helped 2",
    ]
    wrong = project.cases / "chain" / "2_second" / "expected" / "data" / "out" / "tables" / "rows.csv"
    wrong.write_text("other")
    assert [one.verdict for one in project.run()] == ["passed", "failed"]


def test_the_cases_own_scripts_run_around_it(project: Project) -> None:
    project.case("first", targets=[], secrets=False)
    source = project.cases / "first" / "source"
    notes = project.root / "notes"
    for name in ("set_up", "post_run", "tear_down"):
        (source / f"{name}.py").write_text(
            "from pathlib import Path\n"
            f"def run(context): Path({str(notes)!r}).open('a').write('{name} ' + str(Path("
            "context.source_data_dir, 'out', 'tables', 'rows.csv').exists()) + '\\n')"
        )
    project.run(mode="live")
    assert notes.read_text().splitlines() == ["set_up False", "post_run True", "tear_down True"]


def test_variables_of_the_environment_are_filled_in(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.case("first", secrets=False, targets=["{{env.TARGET}}"])
    [outcome] = project.run(mode="live")
    assert "TARGET" in outcome.problems[0].text and outcome.verdict == "error"
    monkeypatch.setenv("TARGET", "/number/4")
    [outcome] = project.run(mode="live")
    assert [one.kind for one in outcome.problems] == ["outputs"]


def test_nothing_of_a_case_is_left_in_this_process(project: Project) -> None:
    project.case("first")
    before = sys.path.copy(), sys.argv.copy(), dict(os.environ), logging.getLogger().handlers.copy()
    project.run()
    assert before == (sys.path, sys.argv, dict(os.environ), logging.getLogger().handlers)
    assert "helper" not in sys.modules and "keboola.vcr" not in sys.modules


def test_a_worker_that_dies_fails_its_own_case_alone(project: Project) -> None:
    project.case("first", targets=[], secrets=False)
    project.case("second", targets=[], secrets=False)
    text = project.script.read_text()
    killed = (
        "import os, signal; 'first' in os.environ['KBC_DATADIR'] and os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    project.script.write_text(killed + text)
    settings = Settings(component=str(project.script), mode="live")
    ended = {one[0].name: one[0] for one in run_cases(find_cases(project.cases), settings, jobs=2)}
    assert "killed by signal 9" in ended["first"].problems[0].text
    assert [one.kind for one in ended["second"].problems] == ["outputs"]


def test_a_kill_while_recording_leaves_the_tree_as_it_was(project: Project) -> None:
    data = project.case("first")
    project.run()
    before = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    kill = "import signal; os.kill(os.getpid(), signal.SIGKILL)\n    sys.exit("
    project.script.write_text(project.script.read_text().replace("sys.exit(", kill))
    before[project.script] = project.script.read_bytes()
    settings = Settings(component=str(project.script), mode="record")
    [[outcome]] = list(run_cases(find_cases(project.cases), settings, jobs=2))
    assert "killed" in outcome.problems[0].text
    after = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    assert after == before and Path(data).exists()


def test_a_replay_passes_over_the_pauses_between_requests(project: Project) -> None:
    data = project.case("first")
    text = project.script.read_text()
    pause = "import time; time.sleep(parameters.get('pause', 0))\n        fields ="
    project.script.write_text(text.replace("fields =", pause))
    assert project.kinds() == []
    config = json.loads((data / "config.json").read_text())
    config["parameters"]["pause"] = 3600
    (data / "config.json").write_text(json.dumps(config))
    settings = Settings(component=str(project.script), mode="replay")
    for jobs in (0, 1):
        [[outcome]] = run_cases(find_cases(project.cases), settings, jobs)
        assert (outcome.problems, outcome.played) == ((), 2)


def test_handlers_of_the_program_get_no_unscrubbed_lines(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.case("first", targets=[])
    log = "import logging; logging.error('token %s', parameters['#token'])\n    sys.exit("
    project.script.write_text(project.script.read_text().replace("sys.exit(", log))
    [outcome] = project.run(mode="record")
    assert outcome.done == "recorded" and SECRET not in caplog.text
    logging.getLogger().error("after")
    assert "after" in caplog.text


ENCODED = {
    "plain": SECRET,
    "base64": "base64.b64encode(b'user:' + token.encode()).decode()",
    "percent": "''.join(f'%{byte:02X}' for byte in token.encode())",
    "json": "token.replace('-', '\\\\u002d')",
    "hex": "token.encode().hex()",
}


@pytest.mark.parametrize("mode", ["live", "record"])
@pytest.mark.parametrize("where", ["set_up", "post_run", "component"])
@pytest.mark.parametrize("encoding", list(ENCODED)[1:])
def test_what_a_failed_case_tells_holds_its_secrets_in_no_encoding(
    project: Project, mode: Any, where: str, encoding: str
) -> None:
    data = project.case("a")
    (data / "input.txt").write_text("x")
    read = f"import base64\ntoken = {SECRET!r}\ntext = {ENCODED[encoding]}\n"
    if where == "component":
        project.script.write_text(f"{read}print(text)\nraise ValueError(text)\ndef main(): pass\n")
    else:
        (data.parent / f"{where}.py").write_text(f"{read}def run(context):\n    raise ValueError(text)\n")
    (outcome,) = project.run(mode=mode)
    told = repr(outcome)
    namespace: dict[str, str] = {}
    exec(read, namespace)
    assert outcome.problems != () and namespace["text"] not in told and SECRET not in told


def test_a_printed_secret_that_holds_another_is_told_in_no_part(project: Project) -> None:
    data = project.case("a", exit=1, **{"#user": "u", "#key": "k"})
    held = {"#token": SECRET, "#user": "acme-reader", "#key": "acme-reader/Zk93mP0qX7vL2wT5yR8"}
    (data / "config.secrets.json").write_text(json.dumps({"parameters": held}))
    said = """
    key = parameters["#key"]
    from urllib.parse import quote
    print("GET /rows?key=" + quote(key, safe=""), "of", parameters["#user"])
    print("key", json.dumps(key).replace("/", "\\\\/"))
    sys.exit("""
    project.script.write_text(project.script.read_text().replace("\n    sys.exit(", said))
    (outcome,) = project.run(mode="live")
    assert "Zk93mP0q" not in repr(outcome)
    assert 'GET /rows?key=*** of ***\nkey "***"\n' in outcome.printed


def test_what_a_live_run_prints_holds_no_token_that_it_was_just_given(project: Project) -> None:
    project.case("a")
    text = project.script.read_text()
    project.script.write_text(text.replace('print("done:', """print('{"access_token": "new-1-token"}', \""""))
    (outcome,) = project.run(mode="live")
    assert "access_token" in outcome.printed and "new-1-token" not in repr(outcome)


def test_an_action_out_of_a_secret_variable_is_not_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = project.case("a", secrets=False, **{"#other": "{{env.OTHER}}"})
    config = json.loads((data / "config.json").read_text())
    (data / "config.json").write_text(json.dumps({**config, "action": "{{env.OTHER}}"}))
    monkeypatch.setenv("OTHER", SECRET)
    (outcome,) = project.run(mode="live")
    assert outcome.action == "***" and SECRET not in repr(outcome)


def test_a_diff_of_packed_lines_shows_nothing_of_a_secret() -> None:
    """The signs of a diff stand before the lines, where they belong to base64."""
    rules = build(secrets={"#key": SECRET}).ruleset
    lines = base64.encodebytes(gzip.compress(b"n" * 300 + SECRET.encode(), mtime=0)).decode().splitlines()
    detail = "\n".join(["~ files/a: content changed", *(f"    +{line}" for line in lines)])
    shown = _shown(Problem("snapshot", "", detail), partial(tell, rules))
    assert not any(line in shown for line in lines)
    assert _shown(Problem("snapshot", "", "    +a\n    -b"), partial(tell, rules)) == "    +a\n    -b"


def test_an_unused_interaction_is_told_as_it_may_be_shown(project: Project) -> None:
    data = project.case("first", secrets=True)
    assert project.kinds() == []
    coded = base64.b64encode(base64.b64encode(SECRET.encode())).decode()
    [cassette] = (data / "cassettes").glob("requests.json")
    cassette.write_text(cassette.read_text().replace("/number/2", f"/number/2?state={coded}"))
    [outcome] = project.run()
    assert outcome.unused and coded not in repr(outcome)


@pytest.mark.parametrize("width", [8, 20, 76])
@pytest.mark.parametrize("packed", [False, True])
def test_a_snapshots_diff_shows_no_line_of_what_is_coded(tmp_path: Path, width: int, packed: bool) -> None:
    """Of a diff a part is shown, in which the audit finds nothing."""
    tell_whole = partial(tell, build(secrets={"#key": SECRET}).ruleset)
    hidden = f"a long note about {SECRET} and more of it".encode()
    coded = base64.b64encode(gzip.compress(hidden, mtime=0) if packed else hidden).decode()
    lines = [coded[at : at + width] for at in range(0, len(coded), width)]
    for name, ends in (("old", ["one", "end"]), ("new", ["two", "end"])):
        (tmp_path / name / "files").mkdir(parents=True)
        (tmp_path / name / "files" / "a").write_text("\n".join([ends[0], *lines, ends[1]]))
    snapshots = OutputSnapshot()
    wanted = snapshots.capture(tmp_path / "old")
    found = snapshots.validate(tmp_path / "new", wanted, tmp_path / "old", verbose=True, tell=tell_whole)
    shown = found.format_output(verbose=True)
    assert "-one" in shown and "+two" in shown
    begin, end = hidden.index(SECRET.encode()), hidden.index(SECRET.encode()) + len(SECRET)
    touched = [
        (at * width < end * 4 // 3 - 8 and (at + 1) * width > begin * 4 // 3 + 8) for at in range(len(lines))
    ]
    told = [line for line, is_touched in zip(lines, touched, strict=True) if packed or is_touched]
    assert told and not any(line in shown for line in told)


DRIVER = """
from pathlib import Path


class Cursor:
    description = [("A", "TEXT")]

    def execute(self, sql, parameters=None):
        with (Path(__file__).parent / "asked").open("a") as file:
            file.write(sql + chr(10))
        self.rows = [("row of " + sql,)]
        return self

    def fetchall(self):
        rows, self.rows = self.rows, []
        return rows

    def close(self):
        pass


class Connection:
    def cursor(self):
        return Cursor()

    def close(self):
        pass


def connect(**given):
    return Connection()
"""


def test_a_database_is_recorded_and_replayed_without_a_connection(project: Project) -> None:
    project.script.with_name("oracledb.py").write_text(DRIVER)
    asks = (
        "import oracledb\n    cursor = oracledb.connect().cursor()\n"
        "    sql = f\"select a from t where k = '{parameters['#token']}'\"\n"
        "    rows = cursor.execute(sql).fetchall()\n    cursor.close()\n"
        "    (data / 'out' / 'files' / 'rows').write_text(repr(rows))\n    sys.exit("
    )
    project.script.write_text(project.script.read_text().replace("sys.exit(", asks))
    data = project.case("first", targets=[])
    assert project.kinds() == []
    asked = project.script.with_name("asked")
    assert asked.read_text().count("select") == 1, "the replay of the recording asked it, too"
    assert "SELECT A FROM T WHERE K = 'REDACTED'" in (data / "cassettes" / "requests.json").read_text()
    (data / "config.secrets.json").unlink()
    assert project.kinds(mode="replay") == [] and asked.read_text().count("select") == 1
    rows = data.parent.parent / "expected" / "data" / "out" / "files" / "rows"
    assert "row of select a from t where k = 'REDACTED'" in rows.read_text()


def test_a_sanitizer_of_the_component_sees_what_its_modules_hold(project: Project) -> None:
    project.script.with_name("helper.py").write_text('word = "helped"\nknown = []\n')
    stated = """from hushtape.sanitizers import CallbackSanitizer


def before(request):
    for one in helper.known:
        request.uri = request.uri.replace(one, "KNOWN")
    return request


VCR_SANITIZERS = [CallbackSanitizer(before_request=before)]


def main():"""
    text = project.script.read_text().replace("def main():", stated, 1)
    text = text.replace("    rows = []", "    helper.known.append('echo?session')\n    rows = []")
    project.script.write_text(text)
    data = project.case("first", targets=["/echo?session"])
    assert project.kinds() == []
    assert "KNOWN" in (data / "cassettes" / "requests.json").read_text()
