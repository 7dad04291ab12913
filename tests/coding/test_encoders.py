"""Encoders: every real decoder reads them back, and their length is known ahead."""

from __future__ import annotations

import gzip
import io
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.response import HAS_ZSTD, HTTPResponse

from hushtape import coding
from hushtape.coding.stored import BLOCK, FLATE_BLOCK

DECODE = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}
NAMES = sorted(DECODE)
READ_BY_URLLIB3 = ["gzip", "deflate", "br"] + ["zstd"] * HAS_ZSTD
EDGES = sorted({0, 1, *(n + d for n in (FLATE_BLOCK, BLOCK, 2 * BLOCK) for d in (-1, 0, 1)), 65535})


def encode(names: tuple[str, ...], data: bytes, portion: int) -> bytes:
    encoder = coding.encoder(names)
    parts = [encoder.feed(data[start : start + portion]) for start in range(0, len(data), portion)]
    return b"".join(parts) + encoder.finish()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", EDGES)
def test_real_libraries_read_stored_blocks_of_every_size(name: str, size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    data = data[:size]
    coded = encode((name,), data, 65536)
    assert DECODE[name](coded) == data
    assert len(coded) == coding.encoded_size((name,), size)
    assert encode((name,), data, 10_007) == coded


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(NAMES), max_size=3), st.binary(max_size=5000), st.integers(1, 6000))
def test_decoders_undo_what_encoders_did(names: list[str], data: bytes, portion: int) -> None:
    codings = tuple(names)
    coded = encode(codings, data, portion)
    assert len(coded) == coding.encoded_size(codings, len(data))
    assert coded == coding.encode(codings, data)
    decoder = coding.decoder(codings)
    assert b"".join(decoder.feed(coded)) == data
    assert decoder.complete


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(READ_BY_URLLIB3), min_size=1, max_size=3), st.binary(max_size=300))
def test_urllib3_reads_what_encoders_wrote(names: list[str], data: bytes) -> None:
    data = data * 700
    headers = {"content-encoding": ", ".join(names)}
    response = HTTPResponse(io.BytesIO(coding.encode(names, data)), headers=headers, preload_content=False)
    assert response.read() == data


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_body_becomes_a_valid_stream_of_nothing(name: str) -> None:
    coded = coding.encode((name,), b"")
    assert coded
    assert DECODE[name](coded) == b""


@pytest.mark.parametrize("name", NAMES)
def test_an_encoder_holds_back_less_than_a_block(name: str) -> None:
    encoder = coding.encoder((name,))
    out = 0
    for index in range(1, 40):
        out += len(encoder.feed(bytes(10_000)))
        assert index * 10_000 - out < BLOCK


@given(st.integers(0, 1 << 40))
def test_the_size_is_told_without_encoding(size: int) -> None:
    for name in NAMES:
        told = coding.encoded_size((name,), size)
        assert told is not None
        assert told > size
    assert coding.encoded_size((), size) == size
    assert coding.encoded_size(("lzma",), size) is None
