"""Importing hushtape is cheap, patches nothing, and brings no client along.

Each fact is looked at in a fresh interpreter, because the test process has imported everything already.
An adapter may import its own client, and the demo what it demonstrates with: they come only when asked.
"""

from __future__ import annotations

import ast
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.reading import SOURCE, modules

CLIENTS = {
    "requests",
    "urllib3",
    "http.client",
    "ssl",
    "httpx",
    "httpcore",
    "aiohttp",
    "botocore",
    "niquests",
}
WITH_A_CLIENT = (
    "hushtape.clients.http_client",
    "hushtape.clients.urllib3_client",
    "hushtape.clients.botocore_client",
    "hushtape.clients.tls",
)
ON_DEMAND = (*WITH_A_CLIENT, "hushtape.clients.wire", "hushtape.demo", "hushtape.__main__")
AT_IMPORT = {"hushtape", "hushtape.clock", "hushtape._version"}
"""What of ours `import hushtape` loads: all else comes with the first name that is asked for."""
MOST_AT_IMPORT, MOST_MODULES = 60, 296
"""Modules that `import hushtape` may add to a bare interpreter's, and `hushtape.use_cassette` (vcrpy 9 adds
504 at once)."""
IN_AN_EXCHANGE = 16
"""Modules of ours that the first recorded exchange may load: the journal's, which a replay does without."""


def fresh(code: str, *arguments: str) -> Any:
    """Run code in a new interpreter; what it prints last is JSON."""
    bootstrap = f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", bootstrap + code, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


ADDED = """
import json; before = set(sys.modules)
{}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_import_hushtape_loads_next_to_nothing() -> None:
    added = fresh(ADDED.format("import hushtape"))
    assert {name for name in added if name.split(".")[0] == "hushtape"} <= AT_IMPORT
    assert len(added) <= MOST_AT_IMPORT


def test_the_public_names_bring_no_client() -> None:
    added = fresh(ADDED.format("from hushtape import *"))
    assert len(added) <= MOST_MODULES
    assert CLIENTS & set(added) == set()


def test_every_public_name_is_the_one_of_its_room_and_loads_alone() -> None:
    """A name that is asked for first must not depend on what another one has loaded."""
    import hushtape

    for name in (one for one in hushtape.__all__ if one not in ("__version__", "shown")):
        value = getattr(hushtape, name)
        assert value is getattr(hushtape, name) and value.__name__ == name
        assert name in dir(hushtape) and vars(hushtape)[name] is value
    shown = fresh("import json, hushtape; print(json.dumps(hushtape.shown(ValueError('plain'))))")
    assert shown == "plain"
    assert (
        fresh("import json, hushtape; print(json.dumps(hushtape.errors.UsageError.__name__))") == "UsageError"
    )
    assert "hushtape.sanitizers" in fresh(ADDED.format("import hushtape; hushtape.sanitizers"))
    with pytest.raises(AttributeError, match="no attribute 'use_casette'"):
        hushtape.use_casette  # noqa: B018 - asked for, which raises


def test_threads_may_be_the_first_to_ask() -> None:
    """CPython gives two threads that load a package from two sides a half of it."""
    code = """
import json, threading, hushtape
names, wrong, start = hushtape.__all__, [], threading.Barrier(24)
def ask(first):
    start.wait()
    for place in range(len(names)):
        name = names[(first * 7 + place) % len(names)]
        try:
            getattr(hushtape, name)
        except BaseException as error:
            wrong.append(f"{name}: {error!r}")
threads = [threading.Thread(target=ask, args=(first,)) for first in range(24)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(wrong[:3]))
"""
    assert fresh(code) == []


def test_an_error_unpickles_where_nothing_of_hushtape_was_loaded() -> None:
    from hushtape.errors import OptionError

    error = OptionError("use it", "a typo", "correct it", option="mode", value=None)
    code = "import json, pickle; print(json.dumps(str(pickle.loads(bytes.fromhex(sys.argv[1])))))"
    assert fresh(code, pickle.dumps(error).hex()) == str(error)


def test_the_names_that_type_checkers_see_are_those_that_load() -> None:
    (package,) = [m for m in modules() if m.name == "hushtape"]
    seen = {
        alias.name: (node.module or "").removeprefix("hushtape.")
        for block in package.tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    import hushtape

    assert seen == hushtape._PLACES and set(seen) | {"__version__"} == set(hushtape.__all__)


def test_the_first_exchange_loads_the_journal_and_no_more(tmp_path: Path) -> None:
    """What `import hushtape` puts off comes with `use_cassette`, not while a program waits for its server."""
    code = """
import http.client, json, threading, http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204); self.end_headers()
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
import hushtape
with hushtape.use_cassette(sys.argv[1]):
    before = set(sys.modules)
    connection = http.client.HTTPConnection(*server.server_address, timeout=5)
    connection.request("GET", "/"); connection.getresponse().read(); connection.close()
    added = sorted(name for name in set(sys.modules) - before if name.split(".")[0] == "hushtape")
server.shutdown()
print(json.dumps(added))
"""
    added = fresh(code, str(tmp_path / "one.json"))
    assert len(added) <= IN_AN_EXCHANGE
    assert [name for name in added if not name.startswith("hushtape.cassette.")] == []


def test_no_module_but_an_adapter_brings_a_client() -> None:
    names = [
        m.name
        for m in modules()
        if not any(m.name == d or m.name.startswith((d + ".", d + "_")) for d in ON_DEMAND)
    ]
    brought = fresh(
        """
import importlib, json
clients, brought = json.loads(sys.argv[1]), {}
for name in json.loads(sys.argv[2]):
    importlib.import_module(name)
    for client in clients:
        if client in sys.modules:
            brought.setdefault(client, name)
print(json.dumps(brought))
""",
        json.dumps(sorted(CLIENTS)),
        json.dumps(names),
    )
    assert brought == {}


def test_no_module_patches_anything_when_it_is_imported() -> None:
    changed = fresh(
        """
import asyncio, builtins, http.client, importlib, json, logging, socket, ssl, threading
import urllib.request, warnings
for name in ("requests", "urllib3", "botocore.httpsession"):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
tops = "http socket ssl urllib urllib3 requests botocore asyncio builtins logging".split()
watched = [module for name, module in list(sys.modules.items()) if name.split(".")[0] in tops]
module_type = type(sys)

def snapshot():
    seen = {}
    for module in watched:
        for name, value in list(vars(module).items()):
            if isinstance(value, module_type) or name.startswith("__"):
                continue
            seen[module.__name__, name] = value
            if isinstance(value, type):
                for inner, member in list(vars(value).items()):
                    if not inner.startswith(("_abc_", "__")):
                        seen[module.__name__, name, inner] = member
    for name in ("excepthook", "unraisablehook", "displayhook", "stdout", "stderr"):
        seen["sys", name] = getattr(sys, name)
    seen["sys", "meta_path"] = tuple(map(id, sys.meta_path))
    seen["sys", "path_hooks"] = tuple(map(id, sys.path_hooks))
    seen["threading", "excepthook"] = threading.excepthook
    seen["logging", "handlers"] = tuple(map(id, logging.getLogger().handlers))
    seen["warnings", "filters"] = len(warnings.filters)
    return seen

def same(a, b):
    return a is b or (type(a) in (int, tuple) and a == b)

before = snapshot()
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
after = snapshot()
print(json.dumps([".".join(k) for k in before.keys() | after.keys()
                  if not (k in before and k in after and same(before[k], after[k]))]))
""",
        json.dumps([m.name for m in modules() if m.name != "hushtape.__main__"]),
    )
    assert changed == []
