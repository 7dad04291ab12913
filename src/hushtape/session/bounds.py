"""Bounds of a body: how much it may hold, how far it may unpack, and the errors beyond.

Lives here: the bomb's ratio, and the two errors of bodies that can't be recorded. Must not: count, decode,
look into bytes beyond telling text. Called by: bodies, inside, recorder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from hushtape import coding
from hushtape.errors import BodyTooLargeError, OpaqueBodyError
from hushtape.model import Framing, Headers

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

BOMB_FLOOR: Final = 64 * 1024 * 1024
"""Decoded bytes from which on the ratio counts: below, even a bomb is harmless on disk."""
BOMB_RATIO: Final = 1000
"""Decoded : encoded beyond which a body is taken for a bomb; DEFLATE can't pass 1,032 (zlib's FAQ)."""

NO_TEXT: Final = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
"""In a body that is not of the coding that it names: it may be of another one, so nobody can look into it."""


def check_ratio(place: str, decoded: int, encoded: int) -> None:
    """Raises: BodyTooLargeError: so many bytes came out of so few that somebody built it to."""
    if decoded > BOMB_FLOOR and decoded > encoded * BOMB_RATIO:
        option = "decompression ratio"
        raise too_large(place, f"passes {option} ({BOMB_RATIO:,})", option, BOMB_RATIO)


def too_large(place: str, found: str, option: str, limit: int) -> BodyTooLargeError:
    """The error for a body beyond a bound; `place` says whose."""
    remedy = "Ignore the host (ignore_hosts)"
    if option.startswith("max_"):
        remedy = f"Raise {option}, or ignore the host (ignore_hosts)"
    return BodyTooLargeError(f"record {place}", f"it {found}", remedy, option=option, limit=limit)


def transfer_codings(headers: Headers, framing: Framing) -> tuple[str, ...]:
    """The codings besides `chunked` that an answer was transferred in (RFC 9112 7). No client undoes them, so
    the program gets coded bytes; under `chunked` by itself there are none."""
    stated = headers.get("transfer-encoding") if framing != "chunked" else ""
    return tuple(one for one in coding.parse(stated) if one != "chunked") if stated else ()


def opaque(codings: Sequence[str], uri: str, why: str, remedy: str = "") -> OpaqueBodyError:
    """The error for a body that can't be looked into."""
    name = ", ".join(codings)
    return OpaqueBodyError(
        f"record the body of {uri}",
        f"its content coding ({name}) can't be undone here{why}, so secrets in it can't be seen",
        remedy
        or "Ask the server for another coding (Accept-Encoding), ignore the host (ignore_hosts), or accept "
        "that it is scanned as bytes only (allow_opaque=True)",
        coding=name,
        uri=uri,
    )
