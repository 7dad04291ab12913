"""What the head of a cassette says, and the seam that every kind of cassette is read through.

Lives here: `CassetteInfo`, the `Reader` protocol, parsing of heads. Must not: find or read interactions.
Called by: reader, foreign/, front ends. What a front end asks of another tool's file (its frozen time, its
metadata) stands in `CassetteInfo`, so that nobody parses a head twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from hushtape.cassette import layout
from hushtape.cassette.problems import malformed, newer
from hushtape.model import Interaction, Request

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

NATIVE, VCRPY, KEBOOLA, HAR = "hushtape", "vcrpy", "keboola.vcr", "HAR"


class CassetteInfo(Struct, frozen=True):
    """What the file's head says.

    Attributes:
        format: of the `hushtape` objects in the file; 0: another tool's file.
        recorded_at: when the recording began, as the file states it; "" if it does not.
        complete: False: an exception or a kill cut the recording off.
        placeholders: those in use; another tool's file lists none.
        source: who wrote it: "hushtape", "vcrpy", "keboola.vcr", or "HAR" and its creator.
        freeze_time: ISO 8601, the time under which the recording program ran; "" if it was not frozen, or
            the file leaves it open ("auto").
        metadata: what stands under `_metadata` (keboola.vcr) or `metadata` (vcrpy 9), as it stands there.
        metadata_key: which of the two; "" if neither.
        passed_over: entries of a HAR that can't be replayed (no answer, other schemes), which it leaves out.
        not_http1: answers of a HAR that came over HTTP/2 or 3, and are replayed in HTTP/1.1.
    """

    format: int = 0
    recorded_at: str = ""
    freeze_time: str = ""
    complete: bool = True
    placeholders: tuple[str, ...] = ()
    source: str = VCRPY
    metadata: dict[str, Any] = {}
    metadata_key: str = ""
    passed_over: int = 0
    not_http1: int = 0


class Reader(Protocol):
    """A sealed cassette of any kind. `read` may be called from any thread; bodies outlive `close`."""

    path: Path
    info: CassetteInfo

    def __len__(self) -> int:
        """How many interactions it holds."""

    def read(self, ordinal: int) -> Interaction:
        """The interaction that stands at this place of the file, counted from 0."""

    def requests(self) -> Iterator[Request]:
        """All requests, in file order, in one pass."""

    def scan_anew(self) -> bool:
        """Forget what was remembered of the file, and look for its interactions; False: nothing was."""

    def is_current(self) -> bool:
        """The file that is open here still stands under its name, unchanged."""

    def close(self) -> None:
        """Let go of the file; bodies that are still being read keep it open."""


class _Ours(Struct, frozen=True):
    format: int = layout.FORMAT
    recorded_at: str = ""
    freeze_time: str = ""
    complete: bool = True
    placeholders: tuple[str, ...] = ()
    certificates: dict[str, str] = {}


class _Version(Struct, frozen=True):
    format: int = layout.FORMAT


class _HeadVersions(Struct, frozen=True):
    version: Any = 1
    hushtape: _Version | None = None


class _HeadIn(Struct, frozen=True):
    hushtape: _Ours | None = None
    theirs: dict[str, Any] | None = msgspec.field(default=None, name="_metadata")
    metadata: dict[str, Any] | None = None


def parse_head(head: bytes, path: Path) -> tuple[CassetteInfo, dict[str, str]]:
    """The head, a JSON object, and its table of certificates.

    Raises:
        CassetteVersionError: a newer hushtape, or a newer vcrpy, wrote the file.
        CassetteFormatError: it is malformed.
    """
    try:
        versions = msgspec.json.decode(head, type=_HeadVersions)
        if isinstance(versions.version, int) and versions.version > 1:
            raise newer(path, "version", versions.version, 1)
        if versions.hushtape is not None and versions.hushtape.format > layout.FORMAT:
            raise newer(path, "format", versions.hushtape.format, layout.FORMAT)
        found = msgspec.json.decode(head, type=_HeadIn)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        problem = malformed(path, f"its head is malformed: {str(error)[:200]}", offset=0)
    else:
        return _info(found), found.hushtape.certificates if found.hushtape is not None else {}
    raise problem  # outside the handler: the error may hold what it stumbled over


def is_ours(head: bytes, path: Path) -> bool:
    """hushtape wrote a file with this head. Raises as `parse_head`."""
    return parse_head(head, path)[0].format > 0


def _info(found: _HeadIn) -> CassetteInfo:
    key = "_metadata" if found.theirs is not None else "metadata" if found.metadata is not None else ""
    stated = found.theirs or found.metadata or {}
    frozen = _text(stated.get("freeze_time")) if key == "_metadata" else ""
    frozen = "" if frozen == "auto" else frozen
    ours = found.hushtape or _Ours(0, _text(stated.get("recorded_at")))
    return CassetteInfo(
        ours.format,
        ours.recorded_at,
        ours.freeze_time or frozen,
        ours.complete,
        ours.placeholders,
        source=NATIVE if found.hushtape is not None else KEBOOLA if key == "_metadata" else VCRPY,
        metadata=stated,
        metadata_key=key,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
