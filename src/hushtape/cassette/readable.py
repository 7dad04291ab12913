"""JSON bodies that stand in the cassette as JSON, so that people and diffs can read them.

Lives here: laying a body out, and rebuilding its bytes. Must not: change a token: strings and numbers keep
their spelling, keys their order and their doubles. Only white space is laid out anew, so which white space
it was is all that has to be remembered. What can't be rebuilt to the byte stays text. Called by: layout,
document.
"""

from __future__ import annotations

import msgspec

from hushtape.model import CHUNK

_INDENTS = (-1, 0, 2, 4, 1, 3, 8)  # -1: no white space at all; 0: one line, a space after comma and colon
_ENDS = (b"\n", b"\r\n")
_MARGIN = b"\n" + b" " * 5
_DEEP = 100


def laid_out(data: bytes) -> bytes | None:
    """The object that stands for this body in the file; None: it stays text.

    Only objects and arrays of up to 64 KiB, laid out, are written so: longer ones are left in the file by
    the reader, which it can do with a string alone.
    """
    if data[:1] not in (b"{", b"[") or len(data) > CHUNK or data.count(b"[") + data.count(b"{") > CHUNK // 8:
        return None
    end = next((mark for mark in _ENDS[::-1] if data.endswith(mark)), b"")
    body = data[: len(data) - len(end)]
    try:
        indent = next(
            (indent for indent in _INDENTS if msgspec.json.format(body, indent=indent) == body), None
        )
        shown = msgspec.json.format(body, indent=1) if indent is not None else b""
        msgspec.json.decode(body, strict=True)  # what a format lets pass, reading would refuse
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    text = shown.replace(b"\n", _MARGIN)
    if indent is None or len(text) > CHUNK or _depth(shown) > _DEEP:
        return None
    if rebuilt(text, indent, end.decode()) != data:
        return None
    tail = b', "end": "\\r\\n"' if end == b"\r\n" else b', "end": "\\n"' if end else b""
    return b'{"indent": %d%b, "json": %b}' % (indent, tail, text)


def rebuilt(text: bytes, indent: int, end: str) -> bytes:
    """The bytes of the body, from the text that stands in the file.

    Raises:
        msgspec.MsgspecError: it is not JSON.
    """
    return msgspec.json.format(text, indent=max(-1, min(indent, 8))) + end.encode()


def _depth(shown: bytes) -> int:
    """How deep a text that is indented by 1 goes."""
    return max([len(line) - len(line.lstrip(b" ")) for line in shown.split(b"\n")], default=0)
