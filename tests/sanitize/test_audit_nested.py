"""Compressed data inside compressed data: the audit looks into all of it."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import itertools
import lzma
import zipfile
import zlib
from collections.abc import Callable

import pytest

from hushtape.sanitize import build

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
