"""Decoders: real encoders' output, in any portions, with cuts, garbage and bombs."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape import coding

SAMPLE = b'{"name": "value", "n": [1, 2, 3]}\n' * 300


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(data) + squeeze.flush()


ENCODE = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
NAMES = sorted(ENCODE)


def decode(codings: tuple[str, ...], data: bytes, portion: int = 1 << 30) -> bytes:
    decoder = coding.decoder(codings)
    pieces = []
    for start in range(0, len(data), portion):
        pieces.extend(decoder.feed(data[start : start + portion]))
    pieces.extend(decoder.finish())
    assert decoder.complete
    assert all(0 < len(piece) <= coding.PIECE for piece in pieces)
    assert decoder.produced == sum(map(len, pieces))
    return b"".join(pieces)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("portion", [1, 2, 7, 1000, 1 << 20])
def test_what_was_encoded_comes_back_in_any_portions(name: str, portion: int) -> None:
    assert decode((name,), ENCODE[name](SAMPLE), portion) == SAMPLE


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(NAMES), max_size=4), st.binary(max_size=2000), st.integers(1, 300))
def test_stacked_codings_are_undone_last_first(names: list[str], data: bytes, portion: int) -> None:
    coded = data
    for name in names:
        coded = ENCODE[name](coded)
    assert decode(tuple(names), coded, portion) == data


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000), st.integers(1, 64), st.sampled_from([-1, 0, 1]), st.booleans())
def test_zstd_frames_with_checksums_and_skippable_ones_in_any_portions(
    data: bytes, portion: int, size: int, checksum: bool
) -> None:
    squeeze = zstandard.ZstdCompressor(write_checksum=checksum, write_content_size=size > 0)
    skippable = b"\x53\x2a\x4d\x18" + len(data[:9]).to_bytes(4, "little") + data[:9]
    coded = squeeze.compress(data) + skippable + squeeze.compress(data[:7])
    assert decode(("zstd",), skippable + coded, portion) == data + data[:7]


@pytest.mark.parametrize("portion", [1, 5, 1 << 20])
def test_raw_deflate_is_told_from_zlib(portion: int) -> None:
    assert decode(("deflate",), raw_deflate(SAMPLE), portion) == SAMPLE


@pytest.mark.parametrize("portion", [1, 9, 1 << 20])
@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_members_that_follow_each_other_are_one_body(name: str, portion: int) -> None:
    coded = ENCODE[name](SAMPLE) + ENCODE[name](b"") + ENCODE[name](b"tail")
    assert decode((name,), coded, portion) == SAMPLE + b"tail"


@pytest.mark.parametrize("name", ["gzip", "deflate", "zstd"])
@pytest.mark.parametrize("portion", [1, 3, 1 << 20])
@pytest.mark.parametrize("garbage", [b"\x00" * 9, b"\x1f\x00 not a member", b"xy", b"(\xb5no", b"\r\n"])
def test_garbage_behind_the_end_is_dropped(name: str, portion: int, garbage: bytes) -> None:
    assert decode((name,), ENCODE[name](SAMPLE) + garbage, portion) == SAMPLE


@pytest.mark.parametrize("portion", [1, 3, 1 << 20])
def test_garbage_behind_a_br_stream_is_an_error_as_it_is_to_its_library(portion: int) -> None:
    with pytest.raises(coding.CodingError):
        decode(("br",), brotli.compress(SAMPLE) + b"garbage", portion)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("portion", [1, 1 << 20])
def test_a_cut_stream_is_reported(name: str, portion: int) -> None:
    coded = ENCODE[name](bytes(range(256)) * 40)
    for size in (1, 3, len(coded) // 2, len(coded) - 1):
        decoder = coding.decoder((name,))
        for start in range(0, size, portion):
            list(decoder.feed(coded[start : min(size, start + portion)]))
        assert not decoder.complete
        with pytest.raises(coding.CodingError) as caught:
            decoder.finish()
        assert caught.value.coding in (name, "gzip")
        assert caught.value.produced == decoder.produced


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_is_not_of_its_coding_fails_before_any_output(name: str) -> None:
    decoder = coding.decoder((name,))
    with pytest.raises(coding.CodingError) as caught:
        list(decoder.feed(b'{"error": "not compressed at all"}'))
    assert caught.value.produced == decoder.produced == 0


@pytest.mark.parametrize("name", [*NAMES, "identity"])
def test_an_empty_body_stays_empty_and_is_complete(name: str) -> None:
    decoder = coding.decoder((name,))
    assert list(decoder.feed(b"")) == []
    assert decoder.complete
    assert list(decoder.finish()) == []


def zeros(name: str, size: int) -> bytes:
    chunk = bytes(1 << 20)
    if name == "br":
        squeeze = brotli.Compressor(quality=5)
        return b"".join(squeeze.process(chunk) for _ in range(size >> 20)) + squeeze.finish()
    if name == "zstd":
        stream = zstandard.ZstdCompressor().compressobj()
    else:
        stream = zlib.compressobj(wbits=31 if "gzip" in name else 15)
    return b"".join(stream.compress(chunk) for _ in range(size >> 20)) + stream.flush()


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_never_stands_in_memory(name: str) -> None:
    bomb = zeros(name, 64 << 20)
    decoder = coding.decoder((name,))
    tracemalloc.start()
    total = 0
    for piece in decoder.feed(bomb):
        assert len(piece) <= coding.PIECE
        total += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 64 << 20
    assert decoder.complete
    assert peak < 2 << 20


def test_a_stacked_bomb_never_stands_in_memory() -> None:
    bomb = gzip.compress(zeros("gzip", 32 << 20))
    decoder = coding.decoder(("gzip", "gzip"))
    assert sum(len(piece) for piece in decoder.feed(bomb)) == 32 << 20
    assert max(map(len, coding.decoder(("gzip", "gzip")).feed(bomb))) <= coding.PIECE


def test_flipped_bytes_raise_our_error_and_no_other() -> None:
    for name in NAMES:
        coded = bytearray(ENCODE[name](SAMPLE))
        for place in range(0, len(coded), 3):
            broken = bytes(coded[:place]) + bytes([coded[place] ^ 0x5A]) + bytes(coded[place + 1 :])
            try:
                decode((name,), broken, 11)
            except coding.CodingError as error:
                assert error.produced >= 0
