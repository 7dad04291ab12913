"""A client's exception as data and back, by a closed table of names.

Lives here: the table, what of an exception is kept, how it is built again. Must not: import a client,
unpickle, or build a type that is not in the table (a cassette is never executed).
Called by: the tee and the hooks. Only the operating system's, OpenSSL's and http.client's errors are
built again: urllib3's wrap them, and at replay urllib3 itself wraps them anew.
"""

from __future__ import annotations

import errno
import http.client as http_client
import socket
import ssl
import sys
from typing import Any

from hushtape.model import ErrorLink, Failure

_TYPES: dict[str, type[BaseException]] = {
    "OSError": OSError,
    "TimeoutError": TimeoutError,
    "ConnectionError": ConnectionError,
    "ConnectionRefusedError": ConnectionRefusedError,
    "ConnectionResetError": ConnectionResetError,
    "ConnectionAbortedError": ConnectionAbortedError,
    "BrokenPipeError": BrokenPipeError,
    "BlockingIOError": BlockingIOError,
    "InterruptedError": InterruptedError,
    "PermissionError": PermissionError,
    "FileNotFoundError": FileNotFoundError,
    "socket.gaierror": socket.gaierror,
    "socket.herror": socket.herror,
    "ssl.SSLError": ssl.SSLError,
    "ssl.SSLEOFError": ssl.SSLEOFError,
    "ssl.SSLZeroReturnError": ssl.SSLZeroReturnError,
    "ssl.SSLSyscallError": ssl.SSLSyscallError,
    "ssl.SSLWantReadError": ssl.SSLWantReadError,
    "ssl.SSLWantWriteError": ssl.SSLWantWriteError,
    "ssl.SSLCertVerificationError": ssl.SSLCertVerificationError,
    "http.client.RemoteDisconnected": http_client.RemoteDisconnected,
    "http.client.BadStatusLine": http_client.BadStatusLine,
    "http.client.LineTooLong": http_client.LineTooLong,
    "http.client.UnknownProtocol": http_client.UnknownProtocol,
    "http.client.IncompleteRead": http_client.IncompleteRead,
    "http.client.HTTPException": http_client.HTTPException,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}
_WRAPPERS = ("NameResolutionError", "NewConnectionError", "ConnectTimeoutError", "ProxyError")
_URLLIB3_ROOTS = ("SSLError", "CertificateError")
_TCP_ERRNO = frozenset(
    (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ECONNREFUSED, errno.ETIMEDOUT, errno.EADDRNOTAVAIL)
)
_VERIFY_CODES = {
    # X509_V_ERR_* of OpenSSL's x509_vfy.h, by what their message begins with
    "certificate has expired": 10,
    "self-signed certificate in certificate chain": 19,
    "self-signed certificate": 18,
    "unable to get local issuer certificate": 20,
    "unable to verify the first certificate": 21,
    "Hostname mismatch": 62,
    "IP address mismatch": 64,
}


def describe(error: BaseException) -> tuple[ErrorLink, ...]:
    """The exception and what it wraps, outermost first; () for what is not the client's (a program's
    own exception from its upload generator, KeyboardInterrupt): such a call is cut, not failed.

    The chain ends at the first error that no client made: what Python has put in its `__context__`
    may be an exception that the program was handling when it made the call.
    """
    links: list[ErrorLink] = []
    current: BaseException | None = error
    while current is not None and len(links) < 8:
        wrapper = _urllib3_name(current)
        if wrapper is None:
            root = _root(current)
            return (*links, root) if root else ()
        links.append(ErrorLink(wrapper, str(current) if wrapper.endswith(_URLLIB3_ROOTS) else ""))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return tuple(links)


def _urllib3_name(error: BaseException) -> str | None:
    for kind in type(error).__mro__:
        if kind.__module__.startswith("urllib3.") and kind.__name__ in _WRAPPERS + _URLLIB3_ROOTS:
            return f"urllib3.{kind.__name__}"
    return None


def _root(error: BaseException) -> ErrorLink | None:
    for kind in type(error).__mro__:
        name = _NAMES.get(kind)
        if name is not None:
            return ErrorLink(name, _message(error), getattr(error, "errno", None))
    return None


def _message(error: BaseException) -> str:
    text = getattr(error, "strerror", None)
    if isinstance(error, http_client.IncompleteRead):
        return ""  # its text would be the body
    if isinstance(error, http_client.HTTPException) and error.args:
        return str(error.args[0])
    return text if isinstance(text, str) else str(error)


def is_tcp(failure: Failure) -> bool:
    """The call failed before there was a TCP connection (in urllib3: within `_new_conn`)."""
    names = {link.type.rpartition(".")[2] for link in failure.chain}
    if names & {"NameResolutionError", "NewConnectionError", "ConnectTimeoutError"}:
        return True
    root = failure.chain[-1]
    if root.type == "TimeoutError":
        return "handshake" not in root.message and len(failure.chain) == 1
    return root.type in ("socket.gaierror", "socket.herror") or root.errno in _TCP_ERRNO


def revive(failure: Failure) -> BaseException:
    """The innermost exception of a recorded failure, as the client met it."""
    link = failure.chain[-1] if failure.chain else ErrorLink("OSError", "the recorded call failed")
    name = link.type
    if name.startswith("urllib3."):
        return _revive_urllib3(name.partition(".")[2], link)
    kind = _TYPES.get(name)
    if kind is None:
        return OSError(link.message) if link.errno is None else OSError(link.errno, link.message)
    if kind is http_client.IncompleteRead:
        return http_client.IncompleteRead(b"")
    if kind is http_client.LineTooLong:
        revived = http_client.LineTooLong("")
        revived.args = (link.message,)
        return revived
    if link.errno is None:
        return kind(link.message)
    error = kind(link.errno, link.message)
    if isinstance(error, ssl.SSLError):
        _fill_ssl(error, link.message)
    return error


def _fill_ssl(error: ssl.SSLError, message: str) -> None:
    """`library`, `reason` and the verify code: OpenSSL puts them into the message."""
    marker = message.partition("]")[0]
    if marker.startswith("[") and ": " in marker:
        library, _, reason = marker[1:].partition(": ")
        error.library, error.reason = library, reason
    if isinstance(error, ssl.SSLCertVerificationError):
        text = message.partition("certificate verify failed: ")[2].rpartition(" (_ssl.c")[0]
        error.verify_message = text
        codes = [code for start, code in _VERIFY_CODES.items() if text.startswith(start)]
        error.verify_code = codes[0] if codes else 1


def _revive_urllib3(name: str, link: ErrorLink) -> BaseException:
    exceptions: Any = sys.modules.get("urllib3.exceptions")
    matching: Any = sys.modules.get("urllib3.util.ssl_match_hostname")
    if name == "CertificateError" and matching is not None:
        kind: type[BaseException] = matching.CertificateError
        return kind(link.message)
    if name == "SSLError" and exceptions is not None:
        kind = exceptions.SSLError
        return kind(link.message)
    return OSError(link.message)
