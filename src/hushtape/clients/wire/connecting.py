"""The connect hooks: a connection is made at once while recording, and deferred while replaying.

Lives here: what `connect` of any HTTPConnection class becomes, how a failed one is told, how a recorded
failure is raised again. Must not: send. Called by: the adapters' patches and the sending hook.
While a tape may answer, `connect` puts a fake socket in place; the real connection is made after the
tape has said Forward.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hushtape.clients.wire.calls import Call, argument, running
from hushtape.clients.wire.failures import is_tcp, revive
from hushtape.clients.wire.line import Line, line_of, tell
from hushtape.clients.wire.target import locate, origin, prefix
from hushtape.errors import HushtapeError
from hushtape.model import Failure, Headers, Request, Tls
from hushtape.seam import Router, Session

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

_certificates: dict[bytes, bytes] = {}
"""Certificates of recorded peers, each once: 0.6 to 2 KB that every kept connection would hold."""


def make_connect(router: Router) -> Callable[[Any], Any]:
    """What replaces `connect` in every class that has one of its own."""

    def make(original: Any) -> Any:
        def connect(connection: Any, *args: Any, **kwargs: Any) -> Any:
            line = line_of(connection)
            if line.connecting:
                return original(connection, *args, **kwargs)
            uri, host, port = _destination(connection)
            session = router(host, port)
            if session is not None and session.may_replay:
                return _defer(connection, line)
            line.closed()
            line.connecting = True
            try:
                return original(connection, *args, **kwargs)
            except BaseException as error:
                if session is not None:
                    _told(session, uri, error)
                raise
            finally:
                line.connecting = False

        return connect

    return make


def _destination(connection: Any) -> tuple[str, str, int]:
    """(URI, host, port) of the call that makes this connection; the URI is "" where it isn't known."""
    call = _call_of(connection)
    url = argument(call, "url") if call is not None else None
    if isinstance(url, str) and url:
        return locate(connection, url)
    scheme, host, port = origin(connection)
    return "" if call is None else prefix(scheme, host, port) + "/", host, port


def _call_of(connection: Any) -> Call | None:
    call = running.call
    if call is None or not isinstance(connection, getattr(call[0], "ConnectionCls", ())):
        return None
    return call


def _defer(connection: Any, line: Line) -> None:
    line.put_fake(connection)
    if hasattr(connection, "is_verified"):
        # urllib3 warns of unverified peers before it sends; what the tape knows of the peer comes after
        connection.is_verified = connection.default_port == 443
    seem_connected(connection)


def seem_connected(connection: Any) -> None:
    """urllib3 takes an error on a connection that never reached its proxy for the proxy's own."""
    if getattr(connection, "proxy", None) and hasattr(connection, "_has_connected_to_proxy"):
        connection._has_connected_to_proxy = True


def _told(session: Session, uri: str, error: BaseException) -> None:
    """urllib3 connects before http.client has a head: the exchange begins and ends here."""
    call = running.call
    if not uri or call is None:
        return
    headers, body = argument(call, "headers") or {}, argument(call, "body")
    pairs = [(_text(name), _text(value)) for name, value in headers.items()]
    exchange = session.open(Request(_text(argument(call, "method")), uri, Headers(pairs)))
    exchange.decide()
    if isinstance(body, str):
        body = body.encode()
    with suppress(HushtapeError):  # refused (seam.Drain): nothing was sent, and the program has its own error
        if isinstance(body, bytes) and body:
            exchange.request_body(body)
        if body is None or isinstance(body, bytes):
            exchange.request_end()
        tell(exchange, "connect", error)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def connect_now(connection: Any, line: Line) -> None:
    """Make the real connection, through the client's own `connect`, whatever its class."""
    before = getattr(connection, "is_verified", None)
    line.peer = None
    line.connecting = True
    try:
        connection.connect()
    finally:
        line.connecting = False
    if before and not connection.is_verified:
        warn_insecure(connection)


def apply_tls(connection: Any, line: Line, peer: Tls | None) -> None:
    """What the recorded client knew of its peer; urllib3's warning about it included."""
    fake = line.fake
    if peer is None or fake is None:
        return
    certificate = peer.certificate
    if fake.certificate != certificate:  # one copy for all connections: sessions are kept by the hundred
        if len(_certificates) >= 64:
            _certificates.clear()
        fake.certificate = certificate and _certificates.setdefault(certificate, certificate)
    fake.verified = peer.verified
    verified = getattr(connection, "is_verified", None)
    if verified is None or verified is peer.verified or connection.default_port != 443:
        return
    connection.is_verified = peer.verified
    if verified:
        warn_insecure(connection)


def warn_insecure(connection: Any) -> None:
    """urllib3's own check again, which warns: when it ran, the peer was not known yet."""
    call = _call_of(connection)
    if call is not None:
        call[0]._validate_conn(connection)


def raise_at_connect(connection: Any, line: Line, failure: Failure) -> None:
    """Raise a recorded connect failure as this client makes it.

    urllib3 wraps errors of `create_connection` in its `_new_conn`, so that is where it meets them. What
    came later (TLS, a proxy's refusal) it meets before it sends; raising a reset from `send` instead
    would be swallowed there, so those stand in the answer's place: this returns, with the error there.
    """
    error = revive(failure)
    new_connection = getattr(connection, "_new_conn", None)
    if new_connection is None:
        connection.sock = None
        raise error
    if is_tcp(failure):
        connection.sock = None
        if hasattr(connection, "_has_connected_to_proxy"):
            connection._has_connected_to_proxy = False
        running.connect_error = error
        try:
            new_connection()
        finally:
            running.connect_error = None
        raise error
    if str(error).startswith("Tunnel connection failed") and hasattr(connection, "_has_connected_to_proxy"):
        connection._has_connected_to_proxy = False
