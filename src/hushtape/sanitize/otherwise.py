"""What else a secret's text is: other cases, line ends, normal forms, a key without its PEM.

Lives here: the further texts that a named value is looked for as. Must not: know escapes or anchors, look
into data. Called by: exact, encoded, spelled.
Programs do these things to a value before they send it or tell it: a host goes in lower case, a file is read
with other line ends, a server reads a head's UTF-8 as latin-1, a private key loses its first and last line.
"""

from __future__ import annotations

import unicodedata
from base64 import b64decode
from binascii import Error

from hushtape.sanitize.expressions import lazily

LONG = 256
"""Characters from which a text's stretches of key characters are secrets by themselves."""

_FOLDED = 8
_LINE = 64
_SHORTEST = 40
_NAME = lazily(r"[A-Za-z0-9._-]{1,253}")
_HEX = lazily(r"[0-9A-Fa-f-]+")
# The `n` of `\n` is none of the key.
_KEY = lazily(r"(?<!\\)[A-Za-z0-9+/_-]{40,}")
_BREAK = lazily(r"\\r\\n|\\n|\r\n?")
_PEM = lazily(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END ")


def texts(value: str) -> list[str]:
    """The further texts of a value, all of which are replaced like itself."""
    found = [*_cases(value), *_lines(value), *_characters(value), *map(_as_text, octets(value))]
    return [one for one in dict.fromkeys(found) if one != value]


def octets(value: str) -> list[bytes]:
    """What a value is beneath its text: the bytes that it was given as, the key in a PEM file (RFC 7468).
    They are sent in base64 and hex."""
    found = []
    if not value.isascii() and max(value) <= "\xff":
        found.append(value.encode("latin-1"))
    pem = _PEM.search(_BREAK.sub("\n", value))
    if pem is not None:
        try:
            found.append(b64decode("".join(pem[1].split())))
        except Error:
            pass  # no key
    return found


def fragments(value: str) -> list[str]:
    """Pieces of a key that are secret by themselves: a PEM's lines stand in a list, or joined by something
    else. Only runs of what keys are made of: long values may be JSON, with URLs and names."""
    least = _SHORTEST if len(value) > LONG or _PEM.search(_BREAK.sub("\n", value)) else 2 * _SHORTEST
    runs = [run for run in _KEY.findall(value) if len(run) >= least]
    found = [run[at : at + _LINE] for run in runs for at in range(0, len(run) - _SHORTEST + 1, _LINE)]
    return list(dict.fromkeys(found))  # of a value that repeats itself they are all the same


def _cases(value: str) -> list[str]:
    """How else a secret of letters and digits is written: clients put hosts and HTTP/2's field names in lower
    case (RFC 3986 6.2.2.1, RFC 9113 8.2), and hex digits mean the same in both. Not words: they stand
    everywhere. The automaton folds case, so this costs a verifier."""
    if len(value) < _FOLDED or _NAME.fullmatch(value) is None or not any(map(str.isdigit, value)):
        return []
    return [value.lower(), value.upper()] if _HEX.fullmatch(value) else [value.lower()]


def _lines(value: str) -> list[str]:
    """With line feeds as its line ends (found as CR LF, too, see `escapes.ways`), with spaces, which XML and
    the environment make of them, and with none. `\\n` as two characters is what a variable holds."""
    text = _BREAK.sub("\n", value)
    return [text, text.replace("\n", " "), text.replace("\n", "")] if "\n" in text else []


def _characters(value: str) -> list[str]:
    """In the other normal forms of Unicode, as a host (RFC 3490 4.1), and read as latin-1, as servers read
    heads (RFC 9112 5.5), or as windows-1252."""
    if value.isascii():
        return []
    found = [unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)]
    try:
        found.append(value.encode("idna").decode("ascii"))
    except UnicodeError:
        pass  # no name of a host
    coded = [one.encode("utf-8", "surrogatepass") for one in (value, *found)]
    return [*found, *map(_as_text, coded), *map(_as_windows, coded)]


def _as_windows(data: bytes) -> str:
    """What Windows, browsers and spreadsheets make of it (WHATWG Encoding 9: the five octets that
    windows-1252 lacks are controls)."""
    return "".join(bytes((octet,)).decode("cp1252", "ignore") or chr(octet) for octet in data)


def _as_text(data: bytes) -> str:
    return data.decode("latin-1")
