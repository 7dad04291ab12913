"""Which candidates count: placeholders are none, and header fields have to stand among headers.

Lives here: the decision, and the union of candidates that overlap. Must not: read files. Called by: look,
scanner.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from hushtape.sanitize.credential_fields import LABEL as CREDENTIAL
from hushtape.sanitize.credential_fields import PASSWORD
from hushtape.sanitize.words import looks_made
from hushtape.scan.finding import FILLER, Candidate
from hushtape.scan.placeholders import is_placeholder

KNOWN = "known value"
"""How rules of known values begin: they count whatever they look like."""
SPELLED = {"secret, spelled out": f"{KNOWN}, spelled out"}
"""The ruleset does not tell which one: its letters are all escapes, and share one anchor."""

_KINDS = (KNOWN, "PEM", "shape ", "JWT", "userinfo", "header ", "field ", "parameter ", "entropy ")
_PREFIX = re.compile(r"shape (\S+)")
_ALIKE = re.compile(r"(.)\1*")
HEADERS = re.compile(r"headers?|trailers|header_order", re.IGNORECASE)
_CONTAINER = re.compile(rb"\s*[\[{]")
_STRING = re.compile(r"\\*\"((?:[^\"\\]|\\.)*?)\\*\"")
_PARTS = re.compile(r"\\*[\"'],\s*[bB]?\\*[\"']|&quot;,\s*&quot;")
_INSIDE = re.compile(
    r"(?i)PRIVATE[\\\s]+KEY|(?:password|passwd|pwd|secret|token|key|sig|signature)\\*[\"']?\s*[:=]\s*\\*[\"']?"
    r"([^\s\"'\\;,&<>]{6,512})"
)
"""A document, a connection string or a key under a name that says so."""
_NAMED = re.compile(r"\\*\"[^\"\\]*\\*\"\s*:")


def may_count(one: Candidate, listed: frozenset[str] = frozenset()) -> bool:
    """Whether a candidate's value may be a secret. `listed`: placeholders that its file names."""
    if one.rule.startswith(KNOWN) or one.head is None or one.how:
        return True
    value = one.head.decode("utf-8", "replace")
    if one.rule.startswith("shape "):
        prefix = _PREFIX.match(one.rule)
        rest = value[len(prefix[1]) :] if prefix else value
        return _ALIKE.fullmatch(rest) is None and not is_placeholder(value)
    if one.rule == "PEM private key":
        return True
    if one.rule == "userinfo":
        return not is_placeholder(value) and not is_placeholder(value.rpartition(":")[2], listed)
    if one.rule.startswith("field ") and _CONTAINER.match(one.head) and not is_placeholder(value, listed):
        texts = _STRING.findall(_NAMED.sub("", value))
        return not texts or not all(is_placeholder(text, listed) for text in texts)
    if one.rule == CREDENTIAL and not any(map(looks_made, _PARTS.split(_bare(value)))):
        return any(map(_is_secret, _INSIDE.finditer(value)))
    return not is_placeholder(value, listed)


def _is_secret(inside: re.Match[str]) -> bool:
    return inside[1] is None or (looks_made(inside[1]) and not is_placeholder(inside[1]))


def _bare(value: str) -> str:
    """Without the quotes of a list that goes as a whole."""
    return value.removeprefix("&quot;").removesuffix("&quot;").strip("\"'\\")


def in_place(one: Candidate, pointer: str) -> bool:
    """Whether a candidate that has to stand among header fields (or cookies) does."""
    if not one.where:
        return True
    steps = pointer.split("/")[1:]
    if one.where == "cookies":
        return "cookies" in steps and "entries" in steps
    return any(HEADERS.fullmatch(step) for step in steps)


def is_named(one: Candidate) -> bool:
    """Whether the name before it alone says that it is a credential, all of the value that stands there."""
    return not one.how and (one.rule.startswith("field ") or one.rule in (CREDENTIAL, PASSWORD))


def rank(rule: str) -> int:
    """The most telling rule comes first."""
    return next((number for number, kind in enumerate(_KINDS) if rule.startswith(kind)), len(_KINDS))


def united(found: Iterable[Candidate]) -> list[Candidate]:
    """Candidates that overlap, as one: with the most telling rule, and what the longest one puts there. A
    known value in a stretch that can't be narrowed (its pieces stand in several lines) hides none of those
    in it that can be redacted without taking a piece."""
    every = list(found)
    stretches = [
        one for one in every if one.text is None and one.by == "audit" and one.rule.startswith(KNOWN)
    ]
    apart = _inside(stretches, every) if stretches else set[int]()
    if not apart:
        return _joined(every)
    rest = (one for number, one in enumerate(every) if number not in apart)
    return sorted((*_joined(rest), *_joined(every[number] for number in apart)), key=lambda one: one.start)


def _inside(stretches: list[Candidate], found: list[Candidate]) -> set[int]:
    """The numbers of those in one of the stretches that the ruleset found by itself."""
    starts, ends = list[int](), list[int]()
    for one in sorted(stretches, key=lambda one: one.start):
        starts.append(one.start)
        ends.append(max([one.end, *ends[-1:]]))

    def is_inside(one: Candidate) -> bool:
        at = bisect_right(starts, one.start) - 1
        return at >= 0 and one.end <= ends[at]

    return {
        number
        for number, one in enumerate(found)
        if one.text is not None and one.by == "rules" and is_inside(one)
    }


def _joined(found: Iterable[Candidate]) -> list[Candidate]:
    groups: list[list[Candidate]] = []
    end = -1
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if groups and one.start < end:
            groups[-1].append(one)
        else:
            groups.append([one])
        end = max(end, one.end) if len(groups[-1]) > 1 else one.end
    return [_one(group) if len(group) > 1 else group[0] for group in groups]


def _one(group: list[Candidate]) -> Candidate:
    start, end = group[0].start, max(one.end for one in group)
    best = min(group, key=lambda one: (rank(one.rule), one.start))
    fixable = [one for one in group if one.text is not None]
    whole = any(one.start == start and one.end == end for one in fixable)
    text = None
    if fixable and (whole or len(fixable) == len(group)):
        longest = max(fixable, key=lambda one: one.end - one.start)
        text = longest.text if longest.start == start or longest.text == FILLER else FILLER
    size = next((one.size for one in group if one.size >= 0 and (one.start, one.end) == (start, end)), -1)
    return best._replace(start=start, end=end, text=text, size=size)
