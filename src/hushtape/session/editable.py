"""An interaction as hooks see it: to look at, and to change in place.

Lives here: the editable views, and the frozen interaction that comes of them, checked. Must not: run a hook,
scrub, write; read a body before it is asked for. Called by: hooks. Public: EditableInteraction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from hushtape import coding
from hushtape.cassette.fields import check_line, check_status, latin1
from hushtape.errors import BodyTooLargeError
from hushtape.model import Body, BytesBody, Failure, Headers, Interaction, Request, Response
from hushtape.session.editable_headers import EditableHeaders, Fields, as_text

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

SCHEMES: Final = ("http://", "https://")


class _Message:
    """Headers and a body that is read when it is asked for."""

    def __init__(self, headers: Headers, body: Body | None, limit: int, uri: str) -> None:
        self._headers = EditableHeaders(headers.pairs)
        self._original = body
        self._limit = limit
        self._where = uri
        self._data: bytes | None = None
        self.assigned = False

    @property
    def headers(self) -> EditableHeaders:
        """The header fields; assign a mapping, or pairs of name and value, to replace all of them."""
        return self._headers

    @headers.setter
    def headers(self, value: Fields) -> None:
        pairs: Any = value
        if isinstance(value, EditableHeaders | Headers):
            pairs = value.pairs
        elif isinstance(value, Mapping):
            pairs = value.items()
        self._headers = EditableHeaders([(name, one) for name, one in pairs])

    @property
    def body(self) -> bytes:
        """The whole body, content coding undone; assign bytes or text (UTF-8) to replace it.

        Raises:
            BodyTooLargeError: it passes `max_callback_body`.
        """
        if self._data is None:
            self._data = self._read()
        return self._data

    @body.setter
    def body(self, value: bytes | bytearray | memoryview | str) -> None:
        if not isinstance(value, bytes | bytearray | memoryview | str):
            raise TypeError(f"a body is bytes or str, not {type(value).__name__}")
        self._data = value.encode("utf-8") if isinstance(value, str) else bytes(value)
        self.assigned = True

    @property
    def text(self) -> str:
        """The body as UTF-8 text; what is none is escaped as surrogates, and comes back as it was."""
        return self.body.decode("utf-8", "surrogateescape")

    @text.setter
    def text(self, value: str) -> None:
        self.body = value.encode("utf-8", "surrogateescape")

    def json(self) -> Any:
        """The body, parsed. To change it: `response.body = json.dumps(changed)`."""
        return json.loads(self.body)

    def _read(self) -> bytes:
        body, limit = self._original, self._limit
        if body is None:
            return b""
        data = bytearray()
        for piece in body.chunks():
            data += piece
            if len(data) > limit:
                raise BodyTooLargeError(
                    f"show a hook the body of {self._where}",
                    f"it passes max_callback_body ({limit:,})",
                    "Raise max_callback_body, or let the hook leave this body alone",
                    option="max_callback_body",
                    limit=limit,
                )
        return bytes(data)

    def frozen_body(self) -> Body | None:
        """What is to be stored: the original where nothing was assigned."""
        if not self.assigned:
            return self._original
        return BytesBody(self._data) if self._data else None


class EditableRequest(_Message):
    """A request: `method`, `uri`, `headers`, `body`, `text`, `json()`."""

    def __init__(self, request: Request, limit: int) -> None:
        super().__init__(request.headers, request.body, limit, request.uri)
        self.method = request.method
        self.uri = request.uri
        self._request = request

    def frozen(self) -> Request:
        """The request as it is now."""
        request, headers = self._request, self.headers.frozen()
        same = (self.method, self.uri) == (request.method, request.uri) and headers == request.headers
        if same and not self.assigned:
            return request
        method, uri = as_text("the method", self.method), as_text("the URI", self.uri)
        check_line(method, uri)
        scheme, slashes, rest = uri.partition("://")
        if f"{scheme.lower()}{slashes}" not in SCHEMES or rest[:1] in ("", "/", "?", "#"):
            raise ValueError("the URI is not absolute: it begins with http:// or https:// and names a host")
        return Request(method, uri, headers, self.frozen_body(), request.http_version)


class EditableResponse(_Message):
    """A response: `status`, `reason`, `headers`, `body`, `text`, `json()`."""

    def __init__(self, response: Response, limit: int, uri: str) -> None:
        super().__init__(response.head.headers, response.body, limit, uri)
        self.status = response.head.status
        self.reason = response.head.reason
        self._response = response

    def frozen(self) -> Response:
        """The response as it is now."""
        response, head, headers = self._response, self._response.head, self.headers.frozen()
        same = (self.status, self.reason) == (head.status, head.reason) and headers == head.headers
        if same and not self.assigned:
            return response
        status, reason = self.status, latin1(as_text("the status text", self.reason))
        if not isinstance(status, int):
            raise TypeError(f"the status is a number, not {type(status).__name__}")
        check_status(reason, head.http_version)
        if not 200 <= status <= 599:
            raise ValueError(f"{status} is no status of a final response")
        body = self.frozen_body()
        framing = "length" if response.framing == "none" and body is not None else response.framing
        if framing == "length" and "chunked" in headers.get("transfer-encoding").lower():
            framing = "chunked"  # the hook put the field there, and clients go by it
        coded = _coded(response, headers)
        head = structs.replace(head, status=int(status), reason=reason, headers=headers)
        return structs.replace(response, head=head, body=body, coding=coded, framing=framing)


def _coded(response: Response, headers: Headers) -> tuple[str, ...]:
    """The content codings under which the body is to be replayed: what the head says now."""
    if "content-encoding" not in headers:
        return ()  # the body is replayed as it is stored
    stated = headers.get_all("content-encoding")
    if stated == response.head.headers.get_all("content-encoding"):
        return response.coding
    named = coding.parse(", ".join(stated))
    # What we can't put back is left to the client, which knows no more of it.
    return named if coding.encoded_size(named, 0) is not None else ()


class EditableInteraction:
    """An interaction in the hands of a hook, which changes it in place.

    Attributes:
        request: its request. response: its response; None where the call failed. Both are changed in place.
        failure: how the call failed, or None. recorded_at, elapsed: as in `Interaction`. To be read only.
        live: before a replay the request that is about to be answered, scrubbed; else None.
        discarded: `discard` was called.
    """

    def __init__(self, interaction: Interaction, limit: int, live: Request | None = None) -> None:
        self._interaction = interaction
        self._request = EditableRequest(interaction.request, limit)
        response = interaction.response
        self._response = (
            EditableResponse(response, limit, interaction.request.uri) if response is not None else None
        )
        self.live = live
        self.discarded = False

    @property
    def request(self) -> EditableRequest:
        """Its request."""
        return self._request

    @property
    def response(self) -> EditableResponse | None:
        """Its response; None where the call failed."""
        return self._response

    @property
    def failure(self) -> Failure | None:
        """How the call failed."""
        return self._interaction.failure

    @property
    def recorded_at(self) -> str:
        """When its request was issued, ISO 8601."""
        return self._interaction.recorded_at

    @property
    def elapsed(self) -> float:
        """Seconds from the request's start to the response's head."""
        return self._interaction.elapsed

    def discard(self) -> None:
        """Leave this interaction out of the cassette."""
        self.discarded = True

    def frozen(self) -> Interaction:
        """The interaction as it is now: the same object where nothing was changed.

        Raises:
            ValueError: a field of it can't stand in a message.
        """
        interaction = self._interaction
        request = self.request.frozen()
        response = self.response.frozen() if self.response is not None else None
        if request is interaction.request and response is interaction.response:
            return interaction
        return structs.replace(interaction, request=request, response=response)

    def __repr__(self) -> str:
        return f"<EditableInteraction {self.request.method} {self.request.uri}>"
