"""zstd inside other data: what reads it, and what to do where nothing can.

Lives here: `zstd` and `zstd_file`, and telling a frame from chance. Must not: import a library before it is
asked for one (coding does it), or know rules. Called by: audit_containers, audit_zip. Source: RFC 8878 3.1.1.
Its library is an extra. Without it what is a frame beyond chance fails the recording: it may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hushtape import coding
from hushtape.sanitize.audit_unpack import Packed, replayed

ZSTD: Final = b"\x28\xb5\x2f\xfd"
NO_ZSTD: Final = "zstd data that nothing here unpacks (pip install 'hushtape[codings]')"
_LARGEST_BLOCK: Final = 128 * 1024


class ZstdFile:
    """By a library that is fed block by block. What is none after all, or torn, holds nothing
    from there on. `once`: see `zstd_file`."""

    __slots__ = ("_decoder",)
    unread = ""

    def __init__(self, *, once: bool) -> None:
        self._decoder: coding.Decoder | None = (
            coding.first_zstd_frame() if once else coding.decoder(("zstd",))
        )

    @property
    def rest(self) -> bytes | None:
        """What stands behind the end, with `once`; None: it was not met."""
        return self._decoder.rest if isinstance(self._decoder, coding.BlockZstdDecoder) else None

    @property
    def running(self) -> bool:
        return self._decoder is not None and not self._decoder.complete

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._decoder is None:
            return
        try:
            yield from self._decoder.feed(data)
        except coding.CodingError:
            self._decoder = None


class Sealed:
    """What can't be looked into. `unread`: what it is."""

    __slots__ = ("unread",)
    running = False
    rest = None

    def __init__(self, unread: str) -> None:
        self.unread = unread

    def feed(self, data: bytes) -> Iterator[bytes]:
        return iter(())


def zstd(first: bytes, *, once: bool) -> Packed | ZstdFile | Sealed | None:
    """What reads the zstd data that begin so; None: they are none, and nothing could read them."""
    if (box := zstd_file(once=once)) is not None:
        return box
    return Sealed(NO_ZSTD) if is_zstd(first) else None


def zstd_file(*, once: bool) -> Packed | ZstdFile | None:
    """What reads a zstd file, of frames that follow each other the first (`once`); None: no library does."""
    if not coding.can_decode(("zstd",)):
        return None
    found = coding.zstd_frames_apart()
    return ZstdFile(once=once) if found is None else replayed(*found, once)


def is_zstd(first: bytes) -> bool:
    """Whether a zstd frame begins here, beyond chance: header and first block make sense (RFC 8878 3.1.1). Of
    random places one in 700,000,000,000 does."""
    descriptor = first[4] if len(first) > 4 else 0xFF
    if not first.startswith(ZSTD) or descriptor & 0b1011:  # a reserved bit, a dictionary
        return False
    single = descriptor >> 5 & 1
    at = 5 + (0 if single else 1) + (single, 2, 4, 8)[descriptor >> 6]
    block = int.from_bytes(first[at : at + 3], "little")
    return len(first) >= at + 3 and block >> 1 & 3 != 3 and block >> 3 <= _LARGEST_BLOCK
