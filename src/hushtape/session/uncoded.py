"""Content codings of bodies that did not come off the wire: another tool, a hook or a callback set them.

Lives here: undoing them before anything is written, as when a body is recorded, and refusing what can't be
looked into. Must not: scrub, store, decode a body that was recorded (bodies does). Called by: player,
callbacks, hooks, replayer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from hushtape import coding
from hushtape.model import Body, Headers, Interaction, Response
from hushtape.sanitize.audit_anew import is_text
from hushtape.session.bounds import NO_TEXT, opaque
from hushtape.session.stored import DecodedBody

if TYPE_CHECKING:
    from hushtape.session.options import Options

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

PARTIAL = 206

CUT, DAMAGED = ": it is cut", ": it is damaged"
_HEAD = 4096
_MAGIC = frozenset(("gzip", "x-gzip", "zstd"))
"""Codings that tell themselves. Of random bytes 6 % seem to be br that is cut, and none is to text."""


def undone(interaction: Interaction, options: Options, *, ours: bool = False) -> Interaction:
    """What another tool stored, as a recording of today would hold it: bodies decoded, an answer's codings
    noted. The same object where there is nothing to undo.

    Args:
        ours: hushtape stored it and looked into it: requests are decoded, and an answer is if it can be.
    Raises:
        OpaqueBodyError: a coding is unknown, or a coded body is cut, damaged or a part (206), without
            `allow_opaque`. BodyTooLargeError: a body would become more than `max_body`.
    """
    request, response = interaction.request, interaction.response
    if ours:
        options = structs.replace(options, allow_opaque=True)
    elif (body := _undone(request.body, request.headers, request.uri, options)[0]) is not request.body:
        interaction = structs.replace(interaction, request=structs.replace(request, body=body))
    if response is not None and (not response.coding or (not ours and _is_coded(response, options))):
        head = response.head
        part = head.status == PARTIAL
        body, codings = _undone(response.body, head.headers, request.uri, options, part=part)
        if body is not response.body:
            response = structs.replace(response, body=body, coding=codings)
            interaction = structs.replace(interaction, response=response)
    return interaction


def assigned(
    body: Body | None, headers: Headers, before: Headers | None, uri: str, options: Options
) -> tuple[Body | None, tuple[str, ...] | None]:
    """A body that a hook or callback put in, without the codings that its head names; and these codings, None
    where it has none of them.

    Where the field is as it was, the body was shown decoded, and may be given back so; not cut or damaged, if
    it is of this coding after all. A new field is taken at its word.

    Args:
        before: the header fields that it was shown; None: what is of no coding is always meant as it stands.
    Raises:
        OpaqueBodyError, BodyTooLargeError: as `undone`.
    """
    codings = codings_of(headers)
    shown = coding.can_decode(codings) and (before is None or codings == codings_of(before))
    found, codings = _undone(body, headers, uri, options, shown=shown)
    return found, codings or None


def codings_of(headers: Headers) -> tuple[str, ...]:
    """The content codings that a head names."""
    return coding.parse(", ".join(headers.get_all("content-encoding")))


def _undone(
    body: Body | None,
    headers: Headers,
    uri: str,
    options: Options,
    *,
    part: bool = False,
    shown: bool = False,
) -> tuple[Body | None, tuple[str, ...]]:
    """The body decoded, and its codings; the same body and none where it has none. `shown`: it may have been
    decoded already."""
    codings = codings_of(headers)
    if body is None or not codings or not body.size:
        return body, ()
    if not coding.can_decode(codings):
        extra = coding.missing_extra(codings)
        if options.allow_opaque or (coding.are_charsets(codings) and not extra) or _is_all_text(body):
            return body, ()
        raise opaque(codings, uri, "", f"Install it with: pip install 'hushtape[{extra}]'" if extra else "")
    decoded = DecodedBody(body, codings, options.max_body)
    why = ", and this is a part of such a body (206)" if part else _fault(decoded)
    if not why and (decoded.size or not _is_all_text(body)):
        return decoded, codings
    if options.allow_opaque or codings == ("aws-chunked",) or _is_all_text(body):
        return body, ()  # it was decoded already, and its head left as it was
    if shown and not _is_faulty(decoded, body, codings, why):
        return body, ()
    raise opaque(codings, uri, why)


def _is_coded(response: Response, options: Options) -> bool:
    """Whether a body that counts as decoded is of its coding after all, to its end or where it was cut."""
    body, codings = response.body, codings_of(response.head.headers)
    if body is None or not coding.can_decode(codings) or _is_all_text(body):
        return False
    one = coding.decoder(codings)
    try:
        for data in body.chunks():
            for _ in one.feed(data):
                if one.produced > options.max_body:
                    return True
    except coding.CodingError:
        return False
    return one.produced > 0


def _begins_as_text(decoded: DecodedBody) -> bool:
    """Whether what comes out before a fault is text."""
    head = b""
    try:
        for piece in decoded.chunks():
            head += piece
            if len(head) >= _HEAD:
                break
    except coding.CodingError:
        pass
    return is_text(head)


def _is_faulty(decoded: DecodedBody, body: Body, codings: tuple[str, ...], why: str) -> bool:
    """Whether a body that may have been decoded is of its coding all the same, with a fault."""
    if why in (CUT, DAMAGED):
        return _MAGIC.issuperset(codings) or _begins_as_text(decoded)
    return "br" in codings and _is_before_a_tail(body, codings)


def _is_before_a_tail(body: Body, codings: tuple[str, ...]) -> bool:
    """Whether text comes out before bytes that follow a stream's end: for these brotli gives nothing of the
    piece they stand in, unless it gets each byte for itself."""
    one, head = coding.decoder(codings), b""
    try:
        for at in range(len(first := next(iter(body.chunks()), b""))):
            head += b"".join(one.feed(first[at : at + 1]))
            if len(head) >= _HEAD:
                break
    except coding.CodingError:
        pass
    return bool(head) and is_text(head[:_HEAD])


def _fault(decoded: DecodedBody) -> str:
    """Why it can't be decoded to its end; "": it can. All of it is read."""
    try:
        _ = decoded.size
    except coding.CodingError as error:
        if not error.produced:
            return ": it is not of this coding, and no text"
        return CUT if decoded.fed else DAMAGED
    if decoded.complete:
        return ""
    return CUT if decoded.size else ": it is cut before anything came out"


def _is_all_text(body: Body) -> bool:
    return all(_is_text(piece) for piece in body.chunks())


def _is_text(data: bytes) -> bool:
    return NO_TEXT.search(data) is None and is_text(data)
