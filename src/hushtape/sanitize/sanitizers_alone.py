"""A declarative sanitizer used by itself: its ruleset over a request object or a response dict.

Lives here: the two functions behind before_record_request and before_record_response. Must not: know
sanitizers, or decode (`sanitizers_bodies` does). Called by: sanitizers_base.
What is given is changed in place, as keboola.vcr does: users' own sanitizers call one of ours and don't
look at what it returns. All is worked out before the first change, so an error leaves nothing half done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from hushtape.errors import SanitizerError
from hushtape.model import Headers
from hushtape.sanitize.rules import Phase
from hushtape.sanitize.ruleset import Ruleset
from hushtape.sanitize.sanitizers_bodies import Fields, scrub_body

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

_CODING = "content-encoding"
_SHOWN = (str, bytes, bytearray, list, tuple, Mapping)
"""Types of a field's value that can be looked at twice."""


def scrub_request(request: Any, ruleset: Ruleset) -> Any:
    """The request with `uri`, `headers` and `body` scrubbed; of what can't be changed, a copy. None stays
    None, and an attribute that isn't there stays away.

    Raises:
        SanitizerError: the body can't be looked into, or the object can be neither changed nor copied.
    """
    if request is None:
        return None
    fields = _held(getattr(request, "headers", None) or {})
    changes: dict[str, Any] = {}
    where = "uri" if hasattr(request, "uri") or not hasattr(request, "url") else "url"  # requests: url
    if isinstance(uri := getattr(request, where, None), (str, bytes)):
        changes[where] = _like(uri, ruleset.uri(_text(uri)))
    body, about = _body(getattr(request, "body", None), fields, ruleset, "request")
    if fields:
        changes["headers"] = _headers(fields, about, ruleset, "request")
    if hasattr(request, "body"):
        changes["body"] = _as_kept(request, body)
    return _changed(request, changes)


def scrub_response(response: Any, ruleset: Ruleset) -> Any:
    """The response dict with its reason phrase, header fields, body and `url` scrubbed. None stays None.

    Raises:
        SanitizerError: the body can't be looked into.
    """
    if response is None:
        return None
    headers, body = _held(response.get("headers") or {}), response.get("body")
    inside = isinstance(body, Mapping)
    given = body.get("string") if isinstance(body, Mapping) else body
    clean, about = _body(given, headers, ruleset, "response")
    if headers:
        headers = _headers(headers, about, ruleset, "response")
    status, url = response.get("status"), response.get("url")
    if isinstance(status, MutableMapping) and isinstance(status.get("message"), str):
        status["message"] = ruleset.text(status["message"])
    elif isinstance(status, str):
        response["status"] = ruleset.text(status)
    if isinstance(url, str):
        response["url"] = ruleset.uri(url)
    if headers or response.get("headers"):
        response["headers"] = headers
    if inside:
        response["body"] = _assigned(body, clean, ruleset)
    elif not inside and given is not clean:
        response["body"] = clean
    return response


def _assigned(body: Any, clean: Any, ruleset: Ruleset) -> Any:
    """The body with what changed in it: beside `string`, other tools have `base64_string` or `text`."""
    other = {key: text for key, text in body.items() if key != "string" and isinstance(text, str)}
    changed = {key: new for key, text in other.items() if (new := ruleset.text(text)) != text}
    if "string" in body and body["string"] is not clean:
        changed["string"] = clean
    if changed and not isinstance(body, MutableMapping):
        return {**body, **changed}
    if changed:
        body.update(changed)
    return body


def _changed(request: Any, changes: dict[str, Any]) -> Any:
    try:
        if "uri" in changes:
            request.uri = changes["uri"]
        if "url" in changes:
            request.url = changes["url"]
        if "headers" in changes:
            request.headers = changes["headers"]
        if "body" in changes:
            request.body = changes["body"]
    except (AttributeError, TypeError):  # a frozen or named tuple's attribute can't be set
        if dataclasses.is_dataclass(request) and not isinstance(request, type):
            return dataclasses.replace(request, **changes)
        if isinstance(request, tuple) and hasattr(request, "_replace"):
            return request._replace(**changes)
    else:
        return request
    kind = type(request).__name__
    raise SanitizerError(
        f"scrub a {kind}",
        "its attributes uri, headers and body can't be set",
        "Give an object that can be changed, or a dataclass.",
        sanitizer=kind,
    )


def _body(body: Any, fields: Any, ruleset: Ruleset, phase: Phase) -> tuple[Any, Fields]:
    about = Fields(_field(fields, "content-type"), _field(fields, _CODING))
    return scrub_body(body, about, ruleset, phase)


def _as_kept(request: Any, body: Any) -> Any:
    """vcrpy's Request keeps what a file or an iterator gave, and wraps it anew at each look."""
    if getattr(request, "_was_file", False) and hasattr(body, "getvalue"):
        return body.getvalue()
    if getattr(request, "_was_iter", False):
        return list(body)
    return body


# --- header fields ---------------------------------------------------------------------------------


def _text(value: object) -> str:
    """Bytes are latin-1 (RFC 9110 5.5)."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _values(value: object) -> list[Any]:
    """The values of one field: given alone or in a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _held(headers: Any) -> Any:
    """The fields, values that can be read once (iterators), and other collections, as lists."""
    pairs = list(_pairs(headers))
    if not any(_is_read_once(value) for _, value in pairs):
        return headers
    return _mapping(
        headers, [(name, list(value) if _is_read_once(value) else value) for name, value in pairs]
    )


def _is_read_once(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, _SHOWN)


def _pairs(headers: Any) -> Iterable[tuple[Any, Any]]:
    """All fields; `pairs`: of what we show to callbacks, where a name may come twice."""
    if isinstance(headers, (list, tuple)):
        return headers
    pairs = getattr(headers, "pairs", None)
    return pairs if isinstance(pairs, list) else headers.items()


def _field(headers: Any, wanted: str) -> str:
    for name, value in _pairs(headers):
        if _text(name).lower() == wanted:
            return ", ".join(map(_text, _values(value)))
    return ""


def _headers(headers: Any, about: Fields, ruleset: Ruleset, phase: Phase) -> Any:
    """The fields that stay, each in the shape and type in which it was given."""
    clean: list[tuple[Any, Any]] = []
    for name, value in _pairs(headers):
        lower = _text(name).lower()
        if about.decoded and lower == _CODING:
            continue
        given = _values(value)
        if about.size is not None and lower == "content-length":
            given = [str(about.size)]
        pairs = ruleset.headers(Headers([(_text(name), _text(item)) for item in given]), phase).pairs
        if pairs:
            kept = [_like(old, new) for old, (_, new) in zip(given, pairs, strict=True)]
            clean.append((name, type(value)(kept) if isinstance(value, (list, tuple)) else kept[0]))
    return _mapping(headers, clean)


def _like(old: Any, new: str) -> Any:
    if isinstance(old, bytes):
        return new.encode("latin-1", "replace")
    return old if _text(old) == new else new


def _mapping(given: Any, pairs: list[tuple[Any, Any]]) -> Any:
    """The mapping's own type where it can be made of pairs (a case-insensitive one, say), else a dict."""
    if isinstance(given, (list, tuple)):
        return type(given)(pairs)
    if type(given) is not dict:
        try:
            made = type(given)(pairs)
            if sorted(map(repr, _pairs(made))) == sorted(map(repr, pairs)):
                return made
        except Exception:  # noqa: BLE001 - somebody's constructor may take anything else, and raise anything
            return dict(pairs)
    return dict(pairs)
