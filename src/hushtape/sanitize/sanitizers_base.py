"""What every sanitizer is: BaseSanitizer, and the declarative kind that states rules.

Lives here: the two base classes, merging and deduplication. Must not: know single sanitizers or scrub.
Called by: sanitizers, sanitizers_http, chain, and users who subclass BaseSanitizer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from hushtape.errors import SanitizerError
from hushtape.sanitize.rules import Rule

if TYPE_CHECKING:
    from hushtape.sanitize.ruleset import Ruleset

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

S = TypeVar("S", bound="Declarative")

_KEBOOLA_INSIDE = (
    "_sanitize_url",
    "_sanitize_body",
    "_sanitize_body_string",
    "_sanitize_json_value",
    "_sanitize_value",
    "_sanitize_string",
    "_sanitize_dict",
    "_sanitize_list",
    "_filter_headers",
)
"""Methods inside keboola.vcr's classes (0.7.1) that subclasses of components override."""

_ON_TAPE: ContextVar[bool] = ContextVar("hushtape_on_tape", default=False)


@contextmanager
def on_tape() -> Iterator[None]:
    """While users' code runs for a tape: a sanitizer of ours that it calls keeps what a tape keeps. Else
    `super().before_record_response(response)` in a subclass would drop Location, and replay would fail."""
    token = _ON_TAPE.set(True)
    try:
        yield
    finally:
        _ON_TAPE.reset(token)


class BaseSanitizer:
    """Base class for your own sanitizers; override one or both methods.

    A request has `method`, `uri`, `headers` and `body` (str, bytes or None). A response is a dict:
    ``{"status": {"code", "message"}, "headers": {name: [values]}, "body": {"string": bytes | str}}``.
    On a tape they run after the compiled rules, on whole bodies (SANITIZING.md section 4).

    Args:
        scrub_before_read: redact what the program itself reads, not only what is stored.
    """

    scrub_before_read: bool = False

    def __init__(self, scrub_before_read: bool = False) -> None:
        # A subclass may say it as a class attribute, which no default of a constructor takes back.
        self.scrub_before_read = bool(scrub_before_read or type(self).scrub_before_read)

    def before_record_request(self, request: Any) -> Any:
        """The request to record; None: don't record this interaction."""
        return request

    def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
        """The response to record."""
        return response

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # arguments may be secrets


class Declarative(BaseSanitizer):
    """A sanitizer that states rules: any number of them costs one pass over a body."""

    def rules(self) -> tuple[Rule, ...]:
        """What it compiles to on a tape."""
        raise NotImplementedError

    def alone_rules(self) -> tuple[Rule, ...]:
        """What it compiles to when it is used by itself: there, keep lists of header fields hold."""
        return self.rules()

    def rules_here(self) -> tuple[Rule, ...]:
        """`alone_rules`; while a tape runs users' code, `rules`.

        Raises:
            SanitizerError: it is a subclass with a method that nobody would call.
        """
        refuse_unheard(self)
        return self.rules() if _ON_TAPE.get() else self.alone_rules()

    def compiled(self) -> Ruleset:
        """`rules_here`, compiled; again when they changed."""
        from hushtape.sanitize.ruleset import Ruleset

        rules = self.rules_here()
        cached: tuple[tuple[Rule, ...], Ruleset] | None = self.__dict__.get("_compiled")
        if cached is None or cached[0] != rules:
            cached = self.__dict__["_compiled"] = (rules, Ruleset.compile(rules))
        return cached[1]

    def before_record_request(self, request: Any) -> Any:
        """The request, scrubbed in place. A tape doesn't come here: it runs all rules in one pass."""
        from hushtape.sanitize.sanitizers_alone import scrub_request

        return scrub_request(request, self.compiled())

    def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
        """The response, scrubbed in place."""
        from hushtape.sanitize.sanitizers_alone import scrub_response

        clean: dict[str, Any] = scrub_response(response, self.compiled())
        return clean

    def _arguments(self) -> dict[str, Any]:
        """Constructor arguments that make an equal sanitizer; lists where union is meant."""
        raise NotImplementedError

    def __getstate__(self) -> dict[str, Any]:
        """What pickles and copies carry: not the compiled rules, which hold an engine."""
        return {name: value for name, value in self.__dict__.items() if name != "_compiled"}

    def __eq__(self, other: object) -> bool:
        """Same class, same rules, same phase. Subclasses of users may hold more: each equals itself only."""
        if self is other:
            return True
        if type(self) is not type(other) or not isinstance(other, Declarative) or not is_ours(type(self)):
            return NotImplemented
        return self.scrub_before_read == other.scrub_before_read and _stated(self) == _stated(other)

    def __hash__(self) -> int:
        """By class: the attributes may be changed."""
        return hash(type(self)) if is_ours(type(self)) else id(self)

    def can_merge(self, other: object) -> bool:
        """Same class, and every argument that is no list is equal (replacement text, phase, ...).

        Subclasses of users are kept apart: their constructors and state are not ours to guess.
        """
        if type(self) is not type(other) or not isinstance(other, Declarative) or not is_ours(type(self)):
            return False
        mine, theirs = self._arguments(), other._arguments()
        return self.scrub_before_read == other.scrub_before_read and all(
            (isinstance(value, list) and isinstance(theirs[name], list)) or value == theirs[name]
            for name, value in mine.items()
        )

    def merge(self: S, other: S) -> S:
        """A sanitizer that does what both do: the union, first-seen order, duplicates dropped.

        Raises:
            SanitizerError: the two can't be united (`can_merge` is False).
        """
        name = type(self).__name__
        if not self.can_merge(other):
            raise SanitizerError(
                f"merge {name} with {type(other).__name__}",
                "they differ in class, replacement text or another argument that holds one value",
                "Keep both in the list: each is applied.",
                sanitizer=name,
            )
        theirs = other._arguments()
        united = {
            key: _union(value, theirs[key]) if isinstance(value, list) else value
            for key, value in self._arguments().items()
        }
        return type(self)(**united, scrub_before_read=self.scrub_before_read)


def is_ours(kind: type) -> bool:
    """Whether hushtape defines this class."""
    return kind.__module__.partition(".")[0] == __name__.partition(".")[0]


def brings_code(sanitizer: BaseSanitizer) -> bool:
    """Whether somebody's class, or somebody who set it on the object, replaced what ours does."""
    return any(_own(sanitizer, name) for name in ("before_record_request", "before_record_response"))


def refuse_unheard(sanitizer: BaseSanitizer) -> None:
    """Refuse a subclass that replaces a method which keboola.vcr's classes call and ours have not: what it
    redacts there would silently stay.

    Raises:
        SanitizerError: it names the method. One who replaces both public methods calls it himself.
    """
    unheard = sorted(name for name in _KEBOOLA_INSIDE if _own(sanitizer, name))
    if not unheard or all(_own(sanitizer, f"before_record_{what}") for what in ("request", "response")):
        return
    name = type(sanitizer).__name__
    raise SanitizerError(
        f"use {name} as a sanitizer",
        f"it defines {', '.join(unheard)}, which hushtape's classes never call",
        "Override before_record_request or before_record_response, and rename helpers of yours.",
        sanitizer=name,
    )


def what_it_is(item: object) -> str:
    """What stands in a list of sanitizers and is none, for an error."""
    kind = type(item)
    if isinstance(item, type):
        return "a class, no instance"
    if hasattr(kind, "before_record_request") or hasattr(kind, "before_record_response"):
        return (
            f"a {kind.__name__} of {kind.__module__}, no BaseSanitizer: import the class from "
            "hushtape.sanitizers, or wrap its methods in CallbackSanitizer"
        )
    return f"a {kind.__name__}"


def _own(sanitizer: BaseSanitizer, method: str) -> bool:
    return method in vars(sanitizer) or any(
        method in vars(kind) for kind in type(sanitizer).__mro__ if kind is not object and not is_ours(kind)
    )


def _stated(sanitizer: Declarative) -> tuple[tuple[Rule, ...], ...]:
    return sanitizer.rules(), sanitizer.alone_rules()


def ordered(names: set[str], first_seen: Iterable[str]) -> list[str]:
    """A set that users may have changed, in the order in which its names were given; new ones sorted."""
    given = [name for name in first_seen if name in names]
    return [*given, *sorted(names.difference(given))]


def _union(first: list[Any], second: list[Any]) -> list[Any]:
    known = set(first)
    return [*first, *(item for item in second if item not in known)]


def dedup_sanitizers(sanitizers: Iterable[BaseSanitizer]) -> list[BaseSanitizer]:
    """The list with sanitizers of one class merged where they can be, first positions kept.

    Classes without `merge` stay as they are, and so do two whose arguments can't be united.

    Raises:
        SanitizerError: it is no list.
    """
    if isinstance(sanitizers, (str, bytes, Mapping)) or not isinstance(sanitizers, Iterable):
        found = f"it is a {type(sanitizers).__name__}"
        raise SanitizerError("merge sanitizers", found, "Give a list of sanitizers.", sanitizer="list")
    given = list(sanitizers)
    united = _united(given)
    while len(united) < len(given):  # what was united may be equal to a third in what kept them apart
        given, united = united, _united(united)
    return united


def _united(sanitizers: list[BaseSanitizer]) -> list[BaseSanitizer]:
    kept: list[BaseSanitizer] = []
    for sanitizer in sanitizers:
        for index, earlier in enumerate(kept):
            if isinstance(earlier, Declarative) and earlier.can_merge(sanitizer):
                kept[index] = earlier.merge(sanitizer)  # type: ignore[arg-type]  # can_merge proved the class
                break
        else:
            kept.append(sanitizer)
    return kept
