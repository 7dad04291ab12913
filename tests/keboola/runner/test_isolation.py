"""What a component's modules do as they are imported for its list of sanitizers: before any tape is open."""

from __future__ import annotations

import importlib
import json
import logging
import sys
from pathlib import Path

import pytest

from hushtape.keboola.runner import Settings, find_cases, run_case
from tests.keboola.runner.conftest import SECRET, Project
from tests.keboola.runner.test_one import DRIVER
from tests.support.routes import TOKEN
from tests.support.servers import Server

ASKS = """import urllib.request

def ask():
    with urllib.request.urlopen({url!r}, timeout=10) as answer:
        return answer.read().decode()

"""
PLAIN = "word = ask()\n"
CAREFUL = "try:\n    word = ask()\nexcept Exception:\n    word = 'helped'\n"


def with_list(project: Project, helper: str) -> None:
    project.script.write_text(
        project.script.read_text().replace("def main", "VCR_SANITIZERS = []\n\n\ndef main", 1)
    )
    project.script.with_name("helper.py").write_text(ASKS.format(url=project.url + "/number/7") + helper)


@pytest.mark.parametrize("mode", ["auto", "replay"])
def test_a_module_that_asks_before_a_tape_is_open_is_refused(
    mode: str, project: Project, server: Server
) -> None:
    with_list(project, PLAIN)
    data = project.case("first")
    [outcome] = project.run(mode=mode)
    [problem] = outcome.problems
    assert "asked as the script is imported" in problem.text and "sanitizers.py" in problem.text
    assert server.requests == [] and not (data / "cassettes").exists()


def test_one_that_goes_on_without_an_answer_asks_again_when_the_tape_is_open(
    project: Project, server: Server
) -> None:
    with_list(project, CAREFUL)
    project.case("first")
    [recorded] = project.run()
    assert (recorded.played, recorded.problems) == (3, ()) and len(server.requests) == 3
    [replayed] = project.run(mode="replay")
    assert (replayed.played, replayed.problems) == (3, ()) and len(server.requests) == 3


@pytest.mark.parametrize("asked", ["a module", "its own"])
def test_a_cases_sanitizers_reach_no_network_either(asked: str, project: Project, server: Server) -> None:
    with_list(project, PLAIN)
    project.script.write_text(project.script.read_text().replace("VCR_SANITIZERS = []", ""))
    data = project.case("first")
    loads = "import helper\n" if asked == "a module" else ASKS.format(url=project.url + "/number/7") + PLAIN
    (data / "sanitizers.py").write_text(loads + "\n\ndef get_sanitizers(config):\n    return []\n")
    assert project.kinds() == ["error"] and server.requests == []


HELD = {
    "by name": "from oracledb import connect",
    "in a partial": "import functools, oracledb\nconnect = functools.partial(oracledb.connect)",
    "as a default": "import oracledb\ndef connect(ask=oracledb.connect):\n    return ask()",
}


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("imported", ["for the script's list", "for the case's", "by a unit test"])
def test_what_a_module_takes_of_a_driver_is_recorded_whoever_imported_it_first(
    imported: str, held: str, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "oracledb.py").write_text(DRIVER)
    monkeypatch.syspath_prepend(str(library))
    monkeypatch.delitem(sys.modules, "oracledb", raising=False)
    project.script.with_name("helper.py").write_text(f"word = 'helped'\n{HELD[held]}\n")
    asks = "    cursor = helper.connect().cursor()\n    cursor.execute('select 1').fetchall()\n    rows = []"
    script = project.script.read_text().replace("    rows = []", asks)
    listed = "VCR_SANITIZERS = []\n\n\ndef main" if imported == "for the script's list" else "def main"
    project.script.write_text(script.replace("def main", listed, 1))
    data = project.case("first", targets=[])
    if imported == "for the case's":
        loads = "import helper\n\n\ndef get_sanitizers(config):\n    return []\n"
        (data / "sanitizers.py").write_text(loads)
    before = None
    if imported == "by a unit test":
        monkeypatch.syspath_prepend(str(project.script.parent))
        before = importlib.import_module("helper")
    [outcome] = project.run()
    assert outcome.problems == () and (library / "asked").read_text() == "select 1\n"
    assert sys.modules.pop("helper", None) is before
    sys.modules.pop("oracledb", None)


PACKAGED = {
    "from the package": "from pkg import client",
    "as a whole": "import pkg.client as client",
    "by the package": "import pkg\nclient = pkg.client",
}


@pytest.mark.parametrize("imports", PACKAGED)
@pytest.mark.parametrize("place", ["beside", "above", "behind a link"])
def test_a_packages_modules_are_all_imported_anew(
    place: str, imports: str, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "oracledb.py").write_text(DRIVER)
    monkeypatch.syspath_prepend(str(library))
    above = project.root if place == "above" else project.script.parent
    monkeypatch.syspath_prepend(str(above))
    (above / "pyproject.toml").touch()
    (above / "pkg").mkdir()
    (above / "pkg" / "__init__.py").write_text("from . import client, errors\n")
    (above / "pkg" / "errors.py").write_text("class Refused(Exception):\n    pass\n")
    (above / "pkg" / "client.py").write_text(
        "from oracledb import connect\nfrom pkg.errors import Refused\n\n\ndef ask():\n"
        "    connect().cursor().execute('select 1').fetchall()\n    raise Refused\n"
    )
    asks = "    try:\n        client.ask()\n    except Refused:\n        print('refused')\n    rows = []"
    script = project.script.read_text().replace("    rows = []", asks)
    project.script.write_text(
        f"{PACKAGED[imports]}\nfrom pkg.errors import Refused\nVCR_SANITIZERS = []\n{script}"
    )
    project.case("first", targets=[])
    settings = Settings(component=str(project.script))
    if place == "behind a link":
        (tmp_path / "linked").symlink_to(project.root)
        settings = Settings(component=str(tmp_path / "linked" / "src" / "component.py"))
    [[outcome]] = [run_case(case, settings) for case in find_cases(project.cases)]
    assert outcome.problems == () and "refused" in outcome.printed
    assert (library / "asked").read_text() == "select 1\n"
    assert not any(name.partition(".")[0] in ("pkg", "helper") for name in sys.modules)
    sys.modules.pop("oracledb", None)


def test_a_namespace_of_which_a_portion_is_installed_stays(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name in ((tmp_path / "site-packages", "installed"), (project.script.parent, "of_mine")):
        (place / "spaced").mkdir(parents=True)
        (place / "spaced" / f"{name}.py").write_text("state = []\n")
        monkeypatch.syspath_prepend(str(place))
    uses = "import spaced.installed, spaced.of_mine\nVCR_SANITIZERS = []\n"
    project.script.write_text(uses + project.script.read_text())
    says = "spaced.of_mine.state.append(1); print(len(spaced.installed.state), len(spaced.of_mine.state))"
    project.script.write_text(
        project.script.read_text().replace("    rows = []", f"    {says}\n    rows = []")
    )
    project.case("first")
    for _ in range(2):
        [outcome] = project.run()
        assert outcome.problems == () and "0 1" in outcome.printed
    for name in [name for name in sys.modules if name.partition(".")[0] == "spaced"]:
        del sys.modules[name]


CACHED = """
import functools, json, urllib.request
@functools.lru_cache
def token(url):
    return json.load(urllib.request.urlopen(url + "/token", data=b"", timeout=10))["access_token"]
"""


def test_what_an_earlier_case_has_learned_is_a_secret_of_a_later_one(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one process, where an installed package keeps a token."""
    library = tmp_path / "site-packages"
    library.mkdir()
    (library / "cached.py").write_text(CACHED)
    monkeypatch.syspath_prepend(str(library))
    asks = "import cached; parameters['targets'].append('/echo?sid=' + cached.token(parameters['url']))"
    project.script.write_text(
        project.script.read_text().replace("    rows = []", f"    {asks}\n    rows = []")
    )
    for name in ("first", "second"):
        project.case(name)
    project.run()
    left = b"".join(path.read_bytes() for path in project.cases.rglob("*") if path.is_file())
    assert b"sid=REDACTED" in left and TOKEN.encode() not in left
    sys.modules.pop("cached")


def test_what_a_replay_that_asked_less_wrote_and_said_is_not_kept(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "site-packages"
    library.mkdir()
    (library / "cached.py").write_text(CACHED)
    monkeypatch.syspath_prepend(str(library))
    asks = "import cached, logging; logging.error('got %s', cached.token(parameters['url'])[:7])"
    project.script.write_text(
        project.script.read_text().replace("    rows = []", f"    {asks}\n    rows = []")
    )
    data = project.case("first")
    assert project.kinds() == ["outputs"]
    kept = {path.name for path in (data / "cassettes").iterdir()}
    assert "requests.json" in kept and "logs.json" not in kept
    assert not list((data.parent.parent / "expected").rglob("*.*"))
    (data / "config.secrets.json").unlink()
    assert "outputs" in project.kinds(update=True)  # the cache is there yet
    assert not list((data.parent.parent / "expected").rglob("*.*"))
    del sys.modules["cached"]
    assert project.kinds(update=True) == [] and list((data.parent.parent / "expected").rglob("*.*"))
    sys.modules.pop("cached", None)


@pytest.mark.parametrize("word", ["k-93b1c07e55d2f4", "orders"])
def test_a_secret_of_an_earlier_case_is_one_of_a_later_one_unless_it_may_be_a_word(
    word: str, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "site-packages"
    library.mkdir()
    (library / "first.py").write_text("import functools\n@functools.lru_cache\ndef of():\n    return []\n")
    monkeypatch.syspath_prepend(str(library))
    keeps = "import first; first.of() or first.of().append(parameters['#word'])"
    asks = "urllib.request.urlopen(parameters['url'] + '/echo?u=' + first.of()[0], timeout=10).read()"
    project.script.write_text(
        project.script.read_text().replace("    rows = []", f"    {keeps}; {asks}\n    rows = []")
    )
    for name, said in (("first", word), ("second", "winter-forest-rain")):
        data = project.case(name, **{"#word": "dummy"})
        (data / "config.secrets.json").write_text(json.dumps({"parameters": {"#word": said}}))
    assert project.run()[0].problems == ()
    project.run("second")
    left = (project.cases / "second" / "source" / "data" / "cassettes" / "requests.json").read_text()
    assert (f"echo?u={word}" in left) == (word == "orders")
    sys.modules.pop("first")


@pytest.mark.parametrize("kind", ["a class", "a namespace", "a module"])
@pytest.mark.parametrize("place", ["settings", "pkg.settings"])
def test_an_object_in_the_place_of_a_module_is_made_anew(place: str, kind: str, project: Project) -> None:
    (project.script.parent / "pkg").mkdir()
    (project.script.parent / "pkg" / "__init__.py").touch()
    kept = {
        "a class": "import sys\n\n\nclass Settings:\n    asked = 0\n\n\nsys.modules[__name__] = Settings()\n",
        "a namespace": "import sys, types\nsys.modules[__name__] = types.SimpleNamespace(asked=0)\n",
        "a module": "import sys, types\nit = sys.modules[__name__] = types.ModuleType('x')\nit.asked = 0\n",
    }[kind]
    project.script.parent.joinpath(*place.split(".")).with_suffix(".py").write_text(kept)
    uses = (
        f"import importlib; it = importlib.import_module({place!r}); it.asked += 1; print('asked', it.asked)"
    )
    project.script.write_text(
        project.script.read_text().replace("    rows = []", f"    {uses}\n    rows = []")
    )
    project.case("first")
    for _ in range(2):
        [outcome] = project.run()
        assert outcome.problems == () and "asked 1" in outcome.printed
    assert place not in sys.modules


@pytest.mark.parametrize("quoted", ["all", "not all"])
def test_a_variable_within_a_secrets_text_is_a_secret_by_itself(
    quoted: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_PW", "aB3xQ9tR7mLk2")
    monkeypatch.setenv("MY_DB", "analytics")
    monkeypatch.setenv("MY_SIZE", "17")
    data = project.case("first", **{"#conn": "scott/{{env.MY_PW}}@db.example", "#db": "db/{{env.MY_DB}}/x"})
    if quoted == "not all":
        text = (data / "config.json").read_text()
        (data / "config.json").write_text(text.replace('"#conn"', '"size": {{env.MY_SIZE}}, "#conn"'))
    asks = "pw = parameters['#conn'][6:-11]; where = parameters['url'] + '/echo?db=analytics&u=' + pw"
    asks += "; urllib.request.urlopen(where, timeout=9).read()"
    says = "import logging; logging.error('connects with %s', pw)"
    project.script.write_text(
        project.script.read_text().replace("    rows = []", f"    {asks}\n    {says}\n    rows = []")
    )
    for _ in range(2):
        assert project.kinds() == []
    left = b"".join(path.read_bytes() for path in project.cases.rglob("*") if path.is_file())
    assert b"db=analytics&u=REDACTED" in left and b"aB3xQ9tR7mLk2" not in left
    assert data.is_dir()


def test_a_handler_that_a_unit_test_made_shows_nothing_of_a_run(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger("of_a_unit_test")
    logger.addHandler(handler := logging.StreamHandler(sys.stderr))
    says = "import logging; logging.getLogger('of_a_unit_test').error('has %s', parameters['#token'])"
    project.script.write_text(
        project.script.read_text().replace("    rows = []", f"    {says}\n    rows = []")
    )
    project.case("first")
    assert project.kinds() == [] and handler in logger.handlers
    logger.removeHandler(handler)
    assert SECRET not in "".join(capfd.readouterr())


def test_without_a_list_a_module_asks_when_the_tape_is_open(project: Project, server: Server) -> None:
    with_list(project, PLAIN)
    project.script.write_text(project.script.read_text().replace("VCR_SANITIZERS = []", ""))
    project.case("first")
    assert [outcome.played for outcome in project.run()] == [3]
    assert project.kinds(mode="replay") == [] and len(server.requests) == 3
