"""Which urllib3 call is running in this thread: method and URL, known before there is a connection.

Lives here: that note, and the error that urllib3 is to meet when it connects. Must not: import urllib3.
Called by: the urllib3 hooks (write) and the connecting and sending hooks (read).
"""

from __future__ import annotations

import threading
from typing import Any

_PARAMETERS = ("method", "url", "body", "headers")


Call = tuple[Any, tuple[Any, ...], dict[str, Any]]
"""One `urlopen`: its pool, and its arguments as they were given: one is made for each request."""


def argument(call: Call, name: str) -> Any:
    """One of method, url, body, headers; None if it was not given."""
    _, args, kwargs = call
    at = _PARAMETERS.index(name)
    return args[at] if at < len(args) else kwargs.get(name)


class _Running(threading.local):
    call: Call | None = None
    connect_error: BaseException | None = None


running = _Running()
