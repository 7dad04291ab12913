"""YAML as a stream of events: the one place that touches PyYAML's parser.

Lives here: importing it, feeding it from a file, bounds on nesting, its errors as ours. Must not: construct
objects: no PyYAML constructor ever runs, so no tag can name code that does. Called by: yaml_scan,
yaml_load. Events come one at a time from libyaml (55 MB/s of a cassette), so nothing but the present scalar
is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.problems import malformed
from hushtape.errors import CassetteFormatError, MissingDependencyError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

DEPTH_MOST = 100
_PIECE = 64 * 1024


def library(path: object) -> Any:
    """The module `yaml`.

    Raises:
        MissingDependencyError: PyYAML is not installed. `path`: the cassette that needs it, for the message.
    """
    try:
        import yaml
    except ImportError:
        raise MissingDependencyError(
            f"open the cassette {path}",
            "it is YAML, and PyYAML is not installed",
            "Install it with: pip install 'hushtape[yaml]'",
            extra="yaml",
        ) from None
    return yaml


class FileStream:
    """What libyaml reads a file from. Knows afterwards whether all of it was ASCII."""

    def __init__(self, file: Pinned, start: int) -> None:
        self._file = file
        self._position = start
        self.is_ascii = True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; b"" at the end."""
        left = self._file.size - self._position
        data = self._file.read(self._position, min(left, _PIECE if size < 0 else size))
        self._position += len(data)
        self.is_ascii = self.is_ascii and data.isascii()
        return data


class Events:
    """The events of one YAML text, nested no deeper than `DEPTH_MOST`; iterate, or ask for the next.

    Errors name the file, and the line: `line` is that of the text's first line in the file, from 0.
    """

    def __init__(self, source: Any, file: Pinned, line: int = 0) -> None:
        yaml = library(file.path)
        self.kinds = yaml.events
        self._error = yaml.YAMLError
        self._file = file
        self._line = line
        self._depth = 0
        self._loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(source)
        self._starts = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
        self._ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        """The next event.

        Raises:
            CassetteFormatError: this is not YAML, or nested too deeply.
        """
        event, problem = None, None
        try:
            event = self._loader.get_event()
        except CassetteFormatError:
            raise
        except (self._error, ValueError) as error:  # ValueError: bytes that are not UTF-8
            problem = self._unreadable(error)
        if problem is not None:
            raise problem  # outside the handler: the error may hold what it stumbled over
        if event is None:
            raise StopIteration
        if isinstance(event, self._starts):
            self._depth += 1
            if self._depth > DEPTH_MOST:
                raise self.fault(f"it is nested deeper than {DEPTH_MOST} levels", event)
        elif isinstance(event, self._ends):
            self._depth -= 1
        return event

    def skip(self, event: Any) -> Any:
        """Pass the node that begins with `event`; its last event."""
        if not isinstance(event, self._starts):
            return event
        depth = self._depth - 1
        for inner in self:
            event = inner
            if self._depth == depth:
                break
        return event

    def fault(self, found: str, event: Any) -> CassetteFormatError:
        """The error for what stands where `event` begins."""
        return at_line(self._file, found, self._line + event.start_mark.line)

    def _unreadable(self, error: Exception) -> CassetteFormatError:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it can't be decoded"
        found = f"it is not YAML: {str(problem)[:200]}"
        if mark is None:
            return malformed(self._file.path, found)
        return at_line(self._file, found, self._line + mark.line)


def at_line(file: Pinned, found: str, line: int) -> CassetteFormatError:
    """The error for something in this line, counted from 0."""
    error = malformed(file.path, f"{found} (line {line + 1})")
    error.line = line + 1
    return error
