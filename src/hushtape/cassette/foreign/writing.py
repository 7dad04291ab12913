"""Writing other formats: one writer each, fed with one interaction at a time.

Lives here: the table of formats, vcrpy's JSON. Must not: decide which format, publish files (seal does).
Called by: seal. What vcrpy and HAR have no word for stands under `hushtape` (`_hushtape` in a HAR), which
both pass over, so a file that was converted is read back whole. A `bare` style leaves that out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec

from hushtape.cassette import layout
from hushtape.cassette.foreign.splicing import Bodies, json_escape, with_bodies
from hushtape.cassette.jsontext import encode
from hushtape.model import Interaction

BARE = " bare"


class Writer(Protocol):
    """Writes one file."""

    def add(self, text: bytes, interaction: Interaction) -> None:
        """One more interaction: as it stands in the journal, and with its bodies."""

    def close(self) -> None:
        """What follows the last one."""


def open_writer(style: str, out: BinaryIO, top: bytes, path: Path) -> Writer:
    """The writer of `style`; what comes before the first interaction is written.

    Args:
        top: the head of a file of ours (top.py). path: the file, for messages.
    Raises:
        MissingDependencyError: YAML, and PyYAML is not installed.
    """
    head: dict[str, Any] = msgspec.json.decode(top.removesuffix(layout.HEAD_END) + b"}")
    name, bare = style.removesuffix(BARE), style.endswith(BARE)
    if bare:
        head.pop("hushtape")
    if name == "vcrpy-yaml":
        from hushtape.cassette.foreign.yaml_write import YamlWriter

        return YamlWriter(out, head, path, bare=bare)
    if name == "har":
        from hushtape.cassette.foreign.har_write import HarWriter

        return HarWriter(out, head)
    return VcrJsonWriter(out, head, bare=bare)


class VcrJsonWriter:
    """vcrpy's JSON. Bytes that are not text are tagged base64: its JSON has no way to hold them."""

    def __init__(self, out: BinaryIO, head: dict[str, Any], *, bare: bool) -> None:
        self._out = out
        self._bare = bare
        self._between = b"\n"
        lines = [encode(key) + b": " + _indented(value, 1) for key, value in head.items()]
        out.write(b"{\n " + b",\n ".join([*lines, b'"interactions": [']))

    def add(self, text: bytes, interaction: Interaction) -> None:
        """One more interaction."""
        bodies = Bodies()
        plain = with_bodies(text, interaction, bodies, bare=self._bare)
        asked = plain["request"]
        if isinstance(asked["body"], bytes):
            asked["body"] = {"base64": asked["body"]}
        answered = plain["response"]
        if answered is not None and isinstance(answered["body"].get("string"), bytes):
            answered["body"] = {"base64": answered["body"]["string"]}
        self._out.write(self._between + b"  ")
        bodies.write(self._out, _indented(plain, 2), json_escape)  # msgspec writes bytes as base64
        self._between = b",\n"

    def close(self) -> None:
        """What follows the last one."""
        self._out.write(b"]\n}\n" if self._between == b"\n" else b"\n ]\n}\n")


def _indented(value: Any, levels: int) -> bytes:
    """As JSON, one space a level, the first line not indented. Strings hold no raw line break."""
    return msgspec.json.format(encode(value), indent=1).replace(b"\n", b"\n" + b" " * levels)
