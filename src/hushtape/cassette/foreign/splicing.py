"""Long bodies in a text that was rendered without them.

Lives here: stand-ins, and writing what they stand for piece by piece. Must not: know a format beyond how
its strings escape. Called by: the writers. A body of up to 64 KiB stands in the rendered text itself.
"""

from __future__ import annotations

import codecs
import re
from base64 import b64encode
from collections.abc import Callable
from secrets import token_hex
from typing import Any, BinaryIO

import msgspec

from hushtape.cassette.jsontext import string
from hushtape.cassette.spool import SpooledBody
from hushtape.model import CHUNK, Body, Interaction

_PIECE = 48 * 1024  # a multiple of 3, so that base64 pieces join

Escape = Callable[[str], bytes]


class Bodies:
    """The bodies of one interaction."""

    def __init__(self) -> None:
        # A body can't hold what it can't know.
        self._mark = "hushtape-body-" + token_hex(16)
        self._held: list[tuple[Body, bool]] = []

    def value(self, body: Body) -> tuple[str | bytes, bool]:
        """What to put into the text: a short body itself, or its stand-in; and whether the body is text."""
        if body.size <= CHUNK:
            data = b"".join(body.chunks())
            try:
                return data.decode(), True
            except UnicodeDecodeError:
                return data, False
        text = is_text(body)
        self._held.append((body, text))
        return f"{self._mark}-{len(self._held) - 1}", text

    def write(self, out: BinaryIO, text: bytes, escape: Escape, binary: bytes = b"") -> None:
        """The rendered text, with bodies in place of their stand-ins.

        Args:
            escape: text as it stands between double quotes.
            binary: what tags base64.
        """
        parts = re.split(b'"?%b-([0-9]+)"?' % self._mark.encode(), text)
        out.write(parts[0])
        for number, after in zip(parts[1::2], parts[2::2], strict=True):
            body, text_like = self._held[int(number)]
            out.write(b'"' if text_like else binary + b'"')
            if text_like:
                decode = codecs.getincrementaldecoder("utf-8")("strict").decode
                for piece in body.chunks():
                    out.write(escape(decode(piece)))
            else:
                _write_base64(out, body)
            out.write(b'"' + after)


def with_bodies(text: bytes, interaction: Interaction, bodies: Bodies, *, bare: bool) -> dict[str, Any]:
    """An interaction as plain values; bodies that are not text are bytes, or a stand-in under `base64`."""
    plain: dict[str, Any] = msgspec.json.decode(text.strip())
    if bare:
        del plain["hushtape"]
    asked = interaction.request.body
    if asked is not None:
        value, is_text = bodies.value(asked)
        plain["request"]["body"] = value if is_text or isinstance(value, bytes) else {"base64": value}
    response = interaction.response
    if response is not None:
        body: dict[str, Any] = {"string": ""} if bare else {"string": "", "absent": True}
        if response.body is not None:
            value, is_text = bodies.value(response.body)
            body = {"string" if is_text or isinstance(value, bytes) else "base64": value}
        plain["response"]["body"] = body
    return plain


def _write_base64(out: BinaryIO, body: Body) -> None:
    rest = b""
    for piece in body.chunks(_PIECE):
        rest += piece
        whole = len(rest) // 3 * 3
        out.write(b64encode(rest[:whole]))
        rest = rest[whole:]
    out.write(b64encode(rest))


def json_escape(text: str) -> bytes:
    """As it stands in a JSON string."""
    return string(text)[1:-1]


def is_text(body: Body) -> bool:
    """Whether its bytes are UTF-8, found by reading it where nobody has found out yet."""
    if isinstance(body, SpooledBody) and body.kind != "file":
        return body.kind == "string"
    decode = codecs.getincrementaldecoder("utf-8")("strict").decode
    try:
        for piece in body.chunks():
            decode(piece)
        decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True
