"""Nothing that only the audit finds is on the disk for a moment: what it has not looked at is not written."""

from __future__ import annotations

import gzip
import random
import zlib
from base64 import b64encode
from pathlib import Path

import pytest

from tests.adversarial.smuggling import record, reply
from tests.adversarial.test_leaks_exchange import SECRET, plain

WINDOW = 64 * 1024
TWICE = b64encode(b64encode(SECRET.encode()))
NOISE = random.Random(7).randbytes(100_000).hex().encode()
LONG = b64encode(zlib.compress(NOISE + b" " + SECRET.encode()))


def pieces(body: bytes, size: int) -> list[bytes]:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return [head, *[b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks], b"0\r\n\r\n"]


@pytest.mark.parametrize("after", [0, 300_000])
@pytest.mark.parametrize("before", [WINDOW - 30, WINDOW + 100, 2 * WINDOW - 9, 260_000])
@pytest.mark.parametrize("size", [0, 1_000])
def test_an_encoded_secret_is_not_written_before_it_is_found(
    tmp_path: Path, before: int, after: int, size: int
) -> None:
    body = (b"two words " * 30_000)[:before] + b' "' + TWICE + b'" ' + (b"and more " * 40_000)[:after]
    traces = record(
        tmp_path / "c.json", plain(), pieces(body, size) if size else reply(body), secrets={"#k": SECRET}
    )
    assert not traces.published
    assert [place for place, data in traces.places.items() if TWICE[:20] in data] == []


@pytest.mark.parametrize("size", [0, 1_000])
@pytest.mark.parametrize(
    ("body", "end"),
    [
        (b'{"a": "' + LONG + b'"}' + b" " * WINDOW, LONG[-40:]),
        (gzip.compress(NOISE + b" " + SECRET.encode(), mtime=0) + bytes(2 * WINDOW), None),
    ],
    ids=["in base64", "a file"],
)
def test_the_end_of_a_compressed_stream_is_not_written_before_it_was_unpacked(
    tmp_path: Path, body: bytes, end: bytes | None, size: int
) -> None:
    needle = end or gzip.compress(NOISE + b" " + SECRET.encode(), mtime=0)[-30:]
    traces = record(
        tmp_path / "c.json", plain(), pieces(body, size) if size else reply(body), secrets={"#k": SECRET}
    )
    assert not traces.published
    assert [place for place, data in traces.places.items() if needle in data] == []
