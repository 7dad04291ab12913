"""The bodies and heads that the server sends and the floors can imitate byte for byte.

Shared by the server process and the client processes, so that a floor answers with the same bytes as the
server does. No I/O and no clock here.
"""

import functools

# No number here changes its spelling when JSON is parsed and written again: one rival does that to bodies.
_RECORD = (
    b'{"id": 10482, "name": "A. Customer", "city": "Brno", "amount": 1284.5, "paid": true, "note": "%s"}'
)
_DIGITS = 8


@functools.cache
def _rows(size: int) -> bytes:
    """JSON rows that fill a body of `size` bytes, the last one padded to the byte."""
    envelope = len(b'{"page": 00000000, "rows": []}')
    plain = _RECORD % b"none"
    room = size - envelope
    if room < len(plain):
        raise ValueError(f"a JSON body needs at least {envelope + len(plain)} bytes, not {size}")
    rows = [plain] * max(0, (room - len(plain)) // (len(plain) + 2))
    left = room - len(b", ".join([*rows, _RECORD % b""]))
    return b", ".join([*rows, _RECORD % (b"n" * left)])


def json_body(size: int, number: int) -> bytes:
    """A JSON body of exactly `size` bytes that differs from request to request by its page number."""
    page = b"%d" % (10 ** (_DIGITS - 1) + number)
    return b'{"page": ' + page + b', "rows": [' + _rows(size) + b"]}"


def json_head(size: int, date: str) -> bytes:
    """Status line and header fields of a JSON answer of `size` bytes."""
    return (
        "HTTP/1.1 200 OK\r\n"
        f"Server: bench\r\nDate: {date}\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {size}\r\n"
        "Cache-Control: no-store\r\nVary: Accept-Encoding\r\nX-Request-Id: 5d1f0a7c\r\n\r\n"
    ).encode("latin-1")
