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
from hushtape.sanitize import Ruleset, build
from hushtape.sanitize.sanitizers_values import document, leaves

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

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
    known = _Known(_texts_of(secrets))
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
    named = _texts_of(secrets)
    known = _Known({**used, **named}, first=named)
    made = {key: _hidden(_masked(value, known), real.get(key), key) for key, value in config.items()}
    usable = {path: value for path, value in {**named, **used}.items() if len(value) >= SHORTEST_INSIDE}
    if usable:
        rules = build([], secrets=usable).ruleset.known
        _refuse_torn(filled(config, secrets), known, rules)
        _refuse_written(made, rules)
    return made


class _Known:
    """Values that are masked, each with the path that names it."""

    def __init__(self, values: Mapping[str, str], first: Mapping[str, str] | None = None) -> None:
        """`first`: where a value has two paths, that of these counts."""
        pairs = [*(first or {}).items(), *values.items()]
        self._paths = {value: path for path, value in reversed(pairs) if value}
        inside = sorted(
            (value for value in self._paths if len(value) >= SHORTEST_INSIDE), key=len, reverse=True
        )
        self._inside = re.compile("|".join(map(re.escape, inside)) or r"(?!)")

    def mask(self, text: str) -> str:
        """The text with a placeholder for each value, all in one pass: of two that begin at one place the
        longer one."""
        if text in self._paths:
            return _placeholder(self._paths[text])
        return self._inside.sub(lambda found: _placeholder(self._paths[found[0]]), text)

    def spans(self, text: str) -> list[tuple[int, int, bool]]:
        """Where `mask` replaces a part of the text, in its UTF-8; see `Watch.look`."""
        spans: list[tuple[int, int, bool]] = []
        at = done = 0
        for found in () if text in self._paths else self._inside.finditer(text):
            start = done + len(_octets(text[at : found.start()]))
            at, done = found.end(), start + len(_octets(found[0]))
            spans.append((start, done, False))
        return spans


def _refuse_torn(config: Mapping[str, Any], known: _Known, rules: Ruleset) -> None:
    """Raises ScaffolderError if a value that is masked is a part of another one in another writing: the rest
    would be committed."""
    for path, text in _texts(config, ""):
        spans, watch = known.spans(text), rules.watch("request", rules)
        if spans and watch is not None:
            watch.look(_octets(text), 0, spans)
            if watch.found is not None:
                raise _written_otherwise(rules.text(path))


def _refuse_written(config: Mapping[str, Any], rules: Ruleset) -> None:
    """Raises ScaffolderError if a value stands in a text or a key, in whatever writing."""
    for path, text in _texts(config, ""):
        if rules.text(text) != text or rules.audit_texts([text]) is not None:
            raise _written_otherwise(rules.text(path))


def _written_otherwise(path: str) -> ScaffolderError:
    return ScaffolderError(
        f"write the configuration, {path}",
        "a secret stands there in another writing (escaped, in base64, as a key)",
        "Put the whole value under a key that begins with `#`, or into `secrets`",
        name="",
    )


def _texts_of(secrets: Mapping[str, Any]) -> dict[str, str]:
    return {path: str(value) for path, value in leaves(secrets) if isinstance(value, str) and value}


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


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


def _masked(value: Any, known: _Known) -> Any:
    if isinstance(value, Mapping):
        return {key: _masked(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, known) for item in value]
    return known.mask(value) if isinstance(value, str) else value


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


def unfilled(config: Any) -> str:
    """The first placeholder for a secret that is left; "" if there is none."""
    texts = (value for _, value in leaves(config) if isinstance(value, str))
    return next((found[0] for text in texts if (found := PLACEHOLDER.search(text))), "")


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
