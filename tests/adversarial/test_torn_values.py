"""Recordings in which another rule takes a part of a named value: they fail, and the rest is nowhere."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from hushtape.cli import main
from tests.adversarial.smuggling import Client, Traces, record, reply, scripted
from tests.support import torn
from tests.support.torn import ADDRESS, LINK, SIGNS

VALUE = "46Nj7q43SPNXpUra3CCEz0G9LLNwrI8lvvle8L7x"
CODED = base64.b64encode(f"some-user-name:{VALUE}".encode()).decode()
DUMP = "Authorization: Basic " + "\n    ".join((CODED[:64], CODED[64:])) + "\n"
LINE = b"login failed: password=Zk9&mP0q\n"


def get(path: str = "/", **options: Any) -> Client:
    return lambda url: requests.get(url + path, timeout=5, allow_redirects=False, **options)


def plain(body: str, *fields: str) -> bytes:
    return reply(body.encode(), "Content-Type: text/plain", *fields)


CASES = {
    "a body": (VALUE, get(), plain(DUMP)),
    "a long body": (VALUE, get(), plain("word " * 30_000 + DUMP + "word " * 30_000)),
    "a request's body": (VALUE, lambda url: requests.post(url, data=DUMP, timeout=5), plain("ok")),
    "a request line": (SIGNS, get(ADDRESS), plain("ok")),
    "a header field": (SIGNS, get(), plain("ok", "Location: " + LINK)),
    "a header field of a request": (
        SIGNS,
        get(headers={"Referer": LINK}),
        plain("ok"),
    ),
    "a reason": (SIGNS, get(), reply(b"ok", status="400 see " + LINK)),
}
RESTS = (CODED[64:], *torn.RESTS)


def rests(traces: Traces) -> list[str]:
    return [place for place, data in traces.places.items() if any(rest.encode() in data for rest in RESTS)]


@pytest.mark.parametrize("case", CASES)
def test_a_recording_in_which_a_value_is_torn_fails_and_leaves_nothing(case: str, tmp_path: Path) -> None:
    value, client, answer = CASES[case]
    traces = record(tmp_path / "tape.json", client, answer, secrets={"#key": value})
    assert not traces.published
    assert any("#key" in str(error) for error in traces.errors)
    assert rests(traces) == []


def test_a_hook_and_a_callback_may_not_tear_one_either(tmp_path: Path) -> None:
    def hook(interaction: Any) -> None:
        interaction.response.body = DUMP.encode()

    def callback(response: dict[str, Any]) -> dict[str, Any]:
        response["body"]["string"] = DUMP
        return response

    tears = hushtape.CallbackSanitizer(before_response=callback)
    for number, options in enumerate(
        ({"before_save": hook}, {"after_capture": hook}, {"sanitizers": [tears]})
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        traces = record(folder / "tape.json", get(), plain("ok"), secrets={"#key": VALUE}, **options)
        assert not traces.published
        assert rests(traces) == []


def test_the_report_on_an_unmatched_request_shows_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    with scripted(plain("ok")) as server:
        with hushtape.use_cassette(path, mode="all"):
            requests.get(server.url + "/other", timeout=5)
        refused = pytest.raises(hushtape.UnmatchedRequestError)
        with refused as caught, hushtape.use_cassette(path, mode="none", secrets={"#key": SIGNS}):
            requests.get(server.url + ADDRESS, timeout=5)
    assert "(withheld)" in str(caught.value)
    assert not any(rest in str(caught.value) for rest in RESTS)


def test_a_scan_redacts_all_of_such_a_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "answer.txt"
    path.write_text(DUMP + "and more\n")
    monkeypatch.setenv("KEY", VALUE)
    assert main(["scan", "--fix", "--values-env", "KEY", str(path)]) == 0
    assert path.read_text() == "Authorization: Basic REDACTED\nand more\n"


@pytest.mark.parametrize("body", ("otp=1 password=Zk9&mP0q", "password=Zk9&mP0q and more words behind it"))
def test_what_is_scrubbed_before_it_is_read_is_cut_in_no_body_however_short(
    body: str, tmp_path: Path
) -> None:
    first = hushtape.BodyFieldSanitizer(fields=["password"], scrub_before_read=True)
    options: dict[str, Any] = {"secrets": {"#key": "Zk9&mP0q"}, "sanitizers": [first]}
    traces = record(tmp_path / "tape.json", get(), plain(body), **options)
    assert not traces.published


def archive(text: bytes) -> bytes:
    """A zip file whose member is stored as it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.txt", text)
    return file.getvalue()


@pytest.mark.parametrize(
    "body",
    (archive(LINE), gzip.compress(LINE, 0), gzip.compress(b"hello") + LINE, b"PK\3\4 " + LINE),
    ids=("a zip file", "a gz file", "behind a gz file", "what begins like a zip file"),
)
def test_opaque_files_that_are_read_first_are_not_cut_either(body: bytes, tmp_path: Path) -> None:
    first = hushtape.BodyFieldSanitizer(fields=["password"], scrub_before_read=True)
    options: dict[str, Any] = {"secrets": {"#key": "Zk9&mP0q"}, "sanitizers": [first]}
    traces = record(tmp_path / "tape.json", get(), reply(body), allow_opaque=True, **options)
    assert not [place for place, data in traces.places.items() if b"mP0q" in data]
