"""Compressed files that were joined to one: every tool reads them so, and so does the audit."""

from __future__ import annotations

import base64
import bz2
import gzip
import itertools
import lzma
import random
from collections.abc import Callable

import pytest
import zstandard
from tests.support.portions import audited

from hushtape.sanitize import build
from hushtape.sanitize.audit_finding import Finding

SECRET = "correct-horse-battery"
RULESET = build([], secrets={"#key": SECRET}).ruleset
BEFORE, BEHIND = b"id,key\n1," + SECRET[:9].encode(), SECRET[9:].encode() + b"\n2,kept\n"
NOISE = random.Random(7).randbytes(90_000)
SKIPPABLE = b"\x53\x2a\x4d\x18\x05\0\0\0noted"

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "gzip, stored": lambda data: gzip.compress(data, 0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}


def audit(data: bytes) -> Finding | None:
    return audited(RULESET, data, 10_000)


def part(data: bytes) -> bytes:
    return b"--x\r\nContent-Type: application/gzip\r\n\r\n" + data + b"\r\n--x--\r\n"


def coded(data: bytes) -> bytes:
    return b'{"a": "' + base64.b64encode(data) + b'"}'


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "a part": part,
    "base64": coded,
    "hex": lambda data: b'{"a": "' + data.hex().encode() + b'"}',
    "base64 in base64": lambda data: coded(base64.b64encode(data)),
}


@pytest.mark.parametrize(("kind", "way"), list(itertools.product(PACK, WAYS)))
def test_value_across_two_members_is_found(kind: str, way: str) -> None:
    data = PACK[kind](BEFORE) + PACK[kind](BEHIND)
    assert audit(WAYS[way](data)) is not None


@pytest.mark.parametrize("kind", PACK)
def test_value_of_a_member_each_byte_is_found(kind: str) -> None:
    pack = PACK[kind]
    data = b"".join([pack(SECRET[at : at + 1].encode()) for at in range(len(SECRET))])
    assert audit(part(data)) is not None
    assert audit(coded(data)) is not None


@pytest.mark.parametrize(("kind", "way"), list(itertools.product(PACK, ("a part", "base64"))))
def test_members_longer_than_a_window_are_one_file(kind: str, way: str) -> None:
    data = PACK[kind](NOISE + BEFORE) + PACK[kind](BEHIND + NOISE)
    assert audit(WAYS[way](data)) is not None


@pytest.mark.parametrize("kind", PACK)
def test_members_meet_where_windows_meet(kind: str) -> None:
    first, second = PACK[kind](BEFORE), PACK[kind](BEHIND)
    for short in range(-12, 90, 6):
        before = b"some words " * 7000
        assert audit(before[: 64 * 1024 - len(first) - short] + first + second + b"\r\n--x--\r\n") is not None


@pytest.mark.parametrize(("kind", "between"), [("gzip", bytes(500)), ("xz", bytes(8)), ("zstd", SKIPPABLE)])
def test_padding_and_skippable_frames_between_them_hide_nothing(kind: str, between: bytes) -> None:
    data = PACK[kind](BEFORE) + between + PACK[kind](BEHIND)
    assert audit(part(data)) is not None
    assert audit(coded(data)) is not None


@pytest.mark.parametrize("way", WAYS)
def test_members_with_something_between_them_are_two_files(way: str) -> None:
    data = gzip.compress(BEFORE) + b"--boundary--" + gzip.compress(BEHIND)
    assert audit(WAYS[way](data)) is None


@pytest.mark.parametrize("code", [base64.b64encode, lambda data: data.hex().encode(), bytes])
@pytest.mark.parametrize("kind", ["gzip", "bzip2", "zstd"])
def test_row_behind_hundreds_of_tiny_files_is_found(kind: str, code: Callable[[bytes], bytes]) -> None:
    rows = [b'{"r": "' + code(PACK[kind](b"row %d" % row)) + b'"}\n' for row in range(700)]
    assert audit(b"".join(rows)) is None
    assert audit(b"".join([*rows, b'{"r": "', code(PACK[kind](SECRET.encode())), b'"}\n'])) is not None
