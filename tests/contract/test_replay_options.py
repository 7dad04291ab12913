"""What programs see of `exhausted`, `ordered` and hooks, with each client; kills while a tape rewrites."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import urllib3

import hushtape
from hushtape.cassette import recover
from tests.contract.drivers import DRIVERS, Requests
from tests.support import certificates
from tests.support.servers import Server

SHAPES = (
    "/bytes/3000",
    "/chunked/3000",
    "/until-close/3000",
    "/old/3000",
    "/coded/gzip",
    "/coded/gzip?chunked",
)


@pytest.mark.parametrize("client", DRIVERS)
def test_a_poll_advances_and_then_holds(client: str, server: Server, cassette: Path) -> None:
    driver = DRIVERS[client]()

    def turn() -> int:
        return int(json.loads(driver.call("GET", server.url + "/count/job").body)["turn"])

    with hushtape.use_cassette(cassette):
        assert [turn() for _ in range(3)] == [1, 2, 3]
    server.stop()
    with hushtape.use_cassette(cassette, mode="none", exhausted="last") as tape:
        assert [turn() for _ in range(6)] == [1, 2, 3, 3, 3, 3]
    driver.close()
    assert tape.played == 6 and not tape.unused


def test_a_retry_that_goes_on_for_longer_is_answered(server: Server, cassette: Path) -> None:
    def fetch(total: int) -> int:
        retry = urllib3.Retry(total=total, status_forcelist=[503], backoff_factor=0)
        with urllib3.PoolManager(ca_certs=certificates.bundle()) as pool:
            answer = pool.request("GET", server.url + "/status/503", retries=retry, timeout=5, redirect=False)
            return answer.status

    with hushtape.use_cassette(cassette) as tape, pytest.raises(urllib3.exceptions.MaxRetryError):
        fetch(1)
    assert tape.recorded == 2
    server.stop()
    with (
        hushtape.use_cassette(cassette, mode="none", exhausted={"/status/*": "last"}) as tape,
        pytest.raises(urllib3.exceptions.MaxRetryError),
    ):
        fetch(4)
    assert tape.played == 5


@pytest.mark.parametrize("client", DRIVERS)
def test_an_error_of_order_or_of_a_hook_comes_through_every_client_as_itself(
    client: str, server: Server, cassette: Path
) -> None:
    driver = DRIVERS[client]()
    with hushtape.use_cassette(cassette):
        for number in (1, 2):
            driver.call("GET", f"{server.url}/number/{number}")
    server.reset()

    def broken(interaction: hushtape.EditableInteraction) -> None:
        raise OSError("clients retry those")

    with hushtape.use_cassette(cassette, mode="none", ordered=True, before_replay=broken) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError, match="1 later") as early:
            driver.call("GET", server.url + "/number/2")
        with pytest.raises(hushtape.HookError, match="OSError") as hook:
            driver.call("GET", server.url + "/number/1")
        tape.acknowledge(early.value)
        tape.acknowledge(hook.value)
    driver.close()
    assert server.connections == 0 and tape.played == 0


@pytest.mark.thinned(5)
@pytest.mark.parametrize("target", SHAPES)
@pytest.mark.parametrize("client", DRIVERS)
@pytest.mark.parametrize("moment", ["after_capture", "before_save", "before_replay"])
def test_what_a_hook_puts_in_place_of_any_body_is_read_whole(
    moment: str, client: str, target: str, server: Server, cassette: Path
) -> None:
    def replace(interaction: hushtape.EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.body = b"of a hook " * 20_000

    driver = DRIVERS[client]()
    options: dict[str, Any] = {moment: replace}
    with hushtape.use_cassette(cassette, **options):
        assert b"of a hook" not in driver.call("GET", server.url + target).body
    server.stop()
    with hushtape.use_cassette(cassette, mode="none", before_replay=options.get("before_replay")):
        seen = driver.call("GET", server.url + target).decoded()
    driver.close()
    assert seen.body == b"of a hook " * 20_000


@pytest.mark.parametrize("client", DRIVERS)
def test_a_hook_may_take_the_body_away_or_give_one_to_what_had_none(
    client: str, server: Server, cassette: Path
) -> None:
    def turn(interaction: hushtape.EditableInteraction) -> None:
        response = interaction.response
        assert response is not None
        if response.status == 204:
            response.status, response.body = 200, "some"
        else:
            response.body = ""

    driver = DRIVERS[client]()
    with hushtape.use_cassette(cassette):
        driver.call("GET", server.url + "/status/204")
        driver.call("GET", server.url + "/chunked/3000")
        driver.call("HEAD", server.url + "/bytes/3000")
    server.stop()
    with hushtape.use_cassette(cassette, mode="none", before_replay=turn):
        assert driver.call("GET", server.url + "/status/204").body == b"some"
        assert driver.call("GET", server.url + "/chunked/3000").body == b""
        assert driver.call("HEAD", server.url + "/bytes/3000").body == b""
    driver.close()


CHILD = """
import os, signal, sys, requests, hushtape
url, bundle, path, moment = sys.argv[1:]
turns = iter(range(100))
def hook(interaction):
    interaction.response.headers["X-Hook"] = "yes"
    if next(turns) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
options = {"drop_unused": True}
if moment == "drop":
    from hushtape.cassette import Journal
    genuine = Journal.seal
    Journal.seal = lambda *args, **named: os.kill(os.getpid(), signal.SIGKILL)
else:
    options = {"mode": "all", moment: hook}
with hushtape.use_cassette(path, **options), requests.Session() as session:
    session.trust_env, session.verify = False, bundle
    for number in range(2):
        session.get(f"{url}/number/{number}", timeout=5).content
"""


@pytest.mark.parametrize(("moment", "kept"), [("after_capture", 1), ("before_save", 2), ("drop", 2)])
def test_a_kill_while_a_tape_rewrites_leaves_the_earlier_cassette_and_what_was_finished(
    moment: str, kept: int, secure: Server, cassette: Path
) -> None:
    client = Requests()
    with hushtape.use_cassette(cassette):
        for number in range(3):
            client.call("GET", f"{secure.url}/number/{number}")
    client.close()
    before = cassette.read_bytes()
    command = [sys.executable, "-c", CHILD, secure.url, certificates.bundle(), str(cassette), moment]
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    assert subprocess.run(command, env=environment, timeout=60, check=False).returncode == -signal.SIGKILL
    assert cassette.read_bytes() == before
    assert recover(cassette).recovered == kept
    assert cassette.read_bytes() == before


def test_a_replayed_stream_is_changed_only_where_the_hook_asks(server: Server, cassette: Path) -> None:
    asked: list[str] = []

    def look(interaction: hushtape.EditableInteraction) -> None:
        asked.append(interaction.request.uri)

    client = Requests()
    with hushtape.use_cassette(cassette):
        client.call("GET", server.url + "/events/3?delay=0")
    server.stop()

    def read() -> bytes:
        return client.call("GET", server.url + "/events/3?delay=0").body

    with hushtape.use_cassette(cassette, mode="none", exhausted="last") as tape:
        plain = read()
        assert plain.count(b"data: event") == 3 and tape.played == 1
    with hushtape.use_cassette(cassette, mode="none", before_replay=look):
        assert read() == plain and len(asked) == 1
    client.close()
