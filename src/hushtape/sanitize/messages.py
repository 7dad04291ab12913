"""Texts that people read: errors, reports, log lines. Scrubbed, then audited line by line.

Lives here: making a text, and an error of ours, safe to print, keep and pickle. Must not: run per
exchange (an audit of a line costs some 20 microseconds), or know rules.
Called by: session (errors), api (log filter). A body in which the audit finds a secret is not written;
a message has to say something, so the line that holds one is replaced by a remark.
"""

from __future__ import annotations

from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hushtape.errors import HushtapeError
from hushtape.sanitize.heads import is_latin
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.spoken import is_speech, neighbours
from hushtape.sanitize.torn_texts import torn_text

if TYPE_CHECKING:
    from hushtape.sanitize.ruleset import Ruleset

E = TypeVar("E", bound=HushtapeError)

WITHHELD: Final = "(withheld)"
NOTHING_SHOWN: Final = "(withheld: an encoded secret stands here)"
MOST_BLOCKS: Final = 8
"""Secrets across lines that are taken out of one text."""
TELLING: Final = 9
"""Letters of a value that is looked for in pieces."""
MOST_WORDS: Final = 1_000
"""Words of a line that are looked at one by one."""
SPOKEN: Final = 3
"""Letters of a word from which on it is not shown where a value holds them."""


def tell(ruleset: Ruleset, text: str) -> str:
    """`text` as it may be shown, and so any part of it; the same object if there is nothing to hide.

    It has to be whole: of a compressed secret that was cut, the audit finds nothing and a thief half.
    """
    clean = ruleset.text(text)
    if clean is not text and torn_text(ruleset, text) is not None:
        return NOTHING_SHOWN
    if _finding(ruleset, clean) is None:
        return _begunless(ruleset, text, clean)
    lines = clean.split("\n")
    begun = _without_begun(ruleset, text, clean)
    if len(begun) != len(lines):
        return NOTHING_SHOWN
    spread = _spread(ruleset, clean)
    shown = [
        None if number in spread or left is None else _line(ruleset, line)
        for number, (line, left) in enumerate(zip(lines, begun, strict=True))
    ]
    gone = -1, -1
    for number, line in enumerate(lines):
        if shown[number] != line:
            gone = neighbours(lines, shown, number, number, gone)
    for _ in range(MOST_BLOCKS):
        told = _joined(shown)
        if _finding(ruleset, told) is None:
            return NOTHING_SHOWN if told == WITHHELD else ruleset.ends.text(told)
        first, last = _block(ruleset, ["" if line is None else line for line in shown])
        shown[first : last + 1] = [None] * (last + 1 - first)
        neighbours(lines, shown, first, last)
    return NOTHING_SHOWN


def _spread(ruleset: Ruleset, text: str) -> set[int]:
    """The lines over which a value is spread, its letters in order, whatever signs are between. One of them
    may go for a secret of its own, and the others would be half a value to the audit."""
    places = [at for at, sign in enumerate(text) if sign.isalnum()]
    letters = _letters(text)
    found: set[int] = set()
    for value in _values(ruleset):
        at = letters.find(value) if len(value) >= TELLING else -1
        while at >= 0:
            first, last = places[at], places[at + len(value) - 1]
            if "\n" in text[first:last]:
                found.update(range(text.count("\n", 0, first), text.count("\n", 0, last) + 1))
            at = letters.find(value, at + 1)
    return found


def _values(ruleset: Ruleset) -> list[str]:
    """The letters of each value, and the same from its end."""
    values = [_letters(rule.value) for rule in ruleset.rules if isinstance(rule, SecretRule)]
    return [*values, *[value[::-1] for value in values]]


def _letters(text: str) -> str:
    return "".join([sign.lower()[:1] for sign in text if sign.isalnum()])


def _without_begun(ruleset: Ruleset, text: str, clean: str) -> list[str | None]:
    """The lines that the rules left, without beginnings of values: only of what was audited, for a value that
    goes on in the next line has to be seen whole. A rule may have taken a part of a beginning, whose rest no
    rule knows; so what is cut before the rules has to leave the same lines, else they are withheld (None)."""
    told = ruleset.ends.text(clean)
    one: list[str | None] = [*told.split("\n")]
    if clean is text:
        return one
    before = ruleset.ends.text(text, codes=False, taken=_taken(ruleset, text))  # lines of base64 are many
    first = ruleset.ends.text(ruleset.text(before))
    other = first.split("\n")
    if len(one) == len(other):
        return [left if left == right else None for left, right in zip(one, other, strict=True)]
    begin = _alike(one, other)
    end = _alike(one[begin:][::-1], other[begin:][::-1])
    return [*one[:begin], None, *one[len(one) - end :]]


def _taken(ruleset: Ruleset, text: str) -> list[tuple[int, int]]:
    """Where rules match: of a value that stands there whole, escaped, its letters before the first escape are
    no beginning."""
    finder = ruleset.finder()
    finder.feed(text.encode("utf-8", "surrogatepass"))
    finder.finish()
    return sorted((span.start, span.end) for span in finder.take())


def _begunless(ruleset: Ruleset, text: str, clean: str | None = None) -> str:
    """The text, scrubbed, without beginnings of values; the same object if there are none."""
    clean = ruleset.text(text) if clean is None else clean
    if clean is text:
        return ruleset.ends.text(text)
    return _joined(_without_begun(ruleset, text, clean))


def _alike(one: Sequence[str | None], other: Sequence[str | None]) -> int:
    """Lines with which both begin."""
    same = [left == right for left, right in zip(one, other, strict=False)]
    return same.index(False) if False in same else len(same)


def _joined(shown: Iterable[str | None]) -> str:
    """The lines, with one remark for those that are withheld beside each other."""
    told: list[str] = []
    for line in shown:
        if line is not None:
            told.append(line)
        elif not told or told[-1] is not WITHHELD:
            told.append(WITHHELD)
    return "\n".join(told)


def _block(ruleset: Ruleset, lines: list[str]) -> tuple[int, int]:
    """The first lines across which a secret lies, all of them: of the beginning of a compressed stream the
    audit finds nothing, and a thief what it holds."""

    def found(first: int, last: int) -> bool:
        return _finding(ruleset, "\n".join(lines[first : last + 1])) is not None

    places = range(len(lines))
    last = bisect_left(places, True, key=lambda last: found(0, last))
    last = min(last, len(lines) - 1)
    first = bisect_left(places, True, 0, last, key=lambda first: not found(first, last)) - 1
    return max(first, 0), last


def octets(ruleset: Ruleset, text: str) -> str:
    """A reason phrase, or an error's text that quotes a head, scrubbed: its characters may be the octets
    of UTF-8 (RFC 9110 5.5). The same object if there is nothing to hide."""
    if text.isascii() or not is_latin(text):
        return _kept(ruleset, text)
    # A value may begin with letters that are the same in both readings: neither may take them from the other.
    one = _as_utf_8(ruleset, _kept(ruleset, text))
    other = _kept(ruleset, _as_utf_8(ruleset, text))
    return one if one == other else WITHHELD


def _kept(ruleset: Ruleset, text: str) -> str:
    """The text without beginnings of values, for it is going to be written. Where the audit finds a secret in
    it as well, a beginning may be a piece of that, whose rest nobody would find: nothing is left of it."""
    clean = ruleset.text(text)
    told = _begunless(ruleset, text, clean)
    return told if told == clean or _finding(ruleset, clean) is None else WITHHELD


def _as_utf_8(ruleset: Ruleset, text: str) -> str:
    """The same for the text that its characters are the octets of."""
    if text.isascii() or not is_latin(text):
        return text
    data = text.encode("latin-1")
    for way in ("surrogatepass", "surrogateescape"):  # the second takes octets that are no UTF-8 along
        try:
            read = data.decode("utf-8", way)
        except UnicodeError:
            continue
        told = _kept(ruleset, read)
        return text if told is read else told.encode("utf-8", way).decode("latin-1")
    return text


def _line(ruleset: Ruleset, line: str) -> str | None:
    """The line; of one that hides a secret only the words of speech, for any other may be a piece of a second
    secret whose rest goes with the first. None: none of it is shown."""
    if _finding(ruleset, line) is None:
        return line
    words, values = line.split(" "), _values(ruleset)
    if len(words) > MOST_WORDS:
        return None
    told: list[str] = []
    for word in words:
        letters = _letters(word)
        if is_speech(word) and (len(letters) < SPOKEN or not any(letters in value for value in values)):
            told.append(word)
        elif not told or told[-1] is not WITHHELD:
            told.append(WITHHELD)
    shown = " ".join(told)
    return shown if told != [WITHHELD] and _finding(ruleset, shown) is None else None


def _finding(ruleset: Ruleset, text: str) -> object:
    try:
        data = text.encode("utf-8", "surrogateescape")  # octets that were no UTF-8, as they were
    except UnicodeEncodeError:
        data = text.encode("utf-8", "surrogatepass")
    found = _audited(ruleset, data)
    if found or text.replace("\n", " ").isprintable():
        return found
    # Whole files are looked into elsewhere, where they are bodies; in base64 the audit knows all of them.
    return _audited(ruleset, b64encode(data))


def _audited(ruleset: Ruleset, data: bytes) -> object:
    auditor = ruleset.auditor()
    return auditor.feed(data) or auditor.finish()


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
