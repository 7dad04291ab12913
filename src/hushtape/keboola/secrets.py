"""Which values of a component's secrets and configuration must not be recorded.

Lives here: choosing them. Must not: build rules (sanitize does), show a value. Called by: recorder.
In a configuration, secrets stand under keys that start with `#`. A secrets file is merged into one, and may
hold ordinary values beside them (a region that is part of a host name); a file without any `#` key is a
plain list of secrets, as the scaffolder writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hushtape.keboola.headers import flat
from hushtape.sanitize import BaseSanitizer
from hushtape.sanitize.chain import SHORT
from hushtape.sanitize.rules import REDACTED
from hushtape.sanitize.sanitizers_values import hash_values, leaves

_CREDENTIAL = re.compile(r"auth|token|key|secret|session|signature|passw|credential", re.IGNORECASE)


def secret_values(secrets: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, str]:
    """Name -> value of what is secret in a secrets file and in the configuration it belongs to.

    Of the file: values under `#` keys, under names of the credential kind, and strings at its top level
    (a configuration has mappings there). Of the configuration: values under `#` keys.
    """
    found = dict(hash_values(config))
    found.update(hash_values(secrets))
    for path, value in _texts(secrets):
        name = path.rsplit(".", 1)[-1]
        if "." not in path or _CREDENTIAL.search(name):
            found.setdefault(path, value)
    return found


def _texts(secrets: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, value in leaves(secrets):
        if isinstance(value, str) and value:
            yield path, value


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
