"""Throw-away certificates: one authority that tests trust and one that nobody does.

Lives here: making them (once a process) and handing out TLS contexts. Must not: open sockets.
Called by: servers, the contract suite.
"""

from __future__ import annotations

import atexit
import functools
import ssl
import tempfile
from pathlib import Path

import trustme

NAMES = ("127.0.0.1", "localhost", "::1")


@functools.cache
def authority() -> trustme.CA:
    """The authority whose certificate the clients under test are told to trust."""
    return trustme.CA()


@functools.cache
def bundle() -> str:
    """Path of a PEM file with the trusted authority's certificate."""
    with tempfile.NamedTemporaryFile(prefix="hushtape-ca-", suffix=".pem", delete=False) as file:
        file.write(authority().cert_pem.bytes())
    atexit.register(Path(file.name).unlink, missing_ok=True)
    return file.name


@functools.cache
def server_context(trusted: bool = True) -> ssl.SSLContext:
    """What a server presents: a certificate for loopback, of a trusted or of an unknown authority."""
    maker = authority() if trusted else trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    maker.issue_cert(*NAMES).configure_cert(context)
    return context


@functools.cache
def client_context() -> ssl.SSLContext:
    """A context that trusts the authority, for clients that take a context instead of a bundle."""
    return ssl.create_default_context(cafile=bundle())
