"""Shares TLS contexts between urllib3 connections that would each build the same one.

Lives here: the patch of urllib3's `connect`, and the cache. Must not: share a pool, a connection, or a
context that the program made; build a context (urllib3 builds the first, and that one is shared).
Called by: the registry, for urllib3 1.26 and 2.x, and so requests. What two connections must have in
common is in tls_key.py. The cache lives while a tape is open and holds at most 32 contexts.
"""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress
from typing import Any, Final

from hushtape.clients.tls_key import Key, key_of, state_of
from hushtape.patching import PatchSet
from hushtape.seam import Router

_MOST_CONTEXTS: Final = 32

_CHANGERS: Final = (
    "load_cert_chain",
    "load_verify_locations",
    "load_default_certs",
    "set_default_verify_paths",
    "set_ciphers",
    "set_ecdh_curve",
    "load_dh_params",
    "set_psk_client_callback",
)
"""Methods that change a context in ways that can't be read back from it: a call ends the sharing."""


class _Shared:
    """A context in the cache, the state that it had when it came in, and the watch on its changers."""

    __slots__ = ("context", "patches", "state")

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.patches = PatchSet()
        for name in _CHANGERS:
            if hasattr(context, name):
                self.patches.replace(context, name, self._last_before)
        self.state = state_of(context)

    def _last_before(self, original: Any) -> Any:
        def change(*args: Any, **kwargs: Any) -> Any:
            _cache.forget(self)
            return original(*args, **kwargs)

        return change


class Cache:
    """Contexts by key. Least recently used ones go first; one that was changed is never given out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[Key, _Shared] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> ssl.SSLContext | None:
        """The context for this key, if it still is as urllib3 made it."""
        with self._lock:
            shared = self._entries.pop(key, None)
            if shared is None:
                return None
            if state_of(shared.context) == shared.state:
                self._entries[key] = shared
                return shared.context
        shared.patches.remove()
        return None

    def put(self, key: Key, context: ssl.SSLContext) -> None:
        """Keep a context that urllib3 has just made; a first one for the same key stays."""
        with self._lock:
            if key in self._entries or any(other.context is context for other in self._entries.values()):
                return
            self._entries[key] = _Shared(context)
            oldest = next(iter(self._entries)) if len(self._entries) > _MOST_CONTEXTS else None
            dropped = self._entries.pop(oldest) if oldest is not None else None
        if dropped is not None:
            dropped.patches.remove()

    def forget(self, gone: _Shared) -> None:
        """Share this context no more; who holds it goes on with it."""
        with self._lock:
            for key, shared in tuple(self._entries.items()):
                if shared is gone:
                    del self._entries[key]
        gone.patches.remove()

    def clear(self) -> None:
        """Drop all of them."""
        with self._lock:
            entries, self._entries = self._entries, {}
        for shared in entries.values():
            shared.patches.remove()


_cache: Final = Cache()


def install(patches: PatchSet, router: Router) -> None:
    """Patch urllib3's `connect`; not that of urllib3-future in its place, which is another inside."""
    import urllib3
    from urllib3.connection import HTTPSConnection

    if hasattr(urllib3, "backend"):
        return

    def make(original: Any) -> Any:
        def connect(conn: Any) -> Any:
            if not _wanted(conn, router):
                return original(conn)
            return _connect(conn, original)

        return connect

    if hasattr(HTTPSConnection, "connect"):  # not so for the stand-in of a Python without ssl
        patches.replace(HTTPSConnection, "connect", make)


def restore() -> None:
    """The last tape closed: no context outlives it here."""
    _cache.clear()


def _wanted(conn: Any, router: Router) -> bool:
    """Does a tape that shares TLS watch this connection? Not to be asked of one with its own context."""
    if getattr(conn, "ssl_context", None) is not None:
        return False
    host = getattr(conn, "_tunnel_host", None) or conn.host
    port = getattr(conn, "_tunnel_port", None) or conn.port
    session = router(host, port)
    return session is not None and session.share_tls and not session.offline


def _connect(conn: Any, original: Any) -> Any:
    """Connect with the shared context of this key, or let urllib3 make one and keep it."""
    key = key_of(conn)
    if key is None:
        return original(conn)
    context = _cache.get(key)
    if context is None:
        result = original(conn)
        with suppress(Exception):  # the connection stands: that it can't be shared must not undo it
            made = getattr(conn.sock, "context", None)
            # A CA file that was replaced meanwhile: which of the two was loaded can't be told.
            if type(made) is ssl.SSLContext and _key_again(conn, made) == key:
                _cache.put(key, made)
        return result
    own = conn.ca_certs, conn.ca_cert_dir, conn.ca_cert_data
    conn.ssl_context, conn.ca_certs, conn.ca_cert_dir, conn.ca_cert_data = context, None, None, None
    try:
        return original(conn)
    finally:
        conn.ssl_context = None
        conn.ca_certs, conn.ca_cert_dir, conn.ca_cert_data = own


def _key_again(conn: Any, made: ssl.SSLContext) -> Key | None:
    """The key after connecting. urllib3 1.26 leaves the context on the connection: it is not a given one."""
    if conn.ssl_context is made:
        conn.ssl_context = None
    return key_of(conn)
