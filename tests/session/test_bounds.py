"""Bodies that pass a bound or can't be looked into: the program gets its bytes, the tape fails closed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest

import hushtape
from hushtape.session import bounds
from tests.adversarial.smuggling import scripted
from tests.contract.drivers import Requests
from tests.support.servers import Server
from tests.support.wire import Call

KIND = ("Content-Type", "application/octet-stream")


def serving(answer: Callable[[Call], None]) -> Iterator[Server]:
    with Server(answer) as made:
        yield made


@pytest.fixture
def bomb() -> Iterator[Server]:
    """2 MiB of zeros under two codings: 2 KB on the wire are 2 MiB of gzip are 2 MiB... of nothing."""
    data = gzip.compress(gzip.compress(bytes(8 << 20), mtime=0), mtime=0)
    yield from serving(lambda call: call.reply(200, data, [KIND, ("Content-Encoding", "gzip, gzip")]))


@pytest.fixture
def secretive() -> Iterator[Server]:
    """A body under a coding that nobody knows; "/request" answers plainly."""

    def answer(call: Call) -> None:
        coding = [] if call.path == "/request" else [("Content-Encoding", "x-rot13")]
        call.reply(200, b"grkg va ebg13", [KIND, *coding])

    yield from serving(answer)


def raw(client: Requests, url: str) -> bytes:
    """The bytes of the wire, whatever their coding."""
    answer = client.session.get(url, stream=True, timeout=5)
    return bytes(answer.raw.read(decode_content=False))


def fails(cassette: Path, call: Callable[[], Any], **options: Any) -> hushtape.RecordingError:
    """Record `call` alone; the reason why the recording failed."""
    with (
        pytest.raises(hushtape.RecordingFailedError) as caught,
        hushtape.use_cassette(cassette, **options) as tape,
    ):
        call()
        assert tape.failed, "the tape does not know yet that it failed"
    assert not cassette.exists()
    reason = caught.value.__cause__
    assert isinstance(reason, hushtape.RecordingError) and str(reason) in str(caught.value)
    return reason


def test_a_body_above_max_body_fails_the_recording_and_the_program_has_it_whole(
    client: Requests, server: Server, cassette: Path
) -> None:
    seen: list[int] = []
    reason = fails(
        cassette,
        lambda: seen.append(len(client.call("GET", server.url + "/bytes/300000").body)),
        max_body=100_000,
    )
    assert seen == [300_000]
    assert isinstance(reason, hushtape.BodyTooLargeError)
    assert (reason.option, reason.limit) == ("max_body", 100_000)


def test_max_body_counts_decoded_bytes(client: Requests, server: Server, cassette: Path) -> None:
    def call() -> None:
        client.call("GET", server.url + "/coded/gzip")

    reason = fails(cassette, call, max_body=5000)  # 3 KB coded, 11 KB decoded
    assert isinstance(reason, hushtape.BodyTooLargeError)


def test_an_upload_above_max_body_fails_the_recording_too(
    client: Requests, server: Server, cassette: Path
) -> None:
    def call() -> None:
        assert client.call("POST", server.url + "/upload", body=b"x" * 200_000).status == 200

    assert isinstance(fails(cassette, call, max_body=100_000), hushtape.BodyTooLargeError)


def test_a_pattern_that_takes_too_long_costs_the_program_eight_times_its_bound(
    client: Requests, server: Server, cassette: Path
) -> None:
    seen: list[int] = []

    def calls() -> None:
        for number in range(40):
            target = f"/echo?q={'a' * 50}-{number}"
            seen.append(client.call("GET", server.url + target).status)

    began = time.thread_time()
    sanitizers = [hushtape.PatternSanitizer([("(a|a)+b", "x")], where="uri")]
    with (
        pytest.raises(hushtape.RecordingFailedError) as caught,
        hushtape.use_cassette(cassette, sanitizers=sanitizers) as tape,
    ):
        calls()
    assert time.thread_time() - began < 8, "without an end it is 10 s and more"
    assert seen == [200] * 40 and tape.ledger.fault_count == 8
    assert "too long" not in str(caught.value) and "(a|a)+b" in str(caught.value)


def test_the_other_exchanges_of_a_failed_tape_can_be_recovered(
    client: Requests, server: Server, cassette: Path
) -> None:
    from hushtape.cassette import recover

    def calls() -> None:
        client.call("GET", server.url + "/number/1")
        client.call("GET", server.url + "/bytes/300000")
        client.call("GET", server.url + "/number/2")

    fails(cassette, calls, max_body=100_000)
    assert recover(cassette).recovered == 2
    server.reset()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        client.call("GET", server.url + "/number/2")
    assert tape.complete is False and server.requests == []


def test_a_decompression_bomb_fails_the_recording(
    client: Requests, bomb: Server, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "BOMB_FLOOR", 1 << 20)  # 64 MiB would take a second to decode
    reason = fails(cassette, lambda: raw(client, bomb.url))
    assert isinstance(reason, hushtape.BodyTooLargeError) and "ratio" in reason.option


def test_below_the_floor_a_high_ratio_is_no_bomb(client: Requests, bomb: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette) as tape:
        raw(client, bomb.url)
    assert tape.recorded == 1 and not tape.failed


def test_a_coding_that_is_not_known_fails_the_recording_and_names_the_remedy(
    client: Requests, secretive: Server, cassette: Path
) -> None:
    seen: list[bytes] = []
    reason = fails(cassette, lambda: seen.append(raw(client, secretive.url)))
    assert seen == [b"grkg va ebg13"]
    assert isinstance(reason, hushtape.OpaqueBodyError)
    assert reason.coding == "x-rot13" and "allow_opaque=True" in str(reason)


def test_allow_opaque_keeps_it_as_the_bytes_it_is(
    client: Requests, secretive: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, allow_opaque=True):
        recorded = raw(client, secretive.url)
    secretive.stop()
    with hushtape.use_cassette(cassette, mode="none"):
        answer = client.session.get(secretive.url, stream=True, timeout=5)
        assert answer.raw.read(decode_content=False) == recorded
        assert answer.headers["Content-Encoding"] == "x-rot13"


PLAIN = b'{"rows": [' + b'"k-93b1c07e55d2f4 and more text around it", ' * 40 + b"1]}"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


MISNAMED = {
    "br, said to be gzip": (brotli.compress(PLAIN), "gzip"),
    "br of text, said to be gzip in br": (brotli.compress(PLAIN), "gzip, br"),
    "deflate of text, said to be gzip in deflate": (raw_deflate(PLAIN), "gzip, deflate"),
    "deflate, said to be gzip": (raw_deflate(PLAIN), "gzip"),
}


@pytest.mark.parametrize("name", MISNAMED)
def test_a_body_of_another_coding_than_it_names_is_not_stored(
    name: str, client: Requests, cassette: Path
) -> None:
    body, named = MISNAMED[name]

    def answer(call: Call) -> None:
        call.reply(200, body, [KIND, ("Content-Encoding", named)])

    with Server(answer) as server:
        reason = fails(cassette, lambda: raw(client, server.url), secrets={"#key": "k-93b1c07e55d2f4"})
    assert isinstance(reason, hushtape.OpaqueBodyError) and named.split(", ")[0] in reason.coding


def test_text_that_names_a_coding_is_kept_as_it_is(client: Requests, cassette: Path) -> None:
    for coding in ("gzip", "br", "zstd", "deflate", "gzip, br"):
        with (
            Server(
                lambda call, coding=coding: call.reply(200, b'{"a": 1}', [("Content-Encoding", coding)])
            ) as it,
            hushtape.use_cassette(cassette, mode="all"),
        ):
            assert raw(client, it.url) == b'{"a": 1}'
        assert '{\\"a\\": 1}' in cassette.read_text() or '{"a": 1}' in cassette.read_text()


def test_an_opaque_upload_fails_the_recording(client: Requests, secretive: Server, cassette: Path) -> None:
    def call() -> None:
        client.call(
            "POST", secretive.url + "/request", body=b"frperg", headers={"Content-Encoding": "x-rot13"}
        )

    assert isinstance(fails(cassette, call), hushtape.OpaqueBodyError)


def test_max_inline_body_decides_what_gets_a_file_of_its_own(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, max_inline_body=1000):
        client.call("GET", server.url + "/bytes/900")
        client.call("GET", server.url + "/bytes/1100")
    files = [path for path in cassette.parent.rglob("*") if path.is_file() and path != cassette]
    assert [path.stat().st_size for path in files] == [1100]
    server.reset()
    with hushtape.use_cassette(cassette, mode="none"):
        assert len(client.call("GET", server.url + "/bytes/1100").body) == 1100
    assert server.requests == []


FILES = {
    "gz in gz": gzip.compress(gzip.compress(bytes(8 << 20))),
    "xz": lzma.compress(bytes(8 << 20)),
    "bz2 in bz2": bz2.compress(bz2.compress(bytes(8 << 20))),
}


@pytest.mark.parametrize("name", FILES)
def test_a_compressed_file_that_is_a_bomb_fails_the_recording(
    name: str, client: Requests, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "BOMB_FLOOR", 1 << 20)
    with Server(lambda call: call.reply(200, FILES[name], [KIND])) as server:
        reason = fails(cassette, lambda: raw(client, server.url))
    assert isinstance(reason, hushtape.BodyTooLargeError) and "ratio" in reason.option


@pytest.mark.parametrize("named", ["utf-8", "UTF-8", "none", "charset=utf-8", "binary"])
@pytest.mark.parametrize("body", [b'{"a": "plain"}', bytes(range(256)) * 4])
def test_a_charset_in_the_place_of_a_coding_changes_nothing(
    named: str, body: bytes, client: Requests, cassette: Path
) -> None:
    answered = Server(lambda call: call.reply(200, body, [KIND, ("Content-Encoding", named)]))
    with answered as server, hushtape.use_cassette(cassette):
        assert client.session.get(server.url, timeout=5).content == body
    with hushtape.use_cassette(cassette, mode="none"):
        answer = client.session.get(server.url, timeout=5)
        assert answer.content == body and answer.headers["Content-Encoding"] == named


@pytest.mark.parametrize("stated", ["deflate", "br, chunked", "gzip"])
@pytest.mark.parametrize("early", [False, True], ids=["on the tape", "before it is read"])
def test_a_transfer_coding_that_no_client_undoes_fails_the_recording(
    stated: str, early: bool, client: Requests, cassette: Path
) -> None:
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {stated}\r\nConnection: close\r\n\r\n".encode()
    sanitizers = [hushtape.BodyFieldSanitizer(["x"], scrub_before_read=True)] if early else []
    with scripted(head + zlib.compress(b'{"password": "n037KxJ8Qw2LmzTv"}')) as server:
        with (
            pytest.raises((hushtape.RecordingFailedError, hushtape.OpaqueBodyError)) as caught,
            hushtape.use_cassette(cassette, mode="all", sanitizers=sanitizers),
        ):
            raw(client, server.url + "/x")
        assert "transfer coding" in str(caught.value)
        with hushtape.use_cassette(cassette, mode="all", allow_opaque=True):
            assert raw(client, server.url + "/x")
