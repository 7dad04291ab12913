"""Database values as JSON, and back: dates, decimals and bytes keep their types.

Lives here: the tags, SQL as it is compared, the hash of parameters. Must not: know a driver, write.
Called by: databases, db_recorder.
Tags: `{"__type__": "datetime" | "date" | "decimal" | "bytes" | "float", "value"}`; a float only where it is
NaN or infinite, which JSON can't say.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_SPACE = re.compile(r"\s+")
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"|[^\s"\[\]{},:]++')
_PLAIN = re.compile(r"true|false|null|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
"""What stands in JSON without quotes, as Python writes it."""


def normalize_sql(sql: str) -> str:
    """The statement as it is compared: white space and case folded."""
    return _SPACE.sub(" ", sql).strip().upper()


def encode(value: object) -> str:
    """The value as JSON on one line."""
    return json.dumps(value, sort_keys=False, default=_tagged)


def settled(line: str) -> bytes:
    """What `encode` wrote, as JSON of RFC 8259 on one line: NaN and the infinities as tagged texts. A
    placeholder in place of a number gets quotes: among numbers alone no rule can tell that this is JSON.

    Raises:
        ValueError: it is no JSON.
    """
    line = _TOKENS.sub(_quoted, line)
    try:
        return msgspec.json.encode(msgspec.json.decode(line))
    except msgspec.MsgspecError:  # it refuses NaN, 1e400, and half a surrogate in a text
        found = json.loads(line, parse_constant=_constant)
    return json.dumps(found, separators=(",", ":")).encode()


def _quoted(token: re.Match[str]) -> str:
    text = token[0]
    return text if text[0] == '"' or _PLAIN.fullmatch(text) else json.dumps(text)


def _constant(name: str) -> dict[str, str]:
    return {"__type__": "float", "value": name}


def params_hash(parameters: object, clean: Callable[[str], str] | None = None) -> str:
    """SHA-256 of the parameters as JSON with sorted keys; `clean` scrubs that first."""
    text = json.dumps(parameters, sort_keys=True, default=_tagged)
    return hashlib.sha256((clean(text) if clean is not None else text).encode()).hexdigest()


def _tagged(value: object) -> object:
    if isinstance(value, datetime):  # before date: it is one, too
        return {"__type__": "datetime", "value": value.isoformat()}
    if isinstance(value, date):
        return {"__type__": "date", "value": value.isoformat()}
    if isinstance(value, Decimal):
        return {"__type__": "decimal", "value": str(value)}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"__type__": "bytes", "value": bytes(value).hex()}
    read = getattr(value, "read", None)
    if callable(read):  # a large object of the database (LOB)
        return read()
    return str(value)


def revived(value: Any) -> Any:
    """What `encode` wrote, with its types. A tag that can't be read stays as it is."""
    if isinstance(value, list):
        return [revived(item) for item in value]
    if not isinstance(value, dict):
        return value
    make = _MAKERS.get(value.get("__type__", "")) if set(value) == {"__type__", "value"} else None
    if make is None:
        return {key: revived(item) for key, item in value.items()}
    try:
        return make(value["value"])
    except (ValueError, TypeError, ArithmeticError):
        return value


_MAKERS: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "bytes": bytes.fromhex,
    "float": float,
}
