"""Test folders from definitions: what is made, and that no secret gets into it, whatever fails."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from hushtape.keboola import ScaffolderError, TestScaffolder, scaffold_tests
from hushtape.keboola.scaffold_config import filled, input_destinations, masked, name_for
from tests.adversarial.reading import readable
from tests.keboola.conftest import SECRET, until, write
from tests.support.routes import TOKEN
from tests.support.servers import Server

COMPONENT = """
import json, os, pathlib, sys, urllib.request
data = pathlib.Path(os.environ["KBC_DATADIR"])
parameters = json.loads((data / "config.json").read_text())["parameters"]
state = json.loads((data / "in" / "state.json").read_text())
url = f"{parameters['url']}/echo?key={parameters['#key']}"
answer = json.load(urllib.request.urlopen(url, timeout=5))
(data / "out" / "tables" / "t.csv").write_text(f"a\\n{state.get('n', 0)}\\n")
(data / "out" / "tables" / "t.csv.manifest").write_text('{"incremental":true}')
(data / "out" / "state.json").write_text(json.dumps({"n": state.get("n", 0) + 1}))
if parameters.get("leak"):
    (data / "out" / "files" / "leak.txt").write_text(parameters["leak"])
if parameters.get("fail"):
    raise ValueError(parameters["#key"])
"""

PRINTING = """
import base64, logging
key = parameters["#key"]
print("key", key)
print("coded", base64.b64encode(key.encode()).decode())
logging.basicConfig(stream=sys.stderr, force=True)
logging.warning("log %s é", key)
request = urllib.request.Request(f"{parameters['url']}/token", method="POST")
print("token", json.load(urllib.request.urlopen(request, timeout=5))["access_token"])
"""


@pytest.fixture
def component(tmp_path: Path) -> Path:
    script = tmp_path / "component.py"
    script.write_text(COMPONENT)
    return script


def definition(server: Server, name: str = "one", **more: Any) -> dict[str, Any]:
    parameters = {"url": server.url, "#key": SECRET, "note": f"see {SECRET}", **more}
    return {"name": name, "config": {"parameters": parameters}, "secrets": {"key": SECRET}}


def bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_case_is_recorded_and_its_outputs_are_expected(
    tmp_path: Path, component: Path, server: Server
) -> None:
    folder = TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    data = folder / "source" / "data"
    assert (folder / "expected" / "data" / "out" / "tables" / "t.csv").read_text() == "a\n0\n"
    assert "\n" in (folder / "expected" / "data" / "out" / "tables" / "t.csv.manifest").read_text()
    assert json.loads((data / "output_snapshot.json").read_text())["tables"]["t.csv"]["row_count"] == 2
    assert len(json.loads((data / "cassettes" / "requests.json").read_bytes())["interactions"]) == 1
    config = json.loads((data / "config.json").read_text())
    assert config["parameters"]["#key"] == "{{secret.key}}"
    assert SECRET.encode() not in bytes_below(folder)


def test_what_a_component_prints_is_shown_without_secrets(
    tmp_path: Path, component: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    component.write_text(
        COMPONENT.replace('if parameters.get("fail")', PRINTING + 'if parameters.get("fail")')
    )
    TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    with pytest.raises(ScaffolderError):
        TestScaffolder().scaffold_from_dict(
            definition(server, "two", fail=True), tmp_path / "tests", component
        )
    shown = capsys.readouterr()
    # One of a replay; what the first case has learned is a secret of the second.
    told = shown.out.count("token REDACTED\n"), shown.out.count("token ***\n")
    assert shown.out.count("key ***\n") == 2 and told == (2, 1)
    assert "log ***" in shown.err and "é" in shown.err
    assert readable(shown.out.encode() + shown.err.encode(), SECRET) is None
    assert TOKEN not in shown.out


def test_a_printed_secret_that_holds_another_is_shown_in_no_part(
    tmp_path: Path, component: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    printing = """
from urllib.parse import quote
print("GET /rows?key=" + quote(parameters["#long"], safe=""), "failed")
print("key", json.dumps(parameters["#long"]).replace("/", "\\\\/"), file=sys.stderr)
"""
    component.write_text(COMPONENT + printing)
    made = definition(server, **{"#long": f"{SECRET}/Zk93mP0qX7vL2wT5yR8"})
    TestScaffolder().scaffold_from_dict(made, tmp_path / "tests", component)
    shown = capsys.readouterr()
    assert "GET /rows?key=*** failed\n" in shown.out and 'key "***"\n' in shown.err
    assert "Zk93mP0q" not in shown.out + shown.err


def test_what_stands_there_is_recorded_again_only_when_asked(
    tmp_path: Path, component: Path, server: Server
) -> None:
    for regenerate, asked in ((False, 1), (False, 1), (True, 2)):
        TestScaffolder().scaffold_from_dict(
            definition(server), tmp_path / "tests", component, regenerate=regenerate
        )
        assert len(server.requests) == asked


def test_state_is_handed_on_and_external_secrets_are_for_the_recording_alone(
    tmp_path: Path, component: Path, server: Server
) -> None:
    config = {"parameters": {"url": server.url, "#key": "dummy", "reports": [{"report_type": "days"}]}}
    write(tmp_path / "definitions.json", [config, config])
    write(tmp_path / "secrets.json", {"parameters": {"#key": SECRET}})
    folders = TestScaffolder().scaffold_from_json(
        tmp_path / "definitions.json",
        tmp_path / "tests",
        component,
        secrets_file=tmp_path / "secrets.json",
        chain_state=True,
    )
    assert [folder.name for folder in folders] == ["01_days", "02_days"]
    assert (folders[1] / "expected" / "data" / "out" / "tables" / "t.csv").read_text() == "a\n1\n"
    assert SECRET.encode() not in bytes_below(tmp_path / "tests")
    assert any(SECRET in target for target in server.requests)


@pytest.mark.parametrize(
    "trouble", [{"fail": True}, {"leak": "{{secret.other}}"}, {"url": "http://127.0.0.1:1"}]
)
def test_a_recording_that_fails_leaves_no_secret_and_says_none(
    tmp_path: Path, component: Path, server: Server, trouble: dict[str, Any]
) -> None:
    made = definition(server, **trouble)
    made["secrets"]["other"] = "other-secret-77"
    made["config"]["parameters"]["leak"] = made["config"]["parameters"].get("leak", "")
    component.write_text(component.read_text().replace('parameters["leak"]', '"other-" + "secret-77"'))
    with pytest.raises(ScaffolderError) as caught:
        TestScaffolder().scaffold_from_dict(made, tmp_path / "tests", component)
    assert SECRET not in str(caught.value)
    left = bytes_below(tmp_path / "tests")
    assert SECRET.encode() not in left and b"other-secret-77" not in left
    assert not list((tmp_path / "tests").rglob("requests.json"))


def test_a_placeholder_takes_its_value_from_the_file_or_stops_the_recording(
    tmp_path: Path, component: Path, server: Server
) -> None:
    parameters = {"url": server.url, "#key": "{{secret.key}}"}
    definitions, secrets = tmp_path / "d.json", tmp_path / "s.json"
    write(definitions, [{"name": "one", "config": {"parameters": parameters}}])
    write(secrets, {"key": SECRET})
    with pytest.raises(ScaffolderError, match=r"\{\{secret.key\}\} in its configuration has no value"):
        TestScaffolder().scaffold_from_json(definitions, tmp_path / "tests", component)
    TestScaffolder().scaffold_from_json(definitions, tmp_path / "tests", component, secrets_file=secrets)
    assert any(SECRET in target for target in server.requests)
    assert SECRET.encode() not in bytes_below(tmp_path / "tests")


@pytest.mark.parametrize(
    "way", ["os.symlink('nowhere', files / 'x')", "os.mkfifo(files / 'x')", "files.rmdir()"]
)
def test_outputs_that_can_not_be_copied_are_told_as_such(
    tmp_path: Path, component: Path, server: Server, way: str
) -> None:
    component.write_text(COMPONENT + f"files = data / 'out' / 'files'\n{way}\n")
    if "rmdir" in way:
        TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    else:
        with pytest.raises(ScaffolderError, match="its outputs can't be copied"):
            TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)


CACHING = """
import functools, json, urllib.request
@functools.lru_cache
def token(url):
    return json.load(urllib.request.urlopen(urllib.request.Request(url + "/token", method="POST"), timeout=5))
"""


def test_a_module_beside_the_script_keeps_no_token_of_the_live_run_for_the_replay(
    tmp_path: Path, component: Path, server: Server
) -> None:
    component.with_name("beside.py").write_text(CACHING)
    component.write_text(
        COMPONENT + "import beside\ngot = beside.token(parameters['url'])['access_token']\n"
        '(data / "out" / "files" / "got").write_text(got)\n'
    )
    folder = TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    assert (folder / "expected" / "data" / "out" / "files" / "got").read_text() == "REDACTED"
    assert TOKEN.encode() not in bytes_below(folder) and "beside" not in sys.modules


PAST_THE_TAPE = {
    "what the API answered": "token = open({kept!r}).read()\n(files / 'a').write_text(token)",
    "a folder's name": "(files / parameters['#key'].join('ab')).mkdir()",
    "what a link leads to": "(files / 'link').symlink_to({away!r})",
}


@pytest.mark.parametrize("way", PAST_THE_TAPE)
def test_an_output_that_shows_a_secret_past_the_tape_is_not_taken_over(
    tmp_path: Path, component: Path, server: Server, way: str
) -> None:
    """Of a replay, which has dummies: so it reads them from where the live run has left them."""
    away = tmp_path / "away"
    away.mkdir()
    (away / "key").write_text(SECRET)
    kept = tmp_path / "kept"
    kept.write_text("")
    places = {"kept": str(kept), "away": str(away)}
    component.write_text(
        COMPONENT + CACHING + 'parameters["#key"] = open({!r}).read()\n'.format(str(away / "key"))
        + 'files, got = data / "out" / "files", token(parameters["url"])["access_token"]\n'
        + "got == 'REDACTED' or open({kept!r}, 'w').write(got)\n".format(**places)
        + PAST_THE_TAPE[way].format(**places)
    )  # fmt: skip
    with pytest.raises(ScaffolderError, match="holds a secret") as caught:
        TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    assert kept.read_text() == TOKEN
    assert not any(text in str(caught.value) for text in (SECRET, TOKEN))
    left = bytes_below(tmp_path / "tests")
    assert SECRET.encode() not in left and TOKEN.encode() not in left


def test_a_definitions_secret_is_one_where_the_file_has_another_of_its_name(
    tmp_path: Path, component: Path, server: Server
) -> None:
    made = {
        "name": "one",
        "config": {"parameters": {"url": server.url, "#key": "dummy-of-it", "conn": "{{secret.tok}}"}},
        "secrets": {"tok": "aB3xQ9tR7mLk2"},
    }
    (tmp_path / "secrets.json").write_text(json.dumps({"tok": "another-Zr8kT1mQ5v"}))
    (tmp_path / "made.json").write_text(json.dumps([made]))
    asks = "urllib.request.urlopen(parameters['url'] + '/echo?c=' + parameters['conn'], timeout=5).read()\n"
    component.write_text(COMPONENT + asks)
    TestScaffolder().scaffold_from_json(
        tmp_path / "made.json", tmp_path / "tests", component, secrets_file=tmp_path / "secrets.json"
    )
    left = bytes_below(tmp_path / "tests")
    assert b"c=REDACTED" in left and b"aB3xQ9tR7mLk2" not in left


def test_sanitizers_of_keboola_vcr_are_taken(tmp_path: Path, component: Path, server: Server) -> None:
    component.write_text(
        "from keboola.vcr.sanitizers import QueryParamSanitizer\n"
        'VCR_SANITIZERS = [QueryParamSanitizer(["key"], "GONE")]\n'
        'if __name__ == "__main__":\n' + COMPONENT.replace("\n", "\n    ")
    )
    folder = TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    assert b"key=GONE" in (folder / "source" / "data" / "cassettes" / "requests.json").read_bytes()


EARLY = """
import logging, sys
from pathlib import Path
real = (Path(__file__).parent / "real").read_text()
logging.basicConfig(level=logging.INFO)
log = logging.getLogger("helper")
log.propagate = False
log.addHandler(logging.StreamHandler(sys.stdout))
log.setLevel(logging.INFO)
print("early", real)
logging.info("early %s", real)
"""


def test_what_the_modules_of_a_list_of_sanitizers_print_is_shown_without_secrets(
    tmp_path: Path, component: Path, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    component.with_name("helper.py").write_text(EARLY)
    component.with_name("real").write_text(SECRET)
    later = COMPONENT + PRINTING + "helper.log.info('later %s', key)\n"
    component.write_text(
        'import helper\nVCR_SANITIZERS = []\nif __name__ == "__main__":\n' + later.replace("\n", "\n    ")
    )
    TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    shown = capfd.readouterr()
    assert "early ***\n" in shown.out and "later ***\n" in shown.out
    assert "INFO:root:early ***\n" in shown.err and "WARNING:root:log *** é\n" in shown.err
    for hidden in (SECRET, TOKEN):
        assert readable(shown.out.encode() + shown.err.encode(), hidden) is None


def test_what_a_finalizer_prints_is_shown_with_the_case_that_it_is_of(
    tmp_path: Path, component: Path, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    component.write_text(
        COMPONENT
        + "class Client:\n    def __del__(self, key=parameters['#key']):\n        print('closed', key)\n"
        "client = Client()\nclient.itself = client\n"
    )
    made = definition(server)
    TestScaffolder().scaffold_from_dict(made, tmp_path / "tests", component)
    made["config"]["parameters"] |= {"#key": "another-0094-of-it"}
    TestScaffolder().scaffold_from_dict({**made, "name": "two"}, tmp_path / "tests", component)
    shown = capfd.readouterr().out
    assert shown.count("closed") == 4 and SECRET not in shown and "another-0094" not in shown


CACHE = """
import functools, json, urllib.request
@functools.lru_cache
def token(url):
    return json.load(urllib.request.urlopen(urllib.request.Request(url + "/token", method="POST"), timeout=5))
"""


def test_outputs_of_a_replay_that_asked_less_are_not_taken(
    tmp_path: Path, component: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package keeps what the live run was answered."""
    package = tmp_path / "site-packages"
    package.mkdir()
    (package / "cached.py").write_text(CACHE)
    monkeypatch.syspath_prepend(str(package))
    asks = "import cached\nid = cached.token(parameters['url'])['access_token'][:7]\n"
    component.write_text(COMPONENT + asks + '(data / "out" / "files" / "id").write_text(id)\n')
    with pytest.raises(ScaffolderError, match="did not use 1 of the recorded"):
        TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    assert TOKEN[:7].encode() not in bytes_below(tmp_path / "tests")
    sys.modules.pop("cached")


MORE = """
import faulthandler, subprocess, threading, time
key = parameters["#key"]
subprocess.run([sys.executable, "-c", "print('a program')"], stdout=sys.stdout, stderr=sys.stderr, check=True)
enabled = faulthandler.is_enabled()
faulthandler.enable()
if not enabled:
    faulthandler.disable()
print("original", key, file=sys.__stdout__)
print("original", key, file=sys.__stderr__)
def late():
    time.sleep(0.2)
    print("late", key)
threading.Thread(target=late).start()
"""


def test_what_is_printed_past_the_streams_or_late_is_shown_without_secrets_too(
    tmp_path: Path, component: Path, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    component.write_text(COMPONENT + MORE)
    TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    shown = capfd.readouterr()
    assert "a program\n" in shown.out and "original ***\nlate ***\n" in shown.out
    assert "original ***\n" in shown.err
    assert readable(shown.out.encode() + shown.err.encode(), SECRET) is None


@pytest.mark.parametrize("how", ("close()", "detach()", "reconfigure(encoding='utf-16')"))
def test_a_component_may_do_to_its_streams_what_it_wants(
    how: str, tmp_path: Path, component: Path, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    component.write_text(COMPONENT + f"\nprint('one')\nprint('two', file=sys.stderr)\nsys.stdout.{how}\n")
    with (tmp_path / "shown").open("w+", encoding="utf-8") as shown, redirect_stdout(shown):
        TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
        print("our own")
        shown.seek(0)
        assert (shown.read(), shown.encoding) == ("one\none\nour own\n", "utf-8")
    assert capfd.readouterr().err == "two\ntwo\n"


@pytest.mark.parametrize("kind", ("BaseException", "GeneratorExit", "SystemExit"))
def test_an_exception_of_any_kind_is_told_without_its_text(
    kind: str, tmp_path: Path, component: Path, server: Server
) -> None:
    component.write_text(COMPONENT + f"\nraise {kind}(parameters['#key'])\n")
    try:
        TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    except ScaffolderError as error:
        assert SECRET not in str(error) and error.__cause__ is None
    else:
        assert kind == "SystemExit", "an exit code is a case's expected end"


def scaffolding(
    folder: Path, component: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> subprocess.Popen[str]:
    """The command, in the middle of a recording."""
    here, temporary = folder / "here", folder / "tmp"
    component.write_text(COMPONENT + f"\nopen({str(here)!r}, 'w').close()\nimport time; time.sleep(60)\n")
    write(folder / "definitions.json", [definition(server)])
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    command = ["scaffold", "--definitions", folder / "definitions.json", "--output", folder / "tests"]
    running = subprocess.Popen(
        [sys.executable, "-m", "hushtape", "component", *command, "--component", component],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert until(here.exists)
    assert SECRET.encode() in bytes_below(temporary)
    assert all(path.stat().st_mode & 0o077 == 0 for path in temporary.iterdir())
    return running


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
def test_a_signal_leaves_no_copy(
    number: signal.Signals,
    tmp_path: Path,
    component: Path,
    server: Server,
    heard: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scaffolding(tmp_path, component, server, monkeypatch) as running:
        running.send_signal(number)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, SECRET in out + err) == (130, False)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert SECRET.encode() not in bytes_below(tmp_path / "tests")


def test_after_a_kill_the_next_run_removes_the_copy(
    tmp_path: Path, component: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scaffolding(tmp_path, component, server, monkeypatch) as running:
        running.kill()
    assert SECRET.encode() not in bytes_below(tmp_path / "tests")
    component.write_text(COMPONENT)
    TestScaffolder().scaffold_from_dict(definition(server), tmp_path / "tests", component)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_without_recording_only_the_folders_are_made(tmp_path: Path, server: Server) -> None:
    (folder,) = scaffold_tests([definition(server)], tmp_path / "tests", record=False)
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "source/data/config.json",
        "source/data/in/state.json",
    ]
    assert server.requests == []


def test_inputs_that_a_configuration_names_are_copied(tmp_path: Path) -> None:
    config = {
        "parameters": {},
        "storage": {
            "input": {
                "tables": [{"destination": "in.csv"}, {"destination": "../../x"}],
                "files": [{"destination": "f.bin"}],
            }
        },
    }
    assert list(input_destinations(config)) == [("tables", "in.csv"), ("files", "f.bin")]
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "in.csv").write_text("q\n")
    write(tmp_path / "definitions.json", [config])
    (folder,) = TestScaffolder().scaffold_from_json(
        tmp_path / "definitions.json", tmp_path / "t", record=False, input_files_dir=tmp_path / "inputs"
    )
    assert (folder / "source" / "data" / "in" / "tables" / "in.csv").read_text() == "q\n"


@pytest.mark.parametrize("bad", [{"a": 1}, [1], [{}], [{"name": "../x", "config": {}}], [{"name": "x"}]])
def test_definitions_that_can_not_be_used_are_refused(tmp_path: Path, bad: Any) -> None:
    write(tmp_path / "definitions.json", bad)
    with pytest.raises(ScaffolderError):
        TestScaffolder().scaffold_from_json(tmp_path / "definitions.json", tmp_path / "t", record=False)


def test_recording_needs_a_component_and_definitions_a_file(tmp_path: Path) -> None:
    with pytest.raises(ScaffolderError, match="No such file"):
        TestScaffolder().scaffold_from_json(tmp_path / "none.json", tmp_path / "t")
    with pytest.raises(ScaffolderError, match="component"):
        TestScaffolder().scaffold_from_dict({"parameters": {}}, tmp_path / "t")


def test_masking_and_filling_are_inverse() -> None:
    secrets = {"key": "abcdefgh", "deep": {"#x": "12345678"}, "short": "ab"}
    config = {"#key": "abcdefgh", "list": ["ab", "cab", "url?x=12345678"], "n": 1}
    hidden = masked(config, secrets)
    assert hidden["list"] == ["{{secret.short}}", "cab", "url?x={{secret.deep.#x}}"]
    assert filled(hidden, secrets) == config
    assert filled("{{secret.unknown}}", secrets) == "{{secret.unknown}}"


def test_names_come_from_the_first_report() -> None:
    assert name_for({"parameters": {"reports": [{"report_type": "a/b"}]}}, 9) == "10_a_b"
    assert name_for({"parameters": {}}, 0) == "01_test"


def test_no_real_value_stands_in_the_configuration_wherever_it_came_from(
    tmp_path: Path, component: Path, server: Server
) -> None:
    oauth = json.dumps({"access_token": "at-5d80c1\n77", "expires_in": 3600})
    parameters = {"url": server.url, "#key": SECRET, "#pin": 91827364, "#data": oauth, "#dummy": "x-dummy"}
    parameters["note"] = f"see {SECRET} and over-secret-31"
    folder = TestScaffolder().scaffold_from_dict(
        {"parameters": parameters},
        tmp_path / "tests",
        component,
        secrets_override={"parameters": {"#dummy": "over-secret-31"}},
    )
    left = bytes_below(folder)
    assert not [one for one in (SECRET, "91827364", "at-5d80c1", "over-secret-31") if one.encode() in left]
    config = json.loads((folder / "source" / "data" / "config.json").read_text())["parameters"]
    assert config["#dummy"] == "x-dummy"
    assert config["#key"] == "{{secret.parameters.#key}}"
    assert json.loads(config["#data"])["expires_in"] == 3600
    assert SECRET in server.requests[0]
