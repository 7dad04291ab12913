"""What programs make of a text's signs: each kind of escape for each set of signs that somebody escapes.

Lives here: the list of such forms, one layer. Must not: nest them, or encode. Called by: value_forms, for
values that offer no letters to anchor on; audit_odd, for those too short for base64's runs.
Sources: Go's encoding/json and Rails (`<>&`), Django's escapejs, PHP's json_encode (`/`), Python's repr and
html.escape, OWASP's encoders (all but letters and digits), RFC 2045 6.7, RFC 4180 2 and SQL (doubled quotes),
System.Text.Json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote, quote_plus

Escape = Callable[[str], str]

_SAFE: Final = (
    "",
    "/",
    "!'()*~",
    "!$&'()*+,;=:@/~",
    "!$&'()*+,;=:@~",
    "!#$&'()*+,/:;=?@~",
    "!#$%&'()*+,/:;=?@[]~",
)
"""Signs that a percent encoder leaves: quote, encodeURIComponent, URLs' paths (RFC 3986 3.3), encodeURI,
requests' requote_uri."""

_ALL: Final = ""
_SETS: Final = (
    _ALL,
    "<>&",
    "<>&'",
    "<>&'=",
    "<>&'\"",
    "<>&'\"+`",
    "<",
    ">",
    "&",
    "'",
    '"',
    "/",
    "\\'\"><&=-;`",
    "\\'",
    '\\"',
)
"""Which signs are escaped; "": every one. The controls always are."""

_ALL_BUT: Final = ("_", ",._", ",.-_")
"""Signs that stay where all others are escaped: by `\\W`, OWASP's encoders for JavaScript and for HTML."""


def _units(char: str) -> str:
    data = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{data[at : at + 4]}" for at in range(0, len(data), 4))


def _octets(char: str, before: str, *, upper: bool) -> str:
    data = char.encode("utf-8", "surrogatepass").hex()
    pairs = [data[at : at + 2] for at in range(0, len(data), 2)]
    return "".join(before + (pair.upper() if upper else pair) for pair in pairs)


def _named(char: str) -> str:
    from html.entities import codepoint2name  # half a megabyte, for values with hardly a letter

    name = {39: "apos"}.get(ord(char)) or codepoint2name.get(ord(char))
    return f"&{name};" if name else f"&#{ord(char)};"


def _escaped(char: str) -> str:
    """JavaScript's `escape` (ECMA-262 B.2.1.1)."""
    return f"%{ord(char):02X}" if ord(char) < 256 else _units(char).upper().replace("\\U", "%u")


def _plain(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "@*_+-./")


_KINDS: Final[tuple[Escape, ...]] = (
    _units,
    lambda char: _units(char).upper().replace("\\U", "\\u"),
    lambda char: f"\\x{ord(char):02x}" if ord(char) < 256 else _units(char),
    lambda char: f"\\x{ord(char):02X}" if ord(char) < 256 else _units(char),
    lambda char: _octets(char, "\\x", upper=False),
    lambda char: f"\\{ord(char):03o}" if ord(char) < 256 else char,
    lambda char: "\\" + char,
    lambda char: f"&#{ord(char)};",
    lambda char: f"&#x{ord(char):x};",
    lambda char: f"&#x{ord(char):X};",
    lambda char: f"&#{ord(char):03d};",
    _named,
    lambda char: _octets(char, "%", upper=True),
    lambda char: _octets(char, "%", upper=False),
    lambda char: _octets(char, "=", upper=True),
    _escaped,
)


_JINJA: Final = {38: "&amp;", 60: "&lt;", 62: "&gt;", 34: "&#34;", 39: "&#39;"}
"""MarkupSafe's; attributes of XML take other references for quotes, or none."""
_UNITS: Final = [{ord(char): f"\\u{ord(char):04x}" for char in chars} for chars in ("<>&", "<>&'=")]
"""Go, Rails; Gson."""


def written_forms(value: str) -> set[str]:
    """The value as programs write it, one layer of escapes; the value itself among them."""
    found = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(value)[1:-1].replace("/", "\\/"),
        *(quote(value, safe=safe, errors="replace") for safe in _SAFE),
        quote_plus(value, errors="replace"),
        repr(value)[1:-1],
        ascii(value)[1:-1],
        repr(value.encode("utf-8", "surrogatepass"))[2:-1],
        *(json.dumps(value)[1:-1].translate(units) for units in _UNITS),
        value.translate(_JINJA),
        value.translate(_JINJA | {34: '"', 39: "'"}),
        value.translate(_JINJA | {34: "&quot;", 39: "'"}),
        value.translate(_JINJA | {34: "&quot;", 39: "'", 62: ">"}),
        "".join(char if _plain(char) else _escaped(char) for char in value),
        *(value.replace(sign, sign * 2) for sign in "\"'%"),
    }
    signs = [char for char in dict.fromkeys(value) if _is_in(char, _ALL)]
    sets = [[char for char in signs if _is_in(char, chars)] for chars in _SETS]
    sets += [[char for char in signs if char not in left] for left in _ALL_BUT]
    sets.append([char for char in signs if not char.isascii()])
    for here in dict.fromkeys(map(tuple, sets)):
        if here:
            found.update(_replaced(value, here, kind) for kind in _KINDS)
    return found


def _is_in(char: str, chars: str) -> bool:
    if char.isascii() and char.isalnum():
        return False
    return not chars or char in chars or char < " "


def _replaced(value: str, chars: Iterable[str], kind: Escape) -> str:
    pattern = "[" + "".join(map(re.escape, chars)) + "]"
    return re.sub(pattern, lambda found: kind(found[0]), value)
