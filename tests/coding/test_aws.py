"""aws-chunked: framing is dropped, content kept, in any portions; what is cut or wrong is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape import coding


def framed(parts: list[bytes], sign: bool) -> bytes:
    mark = b";chunk-signature=" + b"0a" * 32 if sign else b""
    body = b"".join(b"%x%b\r\n%b\r\n" % (len(part), mark, part) for part in parts)
    return body + b"0" + mark + b"\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=5), st.booleans(), st.integers(1, 50))
def test_content_comes_back_in_any_portions(parts: list[bytes], sign: bool, step: int) -> None:
    data, decoder = framed(parts, sign), coding.decoder(("aws-chunked",))
    out = b"".join(piece for at in range(0, len(data), step) for piece in decoder.feed(data[at : at + step]))
    assert out == b"".join(parts) and decoder.complete
    assert list(decoder.finish()) == []


def test_a_cut_stream_is_told() -> None:
    decoder = coding.decoder(("aws-chunked",))
    assert b"".join(decoder.feed(framed([b"abc"], False)[:-4])) == b"abc"
    with pytest.raises(coding.CodingError):
        decoder.finish()


@pytest.mark.parametrize("wrong", [b"not framed at all\r\n", b"-5\r\nabc", b"f" * 9000])
def test_what_is_not_framed_is_told(wrong: bytes) -> None:
    with pytest.raises(coding.CodingError):
        list(coding.decoder(("aws-chunked",)).feed(wrong))
