"""A closing that fails ends the recording: the lock goes, the journal stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.cassette import recover
from hushtape.cassette.journal import Journal
from hushtape.errors import CassetteFormatError, CassetteWriteError, HushtapeError, RecordingFailedError
from tests.contract.drivers import Requests
from tests.support.servers import Server

UNREADABLE: dict[str, Any] = {
    "header field": {"headers": {"X Y": ["b"]}, "body": {"string": "x"}},
    "body": {"headers": {}, "body": {"string": {"a": 1}}},
}


def old(path: Path, url: str, answer: dict[str, Any]) -> Path:
    """A cassette with one interaction, of which the request can be read, and the answer can't."""
    request = {"method": "GET", "uri": url + "/old", "body": None, "headers": {}}
    response = {"status": {"code": 200, "message": "OK"}, **answer}
    path.write_text(json.dumps({"version": 1, "interactions": [{"request": request, "response": response}]}))
    return path


def record(path: Path, client: Requests, server: Server, **options: Any) -> hushtape.Tape:
    with hushtape.use_cassette(path, mode="new_episodes", **options) as tape:
        client.call("GET", server.url + "/number/1")
    return tape


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("wrong", UNREADABLE)
def test_an_old_interaction_that_cant_be_read_leaves_a_journal_and_no_lock(
    wrong: str, strict: bool, client: Requests, server: Server, cassette: Path
) -> None:
    before = old(cassette, server.url, UNREADABLE[wrong]).read_bytes()
    with pytest.raises(HushtapeError) as caught:
        record(cassette, client, server, strict=strict)
    told = str(caught.value) + "".join(getattr(caught.value, "__notes__", ()))
    assert "can't be" in told and "hushtape recover" in told
    assert cassette.read_bytes() == before
    cassette.unlink()
    recover(cassette)
    assert record(cassette, client, server).played == 1


def test_the_error_names_the_journal_and_the_reason(client: Requests, server: Server, cassette: Path) -> None:
    old(cassette, server.url, UNREADABLE["header field"])
    with pytest.raises(RecordingFailedError, match="name of a header field") as caught:
        record(cassette, client, server)
    assert isinstance(caught.value.__cause__, CassetteFormatError) and Path(caught.value.journal).is_dir()


@pytest.mark.parametrize(
    "error",
    [CassetteWriteError("seal", "the disk is full", "make room"), OSError(5, "I/O"), KeyboardInterrupt()],
)
def test_whatever_ends_the_publication_lets_go_of_the_cassette(
    error: BaseException, client: Requests, server: Server, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as patch, pytest.raises(type(error)):
        patch.setattr(Journal, "seal", fail)
        record(cassette, client, server)
    recover(cassette)
    assert record(cassette, client, server).played == 1
