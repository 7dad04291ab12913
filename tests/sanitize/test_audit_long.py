"""Compressed streams longer than a window, other compressions, lines behind signs, mail, UTF-16."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import quopri
import random
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from tests.support.portions import audited

from hushtape.coding.zstd import library
from hushtape.sanitize.audit import WINDOW
from hushtape.sanitize.audit_dull import DullHex
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.chain import build

SECRET = "Zk7-hidden-in-here-Qp2-9R"
RULES = build(secrets={"#key": SECRET}).ruleset


def audit(data: bytes, portion: int = 5000) -> Finding | None:
    return audited(RULES, data, portion)


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size // 2).hex().encode()


def zstd(data: bytes) -> bytes:
    found = library()
    assert found is not None
    packed: bytes = found[1].compress(data)
    return packed


PACKS = [gzip.compress, zlib.compress, bz2.compress, lzma.compress]
PACKS += [zstd] if library() else []
LONG = noise(300_000) + b" " + SECRET.encode() + b" " + noise(3000)


@pytest.mark.parametrize("pack", PACKS)
def test_a_short_compressed_stream_inside_base64_is_looked_into(pack: Callable[[bytes], bytes]) -> None:
    body = json.dumps({"file": base64.b64encode(pack(b"user " + SECRET.encode() + b" more")).decode()})
    assert audit(body.encode()) is not None


@pytest.mark.thinned(3)
@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("before", [0, 100, WINDOW - 3000, WINDOW - 500, 2 * WINDOW])
def test_a_long_compressed_stream_inside_base64_is_followed(
    pack: Callable[[bytes], bytes], before: int
) -> None:
    coded = base64.b64encode(pack(LONG))
    assert len(coded) > 3 * WINDOW
    assert audit(b"word " * (before // 5) + b'"' + coded + b'"') is not None


@pytest.mark.parametrize("portion", [1000, 40_000, 1_000_000])
def test_a_long_stream_in_lines_is_followed(portion: int) -> None:
    coded = base64.encodebytes(gzip.compress(LONG))
    for body in (coded, b"From: me\n\n" + coded + b"\n--end", json.dumps({"a": coded.decode()}).encode()):
        assert audit(body, portion) is not None
    assert audit(b"> " + coded.replace(b"\n", b"\r\n> "), portion) is not None


@pytest.mark.parametrize("text", [LONG, b"x " + SECRET.encode()], ids=["long", "short"])
def test_a_gzip_part_of_a_multipart_body_is_looked_into(text: bytes) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + gzip.compress(text) + b"\r\n--b--\r\n"
    assert audit(body) is not None


def test_a_long_clean_stream_raises_no_alarm_and_is_not_held() -> None:
    coded = base64.b64encode(gzip.compress(noise(3_000_000)))
    assert audit(coded) is None
    bomb = base64.b64encode(gzip.compress(bytes(30_000_000)))
    tracemalloc.start()
    assert audit(bomb) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize("sign", ["> ", ">> ", "# ", "// ", "* ", "data: ", "data:", "    ", "; "])
def test_base64_in_lines_behind_a_sign_is_one_text(sign: str) -> None:
    coded = base64.b64encode(base64.b64encode(b"x" * 70 + SECRET.encode() + b"y" * 60)).decode()
    for size in (20, 76):
        lines = [sign + coded[at : at + size] for at in range(0, len(coded), size)]
        for end in ("\n", "\r\n"):
            body = end.join(["text:", *lines, "", "end"])
            assert audit(body.encode()) is not None
            assert audit(json.dumps({"a": body}).encode()) is not None


def test_quoted_printable_is_undone() -> None:
    mail = quopri.encodestring(b"a" * 60 + b" " + SECRET.encode() + b" caf\xc3\xa9 = good\n" * 3)
    assert SECRET.encode() not in mail
    for body in (mail, mail.replace(b"\n", b"\r\n"), json.dumps({"raw": mail.decode()}).encode()):
        assert audit(body) is not None


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be"])
def test_wide_text_is_read_also_inside_base64(code: str) -> None:
    data = json.dumps({"user": "me", "password": "hunter2-very-secret"}).encode(code)
    assert audit(data) is not None
    assert audit(base64.b64encode(data)) is not None
    assert audit(data.hex().encode()) is not None


def test_a_jwt_segment_and_a_data_url_are_looked_into() -> None:
    part = base64.urlsafe_b64encode(json.dumps({"sub": "me", "password": "hunter2x"}).encode()).rstrip(b"=")
    assert audit(b'{"claims": "abc.%b.xyz"}' % part) is not None
    page = base64.b64encode(b'<a href="?password=hunter2x&b=1">')
    assert audit(b'{"src": "data:text/html;base64,%b"}' % page) is not None


def test_lower_case_hex_hides_no_anchor_of_the_default_chain() -> None:
    assert DullHex(build().ruleset.rules)()


def test_a_secret_whose_base64_is_made_of_hex_digits_is_noticed() -> None:
    digits = b"b3d3d3d3a3d5b3d5a3d3"
    secret = base64.b64decode(digits).decode("ascii")
    rules = build(secrets={"#key": secret}).ruleset
    assert not rules._dull()
    assert RULES._dull()
    auditor = rules.auditor()
    twice = base64.b64encode(digits)
    assert auditor.feed(b"/v1/" + twice + b"/x") or auditor.finish()


BODIES: dict[str, bytes] = {
    "percent": b"%" * 300_000,
    "escaped percent": b"%25" * 130_000,
    "backslashes": b"\\" * 300_000,
    "backslash n": b"\\n" * 150_000,
    "letters and breaks": b"A\\n" * 130_000,
    "line breaks": b"AAAA\n" * 80_000,
    "spaces": b" " * 500_000 + b"\\n",
    "blanks and breaks": b" \t" * 200_000 + b"\n",
    "equals": b"abcdefg=\n" * 45_000,
    "one run": base64.b64encode(random.Random(1).randbytes(300_000)),
    "gzip heads": b"\x1f\x8b\x08\0" * 66_000,
    "zip heads": b"PK\x03\x04" * 80_000,
    "heads in base64": base64.b64encode(b"x\x9c" * 60_000),
    "nested": b"".join(b"%" + b"25" * n + b"41 " for n in range(500)),
}


@pytest.mark.thinned(3)
@pytest.mark.parametrize("name", BODIES)
def test_twice_the_hostile_body_takes_about_twice_the_steps(name: str) -> None:
    """Counted in scans, which the audit asks for: no clock."""

    def scans(body: bytes) -> int:
        from hushtape.sanitize.audit import Auditor

        count = 0

        def scan(data: bytes, weak: object = None) -> None:
            nonlocal count
            count += len(data)

        auditor = Auditor(scan)
        assert auditor.feed(body) is None and auditor.finish() is None
        return count

    body = BODIES[name]
    assert scans(body) > 4 * WINDOW, "of less, four times the steps would pass, too"
    assert scans(body * 2) <= 3 * scans(body) + 4 * WINDOW
