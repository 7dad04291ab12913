"""What a component prints, the end of it.

Lives here: text streams that keep the last characters of what is written to them. Must not: scrub.
Called by: component_run, scaffold_printed.
They are real text streams with a `buffer`: components write bytes to `sys.stdout.buffer`, too. Their file
descriptor is that of the stream whose place they take, so what is handed it (a program that the component
starts, faulthandler) writes where it would. What was written stays readable after the component closed it.
"""

from __future__ import annotations

import codecs
import io
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any, TextIO

from hushtape.patching import PatchSet

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

PRINTED = 64 * 1024
"""Bytes that are shown, the last ones."""

MARGIN = 64 * 1024
"""Bytes before them, which are scrubbed with them: a secret at the cut is seen whole."""


_MARKED = ("utf-16", "utf-32")
"""One that begins in the middle of a stream has no mark (BOM): it is in the byte order of the machine."""


class Printed:
    """What is kept of one stream, or of several in the order in which they are written to."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._total = 0
        self._lock = threading.Lock()
        self._streams: list[Stream] = []

    def stream(self, genuine: TextIO | None) -> Stream:
        """A stream that writes here. `genuine`: whose place it takes."""
        stream = Stream(self, genuine)
        self._streams.append(stream)
        return stream

    def add(self, data: bytes) -> None:
        """Keep the end of it. UTF-8."""
        with self._lock:
            self._total += len(data)
            self._kept += data[-(PRINTED + MARGIN) :]
            del self._kept[: -(PRINTED + MARGIN)]

    def text(self, hidden: Iterable[str]) -> str:
        """The end of what was written, from a line's or a word's beginning on, and never from the middle of
        one of the hidden values. To be scrubbed, then `cut`."""
        for stream in self._streams:
            with suppress(ValueError):  # it was closed or detached
                stream.flush()
        text = self._kept.decode("utf-8", "replace")
        if self._total <= PRINTED + MARGIN:
            return text
        for value in hidden:
            text = text[_rest(value, text) :]
        return text.partition("\n")[2] or text.partition(" ")[2]

    def cut(self, clean: str) -> str:
        """The scrubbed text without the margin."""
        if len(clean) <= PRINTED:
            return clean
        return clean[-PRINTED:].partition("\n")[2] or clean[-PRINTED:]


class Stream(io.TextIOWrapper):
    """One stream. It takes `reconfigure` and `detach` as the genuine one does."""

    def __init__(self, printed: Printed, genuine: TextIO | None) -> None:
        self._raw = _Raw(printed, genuine)
        super().__init__(_Unheld(self._raw), encoding="utf-8", errors="backslashreplace", write_through=True)

    def reconfigure(self, **changes: Any) -> None:
        """As TextIOWrapper's; what is kept stays readable, whatever the coding."""
        super().reconfigure(**changes)  # which flushes what came before
        self._raw.decode_from(self.encoding)


class _Unheld(io.BufferedWriter):
    """Hands on at once: what comes through two streams stays in order."""

    def write(self, data: Any) -> int:
        size = super().write(data)
        self.flush()
        return size


class _Raw(io.RawIOBase):
    def __init__(self, printed: Printed, genuine: TextIO | None) -> None:
        self._printed, self._genuine = printed, genuine
        self._decoder: codecs.IncrementalDecoder | None = None
        self._encoding = "utf-8"
        self.name = getattr(genuine, "name", "<printed>")

    def decode_from(self, encoding: str) -> None:
        """The coding of all that follows."""
        if encoding != self._encoding:
            self._encoding, name = encoding, codecs.lookup(encoding).name
            name += f"-{sys.byteorder[0]}e" if name in _MARKED else ""
            self._decoder = None if name == "utf-8" else codecs.getincrementaldecoder(name)("replace")

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        try:
            return super().fileno() if self._genuine is None else self._genuine.fileno()
        except AttributeError:  # a stream that a program put there may have none
            return super().fileno()

    def write(self, data: Any) -> int:
        written = bytes(data)
        said = written if self._decoder is None else self._decoder.decode(written).encode("utf-8", "replace")
        self._printed.add(said)
        return len(written)


@contextmanager
def held(output: Printed, errors: Printed) -> Iterator[None]:
    """What is printed meanwhile goes there, also through `sys.__stdout__` and `sys.__stderr__`, and what the
    interpreter says of warnings and of exceptions in threads and finalizers: pytest would keep it as it is.
    """
    out, err, patches = output.stream(sys.stdout), errors.stream(sys.stderr), PatchSet()
    try:
        patches.replace(sys, "__stdout__", lambda genuine: out)
        patches.replace(sys, "__stderr__", lambda genuine: err)
        patches.replace(warnings, "showwarning", lambda genuine: _show_warning)
        patches.replace(threading, "excepthook", lambda genuine: threading.__excepthook__)
        patches.replace(sys, "unraisablehook", lambda genuine: sys.__unraisablehook__)
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        patches.remove()


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """As `warnings.showwarning` of the library."""
    text = warnings.formatwarning(message, category, filename, lineno, line)
    (file or sys.stderr).write(text)


def _rest(value: str, text: str) -> int:
    """The length of a value's end with which the text begins."""
    return next((size for size in range(len(value) - 1, 0, -1) if text.startswith(value[-size:])), 0)
