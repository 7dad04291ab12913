"""The http.client adapter's pitfalls: sockets, references, cuts, late decisions, warnings."""

from __future__ import annotations

import gc
import http.client
import socket
import sys
import time
import warnings
import weakref
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
import requests
import urllib3

from hushtape.clients import urllib3_client
from hushtape.clients.wire.fake_socket import FakeSocket
from hushtape.errors import BodyTooLargeError, CutBodyError, UnmatchedRequestError, UnsupportedClientError
from hushtape.model import BytesBody, Head, Headers, Interaction, Request, Response
from hushtape.patching import PatchSet
from tests.support import certificates
from tests.support.memory_session import MemorySession
from tests.support.servers import Server
from tests.support.watching import watched


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        yield made


@pytest.fixture
def secure() -> Iterator[Server]:
    with Server(tls=True) as made:
        yield made


def session() -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.verify = certificates.bundle()
    return made


def interaction(uri: str, body: bytes = b"taped") -> Interaction:
    head = Head(200, "OK", Headers([("Content-Length", str(len(body)))]))
    return Interaction(Request("GET", uri), Response(head, BytesBody(body)))


def connection(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.host, server.port, timeout=5)


def test_a_pooled_socket_is_parked_and_given_back(server: Server) -> None:
    client = session()
    client.get(server.url + "/number/1")
    with watched(MemorySession([interaction(server.url + "/number/2")])):
        assert client.get(server.url + "/number/2").content == b"taped"
    assert b"3" in client.get(server.url + "/number/3").content
    assert server.connections == 1 and len(server.requests) == 2


def test_a_fake_socket_does_not_outlive_the_tape(server: Server) -> None:
    kept = connection(server)
    with watched(MemorySession([interaction(server.url + "/number/2")])):
        kept.request("GET", "/number/2")
        assert kept.getresponse().read() == b"taped"
        assert isinstance(kept.sock, FakeSocket)
    assert kept.sock is None
    kept.request("GET", "/number/3")
    assert b"3" in kept.getresponse().read()
    kept.close()


def test_a_thousand_held_sessions_share_four_descriptors(server: Server) -> None:
    from pathlib import Path

    uri = server.url + "/n"
    with watched(MemorySession([interaction(uri) for _ in range(200)])):
        before = len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0
        held = [connection(server) for _ in range(200)]
        for one in held:
            one.request("GET", "/n")
            assert one.getresponse().read() == b"taped"
        if before:
            assert len(list(Path("/proc/self/fd").iterdir())) - before <= 4


def test_an_unmatched_request_comes_through_once_as_itself(server: Server) -> None:
    client = session()
    client.mount("http://", requests.adapters.HTTPAdapter(max_retries=3))
    with watched(MemorySession(offline=True)) as replaying:
        with pytest.raises(UnmatchedRequestError) as caught:
            client.get(server.url + "/x")
        with pytest.raises(UnmatchedRequestError):
            urllib3.PoolManager().request("GET", server.url + "/x", retries=5)
    assert caught.value is replaying.refused[0] and len(replaying.refused) == 2
    assert not server.connections


def test_the_first_event_passes_before_the_stream_ends(server: Server) -> None:
    with watched(MemorySession()) as recording:
        start = time.perf_counter()
        answer = session().get(server.url + "/events/3?delay=0.6", stream=True)
        events = answer.iter_content(None)
        assert next(events)
        assert time.perf_counter() - start < 1.2 and not recording.recorded
        answer.close()
    assert recording.interactions[0].response.ending == "cut"  # type: ignore[union-attr]  # answered


def test_reading_past_a_cut_is_an_error_of_its_own(server: Server) -> None:
    with watched(MemorySession()) as recording:
        answer = session().get(server.url + "/bytes/300000", stream=True)
        seen = answer.raw.read(1000)
        answer.close()
    server.stop()
    with watched(MemorySession(recording.interactions)):
        answer = session().get(server.url + "/bytes/300000", stream=True)
        assert answer.raw.read(1000) == seen
        with pytest.raises(CutBodyError) as caught:
            answer.raw.read()
    assert 1000 <= caught.value.available < 300000


def test_a_dropped_response_is_cut_and_leaves_nothing(server: Server) -> None:
    with watched(MemorySession()) as recording:
        one = connection(server)
        one.request("GET", "/bytes/300000")
        answer = one.getresponse()
        answer.read(10)
        exchange = weakref.ref(recording.opened.pop())
        answer.close()
        assert recording.recorded.pop()[1].response.ending == "cut"  # type: ignore[union-attr]  # answered
        gc.collect()
        assert exchange() is None
        one.close()


def test_a_kept_session_keeps_nothing_of_an_exchange(server: Server) -> None:
    with watched(MemorySession()) as recording:
        client = session()
        answer = client.get(server.url + "/bytes/3000")
        assert recording.opened[0].log[-1] == "complete"
        exchange = weakref.ref(recording.opened.pop())
        recording.recorded.clear()
        assert exchange() is None, (answer, client)


@pytest.mark.parametrize("path", ["/bytes/0", "/status/204", "/status/304", "/bytes/10"])
def test_an_exchange_ends_no_later_than_its_last_byte_is_read(server: Server, path: str) -> None:
    with watched(MemorySession()) as recording:
        one = connection(server)
        one.request("GET", path)
        answer = one.getresponse()
        if path != "/bytes/10":
            assert recording.opened[0].log[-1] == "complete"
        answer.read(10)
        assert recording.opened[0].log[-1] == "complete"
        one.close()


def test_held_bytes_are_forwarded_if_the_tape_has_no_answer(server: Server) -> None:
    tape = MemorySession(need_body=True)
    tape.new_episodes, tape.tape = True, [interaction("http://other.example/")]
    with watched(tape):
        answer = session().post(server.url + "/echo", data=b"payload " * 20_000)
        again = urllib3.PoolManager().request("PUT", server.url + "/echo", body=iter([b"a", b"bc"]))
    assert answer.status_code == again.status == 200
    assert [i.request.body.size for i in tape.interactions] == [160_000, 3]  # type: ignore[union-attr]  # sent
    assert server.requests == ["POST /echo", "PUT /echo"]


def test_a_body_too_large_to_hold_back_is_refused_by_name(server: Server) -> None:
    tape = MemorySession([interaction("http://other.example/")], need_body=True, max_held_body=100)
    tape.offline, tape.new_episodes = False, True
    with watched(tape), pytest.raises(BodyTooLargeError, match="max_callback_body"):
        session().post(server.url + "/echo", data=b"x" * 1000)
    assert not server.requests


@pytest.mark.parametrize("verify", [True, False])
def test_what_was_known_of_the_peer_comes_back(secure: Server, verify: bool) -> None:
    def peer() -> tuple[Any, int]:
        with warnings.catch_warnings(record=True) as met:
            warnings.simplefilter("always")
            known = certificate()
        return known, sum(one.category is urllib3.exceptions.InsecureRequestWarning for one in met)

    def certificate() -> Any:
        client = session()
        client.verify = certificates.bundle() if verify else False
        answer = client.get(secure.url + "/number/1", stream=True)
        sock = answer.raw._original_response.fp and answer.raw.connection.sock
        known = sock.getpeercert(True), bool(sock.getpeercert())
        assert answer.content
        return known

    bare = peer()
    with watched(MemorySession()) as recording:
        assert peer() == bare
    secure.stop()
    with watched(MemorySession(recording.interactions)):
        assert peer() == bare
    assert bare[1] == (0 if verify else 1)


def test_a_subclass_with_its_own_connect_is_deferred(server: Server) -> None:
    class Tunnel(urllib3.connection.HTTPConnection):
        def connect(self) -> None:
            self.sock = socket.create_connection((server.host, server.port))

    class Pool(urllib3.connectionpool.HTTPConnectionPool):
        ConnectionCls = Tunnel

    with watched(MemorySession()) as recording:
        first = Pool("inside", 80).request("GET", "/number/1").data
    server.stop()
    assert recording.interactions[0].request.uri == "http://inside/number/1"
    with watched(MemorySession(recording.interactions)):
        assert Pool("inside", 80).request("GET", "/number/1").data == first


def test_misuse_stays_http_clients_own_error(server: Server) -> None:
    with watched(MemorySession()) as recording:
        one = connection(server)
        with pytest.raises(http.client.ResponseNotReady):
            one.getresponse()
        one.request("GET", "/bytes/300000")
        with pytest.raises(http.client.CannotSendRequest):
            one.request("GET", "/bytes/1")
        one.close()
        one.auto_open = 0
        with pytest.raises(http.client.NotConnected):
            one.request("GET", "/bytes/1")
    assert [e.log[-1] for e in recording.opened] == ["cut"]


def test_a_fault_of_the_recorder_does_not_reach_the_program(server: Server) -> None:
    class Faulty(MemorySession):
        def open(self, request: Request) -> Any:
            made = super().open(request)
            made.body = lambda data: 1 / 0  # type: ignore[assignment,method-assign]  # the fault
            return made

    with watched(Faulty()) as recording:
        assert len(session().get(server.url + "/bytes/3000").content) == 3000
    assert recording.interactions[0].response.ending == "cut"  # type: ignore[union-attr]  # answered


def test_urllib3_future_in_urllib3s_place_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib3, "backend", object(), raising=False)
    patches = PatchSet()
    urllib3_client.install(patches, lambda host, port: MemorySession())
    try:
        with pytest.raises(UnsupportedClientError, match="niquests"):
            urllib3.PoolManager().request("GET", "http://127.0.0.1:9/")
    finally:
        patches.remove()


def test_urllib3_speaking_http2_is_refused_by_name() -> None:
    class Connection(urllib3.connection.HTTPSConnection):
        __module__ = "urllib3.http2.connection"

    class Pool(urllib3.connectionpool.HTTPSConnectionPool):
        ConnectionCls = Connection

    with watched(MemorySession()), pytest.raises(UnsupportedClientError, match="http2"):
        Pool("127.0.0.1", 9).request("GET", "/")


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_all_that_was_received_of_a_cut_coded_body_can_be_read(server: Server, coding: str) -> None:
    head = Head(200, "OK", Headers([("Content-Encoding", coding), ("Transfer-Encoding", "chunked")]))
    response = Response(head, BytesBody(b"x" * 3000), coding=(coding,), framing="chunked", ending="cut")
    with watched(MemorySession([Interaction(Request("GET", server.url + "/"), response)])):
        answer = session().get(server.url + "/", stream=True)
        content = answer.iter_content(1)
        assert b"".join(islice(content, 3000)) == b"x" * 3000
        with pytest.raises(CutBodyError):
            next(content)
