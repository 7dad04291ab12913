"""Header dictionaries of a cassette as model.Headers; what recurs is parsed and checked once.

Lives here: parsing, checks, order, and the bounded memory of one reader. Must not: know interactions or
files. Called by: document. The requests of a cassette bear much the same fields, its responses differ in
a line or two: a dictionary of six fields costs 0.4 µs where it stood before, 6 µs where all is new.
"""

from __future__ import annotations

import msgspec

from hushtape.cassette.fields import check_names, check_values, latin1
from hushtape.model import NO_HEADERS, Headers

_Pairs = list[tuple[str, str]]
_decode = msgspec.json.Decoder(dict[str, list[str] | str]).decode
_WHOLE_MOST = 64
_LINES_MOST = 512
_TEXT_MOST = 2048
_LINE_MOST = 320
# The canonical layout (jsontext.py). Strings hold no raw line break, so a separator stands between fields.
_OPEN, _BETWEEN, _CLOSE = b"{\n     ", b",\n     ", b"\n    }"


class HeaderTexts:
    """What one reader has parsed. Both dictionaries are dropped whole when full; threads may share them."""

    __slots__ = ("_lines", "_whole")

    def __init__(self) -> None:
        self._whole: dict[bytes, Headers] = {}
        self._lines: dict[bytes, _Pairs] = {}

    def headers(self, raw: msgspec.Raw, order: list[str] | None) -> Headers:
        """The fields of a JSON object `name -> [values]` (or null, or nothing), in `order` if it is given.

        Raises:
            FieldError: one of them can't be replayed.
            msgspec.MsgspecError: it is no such object.
        """
        text = bytes(raw)
        found = self._whole.get(text)
        if found is None:
            found = Headers(self._parse(text)) if text not in (b"", b"null", b"{}") else NO_HEADERS
            if len(text) <= _TEXT_MOST:
                if len(self._whole) >= _WHOLE_MOST:
                    self._whole.clear()
                self._whole[text] = found
        return found if order is None else Headers(_ordered(list(found.pairs), order))

    def _parse(self, text: bytes) -> _Pairs:
        if text.startswith(_OPEN) and text.endswith(_CLOSE):
            known, pairs = self._lines.get, []
            try:
                for line in text[len(_OPEN) : -len(_CLOSE)].split(_BETWEEN):
                    pairs += known(line) or self._line(line)
                return pairs
            except msgspec.MsgspecError:
                pass  # laid out by hand; the whole of it says what it is
        return _checked(text)

    def _line(self, line: bytes) -> _Pairs:
        pairs = _checked(b"{%b}" % line)
        if len(line) <= _LINE_MOST:
            if len(self._lines) >= _LINES_MOST:
                self._lines.clear()
            self._lines[line] = pairs
        return pairs


def _checked(text: bytes) -> _Pairs:
    fields = _decode(text)
    check_names(fields)
    pairs = [
        (name, value)
        for name, values in fields.items()
        # Text, where other tools leave the list out: of one letter it would unpack like a list.
        for value in ((values,) if type(values) is str else values)
    ]
    joined = " ".join([value for _, value in pairs])
    if not (joined.isprintable() and joined.isascii()):
        check_values(joined)
        pairs = [(name, latin1(value)) for name, value in pairs]
    return pairs


def _ordered(pairs: _Pairs, order: list[str]) -> _Pairs:
    """The pairs as `order` names them; left as they are where a hand has edited one but not the other."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if sorted(order) != sorted(name for name, _ in pairs):
        return pairs
    queues = {name: iter(found) for name, found in values.items()}
    return [(name, next(queues[name])) for name in order]
