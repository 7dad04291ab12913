"""A named value by its letters and digits alone, whatever stands between them.

Lives here: Letters, a look for values (as they are, in base64, hex, base32) in what is left of a buffer
without its signs, and of some of its stretches without their escapes. Must not: decode (audit_views does), or
guess: it knows only values. Called by: ruleset, which puts it beside the scan: each view is looked at.
No list of line ends, quotes, indents, continuation marks and separators is complete; this needs none.
"""

from __future__ import annotations

from base64 import b32encode, b32hexencode, b64encode
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from math import log2
from typing import Final

from msgspec import Struct

from hushtape.sanitize import otherwise
from hushtape.sanitize.audit_anew import is_text
from hushtape.sanitize.audit_bared import EQUALS, bared, has_tag
from hushtape.sanitize.audit_finding import Scan
from hushtape.sanitize.audit_runs import GAP
from hushtape.sanitize.engine import folding
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import Rule, SecretRule
from hushtape.sanitize.value_forms import growth, rarest
from hushtape.sanitize.words import is_phrase

Find = Callable[..., "list[tuple[int, int, int]]"]

BITS: Final = 48
"""What a row of letters has to tell, by its length and alphabet, so that no body holds it by chance."""

KINDS: Final = 6
"""Different letters of such a row: `000000000000000000` is in every table."""

ANCHOR: Final = 6
"""Letters of a row that the automaton looks for; all are compared where these are met."""

PIECE: Final = 6
"""Letters in a row that tell where escapes may stand between the others."""

LEAST: Final = 4
"""The same of a value that has no longer run of letters."""

STRETCH: Final = 5
STEP: Final = 2
"""Any six letters in a row hold five that begin at every second one: half as many anchors as of sixes. Of a
value of 30 letters and its base64 they are 70."""

FEW: Final = 2_000
"""Anchors of an automaton that is a table, as fast as one can be: of 1,400 it takes 0.9 MB, 0.3 MB
otherwise, at a third of the speed (1,000 and 300 MB/s, measured)."""

_ALIKE: Final = bytes.maketrans(b"xjvyg", b"qzkwp")
"""Letters that the automata take for each other: so they tell 31 apart, and their tables have rows of 32."""

LONG: Final = 64
"""Letters of what is no word, however it reads."""

_SIGNS: Final = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
)
_SMALL: Final = bytes(range(65)) + bytes(range(97, 123)) + bytes(range(91, 256))
_KINDS: Final = bytes(116 if 32 <= byte < 127 or byte in b"\0\t\n\r" else 32 for byte in range(256))
_STRETCH: Final = b"t" * 16
"""So many signs of a text in a row. Noise has them once in 3 MB; twelve once in 80 KB, nine once in 5 KB."""

BRIEF: Final = 4096
"""Bytes of what is short."""

_NOT_LETTERS: Final = lazily(r"[^A-Za-z0-9]+")
_RUNS: Final = lazily(rb"[A-Za-z0-9]{%d,}" % LEAST)


class Row(Struct, frozen=True):
    """Letters and digits in a row. `any_case`: hex and base32 are written in either; `source`: with the signs
    between them, where escapes may stand; b"": they don't."""

    name: str
    text: bytes
    source: bytes = b""
    any_case: bool = False


class Letters:
    """The values of a ruleset that can be told by their letters alone."""

    __slots__ = ("_fold", "_met", "_pieces", "_reach", "_rules", "_table")

    def __init__(self, rules: tuple[SecretRule, ...]) -> None:
        self._rules = rules
        self._met: Find | None = None
        self._pieces: Find | None = None
        self._table: list[list[tuple[int, Row]]] = []
        self._fold = b""
        self._reach = 0

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Letters | None:
        """Those of some rules; None: there are none."""
        named = tuple(rule for rule in rules if isinstance(rule, SecretRule) and rule.value)
        return cls(named) if named else None

    def beside(self, scan: Scan) -> Scan:
        """A scan that looks for letters, too."""
        return lambda data, weak=None: scan(data, weak) or self.look(data)

    def look(self, data: bytes) -> tuple[str, int] | None:
        """(name of the rule, -1) of a value whose letters stand there in order, whatever stands between."""
        if self._met is None:
            self._build()
        if not self._table or not _holds_text(data):
            return None
        name = self._search(data)
        if name is None and _may_be_escaped(data):
            near = self._near(data)
            name = self._search(bared(near)) if near else None
            if name is None and EQUALS in near:
                name = self._search(bared(near, mail=False))
            if name is None and has_tag(near):
                name = self._search(bared(near, tags=False))
                if name is None and EQUALS in near:
                    name = self._search(bared(near, mail=False, tags=False))
        return None if name is None else (name, -1)

    def _build(self) -> None:
        """The automata, made at the first look: a replay needs none."""
        table: dict[bytes, list[tuple[int, Row]]] = {}
        found = list(dict.fromkeys(row for rule in self._rules for row in rows(rule)))
        for row in found:
            at = rarest(row.text[: 2 * ANCHOR].lower())
            table.setdefault(row.text[at : at + ANCHOR].translate(_SMALL), []).append((at, row))
        self._table = list(table.values())
        self._reach = max((growth(len(row.text)) for row in found), default=0)
        pieces = _anchors(row.source for row in found)
        self._fold = _folding([*table, *pieces])
        self._pieces = _automaton([piece.translate(self._fold) for piece in pieces])
        self._met = _automaton([anchor.translate(self._fold) for anchor in table])

    def _search(self, data: bytes) -> str | None:
        assert self._met is not None
        hits = self._met(data.translate(self._fold, _SIGNS), overlapping=True)
        if not hits:
            return None
        letters = data.translate(None, _SIGNS)
        small = letters.translate(_SMALL)
        for number, start, _ in hits:
            for at, row in self._table[number]:
                if start >= at and (small if row.any_case else letters).startswith(row.text, start - at):
                    return row.name
        return None

    def _near(self, data: bytes) -> bytes:
        """What stands around pieces of values."""
        assert self._pieces is not None
        spans: list[tuple[int, int]] = []
        for _, start, end in self._pieces(data.translate(self._fold), overlapping=True):
            if spans and start - self._reach <= spans[-1][1]:
                spans[-1] = (spans[-1][0], end + self._reach)
            else:
                spans.append((max(0, start - self._reach), end + self._reach))
        return GAP.join([data[start:end] for start, end in spans])


def _holds_text(data: bytes) -> bool:
    """Not noise, of which decoded base64 is three quarters and more. UTF-16 counts. Of something short a
    shorter stretch says as much, or that three quarters of it are text (of noise two fifths are)."""
    if data.isascii() or is_text(data):
        return True
    kinds, size = data.translate(_KINDS), len(data)
    if size >= BRIEF:
        return kinds.find(_STRETCH) >= 0
    return kinds.find(_STRETCH[: 9 if size < BRIEF // 8 else 12]) >= 0 or kinds.count(b"t") * 4 >= size * 3


def _may_be_escaped(data: bytes) -> bool:
    """Whether a backslash, `%`, `=`, `&`, `<` or ESC stands there. A loop takes as long as a scan."""
    return 92 in data or 37 in data or 61 in data or 38 in data or 60 in data or 27 in data


def _folding(anchors: list[bytes]) -> bytes:
    """What the automata see of each byte."""
    fold, _ = folding([anchor.translate(_ALIKE) for anchor in anchors])
    alike = _ALIKE[:65] + _ALIKE[97:123] + _ALIKE[91:]
    return alike.translate(fold)


def _automaton(anchors: Iterable[bytes]) -> Find:
    library, words = import_module("ahocorasick_rs"), list(anchors)
    kind = library.Implementation.DFA if len(words) <= FEW else library.Implementation.ContiguousNFA
    made = library.BytesAhoCorasick(words, library.MatchKind.Standard, kind)
    find: Find = made.find_matches_as_indexes
    return find


def rows(rule: SecretRule) -> Iterator[Row]:
    """What a value is told by; none of it stands in a body by chance."""
    name = rule.name or "secret"
    if rule.value in rule.placeholder:
        return
    pieces = otherwise.fragments(rule.value, whole=rule.whole)
    for value in dict.fromkeys((rule.value, *otherwise.texts(rule.value, whole=rule.whole), *pieces)):
        raw = value.encode("utf-8", "surrogatepass")
        plain = raw.translate(None, _SIGNS)
        if _tells(plain) and (_is_made(value) or len(plain) > LONG):
            yield Row(name, plain.lower(), raw, any_case=True)
            yield Row(name, plain[::-1].lower(), any_case=True)
        # What stands near pieces of a value is bared, and with it escapes of the value's own (`%2B`, `s%3A`).
        own = bared(raw).translate(None, _SIGNS)
        if own != plain and _tells(own):
            yield Row(name, own.lower(), raw, any_case=True)
        yield from _coded(name, raw)
    for raw in otherwise.octets(rule.value, whole=rule.whole):
        yield from _coded(name, raw)


def _coded(name: str, raw: bytes) -> Iterator[Row]:
    """Rows of these bytes in hex, base64, base32 and decimal numbers that tell enough."""
    return (row for row in _every_code(name, raw) if _tells(row.text, len(set(raw))))


def _every_code(name: str, raw: bytes) -> Iterator[Row]:
    """Of base64 (three alignments) and base32 (five) the letters that no neighbour's bits are in."""
    for before in (b"", b"0x"):
        yield Row(name, b"".join([before + b"%02x" % byte for byte in raw]), any_case=True)
    for offset in range(3):
        core = b64encode(bytes(offset) + raw)[-(-8 * offset // 6) : 8 * (offset + len(raw)) // 6]
        yield Row(name, core.translate(None, _SIGNS), core)
    for encode in (b32encode, b32hexencode):
        for offset in range(5):
            core = encode(bytes(offset) + raw)[-(-8 * offset // 5) : 8 * (offset + len(raw)) // 5]
            yield Row(name, core.lower(), any_case=True)
    yield Row(name, b"".join([b"0x%x" % byte for byte in raw]), any_case=True)  # Go's []byte{0x0, 0x71}
    yield Row(name, "".join(map(str, raw)).encode())  # a Buffer of Node in JSON: [113, 55, ..]
    signed = [abs(byte - 256) if byte > 127 else byte for byte in raw]
    yield Row(name, "".join(map(str, signed)).encode())  # Java's bytes: [113, -61, ..]


def _anchors(sources: Iterable[bytes]) -> dict[bytes, None]:
    """What tells where escapes may stand between letters: three pieces of each source, and all stretches of
    the shortest ones, as many as are fast."""
    found: dict[bytes, None] = {}
    for source in sorted(dict.fromkeys(sources), key=len):
        runs = _RUNS.findall(source)
        long = [run for run in runs if len(run) >= PIECE]
        pieces = _pieces(long, PIECE) if long else _pieces(runs, LEAST)
        stretches = (_stretches(long) if long else _fours(runs)) if len(found) <= FEW else ()
        found.update(dict.fromkeys(piece.lower() for piece in (*pieces, *stretches)))
    return found


def _pieces(runs: list[bytes], size: int) -> list[bytes]:
    """Three, from the beginning, the middle and the end. A line break cuts one of them."""
    found = [run[at : at + size] for run in runs for at in range(0, len(run) - size + 1, size)]
    return [] if not found else [found[0], found[len(found) // 2], found[-1]]


def _stretches(runs: list[bytes]) -> Iterator[bytes]:
    """One of them stands wherever `PIECE` letters do. Not of words, which texts are full of."""
    for run in runs:
        if not is_phrase(run.decode()):
            yield from (run[at : at + STRETCH] for at in range(0, len(run) - STRETCH + 1, STEP))


def _fours(runs: list[bytes]) -> Iterator[bytes]:
    """All stretches of the shortest size."""
    return (run[at : at + LEAST] for run in runs for at in range(len(run) - LEAST + 1))


def _is_made(value: str) -> bool:
    """Not words alone: `correct-horse-battery` stands in a title, too."""
    return any(map(str.isdigit, value)) or not is_phrase(_NOT_LETTERS.sub(" ", value).strip())


def _tells(text: bytes, kinds_beneath: int = 0) -> bool:
    """`kinds_beneath`: different bytes of what it writes down; in decimal numbers few digits tell many."""
    if max(len(set(text)), kinds_beneath) < KINDS:
        return False
    kinds = 10 if text.isdigit() else 16 if not text.strip(b"0123456789abcdef") else 36
    return len(text) * log2(kinds if text == text.lower() or text == text.upper() else 62) >= BITS
