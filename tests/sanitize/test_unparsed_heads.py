"""urllib3's warning on a malformed head: the fields it quotes go by the rules for header fields."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import requests
from tests.support.servers import Call, Server

import hushtape
from hushtape.sanitize.chain import build
from hushtape.sanitize.unparsed_heads import told

MADE = "Zk93mP0qX7vL2aB4cD6e"
HEAD = (
    f"no colon {MADE}\r\nX-Session-Id: {MADE}\r\nX-Api-Key:\r\n {MADE}\r\nX-Kind: plain\r\n"
    f'Sec-WebSocket-Protocol: bearer, {MADE}\r\nSet-Cookie:sid="{MADE}"; Path=/\r\nContent-Length: 2\r\n\r\n'
)


@pytest.mark.parametrize(
    "quoted", [repr(HEAD), repr(HEAD.encode()), repr(HEAD.replace("\r\n", "\r")), repr(HEAD + "'")]
)
def test_the_fields_of_a_quoted_head_are_scrubbed(quoted: str) -> None:
    text = told(build().ruleset, f"[Defect()], unparsed data: {quoted}\nmore")
    assert MADE not in text and text.endswith("\nmore")
    assert "X-Kind: plain\\r\\n" in text and "Content-Length: 2" in text


@pytest.mark.parametrize("text", ["unparsed data: None", "unparsed data: ''", "nothing of the kind"])
def test_what_holds_none_stays(text: str) -> None:
    assert told(build().ruleset, text) == text


def test_what_is_no_literal_goes() -> None:
    assert told(build().ruleset, f"unparsed data: 'cut {MADE}\nmore") == "unparsed data: REDACTED\nmore"


def test_the_warning_of_urllib3_shows_no_field_that_is_a_credential(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def handle(call: Call) -> None:
        call.send(b"HTTP/1.1 200 OK\r\nX-1: a\r\n" + HEAD.encode() + b"{}")
        call.closing = True

    with (
        caplog.at_level(logging.WARNING),
        Server(handle) as server,
        hushtape.use_cassette(tmp_path / "tape.json"),
    ):
        requests.get(server.url, timeout=5)
    assert "Failed to parse headers" in caplog.text and "unparsed data" in caplog.text
    assert MADE not in caplog.text
