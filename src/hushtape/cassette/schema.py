"""The JSON of an interaction, as types: what msgspec decodes a cassette's text into.

Lives here: the structs, a member each, with their bounds. Must not: check what a type can't say (fields.py),
build the model. Called by: document. Unknown keys are passed over (vcrpy's extensions).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from hushtape.model import Ending, Framing

Size = Annotated[int, Meta(ge=0, le=2**62)]
Code = Annotated[int, Meta(ge=0, le=999)]
Pairs = list[tuple[str, str]]
_NOTHING = Raw()


class SpanIn(Struct, frozen=True, gc=False):
    """Stands for a long string that was left in the file (reader only)."""

    span: int


class BodyIn(Struct, frozen=True):
    string: str | SpanIn | None = None
    base64: str | SpanIn | None = None
    file: str | None = None
    size: Size = 0
    absent: bool = False
    spool: str | None = None
    span: int | None = None
    json: Raw = _NOTHING
    indent: int = -1
    end: Literal["", "\n", "\r\n"] = ""


class StatusIn(Struct, frozen=True, gc=False):
    code: Code
    message: str | None = ""


class RequestIn(Struct, frozen=True):
    method: str
    uri: str
    headers: Raw = _NOTHING
    body: str | BodyIn | None = None


class ResponseIn(Struct, frozen=True):
    status: StatusIn
    headers: Raw = _NOTHING
    body: BodyIn | None = None


class InformationalIn(Struct, frozen=True):
    status: StatusIn
    headers: Pairs = []
    http_version: str = "HTTP/1.1"


class TlsIn(Struct, frozen=True, gc=False):
    verified: bool
    certificate: str | None = None


class LinkIn(Struct, frozen=True, gc=False):
    type: str
    message: str = ""
    errno: Annotated[int, Meta(ge=-(2**31), le=2**31)] | None = None


class FailureIn(Struct, frozen=True):
    stage: Literal["connect", "send", "head", "body"]
    chain: list[LinkIn] = []


class ExtraIn(Struct, frozen=True):
    recorded_at: str = ""
    elapsed: float = 0.0
    request_version: str = "HTTP/1.1"
    request_order: list[str] | None = None
    http_version: str = "HTTP/1.1"
    header_order: list[str] | None = None
    framing: Framing = "length"
    coding: list[str] = []
    ending: Ending = "complete"
    shortfall: Size = 0
    trailers: Pairs = []
    informational: list[InformationalIn] = []
    tls: TlsIn | None = None
    failure: FailureIn | None = None


class InteractionIn(Struct, frozen=True):
    request: RequestIn
    response: ResponseIn | None = None
    hushtape: ExtraIn | None = None


class OnlyRequestIn(Struct, frozen=True):
    """An interaction of which only the request is looked at."""

    request: RequestIn
    hushtape: ExtraIn | None = None
