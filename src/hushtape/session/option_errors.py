"""The error of an option, which repeats what was given: a proxy's URL with its password, perhaps.

Lives here: scrubbing it before there is a tape, by the default rules and by what the caller has named. Must
not: raise, whatever else is wrong with that. Called by: options, when there is such an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from hushtape.errors import OptionError
from hushtape.sanitize import BaseSanitizer, Ruleset, build
from hushtape.sanitize.messages import safe_error, tell

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets


def told(error: OptionError, named: Iterable[Any]) -> OptionError:
    """A copy that may be shown. `named`: secrets and lists of sanitizers, as they were given; each that can
    be used counts, whatever is wrong with the others."""
    safe = _told(error, build().ruleset)
    for given in named:
        parts = [{name: one} for name, one in given.items()] if isinstance(given, Mapping) else given
        for part in (given, *(parts if isinstance(parts, (list, tuple, set, frozenset)) else ())):
            with suppress(Exception):  # a sanitizer may be the user's own, and anything may stand there
                safe = _told(safe, _ruleset_of(part))
    return safe


def _ruleset_of(part: Any) -> Ruleset:
    if isinstance(part, BaseSanitizer):
        return build([part], None, default_sanitizer=False).ruleset
    secrets = part if isinstance(part, (Mapping, list, tuple, set, frozenset)) else [part]
    return build(None, secrets, default_sanitizer=False).ruleset


def _told(error: OptionError, ruleset: Ruleset) -> OptionError:
    """The value may be an object of any kind: it stays one if its `repr` hides nothing."""
    safe = safe_error(ruleset, error)
    if not isinstance(error.value, str):
        shown = repr(error.value)
        clean = tell(ruleset, shown)
        safe.value = error.value if clean == shown else clean
    return safe
