"""Matchers that users write: what they are given, and what may come back.

Lives here: the view of a request that they get, and the reading of their verdicts. Must not: know names of
built-in matchers, keep anything. Called by: plan.
What they are given has vcrpy's names, so that a matcher written for it works here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from hushtape.errors import BodyTooLargeError, HushtapeError, OptionError
from hushtape.matching import bodies
from hushtape.matching.parts import pairs, split
from hushtape.matching.text import Difference, shortened, told, visible
from hushtape.model import Headers, Request

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


class Verdict(Struct, frozen=True):
    """What a matcher found: do the two match, and if they don't, why (the report shows it)."""

    matches: bool
    reason: str = ""


class MatchRequest:
    """A request as a user's matcher sees it: scrubbed, its body read when it is asked for.

    Attributes: method (str); uri (str, absolute); headers (`Headers`); http_version (str).
    """

    __slots__ = ("_limit", "_request", "headers", "http_version", "method", "uri")

    def __init__(self, request: Request, limit: int) -> None:
        self._request = request
        self._limit = limit
        self.method = request.method
        self.uri = request.uri
        self.headers: Headers = request.headers
        self.http_version = request.http_version

    @property
    def url(self) -> str:
        return self.uri

    @property
    def scheme(self) -> str:
        """Lower-case."""
        return split(self.uri)[0]

    protocol = scheme

    @property
    def host(self) -> str:
        """Lower-case; without the port."""
        return split(self.uri)[1]

    @property
    def port(self) -> int | None:
        """The scheme's default where none was said."""
        port = split(self.uri)[2]
        return int(port) if port.isdecimal() else None

    @property
    def path(self) -> str:
        """Percent-encoded, as sent."""
        return split(self.uri)[3]

    @property
    def query(self) -> list[tuple[str, str]]:
        """Decoded pairs, sorted."""
        return sorted(pairs(split(self.uri)[4]))

    @property
    def body(self) -> bytes | None:
        """The body, its content coding undone.

        Raises:
            BodyTooLargeError: it is longer than `max_callback_body`, so it was not held.
        """
        if self._request.body is None:
            return None
        data = bodies.whole(self._request.body, self._limit)
        if data is None:  # named by its host: the URI may be one of the cassette, as another tool stored it
            raise BodyTooLargeError(
                f"show the body of a {visible(self.method)} to {visible(self.host)} to a matcher",
                f"it passes max_callback_body ({self._limit:,} bytes)",
                "Raise max_callback_body, or give the matcher an attribute needs_body = False and leave the "
                "body alone",
                option="max_callback_body",
                limit=self._limit,
            )
        return data

    @property
    def json(self) -> Any:
        """The body as a JSON value; None where it is none."""
        try:
            return msgspec.json.decode(self.body or b"null")
        except (msgspec.DecodeError, ValueError, RecursionError):
            return None

    def __repr__(self) -> str:
        return f"MatchRequest({self.method!r}, {self.uri!r})"


Matcher = Callable[[Any, Any], Any]
"""A user's matcher: called with (live, recorded), two `MatchRequest`. What it says: True or None: they match;
False; a `Verdict` or a pair of bool and reason; or an AssertionError, whose text is the reason. It should not
change what it is given. Attributes on it: `needs_body = False` spares the tape from holding bodies for it;
`key`, a function of one `MatchRequest` that gives something hashable, equal for all that it lets match, makes
it a part of the index key, so that a long cassette is not searched through."""


def name_of(matcher: Matcher) -> str:
    return str(getattr(matcher, "__qualname__", None) or type(matcher).__qualname__)


def ask(matcher: Matcher, live: MatchRequest, recorded: MatchRequest) -> Iterator[Difference]:
    """The verdict as lines: none if they match."""
    name = name_of(matcher)
    try:
        verdict = _read(matcher(live, recorded))
    except AssertionError as error:
        verdict = Verdict(False, str(error) or "an assertion failed")
    except HushtapeError:
        raise
    except Exception as error:  # a user's code may raise anything; it gets its own error, with the cause
        raise _refused(name, f"the matcher raised {type(error).__name__}") from error
    if verdict is None:
        raise _refused(name, "the matcher returned what is no verdict")
    if not verdict.matches:
        reason = told(verdict.reason).strip().partition("\n")[0]
        why = visible(shortened(reason, 400)) or "returned False"
        yield Difference(f"matcher {visible(name)}: {why}")


def key_of(matcher: Matcher, request: MatchRequest) -> Any:
    """The part of the index key that the matcher's own `key` gives; None if it has none."""
    key = getattr(matcher, "key", None)
    if key is None:
        return None
    try:
        found = key(request)
        hash(found)
    except HushtapeError:
        raise
    except Exception as error:  # as above
        raise _refused(name_of(matcher), f"its key raised {type(error).__name__}") from error
    return found


def _read(value: Any) -> Verdict | None:
    """What a matcher returned, as a verdict; None for texts, which may be meant either way, and for what
    says nothing yet."""
    if value is None:
        return Verdict(True)
    if isinstance(value, Verdict):
        return value
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        return Verdict(bool(value[0]), value[1])
    if isinstance(value, (str, bytes, tuple)) or callable(value) or value is NotImplemented:
        return None
    if inspect.isawaitable(value) or inspect.isgenerator(value):
        getattr(value, "close", bool)()
        return None  # of an async matcher: true, whatever it would have said
    return Verdict(True) if value else Verdict(False, "" if value is False else f"returned {value!r}")


def _refused(name: str, found: str) -> OptionError:
    return OptionError(
        f"match this request with {name}",
        found,
        "A matcher returns True or False or hushtape.Verdict(matches, reason), or raises AssertionError; "
        "correct it.",
        option="match_on",
        value=name,
    )
