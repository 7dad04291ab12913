"""Lessons: which of the credentials that a rule redacted are looked for everywhere from then on.

Lives here: the notebook of one tape, and the judgement of a value: undoing how it was written down, and
telling a credential from a word. Must not: know the forms of Authorization (`authorization` does), scrub,
compile, hold more than `MOST` values.
Called by: session.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, unquote_plus

from hushtape.sanitize.authorization import credentials, user_and_password
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.spans import LONGEST_LESSON, SHORTEST_LESSON, Lesson
from hushtape.sanitize.words import is_phrase, is_word, looks_made

MOST: Final = 1000
"""Values that a tape learns; later ones are redacted in their fields only."""

MOST_GUESSED: Final = 100
"""So many of them may be guesses (`Lesson.guess`): a session's cookie may change with every answer."""

NAME: Final = "learned secret"
"""The name of such a rule, in messages."""

_LAYERS: Final = 6
"""Strings of JSON in each other whose escapes are undone."""

_ZONE = r"(?:[.,]\d{1,9})?(?: ?Z|[-+]\d\d(?::?\d\d)?)?"
_PLAIN_NUMBER = lazily(
    r"[-+0-9.,:/ ]+|T?\d\d:\d\d(?::\d\d)?" + _ZONE + r"|\d{4}[-/.]\d\d[-/.]\d\dZ"
    r"|\d{4}(?P<sign>[-/.]?)(?:0\d|1[0-2])(?P=sign)[0-3]\d(?: ?T ?| )\d\d(?::?\d\d){0,2}" + _ZONE
)
"""Dates and times of ISO 8601, too; not any digits beside a `T` or a `Z`."""
_TEMPLATE = lazily(r"\$[A-Za-z_.]+|\$\{[\w.]+\}|\{\{[^{}]*\}\}|<[A-Za-z_ .-]+>|%[A-Za-z_]+%?|%\(\w+\)s?")
_DIGIT, _SPACE = lazily(r"\d"), lazily(r"\s")
_LEAF = lazily(r'[:\[,]\s*"((?:[^"\\]|\\.)*)"(?!\s*:)')
_XML_LEAF = lazily(
    r"<!\[CDATA\[(.*?)\]\]>|(?:\A|>)([^<>]+)(?=<)|\svalue\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)')", re.DOTALL
)
"""Texts of elements inside an element, and what stands under an attribute `value`."""

_TAG = lazily(r"\A\s*<|</|/>")
_ADDRESS = lazily(r"(?i)https?://[^@\s]*")
_QUOTED = lazily(r"\A(\\{0,63}[\"']|\\+u0022|%(?:25)*22|&quot;|&#34;|&#[xX]22;)(.*)\1\Z", re.DOTALL)
"""A placeholder with the quotes that a number or a list was given: elsewhere the value stands in its own."""

_REDACTED = lazily(
    rb"(?:[\s\"'\[\],+\\]|u0022|%(?:25)*(?:2[02cC]|5[bBcCdD])|&(?:amp;)*(?:quot|#34|#[xX]22);|\0(?!\0))*+"
)
"""Quotes, and the signs of a list, however escaped; NUL stands for the placeholder."""

_IN_STRING = lazily(r"\s*[\[{]?(?:\s|\\+[nrt])*\\+(?:\"|u0022)")
"""A list or object in a string of JSON."""

_SMALL = lazily(r" \d{1,3} ")
"""`at least 8 characters`."""

_EVENT = lazily(r"(?:(?<=[\r\n])|(?<=\\[rn]))data:")
"""What begins each line of an event's data (the HTML standard 9.2.5), also in a string of JSON."""

_IN_ATTRIBUTE = lazily(r"\s*[\[{]?\s*&(?:amp;)*(?:quot|#34|#[xX]22);")
"""The same in an attribute of HTML."""

_REFERENCE = lazily(r"&#?\w{1,8};")
_HEX = lazily(r"(?<!\\)((?:\\\\)*)\\x([0-9a-fA-F]{2})")
_SCRIPT = lazily(r"\\(?:\\|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,5})\}|([^\"/bfnrtux\\]))")
"""An escape that scripts know and JSON doesn't (ECMA-262 12.9.4); a pair of backslashes, to be passed by."""


_JSONS: Final = " \"':,{}[]"
"""Signs of JSON around a word."""


MOST_DROPPED: Final = 8
"""Values of a header field that is dropped, which teach: some are made anew for each request or answer."""


class Notebook:
    """What the rules of one tape redacted and is worth learning. Any thread may write: steps are atomic."""

    __slots__ = ("_guesses", "_left", "_seen", "_sources", "_told", "pending")

    def __init__(self) -> None:
        self._seen: set[tuple[bytes, Lesson, bytes, bool]] = set()
        self.pending: deque[SecretRule] = deque()
        """What waits to be learned."""
        self._left, self._guesses = MOST, MOST_GUESSED
        self._told: set[tuple[str, str]] = set()
        """Values that were put into `pending` so far, with what stands for them."""
        self._sources: Counter[str] = Counter()
        """By name: how often a field that is dropped has taught."""

    def asked(self, value: bytes, lesson: Lesson, text: bytes) -> None:
        """`Teach` for requests: what the program itself sends."""
        self._note(value, lesson, text, True)

    def answered(self, value: bytes, lesson: Lesson, text: bytes) -> None:
        """`Teach` for responses: also a message may stand where a password would."""
        self._note(value, lesson, text, False)

    def waiting(self) -> list[SecretRule]:
        """What waits. `learned` takes it out, when it counts: a signal's exception may come in between."""
        return list(self.pending)

    def learned(self, count: int) -> None:
        """The first so many of those that waited are learned. One thread at a time may call it."""
        for _ in range(count):
            self.pending.popleft()

    def _note(self, value: bytes, lesson: Lesson, text: bytes, asked: bool) -> None:
        if self._left <= 0 or (lesson.guess and self._guesses <= 0):
            return
        this = value, lesson, text, asked
        if this in self._seen:
            return
        placeholder = _QUOTED.sub(r"\2", text.decode("utf-8", "replace"))
        if _is_redacted(value, placeholder.encode()):
            return
        found = [one for one in _texts(value, lesson) if one != placeholder and _teaches(one, lesson, asked)]
        found = [one for one in found if (one, placeholder) not in self._told]  # one key signs many requests
        if found and lesson.source:
            self._sources[lesson.source] += 1
            if self._sources[lesson.source] > MOST_DROPPED:
                found = []
        # First of all: a signal's exception may come at any line, and what counts as told is told no more.
        self.pending.extend([SecretRule(one, placeholder, NAME) for one in found])
        self._told.update((one, placeholder) for one in found)
        if found or len(self._seen) < MOST:  # what comes with every request is judged once
            self._seen.add(this)
        self._left -= len(found)
        self._guesses -= len(found) if lesson.guess else 0


def _is_redacted(value: bytes, placeholder: bytes) -> bool:
    """Whether nothing is there but the placeholder, in any quotes, or a list of it. One that is short stands
    in many values, and an empty one in all."""
    left = value.replace(placeholder, b"\0") if placeholder else value
    return _REDACTED.fullmatch(left) is not None


def _teaches(text: str, lesson: Lesson, asked: bool) -> bool:
    if lesson.guess and not looks_made(text):
        return False
    return is_credential(text, asked=asked and not lesson.guess, numbers=lesson.numbers)


def is_credential(text: str, *, asked: bool, numbers: bool = False) -> bool:
    """Whether a redacted value is looked for elsewhere, too.

    Not: one of less than 8 bytes or more than 8 KiB; of one or two different characters (a mask); a bare
    number, unless `numbers`; a template's variable; the address of a page; a word of a language: it says
    nothing of being a password, and hosts, keys and messages are made of words. In an answer, a sentence
    (`is required`).
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if not SHORTEST_LESSON <= size <= LONGEST_LESSON or len(set(text)) <= 2:
        return False
    if (not numbers and _PLAIN_NUMBER.fullmatch(text)) or _TEMPLATE.fullmatch(text):
        return False
    if _ADDRESS.fullmatch(text):
        return False
    bare = text.strip(_JSONS)  # ` "token":"`, of a text with half a member in it, is found in every document
    return not is_word(bare) if asked else not is_phrase(bare)


def _texts(value: bytes, lesson: Lesson) -> list[str]:
    """What the program meant by the bytes that stood there: each reading that may be right."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    if lesson.written == "json" and "data:" in text and text[:1] in ("[", "{", '"', "\\"):
        text = _EVENT.sub("", text)
    whole = text
    for _ in range(_LAYERS):
        if lesson.written == "json" and _IN_ATTRIBUTE.match(text):
            text = _unescaped(text)
            continue
        if lesson.written != "json" or _IN_STRING.match(text) is None or (inner := _inner(text)) is None:
            break
        text = inner
    if lesson.written == "json" and text.lstrip()[:1] == '"':
        text = f"[{text}]"  # what a list of strings held
    if lesson.written == "credentials":
        found = list(credentials(text))
    elif lesson.written == "basic":
        found = [text, *user_and_password(text)]
    elif lesson.written == "userinfo":
        passwords = [whole.partition(":")[2] for whole in _read(text, "json")]
        found = [one for password in passwords for one in _read(password, "json")]
    elif lesson.written == "xml" and "<" in text:
        leaves = ["".join(leaf).strip() for leaf in _XML_LEAF.findall(text)]
        found = [one for leaf in leaves if _is_telling(leaf) for one in _read(leaf, "xml")]
        if not _TAG.search(text):
            found.append(text.strip())  # that of a CDATA section, where `<` is a letter
    elif text[:1] in ("{", "[") and lesson.written == "json":
        found = _leaves(text)
        if whole[:1] == "\\" or not (found or _is_container(text)):
            # A string: `[Zk93...`, or one that begins with a quote.
            found += [one.strip('"') for one in _read(whole, "json")]
    elif lesson.written == "form" and "%" in text:
        found = [one for whole in _read(text, "form") for one in _in_parameter(whole)]
    else:
        found = _read(text.strip() if lesson.written == "xml" else text, lesson.written)
    return list(dict.fromkeys(found))


def _is_container(text: str) -> bool:
    try:
        json.loads(text, strict=False)
    except ValueError:
        return False
    return True


def _leaves(text: str) -> list[str]:
    """What strings of an object or a list say."""
    tells = _is_no_phrase if _is_list(text) else _is_telling
    return [one for leaf in _LEAF.findall(text) if tells(leaf) for one in _read(leaf, "json")]


def _is_list(text: str) -> bool:
    """Whether a list holds nothing but strings, numbers and their like: each string is a credential then."""
    if text[:1] != "[":
        return False
    try:
        document = json.loads(text, strict=False)
    except ValueError:
        return False
    return not any(isinstance(one, (dict, list)) for one in document)


def _is_no_phrase(leaf: str) -> bool:
    """A list of strings may be one of messages, in a request, too."""
    return not is_phrase(_SMALL.sub(" ", leaf))


def _in_parameter(text: str, layers: int = _LAYERS) -> Iterator[str]:
    """What a parameter's value says, and, where it was a part of JSON in strings of JSON, what each says."""
    found = _leaves(text) if text[:1] in ("{", "[") else []
    yield from found or (text,)
    if layers and "\\" in text and (inner := _inner(text)) is not None and inner != text:
        yield from _in_parameter(inner, layers - 1)


def _is_telling(leaf: str) -> bool:
    """Descriptions and types stand inside an object, too: only what holds a digit, and no space, counts."""
    return _DIGIT.search(leaf) is not None and _SPACE.search(leaf) is None


def _read(text: str, written: str) -> list[str]:
    """What a value may mean; that of an attribute of XML or HTML is told as "form" or "json", too."""
    readings = _undone(text, written)
    if written in ("form", "json") and _REFERENCE.search(text):
        readings += _undone(_unescaped(text), written)
    return readings


def _undone(text: str, written: str) -> list[str]:
    """A value with its escapes undone, layer by layer; as it stands only where there is none."""
    if written == "form" and ("%" in text or "+" in text):
        readings = [unquote_plus(text), unquote(text)]
        readings += [unquote(one) for one in readings if "%" in one]
    elif written == "xml" and "&" in text:
        readings = [_unescaped(text)]
    elif written == "json" and "%" in text:
        readings = [text, unquote(text)]
    else:
        readings = [text]
    if "\\" in text and written != "raw":
        readings = [one for reading in readings for one in _json_layers(reading)]
    return readings


def _unescaped(text: str) -> str:
    from html import unescape  # half a megabyte that few tapes need

    return unescape(text)


def _json_layers(text: str) -> Iterator[str]:
    """The value of a JSON string's inside; of one inside JSON in a string, too."""
    for _ in range(_LAYERS):
        inner = _inner(text)
        if inner is None:
            script = _inner(_SCRIPT.sub(_plain, text))
            if script is not None:
                yield script
            break
        if inner == text:
            return
        text = inner
        yield text
        if "\\" not in text:
            return
    yield text


def _inner(text: str) -> str | None:
    """What the inside of a string of JSON, or of a script (`\\x26`), says; None: it is none."""
    plain = _HEX.sub(r"\1\\u00\2", text)
    try:
        inner = json.loads(f'"{plain}"', strict=False)
    except ValueError:
        return None
    return inner if isinstance(inner, str) else None


def _plain(escape: re.Match[str]) -> str:
    """A script's escape as JSON would write it."""
    code = escape[1] or escape[2]
    if code is None:
        return escape[3] or escape[0]
    return json.dumps(chr(int(code, 16)))[1:-1]
