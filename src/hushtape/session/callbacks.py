"""Callbacks and user subclasses of BaseSanitizer: whole bodies, in the shapes they know.

Lives here: running `before_record_request` / `before_record_response` on what the compiled pass left,
and taking over what they changed. Must not: run on stored data, run without a chain that asks for it.
The shapes are vcrpy's (a request with `uri headers body method`, a response dict): KEBOOLA.md.
Called by: recorder (before the end record), player (so that live requests meet recorded ones).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import structs

from hushtape.errors import SanitizerError
from hushtape.model import Body, Head, Headers, Interaction, Request, Response
from hushtape.sanitize import on_tape
from hushtape.session.bodies import BodyPipe

if TYPE_CHECKING:
    from hushtape.session.ledger import Ledger


class CallbackRequest:
    """A request as callbacks see it. Assign `uri`, `headers`, `body` or `method` to change it.

    `headers` maps a field's name to its (last) value; `body` is bytes or None.
    """

    def __init__(self, request: Request, body: bytes | None) -> None:
        self.method = request.method
        self.uri = request.uri
        self.headers: dict[str, str] = dict(request.headers.pairs)
        self.body: Any = body

    @property
    def url(self) -> str:
        return self.uri

    @property
    def scheme(self) -> str:
        return urlsplit(self.uri).scheme

    @property
    def host(self) -> str | None:
        return urlsplit(self.uri).hostname

    @property
    def port(self) -> int | None:
        parts = urlsplit(self.uri)
        return parts.port or {"https": 443, "http": 80}.get(parts.scheme)

    @property
    def path(self) -> str:
        return urlsplit(self.uri).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return sorted(parse_qsl(urlsplit(self.uri).query, keep_blank_values=True))


def run_request(
    chain: tuple[Any, ...], request: Request, body: bytes | None
) -> tuple[Request, bytes | None] | None:
    """What the request callbacks make of it; None: this interaction is not to be recorded.

    Raises:
        SanitizerError: one of them raised.
    """
    seen: Any = CallbackRequest(request, body)
    before = dict(seen.headers)
    for sanitizer in chain:
        seen = _call(sanitizer, "before_record_request", seen)
        if seen is None:
            return None
    headers = request.headers
    if dict(seen.headers) != before:
        headers = Headers((str(name), str(value)) for name, value in seen.headers.items())
    changed = structs.replace(request, method=str(seen.method), uri=str(seen.uri), headers=headers)
    return changed, _as_bytes(seen.body)


def apply(
    ledger: Ledger, interaction: Interaction, sent: BodyPipe | None, received: BodyPipe | None
) -> Interaction | None:
    """The interaction as the callbacks leave it, bodies stored; None: it is dropped.

    Raises:
        SanitizerError: a callback raised or returned what is no request or response.
    """
    chain = ledger.chain.callbacks
    outcome = run_request(chain, interaction.request, sent.held if sent is not None else None)
    if outcome is None:
        return None
    request, body = outcome
    request = structs.replace(
        request,
        headers=_with_length(request.headers, body),
        body=_store(ledger, sent, body, "request", request.headers),
    )
    response = interaction.response
    if response is not None:
        response = _response(ledger, chain, response, received)
    return structs.replace(interaction, request=request, response=response)


def _response(ledger: Ledger, chain: tuple[Any, ...], response: Response, pipe: BodyPipe | None) -> Response:
    """What was scrubbed before it was read has been through the callbacks that asked for it."""
    chain = tuple([sanitizer for sanitizer in chain if not sanitizer.scrub_before_read])
    head, body = run_response(chain, response.head, pipe.held if pipe is not None else b"")
    stored = _store(ledger, pipe, body, "response", head.headers)
    return structs.replace(response, head=head, body=stored)


def run_response(chain: tuple[Any, ...], head: Head, body: bytes) -> tuple[Head, bytes | None]:
    """What the response callbacks make of a head and a body whose content coding is undone.

    Raises:
        SanitizerError: one of them raised, or returned what is no response.
    """
    names: dict[str, list[str]] = {}
    for name, value in head.headers.pairs:
        names.setdefault(name, []).append(value)
    seen: Any = {
        "status": {"code": head.status, "message": head.reason},
        "headers": {name: list(values) for name, values in names.items()},
        "body": {"string": body},
    }
    for sanitizer in chain:
        seen = _call(sanitizer, "before_record_response", seen)
        if not isinstance(seen, Mapping):
            raise _bad(sanitizer, "before_record_response", f"returned {type(seen).__name__}, not a dict")
    changed = _as_bytes(seen["body"]["string"]) or None
    headers = head.headers
    if seen["headers"] != names:
        headers = Headers(_pairs(seen["headers"]))
    new_head = Head(
        int(seen["status"]["code"]),
        str(seen["status"]["message"]),
        _with_length(headers, changed),
        head.http_version,
    )
    return new_head, changed


def _pairs(headers: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (str(name), str(value))
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def _store(
    ledger: Ledger, pipe: BodyPipe | None, body: bytes | None, phase: Any, headers: Headers
) -> Body | None:
    if not body:
        return None
    if pipe is None:
        pipe = BodyPipe(ledger, phase, headers.get("content-type"), (), "")
    return pipe.store(body)


def _with_length(headers: Headers, body: bytes | None) -> Headers:
    """Content-Length, if there is one and it speaks of a body, is that of what is stored."""
    if body is None or "content-length" not in headers:
        return headers
    return Headers(
        (name, str(len(body)) if name.lower() == "content-length" else value) for name, value in headers.pairs
    )


def _call(sanitizer: Any, name: str, value: Any) -> Any:
    try:
        with on_tape():
            return getattr(sanitizer, name)(value)
    except Exception as error:  # noqa: BLE001 - a user's code may raise anything; the tape fails closed
        kind = type(error).__name__
    # Only the type, and outside the handler: the error's text, which `__context__` would lead to, may
    # hold what the callback was shown.
    raise _bad(sanitizer, name, f"raised {kind}")


def _bad(sanitizer: Any, name: str, what: str) -> SanitizerError:
    kind = type(sanitizer).__name__
    return SanitizerError(
        f"run {kind}.{name}",
        f"it {what}",
        "Nothing of this exchange was written, and the tape will not be published. Mend the sanitizer and "
        "record again",
        sanitizer=kind,
    )


def _as_bytes(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    return str(body).encode("utf-8", "surrogateescape")
