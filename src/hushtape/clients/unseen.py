"""Clients that no adapter watches yet, or that none can: refused while a tape replays.

Lives here: for each of them, the places that its calls must pass. Must not: refuse a client for being
imported, only for being used; touch a call that no tape watches. Called by: the registry.
The network guard alone would not do: it can't see the sockets of C libraries, nor a request that goes
out on a connection from before the tape. While a tape records, a call passes, and is warned of once.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from hushtape.errors import HushtapeWarning, UnsupportedClientError
from hushtape.patching import PatchSet
from hushtape.seam import Router

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

Where = Callable[[tuple[Any, ...]], tuple[str, int]]
"""Finds host and port in a call's arguments; ("", 0) where they can't be told."""


def _nowhere(args: tuple[Any, ...]) -> tuple[str, int]:
    return "", 0


def _httpcore(args: tuple[Any, ...]) -> tuple[str, int]:
    url = args[1].url
    return url.host.decode("ascii"), url.port or {b"http": 80, b"https": 443}.get(url.scheme, 0)


def _aiohttp(args: tuple[Any, ...]) -> tuple[str, int]:
    return args[1].url.host or "", args[1].url.port or 0


def _pool(args: tuple[Any, ...]) -> tuple[str, int]:
    return args[0].host, args[0].port or 0


@dataclass(frozen=True, slots=True)
class Door:
    """A place that a client's calls must pass: `owner` in `module` ("" for the module itself)."""

    module: str
    owner: str
    names: tuple[str, ...]
    where: Where = _nowhere


_CALLS: Final = ("__call__", "with_call", "future")
_LOOP: Final = ("create_connection", "create_datagram_endpoint", "getaddrinfo", "getnameinfo", "sock_connect")

DOORS: Final[dict[str, tuple[Door, ...]]] = {
    "httpcore": (
        Door("httpcore", "ConnectionPool", ("handle_request",), _httpcore),
        Door("httpcore", "AsyncConnectionPool", ("handle_async_request",), _httpcore),
    ),
    "httpcore2": (
        Door("httpcore2", "ConnectionPool", ("handle_request",), _httpcore),
        Door("httpcore2", "AsyncConnectionPool", ("handle_async_request",), _httpcore),
    ),
    "aiohttp": (Door("aiohttp", "TCPConnector", ("connect",), _aiohttp),),
    # niquests; where urllib3-future has taken urllib3's own name, urllib3's adapter refuses it.
    "urllib3_future": (
        Door("urllib3_future", "HTTPConnectionPool", ("urlopen",), _pool),
        Door("urllib3_future", "AsyncHTTPConnectionPool", ("urlopen",), _pool),
    ),
    # Extension types can't be patched: these are refused where they are made.
    "pycurl": (Door("pycurl", "", ("Curl", "CurlMulti")),),
    "curl_cffi": (
        Door("curl_cffi", "Curl", ("perform",)),
        Door("curl_cffi", "AsyncCurl", ("add_handle",)),
    ),
    "grpc": (
        Door("grpc", "", ("insecure_channel", "secure_channel")),
        Door("grpc.aio", "", ("insecure_channel", "secure_channel")),
        *(
            Door("grpc._channel", f"_{kind}MultiCallable", _CALLS)
            for kind in (
                "UnaryUnary",
                "UnaryStream",
                "SingleThreadedUnaryStream",
                "StreamUnary",
                "StreamStream",
            )
        ),
    ),
    "uvloop": (Door("uvloop", "Loop", _LOOP),),
}


class Watch:
    """The adapter of a client that hushtape can't record."""

    def __init__(self, client: str) -> None:
        self.client = client
        self._warned = False
        self._router: Router | None = None

    def install(self, patches: PatchSet, router: Router) -> None:
        """Stand at the client's doors."""
        self._router = router
        for door in DOORS[self.client]:
            owner: Any = sys.modules.get(door.module)
            if door.owner:
                owner = getattr(owner, door.owner, None)
            for name in door.names:
                if owner is not None and hasattr(owner, name):
                    patches.replace(owner, name, self._maker(door.where))

    def restore(self) -> None:
        """Let everything pass from now on: somebody may have kept what stood at a door."""
        self._router = None

    def _maker(self, where: Where) -> Callable[[Any], Any]:
        def ask(args: tuple[Any, ...]) -> None:
            self._ask(where, args)

        def make(original: Any) -> Any:
            if isinstance(original, type):
                return _a_class_still(original, ask)
            return _asking(original, ask)

        return make

    def _ask(self, where: Where, args: tuple[Any, ...]) -> None:
        """Let the call pass, warn of it, or refuse it."""
        router = self._router
        if router is None:
            return
        try:
            host, port = where(args)
        except (AttributeError, IndexError, TypeError, UnicodeError):  # a version that passes them otherwise
            host, port = "", 0
        session = router(host, port)
        if session is None:
            return
        if session.offline:
            raise UnsupportedClientError(
                f"make a request with {self.client}",
                "a tape replays, and hushtape has no adapter for this client: it would reach the network",
                "Use a client that hushtape watches, or name the host in ignore_hosts",
                client=self.client,
            )
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"hushtape does not record {self.client}: its requests pass unseen while the tape records",
                HushtapeWarning,
                stacklevel=5,
            )


def _asking(original: Any, ask: Callable[[tuple[Any, ...]], None]) -> Any:
    if inspect.iscoroutinefunction(original):

        async def asking_coroutine(*args: Any, **kwargs: Any) -> Any:
            ask(args)
            return await original(*args, **kwargs)

        return asking_coroutine

    def asking(*args: Any, **kwargs: Any) -> Any:
        ask(args)
        return original(*args, **kwargs)

    return asking


def _a_class_still(original: type, ask: Callable[[tuple[Any, ...]], None]) -> Any:
    """A subclass that asks when it is made; the instances of the original count as its own."""

    class Kind(type(original)):  # type: ignore[misc]  # a metaclass that is known at run time only
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            ask(args)
            return super().__call__(*args, **kwargs)

        def __instancecheck__(cls, instance: Any) -> bool:
            return isinstance(instance, original) if cls is made else super().__instancecheck__(instance)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, original) if cls is made else super().__subclasscheck__(subclass)

    made = Kind(
        original.__name__, (original,), {"__doc__": original.__doc__, "__module__": original.__module__}
    )
    return made
