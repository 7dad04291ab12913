"""The bodies and heads that the server sends and the floors can imitate byte for byte.

Shared by the server process and the client processes, so that a floor answers with the same bytes as the
server does. No I/O and no clock here.
"""

import functools

# Few and long rows, and no number that changes its spelling when JSON is parsed and written again: one rival
# does that to bodies, and loads no cassette of more than 250,000 YAML nodes.
_ROW = b'{"id": 10482, "name": "A. Customer", "city": "Brno", "amount": 1284.5, "paid": true, "note": "%s"}'
_NOTE = b"Called on Monday about the invoice; asked for a copy by post, and to be called again. " * 24
_ROW_SIZE = 1_000
_DIGITS = 8


@functools.cache
def _rows(size: int) -> bytes:
    """JSON rows of about a kilobyte that fill a body of `size` bytes, the last one to the byte."""
    envelope = len(b'{"page": 00000000, "rows": []}')
    count = max(1, size // _ROW_SIZE)
    room = size - envelope - count * len(_ROW % b"") - 2 * (count - 1)
    if room < 0:
        raise ValueError(f"a JSON body needs at least {size - room} bytes, not {size}")
    share, rest = divmod(room, count)
    rows = [_ROW % _NOTE[:share]] * (count - 1) + [_ROW % (_NOTE[:share] + b"n" * rest)]
    return b", ".join(rows)


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
