"""Strings and header fields as the JSON text that stands in the file; what recurs is rendered once.

Lives here: escaping, header dictionaries, and small bounded caches. Must not: know interactions, do I/O.
Called by: layout, seal, journal. A program's requests bear much the same fields: a dictionary of six of
them costs 0.4 µs where it stood before, 3 µs where one value is new, 15 µs where all are.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hushtape.cassette.fields import check_name, check_pairs, check_values

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are texts of a cassette

Pairs = tuple[tuple[str, str], ...]

encode = msgspec.json.Encoder().encode
_FIELDS_MOST = 512
_WHOLE_MOST = 64
_LINE_MOST = 320
_TEXT_MOST = 2048
# Each is dropped whole when full. Checked when they came in, so what is found needs no check again.
_names: dict[str, bytes] = {}
_fields: dict[tuple[str, str], bytes] = {}
_whole: dict[Pairs, bytes] = {}


def string(text: str) -> bytes:
    """`text` as a JSON string. Lone surrogates (undecodable file names in messages) become escapes."""
    try:
        return encode(text)
    except UnicodeEncodeError:
        return encode(text.encode("utf-8", "backslashreplace").decode())


def headers(pairs: Pairs) -> tuple[bytes, bytes]:
    """The dictionary of `name -> [values]`, and the order of names where it alone can't tell it.

    Raises:
        FieldError: a field can't be replayed.
    """
    whole = _whole.get(pairs)
    if whole is not None:
        return whole, b""
    if not pairs:
        return b"{}", b""
    if len(dict(pairs)) < len(pairs):
        return _grouped(pairs)
    known = _fields.get
    text = b"{\n%b\n    }" % b",\n".join([known(pair) or _field(pair) for pair in pairs])
    if len(text) <= _TEXT_MOST:
        if len(_whole) >= _WHOLE_MOST:
            _whole.clear()
        _whole[pairs] = text
    return text, b""


def _field(pair: tuple[str, str]) -> bytes:
    name, value = pair
    start = _names.get(name) or _name(name)
    if not value.isprintable():
        check_values(value)
    line = b"%b%b]" % (start, string(value))
    if len(line) <= _LINE_MOST:
        if len(_fields) >= _FIELDS_MOST:
            _fields.clear()
        _fields[pair] = line
    return line


def _name(name: str) -> bytes:
    check_name(name)
    start = b"     %b: [" % string(name)
    if len(name) <= 64:
        if len(_names) >= _FIELDS_MOST:
            _names.clear()
        _names[name] = start
    return start


def _grouped(pairs: Pairs) -> tuple[bytes, bytes]:
    check_pairs(pairs)
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    lines = [b"     %b: [%b]" % (string(name), strings(values)) for name, values in groups.items()]
    rebuilt = [name for name, values in groups.items() for _ in values]
    names = [name for name, _ in pairs]
    order = b"" if rebuilt == names else b"[%b]" % strings(names)
    return b"{\n%b\n    }" % b",\n".join(lines), order


def strings(texts: Sequence[str]) -> bytes:
    """Several strings, comma between."""
    return b", ".join(map(string, texts))


def fields(pairs: Pairs) -> bytes:
    """Header fields as a list of pairs: trailers, and the heads before a response."""
    check_pairs(pairs)
    return b"[%b]" % b", ".join(b"[%b, %b]" % (string(name), string(value)) for name, value in pairs)
