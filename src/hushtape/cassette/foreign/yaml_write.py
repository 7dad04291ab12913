"""vcrpy's YAML: ASCII, in block style, as vcrpy writes it, but header fields in their own order.

Lives here: the writer. Must not: hold a body of more than 64 KiB. Called by: writing. PyYAML lays out an
interaction; a long body is put in by hand, on one line between double quotes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from hushtape.cassette.foreign.splicing import Bodies, json_escape, with_bodies
from hushtape.cassette.foreign.yaml_events import library
from hushtape.model import Interaction


class YamlWriter:
    """Writes one file."""

    def __init__(self, out: BinaryIO, head: dict[str, Any], path: Path, *, bare: bool) -> None:
        self._yaml = library(path)
        self._dumper = getattr(self._yaml, "CSafeDumper", self._yaml.SafeDumper)
        self._out = out
        self._bare = bare
        self._begun = False
        self._version = {"version": head.pop("version")}
        if head:
            out.write(self._dump(head))
        out.write(b"interactions:")

    def _dump(self, value: Any) -> bytes:
        text: str = self._yaml.dump(value, Dumper=self._dumper, sort_keys=False)
        return text.encode("ascii")

    def add(self, text: bytes, interaction: Interaction) -> None:
        """One more interaction."""
        bodies = Bodies()
        plain = with_bodies(text, interaction, bodies, bare=self._bare)
        if isinstance(plain["request"]["body"], dict):
            plain["request"]["body"] = plain["request"]["body"]["base64"]
        answered = plain["response"]
        if answered is not None and "base64" in answered["body"]:
            answered["body"] = {"string": answered["body"]["base64"]}
        if not self._begun:
            self._out.write(b"\n")
            self._begun = True
        bodies.write(self._out, self._dump([plain]), _escape, b"!!binary ")

    def close(self) -> None:
        """What follows the last one."""
        if not self._begun:
            self._out.write(b" []\n")
        self._out.write(self._dump(self._version))


def _escape(text: str) -> bytes:
    """As it stands between double quotes: YAML's escapes are JSON's and Python's, but for surrogate pairs."""
    return json_escape(text).replace(b"\x7f", rb"\x7f").decode().encode("ascii", "backslashreplace")
