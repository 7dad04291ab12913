"""Compressed streams longer than a window, in text written in one way or more: followed to their end."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import json
import random
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from tests.support.portions import audited

from hushtape.sanitize import build
from hushtape.sanitize.audit import OVERLAP, WINDOW
from hushtape.sanitize.audit_finding import Finding

SECRET = "q7-Unguess+able/0093"
RULESET = build([], secrets={"#key": SECRET}).ruleset
_RANDOM = random.Random(5)
LINES = [b"%d,row number %d,%d\n" % (row, row * 7, _RANDOM.getrandbits(60)) for row in range(4500)]
ROWS = b"".join(LINES)


def with_secret(rows: int) -> bytes:
    return b"".join(LINES[:rows]) + SECRET.encode() + b"\n2,kept\n"


PACKED = {
    "gzip": gzip.compress(with_secret(3600)),
    "zlib": zlib.compress(with_secret(3600)),
    "bzip2": bz2.compress(with_secret(4500)),
}
"""As short as can be: in base64 a little more than a window."""


def audit(data: bytes, portion: int = 10_000) -> Finding | None:
    return audited(RULESET, data, portion)


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def lines(data: bytes, joint: str) -> str:
    whole = text(data)
    return joint.join([whole[at : at + 76] for at in range(0, len(whole), 76)])


WAYS: dict[str, Callable[[bytes], str]] = {
    "base64": text,
    "base64 in base64": lambda data: text(text(data).encode()),
    "base64 in hex": lambda data: text(data).encode().hex(),
    "hex in base64": lambda data: text(data.hex().encode()),
    "base64 of JSON with base64": lambda data: text(b'{"x": "' + base64.b64encode(data) + b'"}'),
    "lines in a form": lambda data: quote_plus(lines(data, "\r\n")),
    "a form": lambda data: quote_plus(text(data)),
    "a form in a form": lambda data: quote(quote(text(data), safe="")),
    "lines in JSON": lambda data: lines(data, "\\r\\n"),
    "JSON, signs": lambda data: text(data).replace("/", "\\u002F").replace("+", "\\u002B"),
    "HTML, signs": lambda data: text(data).replace("+", "&#43;").replace("/", "&#x2F;"),
    "percent": lambda data: quote(data, safe=""),
    "percent, all": lambda data: "".join([f"%{byte:02x}" for byte in data]),
    "form": quote_plus,
    "latin-1 in JSON": lambda data: json.dumps(data.decode("latin-1"))[1:-1],
    "latin-1 in JSON, as it is": lambda data: json.dumps(data.decode("latin-1"), ensure_ascii=False)[1:-1],
}


@pytest.mark.thinned(5)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", PACKED)
def test_long_stream_is_followed_through_its_writing(kind: str, way: str) -> None:
    body = '{"before": "some words", "v": "' + WAYS[way](PACKED[kind]) + '", "behind": 1}'
    assert len(body) > WINDOW + OVERLAP
    assert audit(body.encode()) is not None


@pytest.mark.thinned(5)
@pytest.mark.parametrize("size", range(4))
@pytest.mark.parametrize("way", WAYS)
def test_where_windows_meet_makes_no_difference(way: str, size: int) -> None:
    coded = WAYS[way](PACKED["gzip"])
    assert audit(b'{"' + b"k" * size + b'": "' + coded.encode() + b'"}') is not None


@pytest.mark.thinned(3)
@pytest.mark.parametrize("way", WAYS)
def test_long_stream_without_a_secret_is_none(way: str) -> None:
    body = '{"v": "' + WAYS[way](gzip.compress(ROWS)) + '"}' + html.escape(' "more" ') * 5000
    assert audit(body.encode()) is None


def test_text_behind_the_end_is_looked_at_as_it_is() -> None:
    body = '{"v": "' + quote(gzip.compress(ROWS), safe="") + '"}' + " words" * 30_000 + text(SECRET.encode())
    assert audit(body.encode()) is not None
