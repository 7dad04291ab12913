"""What ends a field's value: the seeker for a string, a container or an element, by the quote that opened it.

Lives here: from a quote, however escaped, to a seeker. Must not: know names or rules, seek (`values` does).
Called by: fields.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.percent_values import Percent, PercentCoded, PercentString, PercentUnits
from hushtape.sanitize.values import TAIL, Coded, Container, Marked, Referred, String, Units, Until

_RAW = lazily(rb'"')
_SINGLE = lazily(rb"'")
PLAIN = String(_RAW, 0)
_CODE = rb"u(?!00(?:[01][0-9a-fA-F]|2[026]|27(?![A-Za-z0-9])|3[cCeE]|5[cC]|7[fF]))[0-9a-fA-F]{4}"
_NUMBER = (
    rb"#(?:(?:3[3567]|4[0-7]|5[89]|6[134]|96|126|1[6-9]\d|[2-9]\d\d|[1-9]\d{3,5}"
    rb"|[xX](?:2[1345689a-fA-F]|3[aAbBdDfF]|40|60|[a-fA-F][0-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F]{2,5}));"
    rb"|(?:39|[xX]27);(?=[A-Za-z0-9]))"
)
URL_ENDS = rb"[\s\"<>]|'(?![A-Za-z0-9])|\\(?!\\{0,63}(?:/|" + _CODE + rb"))|&(?!" + _NUMBER + rb")"
"""What ends a parameter of a URL in a text. What JSON (RFC 8259 7) and HTML escape of its letters does
not: PHP's `\\/`, `\\u00e9`, .NET's `\\u002B`, `&#x2F;`; nor an apostrophe inside a word, which
encodeURIComponent leaves. It looks ahead only, so that chunks make no difference."""


def _nested_ends(level: int, unit: bytes = rb"|u0022(?![A-Za-z0-9])") -> Until:
    percent = rb"%%(?:25){0,%d}" % level
    # All backslashes before a quote are the quote's: half of an escape would end the string of JSON.
    most = min(15, (TAIL - 16) // (3 + 2 * level))
    quote = percent + rb"(?:22|5[cC](?:%b5[cC]){0,%d}(?:%b22%b))" % (percent, most - 1, percent, unit)
    return Until(lazily(quote + rb"|" + percent + rb"(?:2[036]|0[aAdD]|3[cC])|[#+]|" + URL_ENDS))


NESTED_ENDS = tuple(map(_nested_ends, range(8)))
NESTED_OPENED = tuple(_nested_ends(level, b"") for level in range(8))
"""The same of one in percent escapes, by how often it is escaped: a plus sign or a space there is white
space, a value's own is escaped once more. The second: of one that begins with `%5Cu0022`."""

URLS_OF_FIELDS = {
    "location": Until(lazily(rb"[&#]")),
    "link": Until(lazily(rb"[&#>\"\s]")),
    "refresh": Until(lazily(rb"[&#]|[\"']\s*(?:\Z|[;,])")),
}
"""What ends a parameter of the URL that a header field is, or holds (RFC 9110 10.2.2, RFC 8288 3)."""

_ENTITY = lazily(rb"&(?:amp;){0,4}(?:quot|#34|#[xX]22);|[\"<>]")


REFERENCE = lazily(
    rb"&(?:amp;){0,4}(?:(quot|#34|#[xX]22)|apos|#39|#[xX]27);(?!&(?:amp;){0,4}(?:quot|#34|apos|#39|#[xX]2[27]);)"
)
"""The quote of an attribute in escaped XML, where something follows: `password=&quot;x&quot;`."""
_REFERRED = Until(lazily(rb"&(?:amp;){0,4}(?:quot|#34|#[xX]22);|\\{0,64}\"|[<>]"))
_REFERRED_SINGLE = Until(lazily(rb"&(?:amp;){0,4}(?:apos|#39|#[xX]27);|\\{0,64}[\"']|[<>]"))


def referred(quote: re.Match[bytes]) -> Until:
    """What ends an attribute that a reference opened."""
    return _REFERRED if quote[1] else _REFERRED_SINGLE


@lru_cache(maxsize=256)
def closing(name: bytes) -> Until:
    """The end tag of an element that holds others."""
    return Until(lazily(rb"(?i)</(?:[\w.-]{1,64}:)?" + re.escape(name) + rb"\s*>"))


def string(quote: bytes) -> String | Units | Referred | PercentString | PercentUnits:
    """The seeker for a string that this quote opened."""
    last = quote[-1]
    if last == 34 and b"%" not in quote:
        return String(_RAW, len(quote).bit_length() - 1)
    if last == 39 and b"%" not in quote:
        return Marked(_SINGLE, len(quote).bit_length() - 1)
    if quote.endswith(b"u0022"):
        return PercentUnits(quote) if b"%" in quote else Units(len(quote) - len(b"u0022"))
    if last == 59 and b"u0026" in quote:
        return Referred(quote)
    if last == 59:
        return Marked(_ENTITY, (quote.count(b"\\") + 1).bit_length() - 1, hard=frozenset((b'"', b"<", b">")))
    return PercentString(quote)


def container(quote: bytes) -> Container | Coded | Percent | PercentCoded:
    """The seeker for an object or array whose keys stand in this kind of quotes."""
    if quote.endswith(b'"') and b"%" not in quote:
        return Container(len(quote).bit_length() - 1)
    if quote.endswith(b"'") and b"%" not in quote:
        return Container(0)
    if quote.endswith(b"u0022") and b"%" in quote:
        return PercentCoded(quote)
    if quote.endswith((b"u0022", b";")):
        return Coded(quote)
    return Percent(quote)


_LIST_ENDS = {39: Until(lazily(rb"(?<=')\s{0,64}\]")), 59: Until(lazily(rb"(?<=;)\s{0,64}\]|[<\"]"))}


def strings(quote: bytes) -> Container | Coded | Percent | PercentCoded | Until:
    """The seeker for the rest of a list of strings, up to its closing bracket; `quote` opens the first."""
    if quote.endswith(b"u0022"):
        return PercentCoded(quote, within=True) if b"%" in quote else Coded(quote, within=True)
    if b"%" in quote:
        return Percent(quote, within=True)
    return _LIST_ENDS.get(quote[-1]) or Container(len(quote).bit_length() - 1, within=True)
