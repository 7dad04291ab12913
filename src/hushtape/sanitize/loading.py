"""Sanitizer files: a project's `sanitizers.py` with a function `get_sanitizers(config)`.

Lives here: running such a file and checking what it gives. Must not: compile rules, or let a text of the
user's code into an error: it may hold what the code was given. Called by: front ends, programs (through
`hushtape.sanitizers.load`). A file that fails stops the recording before it begins.
"""

from __future__ import annotations

import itertools
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeVar

from hushtape.errors import SanitizerError, interruption
from hushtape.sanitize.sanitizers_base import BaseSanitizer, what_it_is

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

FUNCTION = "get_sanitizers"
T = TypeVar("T")
_NUMBERS = itertools.count(1)


def load(path: str | Path, config: Mapping[str, Any] | None = None) -> list[BaseSanitizer]:
    """The sanitizers that the file at `path` states: what its `get_sanitizers(config)` returns.

    The file is run anew at each call, as a module of its own. `config` None: an empty mapping.

    Raises:
        SanitizerError: the file is missing or can't be read, is no Python, raised, has no such function,
            or the function raised or returned something else than sanitizers. It names the file, the line
            and the type of what was raised, never its text.
    """
    path = Path(path)
    code = _compiled(path)
    module = ModuleType(f"sanitizers_file_{next(_NUMBERS)}")
    module.__file__ = str(path)
    # Dataclasses look their module up while they are made.
    sys.modules[module.__name__] = module
    try:
        _guarded(path, "run", lambda: exec(code, module.__dict__))
        function = module.__dict__.get(FUNCTION)
        if not callable(function):
            remedy = f"Define {FUNCTION}(config) that returns a list."
            raise _error(path, f"it has no function {FUNCTION}", remedy)
        given = {} if config is None else config
        # Listed inside the guard: a generator runs only now.
        return _guarded(path, f"run {FUNCTION} of", lambda: _checked(path, function(given)))
    finally:
        sys.modules.pop(module.__name__, None)


def _compiled(path: Path) -> CodeType:
    try:
        source = path.read_bytes()
    except OSError as error:
        found = "there is no such file" if isinstance(error, FileNotFoundError) else type(error).__name__
        failure = _error(path, found, "Check the path.")
    else:
        try:
            return compile(source, str(path), "exec", dont_inherit=True)
        except SyntaxError as error:
            failure = _error(path, f"it is no Python: {type(error).__name__}", "Mend the file.", error.lineno)
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            failure = _error(path, f"it is no Python: {type(error).__name__}", "Mend the file.")
    # Outside the handlers: `__context__` would lead to an error that quotes the file's line.
    raise failure


def _guarded(path: Path, what: str, run: Callable[[], T]) -> T:
    try:
        return run()
    except SanitizerError as error:
        if type(error) is SanitizerError and _is_ours(error):
            failure = _again(error)
        else:
            failure = _raised(path, what, error)
    except (Exception, SystemExit, GeneratorExit) as error:  # a user's file may raise anything
        if interruption(error) is not None:
            raise
        failure = _raised(path, what, error)
    # Outside the handler, for the same reason: its text may hold a value of the configuration.
    raise failure


def _is_ours(error: SanitizerError) -> bool:
    """Whether our code raised it: then its clauses hold names and types only."""
    frames = traceback.extract_tb(error.__traceback__)
    package = str(Path(__file__).parents[1])
    return bool(frames) and frames[-1].filename.startswith(package)


def _again(error: SanitizerError) -> SanitizerError:
    """The same without traceback, cause, context and notes."""
    return SanitizerError(error.asked, error.found, error.remedy, sanitizer=error.sanitizer)


def _raised(path: Path, what: str, error: BaseException) -> SanitizerError:
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    return _error(
        path, f"it raised {type(error).__name__}", "Mend the file.", lines[-1] if lines else None, what
    )


def _checked(path: Path, given: object) -> list[BaseSanitizer]:
    if isinstance(given, BaseSanitizer):
        return [given]
    kind = type(given).__name__
    remedy = f"Return a list of sanitizers from {FUNCTION}."
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes, Mapping)):
        raise _error(path, f"{FUNCTION} returned a {kind}", remedy)
    found = list(given)
    for index, item in enumerate(found):
        if not isinstance(item, BaseSanitizer):
            raise _error(path, f"item {index} of what {FUNCTION} returned is {what_it_is(item)}", remedy)
    return found


def _error(
    path: Path, found: str, remedy: str, line: int | None = None, what: str = "load"
) -> SanitizerError:
    place = f"{path}, line {line}" if line else str(path)
    return SanitizerError(f"{what} the sanitizer file {place}", found, remedy, sanitizer=str(path))
