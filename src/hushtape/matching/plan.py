"""The plan: the matchers of a tape, compiled once, asked for every request.

Lives here: names and callables to a `Plan`; keys, verdicts, what the matchers need of a body.
Must not: keep an index or a state (the session does), scrub. Called by: session.

How a session uses it: index every recorded request under `key`, and those with a `wildcard` also under
(shape, `masked_key`). A live request is looked up by its `key`, and if nothing that it finds matches, once
per distinct shape; candidates found are verified with `mismatches`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from hushtape.errors import OptionError
from hushtape.matching import bodies, called, compare_body
from hushtape.matching.called import Matcher, MatchRequest
from hushtape.matching.compare import HEAD
from hushtape.matching.compare_body import BODY_MATCHERS
from hushtape.matching.ignored import NONE, Ignored
from hushtape.matching.parts import DEFAULT_PORTS, View, query_key
from hushtape.matching.placeholders import Placeholders, compiled
from hushtape.matching.shape import Shape, key_parts, shape_of
from hushtape.matching.text import Difference
from hushtape.model import Request

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

DEFAULT_MATCH_ON: Final = ("method", "scheme", "host", "port", "path", "query")
NAMES: Final = (*HEAD, *BODY_MATCHERS)
URI_PARTS: Final = frozenset((*DEFAULT_MATCH_ON, "uri"))

_DEFAULTS: Final = {"80": "http:", "443": "https:"}


class Mismatch(Struct, frozen=True):
    """One difference between a live request and a recorded one, in words; else as Difference."""

    matcher: str
    line: str
    kind: str = ""
    at: str | tuple[str | int, ...] = ""


def compile_matchers(
    match_on: Sequence[str | Matcher],
    *,
    ignored: Ignored = NONE,
    max_parsed_body: int = bodies.MAX_PARSED,
) -> Plan:
    """The plan for `match_on`.

    Args:
        match_on: names out of `NAMES`, and callables (see `Matcher`). Said twice counts once.
        ignored: the ignore lists.
        max_parsed_body: bytes; longer bodies are compared by digest instead of being parsed.

    Raises:
        OptionError: an unknown name (near spellings are named), nothing to match on, or a wrong type.
    """
    if isinstance(match_on, str) or not isinstance(match_on, Iterable):
        raise _refused(
            match_on, f"is {match_on!r}, not a sequence of names", "Write match_on=('method', 'uri')."
        )
    matchers = tuple(dict.fromkeys(match_on))
    if not matchers:
        raise _refused(match_on, "is empty, so any recording would answer any request", "Name at least one.")
    for matcher in matchers:
        if not callable(matcher) and matcher not in NAMES:
            raise _unknown(matcher)
    return Plan(matchers, max_parsed_body, ignored)


class Plan:
    """Matchers, compiled. Immutable; shared by threads.

    Attributes:
        matchers: what `match_on` said; ignored: the ignore lists.
        names: the same, callables by their names. limit: bytes of a body that are held.
        needs_body: a verdict needs the request's body.
        uri_only: equal method and equal URI are all that is asked, so that equal texts need no verdict.
    """

    __slots__ = (
        "_keyed",
        "_own",
        "_plain",
        "ignored",
        "limit",
        "matchers",
        "names",
        "needs_body",
        "uri_only",
    )

    def __init__(self, matchers: tuple[str | Matcher, ...], limit: int, ignored: Ignored = NONE) -> None:
        self.matchers = matchers
        self.ignored = ignored
        self.limit = limit
        self._keyed = tuple([matcher for matcher in matchers if isinstance(matcher, str)])
        self._own = tuple([one for one in matchers if not isinstance(one, str) and hasattr(one, "key")])
        self._plain = (
            frozenset(self._keyed) == frozenset(DEFAULT_MATCH_ON)
            and not self._own
            and not any(rule.kind == "query" for rule in ignored.rules)
        )
        self.uri_only = URI_PARTS.issuperset(matchers)
        self.names = tuple([_name(matcher) for matcher in matchers])
        self.needs_body = any(_needs_body(matcher) for matcher in matchers)

    def changed(self, matchers: Sequence[str | Matcher], ignored: Ignored) -> Plan:
        """The same plan with other matchers or ignore lists: to see what they would change."""
        return Plan(tuple(matchers), self.limit, ignored)

    def settled(self, request: Request) -> Request:
        """The request with its body read once, for all that this plan will ask of it: held up to the
        bound; of a longer one, the digest."""
        return bodies.settled(request, self.limit) if self.needs_body else request

    def key(self, request: Request) -> int:
        """The index key: equal for requests that can match exactly. Valid in this process only."""
        if self._plain:
            uri = request.uri
            head, mark, query = uri.partition("?")
            slash = head.find("/", 8)  # past "https://", the path's slash comes first
            authority = head[:slash] if slash > 0 else head
            # The short cut: http or https, at most a port, no userinfo: 1.5 µs instead of 4.
            if not authority.islower():
                authority = authority.lower()
            colon = authority.rfind(":")
            port = authority[colon + 1 :] if colon >= 6 else "0"
            if authority.startswith("http") and port.isdecimal() and "#" not in uri and "@" not in authority:
                if port in _DEFAULTS and authority.startswith(_DEFAULTS[port]):
                    authority = authority[:colon]
                path = head[slash:] if slash > 0 else "/"
                return hash((request.method, authority, path, *(query_key(query) if mark and query else ())))
            return self._plain_key(request)
        return self._hash(request, None)

    def _hash(self, request: Request, shape: Shape | None) -> int:
        parts = key_parts(self._keyed, View(request, self.ignored), shape, self.limit)
        if self._own:
            seen = MatchRequest(request, self.limit)
            parts += tuple([called.key_of(matcher, seen) for matcher in self._own])
        return hash(parts)

    def _plain_key(self, request: Request) -> int:
        """The same as the short cut makes, for URIs that it can't take apart."""
        view = View(request)
        port = "" if view.port == DEFAULT_PORTS.get(view.scheme, "") else f":{view.port}"
        authority = f"{view.scheme}://{view.host}{port}"
        return hash((request.method, authority, view.path, *(query_key(view.query) if view.query else ())))

    def wildcard(self, recorded: Request, placeholders: Iterable[str]) -> Shape | None:
        """Which places of a recorded request hold a placeholder; None if none does.

        Places are path segments, query values, header values and body values, as far as the matchers
        look at them. Method, scheme, host and port have none.
        """
        wild = compiled(placeholders)
        if not wild or (self.uri_only and not _may_hold(recorded.uri, wild)):
            return None
        return shape_of(self._keyed, View(recorded, self.ignored), wild, self.limit)

    def masked_key(self, request: Request, shape: Shape) -> int:
        """The key with the places of `shape` left out. Valid in this process only."""
        return self._hash(request, shape)

    def mismatches(
        self, live: Request, recorded: Request, placeholders: Iterable[str] = ()
    ) -> tuple[Mismatch, ...]:
        """What differs, matcher by matcher; empty: they match.

        Without placeholders the comparison is exact; with them, a placeholder in a recorded value
        matches any text in its place, and the text around it has to be met.
        """
        if self.uri_only and live.uri == recorded.uri and live.method == recorded.method:
            return ()
        wild = compiled(placeholders) or None
        one, other = View(live, self.ignored), View(recorded, self.ignored)
        return tuple(
            [
                Mismatch(_name(matcher), found.line, found.kind, found.at)
                for matcher in self.matchers
                for found in self._lines(matcher, one, other, wild)
            ]
        )

    def _lines(
        self, matcher: str | Matcher, live: View, recorded: View, wild: Placeholders | None
    ) -> Iterable[Difference]:
        if not isinstance(matcher, str):
            return called.ask(
                matcher, MatchRequest(live.request, self.limit), MatchRequest(recorded.request, self.limit)
            )
        if matcher in HEAD:
            return HEAD[matcher](live, recorded, wild)
        ours = compare_body.read(matcher, live, self.limit)
        return compare_body.compare(ours, compare_body.read(matcher, recorded, self.limit), wild)


def _may_hold(uri: str, wild: Placeholders) -> bool:
    """A cheap look, before the URI is taken apart. Encoders differ in what they leave as it is, so where a
    placeholder has reserved characters, all that is percent-encoded is looked at closely."""
    return (not wild.unreserved and "%" in uri) or wild.within(uri) or any(word in uri for word in wild.words)


def _name(matcher: str | Matcher) -> str:
    if isinstance(matcher, str):
        return matcher
    return called.name_of(matcher)


def _needs_body(matcher: str | Matcher) -> bool:
    if isinstance(matcher, str):
        return matcher in BODY_MATCHERS
    return bool(getattr(matcher, "needs_body", True))


def _unknown(matcher: object) -> OptionError:
    from difflib import get_close_matches

    near = get_close_matches(matcher.lower(), NAMES, n=3, cutoff=0.5) if isinstance(matcher, str) else []
    meant = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    remedy = f"{meant}Matchers are {', '.join(NAMES)}, and callables (live, recorded) -> bool."
    return _refused(matcher, f"names {matcher!r}, which is no matcher", remedy)


def _refused(value: object, found: str, remedy: str) -> OptionError:
    return OptionError("compile match_on", f"it {found}", remedy, option="match_on", value=value)
