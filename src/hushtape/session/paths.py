"""Where a cassette is: relative paths, the library folder, links, names after functions.

Lives here: turning what the caller gave into one absolute path. Must not: open or create anything.
Called by: api.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hushtape.errors import OptionError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

LONGEST_NAME: Final = 255 - len(".12345.recording")


def resolve(path: str | os.PathLike[str], library: Path | None) -> Path:
    """The cassette's absolute path. A link is followed once, and must stay in the library if there is one.

    Raises:
        OptionError: an empty path or one that leaves the library.
    """
    if not isinstance(path, str | os.PathLike):
        raise _bad(type(path).__name__, "it is no path", 'give a file name, like "orders.json"')
    text = os.fspath(path)
    if not isinstance(text, str) or not text.strip():
        raise _bad(text, "it is empty or not text", 'give a file name, like "orders.json"')
    _check_name(text)
    folder = (library or Path()).expanduser().absolute()
    found = Path(os.path.normpath(folder / Path(text).expanduser()))
    # Unlike Path.is_symlink this raises nothing where a folder may not be entered: opening tells that.
    if os.path.islink(found):  # noqa: PTH114 - see above
        found = Path(os.path.normpath(found.parent / found.readlink()))
    if library is not None and not Path(text).is_absolute():
        inside = folder.resolve()
        if not found.parent.resolve().is_relative_to(inside):
            raise _bad(
                text,
                f"it leaves the library folder {inside}",
                "keep cassettes inside, or give an absolute path",
            )
    return found


def _check_name(text: str) -> None:
    """What a file system can't hold, found before anything is recorded.

    A name has 255 bytes on Linux and macOS (NAME_MAX), and the recording folder's is the longest.
    """
    try:
        size = len(Path(text).name.encode())
    except UnicodeEncodeError:
        raise _bad(text, "its name is not valid UTF-8", "rename it") from None
    if "\0" in text:
        raise _bad(text, "it holds a NUL", "remove it")
    if size > LONGEST_NAME:
        raise _bad(text, f"its name has {size} bytes, the most is {LONGEST_NAME}", "choose a shorter name")


def beside(function: Callable[..., Any]) -> Path:
    """``cassettes/<function>.json`` beside the module that defines the function."""
    source = inspect.getsourcefile(inspect.unwrap(function))
    folder = Path(source).absolute().parent if source else Path.cwd()
    name = function.__qualname__.replace("<locals>.", "")
    return folder / "cassettes" / f"{name}.json"


def _bad(path: object, found: str, remedy: str) -> OptionError:
    return OptionError(f"use {path!r} as a cassette", found, remedy, option="path", value=path)
