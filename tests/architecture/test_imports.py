"""Importing hushtape is cheap, patches nothing, and brings no client along.

Each fact is looked at in a fresh interpreter, because the test process has imported everything already.
An adapter may import its own client, and the demo what it demonstrates with: they come only when asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

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
MOST_MODULES, MOST_FOREIGN = 250, 130
"""Modules that `import hushtape` may add to a bare interpreter's: all, and those that are not ours
(vcrpy 9 adds 504)."""


def fresh(code: str, *arguments: str) -> Any:
    """Run code in a new interpreter; what it prints last is JSON."""
    bootstrap = f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", bootstrap + code, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_import_hushtape_is_cheap_and_brings_no_client() -> None:
    added = fresh(
        "import json; before = set(sys.modules); import hushtape\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    assert len(added) <= MOST_MODULES
    assert len([name for name in added if name.split(".")[0] != "hushtape"]) <= MOST_FOREIGN
    assert CLIENTS & set(added) == set()


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
