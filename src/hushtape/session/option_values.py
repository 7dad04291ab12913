"""Values of options: from what a user may write to what a tape works with, and the errors for what is not.

Lives here: one line for each option that is taken apart; those with a subject of their own have a file of it.
Must not: know defaults, look at two options at once (options does). Called by: options.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from hushtape import clock
from hushtape.errors import OptionError
from hushtape.session import exhausted, expiry, hooks, ignoring

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

RECORDED: Final = "recorded"
"""freeze_time: the time at which the cassette was recorded."""


def coerced(name: str, value: Any) -> Any:
    """The value of option `name` as it is kept.

    Raises:
        OptionError: it is of the wrong kind.
    """
    if name in ("match_on", "sanitizers"):
        if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
            raise wrong(name, "a list", value, f"write {name}=[...]")
        return tuple(value)
    if name in ignoring.OPTIONS:
        return ignoring.rules(name, value)
    if name == "exhausted":
        return exhausted.parse(value)
    if name in hooks.MOMENTS:
        return hooks.listed(name, value)
    if name == "max_age":
        return expiry.parse(value)
    if name == "ignore_hosts":
        return frozenset(_host(host) for host in _listed(value))
    if name == "keep_fields":
        return frozenset(_field(field) for field in _listed(value))
    if name == "secrets" and isinstance(value, Iterator):
        return tuple(value)  # every tape of a Recorder or decorator needs them, not only the first
    if name == "library" and value is not None:
        if not isinstance(value, str | os.PathLike):
            raise wrong(name, "a folder's path", value, 'write library="tests/cassettes"')
        return Path(value)
    if name == "freeze_time" and value is not None and value != RECORDED:
        return _instant(value)
    return value


def _instant(value: Any) -> datetime:
    """The instant that a user wrote down."""
    if isinstance(value, str | date):
        try:
            return clock.parsed(value)
        except ValueError as error:
            raise OptionError(
                "use option 'freeze_time'",
                f"{value!r} is no time in ISO 8601 ({error})",
                'write freeze_time="2026-01-31T12:00:00Z" (without an offset it is in UTC), or "recorded"',
                option="freeze_time",
                value=value,
            ) from None
    raise wrong("freeze_time", 'a time in ISO 8601 or "recorded"', value, 'write freeze_time="recorded"')


def _listed(value: Any) -> Iterable[Any]:
    return (value,) if isinstance(value, str) or not isinstance(value, Iterable) else value


def _host(host: Any) -> str:
    """A host as calls are compared with it. One that can't be found in any call is an error."""
    if not isinstance(host, str):
        raise wrong("ignore_hosts", "host names", host, 'write ignore_hosts=["api.example.com"]')
    plain = host.lower().strip("[]").rstrip(".")
    if not plain or "/" in plain or plain.count(":") == 1:
        raise OptionError(
            "use option 'ignore_hosts'",
            f"{host!r} is no host name: a scheme, a port or a path is not part of it",
            'write ignore_hosts=["api.example.com"]; it then covers all ports',
            option="ignore_hosts",
            value=None,
        )
    return plain


def _field(name: Any) -> str:
    if not isinstance(name, str) or not any(map(str.isalnum, name)):
        raise wrong("keep_fields", "names of fields", name, 'write keep_fields=["session_token"]')
    return name


def wrong(name: str, takes: str, value: object, remedy: str) -> OptionError:
    """The value itself is not shown: it may be a secret that stands in the wrong place."""
    found = f"it takes {takes}, and {type(value).__name__} was given"
    return OptionError(f"use option {name!r}", found, remedy, option=name, value=None)


def unknown(what: str, name: object, known: Sequence[str], value: object) -> OptionError:
    """The error for a name that does not exist; near spellings are named."""
    from difflib import get_close_matches

    near = get_close_matches(str(name).lower(), known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    # The value may be a secret under a misspelt name: it is not repeated.
    kept = value if what != "option" else None
    return OptionError(
        f"use {what} {name!r}",
        "this version of hushtape has none of that name",
        f"{hint}There are: {', '.join(known)}",
        option=str(name),
        value=kept,
    )
