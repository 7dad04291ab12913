"""A cassette in another format.

Lives here: `convert`, and what a format can't hold. Must not: parse or render (readers and writers do),
scrub: what is converted is what stands there. Called by: cli/, front ends. The result is written through a
journal of its own, so it appears whole or not at all, a long body is never held, and the source is only
read.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, structs

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.info import KEBOOLA, VCRPY, CassetteInfo
from hushtape.cassette.journal import Journal
from hushtape.cassette.problems import missing, unwritable
from hushtape.cassette.reader import CassetteReader
from hushtape.cassette.scanner import Scanner
from hushtape.cassette.seal import style_of
from hushtape.errors import CassetteFormatError, OptionError
from hushtape.model import Headers, Interaction, Response

STYLES = ("json", "vcrpy-json", "vcrpy-yaml", "har")
"""hushtape's own, vcrpy's two, HAR 1.2."""

_INLINE = 2**62
_KNOWN = (b'"version"', b'"hushtape"', b'"interactions"', b'"_metadata"', b'"metadata"', b'"log"')


class Conversion(Struct, frozen=True):
    """What became of a cassette.

    Attributes:
        path: the new cassette. source: who wrote the old one. style: one of `STYLES`.
        interactions: in the new one.
        lost: what the new format can't hold, or what this one can't read: a sentence, and how often.
        notes: what is in the new cassette and has to be known by who replays it with its own tool; the same.
    """

    path: Path
    source: str
    style: str
    interactions: int
    lost: dict[str, int] = {}
    notes: dict[str, int] = {}


def convert(
    source: Path,
    target: Path,
    *,
    style: str = "",
    replace: bool = False,
    max_inline_body: int = 256 * 1024,
    readable_bodies: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Conversion:
    """Write `source` as `target`.

    Args:
        source: a cassette of any kind that `CassetteReader.open` reads.
        style: one of `STYLES`; default what the target's suffix says.
        replace: take the place of a file that stands at `target`.
        max_inline_body: bytes; longer bodies get files of their own (style "json" only).
        readable_bodies: write JSON bodies as JSON where their bytes can be rebuilt (style "json" only).
        progress: called with how many interactions more are done.
    Raises:
        CassetteNotFoundError, CassetteFormatError, CassetteVersionError: the source can't be read.
        CassetteWriteError: the target can't be written, or is there, or is the source itself.
        CassetteInUseError: the target is being recorded.
        OptionError: an unknown style.
    """
    style = _checked(source, target, style, replace)
    reader = CassetteReader.open(source)
    try:
        journal = Journal.create(
            target,
            max_inline_body=max_inline_body if style == "json" else _INLINE,
            recorded_at=reader.info.recorded_at,
            freeze_time=reader.info.freeze_time,
            readable_bodies=readable_bodies and style == "json",
            members={reader.info.metadata_key: reader.info.metadata} if reader.info.metadata_key else None,
        )
        job = _Job(reader.info, style)
        try:
            for ordinal in range(len(reader)):
                journal.commit(journal.begin(), job.fitted(reader.read(ordinal)))
                if progress is not None:
                    progress(1)
            job.look_at_head(reader.path)
            path = journal.seal(
                complete=reader.info.complete,
                placeholders=reader.info.placeholders,
                style=job.written_style,
            )
        except BaseException:
            journal.discard()
            raise
        return Conversion(path, reader.info.source, style, len(reader), dict(job.lost), dict(job.notes))
    finally:
        reader.close()


def _checked(source: Path, target: Path, style: str, replace: bool) -> str:
    style = style or style_of(target)
    if style not in STYLES:
        raise OptionError(
            f"convert to {style!r}", "there is no such format", f"There are: {', '.join(STYLES)}",
            option="to", value=style,
        )  # fmt: skip
    if not os.path.lexists(source):
        raise missing(source, f"convert {source}")
    doing = f"convert {source} to {target}"
    if os.path.lexists(target):
        if os.path.realpath(source) == os.path.realpath(target):
            raise unwritable(
                target, doing, found="both are the same file", remedy="Give the new one another name."
            )
        if not replace:
            raise unwritable(
                target, doing, found="there is a file of that name", remedy="Use --replace, or another name."
            )
    if style == "vcrpy-yaml":
        from hushtape.cassette.foreign.yaml_events import library

        library(target)
    return style


class _Job:
    """What is done to each interaction on its way, and what gets lost."""

    def __init__(self, info: CassetteInfo, style: str) -> None:
        self._info = info
        self._style = style
        self._for_vcrpy = style.startswith("vcrpy")
        # vcrpy's own interactions are what vcrpy makes of them: nothing is added, no head is changed.
        self._is_vcrpys = not info.format and info.source in (VCRPY, KEBOOLA)
        self.lost: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        if info.passed_over:
            self.lost["an entry without an answer, or of another scheme than HTTP, is left out"] = (
                info.passed_over
            )
        if info.not_http1:
            self.lost["an answer came over HTTP/2 or 3: it is HTTP/1.1 now"] = info.not_http1

    @property
    def written_style(self) -> str:
        """For the seal."""
        return self._style + (" bare" if self._for_vcrpy and self._is_vcrpys else "")

    def fitted(self, interaction: Interaction) -> Interaction:
        """The interaction as the new format's own tool can replay it."""
        if not self._for_vcrpy:
            return interaction
        response = interaction.response
        if response is None:
            self.notes["a failure, which vcrpy passes over"] += 1
        if self._style == "vcrpy-json" and _holds_bytes(interaction):
            self.notes["a body that is not text, which vcrpy's JSON can't replay (its YAML can)"] += 1
        if response is None or self._is_vcrpys or not response.coding:
            return interaction
        self.lost[
            "the content coding of an answer: it is stored decoded, as decode_compressed_response does"
        ] += 1
        return structs.replace(interaction, response=_decoded(response))

    def look_at_head(self, path: Path) -> None:
        """What stands in the old file beside its interactions, and in no field of ours."""
        for key in _other_keys(path):
            self.lost[f"what stands under {key} at the top of the file"] += 1


def _decoded(response: Response) -> Response:
    """Without the coding that its body no longer has: vcrpy's stubs for httpx would undo it."""
    size = str(response.body.size if response.body is not None else 0)
    pairs = [
        (name, size if name.lower() == "content-length" else value)
        for name, value in response.head.headers.pairs
        if name.lower() != "content-encoding"
    ]
    return structs.replace(response, coding=(), head=structs.replace(response.head, headers=Headers(pairs)))


def _holds_bytes(interaction: Interaction) -> bool:
    from hushtape.cassette.foreign.splicing import is_text

    response = interaction.response
    bodies = (interaction.request.body, response.body if response is not None else None)
    return any(body is not None and not is_text(body) for body in bodies)


def _other_keys(path: Path) -> list[str]:
    """Keys at the top of a JSON file that no reader knows; none of YAML (braces begin that, too)."""
    scanner = Scanner(Pinned(path))
    found = []
    try:
        if scanner.next_token() == b"{":
            for _ in scanner.members(b"{", b"}"):
                key = scanner.key()
                scanner.skip()
                if key not in _KNOWN:
                    found.append(key.decode("utf-8", "replace"))
    except CassetteFormatError:
        return []
    return found
