"""Callbacks and user subclasses of BaseSanitizer: whole bodies, in the shapes they know.

Lives here: running `before_record_request` / `before_record_response` on what the compiled pass left.
Must not: run on stored data, run without a chain that asks for it, know shapes (callback_shapes does).
Called by: recorder (before the end record), player (so that live requests meet recorded ones).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import structs

from hushtape.errors import SanitizerError, interruption
from hushtape.model import Body, BytesBody, Head, Headers, Interaction, Request, Response
from hushtape.sanitize import on_tape
from hushtape.session import callback_scrub, uncoded
from hushtape.session.bodies import BodyPipe
from hushtape.session.callback_shapes import (
    CallbackRequest,
    WrongShape,
    response_dict,
    taken_request,
    taken_response,
)
from hushtape.session.inside import found
from hushtape.session.tearing import refuse_head, refuse_texts

if TYPE_CHECKING:
    from hushtape.sanitize.rules import Phase
    from hushtape.session.ledger import Ledger

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

T = TypeVar("T")


def run_request(
    chain: tuple[Any, ...], request: Request, body: bytes | None
) -> tuple[Request, bytes | None] | None:
    """What the request callbacks make of it; None: this interaction is not to be recorded.

    Raises:
        SanitizerError: one of them raised.
    """
    seen: Any = CallbackRequest(request, body)
    method, uri, pairs = request.method, request.uri, request.headers.pairs
    for sanitizer in chain:
        seen = _call(sanitizer, "before_record_request", seen)
        if seen is None:
            return None
        method, uri, pairs, body = _taken(sanitizer, "before_record_request", partial(taken_request, seen))
    headers = request.headers if pairs == tuple(request.headers.pairs) else Headers(pairs)
    return structs.replace(request, method=method, uri=uri, headers=headers), body


def apply(
    ledger: Ledger, interaction: Interaction, sent: BodyPipe | None, received: BodyPipe | None, sequence: int
) -> Interaction | None:
    """The interaction with this number as the callbacks leave it, bodies stored; None: it is dropped.

    Raises:
        SanitizerError: a callback raised or returned what is no request or response.
    """
    chain = ledger.chain.callbacks
    outcome = run_request(chain, interaction.request, sent.held if sent is not None else None)
    if outcome is None:
        return None
    request, body = outcome
    place = f"what callbacks made of {interaction.request.method} {interaction.request.uri}"
    refuse_head(ledger.ruleset, "request", request.uri, request.headers, place)
    request = callback_scrub.request(ledger.ruleset, interaction.request, request)
    shown = sent.held if sent is not None else b""
    if body != shown:
        before = interaction.request.headers
        body, _ = _uncoded(ledger, body, request.headers, before, request.uri)
    body = _scrubbed(ledger, shown, body, "request", request.headers, place)
    request = structs.replace(
        request,
        headers=_with_length(request.headers, body),
        body=_store(ledger, sent, body, "request", request.headers, sequence),
    )
    response = interaction.response
    if response is not None:
        response = _response(ledger, chain, response, received, request.uri, place, sequence)
    return structs.replace(interaction, request=request, response=response)


def _response(
    ledger: Ledger,
    chain: tuple[Any, ...],
    response: Response,
    pipe: BodyPipe | None,
    uri: str,
    place: str,
    sequence: int,
) -> Response:
    """What was scrubbed before it was read has been through the callbacks that asked for it."""
    chain = tuple([sanitizer for sanitizer in chain if not sanitizer.scrub_before_read])
    shown = pipe.held if pipe is not None else b""
    head, body = run_response(chain, response.head, shown)
    refuse_head(ledger.ruleset, "response", "", head.headers, place)
    refuse_texts(ledger.ruleset, (head.reason,), place)
    fields = callback_scrub.headers(ledger.ruleset, response.head.headers, head.headers, "response")
    codings = response.coding if "content-encoding" in fields else ()
    if body != shown:
        body, named = _uncoded(ledger, body, fields, response.head.headers, uri)
        codings = codings if named is None else named
    body = _scrubbed(ledger, shown, body, "response", fields, place)
    head = structs.replace(head, headers=_with_length(fields, body))
    stored = _store(ledger, pipe, body, "response", head.headers, sequence)
    return structs.replace(response, head=head, body=stored, coding=codings)


def _scrubbed(
    ledger: Ledger, shown: bytes, body: bytes | None, phase: Phase, headers: Headers, place: str
) -> bytes | None:
    """A body as callbacks made it, scrubbed.

    Raises:
        SecretFoundError: a rule takes a part of a named value in it.
    """
    watch = ledger.ruleset.watch(phase)
    clean = callback_scrub.body(ledger.ruleset, shown, body, phase, headers.get("content-type"), watch)
    if watch is not None and watch.found is not None:
        raise found(watch.found, f"{place}, of which another rule takes a part")
    return clean


def _uncoded(
    ledger: Ledger, body: bytes | None, headers: Headers, before: Headers, uri: str
) -> tuple[bytes | None, tuple[str, ...] | None]:
    """A body that callbacks changed, its content codings undone, so that it is scrubbed inside."""
    given = BytesBody(body) if body else None
    found, codings = uncoded.assigned(given, headers, before, uri, ledger.options)
    return body if found is given or found is None else b"".join(found.chunks()), codings


def run_response(chain: tuple[Any, ...], head: Head, body: bytes) -> tuple[Head, bytes | None]:
    """What the response callbacks make of a head and a body whose content coding is undone.

    Raises:
        SanitizerError: one of them raised, or returned what is no response.
    """
    status, reason, headers, changed = head.status, head.reason, head.headers, body or None
    seen: Any = response_dict(head, body)
    for sanitizer in chain:
        seen = _call(sanitizer, "before_record_response", seen)
        status, reason, headers, changed = _taken(
            sanitizer, "before_record_response", partial(taken_response, seen, head)
        )
    return Head(status, reason, _with_length(headers, changed), head.http_version), changed or None


def _store(
    ledger: Ledger, pipe: BodyPipe | None, body: bytes | None, phase: Any, headers: Headers, sequence: int
) -> Body | None:
    if not body:
        return None
    if pipe is None:
        pipe = BodyPipe(ledger, phase, headers.get("content-type"), (), "", sequence)
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
    except (Exception, SystemExit, GeneratorExit) as error:  # a user's code may raise anything
        if interruption(error) is not None:
            raise
        kind = type(error).__name__
    # Only the type, and outside the handler: the error's text, which `__context__` would lead to, may
    # hold what the callback was shown.
    raise _bad(sanitizer, name, f"raised {kind}")


def _taken(sanitizer: Any, name: str, take: Callable[[], T]) -> T:
    """What a callback left, looked at outside of its own code."""
    try:
        return take()
    except WrongShape as error:
        what = str(error)
    except Exception as error:  # noqa: BLE001 - an object of the user's may raise anything when it is read
        what = f"returned a {type(error).__name__} on being read"
    raise _bad(sanitizer, name, what)


def _bad(sanitizer: Any, name: str, what: str) -> SanitizerError:
    kind = type(sanitizer).__name__
    return SanitizerError(
        f"run {kind}.{name}",
        f"it {what}",
        "Nothing of this exchange was written, and the tape will not be published. Mend the sanitizer and "
        "record again",
        sanitizer=kind,
    )
