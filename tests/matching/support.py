"""Requests for the tests of this room, in one line each."""

from __future__ import annotations

from hushtape.model import BytesBody, Headers, Request

BASE = "https://api.example.com"


def ask(uri: str = BASE + "/", method: str = "GET", body: bytes | None = None, **headers: str) -> Request:
    """A request; keyword names become header names, underscores hyphens."""
    fields = Headers([(name.replace("_", "-"), value) for name, value in headers.items()])
    return Request(method, uri, fields, None if body is None else BytesBody(body))


def json_request(text: str) -> Request:
    return ask(method="POST", body=text.encode(), Content_Type="application/json")


def form_request(text: str) -> Request:
    return ask(method="POST", body=text.encode(), Content_Type="application/x-www-form-urlencoded")
