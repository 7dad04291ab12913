"""What is found: a candidate while a file is read, a finding once its place and value are known.

Lives here: both types, and the mask of a sample. Must not: hold a secret in a Finding: it is printed, written
and pickled. Called by: every file of this room.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct

FILLER = b"REDACTED"
HEAD = 256
"""Bytes of a value that are kept while its file is looked at, to judge it."""


class Candidate(NamedTuple):
    """Bytes `start` to `end` of a file's text may be a secret.

    `text` is what a fix puts there; None: it can't. `key`: the name the value stands under. `where`: what its
    pointer has to tell before it counts: "" nothing, "headers" that it is a header field, "cookies" a cookie.
    `how`: the decodings it was found under. `head`: the value's first bytes; None: unknown.
    `size`: bytes of the value once folds and escapes of YAML are undone; -1: count them.
    `by`: "rules": the ruleset itself found it, and it is no piece of a known value. "audit": the audit did,
    in what the ruleset had left.
    """

    start: int
    end: int
    rule: str
    text: bytes | None = FILLER
    key: str = ""
    where: str = ""
    how: str = ""
    head: bytes | None = None
    size: int = -1
    by: str = ""


class Finding(Struct, frozen=True):
    """A secret in a file, as it may be shown.

    Attributes:
        file: the path as it was given; a member of an archive behind a `!`.
        line: 1-based. pointer: RFC 6901 in JSON, the same notation in YAML; "" elsewhere.
        rule: which rule found it. sample: masked. how: decodings ("base64, gzip"), "" if none.
        fixable: whether `--fix` can redact it. mark: a keyed digest of the value (baseline only).
    """

    file: str
    line: int
    pointer: str
    rule: str
    sample: str
    how: str = ""
    fixable: bool = True
    mark: bytes = b""


_PREFIX = re.compile(r"shape ([A-Za-z0-9_.-]+)")


def mask(rule: str, size: int) -> str:
    """What may be shown of a value: of a token at most the first four characters of its kind's own prefix,
    and about how long it is. Nothing that another secret of the kind does not have."""
    prefix = _PREFIX.fullmatch(rule)
    shown = prefix[1][:4] if prefix else "eyJ" if rule == "JWT" else ""
    return f"{shown}*** ({about(size)})"


def about(size: int) -> str:
    """How long a value is, in steps where it may be a password: its exact length helps to guess it."""
    return "under 16 bytes" if size < 16 else "16 to 63 bytes" if size < 64 else f"{size:,} bytes"
