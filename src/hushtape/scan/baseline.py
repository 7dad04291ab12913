"""Accepted findings: a file that says "we know", and tells nobody what.

Lives here: reading, asking and writing it. Must not: hold a value; a fingerprint is a slow, salted hash of a
finding's rule and value, so it stays when lines move, and trying out values costs 10 ms each. A value that
can be guessed can still be tried out: such a one is better removed than accepted. Called by: run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import scrypt
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from hushtape.errors import CassetteWriteError, OptionError
from hushtape.scan.finding import Finding
from hushtape.scan.publish import publish
from hushtape.scan.values import shown_path

VERSION: Final = 1
_COST: Final = 2**12
"""scrypt's N; with r=8 it takes 4 MiB and some 10 ms."""


class Accepted(Struct, frozen=True, order=True):
    """One accepted finding; `file` is relative to the baseline's folder."""

    file: str
    rule: str
    fingerprint: str


class _Stored(Struct, frozen=True):
    version: int
    salt: str
    accepted: list[Accepted] = []


class Baseline:
    """The accepted findings of one file."""

    def __init__(self, path: Path, salt: bytes, accepted: Iterable[Accepted] = ()) -> None:
        self.path, self.salt = path, salt
        self._accepted = set(accepted)
        self._known: dict[tuple[str, bytes], str] = {}

    @classmethod
    def load(cls, path: Path, *, new: bool = False) -> Baseline:
        """Read it. `new`: a missing one is an empty one.

        Raises:
            OptionError: it is missing, or no baseline.
        """
        try:
            stored = msgspec.json.decode(path.read_bytes(), type=_Stored)
            if stored.version != VERSION:
                raise _unusable(path, f"its version is {stored.version}, this hushtape reads {VERSION}")
            return cls(path, bytes.fromhex(stored.salt), stored.accepted)
        except FileNotFoundError:
            if not new:
                raise _unusable(path, "there is no such file") from None
            return cls(path, os.urandom(16))
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise _unusable(path, f"it can't be read ({type(error).__name__})") from None

    def accepts(self, finding: Finding) -> bool:
        """Whether this finding was accepted."""
        return bool(self._accepted) and self._entry(finding) in self._accepted

    def update(self, findings: Iterable[Finding], scanned: Iterable[str]) -> int:
        """Accept these findings and write the file; entries of files that were not scanned stay.

        Returns: how many are accepted now. Raises CassetteWriteError.
        """
        looked_at = {self._name(file) for file in scanned}
        kept = {one for one in self._accepted if one.file not in looked_at}
        self._accepted = kept | {self._entry(finding) for finding in findings}
        stored = _Stored(VERSION, self.salt.hex(), sorted(self._accepted))
        text = msgspec.json.format(msgspec.json.encode(stored), indent=1) + b"\n"
        try:
            publish(self.path, [text])
        except OSError as error:
            raise CassetteWriteError(
                f"write the baseline {shown_path(self.path)}",
                error.strerror or type(error).__name__,
                "Name a file that you may write.",
                path=str(self.path),
            ) from None
        return len(self._accepted)

    def _entry(self, finding: Finding) -> Accepted:
        key = finding.rule, finding.mark
        if key not in self._known:
            secret = finding.rule.encode() + b"\0" + finding.mark
            self._known[key] = scrypt(secret, salt=self.salt, n=_COST, r=8, p=1, dklen=16).hex()
        return Accepted(self._name(finding.file), finding.rule, self._known[key])

    def _name(self, file: str) -> str:
        relative = os.path.relpath(file, self.path.parent)
        return relative.replace(os.sep, "/").encode("utf-8", "backslashreplace").decode()


def _unusable(path: Path, found: str) -> OptionError:
    return OptionError(
        f"use the baseline {shown_path(path)}",
        found,
        "Write one with --update-baseline.",
        option="baseline",
        value=shown_path(path),
    )
