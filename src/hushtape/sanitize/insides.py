"""Inside an object or element of a telling name: which member or child holds the credential.

Lives here: the names of those members, in JSON and in XML, as it is and as escaped text. Must not: know
rules, find where a value ends. Called by: fields, elements. Sources: Doppler (raw, computed), DynamoDB (S),
Terraform (value), Kubernetes (data), IAM (an `AccessKey` that holds keys under names of their own).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from hushtape.sanitize import coded_members
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.members import MOST, elements, members

_HOLDS: Final = frozenset(
    b"value s stringvalue string text raw computed plaintext secret token hash data".split()
)
_ELSE: Final = b"key"
"""Where none of these stands: beside a value it is a name."""

_LEVELS: Final = 2
"""`"api_key": {"value": {"raw": "x"}}`."""

_PLAIN: Final = (b'"', b"'")

_S: Final = rb"(?:\s|\\{1,8}[nrt])"
LESS: Final = rb"(?:(?:&|\\{1,8}u0026)(?:amp;){0,3}lt;|\\{1,8}u003[cC])"
MORE: Final = rb"(?:(?:&|\\{1,8}u0026)(?:amp;){0,3}gt;|\\{1,8}u003[eE])"
ATTRIBUTES: Final = rb"(?:\s(?:[^<>&\\]|&(?:amp;)?(?:quot|apos|#\d{2});|\\{1,8}[^u]){0,256}+)?"


class Writing:
    """How elements are written: as they are, or escaped."""

    __slots__ = ("_close", "_gap", "_open")

    def __init__(self, less: bytes, more: bytes, attributes: bytes) -> None:
        self._gap = lazily(
            rb"(?:" + _S + rb"++|" + less + rb"!--(?:(?!--)[\s\S]){0,512}+--" + more + rb"){0,64}+"
        )
        self._open = lazily(
            less + rb"((?:[A-Za-z_][\w.-]{0,64}:)?([A-Za-z_][\w.-]{0,64}+))" + attributes + rb"(/)?" + more
        )
        self._close = lazily(less + rb"/([\w.:-]{1,130}+)\s{0,8}" + more)

    def child(self, data: bytes, at: int, limit: int) -> re.Match[bytes] | None:
        """The tag that opens here, behind white space and comments: its whole name, that without
        the prefix, and whether it is empty."""
        gap = self._gap.match(data, at, limit)
        return self._open.match(data, gap.end() if gap else at, limit)

    def children(self, data: bytes, at: int, limit: int) -> Iterator[re.Match[bytes]]:
        """The tags of the children from `at` on."""
        for _ in range(MOST):
            head = self.child(data, at, limit)
            if head is None:
                return
            yield head
            ends = self._close.finditer(data, head.end(), limit)
            at = head.end() if head[3] else next((one.end() for one in ends if one[1] == head[1]), -1)
            if at < 0:
                return


PLAIN: Final = Writing(rb"<", rb">", rb"(?:\s[^<>]{0,512}?)?")
ESCAPED: Final = Writing(LESS, MORE, ATTRIBUTES)


def of_list(data: bytes, at: int, limit: int, quote: bytes) -> list[int]:
    """Where the values begin that the objects of a list hold. `quote`: one of those around its names."""
    held: list[int] = []
    coded = not quote.endswith(_PLAIN)
    for one in coded_members.elements(data, at, limit, quote) if coded else elements(data, at, limit):
        if coded_members.opens(data, one):
            held += of_object(data, one, limit, quote)
    return held


def of_object(data: bytes, at: int, limit: int, quote: bytes, level: int = 0) -> list[int]:
    """Where the values begin that an object under a credential's name, in this quote, holds."""
    held: dict[bool, list[int]] = {True: [], False: []}
    walk = members if quote.endswith(_PLAIN) else coded_members.members
    for name, place in walk(data, at, limit):
        holds = name.replace(b"_", b"") in _HOLDS
        if not holds and name != _ELSE:
            continue
        if not coded_members.opens(data, place):
            held[holds].append(place)
        elif level < _LEVELS:
            held[holds] += of_object(data, place, limit, quote, level + 1)
    return held[True] or held[False]


def of_element(data: bytes, at: int, limit: int, written: Writing, level: int = 0) -> list[tuple[int, int]]:
    """(where the tag's name ends, where its text begins) of each child that holds the credential."""
    held: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for child in written.children(data, at, limit):
        holds = child[2].lower().replace(b"_", b"").replace(b"-", b"") in _HOLDS
        if not holds and child[2].lower() != _ELSE:
            continue
        if written.child(data, child.end(), limit) is None:
            held[holds].append((child.end(2), child.end()))
        elif level < _LEVELS:
            held[holds] += of_element(data, child.end(), limit, written, level + 1)
    return held[True] or held[False]
