"""The names of fields: what a field rule is anchored on.

Lives here: a name's spellings, the anchors of each, and which verifier runs at which. Must not: verify
(`fields` does), know engines. Called by: plan.
A short word stands everywhere, so its anchors hold what surrounds it; `zipcode=` holds `code=` all the
same, and the verifier looks at what stands before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import MethodType
from urllib.parse import quote, quote_plus

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.fields import AHEAD, BACK, KIND, Field
from hushtape.sanitize.rules import FieldRule
from hushtape.sanitize.spans import Answer, Context, Found, Lesson, Verifier, Verify

LONG, SEVERAL = 10, 6
"""Letters from which a word, and several joined words, stand in hardly any text."""

_NESTED = 4
"""Strings of JSON in each other in which a name is looked for as they write it."""

QUOTES = (b'"', b"'")
Way = Callable[[Field, bytes, int, int, int, Context], Answer]
_CODE_GUARD = lazily(rb"\"code\"(?!\s{0,8}+(?::\s{0,8}+[-0-9tfnTFN]|[,\]}]))", re.IGNORECASE)
"""`"code": 190` stands in every error, and only strings and lists of them are codes of OAuth. It says what is
none: whatever else may begin a value (a bracket, an escape, a comment) is for the verifier."""


def spellings(name: str) -> set[str]:
    """The name in snake, kebab and joined (camel, Pascal) case, lower case: the engine folds case. It folds
    ASCII only, so a name beyond it comes in capitals, too."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).replace("-", "_").lower().strip("_")
    found = {name.lower(), words, words.replace("_", "-"), words.replace("_", "")} - {""}
    if name.isascii():
        return found
    return {_folded(one) for plain in (name, *found) for one in (plain, plain.upper(), plain.capitalize())}


def _folded(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def _written(name: str) -> set[str]:
    """A spelling as it is, as `json.dumps` writes it by itself and in up to four strings of JSON (in each its
    backslashes are doubled), and all of these as URLs and forms do. Of plain names all of these are one."""
    if name.isidentifier() and name.isascii():
        return {name}
    found = {name}
    for letters in (name, name.upper(), name.capitalize()) if not name.isascii() else (name,):
        for _ in range(_NESTED + 2):
            found |= {letters, quote(letters, ""), quote_plus(letters)}
            letters = json.dumps(letters)[1:-1]
    return {_folded(one) for one in found}


def field_anchors(rule: FieldRule, order: int, *, guess: bool = False) -> Iterator[tuple[bytes, Verifier]]:
    """All anchors of one rule. `guess`: what its names tell is learned, if it looks like a credential.

    A name of several words, or a long one, is an anchor as it is: in ordinary data it stands where it is
    a field's name, or not at all. A short word stands everywhere, so its anchors hold what surrounds it,
    too. With anchors of that kind alone, 39 names took 1,829 of them and an automaton of 5 MB.
    """
    for name in rule.names:
        words = "_" in name.strip("_") or "-" in name.strip("-")
        for spelling in sorted({one for plain in spellings(name) for one in _written(plain)}):
            raw = spelling.encode()
            field = Field(rule, spelling)
            alone = len(raw) >= (SEVERAL if words else LONG)
            for endings, way, written in ways(rule, code=field.code):
                verifier = _verifier(field, order, f"field {name}", MethodType(way, field), written)
                if guess:
                    verifier = verifier._replace(teaches=Lesson(written, guess=True))
                if alone:
                    yield raw, followed_by(endings, verifier)
                elif endings is QUOTES:
                    yield b"'%s'" % raw, verifier
                    guard = _CODE_GUARD if field.code else None
                    yield b'"%s"' % raw, verifier._replace(guard=guard)
                else:
                    yield from ((raw + ending, verifier) for ending in endings)


def ways(rule: FieldRule, *, code: bool = False) -> Iterator[tuple[tuple[bytes, ...], Way, str]]:
    """What may follow a name, which of `Field`'s verifiers decides then, and how the value is written (as
    `Lesson` has it). `code`: the name is `code`."""
    if not rule.nested:
        # Form names and multipart parts stand at the top by nature. JSON keys are left to the walk that knows
        # where it is (jsonwalk).
        yield QUOTES, Field.any_part, "raw"
        yield (b"\r", b";"), Field.any_part, "raw"
        yield (b"=",), Field.form_name, "form"
        return
    if rule.in_json:
        yield QUOTES, Field.quoted, "json"
        yield (b"\\", b"&"), Field.quoted, "json"
    if rule.in_json and not code:
        yield (b":",), Field.bare, "json"
        yield (b">", b" ", b"\n", b"\t", b"+"), Field.tag, "xml"
        yield (b"\r", b";"), Field.unquoted_part, "raw"
        yield (b"\\", b"&"), Field.escaped_tag, "xml"
    if rule.in_json or rule.in_form or rule.in_uri:
        yield (b"%",), Field.percent, "form"
    if rule.in_form or rule.in_uri:
        yield (b"=", b"]", b"[", b"\\u003d", b"&#"), Field.pair, "form"


def followed_by(endings: tuple[bytes, ...], verifier: Verifier) -> Verifier:
    """The verifier for an anchor that is the name alone; in quotes, the same one has to stand before it."""
    verify = verifier.verify

    def quoted(
        data: bytes, start: int, end: int, limit: int, context: Context
    ) -> Found | tuple[Found, ...] | None:
        if start == 0 or data[start - 1] != data[end]:
            return None
        return verify(data, start - 1, end + 1, limit, context)

    def followed(
        data: bytes, start: int, end: int, limit: int, context: Context
    ) -> Found | tuple[Found, ...] | None:
        if not data[end : end + 6].lower().startswith(endings):
            return None
        return verify(data, start, end, limit, context)

    after: Verify = followed if any(len(one) > 1 for one in endings) else verify
    return verifier._replace(verify=quoted if endings is QUOTES else after, follows=_first(endings))


@lru_cache
def _first(endings: tuple[bytes, ...]) -> frozenset[int]:
    """Their first bytes; one set, not one for each of 800 anchors (170 KB)."""
    return frozenset(one[0] for one in endings)


def _verifier(field: Field, order: int, label: str, verify: Verify, written: str) -> Verifier:
    lesson = Lesson(written, field.numbers) if field.teaches else None
    return Verifier(verify, order, label, KIND, BACK, AHEAD, teaches=lesson)
