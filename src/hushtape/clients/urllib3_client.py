"""Adapter of urllib3 2.x and 1.26: what http.client's adapter needs to know of it beforehand.

Lives here: the note of the running call (urllib3 connects before there is a head), the place where it
meets recorded connection errors, and the refusal of its variants that go past http.client.
Must not: answer or record: http.client's hooks do. Called by: the registry, when urllib3 is imported.
"""

from __future__ import annotations

import http.client as http_client
import sys
from datetime import date
from typing import Any

from hushtape import clock
from hushtape.clients.wire.calls import running
from hushtape.clients.wire.connecting import make_connect
from hushtape.clients.wire.line import restore as restore_lines
from hushtape.errors import UnsupportedClientError, throw
from hushtape.patching import PatchSet
from hushtape.seam import Router

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire


def install(patches: PatchSet, router: Router) -> None:
    """Patch the urllib3 that is imported. Does nothing where there is none."""
    pools = sys.modules.get("urllib3.connectionpool")
    if pools is None:
        return
    if hasattr(sys.modules["urllib3"], "backend"):
        _refuse_future(patches, router)
        return
    patches.replace(pools.HTTPConnectionPool, "urlopen", _make_urlopen(patches, router))
    patches.replace(sys.modules["urllib3.util.connection"], "create_connection", _make_create_connection)
    if hasattr(sys.modules["urllib3.connection"], "RECENT_DATE"):
        patches.replace(sys.modules["urllib3.connection"], "RECENT_DATE", _RecentDate)
    for name in ("HTTPConnection", "HTTPSConnection"):
        kind = getattr(sys.modules["urllib3.connection"], name, None)
        if isinstance(kind, type):
            _adopt(patches, router, kind)


def restore() -> None:
    """Parked sockets go back to their connections, fake ones are dropped."""
    restore_lines()


class _RecentDate:
    """urllib3 warns where today is before this date: the system's clock would be wrong, and certificates with
    it. A clock that is frozen in the past is no such sign, so the real one is asked."""

    def __init__(self, genuine: date) -> None:
        self._genuine = genuine

    def __gt__(self, today: date) -> bool:
        return clock.now().date() < self._genuine

    def __str__(self) -> str:
        return str(self._genuine)


def _adopt(patches: PatchSet, router: Router, kind: type) -> None:
    """Defer `connect` wherever this class finds one of its own (docker's unix sockets override it)."""
    for parent in kind.__mro__:
        if "connect" in vars(parent) and issubclass(parent, http_client.HTTPConnection):
            patches.replace(parent, "connect", make_connect(router))


def _make_urlopen(patches: PatchSet, router: Router) -> Any:
    known: set[type] = set()

    def make(original: Any) -> Any:
        def urlopen(pool: Any, *args: Any, **kwargs: Any) -> Any:
            kind = pool.ConnectionCls
            if kind not in known:
                if kind.__module__.startswith("urllib3.http2"):
                    _refuse(router, pool, "urllib3.http2 (injected)")
                elif isinstance(kind, type):
                    _adopt(patches, router, kind)
                    known.add(kind)
            before = running.call
            running.call = (pool, args, kwargs)
            try:
                return original(pool, *args, **kwargs)
            finally:
                running.call = before

        return urlopen

    return make


def _make_create_connection(original: Any) -> Any:
    def create_connection(*args: Any, **kwargs: Any) -> Any:
        error = running.connect_error
        if error is not None:
            raise error
        return original(*args, **kwargs)

    return create_connection


def _refuse(router: Router, pool: Any, client: str) -> None:
    """Refuse the call if a tape watches it."""
    if router(pool.host or "", pool.port or 0) is None:
        return
    throw(
        UnsupportedClientError(
            f"watch a call to {pool.host}",
            f"it is made by {client}, which goes past http.client, so the tape would not see it",
            "Use urllib3 itself without it, or let the host through with ignore_hosts",
            client=client,
        )
    )


def _refuse_future(patches: PatchSet, router: Router) -> None:
    """urllib3-future (niquests brings it) takes urllib3's name and speaks through sockets of its own."""
    places = (("urllib3.connectionpool", "HTTPConnectionPool"),)
    for module, name in (*places, ("urllib3._async.connectionpool", "AsyncHTTPConnectionPool")):
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None:
            patches.replace(kind, "urlopen", _make_refusal(router))


def _make_refusal(router: Router) -> Any:
    def make(original: Any) -> Any:
        def urlopen(pool: Any, *args: Any, **kwargs: Any) -> Any:
            _refuse(router, pool, "urllib3-future (niquests)")
            return original(pool, *args, **kwargs)

        return urlopen

    return make
