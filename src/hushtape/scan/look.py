"""The first pass over a text: everything that may be a secret, with its offsets.

Lives here: the stream through the ruleset, the key words and the audit, in windows that overlap. Must not:
know lines and pointers (`locate`), or decide (`judge`). Called by: scanner. In memory: some 200 KiB, of
YAML 7 MiB of the way back (`unfold`), and the candidates.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain

from hushtape.sanitize import Finding, Ruleset
from hushtape.scan import binary, packed, units
from hushtape.scan.enclosed import is_quoted, member_end
from hushtape.scan.finding import HEAD, Candidate
from hushtape.scan.judge import KNOWN, SPELLED, is_named, may_count
from hushtape.scan.keyed import REACH, Keyed
from hushtape.scan.unfold import Unfold
from hushtape.scan.units import Audit

WINDOW = 32 * 1024 - 1
"""Bytes of scrubbed text that the audit looks at at once."""

SEAM = 256
BACK = 9 * 1024
MOST = 100_000
"""Candidates of one text; beyond that the rest of it is not looked at, which is told."""

_SIGN = re.compile(rb"[\s\"'&%\\,;=<>{}()\[\]]")


class Pieces:
    """Four letters in a row of known values, in small ones: what holds some may be a piece of one."""

    def __init__(self, values: Iterable[str]) -> None:
        self._rows = {row for value in values for row in _rows(value)}

    def hold(self, head: bytes) -> bool:
        return not self._rows.isdisjoint(_rows(head.decode("utf-8", "replace")))


def _rows(text: str) -> Iterator[str]:
    letters = "".join(filter(str.isalnum, text)).lower()
    return (letters[at : at + 4] for at in range(len(letters) - 3))


class Look:
    """Looks through one text. `candidates` holds what was found, unordered; `cut`: not all was looked at."""

    def __init__(
        self, ruleset: Ruleset, keyed: Keyed, kind: str, overlap: int, pieces: Pieces, *, inside: bool = False
    ) -> None:
        self._ruleset, self._keyed, self._kind, self._overlap = ruleset, keyed, kind, overlap
        self._pieces = pieces
        watch = ruleset.watch("response")
        if watch is not None:
            watch.tell = self._torn
        self._finder = ruleset.finder(watch)
        self._inside = inside
        self._unfold = Unfold() if kind == "yaml" else None
        self._blocks: dict[int, tuple[int, int]] = {}
        """Where blocks of `!!binary` begin and end, and bytes of the bodies in them."""
        self.candidates: list[Candidate] = []
        self.cut = False
        self._raw, self._raw_base, self._named = b"", 0, 0
        self._clean, self._clean_base, self._clean_first = b"", 0, True
        # Where the scrubbed text departs from the raw one: offsets behind each change, in both.
        self._after_clean, self._after_raw = [0], [0]
        self._packed: list[tuple[packed.Packed, Look]] = []

    def run(self, chunks: Iterable[bytes]) -> None:
        """Look through the whole text."""
        for chunk in chunks:
            self.feed(chunk)
            if len(self.candidates) > MOST:
                self.cut = True
                return
        self.finish()

    def feed(self, chunk: bytes) -> None:
        self._unpack(chunk, final=False)
        said = self._unfold.feed(chunk, final=False) if self._unfold is not None else chunk
        self._decoded(self._finder.feed(said), final=False)
        self._binaries()
        self._keys(chunk, final=False)

    def finish(self) -> None:
        self._unpack(b"", final=True)
        said = self._unfold.feed(b"", final=True) if self._unfold is not None else b""
        self._decoded(self._finder.feed(said) + self._finder.finish(), final=True)
        self._binaries()
        self._keys(b"", final=True)
        if self._blocks:
            self.candidates = [binary.sized(one, self._blocks) for one in self.candidates]

    # --- the ruleset, and the audit on what it left ---------------------------------------------------

    def _decoded(self, clean: bytes, final: bool) -> None:
        self._spans()
        self._clean += clean
        start = 0
        while len(self._clean) - start >= WINDOW:
            self._audit(self._clean[start : start + WINDOW], self._clean_base + start, last=False)
            start += WINDOW - self._overlap
            seam = _SIGN.search(self._clean, start, start + SEAM)
            start = seam.start() if seam else start
            self._clean_first = False
        self._clean = self._clean[start:]
        self._clean_base += start
        if final and self._clean:
            self._audit(self._clean, self._clean_base, last=True)

    def _spans(self) -> None:
        """What the ruleset itself found; spans that overlap are one change of the text."""
        spans = sorted(self._finder.take())
        for one in spans:
            known = one.name.startswith(KNOWN)
            by = "rules" if known or one.head is None or not self._pieces.hold(one.head) else ""
            name = SPELLED.get(one.name, one.name)
            found = Candidate(one.start, one.end, name, one.text, head=one.head, by=by)
            self.candidates.append(self._in_file(found))
        united: list[tuple[int, int, bytes]] = []
        for one in spans:
            if united and one.start < united[-1][1]:
                start, end, text = united[-1]
                longer = one.end - one.start >= end - start
                united[-1] = (start, max(end, one.end), one.text if longer else text)
            else:
                united.append((one.start, one.end, one.text))
        for start, end, text in united:
            before = self._after_clean[-1] + start - self._after_raw[-1]
            self._after_clean.append(before + len(text))
            self._after_raw.append(end)

    def _binaries(self) -> None:
        if self._unfold is not None:
            blocks, self._unfold.binaries = self._unfold.binaries, []
            for block in blocks:
                # First: of two that stand at the same place, `united` takes the first one's text.
                self.candidates[:0] = binary.look(block, self._ruleset)
                self._blocks[block.start] = (block.end, binary.size_of(block))

    def _in_file(self, one: Candidate) -> Candidate:
        """Where it stands in the file: YAML's scalars were looked at as what they say."""
        unfold = self._unfold
        if unfold is None:
            return one
        if is_named(one):  # a quote within quotes ends a value to JSON, and to YAML it does not
            one = one._replace(end=max(one.end, unfold.back.quoted_end(one.start)))
            one = one._replace(text=None) if unfold.is_open(one.start) else one
        last = min(one.end, max(unfold.back.scalar_end(one.start), one.start + 1))
        start, end = unfold.back.start(one.start), unfold.back.end(last)
        text = one.text and unfold.back.written(one.start, one.text)
        return one._replace(
            start=max(start, 0), end=end, text=text if start >= 0 else None, size=last - one.start
        )

    def _raw_offset(self, clean: int) -> int:
        at = bisect_right(self._after_clean, clean) - 1
        return self._after_raw[at] + clean - self._after_clean[at]

    def _look(self, data: bytes) -> Finding | None:
        auditor = self._ruleset.auditor()
        return auditor.feed(data) or auditor.finish()

    def _audit(self, data: bytes, base: int, *, last: bool) -> None:
        found = self._look(data)
        if found is None:
            return
        for unit in units.narrow(data, found, self._look, self._ruleset):
            # Only blanks before it: it may be further lines of a block that began in the window before.
            begins = self._clean_first or data[: unit.start].strip()
            whole = begins and (last or data[unit.end :].strip())
            start, end = self._raw_offset(base + unit.start), self._raw_offset(base + unit.end)
            text = unit.text if whole else None
            rule = SPELLED.get(unit.rule, unit.rule)
            self.candidates.append(self._in_file(Candidate(start, end, rule, text, how=unit.how, by="audit")))

    def _torn(self, data: bytes, base: int, look: Audit) -> None:
        """A known value of which another rule would take a part: with that, the rest would never be found."""
        found = look(data)
        for unit in units.narrow(data, found, look, self._ruleset) if found is not None else ():
            rule = SPELLED.get(unit.rule, unit.rule)
            one = Candidate(base + unit.start, base + unit.end, rule, unit.text, how=unit.how)
            self.candidates.append(self._in_file(one))

    # --- key words ----------------------------------------------------------------------------------

    def _keys(self, chunk: bytes, final: bool) -> None:
        data = self._raw + chunk
        last = len(data) + 1 if final else max(0, len(data) - REACH)
        for one in self._keyed.look(data, self._kind, self._named - self._raw_base, last):
            one = self._enclosed(one, data)
            cut = one.end >= len(data) and not final
            self.candidates.append(
                one._replace(
                    start=one.start + self._raw_base,
                    end=one.end + self._raw_base,
                    text=None if cut else one.text,
                    head=data[one.start : min(one.end, one.start + HEAD)],
                )
            )
        self._named = self._raw_base + last
        drop = max(0, last - BACK)
        self._raw = data[drop:]
        self._raw_base += drop

    def _enclosed(self, one: Candidate, data: bytes) -> Candidate:
        """No further than the string of YAML that it begins in, or the member of a flow collection."""
        unfold, start = self._unfold, one.start + self._raw_base
        if unfold is None:
            return one
        end = unfold.strings.around(start)
        if end >= 0:
            return one._replace(end=min(one.end, end - self._raw_base))
        if unfold.flows.around(start) >= 0 and not is_quoted(data, one.start):
            return one._replace(end=member_end(data, one.start, one.end))
        return one

    # --- compressed bodies ----------------------------------------------------------------------------

    def _unpack(self, chunk: bytes, final: bool) -> None:
        """Before `_keys`, whose buffer holds what came before this chunk."""
        if self._inside:
            return
        base = self._raw_base + len(self._raw)
        for body, inner in self._packed:
            for piece in body.feed(chunk, final):
                inner.feed(piece)
        tail = self._raw[-64:]
        for offset, name, undo in packed.starts(tail + chunk):
            start = base - len(tail) + offset
            if start + 4 > base:
                self._begin(
                    packed.Packed(start, f"base64, {name}", undo, start), (tail + chunk)[offset:], final
                )
        self._settle()

    def _begin(self, body: packed.Packed, text: bytes, final: bool) -> None:
        if any(body.start < other.end for other, _ in self._packed):
            return
        pieces = body.feed(text, final)
        first = next((piece for piece in pieces if piece), b"")
        if body.over and not first:  # four letters that look like a beginning; a Look costs 0.3 ms
            return
        inner = Look(self._ruleset, self._keyed, "json", self._overlap, self._pieces, inside=True)
        for piece in chain((first,), pieces):
            inner.feed(piece)
        self._packed.append((body, inner))

    def _settle(self) -> None:
        """Bodies that have ended: what was found inside counts at the place of the whole."""
        running: list[tuple[packed.Packed, Look]] = []
        for body, inner in self._packed:
            if not body.over:
                running.append((body, inner))
                continue
            inner.finish()
            self.cut = self.cut or body.cut
            found = [one for one in inner.candidates if not one.where and may_count(one)]
            for rule, how in dict.fromkeys((one.rule, one.how) for one in found):
                under = f"{body.how}, {how}" if how else body.how
                self.candidates.append(Candidate(body.start, body.end, rule, None, how=under))
        self._packed = running
