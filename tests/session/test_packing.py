"""Small gz and zip files as bodies go through all the rules that a plain body does."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from hushtape import (
    BodyFieldSanitizer,
    CallbackSanitizer,
    DefaultSanitizer,
    JsonPathSanitizer,
    PatternSanitizer,
)
from hushtape.cassette import CassetteReader
from tests.contract.drivers import Requests
from tests.support.servers import Server
from tests.support.wire import Call

IBAN = "CZ6508000000192000145399"
DOCUMENT = json.dumps({"data": {"iban": IBAN}, "n": 1}).encode()
PATTERN = PatternSanitizer([(r"CZ\d{22}", "CZ-0")])
PATH = JsonPathSanitizer(["$.data.iban"])
MADE = "n037KxJ8Qw2LmzTv9"

Pack = Callable[[bytes], bytes]


def gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def zipped(*contents: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for number, content in enumerate(contents):
            made.writestr(zipfile.ZipInfo(f"{number}.json"), content, method)
    return file.getvalue()


def content_of(body: bytes) -> bytes:
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as made:
            return made.read("0.json")
    return gzip.decompress(body)


def recorded(client: Requests, cassette: Path, body: bytes, **options: Any) -> bytes:
    """What is stored of an answer."""

    def answer(call: Call) -> None:
        call.body()
        call.reply(200, body, [("Content-Type", "application/octet-stream")])

    with Server(answer) as server, hushtape.use_cassette(cassette, **options):
        client.call("GET", server.url + "/file")
    response = CassetteReader.open(cassette).read(0).response
    assert response is not None and response.body is not None
    return b"".join(response.body.chunks())


@pytest.mark.parametrize("pack", [gz, zipped], ids=["gz", "zip"])
@pytest.mark.parametrize(
    "text",
    [
        f"password: {MADE}",
        f"[a]\npassword = {MADE}",
        f"run --token {MADE} now",
        f'["X-Api-Key","{MADE}"]',
        f'{{"auth":"{MADE}xQ4"}}',
        f'{{"Set-Cookie":"sid={MADE}; Path=/"}}',
        f'{{"Type":"SecureString","Value":"{MADE}"}}',
        f"> Authorization: Token {MADE}",
    ],
)
def test_the_looser_ways_go_from_a_file_as_from_a_plain_body(
    pack: Pack, text: str, client: Requests, cassette: Path
) -> None:
    stored = recorded(client, cassette, pack(text.encode()))
    assert MADE.encode() not in content_of(stored) and b"REDACTED" in content_of(stored)


@pytest.mark.parametrize("pack", [gz, zipped], ids=["gz", "zip"])
@pytest.mark.parametrize(
    ("sanitizer", "left"),
    [
        (PATTERN, DOCUMENT.replace(IBAN.encode(), b"CZ-0")),
        (PATH, DOCUMENT.replace(IBAN.encode(), b"REDACTED")),
        (BodyFieldSanitizer(["n"], nested=False), DOCUMENT.replace(b": 1", b': "REDACTED"')),
    ],
    ids=["pattern", "path", "top level"],
)
@pytest.mark.parametrize("callbacks", [False, True])
def test_patterns_and_paths_go_through_a_file(
    pack: Pack, sanitizer: Any, left: bytes, callbacks: bool, client: Requests, cassette: Path
) -> None:
    chain = [sanitizer, CallbackSanitizer(None, lambda answer: answer)] if callbacks else [sanitizer]
    stored = recorded(client, cassette, pack(DOCUMENT), sanitizers=chain)
    assert content_of(stored) == left


@pytest.mark.parametrize("body", [gzip.compress(b'{"n": 2}', mtime=7), zipped(b'{"n": 2}') + b"behind"])
def test_a_file_in_which_no_rule_matches_keeps_its_bytes(
    body: bytes, client: Requests, cassette: Path
) -> None:
    assert recorded(client, cassette, body, sanitizers=[DefaultSanitizer(), PATTERN, PATH]) == body


def long(document: bytes) -> bytes:
    numbers = random.Random(5)
    return document[:-1] + b', "rest": "%s"}' % numbers.randbytes(90_000).hex().encode()


@pytest.mark.parametrize("sanitizer", [PATTERN, PATH], ids=["pattern", "path"])
@pytest.mark.parametrize(
    "body",
    [gz(long(DOCUMENT)), zipped(b"first", long(DOCUMENT)), gz(DOCUMENT + b" " * 9_000_000)],
    ids=["gz", "second of a zip", "unpacks to much"],
)
def test_a_larger_file_in_which_a_pattern_or_path_matches_fails_the_recording(
    sanitizer: Any, body: bytes, client: Requests, cassette: Path, tmp_path: Path
) -> None:
    with pytest.raises(hushtape.RecordingError, match="pattern or a JSON path takes out"):
        recorded(client, cassette, body, sanitizers=[sanitizer])
    assert not cassette.exists()
    assert (
        recorded(client, tmp_path / "as-it-is.json", body, sanitizers=[sanitizer], allow_opaque=True) == body
    )


def test_a_larger_file_in_which_none_matches_is_recorded(client: Requests, cassette: Path) -> None:
    body = gz(long(b'{"data": 1}'))
    assert recorded(client, cassette, body, sanitizers=[PATTERN, PATH]) == body


@pytest.mark.parametrize(
    "sanitizer",
    [
        PatternSanitizer([(r"CZ\d{22}", "CZ-0")], scrub_before_read=True),
        JsonPathSanitizer(["$.data.iban"], scrub_before_read=True),
    ],
    ids=["pattern", "path"],
)
def test_a_file_in_which_a_rule_matches_is_not_read_where_answers_are_scrubbed_first(
    sanitizer: Any, client: Requests, cassette: Path
) -> None:
    with pytest.raises(hushtape.HushtapeError, match="inside the compressed file"):
        recorded(client, cassette, gz(DOCUMENT), sanitizers=[sanitizer])
    assert not cassette.exists()


def theirs(path: Path, url: str, body: bytes) -> None:
    asked = {"method": "POST", "uri": url, "body": None, "headers": {}}
    coded = base64.b64encode(body).decode()
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"base64_string": coded}}
    path.write_text(json.dumps({"version": 1, "interactions": [{"request": asked, "response": answer}]}))


def test_new_episodes_packs_what_another_tool_stored_again(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    theirs(path, "https://old.test/export", gz(DOCUMENT))
    with Server() as server:
        with hushtape.use_cassette(path, mode="new_episodes", sanitizers=[PATTERN]):
            requests.get(server.url + "/number/1", timeout=5)
        response = CassetteReader.open(path).read(0).response
    assert response is not None and response.body is not None
    assert content_of(b"".join(response.body.chunks())) == DOCUMENT.replace(IBAN.encode(), b"CZ-0")


def stored_zip(content: bytes) -> bytes:
    """Not compressed: a rule sees what is in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a.json", content)
    return file.getvalue()


def test_callbacks_are_shown_and_may_set_files_of_which_rules_take_something(
    client: Requests, cassette: Path
) -> None:
    content = json.dumps({"password": MADE, "z": 1}).encode()
    shown: list[bytes] = []

    def swap(response: Any) -> Any:
        shown.append(response["body"]["string"])
        response["body"]["string"] = gz(content)
        return response

    left = recorded(client, cassette, stored_zip(content), sanitizers=[CallbackSanitizer(None, swap)])
    redacted = {"password": "REDACTED", "z": 1}
    assert json.loads(zipfile.ZipFile(io.BytesIO(shown[0])).read("a.json")) == redacted
    assert json.loads(gzip.decompress(left)) == redacted
