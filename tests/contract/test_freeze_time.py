"""`freeze_time`: what the program dates its requests with is the same while recording and at replay."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import hushtape
from hushtape import clock
from tests.support import certificates
from tests.support.forking import in_child
from tests.support.servers import Server
from tests.support.wire import DATE

INSTANT = "2001-02-03T04:05:06.789012+00:00"


def get(server: Server, path: str, **more: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(server.url + path, verify=certificates.bundle(), timeout=5, **more)


def dated(server: Server) -> str:
    """A program that puts the time into its request."""
    stamp = datetime.now(UTC).isoformat(timespec="microseconds")
    assert get(server, "/number/3", params={"at": stamp}).status_code == 200
    return stamp


def head_of(cassette: Path) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(cassette.read_text())["hushtape"]
    return head


def is_real() -> bool:
    return abs(datetime.now(UTC) - clock.now()) < timedelta(minutes=1)


def test_a_recording_under_recorded_runs_at_the_time_at_which_it_replays(
    secure: Server, cassette: Path
) -> None:
    before = clock.now()
    with hushtape.use_cassette(cassette, freeze_time="recorded") as tape:
        first = dated(secure)
        assert dated(secure) == first == clock.written(tape.frozen_at)
    assert before <= clock.parsed(first) <= clock.now() and is_real()
    secure.stop()
    with hushtape.use_cassette(cassette, mode="none", freeze_time="recorded") as tape:
        assert dated(secure) == dated(secure) == first
        assert tape.played == 2
    assert is_real()


def test_an_instant_holds_for_recording_and_replay(secure: Server, cassette: Path) -> None:
    for mode in ("once", "none"):
        with hushtape.use_cassette(cassette, mode=mode, freeze_time=INSTANT):
            assert dated(secure) == INSTANT


def test_what_the_recording_states_of_itself_is_real_time(secure: Server, cassette: Path) -> None:
    before = clock.timestamp()
    with hushtape.use_cassette(cassette, freeze_time=INSTANT) as tape:
        dated(secure)
        (kept,) = tape.interactions()
    head = head_of(cassette)
    assert head["freeze_time"] == INSTANT
    assert before <= kept.recorded_at <= head["recorded_at"] <= clock.timestamp()
    assert kept.elapsed > 0


def test_recorded_means_the_instant_that_the_recorded_program_saw(secure: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, freeze_time=INSTANT):
        dated(secure)
    with hushtape.use_cassette(cassette, mode="none", freeze_time="recorded"):
        assert dated(secure) == INSTANT


def test_without_a_frozen_clock_recorded_means_when_the_recording_began(
    secure: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        get(secure, "/number/3")
    assert "freeze_time" not in head_of(cassette)
    with hushtape.use_cassette(cassette, mode="none", freeze_time="recorded") as tape:
        assert clock.written(datetime.now(UTC)) == head_of(cassette)["recorded_at"]
        get(secure, "/number/3")
        assert tape.played == 1


def test_new_episodes_leave_the_time_of_the_cassette_as_it_is(secure: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, freeze_time="recorded"):
        first = dated(secure)
    head = head_of(cassette)
    for freeze_time in ("recorded", None):
        with hushtape.use_cassette(cassette, mode="new_episodes", freeze_time=freeze_time) as tape:
            get(secure, f"/number/{len(str(freeze_time))}")
            assert tape.recorded == 1
        assert head_of(cassette)["freeze_time"] == first
        assert head_of(cassette)["recorded_at"] == head["recorded_at"]


def test_the_program_that_froze_time_itself_is_remembered(secure: Server, cassette: Path) -> None:
    with (
        hushtape.use_cassette(cassette.with_name("outer.json"), freeze_time=INSTANT),
        hushtape.use_cassette(cassette),
    ):
        dated(secure)
    assert head_of(cassette)["freeze_time"] == INSTANT


def test_a_recovered_recording_knows_its_time(secure: Server, cassette: Path) -> None:
    from hushtape.cassette import recover

    failing = hushtape.use_cassette(cassette, freeze_time=INSTANT)
    with pytest.raises(hushtape.RecordingFailedError), failing as tape:
        dated(secure)
        tape.ledger.fail(ValueError("on purpose"), "test")
    recover(cassette)
    assert head_of(cassette)["freeze_time"] == INSTANT


def test_certificates_are_verified_by_the_real_time_and_nobody_warns(
    cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is valid today only; in 2001 urllib3 would warn that the clock is wrong."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    today = datetime.now(UTC)
    certificates.authority().issue_cert(
        *certificates.NAMES, not_before=today - timedelta(days=1), not_after=today + timedelta(days=1)
    ).configure_cert(context)
    monkeypatch.setattr(certificates, "server_context", lambda trusted=True: context)
    with Server(tls=True) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        with hushtape.use_cassette(cassette, freeze_time=INSTANT) as tape:
            assert dated(server) == INSTANT
            assert tape.recorded == 1


def test_cookies_and_signatures_go_by_the_frozen_time(cassette: Path) -> None:
    def answer(call: Any) -> None:
        fields = [("Set-Cookie", "kept=1; Expires=Sun, 04-Feb-2001 00:00:00 GMT; Path=/")]
        call.reply(200, call.header("Cookie").encode(), fields)

    def program(server: Server) -> tuple[str, str]:
        request = AWSRequest("GET", server.url + "/")
        SigV4Auth(Credentials("key", "secret"), "s3", "us-east-1").add_auth(request)
        with requests.Session() as session:
            session.trust_env = False
            session.get(server.url, timeout=5)
            return session.get(server.url, timeout=5).text, request.headers["Authorization"]

    with Server(answer) as server:
        recorded = None
        for mode in ("once", "none"):
            with hushtape.use_cassette(
                cassette, mode=mode, freeze_time=INSTANT, default_sanitizer=False
            ) as tape:
                cookie, signature = program(server)
                assert len(tape.unmatched) == 0
            assert cookie == "kept=1" and "/20010203/" in signature
            recorded = recorded or signature
            assert signature == recorded


def test_timeouts_of_the_client_go_by_the_real_time(cassette: Path) -> None:
    released = threading.Event()

    def silent(call: Any) -> None:
        released.wait(10)

    with Server(silent) as server, hushtape.use_cassette(cassette, freeze_time=INSTANT):
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(server.url, timeout=(5, 0.05))
        released.set()


def in_a_function(cassette: Path, ask: Callable[[], str]) -> str:
    return str(hushtape.use_cassette(cassette, freeze_time=INSTANT)(ask)())


def in_a_coroutine(cassette: Path, ask: Callable[[], str]) -> str:
    @hushtape.use_cassette(cassette, freeze_time=INSTANT)
    async def job() -> str:
        await asyncio.sleep(0)
        return ask()

    return asyncio.run(job())


def in_a_generator(cassette: Path, ask: Callable[[], str]) -> str:
    @hushtape.use_cassette(cassette, freeze_time=INSTANT)
    def job() -> Iterator[str]:
        yield ask()

    (found,) = job()
    return found


def in_an_async_generator(cassette: Path, ask: Callable[[], str]) -> str:
    @hushtape.use_cassette(cassette, freeze_time=INSTANT)
    async def job() -> AsyncIterator[str]:
        yield ask()

    async def collect() -> list[str]:
        return [entry async for entry in job()]

    return asyncio.run(collect())[0]


DECORATED = (in_a_function, in_a_coroutine, in_a_generator, in_an_async_generator)


@pytest.mark.parametrize("way", DECORATED)
def test_decorated_functions_of_every_kind_see_it(
    way: Callable[..., str], secure: Server, cassette: Path
) -> None:
    assert way(cassette, lambda: dated(secure)) == INSTANT
    assert is_real()
    secure.stop()
    assert way(cassette, lambda: dated(secure)) == INSTANT
    assert is_real()


@pytest.mark.parametrize("way", DECORATED)
def test_an_exception_gives_the_time_back(way: Callable[..., str], cassette: Path) -> None:
    def ask() -> str:
        raise LookupError("on purpose")

    with pytest.raises(LookupError):
        way(cassette, ask)
    assert is_real()


def test_threads_of_the_program_see_it(secure: Server, cassette: Path) -> None:
    found: list[str] = []
    for _ in range(2):
        with hushtape.use_cassette(cassette, freeze_time=INSTANT):
            threads = [threading.Thread(target=lambda: found.append(dated(secure))) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert found == [INSTANT] * 8


def test_a_forked_child_sees_it(secure: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, freeze_time=INSTANT):
        get(secure, "/number/3")
        assert in_child(lambda: clock.written(datetime.now(UTC))) == INSTANT


def test_an_inner_tape_without_the_option_keeps_the_time_of_the_outer_one(cassette: Path) -> None:
    with hushtape.use_cassette(cassette, freeze_time=INSTANT):
        with hushtape.use_cassette(cassette.with_name("inner.json")) as inner:
            assert inner.frozen_at is None and clock.written(datetime.now(UTC)) == INSTANT
        with hushtape.use_cassette(cassette.with_name("inner.json"), freeze_time="2020-01-01"):
            assert datetime.now(UTC).year == 2020
        assert clock.written(datetime.now(UTC)) == INSTANT
    assert is_real()


def test_the_network_stays_guarded(secure: Server, cassette: Path) -> None:
    import socket

    with hushtape.use_cassette(cassette, freeze_time=INSTANT):
        dated(secure)
    with hushtape.use_cassette(cassette, mode="none", freeze_time="recorded"):
        with pytest.raises(hushtape.NetworkBlockedError):
            socket.create_connection((secure.host, secure.port), 1)
        assert dated(secure) == INSTANT


def test_tick_lets_time_go_on_from_there(secure: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, freeze_time=INSTANT, tick=True):
        first = time.time_ns()
        time.sleep(0.001)
        assert time.time_ns() > first and datetime.now(UTC).year == 2001


def test_a_cassette_that_does_not_say_when_it_was_recorded_is_refused(cassette: Path) -> None:
    cassette.parent.mkdir()
    cassette.write_text('{"version": 1, "interactions": []}')
    opened = hushtape.use_cassette(cassette, freeze_time="recorded")
    with pytest.raises(hushtape.OptionError, match="does not say when it was recorded"), opened:
        pass
    assert is_real()


def test_a_cassette_of_another_tool_was_recorded_when_its_first_answer_is_dated(
    secure: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        get(secure, "/number/3")
    document = json.loads(cassette.read_text())
    del document["hushtape"], document["interactions"][0]["hushtape"]
    cassette.write_text(json.dumps(document))
    with hushtape.use_cassette(cassette, mode="none", freeze_time="recorded") as tape:
        get(secure, "/number/3")
    assert tape.frozen_at == parsedate_to_datetime(DATE)


@pytest.mark.parametrize("value", ["tomorrow", "RECORDED", 5, b"2025-01-01"])
def test_a_value_that_is_no_time_is_refused_when_it_is_given(value: Any) -> None:
    with pytest.raises(hushtape.OptionError) as caught:
        hushtape.use_cassette("x.json", freeze_time=value)
    assert caught.value.option == "freeze_time"


def test_tick_alone_is_refused() -> None:
    with pytest.raises(hushtape.OptionError, match="tick"):
        hushtape.use_cassette("x.json", tick=True)
