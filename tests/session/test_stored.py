"""What another tool stored compressed is decoded when it is written again, so that it is scrubbed inside."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from pathlib import Path

import pytest
import requests

import hushtape
from hushtape.cassette import CassetteReader
from hushtape.errors import RecordingFailedError
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
