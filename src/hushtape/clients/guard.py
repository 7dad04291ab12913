"""The network guard: while a tape replays, CPython's sockets reach nobody the session has not allowed.

Lives here: the audit hook, and the memory of which name an address was resolved from. Must not: know
a tape or decide (the policy does), or act while no guard is on. Called by: the api, at an offline tape.
It sees connect, connect_ex, sendto, sendmsg and name look-ups through `socket`, and so asyncio, smtplib,
database drivers in Python. It can't see sockets of other C libraries (libcurl, c-ares, gRPC, libuv,
IOCP on Windows), nor what passes a connection that was open before.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from hushtape.errors import UsageError
from hushtape.patching import PatchSet

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

Policy = Callable[[str, str, int | None], Exception | None]
"""`policy(event, host, port)`: the error to raise, or None to let it pass.

`event` is the audit event ("socket.connect", "socket.getaddrinfo", ...), `host` a lower-case name or a
numeric address without scope, `port` None where none is known. Called in the thread that acts: an event
loop looks names up in a worker thread, which has no context variables of the task.
"""

_LOCAL: Final = frozenset(
    getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK", "AF_ALG") if hasattr(socket, name)
)
"""Families that reach this machine's kernel or another process on it, and never a network."""

_MOST_ADDRESSES: Final = 4096
_PROBE: Final = "hushtape.guard.probe"

_lock = threading.RLock()
_policies: tuple[Policy, ...] = ()
_names: dict[str, str] = {}
"""Numeric address -> the allowed name that it was last resolved from."""
_patches = PatchSet()
_hooked = False


class Guard:
    """One policy in force. `remove` may be called more than once."""

    __slots__ = ("_policy",)

    def __init__(self, policy: Policy) -> None:
        self._policy: Policy | None = policy

    def remove(self) -> None:
        """Take the policy out of force; with the last one, the guard is off."""
        global _policies
        with _lock:
            policy, self._policy = self._policy, None
            if policy is None:
                return
            left = list(_policies)
            left.reverse()
            left.remove(policy)
            left.reverse()
            _policies = tuple(left)
            if not left:
                _patches.remove()
                _names.clear()


def block(policy: Policy) -> Guard:
    """Put a policy in force until the guard is removed.

    With several in force, a call passes only if each lets it pass. A connection to an address is
    allowed if the policy allows the address, or the name that the address was resolved from.

    Raises:
        UsageError: another audit hook forbids ours, so nothing could be promised.
    """
    global _policies
    with _lock:
        _hook_once()
        if not _policies:
            for target, name, make in _WATCHED:
                _patches.replace(target, name, make)
        _policies = (*_policies, policy)
    return Guard(policy)


def _hook_once() -> None:
    """Add the audit hook, and make sure that it is heard: a veto by another hook is silent."""
    global _hooked
    if _hooked:
        return
    sys.addaudithook(_audit)
    sys.audit(_PROBE)
    if not _hooked:
        raise UsageError(
            "guard the network",
            "another audit hook of this process does not let hushtape add its own",
            "Allow the event sys.addaudithook there, or replay without that hook",
        )


def _audit(event: str, args: tuple[Any, ...]) -> None:
    """The hook itself. It runs for every audit event of the process: off, it costs one comparison."""
    global _hooked
    if not _policies:
        if event == _PROBE:
            _hooked = True
        return
    place = _PLACES.get(event)
    if place is None:
        return
    target = place(args)
    if target is None:
        return
    error = _verdict(event, *target)
    if error is not None:
        raise error


def _verdict(event: str, host: str, port: int | None) -> Exception | None:
    name = _names.get(host)
    for policy in _policies:
        error = policy(event, host, port)
        if error is not None and (name is None or policy(event, name, port) is not None):
            return error
    return None


# --- where an event is bound for: (host, port), or None if that is no network ---------------------


def _of_socket(args: tuple[Any, ...]) -> tuple[str, int | None] | None:
    """socket.connect, sendto, sendmsg: (socket, address)."""
    sock, address = args[0], args[1]
    if address is None or sock.family in _LOCAL:
        return None  # sendmsg on a socket whose connect has passed
    return _of_address(address)


def _of_address(address: Any) -> tuple[str, int | None]:
    if not isinstance(address, tuple) or not address:
        return str(address), None
    return _host(address[0]), _port(address[1] if len(address) > 1 else None)


def _of_lookup(args: tuple[Any, ...]) -> tuple[str, int | None] | None:
    """getaddrinfo, gethostbyname: no host, or a numeric one, asks nobody."""
    if not args[0]:
        return None
    host = _host(args[0])
    if _numeric(host):
        return None
    return host, _port(args[1] if len(args) > 1 else None)


def _of_reverse(args: tuple[Any, ...]) -> tuple[str, int | None]:
    """gethostbyaddr: (address,); getnameinfo: ((address, port),)."""
    return _of_address(args[0] if isinstance(args[0], tuple) else (args[0],))


_PLACES: Final[dict[str, Callable[[tuple[Any, ...]], tuple[str, int | None] | None]]] = {
    "socket.connect": _of_socket,
    "socket.sendto": _of_socket,
    "socket.sendmsg": _of_socket,
    "socket.getaddrinfo": _of_lookup,
    "socket.gethostbyname": _of_lookup,
    "socket.gethostbyaddr": _of_reverse,
    "socket.getnameinfo": _of_reverse,
}


def _host(value: Any) -> str:
    """A host as the policy knows it: text, lower case, no final dot, no IPv6 scope."""
    if isinstance(value, bytes | bytearray):
        value = bytes(value).decode("latin-1")
    host = str(value).lower().partition("%")[0]
    if ":" in host:
        try:
            return str(ipaddress.ip_address(host))  # one spelling for each IPv6 address
        except ValueError:
            return host
    return host[:-1] if host.endswith(".") else host


def _port(value: Any) -> int | None:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        return int(value) if value.isdigit() else None
    return value if isinstance(value, int) else None


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# --- patches of `socket` while a guard is on: which name an address came from, names in addresses ----


def _remember(name: Any, addresses: list[str]) -> None:
    host = _host(name) if name else ""
    if not host or _numeric(host):
        return
    with _lock:
        if not _policies:
            return
        for address in addresses:
            _names.pop(_host(address), None)
            _names[_host(address)] = host
        while len(_names) > _MOST_ADDRESSES:
            del _names[next(iter(_names))]


def _learn_getaddrinfo(original: Any) -> Any:
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        found = original(host, *args, **kwargs)
        _remember(host, [str(entry[4][0]) for entry in found])
        return found

    return getaddrinfo


def _learn_gethostbyname(original: Any) -> Any:
    def gethostbyname(hostname: Any) -> Any:
        found = original(hostname)
        _remember(hostname, [found])
        return found

    return gethostbyname


def _learn_gethostbyname_ex(original: Any) -> Any:
    def gethostbyname_ex(hostname: Any) -> Any:
        found = original(hostname)
        _remember(hostname, found[2])
        return found

    return gethostbyname_ex


def _ask_first(event: str) -> Callable[[Any], Any]:
    """Ask before a socket method is called with a name: CPython resolves it before the audit event."""

    def make(original: Any) -> Any:
        def method(self: Any, *args: Any) -> Any:
            address = args[-1] if args else None
            if isinstance(address, tuple) and address and self.family not in _LOCAL:
                host, port = _of_address(address)
                error = None if not host or _numeric(host) else _verdict(event, host, port)
                if error is not None:
                    raise error
            return original(self, *args)

        return method

    return make


_WATCHED: Final[tuple[tuple[Any, str, Callable[[Any], Any]], ...]] = (
    (socket, "getaddrinfo", _learn_getaddrinfo),
    (socket, "gethostbyname", _learn_gethostbyname),
    (socket, "gethostbyname_ex", _learn_gethostbyname_ex),
    (socket.socket, "connect", _ask_first("socket.connect")),
    (socket.socket, "connect_ex", _ask_first("socket.connect")),
    (socket.socket, "sendto", _ask_first("socket.sendto")),
)
