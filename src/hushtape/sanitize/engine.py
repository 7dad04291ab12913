"""Engines: where do the anchors stand in this buffer?

Lives here: the one automaton behind a plan, with ahocorasick_rs (default) or hyperscan (extra `fast`),
and the choice between them. Must not: know what an anchor is for, or verify a hit.
Called by: plan. Both engines ignore the case of ASCII letters and report every hit, overlapping ones
too, ordered by start; a test compares their output. Their libraries are imported on first use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

from msgspec import defstruct

from hushtape.errors import MissingDependencyError, OptionError

Hit = tuple[int, int, int]
"""Index of the anchor, start, end."""


ENOUGH = 1024 * 1024
"""Bytes, see `GrowingEngine`."""


HEAD = 12
"""Bytes of an anchor that ahocorasick's automaton holds."""

COLUMNS = 64
"""Of its table. 65 bytes that are told apart take 128, so up to `FEW` of them share one."""

FEW = 8

LONGEST = 2048
"""Bytes of an anchor that hyperscan is given: its patterns have 16,000 characters at most, and a byte takes
four. A passphrase in another script has no shorter anchor."""


FASTEST = "fast"
"""What "auto" is where hyperscan is installed. The tests set "growing": they compile thousands of rulesets,
each for bodies of some bytes."""


class Engine(Protocol):
    """One automaton over a list of anchors."""

    longest: int

    def __init__(self, anchors: Sequence[bytes]) -> None: ...

    def find(self, data: bytes) -> list[Hit]:
        """All hits, ordered by start, then by anchor."""


def by_start(hit: Hit) -> tuple[int, int]:
    """The order of hits."""
    return hit[1], hit[0]


class AhoEngine:
    """ahocorasick_rs: Standard matching, since an anchor may stand inside another one.

    The DFA is named explicitly: the library's own choice is 2-3 times slower. It is a table, with a row for
    each beginning of an anchor and a column for each byte, and is kept small: the haystack is folded first,
    byte by byte (it knows no case), and only the first `HEAD` bytes of an anchor are in it. What is longer or
    holds a byte that shares its column is compared where it is met. (A plan of 979 anchors: 2.4 MB with all
    of each and 65 columns, which are rounded up to 128; 0.9 MB so.)
    """

    __slots__ = ("_alone", "_find", "_fold", "_heads", "longest")

    def __init__(self, anchors: Sequence[bytes]) -> None:
        library = import_module("ahocorasick_rs")
        self.longest = max(map(len, anchors), default=0)
        self._fold, shared = folding([anchor[:HEAD] for anchor in anchors], COLUMNS)
        alike: dict[bytes, list[int]] = {}
        for number, anchor in enumerate(anchors):
            alike.setdefault(anchor[:HEAD].translate(self._fold), []).append(number)
        self._alone: list[int] = []
        """By head: the anchor that is all of it, where no other begins so; else -1."""
        self._heads: dict[int, _Head] = {}
        for numbers in alike.values():
            whole = [one for one in numbers if len(anchors[one]) <= HEAD and shared.isdisjoint(anchors[one])]
            alone = len(numbers) == 1 and numbers == whole
            if not alone:
                self._heads[len(self._alone)] = _Head.of(numbers, whole, anchors)
            self._alone.append(numbers[0] if alone else -1)
        kind = library.Implementation.DFA
        automaton = library.BytesAhoCorasick(list(alike), library.MatchKind.Standard, kind)
        self._find = automaton.find_matches_as_indexes

    def find(self, data: bytes) -> list[Hit]:
        hits: list[Hit] = []
        alone = self._alone
        for number, start, end in self._find(data.translate(self._fold), overlapping=True):
            if (anchor := alone[number]) >= 0:
                hits.append((anchor, start, end))
            else:
                hits += self._heads[number].hits(data, start, end)
        if len(hits) > 1:
            hits.sort(key=by_start)
        return hits


class _Head(NamedTuple):
    """Anchors that begin alike: those that are no longer, those of them that hold bytes which share a column,
    and longer ones by the byte that follows."""

    whole: tuple[int, ...]
    alike: tuple[tuple[int, bytes], ...]
    longer: dict[int, tuple[tuple[int, bytes], ...]]

    @classmethod
    def of(cls, numbers: Sequence[int], whole: Sequence[int], anchors: Sequence[bytes]) -> _Head:
        """The head of these anchors; `whole`: those of them that it tells for sure."""
        alike: list[tuple[int, bytes]] = []
        longer: dict[int, tuple[tuple[int, bytes], ...]] = {}
        for number in numbers:
            anchor = anchors[number]
            if len(anchor) > HEAD:
                for byte in {anchor[HEAD], *anchor[HEAD : HEAD + 1].upper()}:
                    longer[byte] = (*longer.get(byte, ()), (number, anchor))
            elif number not in whole:
                alike.append((number, anchor))
        return cls(tuple(whole), tuple(alike), longer)

    def hits(self, data: bytes, start: int, end: int) -> Iterator[Hit]:
        for number in self.whole:
            yield number, start, end
        longer = self.longer.get(data[end], ()) if end < len(data) else ()
        for number, anchor in (*self.alike, *longer):
            end = start + len(anchor)
            if data[start:end].lower() == anchor:
                yield number, start, end


def folding(anchors: Sequence[bytes], columns: int = 256) -> tuple[bytes, frozenset[int]]:
    """(A table for `bytes.translate`, bytes that share a number): letters of either case and every other byte
    that the anchors hold, get numbers from 0 on; all other bytes share one. Of a few bytes more than there
    are columns for, the rarest share one, too."""
    counts = Counter(b"".join(anchors))
    used = sorted(counts, key=lambda byte: (-counts[byte], byte))
    most = columns - 2 if columns <= len(used) < columns + FEW else len(used)
    table = bytearray([min(len(used), most + 1) % 256]) * 256  # 256 of them leave no other bytes
    for number, byte in enumerate(used):
        table[byte] = min(number, most)
    for upper in range(65, 91):
        table[upper] = table[upper + 32]
    return bytes(table), frozenset(used[most:])


class HyperscanEngine:
    """hyperscan. A scratch serves one scan at a time: threads, and calls made from a destructor in the
    middle of a scan, each take their own from a pool.

    Vectored mode, with one buffer: in block mode a few hundred literals make the library build a second
    automaton for buffers of up to 70 bytes, which takes 35 MB and five times as long to compile (measured:
    815 anchors, 26 ms and 1.8 MB against 130 ms and 36 MB; scans are as fast).
    """

    __slots__ = ("_database", "_lengths", "_long", "_pool", "_scratch", "longest")

    def __init__(self, anchors: Sequence[bytes]) -> None:
        library = import_module("hyperscan")
        self.longest = max(map(len, anchors), default=0)
        self._long = {number: anchor for number, anchor in enumerate(anchors) if len(anchor) > LONGEST}
        anchors = [anchor[:LONGEST] for anchor in anchors]
        self._lengths = tuple(map(len, anchors))
        self._database = library.Database(mode=library.HS_MODE_VECTORED)
        # Not literal=True: python-hyperscan measures literals with strlen, so a NUL would cut one.
        self._database.compile(
            expressions=[b"\\x" + anchor.hex(" ").replace(" ", "\\x").encode() for anchor in anchors],
            ids=list(range(len(anchors))),
            elements=len(anchors),
            flags=[library.HS_FLAG_CASELESS] * len(anchors),
        )
        self._scratch = library.Scratch(self._database)
        self._pool: list[_Scan] = []

    def find(self, data: bytes) -> list[Hit]:
        try:
            scan = self._pool.pop()
        except IndexError:
            scan = _Scan(self._scratch.clone())
        told, lengths = scan.told, self._lengths
        self._database.scan([data], match_event_handler=scan.handler, scratch=scan.scratch)
        hits = [(one.anchor, one.end - lengths[one.anchor], one.end) for one in told]
        told.clear()
        self._pool.append(scan)
        if self._long:
            hits = [hit for one in hits if (hit := self._whole(data, *one))]
        if len(hits) > 1:
            hits.sort(key=by_start)
        return hits

    def _whole(self, data: bytes, number: int, start: int, end: int) -> Hit | None:
        """The hit, if the rest of a long anchor stands there, too."""
        anchor = self._long.get(number)
        if anchor is None:
            return number, start, end
        end = start + len(anchor)
        return (number, start, end) if data[start:end].lower() == anchor else None


class _Scan:
    """What one scan of hyperscan needs for itself.

    Its handler runs no bytecode: a signal's exception (Ctrl-C, a time limit) that is raised inside a handler
    is lost, and the scan ends with `ScanTerminated`. So it is a type that is written in C all through: made
    of the handler's arguments, it puts itself into `told`, and is false, which means: go on.
    """

    __slots__ = ("handler", "scratch", "told")

    def __init__(self, scratch: Any) -> None:
        self.scratch = scratch
        self.told: list[Any] = []
        self.handler = defstruct(
            "Told",
            ("anchor", "start", "end", "flags", "context"),
            namespace={"__post_init__": self.told.append, "__bool__": staticmethod(bool)},
            gc=False,
        )


class GrowingEngine:
    """Where the extra `fast` is, for learned values, and for named ones by themselves: ahocorasick_rs until
    `ENOUGH` bytes were scanned, then hyperscan. Small automata are made and joined all the time while a tape
    learns; only those that stay are worth hyperscan's compiler. Both report the same hits, so the change
    shows in no output.
    """

    __slots__ = ("_anchors", "_find", "_left", "longest")

    def __init__(self, anchors: Sequence[bytes]) -> None:
        first = AhoEngine(anchors)
        self.longest = first.longest
        self._anchors: Sequence[bytes] = tuple(anchors)
        self._find: Callable[[bytes], list[Hit]] = first.find
        self._left = ENOUGH

    def find(self, data: bytes) -> list[Hit]:
        if self._left > 0:
            # Unlocked: threads that meet here lose a few counts, or compile twice, and nothing else; a lock
            # that is held while the process forks would stop the child for ever.
            self._left -= len(data)
            if self._left <= 0:
                self._find = fast(self._anchors).find
        return self._find(data)


def fast(anchors: Sequence[bytes]) -> Engine:
    """hyperscan; ahocorasick_rs where what is installed of hyperscan does not work."""
    try:
        return HyperscanEngine(anchors)
    except Exception:  # noqa: BLE001 - a wheel for another processor, say: the other engine finds the same
        return AhoEngine(anchors)


class NoEngine:
    """A plan without anchors."""

    longest = 0

    def find(self, data: bytes) -> list[Hit]:
        return []


def choose(name: str) -> str:
    """The engine's real name for "auto", "ahocorasick" or "hyperscan". "auto" is hyperscan where it is
    installed and works ("fast"), else ahocorasick. A thousand anchors take hyperscan 10 to 26 ms to compile,
    where ahocorasick's automaton takes 17; its library takes 20 ms and 6 MB, once (all measured).

    Raises:
        OptionError: there is no such engine. MissingDependencyError: its library is not installed.
    """
    if name == "auto":
        return FASTEST if find_spec("hyperscan") is not None else "ahocorasick"
    if name in ("fast", "growing"):
        return name
    if name not in ("ahocorasick", "hyperscan"):
        raise OptionError(
            f"use the scan engine {name!r}",
            "there is no engine of that name",
            "Use 'auto', 'ahocorasick' or 'hyperscan'.",
            option="engine",
            value=name,
        )
    if name == "hyperscan" and find_spec("hyperscan") is None:
        raise MissingDependencyError(
            "use the scan engine 'hyperscan'",
            "it is not installed",
            "Install it with: pip install 'hushtape[fast]'.",
            extra="fast",
        )
    return name


def for_little(name: str) -> str:
    """The engine for what may be asked of little text: a private key takes hyperscan 0.7 s to compile."""
    return "growing" if name == "fast" else name


def build(anchors: Sequence[bytes], name: str) -> Engine:
    """One automaton over these anchors (lower case, none empty, none twice)."""
    if not anchors:
        return NoEngine()
    kinds: dict[str, Callable[[Sequence[bytes]], Engine]] = {
        "hyperscan": HyperscanEngine,
        "fast": fast,
        "growing": GrowingEngine,
    }
    return kinds.get(name, AhoEngine)(anchors)
