"""Adapter of http.client, and so of everything built on it: requests, urllib3, botocore, urllib.request.

Lives here: which attributes of http.client are replaced. Must not: know urllib3 or botocore, decide.
Called by: the registry. What the hooks do is in `wire`: sending, receiving, connecting.
"""

from __future__ import annotations

import sys

# Not `http.client.HTTPConnection`: while that module is being imported, `http` does not name it yet.
from http.client import HTTPConnection
from typing import Any

from hushtape.clients.wire import line
from hushtape.clients.wire.connecting import make_connect
from hushtape.clients.wire.line import KEY
from hushtape.clients.wire.message import make_parse_headers
from hushtape.clients.wire.receiving import make_getresponse
from hushtape.clients.wire.sending import make_send
from hushtape.patching import PatchSet
from hushtape.seam import Router


def install(patches: PatchSet, router: Router) -> None:
    """Watch every HTTPConnection, those of subclasses that exist now included."""
    base = HTTPConnection
    original_send = base.send
    patches.replace(base, "send", make_send(router))
    patches.replace(base, "getresponse", make_getresponse(original_send))
    patches.replace(base, "close", _make_close)
    patches.replace(sys.modules["http.client"], "parse_headers", make_parse_headers)
    adopt(patches, router, base)


def adopt(patches: PatchSet, router: Router, kind: type[Any]) -> None:
    """Defer the `connect` of this class and its subclasses, where they have one of their own."""
    if "connect" in vars(kind):
        patches.replace(kind, "connect", make_connect(router))
    for heir in kind.__subclasses__():
        adopt(patches, router, heir)


def restore() -> None:
    """Parked sockets go back to their connections, fake ones are dropped."""
    line.restore()


def _make_close(original: Any) -> Any:
    def close(connection: Any) -> Any:
        found: line.Line | None = connection.__dict__.get(KEY)
        # http.client closes what a proxy refuses while it connects: who made it connect tells the tape.
        if found is not None and not found.connecting:
            found.closed()
        return original(connection)

    return close
