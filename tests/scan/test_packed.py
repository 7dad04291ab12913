"""Where compressed bodies in base64 begin."""

from __future__ import annotations

import zlib
from base64 import b64encode

import pytest

from hushtape.scan.packed import starts

BODY = b"a body that is long enough to be compressed, a body that is long enough"


@pytest.mark.parametrize("level", [0, 1, 6, 9])
@pytest.mark.parametrize("window", range(9, 16))
def test_every_head_of_zlib_is_a_beginning(level: int, window: int) -> None:
    packer = zlib.compressobj(level, zlib.DEFLATED, window)
    text = b64encode(packer.compress(BODY) + packer.flush())
    found = [(at, name) for at, name, _ in starts(b'{"body": "' + text + b'"}')]
    assert ((10, "zlib") in found) == (text[:2] in (b"eA", b"eF", b"eJ", b"eN")), text[:4]


def test_a_head_that_is_cut_waits_for_the_rest() -> None:
    text = b64encode(zlib.compress(BODY))
    assert [at for at, _, _ in starts(b"..." + text[:2])] == []
    assert [at for at, _, _ in starts(b"..." + text[:3])] == [3]


def test_what_only_looks_like_a_head_is_none() -> None:
    assert list(starts(b'"eAz0", "eF90", "eJ00", "eNzz", "aeJw", "keNo", "+eAE"')) == []
