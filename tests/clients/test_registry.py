"""Adapters come with their clients, whenever those are imported, and go with the last tape.

The clients and adapters here are small modules written to a folder on sys.path, imported by the genuine
import system: early, late, lazily, from a zip file, and reloaded.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import textwrap
import threading
import types
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hushtape.clients import registry, unseen
from hushtape.errors import HushtapeWarning, UnsupportedClientError, UsageError

CLIENT = "def call():\n    return ['network']\n"
ADAPTER = """
restored = 0

def install(patches, router):
    import quiet_client
    patches.replace(quiet_client, "call", lambda original: lambda: ["seen", *original()])

def restore():
    global restored
    restored += 1
"""


class Tape:
    may_replay = share_tls = False
    max_held_body = 0

    def __init__(self, offline: bool) -> None:
        self.offline = offline
        self.missed: list[str] = []

    def open(self, request: Any) -> Any:
        raise AssertionError("nothing is opened here")

    def unwatched(self, client: str, error: Exception) -> None:
        self.missed.append(client)


class Route:
    """A router with one tape, or none."""

    def __init__(self, tape: Tape | None = None) -> None:
        self.tape = tape
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Any:
        self.asked.append((host, port))
        return self.tape


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with `quiet_client` and its adapter; the table knows no other client."""
    (tmp_path / "quiet_client.py").write_text(CLIENT)
    (tmp_path / "quiet_adapter.py").write_text(ADAPTER)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(registry, "ADAPTERS", {"quiet_client": ("quiet_adapter",)})
    monkeypatch.setattr(registry, "UNSEEN", frozenset())
    before = list(sys.meta_path)
    yield tmp_path
    assert sys.meta_path == before
    for name in ("quiet_client", "quiet_adapter"):
        sys.modules.pop(name, None)


def call() -> Any:
    return importlib.import_module("quiet_client").call()


def test_a_client_that_is_imported_is_patched_and_given_back(clients: Path) -> None:
    original = importlib.import_module("quiet_client").call
    installation = registry.install(Route())
    assert call() == ["seen", "network"]
    installation.remove()
    installation.remove()
    assert sys.modules["quiet_client"].call is original
    assert sys.modules["quiet_adapter"].restored == 1


def test_an_adapter_is_not_imported_without_its_client(clients: Path) -> None:
    installation = registry.install(Route())
    assert "quiet_adapter" not in sys.modules
    assert "quiet_client" not in sys.modules
    installation.remove()


def test_a_client_imported_later_is_patched_before_the_program_has_it(clients: Path) -> None:
    installation = registry.install(Route())
    import quiet_client

    assert quiet_client.call() == ["seen", "network"]
    assert type(quiet_client.__loader__).__module__.startswith("_frozen_importlib")
    assert quiet_client.__spec__.loader is quiet_client.__loader__
    installation.remove()
    assert quiet_client.call() == ["network"]


def test_a_client_imported_after_the_last_tape_is_untouched(clients: Path) -> None:
    registry.install(Route()).remove()
    assert call() == ["network"]
    assert "quiet_adapter" not in sys.modules


def test_a_reload_while_a_tape_is_open_is_patched_once(clients: Path) -> None:
    import quiet_client

    installation = registry.install(Route())
    importlib.reload(quiet_client)
    importlib.reload(quiet_client)
    assert quiet_client.call() == ["seen", "network"]
    installation.remove()
    importlib.reload(quiet_client)
    assert quiet_client.call() == ["network"]


def test_a_lazily_loaded_client_is_patched_when_it_loads(clients: Path) -> None:
    installation = registry.install(Route())
    spec = importlib.util.find_spec("quiet_client")
    assert spec is not None and spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["quiet_client"] = module
    spec.loader.exec_module(module)
    assert "quiet_adapter" not in sys.modules
    assert module.call() == ["seen", "network"]
    installation.remove()
    assert module.call() == ["network"]


def test_a_client_in_a_zip_file_is_patched(clients: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clients / "quiet_client.py").unlink()
    with zipfile.ZipFile(clients / "all.zip", "w") as archive:
        archive.writestr("quiet_client.py", CLIENT)
    monkeypatch.syspath_prepend(str(clients / "all.zip"))
    installation = registry.install(Route())
    assert call() == ["seen", "network"]
    installation.remove()


def test_looking_for_a_client_does_not_import_it(clients: Path) -> None:
    installation = registry.install(Route())
    spec = importlib.util.find_spec("quiet_client")
    assert spec is not None and spec.loader is not None
    assert spec.loader.get_source("quiet_client") == CLIENT  # type: ignore[attr-defined]
    assert importlib.util.find_spec("surely_no_such_module") is None
    installation.remove()
    assert "quiet_client" not in sys.modules


def test_an_adapter_that_fails_to_restore_does_not_keep_the_others_in_place(
    clients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clients / "bad_adapter.py").write_text(
        "def install(patches, router): pass\ndef restore(): raise ValueError('bad')\n"
    )
    monkeypatch.setattr(
        registry, "ADAPTERS", {"quiet_client": ("quiet_adapter",), "bisect": ("bad_adapter",)}
    )
    import quiet_client

    installation = registry.install(Route())
    with pytest.raises(ValueError, match="bad"):
        installation.remove()
    assert quiet_client.call() == ["network"]
    assert sys.modules["quiet_adapter"].restored == 1


def test_nested_tapes_share_the_adapters_until_the_last_one_closes(clients: Path) -> None:
    import quiet_client

    route = Route()
    outer, inner = registry.install(route), registry.install(route)
    assert quiet_client.call() == ["seen", "network"]
    outer.remove()
    assert quiet_client.call() == ["seen", "network"]
    inner.remove()
    assert quiet_client.call() == ["network"]


def test_a_second_router_is_refused_while_the_first_is_in_place(clients: Path) -> None:
    first = registry.install(Route())
    with pytest.raises(UsageError):
        registry.install(Route())
    first.remove()
    registry.install(Route()).remove()


def test_a_client_that_cannot_be_patched_fails_the_opening_and_leaves_nothing(clients: Path) -> None:
    (clients / "quiet_client.py").write_text("other = 1\n")
    import quiet_client

    with pytest.raises(UsageError, match="call"):
        registry.install(Route())
    assert vars(quiet_client)["other"] == 1
    (clients / "quiet_client.py").write_text(CLIENT + "# now it has one\n")
    importlib.reload(quiet_client)
    registry.install(Route()).remove()


def test_a_late_client_that_cannot_be_patched_warns_while_recording_and_fails_replay(clients: Path) -> None:
    (clients / "quiet_client.py").write_text("other = 1\n")
    recording = Tape(offline=False)
    installation = registry.install(Route(recording))
    with pytest.warns(HushtapeWarning, match="quiet_client"):
        importlib.import_module("quiet_client")
    assert recording.missed == ["quiet_client"]
    installation.remove()
    del sys.modules["quiet_client"]
    installation = registry.install(Route(Tape(offline=True)))
    with pytest.raises(UsageError):
        importlib.import_module("quiet_client")
    installation.remove()


def test_threads_that_open_import_and_close_at_once_do_not_deadlock(clients: Path) -> None:
    route = Route()

    def work() -> None:
        for _ in range(20):
            installation = registry.install(route)
            sys.modules.pop("quiet_client", None)
            try:
                importlib.import_module("quiet_client")
            except KeyError:
                pass  # another thread took the module out in the midst of the import
            installation.remove()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert not registry._current or registry._current.holds == 0
    sys.modules.pop("quiet_client", None)
    assert call() == ["network"]


def test_thousands_of_tapes_leave_nothing_behind(clients: Path) -> None:
    import quiet_client

    route, before = Route(), quiet_client.call
    for _ in range(1000):
        registry.install(route).remove()
    assert quiet_client.call is before
    assert len(registry._current._installed) == 0  # type: ignore[union-attr]


# --- clients without an adapter --------------------------------------------------------------------


def test_every_adapter_of_the_table_can_be_imported_and_has_both_functions() -> None:
    for name in (adapter for adapters in registry.ADAPTERS.values() for adapter in adapters):
        adapter = importlib.import_module(name)
        assert callable(adapter.install) and callable(adapter.restore)


def test_the_genuine_clients_are_as_before_after_a_tape() -> None:
    import http.client
    import ssl

    import urllib3

    kinds = [
        http.client.HTTPConnection,
        http.client.HTTPSConnection,
        urllib3.HTTPConnectionPool,
        urllib3.connection.HTTPConnection,
        urllib3.connection.HTTPSConnection,
        ssl.SSLContext,
    ]
    before = {kind: dict(vars(kind)) for kind in kinds}
    installation = registry.install(Route())
    assert changed(before)
    installation.remove()
    assert changed(before) == set()


def changed(before: dict[type, dict[str, object]]) -> set[str]:
    """Names of the attributes that are not the objects they were."""
    return {
        f"{kind.__qualname__}.{name}"
        for kind, known in before.items()
        for name in known.keys() | vars(kind).keys()
        if known.get(name) is not vars(kind).get(name)
    }


def test_every_unwatched_client_has_its_doors() -> None:
    assert unseen.DOORS.keys() == registry.UNSEEN


@pytest.fixture
def pretended(clients: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    """A module that has the shape of pycurl, httpcore and uvloop, for what can't be installed here."""
    (clients / "loud_client.py").write_text(
        textwrap.dedent(
            """
            class Curl:
                def perform(self):
                    return "network"

            class Pool:
                async def handle(self, request):
                    return "network"
            """
        )
    )
    doors = (
        unseen.Door("loud_client", "", ("Curl", "Gone")),
        unseen.Door("loud_client", "Pool", ("handle",), unseen._httpcore),
        unseen.Door("loud_client.nowhere", "Pool", ("handle",)),
    )
    monkeypatch.setattr(registry, "UNSEEN", frozenset({"loud_client"}))
    monkeypatch.setitem(unseen.DOORS, "loud_client", doors)
    yield importlib.import_module("loud_client")
    sys.modules.pop("loud_client", None)


def test_an_unwatched_client_may_be_imported_but_not_used_while_a_tape_replays(pretended: Any) -> None:
    early = pretended.Curl()
    genuine = pretended.Curl
    installation = registry.install(Route(Tape(offline=True)))
    with pytest.raises(UnsupportedClientError) as caught:
        pretended.Curl()
    assert caught.value.client == "loud_client"
    with pytest.raises(UnsupportedClientError):
        pretended.Pool().handle(None).send(None)
    assert isinstance(early, pretended.Curl)
    installation.remove()
    assert pretended.Curl is genuine


def test_an_unwatched_client_is_warned_of_once_while_a_tape_records(pretended: Any) -> None:
    installation = registry.install(Route(Tape(offline=False)))
    kept = pretended.Curl
    with pytest.warns(HushtapeWarning, match="loud_client") as warned:
        assert pretended.Curl().perform() == "network"

        class Mine(pretended.Curl):  # type: ignore[misc, name-defined]
            pass

        assert isinstance(Mine(), Mine)
        assert not isinstance(pretended.Curl(), Mine)
    assert len(warned) == 1
    installation.remove()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kept().perform() == "network"


def test_an_unwatched_client_passes_to_a_host_that_is_ignored(pretended: Any) -> None:
    url = types.SimpleNamespace(host=b"api.test", port=None, scheme=b"https")
    route = Route()
    installation = registry.install(route)
    with pytest.raises(StopIteration, match="network"):
        pretended.Pool().handle(types.SimpleNamespace(url=url)).send(None)
    assert ("api.test", 443) in route.asked
    installation.remove()
