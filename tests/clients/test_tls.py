"""Sharing TLS contexts saves their building, and changes nothing about whom a client trusts.

Genuine requests and urllib3 against TLS servers on loopback, one with a certificate of the tests' own
authority, one with that of an authority that nobody trusts. A context is shared if two connections
have the same `sock.context`; that is what these tests look at.
"""

from __future__ import annotations

import gc
import os
import ssl
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from urllib3.util import ssl_match_hostname

from hushtape.clients import tls
from hushtape.patching import PatchSet
from tests.support import certificates
from tests.support.proxy import proxy_server
from tests.support.servers import Server

WRONG_NAME = (ssl_match_hostname.CertificateError,)
pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")


class Tape:
    """As much of a session as TLS sharing asks for."""

    offline = may_replay = False
    share_tls = True
    max_held_body = 0

    def open(self, request: Any) -> Any:
        raise AssertionError("TLS sharing opens no exchange")


@pytest.fixture
def tape() -> Iterator[Tape]:
    tape, patches = Tape(), PatchSet()
    tls.install(patches, lambda host, port: tape)
    yield tape
    patches.remove()
    tls.restore()


@pytest.fixture(scope="module")
def trusted() -> Iterator[Server]:
    with Server(tls=True) as server:
        yield server


@pytest.fixture(scope="module")
def untrusted() -> Iterator[Server]:
    with Server(tls=True, trusted=False) as server:
        yield server


@pytest.fixture(scope="module")
def bundle() -> str:
    path = certificates.bundle()
    time.sleep(0.15)  # younger files are not trusted to stay as they are
    return path


def aged(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    time.sleep(0.15)
    return str(path)


def connect(server: Server, **options: Any) -> ssl.SSLContext:
    """The context with which urllib3 connects; it is checked that the connection works."""
    conn = connection(server, **options)
    try:
        conn.connect()
        conn.request("GET", "/echo")
        assert conn.getresponse().status == 200
        context: ssl.SSLContext = conn.sock.context
        return context
    finally:
        conn.close()


def connection(server: Server, **options: Any) -> Any:
    """A connection as a pool of either urllib3 makes it. 1.26 has no parameter for authorities as data."""
    data = options.pop("ca_cert_data", None)
    conn: Any = urllib3.HTTPSConnectionPool(server.host, server.port, timeout=5, **options)._new_conn()
    if data is not None:
        conn.ca_cert_data = data
    return conn


def fingerprint() -> str:
    """SHA-256 of the certificate that the trusted server shows."""
    import hashlib

    with Server(tls=True) as server:
        pem = ssl.get_server_certificate((server.host, server.port))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def test_two_connections_with_equal_parameters_share_a_context(tape: Tape, trusted: Any, bundle: str) -> None:
    assert connect(trusted, ca_certs=bundle) is connect(trusted, ca_certs=bundle)


def test_nothing_is_shared_unless_a_tape_asks_for_it(tape: Tape, trusted: Any, bundle: str) -> None:
    first = connect(trusted, ca_certs=bundle)
    tape.share_tls = False
    assert connect(trusted, ca_certs=bundle) is not first
    assert len(tls._cache) == 1


def test_the_connection_is_left_as_the_program_made_it(tape: Tape, trusted: Any, bundle: str) -> None:
    connect(trusted, ca_certs=bundle)
    conn = connection(trusted, ca_certs=bundle)
    conn.connect()
    assert (conn.ssl_context, conn.ca_certs, conn.is_verified) == (None, bundle, True)
    conn.close()


def test_verifying_after_not_verifying_refuses_a_stranger(tape: Tape, untrusted: Any, bundle: str) -> None:
    for _ in range(2):
        assert requests.Session().get(untrusted.url + "/echo", verify=False).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.Session().get(untrusted.url + "/echo", verify=bundle)
        with pytest.raises(requests.exceptions.SSLError):
            requests.Session().get(untrusted.url + "/echo")


def test_not_verifying_after_verifying_accepts_a_stranger(tape: Tape, untrusted: Any, bundle: str) -> None:
    for _ in range(2):
        with pytest.raises(requests.exceptions.SSLError):
            requests.Session().get(untrusted.url + "/echo", verify=bundle)
        assert requests.Session().get(untrusted.url + "/echo", verify=False).status_code == 200


def test_a_bundle_is_not_taken_for_another(tape: Tape, trusted: Any, bundle: str, tmp_path: Path) -> None:
    import trustme

    other = aged(tmp_path / "other.pem", trustme.CA().cert_pem.bytes())
    for _ in range(2):
        connect(trusted, ca_certs=bundle)
        with pytest.raises(ssl.SSLCertVerificationError):
            connect(trusted, ca_certs=other)
        with pytest.raises(ssl.SSLCertVerificationError):
            connect(trusted)


@pytest.mark.parametrize("how", ["in place, same size and time", "by rename"])
def test_a_bundle_that_was_replaced_is_read_anew(
    tape: Tape, trusted: Any, bundle: str, tmp_path: Path, how: str
) -> None:
    import trustme

    good, bad = Path(bundle).read_bytes(), trustme.CA().cert_pem.bytes()
    size = max(len(good), len(bad)) + 1
    path = tmp_path / "ca.pem"
    name = aged(path, good.ljust(size, b"\n"))
    first = connect(trusted, ca_certs=name)
    assert connect(trusted, ca_certs=name) is first
    before = path.stat()
    if how == "by rename":
        path.rename(tmp_path / "old.pem")
    path.write_bytes(bad.ljust(size, b"\n"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(trusted, ca_certs=name)


def test_a_bundle_that_has_just_changed_is_not_shared(
    tape: Tape, trusted: Any, bundle: str, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(Path(bundle).read_bytes())
    connect(trusted, ca_certs=str(path))
    assert len(tls._cache) == 0


def test_a_folder_of_authorities_counts_with_its_entries(
    tape: Tape, trusted: Any, bundle: str, tmp_path: Path
) -> None:
    aged(tmp_path / "one.pem", b"")
    options = {"ca_certs": bundle, "ca_cert_dir": str(tmp_path)}
    first = connect(trusted, **options)
    assert connect(trusted, **options) is first
    aged(tmp_path / "two.pem", b"")
    assert connect(trusted, **options) is not first


def test_authorities_given_as_data_count_by_content(tape: Tape, trusted: Any, bundle: str) -> None:
    import trustme

    good, bad = Path(bundle).read_text(), trustme.CA().cert_pem.bytes().decode()
    first = connect(trusted, ca_cert_data=good)
    assert connect(trusted, ca_cert_data=good) is first
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(trusted, ca_cert_data=bad)


def test_a_host_name_check_that_is_off_is_not_off_for_others(tape: Tape, trusted: Any, bundle: str) -> None:
    by_wrong_name = {"ca_certs": bundle, "server_hostname": "wrong.test"}
    refused = (ssl.SSLCertVerificationError, *WRONG_NAME)
    for _ in range(2):
        connect(trusted, assert_hostname=False, **by_wrong_name)
        with pytest.raises(refused, match=r"wrong\.test"):
            connect(trusted, **by_wrong_name)
        with pytest.raises(refused, match=r"another\.test"):
            connect(trusted, ca_certs=bundle, assert_hostname="another.test")
        connect(trusted, ca_certs=bundle, assert_hostname="localhost")


def test_a_fingerprint_is_checked_each_time(tape: Tape, untrusted: Any, trusted: Any, bundle: str) -> None:
    pin = fingerprint()
    for _ in range(2):
        connect(trusted, ca_certs=bundle, assert_fingerprint=pin)
        connect(untrusted, cert_reqs="CERT_NONE")
        with pytest.raises(urllib3.exceptions.SSLError, match=r"(?i)fingerprint"):
            connect(untrusted, cert_reqs="CERT_NONE", assert_fingerprint=pin)


@pytest.mark.parametrize(
    "name", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSLKEYLOGFILE"]
)
def test_a_variable_that_changes_defaults_ends_the_sharing(
    tape: Tape, trusted: Any, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name, raising=False)
    first = connect(trusted, ca_certs=bundle)
    monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert connect(trusted, ca_certs=bundle) is not first
    monkeypatch.delenv(name)
    assert connect(trusted, ca_certs=bundle) is first


def test_default_authorities_follow_the_environment(
    tape: Tape, trusted: Any, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    first = connect(trusted)
    assert connect(trusted) is first
    monkeypatch.setenv("SSL_CERT_FILE", aged(tmp_path / "empty.pem", b""))
    with pytest.raises(ssl.SSLError):
        connect(trusted)


def test_other_protocol_offers_get_another_context(
    tape: Tape, trusted: Any, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connect(trusted, ca_certs=bundle)
    from urllib3.util import ssl_

    monkeypatch.setattr(ssl_, "ALPN_PROTOCOLS", ["http/1.1", "x-other"])
    assert connect(trusted, ca_certs=bundle) is not first


def test_other_tls_versions_get_another_context(tape: Tape, trusted: Any, bundle: str) -> None:
    first = connect(trusted, ca_certs=bundle)
    conn = connection(trusted, ca_certs=bundle)
    conn.ssl_version = ssl.PROTOCOL_TLSv1_2
    with pytest.warns((DeprecationWarning, FutureWarning)):
        conn.connect()
    assert conn.sock.context is not first
    assert conn.sock.version() == "TLSv1.2"
    conn.close()


def test_a_context_of_the_program_is_never_shared(tape: Tape, trusted: Any, untrusted: Any) -> None:
    mine = ssl.create_default_context(cafile=certificates.bundle())
    mine.check_hostname = False  # urllib3 1.26 checks by itself
    assert connect(trusted, ssl_context=mine, cert_reqs="CERT_REQUIRED") is mine
    assert len(tls._cache) == 0
    lax = ssl.create_default_context()
    lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
    connect(untrusted, ssl_context=lax, cert_reqs="CERT_NONE")
    with pytest.raises(ssl.SSLError):
        connect(untrusted)


def test_a_client_certificate_is_never_shared(tape: Tape, trusted: Any, bundle: str, tmp_path: Path) -> None:
    certificate = certificates.authority().issue_cert("client@example.test")
    path = tmp_path / "client.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(str(path))
    shared = connect(trusted, ca_certs=bundle)
    assert connect(trusted, ca_certs=bundle, cert_file=str(path)) is not shared
    assert len(tls._cache) == 1


def test_tls_to_a_proxy_is_never_shared(tape: Tape, trusted: Any, bundle: str) -> None:
    conn = connection(trusted, ca_certs=bundle)
    conn.proxy = urllib3.util.parse_url("https://proxy.test:3128")
    from hushtape.clients.tls_key import key_of

    assert key_of(conn) is None
    conn.proxy = urllib3.util.parse_url("http://proxy.test:3128")
    assert key_of(conn) is not None


def test_through_a_plain_proxy_contexts_are_shared(tape: Tape, trusted: Any, bundle: str) -> None:
    with proxy_server() as proxy:
        for _ in range(3):
            with requests.Session() as session:
                session.proxies, session.verify, session.trust_env = {"https": proxy.url}, bundle, False
                assert session.get(trusted.url + "/echo").status_code == 200
    assert len(tls._cache) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda context: setattr(context, "check_hostname", not context.check_hostname),
        lambda context: context.load_default_certs(),
        lambda context: context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256"),
        lambda context: context.load_verify_locations(cadata=pem_of_a_stranger()),
        lambda context: setattr(context, "options", context.options | ssl.OP_NO_TLSv1_3),
        lambda context: setattr(context, "wrap_socket", None),
    ],
)
def test_a_shared_context_that_the_program_changes_is_shared_no_more(
    tape: Tape, trusted: Any, bundle: str, change: Any
) -> None:
    first = connect(trusted, ca_certs=bundle)
    assert connect(trusted, ca_certs=bundle) is first
    change(first)
    assert connect(trusted, ca_certs=bundle) is not first


def pem_of_a_stranger() -> str:
    import trustme

    return trustme.CA().cert_pem.bytes().decode()


def test_contexts_are_dropped_when_the_tape_closes(trusted: Any, bundle: str) -> None:
    tape, patches = Tape(), PatchSet()
    tls.install(patches, lambda host, port: tape)
    context = connect(trusted, ca_certs=bundle)
    alive = weakref.ref(context)
    assert "load_cert_chain" in vars(context)
    patches.remove()
    tls.restore()
    assert vars(context) == {}
    del context
    gc.collect()
    assert alive() is None


def test_the_cache_is_bounded(tape: Tape) -> None:
    contexts = [ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) for _ in range(100)]
    for number, context in enumerate(contexts):
        tls._cache.put((number,), context)
    assert len(tls._cache) == 32
    assert tls._cache.get((99,)) is contexts[99]
    assert vars(contexts[0]) == {}


def test_threads_share_a_context_and_keep_their_own_trust(
    tape: Tape, trusted: Any, untrusted: Any, bundle: str
) -> None:
    outcomes: list[Any] = []

    def work(number: int) -> None:
        for _ in range(5):
            server = (trusted, untrusted)[number % 2]
            try:
                connect(server, ca_certs=bundle)
                outcomes.append((number % 2, True))
            except ssl.SSLError:
                outcomes.append((number % 2, False))
            connect(untrusted, cert_reqs="CERT_NONE", ca_certs=bundle)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [(0, True)] * 15 + [(1, False)] * 15
