"""Interactions for the tests of this room, and how to compare them.

Must not: test anything. Called by: the tests of this folder.
"""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from hushtape.model import (
    Body,
    BytesBody,
    ErrorLink,
    Failure,
    Head,
    Headers,
    Interaction,
    Request,
    Response,
    Tls,
)


def exchange(number: int = 0, body: bytes = b'{"id": 1}', **changes: Any) -> Interaction:
    """A plain interaction; `number` tells it from others."""
    request = Request(
        "GET", f"https://api.example.com/items?page={number}", Headers((("Host", "api.example.com"),))
    )
    head = Head(200, "OK", Headers((("Content-Type", "application/json"), ("X-Id", str(number)))))
    plain = Interaction(request, Response(head, BytesBody(body)), recorded_at="2026-01-01T00:00:00.000000Z")
    return msgspec.structs.replace(plain, **changes)


def content(body: Body | None) -> bytes | None:
    """The bytes of a body, wherever they are."""
    return None if body is None else b"".join(body.chunks())


def flat(interaction: Interaction) -> Interaction:
    """The interaction with its bodies in memory, to compare."""
    replace = msgspec.structs.replace
    request, response = interaction.request, interaction.response
    if request.body is not None:
        request = replace(request, body=BytesBody(content(request.body) or b""))
    if response is not None and response.body is not None:
        response = replace(response, body=BytesBody(content(response.body) or b""))
    return replace(interaction, request=request, response=response)


_latin = st.characters(max_codepoint=0xFF, exclude_characters="\r\n\0")
_names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=":"), min_size=1)
_values = st.text(_latin, max_size=40)
_headers = st.lists(st.tuples(st.sampled_from(["Set-Cookie", "set-cookie", "A"]) | _names, _values)).map(
    Headers
)
_text = st.text(st.characters(exclude_categories=["Cs"]))
_bodies = st.none() | (st.binary(max_size=300) | _text.map(str.encode)).map(BytesBody)
_versions = st.sampled_from(["HTTP/1.0", "HTTP/1.1", "HTTP/2"])
_printable = st.text(st.characters(min_codepoint=0x21, exclude_categories=["Cs", "Cc"]), max_size=60)
_heads = st.builds(Head, st.integers(100, 999), _values, _headers, _versions)

requests = st.builds(
    Request, st.sampled_from(["GET", "POST", "M-SEARCH"]), _printable, _headers, _bodies, _versions
)
responses = st.builds(
    Response,
    _heads,
    _bodies,
    _headers,
    st.lists(st.sampled_from(["gzip", "br"]), max_size=2).map(tuple),
    st.sampled_from(["length", "chunked", "close", "none"]),
    st.sampled_from(["complete", "short", "cut"]),
    st.integers(0, 2**40),
    st.lists(_heads, max_size=2).map(tuple),
)
_links = st.builds(
    ErrorLink, st.sampled_from(["TimeoutError", "ssl.SSLError"]), _text, st.none() | st.integers(-1, 200)
)
failures = st.builds(
    Failure, st.sampled_from(["connect", "send", "head", "body"]), st.lists(_links, max_size=3).map(tuple)
)
interactions = st.builds(
    Interaction,
    requests,
    st.none() | responses,
    st.none() | failures,
    st.none() | st.builds(Tls, st.booleans(), st.none() | st.binary(max_size=50)),
    st.sampled_from(["", "2026-01-01T00:00:00.000000Z", "2026-11-28T08:00:00+01:00", "2026-11-28"]),
    st.floats(0, 1e9),
)
