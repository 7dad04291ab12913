"""Which urllib3 call is running in this thread: method and URL, known before there is a connection.

Lives here: that note, and the error that urllib3 is to meet when it connects. Must not: import urllib3.
Called by: the urllib3 hooks (write) and the connecting and sending hooks (read).
"""

from __future__ import annotations

import threading
from typing import Any

_PARAMETERS = ("method", "url", "body", "headers")


class Call:
    """One `urlopen`: its pool and arguments, read only when they are needed."""

    __slots__ = ("_args", "_kwargs", "pool")

    def __init__(self, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.pool = pool
        self._args = args
        self._kwargs = kwargs

    def argument(self, name: str) -> Any:
        """One of method, url, body, headers; None if it was not given."""
        at = _PARAMETERS.index(name)
        return self._args[at] if at < len(self._args) else self._kwargs.get(name)


class _Running(threading.local):
    call: Call | None = None
    connect_error: BaseException | None = None


running = _Running()
