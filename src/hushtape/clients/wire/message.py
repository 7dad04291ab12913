"""The header fields of a replayed answer as the message that http.client would make of them.

Lives here: the short cut past the mail parser, for heads in which nothing is odd. Must not: touch a real
response, guess: any other head goes to http.client. Called by: http_client's adapter.
Of a replay with requests, the mail parser takes 28 of 315 us; this takes 3 (measured). All that a program can
see of the message is the same: a property test compares it with what http.client makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hushtape.clients.wire.playback import Answer

_HEAD_MOST = 4096
_FIELDS_MOST = 64
_END = b"\r\n\r\n"
# A name, a colon, one space, and printable ASCII that neither begins nor ends with a space; not a type of
# body that the mail parser would look into.
_FIELD = r"(?!(?i:content-type): .*(?i:multipart|message))[!-9;-~]+: [!-~](?:[ -~]*[!-~])?"
_FIELDS = re.compile(rf"{_FIELD}(?:\r\n{_FIELD})*")


def make_parse_headers(original: Callable[..., Any]) -> Callable[..., Any]:
    """What replaces `http.client.parse_headers`."""
    kind, *_ = original.__defaults__ or (None,)

    def parse_headers(file: Any, *args: Any, **kwargs: Any) -> Any:
        if type(file) is Answer and kind is not None and not args and not kwargs:
            text = file.head_text(_HEAD_MOST)
            if text is not None and _FIELDS.fullmatch(text):
                lines = text.split("\r\n")
                if len(lines) <= _FIELDS_MOST:
                    file.seek(len(text) + len(_END), 1)
                    return _message(kind, lines)
        return original(file, *args, **kwargs)

    return parse_headers


def _message(kind: Any, lines: list[str]) -> Any:
    message = kind()
    message._headers = [tuple(line.split(": ", 1)) for line in lines]
    message.set_payload("")
    return message
