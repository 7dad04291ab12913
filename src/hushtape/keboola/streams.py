"""What a component prints: watched as it passes to where it goes anyway.

Lives here: one text stream that keeps a copy. Must not: scrub, hold anything back, close the real stream.
Called by: log_capture (stderr), recorder (stdout of sync actions). A logging handler made during the run
may hold the stream for ever: once it is released it passes on and keeps nothing.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any, TextIO

from hushtape.patching import PatchSet

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


class Tee(io.TextIOBase):
    """A text stream that writes to `target` and keeps what it wrote until `release`."""

    def __init__(self, target: TextIO) -> None:
        self._target = target
        self._kept: io.StringIO | None = io.StringIO()

    def write(self, text: str) -> int:
        if self._kept is not None:
            self._kept.write(text)
        self._target.write(text)
        return len(text)

    def flush(self) -> None:
        if not getattr(self._target, "closed", False):
            self._target.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._target.isatty()

    def fileno(self) -> int:
        return self._target.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # TextIOBase declares it as None
        return self._target.encoding

    def __getattr__(self, name: str) -> Any:
        """What only the real stream has: `buffer`, `reconfigure`, ..."""
        return getattr(self._target, name)

    def release(self) -> str:
        """What was written so far; from here on nothing is kept."""
        kept, self._kept = self._kept, None
        return kept.getvalue() if kept is not None else ""


@contextmanager
def warnings_to(stream: TextIO) -> Iterator[None]:
    """Python's warnings go to `stream` meanwhile, whatever stderr is: each machine has others."""
    patches = PatchSet()

    def make(genuine: Any) -> Any:
        def show(message: Any) -> None:
            with redirect_stderr(stream):
                genuine(message)

        return show

    if hasattr(warnings, "_showwarnmsg_impl"):  # where CPython, and pytest, decide what becomes of one
        patches.replace(warnings, "_showwarnmsg_impl", make)
    try:
        yield
    finally:
        patches.remove()
