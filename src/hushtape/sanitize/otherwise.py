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
LAST = 12
"""Letters from which a key's last line tells something."""

_NAME = lazily(r"[A-Za-z0-9._-]{1,253}")
_HEX = lazily(r"[0-9A-Fa-f-]+")
# The `n` of `\n` is none of the key.
_KEY = lazily(r"(?<!\\)[A-Za-z0-9+/_-]{40,}")
_BREAK = lazily(r"\\r\\n|\\n|\r\n?")
_BEGIN = r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----\s*(?:[A-Za-z][\w-]{0,40}:[^\n]*\n(?:[ \t]+[^\n]*\n)*)*"
"""With the headers of an encrypted key (RFC 1421 4.4)."""
_FILE = lazily(_BEGIN + r"[A-Za-z0-9+/=\s]+-----END [A-Z ]{0,40}-----")
_PEM = lazily(_BEGIN + r"([A-Za-z0-9+/=\s]+)-----END ")


def texts(value: str, *, whole: bool = False) -> list[str]:
    """The further texts of a value, all of which are replaced like itself. `whole`: see `octets`."""
    found = [*_cases(value), *_lines(value), *_characters(value), *map(_as_text, octets(value, whole=whole))]
    return [one for one in dict.fromkeys(found) if one != value]


def octets(value: str, *, whole: bool = False) -> list[bytes]:
    """What a value is beneath its text: the bytes that it was given as, the key in a PEM file (RFC 7468).
    They are sent in base64 and hex. `whole`: not the key of a value that holds more than it."""
    found = []
    if not value.isascii() and max(value) <= "\xff":
        found.append(value.encode("latin-1"))
    text = _BREAK.sub("\n", value)
    for pem in _PEM.finditer(text) if is_key(value) or not whole else ():
        try:
            found.append(b64decode("".join(pem[1].split())))
        except Error:
            pass  # no key
    return found


def fragments(value: str, *, whole: bool = False) -> list[str]:
    """Pieces of a key that are secret by themselves: a PEM's lines stand in a list, or joined by something
    else. Only runs of what keys are made of: long values may be JSON, with URLs and names. Together they are
    all of a run: its last piece begins in the one before. `whole`: none."""
    if whole:
        return []
    pems = _PEM.findall(_BREAK.sub("\n", value))
    least = _SHORTEST if len(value) > LONG or pems else 2 * _SHORTEST
    runs = [run for run in _KEY.findall(value) if len(run) >= least]
    found = [run[at : at + _LINE] for run in runs for at in range(0, len(run) - _LINE + 1, _LINE)]
    found += [run[-_LINE:] for run in runs if len(run) % _LINE]
    for pem in pems:  # its last line
        found += [line for line in pem.replace("=", "").split() if LAST <= len(line) < _SHORTEST]
    return list(dict.fromkeys(found))  # of a value that repeats itself they are all the same


def is_key(value: str) -> bool:
    """Whether it is a private key's PEM file, and nothing else."""
    return _FILE.fullmatch(_BREAK.sub("\n", value).strip()) is not None


def key_within(value: str) -> list[str]:
    """The PEM files of private keys in a value that holds more than one."""
    return [] if is_key(value) else _FILE.findall(_BREAK.sub("\n", value))


def lines_of_key(value: str) -> list[str]:
    """The lines of such a file's body; none: it is more, or no key."""
    pem = _PEM.search(_BREAK.sub("\n", value)) if is_key(value) else None
    return [] if pem is None else pem[1].replace("=", "").split()


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
