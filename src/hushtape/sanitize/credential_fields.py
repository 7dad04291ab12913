"""Fields whose names say by themselves that they hold a credential: `stripe_api_key`, `DB_PASSWORD`.

Lives here: from the anchor that ends a name to the verifiers of `fields`. Must not: know the words
(`credential_names`), find where a name begins (`name_starts`) or values (`fields`). Called by: plan.
All anchors share their verifiers, which read the name from the data: hundreds of spellings cost no more than
their last words. What is told of these names is a guess (`Lesson.guess`): nobody listed them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from hushtape.sanitize.credential_names import SHORT, anchors, joined, names_credential
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.field_names import QUOTES, Way, field_anchors, followed_by, ways
from hushtape.sanitize.fields import AHEAD, BACK, KIND, Field, is_password
from hushtape.sanitize.formed_fields import LABEL as FORMED
from hushtape.sanitize.loose_fields import LOOSE, loose_ways
from hushtape.sanitize.name_starts import LONGEST, WORDLIKE, behind_fragment, first, plain
from hushtape.sanitize.rules import CredentialNamesRule, FieldRule
from hushtape.sanitize.secret_places import BESIDE
from hushtape.sanitize.spans import Answer, Context, Found, Lesson, Verifier, Verify
from hushtape.sanitize.values import Until
from hushtape.sanitize.words import looks_made

TAG = 150
"""Bytes before an anchor in which its tag opens."""

LABEL = "credential by its name"
PASSWORD = "password by its name"
"""The rule's name in findings: a password may look like anything."""


LOOSE_ONLY = (*SHORT, "client_assertion", "client-assertion", "clientassertion")
"""Names that other rules look for as JSON, forms and XML write them, and nothing here does."""

LOOSE_AHEAD = 3300
"""Bytes in which a value without quotes ends: a session's token of AWS takes 1,500."""

IN_PATH = b"jsessionid"
"""It stands in a path (Servlet 7.1.3), and the query goes on behind it."""

_SIGN = lazily(rb"\s{1,8}[:=]|\+{1,8}%(?:25){0,8}3[aAdD]")
_PATH_END = Until(lazily(rb"[^A-Za-z0-9._!~:+-]"))

Read = Callable[[bytes], "Field | None"]


def credential_anchors(rule: CredentialNamesRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """All anchors of the rule."""
    read = _reader(rule)
    every = list(ways(FieldRule((), containers=False)))
    shared = {label: [_verifier(read, order, label, *way) for way in every] for label in (LABEL, PASSWORD)}
    loose = list(_loose(rule, order))
    for anchor in anchors():
        label = PASSWORD if is_password(anchor) and "secret" not in anchor else LABEL
        alone = anchor not in rule.keep and anchor != "token"
        yield from ((anchor.encode(), one if alone else _after_words(one)) for one in shared[label])
        yield from ((anchor.encode(), one) for one in loose)
    yield from ((anchor.encode(), one) for anchor in LOOSE_ONLY for one in loose)
    short = tuple(name for name in SHORT if name not in rule.keep)
    yield from field_anchors(FieldRule(short, rule.placeholder, containers=False), order, guess=True)


def is_idle_guess(rule: str, value: bytes) -> bool:
    """Whether a finding of this rule is none: only a field's name says so, and no machine made the value."""
    if rule in (LOOSE, FORMED) or rule.startswith(BESIDE):
        return True
    return rule in (LABEL, PASSWORD) and not looks_made(value[:256].strip(b"\\\"'").decode("latin-1"))


def _loose(rule: CredentialNamesRule, order: int) -> Iterator[Verifier]:
    """The verifiers of looser ways: of names that are listed elsewhere, too."""
    text, lesson = rule.placeholder.encode(), Lesson("raw", guess=True)

    @lru_cache(maxsize=512)
    def named(name: bytes) -> bytes | None:
        spoken = plain(name) or name.decode("ascii", "replace")
        listed = joined(spoken.encode("ascii", "ignore").decode()) in rule.listed
        if joined(spoken) in rule.keep or not (listed or names_credential(spoken)):
            return None
        return text

    def read(data: bytes, start: int, end: int) -> bytes | None:
        begins = first(data, start)
        return named(data[begins:end]) if begins >= 0 else None

    for follows, way in loose_ways(read):
        yield Verifier(way, order, LOOSE, KIND, BACK + LONGEST, LOOSE_AHEAD, teaches=lesson, follows=follows)


def _verifier(
    read: Read, order: int, label: str, endings: tuple[bytes, ...], way: Way, written: str
) -> Verifier:
    lesson = Lesson(written, guess=True)
    base = Verifier(_named(way, read), order, label, KIND, BACK + LONGEST, AHEAD, teaches=lesson)
    if endings is not QUOTES:
        return followed_by(endings, base)
    return base._replace(verify=_in_quotes(read), follows=frozenset(b"\"'"))


def _named(way: Way, read: Read) -> Verify:
    """The verifier `way` of the field whose name ends with the anchor; none, if it names no credential."""
    element = way is Field.tag

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        if element and data.rfind(b"<", max(0, start - TAG), start) < 0 and not _SIGN.match(data, end, limit):
            return None  # a word in a text
        begins = first(data, start)
        if begins < 0:
            return None
        found = at(data, begins, end, limit, context)
        if found is None and (behind := behind_fragment(data, begins, start)) >= 0:
            return at(data, behind, end, limit, context)
        if (
            isinstance(found, Found)
            and data[begins - 1 : begins] == b";"
            and data[begins:end].lower() == IN_PATH
        ):
            return Found(found.start, -1, found.text, _PATH_END)
        return found

    def at(data: bytes, begins: int, end: int, limit: int, context: Context) -> Answer:
        field = read(data[begins:end])
        return None if field is None else way(field, data, begins, end, limit, context)

    return verify


@lru_cache(maxsize=64)
def _after_words(verifier: Verifier) -> Verifier:
    """The verifier for an anchor that is no such name by itself: half of its hits are turned down at once."""
    verify = verifier.verify

    def after(
        data: bytes, start: int, end: int, limit: int, context: Context
    ) -> Found | tuple[Found, ...] | None:
        if start == 0 or data[start - 1] not in WORDLIKE:
            return None
        return verify(data, start, end, limit, context)

    return verifier._replace(verify=after)


def _in_quotes(read: Read) -> Verify:
    """`"name"` and `'name'`, told with their quotes."""

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Answer:
        begins = first(data, start)
        if begins < 1 or data[begins - 1] != data[end]:
            return None
        field = read(data[begins:end])
        return None if field is None else field.quoted(data, begins - 1, end + 1, limit, context)

    return verify


def _reader(rule: CredentialNamesRule) -> Read:
    """From a name's bytes to its field; bounded, since a body may be full of names."""

    @lru_cache(maxsize=512)
    def read(name: bytes) -> Field | None:
        text = plain(name)
        same = joined(text) if text is not None else ""
        if text is None or " " in text or same in rule.keep:
            return None  # one with a space may be a sentence: `loose_fields` looks at its value
        # A listed name is found by its own rule, but behind a sign (`--password=`, `"_token"`).
        if text[:1].isalnum() if same in rule.listed else not names_credential(text):
            return None
        written = name.decode("utf-8", "replace")
        return Field(FieldRule((written,), rule.placeholder, containers=False), written)

    return read
