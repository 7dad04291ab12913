"""Streams without their end, damaged ones, odd headers: what others' tools get out of them is found."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.portions import audited

from hushtape.sanitize import build
from hushtape.sanitize.audit import WINDOW
from hushtape.sanitize.audit_containers import ZLIB_HEADS, container
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.audit_unpack import KEPT, STEP
from hushtape.sanitize.audit_zstd import is_zstd

SECRET = b"q7-Unguess+able/0093"
RULESET = build(secrets={"#key": SECRET.decode()}).ruleset
TEXT = b'{"user": "me and you", "key": "%b"' % SECRET
NOISE = random.Random(11).randbytes(400)


def audit(data: bytes, portion: int = 10_000) -> Finding | None:
    return audited(RULESET, data, portion)


def zlib_of(data: bytes, flush: int = zlib.Z_FINISH, wbits: int = 15, level: int = 6) -> bytes:
    made = zlib.compressobj(level, zlib.DEFLATED, wbits)
    return made.compress(data) + made.flush(flush)


def zipped(data: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.writestr("rows.csv", data)
    return file.getvalue()


class Pipe(io.RawIOBase):
    """Can't seek: an archive that is written to it has its members' sizes behind them."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += bytes(data)
        return len(data)


def piped(data: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", method) as made:
        made.writestr("rows.csv", data)
    return pipe.data


WRAP: dict[str, Callable[[bytes], bytes]] = {
    "base64": lambda data: json.dumps({"p": base64.b64encode(data).decode(), "next": 1}).encode(),
    "base64, then more": lambda data: b'{"p": "' + base64.b64encode(data + NOISE) + b'"}',
    "base64 behind a path": lambda data: b'{"p": "/v1/a' + base64.b64encode(data).rstrip(b"=") + b'/more"}',
    "hex": lambda data: b"p=" + data.hex().encode() + b"&q=1",
    "percent": lambda data: b"p=" + quote_from_bytes(data).encode() + b"&q=1",
    "multipart": lambda data: b"--x\r\nContent-Type: a/b\r\n\r\n" + data + b"\r\n--x--\r\n",
    "binary": lambda data: NOISE[:77] + data + NOISE,
}
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "zip": zipped,
    "flushed gzip": lambda data: zlib_of(data, zlib.Z_SYNC_FLUSH, 31),
    "flushed zlib": lambda data: zlib_of(data, zlib.Z_FULL_FLUSH),
}


def readable(kind: str, packed: bytes) -> int:
    """How many bytes of it are enough to read the secret."""
    for size in range(1, len(packed)):
        box = container(packed[:24], once=True)
        assert box is not None
        if SECRET in b"".join(piece for at in range(size) for piece in box.feed(packed[at : at + 1])):
            return size
    return len(packed)


@pytest.mark.parametrize("wrap", WRAP)
@pytest.mark.parametrize("kind", PACK)
def test_a_stream_that_was_cut_is_read_to_the_cut(kind: str, wrap: str) -> None:
    packed = PACK[kind](TEXT)
    for size in range(readable(kind, packed), len(packed) + 1):
        assert audit(WRAP[wrap](packed[:size])) is not None, size


@pytest.mark.parametrize("wrap", WRAP)
def test_a_wrong_checksum_hides_nothing(wrap: str) -> None:
    for packed, trailer in ((gzip.compress(TEXT), 8), (zlib.compress(TEXT), 4)):
        for at in range(1, trailer + 1):
            broken = bytearray(packed)
            broken[-at] ^= 0x55
            assert audit(WRAP[wrap](bytes(broken))) is not None


@pytest.mark.parametrize("wrap", WRAP)
def test_flags_of_a_gzip_header_hide_nothing(wrap: str) -> None:
    data = gzip.compress(TEXT)[10:]
    for flags, more in ((4, b"\x03\0abc"), (8, b"name\0"), (16, b"words\0"), (2, b"no"), (0xE0, b"")):
        assert audit(WRAP[wrap](b"\x1f\x8b\x08%c\0\0\0\0\0\3%b" % (flags, more) + data)) is not None
    every = b"\x1f\x8b\x08\x1e\0\0\0\0\0\3" + b"\x03\0abcname\0words\0no" + data
    assert audit(WRAP[wrap](every)) is not None


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress], ids=["bzip2", "xz"])
@pytest.mark.parametrize("wrap", WRAP)
def test_of_bzip2_and_xz_with_damage_behind_the_secret_nothing_is_lost(
    pack: Callable[[bytes], bytes], wrap: str
) -> None:
    packed = bytearray(pack(TEXT + b" and more behind"))
    packed[-9] ^= 0x55
    assert audit(WRAP[wrap](bytes(packed))) is not None


@pytest.mark.parametrize("wrap", WRAP)
def test_files_of_lzma_are_looked_into_and_cut_ones_to_the_cut(wrap: str) -> None:
    for text in (TEXT, TEXT * 900):
        packed = lzma.compress(text + b" more" * 20, lzma.FORMAT_ALONE)
        assert audit(WRAP[wrap](packed)) is not None
        assert audit(WRAP[wrap](packed[:-9])) is not None
        sized = packed[:5] + (len(text) + 100).to_bytes(8, "little") + packed[13:]
        assert audit(WRAP[wrap](sized)) is not None


@pytest.mark.parametrize("size", [STEP, KEPT, 5 * KEPT])
@pytest.mark.parametrize("kind", ["gzip", "zlib", "bzip2", "xz"])
def test_a_long_stream_that_is_damaged_is_read_to_the_damage(kind: str, size: int) -> None:
    text = random.Random(size).randbytes(size // 2).hex().encode() + TEXT + b" " * 300
    for packed in ({**PACK, "bzip2": bz2.compress, "xz": lzma.compress}[kind](text),):
        assert audit(b"--x\r\n\r\n" + packed[:-1] + bytes([packed[-1] ^ 1]) + NOISE) is not None


@pytest.mark.parametrize("before", [WINDOW - 900, WINDOW - 400, WINDOW - 60, WINDOW - 10, 2 * WINDOW - 5000])
@pytest.mark.parametrize("kind", PACK)
def test_a_cut_stream_across_two_windows_is_read_to_the_cut(kind: str, before: int) -> None:
    packed = PACK[kind](random.Random(3).randbytes(150).hex().encode() + TEXT)
    cut = packed[: readable(kind, packed)]
    for wrap in ("base64", "base64, then more", "hex", "multipart", "binary"):
        assert audit(b"word " * (before // 5) + b"\n" + WRAP[wrap](cut)) is not None, wrap


@pytest.mark.parametrize("wrap", ["base64", "hex", "multipart"])
def test_zlib_of_any_window_and_level_is_looked_into(wrap: str) -> None:
    for wbits in range(9, 16):
        for level in range(1, 10):
            packed = zlib_of(TEXT * 3, wbits=wbits, level=level)
            assert packed[:2] in ZLIB_HEADS
            assert audit(WRAP[wrap](packed)) is not None
    for head in ZLIB_HEADS:
        assert audit(WRAP[wrap](head + zlib_of(TEXT)[2:])) is not None


METHODS = [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED]


@pytest.mark.parametrize("wrap", WRAP)
@pytest.mark.parametrize("method", METHODS)
def test_members_of_every_method_are_looked_into(method: int, wrap: str) -> None:
    for made in (zipped, piped):
        archive = made(TEXT * 40, method)
        assert audit(WRAP[wrap](archive)) is not None
        assert audit(WRAP[wrap](archive[: archive.index(b"PK\x01\x02")])) is not None  # no directory


def member(method: int, data: bytes, size: int, flags: int = 0) -> bytes:
    """A local header (the ZIP application note 4.3.7) with its data."""
    head = struct.pack("<HHHHHIIIHH", 63, flags, method, 0, 0, 0, len(data), size, 1, 0)
    return b"PK\x03\x04" + head + b"a" + data


def test_a_member_of_lzma_without_an_end_mark_is_followed_by_the_next() -> None:
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    packed = b"\x09\x04\x05\0\x5d\0\0\1\0" + lzma.compress(b"nothing here", lzma.FORMAT_RAW, filters=filters)
    archive = member(14, packed, 12) + zipped(TEXT)
    for portion in (1, 50, 10_000):
        assert audit(b"..." + archive, portion) is not None
    secret = b"\x09\x04\x05\0\x5d\0\0\1\0" + lzma.compress(TEXT, lzma.FORMAT_RAW, filters=filters)
    assert audit(b"..." + member(14, secret, len(TEXT), flags=2)) is not None


@pytest.mark.parametrize("portion", [1, 3, 1000])
def test_xz_and_zstd_members_are_looked_into(portion: int) -> None:
    zstandard = pytest.importorskip("zstandard")
    for method, data in ((95, lzma.compress(TEXT)), (93, zstandard.compress(TEXT))):
        archive = member(method, data, len(TEXT)) + zipped(b"more")
        box = container(archive)
        assert box is not None
        out = b"".join(
            piece for at in range(0, len(archive), portion) for piece in box.feed(archive[at : at + portion])
        )
        assert SECRET in out and out.endswith(b"more") and not box.unread


def test_xz_that_asks_for_the_largest_usual_dictionary_is_looked_into() -> None:
    assert audit(WRAP["base64"](lzma.compress(TEXT, preset=9))) is not None


@pytest.mark.parametrize("wrap", ["base64", "hex", "percent", "multipart", "binary"])
def test_xz_that_asks_for_more_than_there_is_fails_closed(wrap: str) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 256 << 20}]
    finding = audit(WRAP[wrap](lzma.compress(b"nothing to find here " * 99, filters=filters)))
    assert finding is not None and "128 MiB" in finding.rule


def test_noise_behind_lzma_s_first_bytes_is_no_finding() -> None:
    dice = random.Random(7)
    assert audit(b"".join(b"]\0\0" + dice.randbytes(300) for _ in range(300))) is None


@pytest.mark.parametrize("wrap", ["base64", "hex", "percent", "multipart", "binary"])
def test_zstd_that_can_t_be_unpacked_fails_closed(wrap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = b"\x28\xb5\x2f\xfd\x24\x05\x29\0\0hello\0\0\0\0"
    monkeypatch.setattr("hushtape.coding.can_decode", lambda names: False)
    finding = audit(WRAP[wrap](frame))
    assert finding is not None and "hushtape[codings]" in finding.rule


def test_random_bytes_behind_the_magic_of_zstd_are_rarely_a_frame() -> None:
    random_bytes = random.Random(5).randbytes
    assert sum(is_zstd(b"\x28\xb5\x2f\xfd" + random_bytes(20)) for _ in range(50_000)) < 50_000 / 100


@given(st.binary(max_size=3000), st.integers(0, 3000), st.sampled_from(sorted(PACK)), st.integers(1, 2000))
def test_portions_of_any_size_give_the_same_content(
    content: bytes, cut: int, kind: str, portion: int
) -> None:
    data = PACK[kind](content)[:cut] + NOISE

    def out(size: int) -> bytes:
        box = container(data[:24])
        parts: Iterator[bytes] = (data[at : at + size] for at in range(0, len(data), size))
        return b"".join(piece for part in parts for piece in box.feed(part)) if box is not None else b""

    assert out(portion) == out(len(data))
