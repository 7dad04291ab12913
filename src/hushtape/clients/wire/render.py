"""A recorded response as HTTP/1 bytes again: head, then the body piece by piece.

Lives here: what the head must say so that it fits the bytes that follow it, content coding put back,
chunks. Must not: read a socket, know a client, hold a body. Called by: playback.
"""

from __future__ import annotations

from collections.abc import Iterator

from hushtape import coding
from hushtape.model import Framing, Head, Headers, Response

_LENGTH_SIZE = len("content-length")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def render_continue() -> bytes:
    """A 100 for a client that waits for one where the tape has none (the server had kept silent)."""
    return _CONTINUE


def render_head(response: Response, unfinished: bool = False) -> bytes:
    """All heads of the response: the informational ones, then its own.

    Args:
        unfinished: the recorded client did not see the body's end, so at least one byte more is announced
            than can be given: reading on must meet what stands there, never an end.
    """
    headers = response.head.headers
    if framing_of(response) == "length":
        size = _sent_size(response)
        if size is None:  # can't be told ahead: then the connection's end tells it
            headers = headers.without("content-length")
        elif unfinished:
            headers = _with_length(headers, str(max(_announced(headers), size + 1)))
        else:
            headers = _with_length(headers, str(size + response.shortfall))
    text = _head_text(response.head, headers)
    if response.informational:
        text = "".join(_head_text(head, head.headers) for head in response.informational) + text
    return text.encode("latin-1", "replace")


def framing_of(response: Response) -> Framing:
    """How its end is told. Chunks need their field: where a keep list dropped it, the length tells it."""
    if response.framing == "chunked" and "transfer-encoding" not in response.head.headers:
        return "length"
    return response.framing


def _announced(headers: Headers) -> int:
    value = headers.get("content-length")
    return int(value) if value.isdecimal() else 0


def _sent_size(response: Response) -> int | None:
    size = response.body.size if response.body is not None else 0
    if not response.coding or not size:
        return size
    return coding.encoded_size(response.coding, size)


def _with_length(headers: Headers, length: str) -> Headers:
    pairs = headers.pairs
    for pair in pairs:
        if len(pair[0]) == _LENGTH_SIZE and pair[0].lower() == "content-length":
            if pair[1] == length:
                return headers
            break
    else:
        return Headers((*pairs, ("Content-Length", length)))
    return Headers((k, length if k.lower() == "content-length" else v) for k, v in pairs)


def _head_text(head: Head, headers: Headers) -> str:
    lines = [f"{name}: {value}\r\n" for name, value in headers.pairs]
    return f"{head.http_version} {head.status} {head.reason}\r\n{''.join(lines)}\r\n"


def render_body(response: Response) -> Iterator[bytes]:
    """What follows the head, lazily. Of a body that was not complete: as far as it came."""
    framing = framing_of(response)
    if framing == "none":
        return
    if framing != "chunked":
        yield from _content(response)
        return
    for piece in _content(response):
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    if response.ending == "complete":
        trailers = "".join(f"{name}: {value}\r\n" for name, value in response.trailers.pairs)
        yield f"0\r\n{trailers}\r\n".encode("latin-1", "replace")


def _content(response: Response) -> Iterator[bytes]:
    body = response.body
    if body is None or not body.size:
        return
    if not response.coding:
        yield from body.chunks()
        return
    encoder = coding.encoder(response.coding)
    for chunk in body.chunks():
        piece = encoder.feed(chunk)
        if piece:
            yield piece
    yield encoder.finish()  # of a cut body too: an encoder may hold back what its block does not fill
