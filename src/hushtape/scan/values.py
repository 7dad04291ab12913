"""Known values: where the caller's own secrets come from.

Lives here: reading them from files, environment variables and configurations. Must not: take one from a
command line, which other users of a machine can read, or show one. Called by: cli/scan.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hushtape.errors import OptionError
from hushtape.sanitize.sanitizers_values import hash_values, leaves
from hushtape.scan.placeholders import is_placeholder

SHORTEST = 6
"""Characters from which on a value counts where a whole file of values is taken, not only `#` keys."""

_ASSIGNED = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(.*)")

Named = Iterator[tuple[str, str]]


def known_values(
    files: Iterable[Path] = (), variables: Iterable[str] = (), configs: Iterable[Path] = ()
) -> tuple[dict[str, str], list[str]]:
    """(name -> value, notes for the reader). Placeholders among them are left out.

    Raises:
        OptionError: a file can't be read, or is not what it should be.
    """
    found: dict[str, str] = {}
    notes: list[str] = []
    for path in files:
        found.update(_from_file(path))
    for pattern in variables:
        names = [name for name in sorted(os.environ) if fnmatchcase(name, pattern)]
        if not names:
            notes.append(f"no environment variable is called {pattern}: nothing to look for")
        found.update({f"${name}": os.environ[name] for name in names if os.environ[name]})
    for path in configs:
        found.update(_from_config(path))
    return {name: value for name, value in found.items() if not is_placeholder(value)}, notes


def _from_file(path: Path) -> Named:
    """JSON: all texts in it. `NAME=value` on each line: the values. Else each line is a value."""
    text = _read(path)
    if path.suffix == ".json" or text.lstrip()[:1] in ("{", "["):
        yield from _texts(path, _json(path, text))
        return
    lines = [line.rstrip("\r") for line in text.split("\n")]
    assigned = [_ASSIGNED.fullmatch(line) for line in lines if line.strip() and not line.startswith("#")]
    if assigned and all(assigned):
        for one in assigned:
            if one is not None and (value := one[2].strip().strip("\"'")):
                yield f"{path.name}:{one[1]}", value
        return
    yield from ((f"{path.name}:{number}", line) for number, line in enumerate(lines, 1) if line.strip())


def _from_config(path: Path) -> Named:
    """The values under `#` keys; of a file without any, all texts."""
    config = _json(path, _read(path))
    found = [(f"{path.name}:{place}", value) for place, value in hash_values(config) if value]
    yield from found or _texts(path, config)


def _texts(path: Path, value: Any) -> Named:
    for place, leaf in leaves(value):
        if isinstance(leaf, str) and (len(leaf) >= SHORTEST or "#" in place):
            yield f"{path.name}:{place}", leaf


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise _unusable(path, reason or type(error).__name__) from None


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _unusable(path, "it is not JSON") from None


def _unusable(path: Path, reason: str) -> OptionError:
    return OptionError(
        f"take known values from {path}",
        reason,
        "Check the path and the file.",
        option="values",
        value=str(path),
    )
