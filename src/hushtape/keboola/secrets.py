"""Which values of a component's secrets and configuration must not be recorded.

Lives here: choosing them, and what earlier cases of this process had. Must not: build rules (sanitize does),
show a value. Called by: recorder, runner.component_run, scaffold_recording.
In a configuration, secrets stand under keys that start with `#`. A secrets file is merged into one, and may
hold ordinary values beside them (a region that is part of a host name); a file without any `#` key is a
plain list of secrets, as the scaffolder writes it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hushtape.keboola.headers import flat
from hushtape.sanitize import BaseSanitizer
from hushtape.sanitize.named_secrets import SHORT
from hushtape.sanitize.rules import REDACTED
from hushtape.sanitize.sanitizers_values import MIN_PART, hash_values, is_credential, leaves, with_parts
from hushtape.sanitize.words import looks_made

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

STATE = "in/state.json"
"""The name under which a state stands beside what a secrets file holds; no member of that is called so."""


MOST_REMEMBERED = 200
_remembered: dict[str, None] = {}
_recorded: deque[bool] = deque(maxlen=1)


def remember(values: Iterable[str], *, live: bool) -> None:
    """Keep what a case's secrets were, the last ones: a later case of the same process may meet them, for
    installed packages keep what they like in memory. Not what may be an ordinary word there (a schema's name
    under a `#` key was replaced in another case's host). `live`: it asked the real API."""
    if live:
        _recorded.append(True)
    for value in values:
        if len(value) >= MIN_PART and looks_made(value):
            _remembered.pop(value, None)
            _remembered[value] = None
    for value in list(_remembered)[:-MOST_REMEMBERED]:
        del _remembered[value]


def has_recorded() -> bool:
    """Whether a case asked the real API in this process: what it left in memory is of a live run."""
    return len(_recorded) > 0


def remembered() -> dict[str, str]:
    """Those, as a secrets file would state them."""
    return {f"#earlier_{number}": value for number, value in enumerate(_remembered)}


def secret_values(secrets: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, str]:
    """Name -> value of what is secret in a secrets file and in the configuration it belongs to.

    Of the file: values under `#` keys, under names of the credential kind, and what stands at its top level
    (a configuration has mappings there). Of the configuration: values under `#` keys. Where both have a value
    of one name, both count: the component may read either.
    """
    found = dict(hash_values(config))
    for path, value in (*hash_values(secrets), *_named(secrets)):
        name = path
        while found.get(name, value) != value:
            name += "'"
        found[name] = value
    return found


def _named(secrets: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a secrets file holds without a `#`, at its top or under a name of the credential kind."""
    for path, value in leaves(secrets):
        name = path.rsplit(".", 1)[-1]
        if isinstance(value, str) and value and ("." not in path or is_credential(name)):
            yield from with_parts(path, value)
        elif _is_long_number(value) and ("." not in path or is_credential(name)):
            yield path, str(value)


def _is_long_number(value: object) -> bool:
    """Whether it is a number that does not stand everywhere by chance (a version, a page size)."""
    return isinstance(value, int) and not isinstance(value, bool) and len(str(value)) >= MIN_PART


def placeholders(sanitizers: Iterable[BaseSanitizer]) -> frozenset[str]:
    """The texts that the sanitizers leave."""
    left = [getattr(one, "replacement", REDACTED) for one in flat(sanitizers)]
    return frozenset([REDACTED, *(text for text in left if isinstance(text, str) and text)])


def usable(values: Mapping[str, str], left: frozenset[str]) -> dict[str, str]:
    """The values that are worth looking for at replay, where they are mostly dummies (`token`, `x`).

    Those that stand in a replacement text can't be, and short ones need not: the placeholder of a recorded
    request matches any text in its place.
    """
    texts = [text.lower() for text in left]
    return {
        name: value
        for name, value in values.items()
        if len(value) >= SHORT and not any(value.lower() in text for text in texts)
    }
