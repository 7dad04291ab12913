"""The framer: what a message is does not depend on how its bytes are split."""

from __future__ import annotations

import http.client
import io
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape.clients.wire.framer import RequestFramer, ResponseFramer
from hushtape.clients.wire.head import FramingError, head_end, parse_fields
from hushtape.model import NO_HEADERS, Headers


class Told:
    """An exchange that notes what it was told."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.content = bytearray()

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.calls.append((name, *values))

    def body(self, data: bytes) -> None:
        self.content += data

    request_body = body

    def end(self, trailers: Headers = NO_HEADERS) -> None:
        self.calls.append(("end", trailers))


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n"
)
LENGTH = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made it\r\nContent-Length: 6\r\nA: 1\r\nA: 2\r\n\r\nhello!"
)
CLOSE = b"HTTP/1.0 200\n\nhello!"


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def respond(parts: list[bytes], method: str = "GET", eof: bool = True) -> Told:
    told = Told()
    framer = ResponseFramer(told, method)  # type: ignore[arg-type]  # a noting stand-in for an exchange
    for part in parts:
        framer.feed(part)
    if eof:
        framer.eof()
    return told


@pytest.mark.parametrize("message", [CHUNKED, LENGTH, CLOSE])
@given(cuts=st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=60, deadline=None)
def test_splits_do_not_change_a_response(message: bytes, cuts: list[int]) -> None:
    whole = respond([message])
    assert respond(pieces(message, cuts)).calls == whole.calls
    assert bytes(whole.content) == b"hello!"


@pytest.mark.parametrize("message", [CHUNKED, LENGTH, CLOSE])
def test_a_response_is_understood_byte_by_byte(message: bytes) -> None:
    told = respond([message[at : at + 1] for at in range(len(message))])
    assert bytes(told.content) == b"hello!"
    assert told.calls[-1][0] == "end"
    assert sum(call[0] == "head" for call in told.calls) == 1


def test_trailers_and_repeated_fields_are_kept_in_order() -> None:
    assert respond([CHUNKED]).calls[-1] == ("end", Headers([("X-T", "1")]))
    head = next(call[1] for call in respond([LENGTH]).calls if call[0] == "head")
    assert (head.status, head.reason) == (201, "Made it")
    assert head.headers.get_all("a") == ("1", "2")


@given(body=st.binary(max_size=300), sizes=st.lists(st.integers(1, 40), max_size=8), data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_chunked_request_body_comes_through(body: bytes, sizes: list[int], data: Any) -> None:
    message, at = b"PUT /x?y HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 0
    for size in [*sizes, 300]:
        if piece := body[at : at + size]:
            message += b"%X\r\n%b\r\n" % (len(piece), piece)
        at += size
    message += b"0\r\n\r\n"
    told, framer, attached = Told(), RequestFramer(), False
    for part in pieces(message, data.draw(st.lists(st.integers(0, len(message)), max_size=5))):
        rest = part if attached else framer.take_head(part)
        if rest is not None and not attached:
            framer.attach(told)  # type: ignore[arg-type]  # as above
            attached = True
        framer.feed(rest or b"")
    assert (framer.method, framer.target, bytes(told.content)) == ("PUT", "/x?y", body)
    assert framer.done and [call[0] for call in told.calls] == ["request_end"]


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("GET", 103)])
def test_a_response_without_body_ends_with_its_head(method: str, status: int) -> None:
    told = respond([b"HTTP/1.1 %d X\r\nContent-Length: 9\r\n\r\n" % status], method, eof=False)
    assert [call[0] for call in told.calls] == ["head", "end"]
    assert told.calls[0][2] == "none"


def test_what_follows_the_end_is_handed_back() -> None:
    framer = ResponseFramer(Told(), "GET")  # type: ignore[arg-type]  # as above
    assert framer.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP") == b"HTTP"


@pytest.mark.parametrize(
    ("message", "missing"),
    [(LENGTH[:-2], 2), (CHUNKED[:52], 0), (CHUNKED[:60], 0)],
    ids=["length", "size", "data"],
)
def test_a_connection_closed_early_is_reported_as_short(message: bytes, missing: int) -> None:
    assert respond([message]).calls[-1] == ("short", missing)


def test_a_connection_closed_before_any_byte_tells_nothing() -> None:
    assert respond([]).calls == []


@pytest.mark.parametrize("message", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\r\n\r\n"])
def test_a_garbled_status_line_is_not_http(message: bytes) -> None:
    with pytest.raises(FramingError):
        respond([message])


def test_a_garbled_chunk_size_is_told_with_its_line() -> None:
    with pytest.raises(FramingError) as caught:
        respond([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"])
    assert caught.value.line == "zz"


def test_fields_are_read_as_http_client_reads_them() -> None:
    assert parse_fields("A: 1 \r\n folded\r\nno colon\r\nB: 2\r\n") == [("A", "1  folded")]
    assert parse_fields("Caf\xe9: x\r\nB: 2") == []


@given(st.text("Ab:\r\n \t\0\x0b\x85F", max_size=40), st.sampled_from(["", "From me", "From ", "A: b\r\n"]))
@settings(max_examples=400)
def test_fields_are_those_of_http_client_but_for_folds(text: str, start: str) -> None:
    head = (start + text).partition("\n\n")[0].partition("\n\r\n")[0] + "\r\n"
    theirs = http.client.parse_headers(io.BytesIO(head.encode("latin-1") + b"\r\n"))
    assert [(name, " ".join(value.split())) for name, value in parse_fields(head)] == [
        (name, " ".join(value.split())) for name, value in theirs.items()
    ]
    assert not any("\r" in value or "\n" in value for _, value in parse_fields(head))


@given(st.binary(min_size=3, max_size=30))
def test_the_end_of_a_head_is_the_first_empty_line(data: bytes) -> None:
    text = b"GET / HTTP/1.1\r\nX" + data.replace(b"\n", b"").replace(b"\r", b"") + b"\r\n\r\nrest\n\n"
    assert text[: head_end(text)].endswith(b"\r\n\r\n") and text[head_end(text) :] == b"rest\n\n"
    assert head_end(b"a\n\nb\r\n\r\n") == 3
    assert head_end(b"a\n\r\nb") == 4
