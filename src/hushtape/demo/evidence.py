"""Looks for secrets in what was written: where placeholders stand, and that no secret does.

Lives here: reading a finished cassette the way a suspicious reader would, as a file.
Must not: trust hushtape's own rooms; a proof that used the scrubber would prove nothing.
Called by: story.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

PIECE = 1 << 20
PAIR = re.compile(r'"([\w.-]+)"\s*:\s*"REDACTED"|(?:^|[?&;\s])([\w.-]+)=REDACTED')


class Place(Struct, frozen=True):
    """Where a placeholder stands, and what it looks like there."""

    side: str
    part: str
    name: str
    shown: str


def places(cassette: Path) -> Counter[Place]:
    """Every place of the cassette in which a secret was, with how often."""
    found: Counter[Place] = Counter()
    for interaction in json.loads(cassette.read_text(encoding="utf-8"))["interactions"]:
        request, response = interaction["request"], interaction["response"] or {}
        query = unquote(urlsplit(request["uri"]).query)
        found.update(Place("request", "query", name, f"{name}=REDACTED") for name in names(f"?{query}"))
        for side, message in (("request", request), ("response", response)):
            found.update(header_places(side, message.get("headers") or {}))
            text = body_text(message.get("body"))
            found.update(Place(side, "body", name, "REDACTED") for name in names(text))
    return found


def header_places(side: str, headers: dict[str, list[str]]) -> Iterator[Place]:
    for name, values in headers.items():
        for value in values:
            if "REDACTED" in value:
                yield Place(side, "header", name, value)


def names(text: str) -> Iterator[str]:
    """Names of JSON members and form fields whose value is the placeholder."""
    if "REDACTED" in text:
        for match in PAIR.finditer(text):
            yield match[1] or match[2]


def body_text(body: Any) -> str:
    """The text of an inline body in any of its variants; an outside file is looked at by `leaks`."""
    if isinstance(body, dict):
        body = body.get("string")
    return body if isinstance(body, str) else ""


def leaks(files: list[Path], values: dict[str, str]) -> list[str]:
    """One line for each secret that stands in a file, in any of the encodings below; none is good."""
    needles = [(name, shape) for name, value in values.items() for shape in shapes(value)]
    longest = max(len(shape) for _, shape in needles)
    found = []
    for path in files:
        for data in windows(path, longest):
            found += [f"{name} stands in {path.name}" for name, shape in needles if shape in data]
    return sorted(set(found))


def shapes(value: str) -> Iterator[bytes]:
    """A value as it may stand in a file: plain, percent-encoded, hex, base64 at its three alignments."""
    plain = value.encode()
    yield from (plain, quote(value, safe="").encode(), plain.hex().encode(), plain.hex().upper().encode())
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain)
        yield coded[4 if shift else 0 : len(coded) // 4 * 4 - 4]


def windows(path: Path, longest: int) -> Iterator[bytes]:
    """The file in pieces that overlap by the longest needle."""
    with path.open("rb") as file:
        carry = b""
        while piece := file.read(PIECE):
            yield carry + piece
            carry = (carry + piece)[-longest:]
