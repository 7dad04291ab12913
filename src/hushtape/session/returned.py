"""Placeholders that the program read and sends back: found before they reach the live API.

Lives here: which placeholders a tape has shown the program, and the search for them in its requests, as whole
values (`=REDACTED`, `"REDACTED"`, `Bearer REDACTED`). Must not: search what is stored or replayed.
Called by: before_read. A request that holds one is refused, because the API would have been sent the
placeholder, and what it answers to that is no recording of anything.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import quote, quote_plus, urlsplit

from hushtape import coding
from hushtape.errors import PlaceholderReturnedError
from hushtape.model import Request

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

_START: Final = b"\r\n\r\n"
"""What stands before a value that is a whole body, or a whole part of a multipart one (RFC 2046 5.1)."""
_AFTER: Final = rb"""[&;,<>#\s)\]}"'\\]|%2[26Cc]|%0[AaDd]|%5[Cc]"""
_SPACE: Final = rb"(?>(?:\s|%20|\+){0,16})"
_NO_COLON: Final = rb"\s|[^\s:%]|%(?!3[Aa])[\s\S]{2}"
"""What may follow a closing quote: after a colon it was a name (`"token": 1`)."""
_EDGE: Final = 64
"""Bytes of escapes that may stand around a value at the end of a piece."""

Names = Mapping[str, tuple[str, ...]]
Failed = Callable[[str], PlaceholderReturnedError]


class Returned:
    """One tape's placeholders.

    Args:
        names: placeholder -> the sanitizers that leave it in what the program reads.
        anywhere: those that count as part of a value, too (what stands for a secret inside base64).
        all_given: the program may have read any of them, before this tape did anything.
    """

    def __init__(
        self, names: Names, anywhere: frozenset[str] = frozenset(), *, all_given: bool = False
    ) -> None:
        self.names: Final = names
        self._anywhere = anywhere
        self._given: tuple[str, ...] = tuple(names) if all_given else ()
        self._values = _Values(self._given, anywhere)

    def note(self, pairs: Iterable[tuple[str, str]], body: bytes) -> None:
        """The program is about to read these fields and this: remember which placeholders stand there."""
        unseen = [text for text in self.names if text not in self._given]
        if not unseen:
            return
        fields = "\n".join([value for _, value in pairs]).encode("latin-1", "replace")
        new = [text for text in unseen if any(one in fields or one in body for one in spellings(text))]
        if new:
            # Two threads may lose one of the other's here; both read it again, and it is noted then.
            self._given = tuple(dict.fromkeys([*self._given, *new]))
            self._values = _Values(self._given, self._anywhere)

    def check_head(self, request: Request, uri: str) -> None:
        """Look at the request's target and fields. `uri`: the same target, scrubbed, for the message.

        Raises:
            PlaceholderReturnedError: one holds a placeholder that the program has read.
        """
        if not self._given:
            return
        values = self._values
        parts = urlsplit(request.uri)
        found = values.in_path(parts.path) or values.first(parts.query.encode("utf-8", "surrogateescape"))
        if found is not None:
            raise self._error(found, "its URL", request, uri)
        for name, value in request.headers.pairs:
            found = values.in_field(name.lower(), value)
            if found is not None:
                raise self._error(found, f"its header field {name}", request, uri)

    def watch(self, request: Request, uri: str) -> BodyWatch | None:
        """Looks at the request's body as it passes; None: there is nothing to look for."""
        if not self._given:
            return None
        return BodyWatch(self._values, request, lambda text: self._error(text, "its body", request, uri))

    def _error(self, text: str, place: str, request: Request, uri: str) -> PlaceholderReturnedError:
        sanitizers = self.names[text]
        listed = ", ".join(sanitizers)
        return PlaceholderReturnedError(
            f"send {request.method} {uri}",
            f"{place} holds the placeholder {text!r}, which {listed} left in what the program read "
            "(scrub_before_read=True): the API would get it in place of the real value",
            "Leave scrub_before_read out where the program needs the value (what is stored is redacted all "
            "the same), or name fewer fields",
            sanitizer=listed,
            sanitizers=sanitizers,
            placeholder=text,
            place=place,
            uri=uri,
        )


class BodyWatch:
    """Looks at one body, piece by piece, its content coding undone."""

    def __init__(self, values: _Values, request: Request, error: Failed) -> None:
        self._values = values
        self._error = error
        codings = coding.parse(request.headers.get("content-encoding"))
        self._decoder = coding.decoder(codings) if codings and coding.can_decode(codings) else None
        self._rest = _START

    def feed(self, data: bytes) -> None:
        """Take a piece, content coding as sent.

        Raises:
            PlaceholderReturnedError: a placeholder came to its end in it.
        """
        if self._decoder is None:
            self._look(data)
            return
        try:
            for piece in self._decoder.feed(data):
                self._look(piece)
        except coding.CodingError:  # not what it claims to be: it is looked at as the bytes it is
            self._decoder = None
            self._look(data)

    def finish(self) -> None:
        """The body is complete.

        Raises:
            PlaceholderReturnedError: it ends in a placeholder.
        """
        if self._decoder is not None:
            try:
                for piece in self._decoder.finish():
                    self._look(piece)
            except coding.CodingError:
                self._decoder = None
        self._settle(self._values.first(self._rest))

    def _look(self, data: bytes) -> None:
        text = self._rest + data
        self._settle(self._values.first(text, final=False))
        self._rest = text[-self._values.reach :]

    def _settle(self, found: str | None) -> None:
        if found is not None:
            raise self._error(found)


class _Values:
    """The spellings of some placeholders, and where one of them is a whole value."""

    def __init__(self, given: Iterable[str], anywhere: frozenset[str]) -> None:
        self._texts = {one: text for text in given for one in spellings(text)}
        self._words = frozenset(text.encode() for text in given if text.isalpha() and text.islower())
        self.reach: Final = max(map(len, self._texts), default=0) + _EDGE
        ordered = sorted(self._texts, key=len, reverse=True)
        whole = b"|".join(re.escape(one) for one in ordered)
        bare = b"|".join(re.escape(one) for one in ordered if self._texts[one] in anywhere)
        words = b"|".join(re.escape(one) for one in ordered if one in self._words)
        self._more = _compiled(whole, words, bare, b"")
        self._final = _compiled(whole, words, bare, rb"|\Z")
        self._field = re.compile(rb"(?:[!-~]+[ \t]+)?(%b)" % whole)

    def first(self, data: bytes, *, final: bool = True) -> str | None:
        """The first placeholder that is a whole value in `data`; unless `final`, more may follow."""
        found = (self._final if final else self._more).search(data)
        if found is None:
            return None
        return self._texts[next(group for group in found.groups() if group is not None)]

    def in_path(self, path: str) -> str | None:
        """The first that is a segment of a path; common words ("/oauth/token") are none."""
        for segment in path.encode("utf-8", "surrogateescape").split(b"/"):
            if segment in self._texts and segment not in self._words:
                return self._texts[segment]
        return None

    def in_field(self, name: str, value: str) -> str | None:
        """The first in a header field: alone, after a scheme, as a parameter, or inside Basic."""
        data = value.strip().encode("latin-1", "replace")
        whole = self._field.fullmatch(data)
        if whole is not None and name != "host":
            return self._texts[whole[1]]
        if data[:6].lower() == b"basic ":
            return self._in_basic(data[6:].strip())
        return self.first(data)

    def _in_basic(self, data: bytes) -> str | None:
        """RFC 7617 2: user and password, joined by a colon, in base64."""
        try:
            user, _, password = b64decode(data + b"==").partition(b":")
        except (NotBase64, ValueError):
            return None
        return self._texts.get(password) or self._texts.get(user)


def _compiled(whole: bytes, words: bytes, bare: bytes, end: bytes) -> re.Pattern[bytes]:
    """One pattern: after `=`, in quotes, as an element's text, as a whole part, and what counts anywhere.
    Common words don't count as somebody's type: OAuth's `response_type=token` (RFC 6749 4.2.1)."""
    after = _SPACE + b"(?:%b%b)" % (_NO_COLON, end)
    pair, quoted = rb"(?:=|%3[Dd])", rb'(?:"|%22|u0022)'
    if words:
        pair = rb"(?!(?<=[Tt]ype)%b(?:%b)(?![\w-]))%b" % (pair, words, pair)
        quoted = rb'(?!(?:(?<=[Tt]ype":)|(?<=[Tt]ype": ))"(?:%b)")%b' % (words, quoted)
    places = [
        rb"%b(%b)(?:%b%b)" % (pair, whole, _AFTER, end),
        rb'%b(%b)(?:\\*"|%%22|(?:%%5[Cc])+%%22|\\+u0022)%b' % (quoted, whole, after),
        rb">(%b)<" % whole,
        rb"\r\n\r\n(%b)(?:\r\n%b)" % (whole, end),
    ]
    if bare:
        places.append(rb"(%b)" % bare)
    return re.compile(b"|".join(places))


def spellings(text: str) -> set[bytes]:
    """A placeholder as it may stand in a URL, a form, JSON or XML."""
    from html import escape  # half a megabyte that a recording does without

    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    forms = {text, quote(text, safe=""), quote_plus(text, safe=""), plain, json.dumps(text)[1:-1]}
    forms |= {plain.replace("/", "\\/"), escape(text)}
    return {form.encode() for form in forms}
