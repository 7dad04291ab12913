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
