"""The small files around a cassette: read as JSON, written atomically.

Lives here: temporary file, fsync, rename; JSON objects; deep merge. Must not: scrub (its callers have), know
what a file means. Called by: log_capture, artefacts, case, validator, scaffolding.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_NUMBERS = itertools.count(1)


def write_atomically(path: Path, text: str | bytes) -> None:
    """Write a file whole or not at all; it follows the umask, and links are not followed.

    Raises:
        OSError: its folder is missing or can't be written; an earlier file is untouched.
    """
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    beside = path.with_name(f".{path.name}.{os.getpid()}-{next(_NUMBERS)}.tmp")
    # 0666: the kernel applies the umask.
    fd = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(fd, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON, indented by two."""
    write_atomically(path, msgspec.json.format(msgspec.json.encode(value), indent=2))


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        OSError: it can't be read. ValueError: it is no JSON object; the text holds nothing of the file.
    """
    found, problem = None, ""
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = str(error)
    if problem:
        raise ValueError(problem)  # outside the handler: the error may hold a text that is no UTF-8
    if not isinstance(found, dict):
        raise ValueError(f"a JSON object is expected, and it is a {type(found).__name__}")
    return found


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over` in it; mappings are merged, everything else is replaced."""
    result = dict(base)
    for key, value in over.items():
        known = result.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            result[key] = merged(known, value)
        else:
            result[key] = value
    return result
