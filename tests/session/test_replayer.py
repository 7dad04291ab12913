"""Errors of a replay: nothing in them that a rule of today takes, and no rest of a value that one tears."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from tests.adversarial.smuggling import reply, scripted
from tests.support.torn import ADDRESS, RESTS, SIGNS, WITHHELD, rests

NAMED = "a-named-value-0815"
SPELLED = "".join(f"%5Cx{ord(letter):02x}" for letter in NAMED)
CUT = reply(b"x" * 300_000)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: mine\r\nConnection: Upgrade\r\n\r\n"


def cut_short(url: str) -> None:
    with requests.get(url, timeout=5, stream=True) as answer:
        next(answer.iter_content(10))


def read_on(url: str) -> None:
    assert len(requests.get(url, timeout=5).content) == 300_000


@pytest.mark.parametrize(
    ("address", "secret", "shown"),
    (
        ("/p?q=" + NAMED, NAMED, "/p?q=REDACTED"),
        (ADDRESS, SIGNS, "/" + WITHHELD),
    ),
    ids=("a named value", "a torn one"),
)
def test_the_error_of_an_answer_that_was_cut_quotes_what_the_rules_of_today_leave(
    address: str, secret: str, shown: str, cassette: Path
) -> None:
    with scripted(CUT) as server:
        with hushtape.use_cassette(cassette, mode="all", default_sanitizer=False):
            cut_short(server.url + address)
        with (
            pytest.raises(hushtape.CutBodyError) as caught,
            hushtape.use_cassette(cassette, mode="none", secrets={"#k": secret}),
        ):
            read_on(server.url + address)
    text = f"{caught.value} {vars(caught.value)}"
    assert caught.value.uri == server.url + shown
    assert secret not in text and not rests(text)


@pytest.mark.parametrize(
    ("address", "secret", "rest"),
    ((ADDRESS, SIGNS, RESTS[0]), ("/p?q=" + SPELLED, NAMED, SPELLED)),
    ids=("a torn value", "one in a writing that only the audit reads"),
)
def test_a_callback_that_leaves_a_body_coded_is_told_of_without_a_named_value(
    address: str, secret: str, rest: str, cassette: Path
) -> None:
    def callback(request: Any) -> Any:
        request.body = gzip.compress(b"some text")[:-9]
        return request

    with scripted(reply(b"x")) as server:
        with hushtape.use_cassette(cassette, mode="all", default_sanitizer=False):
            requests.get(server.url, timeout=5)
        changes = hushtape.CallbackSanitizer(before_request=callback)
        options: dict[str, Any] = {"secrets": {"#k": secret}, "sanitizers": [changes]}
        with (
            pytest.raises(hushtape.OpaqueBodyError) as caught,
            hushtape.use_cassette(cassette, mode="none", **options),
        ):
            fields = {"Content-Encoding": "gzip"}
            requests.post(server.url + address, gzip.compress(b"text"), headers=fields, timeout=5)
    assert rest not in f"{caught.value} {vars(caught.value)}"
    assert WITHHELD in caught.value.uri or "(withheld: " in caught.value.uri


def test_a_hook_is_given_the_live_request_without_a_torn_value(cassette: Path) -> None:
    seen: list[str] = []
    with scripted(reply(b"x")) as server:
        with hushtape.use_cassette(cassette, mode="all", default_sanitizer=False):
            requests.get(server.url + ADDRESS, timeout=5)

        def hook(interaction: Any) -> None:
            seen.append(interaction.live.uri)

        with hushtape.use_cassette(cassette, mode="none", secrets={"#k": SIGNS}, before_replay=hook):
            requests.get(server.url + ADDRESS, timeout=5)
    assert seen == [server.url + "/" + WITHHELD]
