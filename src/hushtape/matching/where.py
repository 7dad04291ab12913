"""Where an option holds: on a host, under a path, or both.

Lives here: reading "api.example.com/v1/*" and telling whether a request is meant. Must not: know which
option is asked, raise anything but ValueError. Called by: ignored; the session (options given per place).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec import Struct

from hushtape.matching.placeholders import fits_around

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

SYNTAX: Final = (
    '"api.example.com", "*.example.com", "api.example.com:8443", "api.example.com/v1/orders", '
    '"/v1/*" (any host) or "*" (everywhere); in a path, * stands for any text'
)


class Where(Struct, frozen=True):
    """A host, a port and a path, as far as they were said; "" stands for any."""

    host: str = ""
    port: str = ""
    path: str = ""

    def covers(self, host: str, port: str, path: str) -> bool:
        """Is a request meant?

        Args:
            host: lower-case; port: its number as text; path: percent-encoded, as sent.
        """
        if self.port and self.port != port:
            return False
        host = host.rstrip(".")  # "api.example.com." is the same host, said in full (RFC 1034 3.1)
        if self.host.startswith("*."):
            if not host.endswith(self.host[1:]):
                return False
        elif self.host and self.host != host:
            return False
        return not self.path or fits_around(self.path.split("*"), path)


EVERYWHERE: Final = Where()


def parse(text: str) -> Where:
    """The place that `text` names; see `SYNTAX`.

    Raises:
        ValueError: it names none; the message says why.
    """
    if "://" in text:
        raise ValueError("it holds a scheme, which is no part of a place")
    if "?" in text or "#" in text:
        raise ValueError("it holds a query or fragment, which is no part of a place")
    authority, slash, path = text.partition("/")
    host, port = authority.lower(), ""
    colon = host.rfind(":")
    if colon >= 0 and not host.endswith("]"):
        host, port = host[:colon], host[colon + 1 :]
        if not port.isdecimal():
            raise ValueError(f"{port[:20]!r} is no port")
    if host not in ("", "*") and not host.strip("*."):
        raise ValueError(f"{host[:20]!r} names no host")
    host = host.rstrip(".")
    if host == "*":
        host = ""
    elif "*" in host.removeprefix("*."):
        raise ValueError('a host holds * only as all of it, or at its start: "*.example.com"')
    elif not text or any(one.isspace() for one in text):
        raise ValueError("it names no host and no path")
    return Where(host, port, slash + path if path or slash else "")


def wildcard(pattern: str) -> Callable[[str], bool]:
    """A test for texts in which * stands for any text; linear in the text, whatever the pattern."""
    return partial(fits_around, pattern.split("*"))
