"""What another tool stored is decoded when it is written again, so that it is scrubbed inside; it teaches."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from hushtape.cassette import CassetteReader
from hushtape.errors import RecordingFailedError
from hushtape.session import learning
from tests.support.servers import Server

SECRET = "kEy-7fA93bQx55Zw"
PACKED = gzip.compress(json.dumps({"password": SECRET}).encode())
URL = "https://old.test/login"


def theirs(path: Path, body: bytes) -> Path:
    answer = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Encoding": ["gzip"], "Content-Length": [str(len(body))]},
        "body": {"base64_string": b64encode(body).decode()},
    }
    asked = {"method": "GET", "uri": URL, "body": None, "headers": {}}
    path.write_text(json.dumps({"version": 1, "interactions": [{"request": asked, "response": answer}]}))
    return path


@pytest.mark.parametrize("cut", [0, 5])
def test_new_episodes_takes_a_secret_out_of_a_compressed_body_or_fails(tmp_path: Path, cut: int) -> None:
    path = theirs(tmp_path / "old.json", PACKED[: len(PACKED) - cut])
    before = path.read_bytes()
    with Server() as server:

        def more() -> None:
            with hushtape.use_cassette(path, mode="new_episodes", secrets=[SECRET]):
                requests.get(server.url + "/number/1", timeout=5)

        if cut:  # it can't be put together again
            with pytest.raises(RecordingFailedError, match="content coding"):
                more()
            assert path.read_bytes() == before
            return
        more()
    assert SECRET.encode() not in path.read_bytes()
    response = CassetteReader.open(path).read(0).response
    assert response is not None and response.coding == ("gzip",)
    with hushtape.use_cassette(path, mode="none"):
        assert "password" in requests.get(URL, timeout=5).json()


TOKEN = "n037KxJ8Qw2LmzTv9"
LOGIN = json.dumps({"access_token": TOKEN})
GZIP = {"base64_string": b64encode(gzip.compress(LOGIN.encode())).decode()}


def of_vcrpy(uri: str, body: Any, asked: Any = None, **fields: str) -> dict[str, Any]:
    """An interaction as vcrpy writes it: unscrubbed."""
    headers = {name.replace("_", "-"): [value] for name, value in fields.items()}
    request = {"method": "GET", "uri": uri, "body": asked, "headers": {}}
    answer = {"status": {"code": 200, "message": "OK"}, "headers": headers}
    return {"request": request, "response": {**answer, "body": body if body else {"string": ""}}}


TEACHERS: dict[str, dict[str, Any]] = {
    "answer": {"body": {"string": LOGIN}},
    "compressed answer": {"body": GZIP, "Content_Encoding": "gzip"},
    "request": {"body": None, "asked": f"grant_type=x&refresh_token={TOKEN}"},
    "header field": {"body": None, "X_Auth_Token": TOKEN},
}


@pytest.mark.parametrize("last", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("teacher", TEACHERS)
def test_what_another_tools_cassette_shows_is_taken_out_of_old_and_new(
    teacher: str, last: bool, tmp_path: Path
) -> None:
    path = tmp_path / "old.json"
    with Server() as server:
        others = [of_vcrpy(f"{server.url}/s/{TOKEN}/a", {"string": f"Not known: {TOKEN}."})]
        teaches = of_vcrpy(server.url + "/token", **TEACHERS[teacher])
        old = [*others, teaches] if last else [teaches, *others]
        path.write_text(json.dumps({"version": 1, "interactions": old, "_metadata": {"note": f"as {TOKEN}"}}))
        with hushtape.use_cassette(path, mode="new_episodes") as tape:
            requests.get(f"{server.url}/new/{TOKEN}/items", timeout=5)
    text = path.read_text()
    assert tape.recorded == 1 and TOKEN not in text and "as REDACTED" in text
    assert "/s/REDACTED/a" in text and "/new/REDACTED/items" in text and "Not known: REDACTED." in text


@pytest.mark.parametrize("teacher", TEACHERS)
def test_a_replay_from_another_tools_cassette_teaches_while_the_tape_records(
    teacher: str, tmp_path: Path
) -> None:
    """Also one whose journal is only kept: the old cassette is not read again then."""
    path = tmp_path / "old.json"
    with Server() as server:
        path.write_text(
            json.dumps({"version": 1, "interactions": [of_vcrpy(server.url + "/token", **TEACHERS[teacher])]})
        )

        def more() -> None:
            with hushtape.use_cassette(path, mode="new_episodes", match_on=["path"]) as tape:
                requests.get(f"{server.url}/before/{TOKEN}", timeout=5)
                requests.get(server.url + "/token", timeout=5)
                requests.get(f"{server.url}/after/{TOKEN}", timeout=5)
                assert tape.played == 1 and tape.recorded == 2
                tape.ledger.fail(OSError("for this test"), "go on")

        with pytest.raises(RecordingFailedError) as caught:
            more()
    kept = b"".join(file.read_bytes() for file in Path(caught.value.journal).iterdir())
    assert TOKEN.encode() not in kept and b"/before/REDACTED" in kept and b"/after/REDACTED" in kept


def test_a_cassette_of_ours_is_not_read_for_lessons_at_each_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, studied = tmp_path / "ours.json", []
    monkeypatch.setattr(learning.Learning, "study", lambda *_: studied.append(1))
    with Server() as server:
        for _ in range(2):
            with hushtape.use_cassette(path, mode="new_episodes") as tape:
                requests.get(server.url + "/number/1", timeout=5)
    assert tape.played == 1 and not studied
