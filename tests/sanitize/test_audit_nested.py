"""Compressed data inside compressed data: the audit looks into all of it."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import itertools
import lzma
import quopri
import random
import zipfile
import zlib
from collections.abc import Callable

import pytest

from hushtape.sanitize import build
from hushtape.sanitize.audit import OVERLAP, WINDOW
from hushtape.sanitize.audit_shared import tells_of_more

SECRET = "k-93b1c07e55d2f4"
ROWS = f"id,key\n1,{SECRET}\n2,kept\n".encode()
RULESET = build([], secrets={"#key": SECRET}).ruleset


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("rows.csv", data)
    return file.getvalue()


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zip": zipped,
    "zlib": zlib.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize(("outer", "inner"), list(itertools.product(PACK, PACK)))
def test_two_compressions_inside_base64_hide_nothing(outer: str, inner: str) -> None:
    data = base64.b64encode(PACK[outer](PACK[inner](ROWS)))
    auditor = RULESET.auditor()
    found = auditor.feed(b'{"file": "' + data + b'"}') or auditor.finish()
    assert found is not None and found.rule == "#key"


LONG_TOKEN = "q7Un8guess4able0093ZkQpWmXvRtYbNcLdHsGf1"
SPELLED: dict[str, Callable[[bytes], bytes]] = {
    "HTML": lambda data: "".join(f"&#{byte};" for byte in data).encode(),
    "JSON": lambda data: "".join(f"\\u{byte:04x}" for byte in data).encode(),
    "percent": lambda data: "".join(f"%{byte:02X}" for byte in data).encode(),
    "hex": lambda data: data.hex().encode(),
    "octal": lambda data: "".join(f"\\{byte:03o}" for byte in data).encode(),
    "mail": lambda data: "".join(f"={byte:02X}" for byte in data).encode(),
    "base64": base64.b64encode,
    "lines": base64.encodebytes,
    "names": lambda data: html.escape(data.decode()).encode(),
    "wide": lambda data: data.decode().encode("utf-16-be"),
    "wider": lambda data: data.decode().encode("utf-32-le"),
    "printable": quopri.encodestring,
}


@pytest.mark.parametrize(
    "ways",
    [
        "JSON HTML octal",
        "JSON percent mail",
        "JSON JSON JSON",
        "HTML HTML JSON",
        "JSON hex JSON",
        "JSON percent hex",
        "JSON JSON base64",
        "HTML JSON base64",
    ],
)
@pytest.mark.parametrize("at", [57_000, 61_216, 61_376, 64_000])
def test_what_is_longer_than_the_common_overlap_is_found_where_windows_meet(ways: str, at: int) -> None:
    coded = LONG_TOKEN.encode()
    for way in ways.split():
        coded = SPELLED[way](coded)
    text = b"lorem ipsum, dolor. " * 6000
    auditor = build([], secrets={"#key": LONG_TOKEN}).ruleset.auditor()
    found = auditor.feed(text[:at] + b' "' + coded + b'" ' + text[:40_000]) or auditor.finish()
    assert found is not None


SIGNED = "".join(random.Random(9).choices([chr(number) for number in range(33, 127)], k=300))


@pytest.mark.parametrize(
    "ways",
    [
        "wide wider wider",
        "wider wider wider",
        "wider hex wider",
        "wider lines wider",
        "lines wider mail",
        "wider mail wide",
        "JSON wider printable",
        "hex wider printable",
        "JSON HTML names",
        "HTML names wide",
        "octal HTML names",
        "HTML hex base64",
        "wider hex base64",
        "wider base64 base64",
    ],
)
def test_a_long_value_in_layers_that_stretch_it_is_found_where_windows_meet(ways: str) -> None:
    coded = SIGNED.encode()
    for way in ways.split():
        coded = SPELLED[way](coded)
    rules = build([], secrets={"#key": SIGNED}).ruleset
    rows = b'{"id":1,"n":"x"},' * 6000
    assert len(coded) <= WINDOW // 2
    for there in (len(coded) // 2, len(coded) - 10, 4107):  # bytes that stand in the first window
        auditor = rules.auditor()
        body = rows[: WINDOW - there - 2] + b' "' + coded + b'" ' + rows[:3000]
        assert auditor.feed(body) or auditor.finish(), there


@pytest.mark.parametrize("sign", [b"\n", b"=", b"A"])
def test_a_sign_in_the_middle_of_coded_text_takes_nothing_from_what_windows_share(sign: bytes) -> None:
    auditor = RULESET.auditor()
    before = b"lorem ipsum, dolor. " * 3000
    assert auditor.feed(before + (b"ABCDEFG" * 9 + sign) * 1000) is None
    assert auditor.passed <= WINDOW - OVERLAP


def test_rows_zeros_and_noise_share_no_more_than_always() -> None:
    rows = b'{"id": "%b", "at": "2026-01-02", "x": [1, 2.5, null], "b": "<b>a &amp; b</b> %%20"}'
    for tail in (
        b"".join(rows % random.Random(at).randbytes(8).hex().encode() for at in range(50)),
        base64.b64encode(random.Random(1).randbytes(3072)),
        random.Random(1).randbytes(4096),
        bytes(4096),
        b"".join(at.to_bytes(4, "little") for at in range(1024)),
        b"lorem ipsum, dolor. " * 200,
        ("lorem ipsum, dolor. " * 100).encode("utf-16-le"),
    ):
        assert not tells_of_more(tail), tail[:40]
