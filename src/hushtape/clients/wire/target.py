"""Where a request goes: the absolute URI of what a connection sends, and whom it asks.

Lives here: that translation alone. Must not: resolve names or know a tape. Called by: the hooks.
The URI is the same with and without a proxy: through CONNECT the tunnel's host counts, and an
absolute-form target (RFC 9112 3.2.2) is the URI already.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

_DEFAULTS = {"http": 80, "https": 443}

_places: dict[tuple[Any, ...], tuple[str, str, int]] = {}
"""What connections say of themselves -> (scheme and authority, host, port). At most 256 of them: it is
emptied when it is full, and a miss costs 2 us."""


def origin(connection: Any) -> tuple[str, str, int]:
    """(scheme, host, port) that the connection speaks to, through a tunnel if there is one."""
    scheme = "https" if getattr(connection, "default_port", 80) == 443 else "http"
    host = getattr(connection, "_tunnel_host", None)
    port = connection._tunnel_port if host else connection.port
    host = (host or connection.host or "").strip("[]").lower()
    return scheme, host, int(port or _DEFAULTS[scheme])


def prefix(scheme: str, host: str, port: int) -> str:
    """Scheme and authority, the default port left out, an IPv6 address in brackets."""
    if ":" in host:
        host = f"[{host}]"
    return f"{scheme}://{host}" if port == _DEFAULTS.get(scheme) else f"{scheme}://{host}:{port}"


def locate(connection: Any, target: str) -> tuple[str, str, int]:
    """(absolute URI, host, port) of a request target."""
    if target[:1] != "/":
        parsed = _absolute(target)
        if parsed is not None:
            return parsed
    before, host, port = _place(connection)
    path = target.partition("#")[0] if "#" in target else target
    if path[:1] != "/":
        path = "" if path == "*" else "/" + path  # RFC 9112 3.2.4: the asterisk form's URI has no path
    return before + path, host, port


def _place(connection: Any) -> tuple[str, str, int]:
    tunnel = getattr(connection, "_tunnel_host", None)
    port = connection._tunnel_port if tunnel else connection.port
    key = (getattr(connection, "default_port", 80), connection.host, port, tunnel)
    place = _places.get(key)
    if place is None:
        scheme, host, port = origin(connection)
        if len(_places) >= 256:
            _places.clear()
        place = _places[key] = prefix(scheme, host, port), host, port
    return place


def _absolute(target: str) -> tuple[str, str, int] | None:
    scheme, separator, rest = target.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in _DEFAULTS:
        return None
    rest = rest.partition("#")[0]
    authority = rest.partition("?")[0].partition("/")[0]
    try:
        split = urlsplit(f"{scheme}://{authority}")
        host, port = split.hostname or "", split.port or _DEFAULTS[scheme]
    except ValueError:
        return None
    path = rest[len(authority) :]
    if path[:1] != "/":
        path = "/" + path
    return prefix(scheme, host, port) + path, host, port
