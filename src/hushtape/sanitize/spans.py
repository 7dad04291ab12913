"""Spans: what a verifier answers, and how overlapping answers become one.

Lives here: the types between plan, verifiers and scrubber, and the union of overlapping spans.
Must not: know a rule or an engine. Called by: plan, scrubber and every verifier module.
A verifier looks at most `BACK` bytes before its anchor and `ahead` bytes after it, so that its answer
depends on the stream alone, never on how the stream was cut into chunks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar, Final, NamedTuple, Protocol

from msgspec import Struct

OPEN = 1 << 62
"""The end of a span that has not ended yet."""

FIELDS, SHAPES, USERINFO, PARAMS, WHOLE, SPELLED, KEYS = range(1, 8)
"""Kinds of verifiers, see `Verifier`. WHOLE: secrets that are anchored on all of their bytes; a hit that
does not lie wholly inside such a span still counts."""

KINDS = 8

GUARD = 1088
"""Most bytes a guard looks at; a JWT's header takes the most."""

RANK_CAP = 4096
"""Longer spans count as equally long when the longest decides, so that a value may be swallowed
without being counted."""


class Context(Struct, frozen=True):
    """What a verifier is told about the place. `uri`: a bare URI; `form`: a form body; `xml`: an XML
    body; none of them: anything else. `header`: header values, joined by line feeds. `window`: the buffer may
    be cut out of something longer (the audit's are). `url`: the header field is an address ("location"),
    holds some ("link") or ends with one ("refresh"). `notes`: what verifiers keep of the present buffer from
    one hit to the next; None: nothing."""

    uri: bool = False
    form: bool = False
    xml: bool = False
    header: bool = False
    window: bool = False
    url: str = ""
    notes: dict[object, object] | None = None


URI: Final = Context(uri=True)
TEXT: Final = Context()
FORM: Final = Context(form=True)
XML: Final = Context(xml=True)


def context_of(content_type: str) -> Context:
    """What a media type says about names and values."""
    kind = content_type.lower()
    if "x-www-form-urlencoded" in kind:
        return FORM
    return XML if "xml" in kind else TEXT


class Seeker(Protocol):
    """Finds where a value ends, in as many pieces as the stream takes. `again`: it may be asked to go on
    behind an end that it found."""

    again: ClassVar[bool]

    def seek(self, data: bytes, start: int, final: bool) -> tuple[int, int]:
        """(end, 0) if the value ends at `end`; else (-1, where to go on)."""


class Found(Struct, frozen=True, gc=False):
    """A hit that proved right. `end` is -1 where `seeker` has to find it, from `at` (or `start`) on; where
    both are given, the seeker knows how to go on.
    `text` None: nothing is replaced, but hits of this kind inside were looked at.

    A struct of msgspec's: one is made at every hit, in a fifth of a named tuple's time (60 ns)."""

    start: int
    end: int
    text: bytes | None
    seeker: Seeker | None = None
    at: int = -1


Answer = Found | tuple[Found, ...] | None
Verify = Callable[[bytes, int, int, int, Context], Answer]
"""(buffer, start of anchor, end of anchor, end of what may be looked at, context)."""


class Lesson(NamedTuple):
    """What is told with a credential that a rule redacts. `written`: how its value was written down ("json",
    "form", "xml", "raw"; "credentials": an Authorization field; "basic": what follows `Basic`;
    "userinfo": a URL's). `numbers`: a bare number counts, too. `guess`: only its name or place says that it
    is a credential, so it has to look like one. `source`: the header field that was dropped; "": none was."""

    written: str
    numbers: bool = False
    guess: bool = False
    source: str = ""


class Verifier(NamedTuple):
    """What runs at an anchor's hits. `kind` > 0: hits inside a span of the same kind are skipped,
    since what they could find lies inside it. `order`: the rule's place in the list. `guard`: matches where
    the verifier may prove right, from the anchor's start, in the next `GUARD` bytes; it turns down at a
    tenth of the verifier's cost the hits that stand in every row of ordinary data. `teaches`: the values it
    finds are credentials, to be looked for elsewhere from then on; None: they are none. `follows`: the bytes
    that may follow the anchor; None: any, or nothing."""

    verify: Verify
    order: int
    name: str
    kind: int = 0
    back: int = 0
    ahead: int = 0
    guard: re.Pattern[bytes] | None = None
    teaches: Lesson | None = None
    follows: frozenset[int] | None = None


Teach = Callable[[bytes, Lesson, bytes], None]
"""Told what a credential rule redacts: the value as it stood there, and what stands in its place."""

SHORTEST_LESSON = 8
"""Bytes. A shorter value stands in too many texts that mean something else."""

LONGEST_LESSON = 8 * 1024
"""Bytes of the longest value that is told: an access token with many claims takes 4 to 6 KiB."""


Group = tuple[int, int, tuple[int, int], bytes]
"""Overlapping spans: start, end, key, text. The key is (length, order) of the span whose text stands for
all of them. A bare tuple: one is made for each thing found."""


def union(groups: list[Group]) -> list[Group]:
    """Overlapping groups united; in order. The longest gives the text, ties go to the last rule."""
    groups.sort()
    united: list[Group] = []
    reach = -OPEN
    for group in groups:
        start, end, key, text = group
        if start < reach:
            first, _, best, longest = united[-1]
            reach = max(reach, end)
            united[-1] = (first, reach, key, text) if key > best else (first, reach, best, longest)
        else:
            united.append(group)
            reach = end
    return united
