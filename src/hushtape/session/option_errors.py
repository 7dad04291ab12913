"""The error of an option, which repeats what was given: a proxy's URL with its password, perhaps.

Lives here: scrubbing it before there is a tape, by the default rules and by what the caller has named. Must
not: raise, whatever else is wrong with that. Called by: options, when there is such an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from hushtape.errors import HushtapeError, OptionError
from hushtape.sanitize import Ruleset, build
from hushtape.sanitize.messages import safe_error, tell
from hushtape.sanitize.rules import Rule, SecretRule

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets


def told(error: OptionError, named: Iterable[Any]) -> OptionError:
    """A copy that may be shown. `named`: secrets and lists of sanitizers, as they were given."""
    safe = _told(error, build().ruleset)
    for rule in _rules_of(named):
        with suppress(HushtapeError):
            safe = _told(safe, Ruleset.compile([rule], engine="ahocorasick"))
    return safe


def _told(error: OptionError, ruleset: Ruleset) -> OptionError:
    """The value may be an object of any kind: it stays one if its `repr` hides nothing."""
    safe = safe_error(ruleset, error)
    shown = repr(safe.value)
    clean = tell(ruleset, shown)
    if clean != shown and not isinstance(safe.value, str):
        safe.value = clean
    elif not isinstance(safe.value, str):
        safe.value = error.value
    return safe


def _rules_of(named: Iterable[Any]) -> Iterator[Rule]:
    for given in named:
        values = given.values() if isinstance(given, Mapping) else given
        for one in values if isinstance(values, Iterable) and not isinstance(values, (str, bytes)) else ():
            if isinstance(one, str):
                yield SecretRule(one)
            rules = getattr(one, "rules", None)
            with suppress(Exception):  # a sanitizer may be the user's own, and anything may stand there
                yield from rules() if callable(rules) else ()
