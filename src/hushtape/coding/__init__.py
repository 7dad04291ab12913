"""Content codings (RFC 9110 8.4.1): undone piece by piece, and put back at replay.

Lives here: the room's public names. Decoders hold one piece of at most 64 KiB beside their library's
own window; encoders write stored blocks, so that their length is known ahead. Must not: know HTTP
messages, bodies on disk or secrets. Called by: session (recording, replay), sanitize.
"""

from __future__ import annotations

from hushtape.coding.base import PIECE, CodingError, Decoder, Encoder
from hushtape.coding.registry import (
    are_charsets,
    can_decode,
    decoder,
    encode,
    encoded_size,
    encoder,
    missing_extra,
    parse,
)
from hushtape.coding.zstd import BlockZstdDecoder, first_zstd_frame, zstd_frames_apart

__all__ = [
    "BlockZstdDecoder",
    "CodingError",
    "Decoder",
    "Encoder",
    "PIECE",
    "are_charsets",
    "can_decode",
    "decoder",
    "encode",
    "encoded_size",
    "encoder",
    "missing_extra",
    "parse",
    "first_zstd_frame",
    "zstd_frames_apart",
]
