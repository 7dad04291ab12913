"""Reading what users hand to sanitizers: lists of names, values in configurations.

Lives here: argument checks, extract_values, the values under `#` keys. Must not: build rules or show
a value in an error. Called by: sanitizers, chain. Nothing here recurses: configurations may be deep.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from hushtape.errors import SanitizerError
from hushtape.sanitize.credential_names import names_credential
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.otherwise import is_key, key_within
from hushtape.sanitize.rules import REDACTED
from hushtape.sanitize.values_within import credential, made_within, passwords, within
from hushtape.sanitize.words import is_word, looks_made

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

T = TypeVar("T")

_CREDENTIAL = lazily(
    r"auth|token|key|secret|session|signature|passw|credential|pwd|pass\Z|connection_?string|assertion",
    re.IGNORECASE,
)
_URL = lazily(r"https?://[^@]*\Z", re.IGNORECASE | re.DOTALL)
_BASE64 = lazily(r"[A-Za-z0-9+/_\s-]+={0,2}")
_DATA_URL = lazily(r"data:[^,]{0,200};base64,", re.IGNORECASE)
_STANDARD = str.maketrans("-_", "+/")
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LEAST_CODED = 24
_LEAST_NUMBER = 8
"""Digits of a number in a document: `"keySize": 4096` and `"expiration_of_key": 86400` are none."""
_AGAIN = lazily(r"'\d+\Z")
"""What tells members of one name apart."""
_UNDER_A_NAME = lazily(r"\.(?:value|secretValue|plaintext)\Z", re.IGNORECASE)
_ESCAPED_OCTET = lazily("[\udc80-\udcff]")
MIN_PART = 6
"""Parts of a secret that is a JSON document count from this many characters on (SANITIZING.md, short
secrets): a shorter one would redact ordinary words."""


def bad_argument(sanitizer: str, argument: str, found: str, remedy: str) -> SanitizerError:
    """The error for an argument that can't be used; `found` must not hold its value."""
    return SanitizerError(f"build {sanitizer} with {argument}", found, remedy, sanitizer=sanitizer)


def strings(value: Iterable[str] | None, sanitizer: str, argument: str) -> list[str]:
    """A list of distinct non-empty strings, in first-seen order; None counts as empty.

    Raises:
        SanitizerError: a lone string (its characters would be taken one by one), or other items.
    """
    if value is None:
        return []
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        kind = type(value).__name__
        raise bad_argument(sanitizer, argument, f"it is a {kind}", "Give a list of strings.")
    items = list(value)
    for index, item in enumerate(items):
        if not isinstance(item, str):
            found = f"item {index} is a {type(item).__name__}"
            raise bad_argument(sanitizer, argument, found, "Give a list of strings.")
    return list(dict.fromkeys(item for item in items if item))


def secret_strings(value: Iterable[str | None] | None, sanitizer: str, argument: str) -> list[str]:
    """Like `strings`, for values: None among them is passed over (a variable that is not set here)."""
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        value = [text_of(item) if isinstance(item, str) else item for item in value if item is not None]
    return strings(value, sanitizer, argument)  # type: ignore[arg-type]  # it looks at each item


def text(value: object, sanitizer: str, argument: str) -> str:
    """A string, or SanitizerError."""
    if not isinstance(value, str):
        raise bad_argument(sanitizer, argument, f"it is a {type(value).__name__}", "Give a string.")
    return value


def function(value: Callable[..., T] | None, sanitizer: str, argument: str) -> Callable[..., T] | None:
    """A callable or None, or SanitizerError."""
    if value is not None and not callable(value):
        raise bad_argument(sanitizer, argument, f"it is a {type(value).__name__}", "Give a function.")
    return value


def longest_first(values: Iterable[str]) -> list[str]:
    """Distinct values, longest first; equally long ones in first-seen order."""
    return sorted(dict.fromkeys(values), key=len, reverse=True)


def document(value: str, *, every: bool = False) -> dict[str, Any] | list[Any] | None:
    """The JSON object or array that a string holds, as service-account keys come; else None. `every`: with
    all members that bear one name (RFC 8259 4: which of them counts is the reader's)."""
    value = value.removeprefix("\ufeff")  # a file that PowerShell wrote
    if value[:1] not in ("{", "[") and value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        parsed = json.loads(value, object_pairs_hook=_every if every else None)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, (dict, list)) else None


def _every(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            name = f"{name}'{len(found)}"
        found[name] = value
    return found


def _bare(value: str) -> str:
    """A value without the quotes that a shell or an .env file keeps, or that make it a string of JSON."""
    if len(value) < MIN_PART or value[0] != value[-1] or value[0] not in "\"'":
        return value
    if value[0] == '"':
        with suppress(ValueError):
            return _bare(str(json.loads(value)).strip())
    return value[1:-1]


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """(dotted path, scalar) of everything in nested mappings and lists, in order."""
    stack: list[tuple[str, object]] = [(path, value)]
    while stack:
        path, value = stack.pop()
        children: list[tuple[str, object]]
        if isinstance(value, Mapping):
            children = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
        elif isinstance(value, (list, tuple, set, frozenset)):
            children = [(f"{path}[{index}]", item) for index, item in enumerate(value)]
        else:
            yield path, value
            continue
        stack.extend(reversed(children))


def extract_values(mapping: Mapping[str, object]) -> list[str]:
    """All strings in nested mappings and lists, those inside JSON-encoded strings too, longest first."""
    found: list[str] = []
    todo: list[object] = [mapping]
    while todo:
        for _, value in leaves(todo.pop()):
            if not isinstance(value, str) or not value:
                continue
            found.append(value)
            inner = document(value)
            if inner is not None:
                todo.append(inner)
    return longest_first(found)


def bare(value: str) -> str:
    """A secret without the white space around it: a file ends in a line break, and what is sent does not.
    As it is where little would be left."""
    stripped = value.strip()
    return stripped if len(stripped) >= MIN_PART else value


def _in_base64(value: str) -> str:
    """The JSON document or PEM file that a value holds in base64, as variables of the environment do; "".

    In either alphabet, with or without its padding (RFC 4648 3.2), in quotes, as a `data:` URL (RFC 2397), of
    UTF-16, in base64 once more.
    """
    value = value.strip()
    if len(value) < _LEAST_CODED:
        return ""
    if value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    coded = _DATA_URL.sub("", value)
    if _BASE64.fullmatch(coded) is None:
        return ""
    letters = "".join(coded.split()).rstrip("=").translate(_STANDARD)
    try:
        text = _text_of_file(b64decode(letters + "=" * (-len(letters) % 4)))
    except ValueError:
        return ""
    known = _keys(text) or text.startswith("-----BEGIN ") or document(_bare(text.strip())) is not None
    return text if known else _in_base64(text)


def _text_of_file(data: bytes) -> str:
    """What a file says, in UTF-8 or UTF-16, its byte order mark left out. Raises: ValueError."""
    if data[:2] in _MARKS:
        return data.decode("utf-16")
    if 0 in data[:2]:
        return data.decode("utf-16-be" if data[0] == 0 else "utf-16-le")
    return data.decode("utf-8-sig")


def _is_common(part: str, value: str) -> bool:
    """A word, the user's or the database's name again, or the placeholder of a replay."""
    if is_word(part) or part in REDACTED:
        return True
    if not part.isalpha() or (count := value.count(part)) < 2:
        return False
    as_password = rf"(?i)(?::|passw\w*=|pwd=){re.escape(part)}(?=[@;&\s\"']|\Z)"
    return count > max(1, len(re.findall(as_password, value)))


def with_parts(name: str, value: str, depth: int = 3) -> Iterator[tuple[str, str]]:
    """A secret, and the secrets inside: `within`'s, and those of a JSON document (a service account's
    private_key).

    In a document, only values under names of the credential kind count, and no URL: a document also holds
    `token_uri` and the like, and redacting those would take the host from every request. In its other strings
    what `made_within` finds does. `depth`: documents in strings of documents that are read.
    """
    yield name, value
    if len(value.strip()) > MIN_PART:
        # Words are left: `postgres://postgres:postgres@postgres` says them everywhere.
        for part in dict.fromkeys(within(value.strip())):
            if MIN_PART <= len(part) < len(value) and not _is_common(part, value):
                yield name, part
    bare = _bare(value.removeprefix("\ufeff").strip())
    if bare != value.strip():
        yield from ((name, key) for key in _keys(bare) if key != value)
    coded = _in_base64(bare)
    if coded:
        yield from with_parts(name, coded, depth)
    inner = document(bare, every=True)
    if inner is None:
        return
    for path, held in leaves(inner, name):
        *above, last = _UNDER_A_NAME.sub("", path).split(".")
        named = is_credential(last)
        if isinstance(held, (int, float)) and named and len(str(held)) >= _LEAST_NUMBER:
            yield path, str(held)
        if not isinstance(held, str) or len(held) < MIN_PART:
            continue
        if (named or (looks_made(held) and any(map(names_credential, above)))) and not _URL.match(held):
            yield path, held
            scheme = credential(held)
            if scheme and len(scheme) >= MIN_PART and not _is_common(scheme, held):
                yield path, scheme
        sure = (
            part
            for part in passwords(_bare(held.strip()))
            if len(part) >= MIN_PART and not _is_common(part, held)
        )
        yield from ((path, part) for part in dict.fromkeys((*sure, *made_within(held))) if part != held)
        if depth:
            yield from _held(path, held, depth - 1)


def _keys(text: str) -> list[str]:
    return [text] if is_key(text) else key_within(text)


def is_credential(name: str) -> bool:
    """Whether what stands under this name in a document or a configuration counts as a secret."""
    name = _AGAIN.sub("", name.partition("[")[0])
    return _CREDENTIAL.search(name) is not None or names_credential(name)


def _held(path: str, value: str, depth: int) -> Iterator[tuple[str, str]]:
    """The secrets in a document's string that holds another, as it is or in base64 (Kubernetes' `data`)."""
    value = _bare(value.strip())
    text = value if document(value) is not None or _keys(value) else _in_base64(value)
    keys = _keys(text)
    if keys:
        yield from ((path, key) for key in keys)
    elif document(text) is not None:
        deeper = with_parts(path, text, depth)
        next(deeper)  # itself
        yield from deeper


def configuration(config: object, sanitizer: str, argument: str = "config") -> object:
    """A mapping, a list of them or None, or SanitizerError: a path or a text would give no value at all."""
    if config is not None and not isinstance(config, (Mapping, list, tuple)):
        found = f"it is a {type(config).__name__}"
        raise bad_argument(sanitizer, argument, found, "Give the configuration as a mapping.")
    return config


def hash_values(config: object, path: str = "") -> Iterator[tuple[str, str]]:
    """(dotted path, value) of every value below a key that starts with `#`, at any depth, in strings of JSON
    too.

    Raises:
        SanitizerError: a value there is of a type whose text isn't known to be what is sent.
    """
    for place, value in leaves(config, path):
        if isinstance(value, bool) or value is None:
            continue
        if not (place.startswith("#") or ".#" in place):
            if isinstance(value, str) and "#" in value:
                yield from hash_values(document(value), place)
            continue
        if isinstance(value, float) and len(str(value)) < MIN_PART:
            continue  # 1.0, 0.5: ordinary numbers
        yield from with_parts(place, _written(place, value))


def text_of(value: str | bytes | bytearray) -> str:
    """A secret's text; of bytes that are no UTF-8 the characters of latin-1, by which `otherwise.octets` has
    them. A variable of the environment holds such bytes as surrogates (PEP 383)."""
    if isinstance(value, str):
        text = str.__str__(value)  # a member of an enumeration would say its name
        if _ESCAPED_OCTET.search(text) is None:
            return text
        try:
            value = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return text  # other surrogates, too: a broken text
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _written(place: str, value: object) -> str:
    if isinstance(value, (str, bytes, bytearray)):
        return text_of(value)
    if isinstance(value, (int, float, Decimal, UUID, date)):
        return str(value)
    found = f"its value is a {type(value).__name__}"
    raise SanitizerError(f"use the secret {place!r}", found, "Give the secret's text.", sanitizer=place)
