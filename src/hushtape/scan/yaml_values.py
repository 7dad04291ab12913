"""Values of YAML under credentials' names, by the marks of a parser: whatever style they are written in.

Lives here: the walk over PyYAML's events, from a name to its value or list of values; candidates that the
text reader found, brought to the ends of their scalars. Must not: construct anything (events hold text),
decide what counts. Called by: scanner, for YAML only. Where PyYAML is missing, or can't read all of the text,
what the text reader found stays as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.foreign.yaml_events import Events
from hushtape.errors import CassetteError, MissingDependencyError
from hushtape.sanitize.credential_fields import LABEL, PASSWORD
from hushtape.sanitize.credential_names import names_credential
from hushtape.sanitize.fields import is_password
from hushtape.scan import headers
from hushtape.scan.finding import FILLER, HEAD, Candidate
from hushtape.scan.judge import HEADERS, KNOWN, is_named, may_count
from hushtape.scan.keyed import FIELDS, header
from hushtape.scan.source import Text
from hushtape.scan.yaml_marks import Marked, TooLong

_TAGS = "tag:yaml.org,2002:"
_BINARY_FILLER = b"UkVEQUNURUQh"  # "REDACTED!"
_NO_TEXT = re.compile(r"|~|[nN]ull|NULL|true|false|True|False|TRUE|FALSE|-?[0-9.]+")
"""What stands for nothing, a truth or a number, without quotes."""
_NO_TAGS = frozenset(f"{_TAGS}{kind}" for kind in ("null", "bool", "int", "float", "timestamp"))
_MARKS = re.compile(rb"(?:[!&]\S*(?:\s+(?:#[^\n]*\n\s*)*|\Z))*")
"""Tags and anchors: the marks of a scalar take them in, and the remarks behind them."""
_BLOCK = re.compile(rb"[|>][^\n]*\n(?:\s|\xc2\x85|\xe2\x80[\xa8\xa9])*+")
"""A block's sign and what is blank behind it: the parser takes NEL, LS and PS for line ends (YAML 1.1)."""
_BREAKS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
_ANYWHERE = (KNOWN, "PEM", "shape ", "JWT", "userinfo")
"""Rules whose values are known by themselves: they may go over several scalars, or be a part of one."""


class _Level:
    """A mapping or list that is open. `name`: what the values now stand under; `above`: the credential's name
    that all of it stands under, as the text reader found; `key`: a name comes next; `inside`: it stands among
    header fields."""

    __slots__ = ("above", "inside", "key", "list", "mapping", "name")

    def __init__(self, name: str, event: Any = None, *, mapping: bool = False) -> None:
        self.name, self.mapping, self.key = "" if mapping else name, mapping, mapping
        self.list = bool(event and event.flow_style) and not mapping
        self.above, self.inside = "", False

    def named(self, event: Any) -> str:
        """The name that this value counts under; "": it is no text."""
        name = self.name if _rule(self.name) else self.above or self.name
        return name if self.above or self.list or _is_text(event) else ""


class Scalar:
    """One value: bytes `start` to `end` of the file say it, quotes and a block's sign left out."""

    __slots__ = ("binary", "end", "head", "quoted", "raw", "start", "text")

    def __init__(self, event: Any, marked: Marked) -> None:
        first = event.start_mark.index
        self.start = marked.drop(first)
        raw = marked.text(event.end_mark.index - first)
        marks = _MARKS.match(raw)
        self.start, raw = self.start + (marks.end() if marks else 0), raw[marks.end() if marks else 0 :]
        self.quoted = event.style in ("'", '"')
        lead, tail = (1, 1) if self.quoted else (0, 0)
        if event.style in ("|", ">"):
            sign = _BLOCK.match(raw)
            lead, tail = sign.end() if sign else len(raw), len(raw) - len(_stripped(raw))
        self.raw = raw[lead : len(raw) - tail]
        self.start += lead
        self.end = self.start + len(self.raw)
        self.text = event.value
        self.head = event.value[:HEAD].encode("utf-8", "surrogatepass")
        self.binary = event.tag == f"{_TAGS}binary"


def _stripped(block: bytes) -> bytes:
    """Without the line ends behind it, of any kind."""
    while (shorter := block.rstrip()) and shorter.endswith(_BREAKS):
        block = shorter[: -2 if shorter.endswith(_BREAKS[0]) else -3]
    return shorter


def adjusted(text: Text, found: list[Candidate]) -> list[Candidate]:
    """The candidates, those that begin in a scalar ended with it, and the values under credentials' names."""
    kept, more = _Kept(found), list[Candidate]()
    try:
        for name, inside, scalar in _values(text, kept):
            kept.end(scalar, name)
            more += _named(name, scalar, inside=inside)
        kept.drop_dashes()
        kept.drop_wide([one for one in more if may_count(one)])
    except (CassetteError, MissingDependencyError, TooLong):
        return [*more, *found]
    return [*more, *kept.found]  # the first of equals gives its text: the one that knows the scalar


class _Kept:
    """What the text reader found, by where it begins."""

    def __init__(self, found: list[Candidate]) -> None:
        self._starts = sorted((one.start, number) for number, one in enumerate(found))
        self._found: dict[int, Candidate] = dict(enumerate(found))
        self._met: set[int] = set()
        """Those that begin in a scalar, or at its quote."""

    @property
    def found(self) -> Iterator[Candidate]:
        return iter(self._found.values())

    def end(self, scalar: Scalar, name: str) -> None:
        """Bring those that begin in the scalar, or at its quote, to its end."""
        for number, one in self._between(scalar.start - scalar.quoted, scalar.end):
            self._found[number] = _ended(one, scalar, name)
            self._met.add(number)

    def name(self, scalar: Scalar) -> None:
        """A name is no value of the name before it; what stands in it ends with it."""
        for number, one in self._between(scalar.start - scalar.quoted, scalar.end):
            if one.start <= scalar.start and _is_placed(one):
                del self._found[number]
            elif not one.how and one.end > scalar.end and not one.rule.startswith(_ANYWHERE):
                self._found[number] = one._replace(end=scalar.end, size=-1)

    def drop_dashes(self) -> None:
        """Nor is a list's dash: the list is another name's, and the parser has told its items."""
        for number, one in list(self._found.items()):
            if _is_placed(one) and (one.head or b"").startswith(b"- ") and number not in self._met:
                del self._found[number]

    def drop(self, start: int) -> bool:
        """Forget a credential's value that begins at this bracket; whether there was one."""
        named = [number for number, one in self._between(start, start + 1) if is_named(one)]
        for number in named:
            del self._found[number]
        return bool(named)

    def drop_wide(self, values: list[Candidate]) -> None:
        """Several lines that hold "a field of that name", where only the parser found that field: a fix
        looks again, and what is left then is told."""
        known = {(one.start, one.end) for one in self._found.values()}
        spans = sorted((one.start, one.end, one.rule) for one in values if (one.start, one.end) not in known)
        for number, one in list(self._found.items()):
            if one.text is None and (one.rule.startswith("field ") or one.rule in (LABEL, PASSWORD)):
                first, last = bisect_left(spans, (one.start, 0, "")), bisect_left(spans, (one.end, 0, ""))
                if any(rule == one.rule and end <= one.end for _, end, rule in spans[first:last]):
                    del self._found[number]

    def _between(self, start: int, end: int) -> Iterator[tuple[int, Candidate]]:
        at = bisect_left(self._starts, (start, -1))
        while at < len(self._starts) and self._starts[at][0] < end:
            number = self._starts[at][1]
            if number in self._found:
                yield number, self._found[number]
            at += 1


def _is_placed(one: Candidate) -> bool:
    """Whether only the name before it says what it is."""
    return is_named(one) or one.rule.startswith(("header ", "entropy "))


def _ended(one: Candidate, scalar: Scalar, name: str) -> Candidate:
    if one.how or one.rule.startswith(_ANYWHERE):
        return one
    named = is_named(one)
    if one.start < scalar.start:  # at its quote: a list that goes as a whole, or what was taken for one
        if not named or not _rule(name):
            return one
        return one._replace(start=scalar.start, end=scalar.end, text=FILLER, size=-1, head=scalar.head)
    whole = named and scalar.quoted and one.start == scalar.start and one.end < scalar.end
    if not whole and one.end <= scalar.end:
        return one
    return one._replace(end=scalar.end, size=-1, head=scalar.head if whole else one.head)


def _named(name: str, scalar: Scalar, *, inside: bool) -> Iterator[Candidate]:
    """What a value under this name may be: a header field's parts, a field as a whole."""
    plain = _plain(name)
    if inside and headers.is_header(plain):
        for one in header(scalar.raw, 0, len(scalar.raw), plain, ""):
            yield one._replace(
                start=one.start + scalar.start, end=one.end + scalar.start, head=scalar.raw[:HEAD]
            )
    rule = _rule(name)
    if rule and scalar.raw:
        said = scalar.text.encode("utf-8", "surrogatepass")
        filler = _BINARY_FILLER if scalar.binary else FILLER
        yield Candidate(scalar.start, scalar.end, rule, filler, name, head=said[:HEAD], size=len(said))


def _plain(name: str) -> str:
    return name.lstrip("#$.-")


@lru_cache(maxsize=1024)
def _rule(name: str) -> str:
    """The rule that a value of this name falls under; "": none."""
    name = _plain(name)
    lower = name.lower()
    if lower in FIELDS:
        return f"field {lower}"
    if not names_credential(name):
        return ""
    return PASSWORD if is_password(lower) and "secret" not in lower else LABEL


# --- the walk ---------------------------------------------------------------------------------------


def _values(text: Text, kept: _Kept) -> Iterator[tuple[str, bool, Scalar]]:
    """(name, whether it stands among header fields, value) of each scalar that is no name.

    Raises CassetteError, MissingDependencyError, TooLong.
    """
    marked = Marked(text.chunks())
    levels = [_Level("")]
    events = Events(marked, Pinned(text.path))
    kinds = events.kinds
    for event in events:
        marked.passed = event.start_mark.index
        top = levels[-1]
        if isinstance(event, kinds.CollectionStartEvent):
            below = _below(top, event, mapping=isinstance(event, kinds.MappingStartEvent))
            if event.flow_style and _rule(top.name) and kept.drop(_bracket(event, marked)):
                below.above = top.name
            levels.append(below)
            continue
        if isinstance(event, kinds.CollectionEndEvent):
            levels.pop()
        elif isinstance(event, kinds.ScalarEvent) and top.key:
            top.name, top.key = event.value, False
            kept.name(Scalar(event, marked))
            continue
        elif isinstance(event, kinds.ScalarEvent):
            yield top.named(event), top.inside, Scalar(event, marked)
        elif not isinstance(event, kinds.AliasEvent):
            continue
        _passed(levels[-1])


def _bracket(event: Any, marked: Marked) -> int:
    """The byte of a collection's bracket, behind its tag."""
    start = marked.drop(event.start_mark.index)
    return start + len(marked.text(event.end_mark.index - event.start_mark.index)) - 1


def _below(top: _Level, event: Any, *, mapping: bool) -> _Level:
    name = "" if top.key else top.name
    below = _Level(name, event, mapping=mapping)
    below.above = top.above
    below.inside = top.inside or HEADERS.fullmatch(name) is not None
    return below


def _passed(top: _Level) -> None:
    """A node has ended: behind a name comes its value, and then the next name."""
    if top.mapping:
        top.name, top.key = "", not top.key


def _is_text(event: Any) -> bool:
    if event.tag in _NO_TAGS:
        return False
    return bool(event.style or event.tag) or _NO_TEXT.fullmatch(event.value) is None
