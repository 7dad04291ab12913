"""The options `ignore_query`, `ignore_headers`, `ignore_form` and `ignore_json`, read.

Lives here: what users may write there, and its checks. Must not: compare, leave anything out (matching
does). Called by: option_values, api.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from hushtape.errors import OptionError, SanitizerError
from hushtape.matching import where
from hushtape.matching.ignored import Kind, Path, Rule
from hushtape.matching.where import EVERYWHERE, Where

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

OPTIONS: Final[dict[str, Kind]] = {
    "ignore_query": "query",
    "ignore_headers": "headers",
    "ignore_form": "form",
    "ignore_json": "json",
}
EXAMPLES: Final = {
    "ignore_query": '"ts"',
    "ignore_headers": '"X-Request-Id"',
    "ignore_form": '"nonce"',
    "ignore_json": '"$.nonce"',
}


def rules(option: str, value: Any) -> tuple[Rule, ...]:
    """The ignore lists that an option states: names, or a mapping of places to names.

    Raises:
        OptionError: a place or JSON path that is none, or a value of another type.
    """
    if isinstance(value, tuple) and all(isinstance(one, Rule) for one in value):
        return value
    if isinstance(value, Mapping):
        return tuple([_rule(option, names, _place(option, place)) for place, names in value.items()])
    return (_rule(option, value, EVERYWHERE),)


def _rule(option: str, value: Any, place: Where) -> Rule:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Iterable) or isinstance(names, (bytes, Mapping)):
        raise _wrong(option, f"it takes names, and {type(value).__name__} was given")
    names = tuple(names)
    for name in names:
        if not isinstance(name, str) or not name:
            raise _wrong(option, f"a name is a text, and {type(name).__name__} was given")
    kind = OPTIONS[option]
    if kind == "json":
        return Rule(kind, paths=tuple([_path(option, name) for name in names]), where=place)
    return Rule(kind, names, where=place)


def _place(option: str, text: Any) -> Where:
    if not isinstance(text, str):
        raise _wrong(option, f"a place is a text, and {type(text).__name__} was given")
    try:
        return where.parse(text)
    except ValueError as error:
        raise OptionError(
            f"use option {option!r}",
            f"{text[:200]!r} names no place: {error}",
            f"Places are {where.SYNTAX}",
            option=option,
            value=text[:200],
        ) from None


def _path(option: str, text: str) -> Path:
    from hushtape.sanitize import jsonpath  # only who ignores JSON values pays for it

    try:
        steps = jsonpath.parse(text)
    except SanitizerError as error:
        raise OptionError(
            f"use option {option!r}",
            f"{text[:200]!r} is no JSON path: {error.found}",
            f'{error.remedy}; write {option}={{"$.nonce"}}',
            option=option,
            value=text[:200],
        ) from None
    return tuple(
        [(tuple([_selector(one) for one in step.selectors]), step.descend) for step in steps],
    )


def _selector(one: bytes | int | None) -> str | int | None:
    return one.decode("utf-8", "surrogatepass") if isinstance(one, bytes) else one


def _wrong(option: str, found: str) -> OptionError:
    name = EXAMPLES[option]
    return OptionError(
        f"use option {option!r}",
        found,
        f'write {option}={{{name}}}, or for one place {option}={{"api.example.com/v1/*": {{{name}}}}}',
        option=option,
        value=None,
    )


def all_rules(options: Any) -> tuple[Rule, ...]:
    """The lists of all four options of a tape."""
    return cast("tuple[Rule, ...]", sum((getattr(options, name) for name in OPTIONS), ()))
