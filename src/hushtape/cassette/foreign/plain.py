"""What parsers of every format hand over, and the checks that turn it into parts of the model.

Lives here: header fields, bodies and framing from plain values (str, bytes, dict, list). Must not: parse
JSON or YAML, know which tool wrote a file. Called by: vcr, har. A value that could split a message at
replay is refused (fields.py); a folded one (RFC 9112 5.2) is unfolded, as hushtape does when it records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hushtape.cassette.fields import FieldError, check_names, check_values, latin1
from hushtape.model import CHUNK, NO_HEADERS, Body, BytesBody, Framing, Headers

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

Pairs = list[tuple[str, str]]
Span = Callable[[int, str], Body]
"""The long text of this number, which was left in the file, as a body: "string", or "base64" of one."""

_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]+")
_JOINED_MOST = 256 * 1024 * 1024
_CODINGS = frozenset(("gzip", "deflate", "br", "zstd"))
_CODINGS_MOST = 5  # what replay can put back (coding/registry.py)
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


class ChunksBody:
    """A body that stands in the file as a list of pieces, which may be the same ones many times."""

    __slots__ = ("_pieces", "size")

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self.size = sum(map(len, pieces))
        if self.size > _JOINED_MOST:
            raise FieldError(f"a body's pieces make more than {_JOINED_MOST >> 20} MiB")

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes, in pieces of at most `size`."""
        for piece in self._pieces:
            yield from BytesBody(piece).chunks(size)


def text_of(value: Any, what: str) -> str:
    """`value` as text.

    Raises:
        FieldError: it is none; `what` names its place.
    """
    if type(value) is str:
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise FieldError(f"{what} is not text")


def headers_of(value: Any) -> Headers:
    """Header fields from `name -> [values]`, `name -> value` or a list of pairs."""
    pairs = _given(value)
    if not pairs:
        return NO_HEADERS
    check_names({name for name, _ in pairs})
    joined = " ".join([value for _, value in pairs])
    if not (joined.isprintable() and joined.isascii()):
        pairs = [(name, latin1(_FOLD.sub(" ", value))) for name, value in pairs]
        check_values(" ".join([value for _, value in pairs]))
    return Headers([(latin1(name), value) for name, value in pairs])


def _given(value: Any) -> Pairs:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [
            (text_of(name, "the name of a header field"), text_of(one, "a header field"))
            for name, values in value.items()
            for one in (values if isinstance(values, list) else (values,))
            if one is not None
        ]
    if isinstance(value, list):
        pairs = []
        for pair in value:
            if not isinstance(pair, list) or len(pair) != 2:
                raise FieldError("the header fields are neither an object nor a list of pairs")
            pairs.append((text_of(pair[0], "the name of a header field"), text_of(pair[1], "a header field")))
        return pairs
    raise FieldError("the header fields are neither an object nor a list of pairs")


def span_of(value: Any) -> int | None:
    """The number of the long text that `value` stands for; None: it stands for itself."""
    number = value.get("span") if isinstance(value, dict) and len(value) == 1 else None
    return number if type(number) is int else None


def body_of(value: Any, span: Span, kind: str = "string") -> Body | None:
    """A body from text, bytes, a list of pieces or what stands for a long text; None: there is none."""
    if value is None:
        return None
    if isinstance(value, str):
        return BytesBody(value.encode())
    if isinstance(value, bytes):
        return BytesBody(value)
    number = span_of(value)
    if number is not None:
        return span(number, kind)
    if isinstance(value, list):
        return _pieces(value)
    raise FieldError("a body is neither text nor a list of pieces")


def _pieces(values: list[Any]) -> Body:
    """Bodies that were sent from an iterator; of byte values, if they are numbers."""
    if values and all(type(value) is int and 0 <= value < 256 for value in values):
        return BytesBody(bytes(values))
    pieces: list[bytes] = []
    encoded: dict[int, bytes] = {}  # by identity: an alias may name one text many times
    for value in values:
        if isinstance(value, str):
            value = encoded.get(id(value)) or encoded.setdefault(id(value), value.encode())
        elif not isinstance(value, bytes):
            raise FieldError("a piece of a body is neither text nor bytes")
        pieces.append(value)
    return ChunksBody(pieces)


def framing_of(method: str, status: int, headers: Headers) -> Framing:
    """How the end of this answer was told, from what is left of it (RFC 9112 6.3)."""
    if method == "HEAD" or status in (204, 304) or 100 <= status < 200:
        return "none"
    return "chunked" if "chunked" in headers.get("transfer-encoding").lower() else "length"


def undone_codings(headers: Headers, body: Body | None, *, is_text: bool) -> tuple[str, ...]:
    """The content codings that the head still names and the stored body no longer has.

    vcrpy stores what its client's stub hands it: under urllib3 2 and aiohttp a decoded body (measured), under
    httpx and http.client one as it came; with decode_compressed_response it also takes the field out. Sent
    as it stands, a decoded body would fail in the client. Text (UTF-8) is never compressed data: gzip and
    zstd begin with bytes that are not UTF-8, and of the others no more than a few bytes can be. Of bytes,
    Content-Length tells, which is the server's; without it the signature, if the coding has one.
    """
    value = headers.get("content-encoding")
    if not value or body is None or not body.size:
        return ()
    names = _codings(value)
    if not names or is_text:
        return names
    length = headers.get("content-length")
    if length:
        return () if length == str(body.size) else names
    magic = _MAGIC.get(names[-1], b"")
    return () if next(iter(body.chunks(16)), b"").startswith(magic) else names


def _codings(value: str) -> tuple[str, ...]:
    """The codings that a Content-Encoding names; none where one of them is unknown."""
    names = [part.strip().removeprefix("x-") for part in value.lower().split(",")]
    names = [name for name in names if name not in ("", "identity")]
    return tuple(names) if _CODINGS.issuperset(names) and len(names) <= _CODINGS_MOST else ()
