"""Configurations as the scaffolder reads and writes them.

Lives here: names of cases, `{{secret.key}}` in place of secrets and back, the inputs that a configuration
names. Must not: do I/O. Called by: scaffolder, scaffold_recording.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from hushtape.keboola.errors import ScaffolderError
from hushtape.keboola.files import merged
from hushtape.keboola.secrets import secret_values
from hushtape.sanitize import build
from hushtape.sanitize.sanitizers_values import document, leaves

PLACEHOLDER = re.compile(r"\{\{secret\.([^}]+)\}\}")
SHORTEST_INSIDE = 6
"""Characters of a secret from which on it is looked for inside longer values, too."""


def is_raw(entry: Mapping[str, Any]) -> bool:
    """Whether a definition is a configuration itself."""
    return "parameters" in entry and "name" not in entry and "config" not in entry


def name_for(config: Mapping[str, Any], index: int) -> str:
    """``01_<report type of the first report>``, or ``01_test``."""
    reports = config.get("parameters", {})
    reports = reports.get("reports") if isinstance(reports, Mapping) else None
    first = reports[0] if isinstance(reports, list) and reports else None
    kind = first.get("report_type") if isinstance(first, Mapping) else None
    plain = re.sub(r"[/\\\x00-\x1f]+", "_", kind) if isinstance(kind, str) else ""
    return f"{index + 1:02d}_{plain or 'test'}"


def masked(config: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with `{{secret.key}}` where a value of `secrets` stands; nested keys are dotted."""
    known = [(str(value), path) for path, value in leaves(secrets) if isinstance(value, str) and value]
    known.sort(key=lambda pair: -len(pair[0]))
    return {key: _masked(value, known) for key, value in config.items()}


def committed(
    config: Mapping[str, Any], secrets: Mapping[str, Any], over: Mapping[str, Any]
) -> dict[str, Any]:
    """The configuration as it may stand in the tests' folder.

    Hidden are the definition's `secrets`, what `over` (an external file) says is secret wherever it stands,
    and each value under a `#` key that the recording uses: nobody else replaces it, so it is the real one.
    A dummy that `over` replaces stays.

    Raises:
        ScaffolderError: one of them stands there in another writing (in a DSN, in Basic, as a key).
    """
    real = merged(filled(config, secrets), over)
    used = {path: value for path, value in secret_values(over, real).items() if not PLACEHOLDER.search(value)}
    shown = masked(masked(config, secrets), used)
    made = {key: _hidden(value, real.get(key), key) for key, value in shown.items()}
    named = {path: value for path, value in leaves(secrets) if isinstance(value, str)}
    _refuse_written(made, {**named, **used})
    return made


def _refuse_written(config: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Raises ScaffolderError if a value stands in a text or a key, in whatever writing."""
    usable = {path: value for path, value in values.items() if len(value) >= SHORTEST_INSIDE}
    if not usable:
        return
    rules = build([], secrets=usable).ruleset.known
    for path, text in _texts(config, ""):
        if rules.text(text) != text or rules.audit_texts([text]) is not None:
            raise ScaffolderError(
                f"write the configuration, {rules.text(path)}",
                "a secret stands there in another writing (escaped, in base64, as a key)",
                "Put the whole value under a key that begins with `#`, or into `secrets`",
                name="",
            )


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """(where, text) of all strings, keys among them."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield f"{path}.{key}".lstrip("."), str(key)
            yield from _texts(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}[{index}]")
    elif isinstance(value, str):
        yield path.lstrip("."), value


def _hidden(value: Any, real: Any, path: str) -> Any:
    """Numbers under `#` keys, and JSON documents as documents: components parse them (OAuth's `#data`)."""
    if isinstance(value, Mapping):
        known = real if isinstance(real, Mapping) else {}
        return {key: _hidden(item, known.get(key), f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        twins = real if isinstance(real, list) else []
        pairs = itertools.zip_longest(value, twins[: len(value)])
        return [_hidden(item, twin, f"{path}[{index}]") for index, (item, twin) in enumerate(pairs)]
    under = path.startswith("#") or ".#" in path
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if under and number and value == real:
        return _placeholder(path)
    inner = document(real) if value == _placeholder(path) and isinstance(real, str) else None
    return value if inner is None else json.dumps(_blank(inner, path))


def _blank(value: Any, path: str) -> Any:
    """A document with a placeholder for each text."""
    if isinstance(value, dict):
        return {key: _blank(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_blank(item, f"{path}[{index}]") for index, item in enumerate(value)]
    return _placeholder(path) if isinstance(value, str) and value else value


def _masked(value: Any, known: list[tuple[str, str]]) -> Any:
    if isinstance(value, Mapping):
        return {key: _masked(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, known) for item in value]
    if not isinstance(value, str):
        return value
    for secret, path in known:
        if value == secret:
            return _placeholder(path)
        if len(secret) >= SHORTEST_INSIDE:
            value = value.replace(secret, _placeholder(path))
    return value


def _placeholder(path: str) -> str:
    return "{{secret." + path + "}}"


def filled(config: Any, secrets: Mapping[str, Any]) -> Any:
    """The inverse of `masked`, for the temporary copy that is recorded. Unknown names stay as they are."""
    known = {path: str(value) for path, value in leaves(secrets)}

    def fill(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item) for item in value]
        if isinstance(value, str):
            return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), value)
        return value

    return fill(config)


def input_destinations(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(``tables`` or ``files``, destination) of the inputs; paths that leave the folder are passed over."""
    inputs = config.get("storage", {}).get("input", {}) if isinstance(config.get("storage"), Mapping) else {}
    for kind in ("tables", "files"):
        for entry in inputs.get(kind) or () if isinstance(inputs, Mapping) else ():
            destination = entry.get("destination") if isinstance(entry, Mapping) else None
            if isinstance(destination, str) and destination and not _leaves(destination):
                yield kind, destination


def _leaves(destination: str) -> bool:
    path = PurePosixPath(destination)
    return path.is_absolute() or ".." in path.parts
