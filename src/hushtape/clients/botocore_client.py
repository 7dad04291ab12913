"""Adapter of botocore: its look at the socket for a 100 Continue, past http.client.

Lives here: that one hook. Must not: answer or record otherwise: http.client's hooks do.
Called by: the registry, when botocore.awsrequest is imported.
"""

from __future__ import annotations

import sys
from typing import Any

from hushtape.clients.wire.line import FORWARD, KEY, Line
from hushtape.clients.wire.line import restore as restore_lines
from hushtape.clients.wire.receiving import response_framer, stand_in
from hushtape.patching import PatchSet
from hushtape.seam import Router

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire


def install(patches: PatchSet, router: Router) -> None:
    """Patch the botocore that is imported. Does nothing where there is none."""
    module = sys.modules.get("botocore.awsrequest")
    if module is not None:
        patches.replace(module.AWSConnection, "_handle_expect_response", _make_handle)


def restore() -> None:
    """Parked sockets go back to their connections, fake ones are dropped."""
    restore_lines()


def _make_handle(original: Any) -> Any:
    """The status line that it reads belongs to the response that http.client reads on with."""

    def handle(connection: Any, message_body: Any) -> Any:
        line: Line | None = connection.__dict__.get(KEY)
        if line is None or line.state != FORWARD:
            return original(connection, message_body)
        line.glimpsed = response_framer(connection, line)
        sock = connection.sock
        tee = stand_in(sock, line.glimpsed, shared=True)
        connection.sock = tee
        try:
            return original(connection, message_body)
        finally:
            if connection.sock is tee:
                connection.sock = sock

    return handle
