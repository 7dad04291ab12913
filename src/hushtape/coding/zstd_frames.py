"""Where zstd frames and their blocks end (RFC 8878 3.1), without decoding them.

Lives here: FrameCutter, a small machine that walks headers. Must not: decompress. Called by: zstd,
for libraries without an output limit: between two cuts lies at most one block.
"""

from __future__ import annotations

from typing import Final

MAGIC: Final = b"\x28\xb5\x2f\xfd"
SKIPPABLE: Final = b"\x2a\x4d\x18"
"""Bytes 2-4 of a skippable frame's magic number; its first is 0x50 to 0x5F (RFC 8878 3.1.2)."""

_DICTIONARY_BYTES = (0, 1, 2, 4)
_CONTENT_SIZE_BYTES = (0, 2, 4, 8)


class FrameCutter:
    """Told bytes as they come; says where to cut them.

    Attributes:
        between_frames: the last byte told ended a frame (or none was told).
        skipping: the frame we are in, or just left, is a skippable one.
        frames: frames that ended so far, skippable ones too.
    """

    __slots__ = ("_checksum", "_head", "_last", "_left", "_need", "_step", "frames", "skipping")

    def __init__(self) -> None:
        self.frames = 0
        self.skipping = False
        self._start()

    def _start(self) -> None:
        self._step = "magic"
        self._head = b""
        self._need = 4
        self._left = 0
        self._last = False
        self._checksum = False

    @property
    def at_magic(self) -> bool:
        """The next byte belongs to a magic number (or to garbage in its place)."""
        return self._step == "magic"

    @property
    def between_frames(self) -> bool:
        if self._step == "magic":
            stray = self.frames and not MAGIC.startswith(self._head)
            return not self._head or bool(stray)
        return self._step == "garbage"

    def advance(self, data: bytes, position: int) -> int:
        """The end of the next cut, > position: a magic number (or part of it), or headers and at most
        one block's content. -1: here begins no frame; that stays so."""
        in_magic = self._step == "magic"
        while position < len(data) and self._step != "garbage":
            if self._left:
                taken = min(self._left, len(data) - position)
                self._left -= taken
                position += taken
                if not self._left:
                    self._content_ended()
                return position
            taken = min(self._need - len(self._head), len(data) - position)
            self._head += data[position : position + taken]
            position += taken
            if len(self._head) == self._need:
                self._header_read()
                if in_magic or self._step == "magic":
                    break
        return -1 if self._step == "garbage" else position

    def _expect(self, step: str, need: int) -> None:
        self._step, self._need, self._head = step, need, b""

    def _header_read(self) -> None:
        head = self._head
        if self._step == "magic":
            self._magic_read(head)
        elif self._step == "skippable":
            self._step, self._left = "content", int.from_bytes(head, "little")
            self._last, self._checksum = True, False
            if not self._left:
                self._content_ended()
        elif self._step == "descriptor":
            self._descriptor_read(head[0])
        elif self._step == "fields":
            self._expect("block", 3)
        elif self._step == "block":
            self._block_read(int.from_bytes(head, "little"))
        else:  # the checksum
            self._frame_ended()

    def _magic_read(self, head: bytes) -> None:
        if head == MAGIC:
            self.skipping = False
            self._expect("descriptor", 1)
        elif head[1:] == SKIPPABLE and head[0] & 0xF0 == 0x50:
            self.skipping = True
            self._expect("skippable", 4)
        else:
            self._step = "garbage"

    def _descriptor_read(self, descriptor: int) -> None:
        """RFC 8878 3.1.1.1.1: which fields follow, and whether a checksum ends the frame."""
        single_segment = bool(descriptor & 0x20)
        self._checksum = bool(descriptor & 0x04)
        content = _CONTENT_SIZE_BYTES[descriptor >> 6]
        if single_segment and not content:
            content = 1
        need = (0 if single_segment else 1) + _DICTIONARY_BYTES[descriptor & 3] + content
        self._expect("fields", need)

    def _block_read(self, header: int) -> None:
        """RFC 8878 3.1.1.2: last flag, type, size. An RLE block's content is one byte."""
        self._last = bool(header & 1)
        self._left = 1 if header >> 1 & 3 == 1 else header >> 3
        self._step = "content"
        if not self._left:
            self._content_ended()

    def _content_ended(self) -> None:
        if not self._last:
            self._expect("block", 3)
        elif self._checksum:
            self._expect("checksum", 4)
        else:
            self._frame_ended()

    def _frame_ended(self) -> None:
        self.frames += 1
        self._start()
