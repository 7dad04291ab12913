"""A replayed answer comes in a coding that this client asked for, where the recorded one asked for others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

import hushtape
from hushtape.model import BytesBody, Head, Headers, Interaction, Request, Response
from hushtape.session.negotiated import understood

URL = "https://api.test/people"


def stored(then: str, *codings: str, status: int = 200) -> Interaction:
    request = Request("GET", URL, Headers([("accept-encoding", then)] if then else []))
    head = Head(status, "OK", Headers([("Content-Encoding", ", ".join(codings)), ("ETag", "x")]))
    return Interaction(request, Response(head, BytesBody(b"text"), coding=codings))


@pytest.mark.parametrize(
    ("then", "live", "codings"),
    [
        ("gzip, deflate, br, zstd", "gzip, deflate", ("br",)),
        ("gzip, br", "gzip, br;q=0", ("br",)),
        ("gzip, br", "*, br;q=0.0", ("br",)),
        ("gzip, br", "", ("gzip", "br")),
        ("gzip, br", "gzip", ("gzip", "br")),
        ("*", "gzip", ("zstd",)),
        ("gzip;q=0.5", "identity", ("gzip",)),
    ],
)
def test_a_coding_that_only_the_recorded_client_asked_for_is_undone(
    then: str, live: str, codings: tuple[str, ...]
) -> None:
    answer = understood(stored(then, *codings), Headers([("Accept-Encoding", live)] if live else [])).response
    assert answer is not None and answer.coding == ()
    assert answer.head.headers.pairs == (("ETag", "x"),)


@pytest.mark.parametrize(
    ("then", "live", "codings", "status"),
    [
        ("gzip, br", "br, gzip", ("br",), 200),
        ("gzip, br", "*", ("br",), 200),
        ("gzip, br", "GZIP;q=1.0, BR ; q=0.1", ("br",), 200),
        ("x-gzip", "gzip", ("gzip",), 200),
        ("identity", "identity", ("gzip",), 200),
        ("identity", "deflate", ("gzip",), 200),
        ("", "identity", ("gzip",), 200),
        ("gzip;q=0", "identity", ("gzip",), 200),
        ("gzip, br", "gzip", ("br",), 206),
    ],
)
def test_all_else_comes_as_it_was_recorded(
    then: str, live: str, codings: tuple[str, ...], status: int
) -> None:
    given = stored(then, *codings, status=status)
    assert understood(given, Headers([("Accept-Encoding", live)])) is given


def test_what_a_browser_exported_is_read_by_a_client_that_knows_fewer_codings(tmp_path: Path) -> None:
    asked = {"method": "GET", "url": URL, "headers": [{"name": "accept-encoding", "value": "gzip, br, zstd"}]}
    fields = [
        {"name": "content-encoding", "value": "zstd"},
        {"name": "content-length", "value": "999"},
        {"name": "content-type", "value": "application/json"},
    ]
    answer = {"status": 200, "headers": fields, "content": {"text": '{"name": "Ada"}'}}
    path = tmp_path / "browser.har"
    path.write_text(json.dumps({"log": {"entries": [{"request": asked, "response": answer}]}}))
    with hushtape.use_cassette(path, mode="none"):
        got = requests.get(URL, headers={"Accept-Encoding": "gzip, deflate"}, timeout=5)
    assert got.json() == {"name": "Ada"}
    assert "content-encoding" not in got.headers and got.headers["content-length"] == "15"
