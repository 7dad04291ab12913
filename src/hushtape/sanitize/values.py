"""Where does a value end? Seekers for strings, containers, form values and runs of characters.

Lives here: seekers: small machines that are fed a buffer as often as it takes, so a value of any length
passes through in constant memory. Must not: know names or rules. Called by: fields, shapes, urls.
A seeker looks at most `RUN` backslashes back and leaves `TAIL` bytes unread unless the stream is over,
so its answer does not depend on chunks. Where the syntax is broken it goes on: fail closed.
"""

from __future__ import annotations

import re
from typing import ClassVar

from hushtape.sanitize.expressions import lazily

RUN = 64
TAIL = 96

Step = tuple[int, int]


class Until:
    """Ends at the first match of an expression; at the end of the stream if there is none."""

    __slots__ = ("stop",)
    again: ClassVar[bool] = True

    def __init__(self, stop: re.Pattern[bytes]) -> None:
        self.stop = stop

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        # A match in the last bytes could still grow or turn into another one: only when more is there.
        found = self.stop.search(data, start)
        if found is not None and (final or found.end() <= len(data) - TAIL):
            return found.start(), 0
        if final:
            return len(data), 0
        return -1, max(start, min(len(data) - TAIL, found.start() if found else len(data)))


class Through:
    """Like `Until`, but the match itself belongs to the value."""

    __slots__ = ("_stop",)
    again: ClassVar[bool] = True

    def __init__(self, stop: re.Pattern[bytes]) -> None:
        self._stop = stop

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        found = self._stop.search(data, start)
        if found is not None and (final or found.end() <= len(data) - TAIL):
            return found.end(), 0
        if final:
            return len(data), 0
        return -1, max(start, min(len(data) - TAIL, found.start() if found else len(data)))


def backslashes(data: bytes, at: int, unit: bytes = b"\\") -> int:
    """How many backslashes (or their escaped form) stand right before `at`, up to `RUN`."""
    size, count = len(unit), 0
    while count < RUN and at >= size and data[at - size : at].lower() == unit:
        at -= size
        count += 1
    return count


def closes(count: int, depth: int) -> bool:
    """Whether a quote behind `count` backslashes ends a string that is `depth` JSON strings deep.

    Each level of unescaping turns 2n+1 backslashes before a quote into n. An even number means that
    the quote is not escaped there: at an outer level that ends the outer string, and ours with it.
    """
    if count >= RUN:
        return False
    for _ in range(depth):
        if count % 2 == 0:
            return True
        count //= 2
    return count % 2 == 0


def belonging(count: int) -> int:
    """How many of `count` backslashes before a quote that closes belong to it; others are the value's."""
    own = 0
    while count % 2:
        own = 2 * own + 1
        count //= 2
    return own


class String:
    """A string in quotes. `quote` finds a closing quote's last part, before which backslashes are counted;
    `hard` matches end it whatever stands before."""

    __slots__ = ("_depth", "_hard", "_quote")
    again: ClassVar[bool] = True

    def __init__(self, quote: re.Pattern[bytes], depth: int, hard: frozenset[bytes] = frozenset()) -> None:
        self._quote, self._depth, self._hard = quote, depth, hard

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at = start
        while at < limit and (found := self._quote.search(data, at)) is not None and found.start() < limit:
            count = backslashes(data, found.start())
            if found[0] in self._hard:
                return max(start, found.start() - count), 0
            if closes(count, self._depth):
                return found.start() - belonging(count), 0
            at = found.end()
        return (len(data), 0) if final else (-1, max(at, limit))


class Marked(String):
    """The same of quotes that are not JSON's own: it may run out of a string of JSON that is cut."""

    __slots__ = ()


def levels(count: int) -> int:
    """How many times JSON is undone until `count` backslashes and `u0022` are a quote that opens a string."""
    steps, quote = 0, False
    while not quote or count % 2:
        quote = quote or count % 2 == 1
        count //= 2
        steps += 1
        if steps > RUN:  # none of these: `u0022` as text
            return 1
    return steps


def ended(count: int, depth: int, *, quote: bool) -> int:
    """After how many levels a quote behind `count` backslashes ends a string that is `depth` levels in: the
    string itself after all of them, one around it after fewer; -1: it ends none. `quote`: it is one, and not
    `u0022`, of which some backslash makes one."""
    if count >= RUN:
        return -1
    for level in range(depth):
        if quote and count % 2 == 0:
            return level
        quote = quote or count % 2 == 1
        count //= 2
    return depth if quote and count % 2 == 0 else -1


class Units:
    """A string whose quotes are written `\\u0022`, as .NET and PHP may, `count` backslashes before the
    first."""

    __slots__ = ("_depth",)
    again: ClassVar[bool] = True
    _token = lazily(rb'u0022|"')

    def __init__(self, count: int) -> None:
        self._depth = levels(count)

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at = start
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            count = backslashes(data, found.start())
            level = ended(count, self._depth, quote=found[0] == b'"')
            if level >= 0:
                return max(start, found.start() - count % (2 << level)), 0
            at = found.end()
        return (len(data), 0) if final else (-1, max(at, limit))


class Referred:
    """A string in a page's text in JSON as Go, Rails and .NET write it: `quote` is its first, `\\u0026quot;`.
    Backslashes of the string's own quotes are doubled as often as JSON holds the page."""

    __slots__ = ("_depth", "_escaped", "_own")
    again: ClassVar[bool] = True
    _token = lazily(rb'(u0026(?:amp;){0,4}(?:quot|#34|#[xX]22);)|u003[cCeE]|["<>]')

    def __init__(self, quote: bytes) -> None:
        count = quote.count(b"\\")
        self._own, self._escaped = count & -count, quote.count(b"amp;")
        self._depth = (count // (2 * self._own) + 1).bit_length() - 1

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        limit = len(data) if final else len(data) - TAIL
        at, own = start, self._own
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            at = found.end()
            count = backslashes(data, found.start())
            if len(found[0]) == 1:
                return max(start, found.start() - count), 0
            within = count // (2 * own)
            quoted = found[1] is not None and found[1].count(b"amp;") == self._escaped
            if quoted and count & -count == own and closes(within, self._depth):
                return found.start() - own - belonging(within) * 2 * own, 0
            if not found[1] and count >= own:
                return max(start, found.start() - own), 0
        return (len(data), 0) if final else (-1, max(at, limit))


class Coded:
    """An object or array in JSON whose quotes are escaped, all in one writing: `\\u0022`, `&quot;`. Other
    writings are quotes inside its strings; a bare quote ends what is around it. `within`: see `Container`."""

    __slots__ = ("_depth", "_inside", "_nesting", "_quote", "_within", "of_units")
    again: ClassVar[bool] = False
    _token = lazily(rb"\\{0,64}(?:\"|u0022|(?:&|(?<=\\)u0026)(?:amp;){0,8}(?:quot|#34|#[xX]22);)|[\[\]{}<]")

    def __init__(self, quote: bytes, *, within: bool = False) -> None:
        self._quote, self._nesting, self._inside, self._within = quote, int(within), False, within
        self.of_units = quote.endswith(b"u0022")
        self._depth = levels(len(quote) - len(b"u0022")) if self.of_units else 0

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        at = start
        limit = len(data) if final else len(data) - TAIL
        while at < limit and (found := self._token.search(data, at)) is not None and found.start() < limit:
            at = found.end()
            level = self._ended(found[0])
            if 0 <= level < self._depth:
                count = len(found[0]) - len(b"u0022")
                return found.start() + count - count % (2 << level), 0  # the string around us ends
            if level >= 0:
                self._inside = not self._inside
            elif found[0][-1:] == b'"' or (found[0] == b"<" and self._quote[-1:] == b";"):
                return found.start(), 0
            elif not self._inside and len(found[0]) == 1:
                self._nesting += 1 if found[0] in b"[{" else -1
                if self._nesting <= 0:
                    return (found.start() if self._within else at), 0
        return (len(data), 0) if final else (-1, max(at, limit))

    def _ended(self, token: bytes) -> int:
        """See `ended`: the depth where it opens or closes one of the strings; backslashes before it may be a
        string's last."""
        if not self._depth or not token.endswith(b"u0022"):
            return self._depth if token == self._quote else -1
        level = ended(len(token) - len(b"u0022"), self._depth, quote=False)
        return level if self._inside or level < self._depth or token == self._quote else -1


class Container:
    """An object or array in JSON, `depth` JSON strings deep: brackets outside strings are counted. `within`:
    it has begun already, and its closing bracket does not belong to the value."""

    __slots__ = ("_depth", "_inside", "_nesting", "_within")
    again: ClassVar[bool] = False
    _token = lazily(rb'["\[\]{}]')

    def __init__(self, depth: int, *, within: bool = False) -> None:
        self._depth, self._nesting, self._inside, self._within = depth, int(within), False, within

    def seek(self, data: bytes, start: int, final: bool) -> Step:
        at = start
        limit = len(data) if final else len(data) - TAIL
        while at < limit:
            token_at = data.find(b'"', at, limit) if self._inside else self._next(data, at, limit)
            if token_at < 0:
                break
            at = token_at + 1
            if data[token_at] == 34:
                count = backslashes(data, token_at)
                level = ended(count, self._depth, quote=True)
                if 0 <= level < self._depth:
                    return token_at - belonging(count), 0  # the string around us ends
                if not self._inside or level >= 0:
                    self._inside = not self._inside
            elif self._bracket(data[token_at]):
                return (token_at if self._within else at), 0
        return (len(data), 0) if final else (-1, max(at, limit))

    def _next(self, data: bytes, at: int, limit: int) -> int:
        found = self._token.search(data, at, limit)
        return -1 if found is None else found.start()

    def _bracket(self, byte: int) -> bool:
        self._nesting += 1 if byte in b"[{" else -1
        return self._nesting <= 0
