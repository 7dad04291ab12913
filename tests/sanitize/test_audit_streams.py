"""Many compressed streams in one body, next to each other: the audit looks into each of them."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import itertools
import json
import lzma
import random
import zipfile
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from tests.support.portions import audited

from hushtape.sanitize import build
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.audit_packed import TOO_MUCH

SECRET = "k-93b1c07e55d2f4"
RULESET = build([], secrets={"#key": SECRET}).ruleset
SHORT = f"id,key\n1,{SECRET}\n2,kept\n".encode()
NOISE = random.Random(7).randbytes(60_000).hex().encode()


def zipped(data: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.writestr("rows.csv", data)
    return file.getvalue()


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zip": zipped,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
LONG = NOISE + b" " + SHORT
PACKED = {(name, content): pack(content) for name, pack in PACK.items() for content in (NOISE, SHORT, LONG)}
"""Made once: compressing takes longer than looking."""


def audit(data: bytes, portion: int = 10_000) -> Finding | None:
    return audited(RULESET, data, portion)


def parts(*contents: bytes) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    return b"".join(head + content + b"\r\n" for content in contents) + b"--x--\r\n"


@pytest.mark.thinned(3)
@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
@pytest.mark.parametrize(("first", "second"), list(itertools.product(PACK, PACK)))
def test_a_second_compressed_part_is_looked_into_whatever_the_first_is(
    first: str, second: str, long: bool
) -> None:
    body = parts(PACKED[first, NOISE], PACKED[second, LONG if long else SHORT])
    assert SECRET.encode() in body or audit(body) is not None
    assert audit(parts(PACKED[first, NOISE], PACKED[second, NOISE])) is None


@pytest.mark.parametrize("pack", PACK)
def test_a_stream_behind_a_file_that_the_session_looks_into_is_found(pack: str) -> None:
    for name, file in PACK.items():
        if (name, pack) == ("zip", "zip"):
            continue  # an archive's reader finds its next members by itself
        assert audit(file(b"nothing") + PACK[pack](b"x " * 40 + SHORT)) is not None


def test_four_bytes_that_look_like_an_archive_hide_no_other_stream() -> None:
    noise = random.Random(3).randbytes(100_000)
    assert audit(b"text PK\x03\x04 more" + noise + gzip.compress(SHORT) + noise[:1000]) is not None


@pytest.mark.parametrize("number", [9, 12, 100, 300])
def test_the_last_of_many_packed_rows_is_looked_into(number: int) -> None:
    rows = [base64.b64encode(gzip.compress(b"row %d" % one)).decode() for one in range(number)]
    assert audit(json.dumps(rows).encode()) is None
    rows[-1] = base64.b64encode(gzip.compress(SHORT)).decode()
    assert audit(json.dumps(rows).encode()) is not None


@pytest.mark.parametrize("code", [base64.b64encode, lambda data: data.hex().encode()])
def test_what_shrinks_to_a_hundredth_is_unpacked_to_its_end(code: Callable[[bytes], bytes]) -> None:
    for text in (b"hello world " * 200_000 + SHORT, SHORT.join([b"hello world " * 100_000] * 2)):
        assert audit(b'{"file": "' + code(gzip.compress(text)) + b'", "next": "a b c"}') is not None


def test_a_stream_in_hex_is_followed_to_its_end() -> None:
    body = json.dumps({"file": gzip.compress(NOISE * 3 + SHORT).hex(), "next": 1}).encode()
    assert len(body) > 200_000 and audit(body) is not None


def test_a_second_stream_in_the_same_base64_is_followed() -> None:
    packed = base64.b64encode(gzip.compress(NOISE * 2) + b"rest" + lzma.compress(NOISE + SHORT))
    assert audit(b'{"file": "' + packed + b'"}') is not None


@pytest.mark.parametrize("pack", PACK)
def test_a_compressed_file_in_percent_escapes_is_looked_into(pack: str) -> None:
    body = "file=" + quote(PACK[pack](b"some text before " * 9 + SHORT))
    assert audit(body.encode()) is not None


def test_what_unpacks_to_more_than_can_be_looked_into_fails_closed() -> None:
    bomb = lzma.compress(bytes(100 << 20), preset=0)
    for body in (parts(b"x", bomb), json.dumps({"file": base64.b64encode(bomb).decode()}).encode()):
        finding = audit(body, 100_000)
        assert finding is not None and finding.rule == TOO_MUCH


def test_three_times_base64_of_a_short_secret_is_found() -> None:
    for value in ("ab12cd", "x9!k7?"):
        ruleset, code = build([], secrets={"#key": value}).ruleset, value.encode()
        for _ in range(3):
            code = base64.b64encode(code)
        auditor = ruleset.auditor()
        assert auditor.feed(b'{"a": "' + code + b'"}') or auditor.finish()


def test_a_soft_line_break_near_the_end_of_a_secret_is_undone() -> None:
    auditor = build([], secrets={"#key": "hunter2-abcdefg"}).ruleset.auditor()
    assert auditor.feed(b"Your password is hunter2-abc=\r\ndefg\r\n") or auditor.finish()


@pytest.mark.parametrize("pack", PACK)
def test_hundreds_of_streams_one_behind_another_raise_no_alarm(pack: str) -> None:
    body = b"WARC " + b"".join(PACK[pack](b"record %d, plain text" % number) for number in range(900))
    assert audit(body) is None
    assert audit(body + PACK[pack](SHORT) + body) is not None
