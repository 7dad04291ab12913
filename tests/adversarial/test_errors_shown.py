"""What hangs on an error that the program gets: its chain, its pickle, what pytest shows of its frames.

Lives here: real calls that end in an error of ours, and everything that can be read from it. Must not: look
at files (the other tests of this folder do). An answer that is scrubbed before it is read never reached the
client, so no frame but ours can hold it.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from hushtape.keboola.case import load_secrets
from hushtape.keboola.scaffolder import read_definitions
from tests.adversarial.smuggling import reply, scripted

SECRET = "q7-Unguessable+0093xYz"
RAW = SECRET.encode()
FIRST = hushtape.TokenSanitizer([SECRET[5:13]], scrub_before_read=True)
"""A rule that takes a part of the secret: such an answer can't be shown."""
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ANSWERS = {
    "no status line": b"what " + RAW + b"\r\n\r\n",
    "a status that is none": b"HTTP/1.1 " + RAW + b" x\r\n\r\n",
    "no chunk size": CHUNKED + RAW + b"\r\n",
    "a chunk size that is none later": CHUNKED + b"1\r\nx\r\n" + RAW + b"\r\n",
    "trailers": CHUNKED + b"0\r\nX-T: " + RAW + b"\r\n\r\n",
    "a reason": b"HTTP/1.1 200 " + RAW + b"\r\nContent-Length: 0\r\n\r\n",
    "an early head": b"HTTP/1.1 100 go\r\nX-A: " + RAW + b"\r\n\r\n",
    "a field": reply(b"x", "X-A: " + SECRET),
    "a body": reply(b"x " + RAW),
    "a body until the end": b"HTTP/1.1 200 OK\r\n\r\nx " + RAW,
    "a short body": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx " + RAW,
    "a broken gzip": reply(RAW, "Content-Encoding: gzip"),
    "an opaque coding": reply(RAW, "Content-Encoding: x-mine"),
}


def chained(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and all that it leads to."""
    seen: set[int] = set()
    todo = [error]
    while todo:
        one = todo.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += [one.__cause__, one.__context__]


def told(error: BaseException) -> str:
    """All that can be read from an error: itself, its chain, pytest's report with all arguments."""
    texts = [
        f"{one} {one!r} {one.args!r} {vars(one)!r} {getattr(one, 'object', '')!r}" for one in chained(error)
    ]
    texts += [pickle.dumps(one).decode("latin-1") for one in chained(error)]
    shown: Any = pytest.ExceptionInfo.from_exception(error)
    texts.append(str(shown.getrepr(style="long", funcargs=True)))
    return "\n".join([*texts, *traceback.format_exception(error)])


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_that_could_not_be_scrubbed_hangs_on_no_error(case: str, tmp_path: Path) -> None:
    errors: list[BaseException] = []
    with scripted(ANSWERS[case]) as server:
        try:
            with hushtape.use_cassette(
                tmp_path / "t.json", mode="all", secrets={"#k": SECRET}, sanitizers=[FIRST]
            ):
                try:
                    requests.get(server.url, timeout=3)
                except Exception as error:
                    errors.append(error)
        except hushtape.HushtapeError as error:
            errors.append(error)
    assert errors and not [text for text in map(told, errors) if SECRET in text]


JSON = """{"version": 1, "hushtape": {"format": 1, "recorded_at": "%s"}, "interactions": [{
"request": {"method": "GET", "uri": "http://127.0.0.1:9/", "body": {"string": "%s"}, "headers": {}},
"response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "%s"}}}]}"""
YAML = """version: 1
interactions:
- request: {method: GET, uri: "http://127.0.0.1:9/", body: %s, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: "x"}}
"""
CASSETTES = {
    "a head that is no UTF-8.json": JSON.encode() % (RAW + b"\xff", b"", b""),
    "a request that is no UTF-8.json": JSON.encode() % (b"", RAW + b"\xff", b""),
    "an answer that is no UTF-8.json": JSON.encode() % (b"", b"", RAW + b"\xff"),
    "a request that is no JSON.json": JSON.encode() % (b"", RAW + b'" "', b""),
    "no UTF-8.yaml": YAML.encode() % (RAW + b"\xff"),
    "no YAML.yaml": YAML.encode() % (RAW + b": ["),
    "no data.yaml": YAML.encode() % (b"!!python/object:x " + RAW),
    "no base64.yaml": YAML.encode() % (b"!!binary " + RAW),
}


@pytest.mark.parametrize("name", CASSETTES)
def test_a_damaged_cassette_hangs_on_no_error(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(CASSETTES[name])
    with (
        pytest.raises(hushtape.CassetteFormatError) as caught,
        hushtape.use_cassette(tmp_path / name, mode="none", match_on=["method", "body"]),
    ):
        requests.get("http://127.0.0.1:9/")
    assert SECRET not in told(caught.value)


READERS = [hushtape.ConfigSecretsSanitizer.from_config_file, load_secrets, read_definitions]
SECRETS_FILES = {"no JSON": b'{"#k": ' + RAW, "no UTF-8": b'{"#k": "' + RAW + b'\xff"}'}


@pytest.mark.parametrize(
    "read", [hushtape.ConfigSecretsSanitizer.from_config_file, load_secrets, read_definitions]
)
@pytest.mark.parametrize("case", SECRETS_FILES)
def test_a_damaged_file_of_secrets_hangs_on_no_error(case: str, read: Any, tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_bytes(SECRETS_FILES[case])
    with pytest.raises(hushtape.HushtapeError) as caught:
        read(tmp_path / "secrets.json")
    assert SECRET not in told(caught.value)


@pytest.mark.parametrize("matcher", ["path", "body"])
def test_an_upload_whose_chunks_are_none_is_answered_or_refused(matcher: str, tmp_path: Path) -> None:
    cassette = tmp_path / "t.json"
    options: dict[str, Any] = {"match_on": ["method", matcher], "secrets": {"#k": SECRET}}
    with scripted(reply(b"x")) as server, hushtape.use_cassette(cassette, mode="all", **options):
        requests.post(server.url, data="k=v")
    with contextlib.suppress(hushtape.HushtapeError), hushtape.use_cassette(cassette, mode="none", **options):
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        connection.putrequest("POST", "/")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        try:
            connection.send(RAW + b"\r\n")
            answer = connection.getresponse().read()
        except hushtape.UnmatchedRequestError as error:
            answer = b""
            assert SECRET not in f"{error!r} {[vars(one) for one in chained(error)]}"
        assert answer == (b"x" if matcher == "path" else b"")


UPLOADS = """
import os, requests, hushtape
from tests.adversarial.smuggling import reply, scripted

SECRET = os.environ["KEY"]

def send(path, answer, body):
    first = hushtape.TokenSanitizer([SECRET[5:13]], scrub_before_read=True)
    field = hushtape.BodyFieldSanitizer(["a"], scrub_before_read=True)
    options = {"secrets": {"#k": SECRET}, "sanitizers": [first, field]}
    with scripted(answer) as server, hushtape.use_cassette(path, **options):
        requests.get(server.url)
        requests.post(server.url, data=body)

def test_a_placeholder_that_is_sent(tmp_path):
    send(tmp_path / "t.json", reply(b'{"a": "mine"}'), "a=REDACTED&b=" + SECRET)

def test_an_answer(tmp_path):
    send(tmp_path / "t.json", reply(b"x " + SECRET.encode()), "")

def test_an_answer_that_is_none(tmp_path):
    send(tmp_path / "t.json", b"what " + SECRET.encode() + b"\\r\\n\\r\\n", "")
"""


def test_pytest_shows_neither_such_an_answer_nor_an_upload_that_was_refused(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(UPLOADS)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HUSHTAPE"))}
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "test_it.py"]
    shown = subprocess.run(
        command,
        cwd=tmp_path,
        env={**kept, "KEY": SECRET, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "3 failed" in shown and "PlaceholderReturnedError" in shown and SECRET not in shown
