"""A body or text that ends in the middle of a secret: a connection that was dropped, a message that was cut.

Lives here: the beginnings of values, asked for at an end, and the stage that asks at a body's. Must not: look
anywhere else (anchors and the audit do), know rules but by their values. Called by: ruleset.
What counts as one, `beginnings` says; it is looked for in the plain writing and under one layer of escapes,
base64 or hex, before the rules.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from hushtape.sanitize import otherwise
from hushtape.sanitize.beginnings import LEAST, counts
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.one_layer import ESCAPES, last_place, of_base64, of_hex
from hushtape.sanitize.rules import SecretRule

if TYPE_CHECKING:
    from hushtape.sanitize.stages import BodyScrubber

FEW: Final = 16
"""Values with one head that are compared one by one; of more only those next to the text in order."""

SHORTEST: Final = 7
"""Bytes of a value that is looked for so; a shorter one stands as a word of its own or not at all."""

NEAR: Final = 256
"""Bytes of a value up to which each place is asked for all beginnings at once."""
GROWTH: Final = 6
"""Bytes in which a byte of a value is written, under one layer of escapes."""

_PART: Final = lazily(
    rb"(?:%[0-9A-Fa-f]?|(?:\\u[dD][89abAB][0-9A-Fa-f]{2})?(?:\\(?:u[0-9A-Fa-f]{0,3})?)?|&#?\w{0,6})\Z"
)
"""An escape that is cut."""
_HEX: Final = b"0123456789abcdefABCDEF"
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_Span = tuple[int, int, bytes | None]
"""Where something begins and ends, and what takes its place; None: nothing does."""
_BEHIND: Final = b" \t)]}>*,;:."
_PARTS: Final = lazily(rb"(\r?\n|\\[rn]|\.\.\.|\xe2\x80\xa6|[\"'])")
"""What may stand behind what a message shows, and what ends it; both may be those of a `repr`."""


class CutEnds:
    """The beginnings of values. Immutable.

    Attributes: longest: bytes of the longest value.
    """

    __slots__ = ("_far", "_heads", "_letters", "_near", "_ordered", "longest")

    def __init__(self, rules: Iterable[SecretRule] = (), before: CutEnds | None = None) -> None:
        self._heads: dict[bytes, tuple[tuple[bytes, bytes], ...]] = dict(before._heads) if before else {}
        self._ordered: dict[bytes, tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]]] = {}
        """Values of one head, where they are many; made when they are met."""
        self._far: dict[bytes, None] = dict(before._far) if before else {}
        """Beginnings of values that are longer than `NEAR`: few, and looked for one by one."""
        self._near: int = before._near if before else 0
        """Bytes of the longest of the others."""
        self._letters: bytearray = bytearray(before._letters if before else 256)
        self.longest: int = before.longest if before else 0
        for rule in rules:
            placeholder = rule.placeholder.encode()
            for value in dict.fromkeys(_bytes_of(rule)):
                if len(value) >= SHORTEST and value not in placeholder:
                    head = value[:LEAST]
                    self._heads[head] = (*self._heads.get(head, ()), (value, placeholder))
                    if len(value) > NEAR:
                        self._far[head] = None
                    else:
                        self._near = max(self._near, len(value))
                    self.longest = max(self.longest, len(value))
                    for letter in set(value):
                        self._letters[letter] = 1

    def cut(self, data: bytes, *, codes: bool = True) -> tuple[int, bytes] | None:
        """Where the beginning of a value begins that the buffer ends with, and what takes its place. `codes`:
        in base64 and hex, too."""
        if not data or not self._heads:
            return None
        found = self._plain(data) if self._letters[data[-1]] else None
        coded = self._coded(data[-2 * self.longest * GROWTH :], len(data), codes)
        return min((one for one in (found, *coded) if one is not None), default=None)

    def text(self, text: str, *, codes: bool = True, taken: Sequence[tuple[int, int]] = ()) -> str:
        """A message that shows no beginning of a value, wherever it stands; of one that is escaped, or in
        base64 or hex, none with which a line, a string, or what stands before an ellipsis ends. `taken`:
        where rules take all (offsets of UTF-8, in order): a beginning of what stands there whole is left to
        them."""
        if not self._heads:
            return text
        data = text.encode("utf-8", "surrogatepass")
        found = (*self._begun(data), *self._shown(data, codes))
        spans = sorted((one for one in found if not _lies_in(taken, one)), key=lambda span: span[:2])
        clean = _replaced(data, spans)
        if clean == data:
            return text
        try:
            return clean.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return clean.decode("utf-8", "replace")

    def _begun(self, data: bytes) -> Iterator[_Span]:
        """What stands there as it is: values without a text, for those are the rules' own, and beginnings
        that no value holds."""
        reach = 0
        for at in sorted(at for head in self._heads for at in _places(data, head, 0)):
            met = self._nearest(data, at)
            sizes = [(_alike(data, at, value), value, text) for value, text in met]
            if whole := max((size for size, value, _ in sizes if size == len(value)), default=0):
                yield at, at + whole, None
                reach = max(reach, at + whole)
            begun = max((one for one in sizes if counts(data[at : at + one[0]], one[1])), default=None)
            if begun is not None and at + begun[0] > reach:
                yield at, at + begun[0], begun[2]

    def _nearest(self, data: bytes, at: int) -> Sequence[tuple[bytes, bytes]]:
        """The values that may begin here. Of many with one head those beside the buffer in their order, for
        none begins more like it, and the shortest, which fewer letters tell of."""
        head = data[at : at + LEAST]
        met = self._heads[head]
        if len(met) <= FEW:
            return met
        if head not in self._ordered:
            self._ordered[head] = sorted(met), sorted(met, key=lambda one: len(one[0]))[:FEW]
        values, shortest = self._ordered[head]
        place = bisect_left(values, (data[at : at + self.longest], b""))
        return [*values[max(0, place - 2) : place + 2], *shortest]

    def _shown(self, data: bytes, codes: bool) -> Iterator[_Span]:
        """What ends a part of a message, escaped and coded, too."""
        at = 0
        for part in _PARTS.split(data):
            shown = part.rstrip(_BEHIND)
            if len(shown) >= LEAST:
                found = self.cut(part, codes=codes) if shown != part else None
                if found := found or self.cut(shown, codes=codes):
                    yield at + found[0], at + len(shown), found[1]
            at += len(part)

    def _plain(self, data: bytes) -> tuple[int, bytes] | None:
        near = range(max(0, len(data) - 2 * self._near), len(data) - LEAST + 1) if self._near else ()
        far = max(0, len(data) - 2 * self.longest)
        places = [at for head in self._far for at in _places(data, head, far)]
        return self._told(data, sorted({*places, *near}) if places else near)

    def _told(self, data: bytes, places: Iterable[int]) -> tuple[int, bytes] | None:
        """Values that stand there whole are the rules' own; one that reaches into the cut goes with it."""
        begin = end = 0
        for at in places:
            met = self._heads.get(data[at : at + LEAST], ())
            for value, _ in met:
                if data.startswith(value, at):
                    begin, end = begin if at < end else at, max(end, at + len(value))
            if end >= len(data):
                return None
            for value, placeholder in met:
                if len(data) - at < len(value) and counts(data[at:], value):
                    return begin if at < end else at, placeholder
        return None

    def _coded(self, data: bytes, size: int, codes: bool) -> Iterator[tuple[int, bytes]]:
        """The same under one layer of a writing; `size`: of the buffer that `data` is the end of."""
        base = size - len(data)
        for text in self._whole(data):
            for sign, read in ESCAPES if self._may_end(text) else ():
                if (sign in text or text is not data) and (found := self._plain(undone := read(text))):
                    yield base + last_place(text, undone[found[0] :], read), found[1]
        if not codes:
            return
        first = len(data.rstrip(_HEX))
        for start in (first, first + 1) if len(data) - first >= 2 * LEAST else ():
            if (found := self._plain(of_hex(data[start:]))) is not None:
                yield base + start + 2 * found[0], found[1]
        places = _run(data)
        run = bytes([data[at] for at in places])
        for start in range(4 if len(run) >= 4 * LEAST // 3 else 0):
            if (found := self._plain(of_base64(run[start:]))) is not None:
                # From the next group on: of what stands before, which may be a value, no letter is lost.
                at = start - found[0] // -3 * 4
                yield base + (places[at] if at < len(places) else len(data)), found[1]

    def _whole(self, data: bytes) -> Iterator[bytes]:
        """The buffer, and the same without an escape that is cut; a value may hold its sign."""
        yield data
        part = _PART.search(data, max(0, len(data) - 12))
        if part is not None and part[0]:
            yield data[: part.start()]

    def _may_end(self, text: bytes) -> bool:
        last = text[-1:]
        return last.isalnum() or last in (b";", b"+") or (last != b"" and self._letters[last[0]] == 1)


def _bytes_of(rule: SecretRule) -> Iterator[bytes]:
    yield rule.value.encode("utf-8", "surrogatepass")
    yield from otherwise.octets(rule.value, whole=rule.whole)


def _run(data: bytes) -> list[int]:
    """Where the letters of the base64 stand with which a buffer ends, in lines or not, in JSON or not."""
    places: list[int] = []
    at = len(data)
    while at:
        if data[at - 1] in b"nr" and data[at - 2 : at - 1] == b"\\":
            at -= 2
        elif data[at - 1] in _BASE64:
            at -= 1
            places.append(at)
        elif data[at - 1] in b"\r\n":
            at -= 1
        else:
            break
    return places[::-1]


def _lies_in(taken: Sequence[tuple[int, int]], span: _Span) -> bool:
    at = bisect_right(taken, span[0], key=itemgetter(0))
    return at > 0 and span[1] <= taken[at - 1][1]


def _replaced(data: bytes, spans: Iterable[_Span]) -> bytes:
    """Spans that overlap go as one, with the first text among them; those without a text stay."""
    out: list[bytes] = []
    last = begin = end = 0
    text: bytes | None = None
    for first, stop, placeholder in (*spans, (len(data) + 1, 0, None)):
        if first >= end:
            if text is not None:
                out += [data[last:begin], text]
                last = end
            begin, end, text = first, stop, placeholder
        else:
            end, text = max(end, stop), placeholder if text is None else text
    return b"".join((*out, data[last:]))


def _alike(data: bytes, at: int, value: bytes) -> int:
    """Bytes with which the value begins there, whole characters of UTF-8."""
    other = data[at : at + len(value)]
    different = (
        number for number, (left, right) in enumerate(zip(value, other, strict=False)) if left != right
    )
    size = next(different, min(len(value), len(other)))
    while size and data[at + size : at + size + 1] and data[at + size] & 0xC0 == 0x80:
        size -= 1
    return size


def _places(data: bytes, head: bytes, first: int) -> Iterator[int]:
    at = data.find(head, first)
    while at >= 0:
        yield at
        at = data.find(head, at + 1)


class CutBody:
    """Scrubs one body, and asks at its end: before the rules, which may take a part of what is cut. It holds
    the last bytes back, in the pieces that they came in."""

    __slots__ = ("_cut", "_ends", "_held", "_hides", "_inner", "_size")

    def __init__(self, inner: BodyScrubber, ends: CutEnds, hides: Callable[[bytes], bool] | None) -> None:
        """`hides`: whether a value stands in a buffer in a writing that only the audit reads. None: nobody
        would look at it."""
        self._inner, self._ends, self._hides = inner, ends, hides
        self._held: deque[bytes] = deque()
        self._size, self._cut = 0, False

    @property
    def changed(self) -> bool:
        """A rule matched."""
        return self._cut or self._inner.changed

    def feed(self, data: bytes) -> bytes:
        """The bytes that are final so far."""
        if not data:
            return b""
        self._held.append(data)
        self._size += len(data)
        out: list[bytes] = []
        while self._size - len(self._held[0]) >= 2 * self._ends.longest * GROWTH:
            piece = self._held.popleft()
            self._size -= len(piece)
            out.append(self._inner.feed(piece))
        return out[0] if len(out) == 1 else b"".join(out)

    def finish(self) -> bytes:
        """The rest."""
        data = self._held[0] if len(self._held) == 1 else b"".join(self._held)
        found = self._ends.cut(data)
        if found is not None and not self._is_piece(data, found[0]):
            self._cut = True
            data = data[: found[0]] + found[1]
        return self._inner.feed(data) + self._inner.finish()

    def _is_piece(self, data: bytes, at: int) -> bool:
        """Whether this is the last piece of a value that is written in pieces: the audit has to see all."""
        hides = self._hides
        return hides is not None and hides(data) and not hides(data[:at]) and not hides(data[at:])
