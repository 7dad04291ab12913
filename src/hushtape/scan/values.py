"""Known values: where the caller's own secrets come from.

Lives here: reading them from files, environment variables and configurations. Must not: take one from a
command line, which other users of a machine can read, show one, or read lines (`lines` does). Called by:
cli/scan. A source that gives nothing is an error: a scan for no values would end as if there were none.
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
from hushtape.sanitize.words import looks_made
from hushtape.scan.entropy import is_key_word
from hushtape.scan.lines import lines
from hushtape.scan.placeholders import is_placeholder

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are secrets

SHORTEST = 6
"""Characters from which on a value counts where a whole file of values is taken, not only `#` keys."""

_SECTION = re.compile(r"\[[^\]\[\"',]+\]\s*$", re.MULTILINE)
"""How an INI file begins, which is no JSON."""

_VARIABLE = re.compile(r"[A-Z_*][A-Z0-9_*]{0,60}|[A-Za-z_]{1,16}")
_USUAL = re.compile(r"\.{0,2}|\.?[A-Za-z]{1,20}\d{0,4}(?:[-_. ][A-Za-z0-9]{1,10}){0,4}")

Named = tuple[str, str]


class Known:
    """The values found so far, by name; two of one name (`config.json` of two folders) are both kept."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.notes: list[str] = []

    def add(self, found: Iterable[Named]) -> int:
        """Take these in. Returns how many there were."""
        number = 0
        for name, value in found:
            number += 1
            if is_placeholder(value):
                self.notes.append(f"{name} holds a placeholder: not looked for")
            elif value not in self.values.values():
                self.values[self._free(name)] = value
        return number

    def _free(self, name: str) -> str:
        free, number = name, 1
        while free in self.values:
            number += 1
            free = f"{name} ({number})"
        return free


def known_values(
    files: Iterable[Path] = (), variables: Iterable[str] = (), configs: Iterable[Path] = ()
) -> tuple[dict[str, str], list[str]]:
    """(name -> value, notes for the reader). Placeholders among them are left out, which is noted.

    Raises:
        OptionError: a file can't be read, is not what it should be, or holds no value; a variable is not
            set, or empty.
    """
    known = Known()
    for path in files:
        short: list[str] = []
        if not known.add(_from_file(path, short)) and not short:
            raise _unusable(path, "there is no value in it")
        known.notes += _left_out(path, short)
    for pattern in map(str.strip, variables):
        if not known.add(_from_environment(pattern)):
            raise _unset(pattern)
    for path in configs:
        short = []
        if not known.add(_from_config(path, short)) and not short:
            known.notes.append(f"there is no value in {path}: nothing to look for")
        known.notes += _left_out(path, short)
    return known.values, known.notes


def _left_out(path: Path, short: list[str]) -> list[str]:
    """A note on the values that are too short to be looked for."""
    if not short:
        return []
    names = ", ".join(short[:5]) + (", ..." if len(short) > 5 else "")
    return [f"{path}: not looked for, shorter than {SHORTEST} characters: {names}"]


def _from_environment(pattern: str) -> Iterator[Named]:
    for name in sorted(os.environ):
        if fnmatchcase(name, pattern) and os.environ[name].strip():
            yield f"${name}", os.environ[name]


def _from_file(path: Path, short: list[str]) -> Iterator[Named]:
    """JSON: all texts in it. Else lines: `NAME=value`, `name: value`, or a value each."""
    text = _read(path)
    start = text.lstrip()
    if path.suffix == ".json" or (start[:1] in ("{", "[") and not _SECTION.match(start)):
        yield from _texts(path, _json(path, text), short)
        return
    for name, value, alone in lines(text):
        if alone or len(value) >= SHORTEST or is_key_word(name):
            yield f"{path.name}:{name}", value
        else:
            short.append(name)


def _from_config(path: Path, short: list[str]) -> Iterator[Named]:
    """The values under `#` keys; of a file without any such key, all texts."""
    config = _json(path, _read(path))
    found = list(hash_values(config))
    yield from ((f"{path.name}:{place}", value) for place, value in found if value)
    if not found:
        yield from _texts(path, config, short)


def _texts(path: Path, value: Any, short: list[str]) -> Iterator[Named]:
    """Texts, and whole numbers that are as long."""
    for place, leaf in leaves(value):
        text = str(leaf) if isinstance(leaf, int) and not isinstance(leaf, bool) else leaf
        if not isinstance(text, str) or not text:
            continue
        if len(text) >= SHORTEST or "#" in place:
            yield f"{path.name}:{place}", text
        elif isinstance(leaf, str):
            short.append(place)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        problem = _unusable(path, reason or type(error).__name__)
    raise problem  # outside the handler: the error may hold the text


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        problem = _unusable(path, "it is not JSON")
    raise problem  # outside the handler: the error holds the text


def _unusable(path: Path, reason: str) -> OptionError:
    shown = shown_path(path)
    return OptionError(
        f"take known values from {shown}",
        reason,
        "Check the path and the file.",
        option="values",
        value=shown,
    )


def shown_path(path: Path) -> str:
    """A path as an error may show it: what was given may be what should stand in the file (`--values-file
    "$API_TOKEN"`). So one that is not there is repeated only where its folder is, and it looks like a name
    with a suffix (`.env` is one)."""
    usual = _USUAL.fullmatch(path.name) is not None and not looks_made(path.name) and "." in path.name
    named = usual and os.path.lexists(path.parent)
    return str(path) if named or os.path.lexists(path) else "(what was given is no usual path)"


def _unset(pattern: str) -> OptionError:
    """`pattern` may be the value itself, where a shell put it (`--values-env $TOKEN`): so only what looks
    like a variable's name is repeated."""
    named = _VARIABLE.fullmatch(pattern) is not None
    shown = pattern if named else "(what was given is no usual name)"
    found = "no such variable is set" if "*" in pattern else "it is not set, or empty"
    remedy = "Set it, or leave it out: without its value nothing can be looked for."
    return OptionError(
        f"take known values from the environment variable {shown}",
        found,
        remedy if named else "Give a variable's name, not its value: API_TOKEN without a $.",
        option="values_env",
        value=shown,
    )
