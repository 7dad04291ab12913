"""The nearest interaction is looked for over all of the tape, within a bound of time at each miss."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from hushtape.session.nearby import Nearby

HOST = "https://api.example.com"


def written(path: Path, count: int) -> Path:
    """A cassette of `count` pages, in vcrpy's format."""
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "1"}}
    asked = [
        {"method": "GET", "uri": f"{HOST}/v1/orders?page={page}&limit=100", "headers": {}, "body": None}
        for page in range(count)
    ]
    interactions = [{"request": request, "response": answer} for request in asked]
    path.write_text(json.dumps({"version": 1, "interactions": interactions}))
    return path


def miss(tape: Any, uri: str) -> hushtape.UnmatchedRequestError:
    with pytest.raises(hushtape.UnmatchedRequestError) as caught:
        requests.get(HOST + uri, timeout=5)
    tape.acknowledge(caught.value)
    return caught.value


def test_it_is_found_at_the_other_end_of_a_long_tape(cassette: Path) -> None:
    written(cassette, 3_000)
    with hushtape.use_cassette(cassette, mode="none") as tape:
        requests.get(HOST + "/v1/orders?page=2990&limit=100", timeout=5)
        error = miss(tape, "/v1/orders?page=7&limit=50")
    assert error.nearest == 7
    assert error.differences == ("query limit: asked '50', recorded '100'",)
    assert "3,000 interactions" in error.report


def test_a_miss_stops_looking_when_its_time_is_up_and_the_next_goes_on(cassette: Path) -> None:
    written(cassette, 60)
    with hushtape.use_cassette(cassette, mode="none") as tape:
        assert tape.player is not None
        nearby = tape.player.nearby = Nearby(tape.player, seconds=-1)
        first = miss(tape, "/v1/orders?page=55&limit=50")
        assert nearby.looked_at == 1 and "1 were looked at" in first.report
        for _ in range(60):
            last = miss(tape, "/v1/orders?page=55&limit=50")
    assert nearby.looked_at == 60
    assert last.nearest == 55 and "were looked at" not in last.report


def test_threads_that_miss_at_once_each_find_their_own(cassette: Path) -> None:
    written(cassette, 500)
    with hushtape.use_cassette(cassette, mode="none") as tape, ThreadPoolExecutor(8) as pool:
        assert tape.player is not None
        tape.player.nearby = Nearby(tape.player, seconds=1e9)  # this machine may be slow, or sleep
        pages = range(0, 480, 20)
        found = pool.map(lambda page: miss(tape, f"/v1/orders?page={page}&limit=50").nearest, pages)
        assert list(found) == list(pages)


def test_no_secret_of_the_live_request_or_the_recorded_one_is_in_the_report(cassette: Path) -> None:
    written(cassette, 3)
    secret = "s3cr3t-0f-th3-us3r"
    options: dict[str, Any] = {"mode": "none", "secrets": {"#key": secret, "#limit": "100"}}
    body = json.dumps({"password": "hunter2hunter2", "nested": secret})
    with hushtape.use_cassette(cassette, match_on=("method", "uri", "headers", "body"), **options) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            requests.get(
                f"{HOST}/v1/{secret}?page=1&k={secret}&{secret}=1",
                headers={"X-Key": secret, "Authorization": "Bearer abcdefgh12345678"},
                data=body,
                timeout=5,
            )
        tape.acknowledge(caught.value)
    told = repr(caught.value.__dict__) + str(caught.value) + hushtape.shown(caught.value)
    for hidden in (secret, "hunter2hunter2", "abcdefgh12345678", "limit=100"):
        assert hidden not in told
