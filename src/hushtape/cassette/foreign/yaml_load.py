"""A piece of a YAML cassette as plain values: str, bytes, None, list, dict.

Lives here: construction, from events, of what cassettes hold. Must not: use PyYAML's constructors, look up
a class or a function by a tag. Called by: yaml_reader. Of Python's tags the five that vcrpy 9 reads are
data to us (text, tuples, the content of a BytesIO, the items of an iterator); any other is an error that
names it.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from hushtape.cassette.bodies import Pinned
from hushtape.cassette.foreign.yaml_events import Events
from hushtape.errors import CassetteFormatError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

_YAML = "tag:yaml.org,2002:"
_TEXT = frozenset((None, "!", *(_YAML + name for name in ("str", "python/str", "python/unicode"))))
_SCALARS = frozenset(_YAML + name for name in ("int", "float", "bool", "null", "timestamp"))
_LISTS = frozenset((None, "!", _YAML + "seq", _YAML + "python/tuple"))
_MAPS = frozenset((None, "!", _YAML + "map"))
_BINARY = _YAML + "binary"
_BYTES_IO = _YAML + "python/object/new:_io.BytesIO"
_ITER = _YAML + "python/object/apply:builtins.iter"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_EVENTS_MOST = 1_000_000
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]{1,3})?")
TYPED = frozenset(("hushtape", "_metadata", "metadata", "version"))
"""Keys below which plain scalars are numbers and truth values. Elsewhere they are text: a header field that
reads 0123 stays that."""

Elsewhere = Callable[[str], Any]
"""The value of an anchor that stands in another interaction."""


class Budget:
    """How many events one interaction may take, what its aliases reach included, and what they reached."""

    __slots__ = ("known", "left")

    def __init__(self) -> None:
        self.left = _EVENTS_MOST
        self.known: dict[int, Any] = {}  # by offset; a thousand aliases of one text are one text


class Load:
    """One value from the text of one node."""

    def __init__(
        self,
        text: bytes,
        file: Pinned,
        line: int,
        elsewhere: Elsewhere,
        budget: Budget,
        *,
        typed: bool = False,
    ) -> None:
        self._events = Events(text, file, line)
        self._kinds = self._events.kinds
        self._elsewhere = elsewhere
        self._budget = budget
        self._anchors: dict[str, Any] = {}
        self._typed = typed
        self._left_out: frozenset[str] = frozenset()

    def value(self, left_out: frozenset[str] = frozenset()) -> Any:
        """The value. `left_out`: keys of the outermost mapping whose values are not looked at.

        Raises:
            CassetteFormatError: it is not YAML, or holds a tag that is not data.
        """
        event = self._next()
        while isinstance(event, self._kinds.StreamStartEvent | self._kinds.DocumentStartEvent):
            event = self._next()
        self._left_out = left_out
        return self._node(event, self._typed)

    def _next(self) -> Any:
        self._budget.left -= 1
        event = next(self._events)
        if self._budget.left < 0:
            raise self._events.fault("an interaction has too many parts", event)
        return event

    def _node(self, event: Any, typed: bool) -> Any:
        if isinstance(event, self._kinds.AliasEvent):
            return self._alias(event)
        if isinstance(event, self._kinds.ScalarEvent):
            value = self._scalar(event, typed)
        elif isinstance(event, self._kinds.SequenceStartEvent):
            value = self._list(event, typed)
        elif isinstance(event, self._kinds.MappingStartEvent):
            value = self._map(event, typed)
        else:
            raise self._events.fault("a value is missing", event)
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _alias(self, event: Any) -> Any:
        name = event.anchor
        return self._anchors[name] if name in self._anchors else self._elsewhere(name)

    def _scalar(self, event: Any, typed: bool) -> Any:
        tag, text = event.tag, event.value
        if tag == _BINARY:
            try:
                return b64decode(text.encode("ascii"))
            except (binascii.Error, ValueError):
                raise self._events.fault("a !!binary text is damaged", event) from None
        if tag in _TEXT:
            if tag is None and event.implicit[0]:
                return _typed(text) if typed else None if text in _NULLS else text
            return text
        if tag in _SCALARS:
            return None if tag == _YAML + "null" else _typed(text) if typed else text
        raise self._refused(event)

    def _list(self, event: Any, typed: bool) -> list[Any]:
        if event.tag not in _LISTS:
            raise self._refused(event)
        values = []
        while not isinstance(inner := self._next(), self._kinds.SequenceEndEvent):
            values.append(self._node(inner, typed))
        return values

    def _map(self, event: Any, typed: bool) -> Any:
        tag = event.tag
        if tag not in _MAPS and tag not in (_BYTES_IO, _ITER):
            raise self._refused(event)
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        left_out, self._left_out = self._left_out, frozenset()
        while not isinstance(inner := self._next(), self._kinds.MappingEndEvent):
            key = self._node(inner, False)
            if not isinstance(key, str):
                key = self._odd_key(key, inner)
            value = self._next()
            if key in left_out:
                self._events.skip(value)
            elif key == "<<" and isinstance(inner, self._kinds.ScalarEvent) and inner.implicit[0]:
                self._merge(merged, self._node(value, typed), value)
            else:
                found[key] = self._node(value, typed or key in TYPED)
        if tag == _BYTES_IO:
            return _first(found.get("state"), b"", self._events, event)
        if tag == _ITER:
            return _first(found.get("args"), [], self._events, event)
        return {**merged, **found} if merged else found

    def _odd_key(self, key: Any, event: Any) -> str:
        if key is None:
            return "null"
        if isinstance(key, bytes):
            return key.decode("latin-1")
        raise self._events.fault("a key is not text", event)

    def _merge(self, merged: dict[str, Any], value: Any, event: Any) -> None:
        """`<<: *defaults` (YAML 1.1 merge keys): what stands in the mapping itself goes first."""
        for one in value if isinstance(value, list) else (value,):
            if not isinstance(one, dict):
                raise self._events.fault("what is merged (<<) is not a mapping", event)
            for key, inner in one.items():
                merged.setdefault(key, inner)

    def _refused(self, event: Any) -> CassetteFormatError:
        tag = str(event.tag).replace(_YAML, "!!")
        return self._events.fault(
            f"the tag {tag[:120]!a} names something other than data, and a cassette is never executed", event
        )


def _first(values: Any, default: Any, events: Events, event: Any) -> Any:
    """The one thing that a BytesIO or an iterator was made of."""
    if values is None:
        return default
    if not isinstance(values, list) or any(isinstance(value, dict) for value in values[:1]):
        raise events.fault("a file-like body is not what vcrpy writes", event)
    return values[0] if values and values[0] is not None else default


def _typed(text: str) -> Any:
    if text in _NULLS:
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
