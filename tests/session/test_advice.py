"""What the report advises, followed as a reader would: copied from its text, and the request is answered."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server

CODE = re.compile(r"^      (\S.*)$", re.MULTILINE)


def miss(path: Path, call: Any, **options: Any) -> hushtape.UnmatchedRequestError:
    """The error of the one request of `call` that is not on the tape."""
    with hushtape.use_cassette(path, **options) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            call()
        tape.acknowledge(caught.value)
    return caught.value


def codes(error: hushtape.UnmatchedRequestError) -> list[str]:
    """Options and commands that stand alone in the report."""
    return CODE.findall(error.report)


def followed(error: hushtape.UnmatchedRequestError, word: str) -> dict[str, Any]:
    """The options of the step that names `word`."""
    (code,) = [code for code in codes(error) if code.startswith(word)]
    found: dict[str, Any] = eval(f"dict({code})")
    return found


def test_an_ignored_parameter_makes_it_answer(client: Requests, server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1?ts=1", timeout=5)
    server.reset()

    def call() -> None:
        client.session.get(server.url + "/number/1?ts=2", timeout=5)

    advised = followed(miss(cassette, call), "ignore_query")
    with hushtape.use_cassette(cassette, mode="none", **advised) as tape:
        call()
    assert tape.played == 1 and server.requests == []


@pytest.mark.parametrize("recorded", ['{"a": 1, "nonce": 1}', '{"nonce": 2, "a": 1}'])
def test_an_ignored_json_value_or_another_matcher_does(
    recorded: str, client: Requests, server: Server, cassette: Path
) -> None:
    name = "raw_body" if "2" in recorded else "json_body"
    options: dict[str, Any] = {"match_on": ("method", "uri", name)}
    with hushtape.use_cassette(cassette, **options):
        client.session.post(server.url + "/echo", data=recorded, timeout=5)

    def call() -> None:
        client.session.post(server.url + "/echo", data='{"a": 1, "nonce": 2}', timeout=5)

    advised = followed(miss(cassette, call, **options), "match_on" if name == "raw_body" else "ignore_json")
    with hushtape.use_cassette(cassette, mode="none", **{**options, **advised}) as tape:
        call()
    assert tape.played == 1


def test_a_server_on_another_port_is_met_without_the_port(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1", timeout=5)

    def call() -> None:
        client.session.get(f"http://127.0.0.1:{server.port + 1}/number/1", timeout=5)

    advised = followed(miss(cassette, call), "match_on")
    with hushtape.use_cassette(cassette, mode="none", **advised) as tape:
        call()
    assert tape.played == 1


def test_an_answer_that_was_used_up_is_given_again(client: Requests, server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/count/a", timeout=5)

    def call() -> Any:
        return client.session.get(server.url + "/count/a", timeout=5).json()["turn"]

    def twice() -> None:
        call()
        call()

    error = miss(cassette, twice)
    assert "already played" in error.report
    with hushtape.use_cassette(cassette, mode="none", **followed(error, "exhausted")) as tape:
        assert [call(), call()] == [1, 1]
    assert tape.played == 2


def test_what_differs_and_was_played_needs_both_options(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1?ts=1", timeout=5)

    def calls() -> None:
        for stamp in (1, 2):
            client.session.get(f"{server.url}/number/1?ts={stamp}", timeout=5)

    with hushtape.use_cassette(
        cassette, mode="none", **followed(miss(cassette, calls), "ignore_query")
    ) as tape:
        calls()
    assert tape.played == 2


def test_new_episodes_records_it_by_option_or_by_variable(
    client: Requests, server: Server, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1", timeout=5)

    def call(number: int) -> None:
        client.session.get(f"{server.url}/number/{number}", timeout=5)

    error = miss(cassette, lambda: call(2))
    with hushtape.use_cassette(cassette, **followed(error, "mode")) as tape:
        call(2)
    assert tape.recorded == 1
    monkeypatch.setenv("HUSHTAPE_MODE", "none")
    error = miss(cassette, lambda: call(3))
    assert not any(code.startswith("mode=") for code in codes(error)), "the variable overrides the option"
    (code,) = [code for code in codes(error) if code.startswith("HUSHTAPE_MODE")]
    monkeypatch.setenv(*code.split("="))
    with hushtape.use_cassette(cassette) as tape:
        call(3)
    assert tape.recorded == 1


KILLED = """
import os, sys, requests, hushtape
with hushtape.use_cassette(sys.argv[1], mode="all"):
    for number in (1, 2):
        requests.get(f"{sys.argv[2]}/number/{number}", timeout=5)
    os._exit(9)
"""


def test_recover_brings_back_what_a_killed_recording_had(
    client: Requests, server: Server, tmp_path: Path
) -> None:
    cassette = tmp_path / "with space.json"
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1", timeout=5)
    subprocess.run([sys.executable, "-c", KILLED, str(cassette), server.url], check=False, timeout=60)

    def call() -> None:
        client.session.get(server.url + "/number/2", timeout=5)

    with pytest.warns(hushtape.HushtapeWarning, match="recover"):
        error = miss(cassette, call)
    (code,) = [code for code in codes(error) if code.startswith("hushtape recover")]
    command = [sys.executable, "-m", *shlex.split(code)]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    with hushtape.use_cassette(cassette, mode="none") as tape:
        call()
    assert tape.played == 1 and not tape.complete


def test_a_cassette_that_is_partial_is_said_to_be(client: Requests, server: Server, cassette: Path) -> None:
    with pytest.raises(KeyError), hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1", timeout=5)
        raise KeyError
    error = miss(cassette, lambda: client.session.get(server.url + "/number/2", timeout=5))
    assert "complete: false" in error.report


def test_calls_to_a_host_that_is_not_recorded_can_be_let_through(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1", timeout=5)
    server.reset()

    def call() -> None:
        client.session.get(f"http://localhost:{server.port}/number/2", timeout=5)

    advised = followed(miss(cassette, call), "ignore_hosts")
    assert server.requests == []
    with hushtape.use_cassette(cassette, mode="none", **advised):
        call()
    assert server.requests == ["GET /number/2"]


def test_new_episodes_does_not_advise_itself(client: Requests, server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        client.session.get(server.url + "/number/1", timeout=5)

    def calls() -> None:
        for _ in range(2):
            client.session.get(server.url + "/number/1", timeout=5)

    error = miss(cassette, calls, mode="new_episodes", exhausted="error")
    assert 'mode="new_episodes"' not in codes(error) and "leave that out" in error.report
    with hushtape.use_cassette(cassette, mode="new_episodes") as tape:
        calls()
    assert tape.recorded == 1
