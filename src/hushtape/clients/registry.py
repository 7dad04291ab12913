"""Which adapter serves which client, and when it is put in place.

Lives here: the table, and the reference count of nested tapes. Must not: import a client, or an adapter
before its client is there; know a session. Called by: the api, once for each tape that opens.
A client that is imported while a tape is open is patched as its import ends (import_hook.py), so that
what the program does first with it is seen. No lock is held while a client is being imported.
"""

from __future__ import annotations

import importlib
import sys
import threading
import warnings
from contextlib import ExitStack
from typing import Final, Protocol, cast

from hushtape.clients.import_hook import ImportHook
from hushtape.errors import HushtapeWarning, UsageError
from hushtape.patching import PatchSet
from hushtape.seam import Router

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


class Adapter(Protocol):
    """What each adapter's module offers."""

    def install(self, patches: PatchSet, router: Router) -> None:
        """Patch the client, which is imported."""

    def restore(self) -> None:
        """Called after the patches are gone: give back parked sockets, drop caches."""


ADAPTERS: Final[dict[str, tuple[str, ...]]] = {
    "http.client": ("hushtape.clients.http_client",),
    # TLS sharing first: the adapter may put the real `connect` off, and calls what it found there.
    "urllib3": ("hushtape.clients.tls", "hushtape.clients.urllib3_client"),
    "botocore.awsrequest": ("hushtape.clients.botocore_client",),
}
"""Client module -> the modules that adapt it, in the order in which they are installed."""

UNSEEN: Final = frozenset(
    {"httpcore", "httpcore2", "aiohttp", "urllib3_future", "pycurl", "curl_cffi", "grpc", "uvloop"}
)
"""Client modules without an adapter: hushtape.clients.unseen refuses them while a tape replays."""


def _adapters(client: str) -> list[Adapter]:
    """Import what adapts this client."""
    if client in ADAPTERS:
        return [cast(Adapter, importlib.import_module(name)) for name in ADAPTERS[client]]
    from hushtape.clients.unseen import Watch  # only where one of these clients is

    return [Watch(client)]


class Installation:
    """One tape's hold on the adapters. `remove` may be called more than once."""

    __slots__ = ("_active",)

    def __init__(self, active: _Active) -> None:
        self._active: _Active | None = active

    def remove(self) -> None:
        """Let go; with the last hold, every client is as it was before."""
        with _lock:
            active, self._active = self._active, None
            if active is not None:
                active.holds -= 1
                if not active.holds:
                    active.close()


def install(router: Router) -> Installation:
    """Patch every client that is imported, and see to those that will be, until `remove`.

    Raises:
        UsageError: a version of a client that can't be patched; another router is in place.
    """
    global _current
    with _lock:
        active = _current
        if active is None or not active.holds:
            active = _current = _Active(router)
        elif active.router != router:
            raise UsageError("install the adapters", "they serve another router", "Remove that one first")
        active.holds += 1
    installation = Installation(active)
    try:
        active.begin()
    except BaseException:
        installation.remove()
        raise
    return installation


class _Active:
    """The adapters in place, for as long as any tape is open."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.holds = 0
        self._hook = ImportHook(ADAPTERS.keys() | UNSEEN, self._imported)
        self._installed: dict[str, list[tuple[PatchSet, Adapter]]] = {}

    def begin(self) -> None:
        """Patch what is imported. The hook comes first: nothing can slip in between."""
        self._hook.add()
        for client in (*ADAPTERS, *UNSEEN):
            if sys.modules.get(client) is not None and client not in self._installed:
                importlib.import_module(client)  # waits, if another thread is importing it right now
                self._adapt(client)

    def close(self) -> None:
        """Take everything back, the last adapter first, and all of it even if one of them fails."""
        self._hook.remove()
        with ExitStack() as stack:
            for client in self._installed:
                stack.callback(self._give_back, client)

    def _imported(self, client: str) -> None:
        """A client's import, or its reload, has just ended."""
        try:
            with _lock:
                self._give_back(client)  # a reload has made new classes
            self._adapt(client)
        except Exception as error:  # the program's import must not fail because our adapter did
            session = self.router("", 0)
            if session is not None and session.offline:
                raise
            if session is not None:
                session.unwatched(client, error)
            warnings.warn(f"hushtape does not record {client}: {error}", HushtapeWarning, stacklevel=2)

    def _adapt(self, client: str) -> None:
        adapters = _adapters(client)
        with _lock:
            if not self.holds or client in self._installed:
                return
            installed = self._installed[client] = []
            try:
                for adapter in adapters:
                    # a set each: two of them replace urllib3's `connect`, the later one on the earlier
                    patches = PatchSet()
                    installed.append((patches, adapter))
                    adapter.install(patches, self.router)
            except BaseException:
                self._give_back(client)
                raise

    def _give_back(self, client: str) -> None:
        for patches, adapter in reversed(self._installed.pop(client, [])):
            patches.remove()
            adapter.restore()


_lock: Final = threading.RLock()
_current: _Active | None = None
