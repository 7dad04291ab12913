"""Texts that people read: errors, reports, log lines. Scrubbed, then audited line by line.

Lives here: making a text, and an error of ours, safe to print, keep and pickle. Must not: run per
exchange (an audit of a line costs some 20 microseconds), or know rules.
Called by: session (errors), api (log filter). A body in which the audit finds a secret is not written;
a message has to say something, so the line that holds one is replaced by a remark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hushtape.errors import HushtapeError
from hushtape.sanitize.heads import is_latin

if TYPE_CHECKING:
    from hushtape.sanitize.ruleset import Ruleset

E = TypeVar("E", bound=HushtapeError)


def tell(ruleset: Ruleset, text: str) -> str:
    """`text` as it may be shown; the same object if there is nothing to hide."""
    clean = ruleset.text(text)
    if _finding(ruleset, clean) is None:
        return clean
    return "\n".join([_line(ruleset, line) for line in clean.split("\n")])


def octets(ruleset: Ruleset, text: str) -> str:
    """A reason phrase, or an error's text that quotes a head, scrubbed: its characters may be the octets
    of UTF-8 (RFC 9110 5.5). The same object if there is nothing to hide."""
    clean = ruleset.text(text)
    if clean is not text or text.isascii():
        return clean
    if not is_latin(text):
        return text
    data = text.encode("latin-1")
    for way in ("surrogatepass", "surrogateescape"):  # the second takes octets that are no UTF-8 along
        try:
            read = data.decode("utf-8", way)
        except UnicodeError:
            continue
        clean = ruleset.text(read)
        return text if clean is read else clean.encode("utf-8", way).decode("latin-1")
    return text


def _line(ruleset: Ruleset, line: str) -> str:
    """The line; of one that hides a secret under encodings, only the words that don't."""
    if _finding(ruleset, line) is None:
        return line
    words = line.split(" ")
    kept = [word if _finding(ruleset, word) is None else "(withheld)" for word in words]
    told = " ".join(kept)
    return told if _finding(ruleset, told) is None else "(withheld: an encoded secret stands here)"


def _finding(ruleset: Ruleset, text: str) -> object:
    auditor = ruleset.auditor()
    return auditor.feed(text.encode("utf-8", "surrogatepass")) or auditor.finish()


def safe_error(ruleset: Ruleset, error: E) -> E:
    """A copy of an error of ours with every text in it told, and without cause, context or traceback:
    those lead to the client's own errors and to callbacks, which speak of what they were shown."""
    copy = type(error).__new__(type(error))
    copy.args = tuple([_value(ruleset, value) for value in error.args])
    copy.__dict__.update({name: _value(ruleset, value) for name, value in error.__dict__.items()})
    return copy


def _value(ruleset: Ruleset, value: Any) -> Any:
    if isinstance(value, str):
        return tell(ruleset, value)
    if isinstance(value, (tuple, list)):
        return type(value)([_value(ruleset, one) for one in value])
    return value
