"""What of a named value stands in a text: its runs of letters and digits, and the forms programs write it in.

Lives here: which runs an anchor is made of, how far a value grows under escapes, and lists of its forms.
Must not: verify (exact does), or make base64, hex or UTF-16 (encoded does). Called by: exact, encoded,
audit_odd, audit_letters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.written_forms import written_forms

LEAST = 6
"""Letters that an anchor has, where its run has as many."""
_PIECE = 16
_COMMON = "qzxjkvwybgfphmcudlr98765432s01noiate"
"""Letters and digits, the rarest in JSON rows of text, numbers and dates first."""
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_JSON_IN_HTML = {ord(char): f"\\u{ord(char):04x}" for char in "<>&'"}
_RUN = lazily(r"[A-Za-z0-9]{3,}")


def rarest(run: str | bytes) -> int:
    """Where in a run of letters and digits an anchor should begin: where its first three characters are
    the rarest in ordinary data. The automaton then stays near its root, in the processor's first cache:
    scans of rows with 50 secrets gained a third (measured). At least `LEAST` characters are left."""
    text = run if isinstance(run, str) else run.decode("ascii")
    ranks = [_COMMON.find(char) for char in text.lower()]
    starts = range(max(1, len(text) - LEAST + 1))
    return min(
        starts, key=lambda at: 4 * ranks[at] + 2 * sum(ranks[at + 1 : at + 2]) + sum(ranks[at + 2 : at + 3])
    )


def pieces(text: str) -> list[tuple[int, str]]:
    """(offset, run) of what a text is anchored on: up to three runs of letters and digits.

    More than one, because a single escaped letter spoils the run that holds it.
    """
    runs = [(found.start(), found[0]) for found in _RUN.finditer(text)]
    if not runs:
        return []
    long = [run for run in runs if len(run[1]) >= _PIECE]
    offset, run = long[0] if long else max(runs, key=lambda one: len(one[1]))
    if len(run) >= 8:
        half = len(run) // 2
        halves = (offset, run[:half]), (offset + half, run[half:])
        return [(at + (by := rarest(one)), one[by : by + _PIECE]) for at, one in halves]
    others = [one for one in runs if len(one[1]) >= 4 and one[0] != offset][:2]
    return [(offset, run), *((at, other[:_PIECE]) for at, other in others)]


def growth(length: int) -> int:
    """Most bytes that this many characters may take when escaped; beyond it the audit looks."""
    return length * (12 if length <= 512 else 6) + 64


def forms(value: str) -> set[bytes]:
    """The value in the forms that programs write before they encode it once more."""
    texts = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        # A lone surrogate has no UTF-8 that a client could send: "?" stands for it.
        quote(value, safe="", errors="replace"),
        quote_plus(value, errors="replace"),
        re.sub("%..", lambda escape: escape[0].lower(), quote(value, safe="", errors="replace")),
    }
    return {text.encode("utf-8", "surrogatepass") for text in texts}


def spelled_out(value: str) -> set[str]:
    """The value with each of its characters escaped."""
    octets = value.encode("utf-8", "surrogatepass")
    units = value.encode("utf-16-be", "surrogatepass").hex()
    return {
        "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)),
        "".join(f"%{octet:02x}" for octet in octets),
        "".join(f"&#{ord(char)};" for char in value),
        "".join(f"&#x{ord(char):x};" for char in value),
    }


def more_forms(value: str) -> set[bytes]:
    """Further forms, escaped up to three times, for secrets that offer no run to anchor on."""
    escapes: tuple[Callable[[str], str], ...] = (
        lambda text: quote(text, safe="", errors="replace"),
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("/", "\\/"),
        lambda text: text.translate(_HTML),
        lambda text: json.dumps(text)[1:-1].translate(_JSON_IN_HTML),
    )
    if " " in value:  # forms write it as a plus sign
        escapes += (lambda text: quote_plus(text, errors="replace"),)
    # What Python and YAML write: `\\xe4` is a character there, not an octet.
    texts = newest = {value, value.encode("ascii", "backslashreplace").decode(), *spelled_out(value)}
    for _ in range(3):
        newest = {escape(text) for text in newest for escape in escapes} - texts
        texts = texts | newest
    texts = texts | written_forms(value)
    found = {text.encode("utf-8", "surrogatepass") for text in texts}
    if all(ord(char) < 256 for char in value):
        found.add(value.encode("latin-1"))
    return found
