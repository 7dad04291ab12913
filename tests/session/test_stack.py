"""Which tape a call belongs to: nested tapes, ignored hosts, threads, tasks, order of opening and closing."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server


def square(client: Requests, server: Server, number: int, host: str = "") -> int:
    url = server.url.replace("127.0.0.1", host) if host else server.url
    return int(client.session.get(f"{url}/number/{number}", timeout=5).json()["square"])


def in_thread(call: Callable[[], Any]) -> Any:
    """The call's result from a thread of its own, which inherits no context."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def test_the_same_cassette_twice_at_once_is_an_error_and_the_first_goes_on(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette) as tape:
        square(client, server, 1)
        with pytest.raises(hushtape.CassetteInUseError) as caught:
            hushtape.use_cassette(cassette, mode="all").__enter__()
        square(client, server, 2)
    assert caught.value.path == str(cassette)
    assert tape.recorded == 2 and cassette.exists()


def test_one_context_manager_is_not_entered_twice(client: Requests, server: Server, cassette: Path) -> None:
    manager = hushtape.use_cassette(cassette)
    with manager:
        square(client, server, 1)
        with pytest.raises(hushtape.TapeOrderError):
            manager.__enter__()
    with manager as again:
        assert square(client, server, 1) == 1
    assert again.played == 1


@pytest.mark.parametrize("scope", ["process", "context"])
def test_closing_out_of_order_is_an_error_that_loses_nothing(
    scope: Any, client: Requests, server: Server, tmp_path: Path
) -> None:
    outer = hushtape.use_cassette(tmp_path / "outer.json", scope=scope)
    inner = hushtape.use_cassette(tmp_path / "inner.json", scope=scope)
    outer.__enter__()
    square(client, server, 1)
    inner.__enter__()
    square(client, server, 2)
    with pytest.raises(hushtape.TapeOrderError, match=r"outer\.json"):
        outer.__exit__(None, None, None)
    square(client, server, 3)
    inner.__exit__(None, None, None)
    server.reset()
    with hushtape.use_cassette(tmp_path / "outer.json", mode="none"):
        square(client, server, 1)
    with hushtape.use_cassette(tmp_path / "inner.json", mode="none"):
        assert [square(client, server, n) for n in (2, 3)] == [4, 9]
    assert server.requests == []


def test_opening_from_another_thread_is_an_error_in_process_scope(tmp_path: Path) -> None:
    def other() -> None:
        with hushtape.use_cassette(tmp_path / "other.json"):
            pass

    with (
        hushtape.use_cassette(tmp_path / "mine.json"),
        pytest.raises(hushtape.TapeOrderError, match="another thread"),
    ):
        in_thread(other)
    in_thread(other)  # and is none once the first is closed


def test_the_innermost_tape_decides(client: Requests, server: Server, tmp_path: Path) -> None:
    with hushtape.use_cassette(tmp_path / "outer.json") as outer:
        square(client, server, 1)
        with hushtape.use_cassette(tmp_path / "inner.json") as inner:
            square(client, server, 2)
        square(client, server, 3)
    assert (outer.recorded, inner.recorded) == (2, 1)


def test_a_host_that_the_innermost_tape_ignores_is_the_outer_ones(
    client: Requests, server: Server, tmp_path: Path
) -> None:
    with (
        hushtape.use_cassette(tmp_path / "outer.json") as outer,
        hushtape.use_cassette(tmp_path / "inner.json", ignore_hosts=["localhost"]) as inner,
    ):
        square(client, server, 1)
        square(client, server, 2, host="localhost")
    assert (outer.recorded, inner.recorded) == (1, 1)


@pytest.mark.parametrize("options", [{"ignore_hosts": ["127.0.0.1"]}, {"ignore_localhost": True}])
def test_an_ignored_host_passes_unrecorded_and_past_the_guard_at_replay(
    options: dict[str, Any], client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        square(client, server, 1)
    before = cassette.read_bytes()
    client.session.close()  # so that a connection has to be made under the guard
    server.reset()
    with hushtape.use_cassette(cassette, mode="none", **options) as tape:
        assert square(client, server, 1) == 1
    assert server.requests == ["GET /number/1"] and tape.played == 0
    with hushtape.use_cassette(cassette, mode="all", **options) as tape:
        square(client, server, 2)
    assert tape.recorded == 0 and cassette.read_bytes() == before


def test_threads_are_watched_in_process_scope(client: Requests, server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette) as tape:
        assert in_thread(lambda: square(client, server, 4)) == 16
    assert tape.recorded == 1


def test_in_context_scope_a_thread_of_its_own_is_not_recorded_and_one_with_the_context_is(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, scope="context") as tape:
        in_thread(lambda: square(client, server, 4))
        assert tape.recorded == 0
        context = contextvars.copy_context()
        in_thread(lambda: context.run(square, client, server, 5))
    assert tape.recorded == 1


def test_in_context_scope_a_thread_without_a_tape_is_refused_while_another_replays(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        square(client, server, 4)
    server.reset()
    with hushtape.use_cassette(cassette, mode="none", scope="context"):
        with pytest.raises(hushtape.NetworkBlockedError, match="copy_context"):
            in_thread(lambda: square(Requests(), server, 4))
        assert square(client, server, 4) == 16
    assert server.requests == []


def test_in_context_scope_threads_hold_tapes_of_their_own(server: Server, tmp_path: Path) -> None:
    meet = threading.Barrier(2, timeout=10)

    def job(name: str) -> tuple[int, int]:
        client = Requests()
        with hushtape.use_cassette(tmp_path / f"{name}.json", scope="context") as tape:
            meet.wait()
            square(client, server, 1)
            meet.wait()
        client.close()
        return tape.recorded, tape.played

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(job, "ab")) == [(1, 0), (1, 0)]
    server.reset()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(job, "ab")) == [(0, 1), (0, 1)]
    assert server.requests == []


def test_in_context_scope_tasks_hold_tapes_of_their_own(server: Server, tmp_path: Path) -> None:
    async def job(number: int) -> tuple[int, int]:
        client = Requests()
        async with hushtape.use_cassette(tmp_path / f"{number}.json", scope="context") as tape:
            await asyncio.sleep(0)
            found = await asyncio.to_thread(square, client, server, number)
            await asyncio.sleep(0)
        client.close()
        return found, tape.recorded

    async def both() -> list[tuple[int, int]]:
        return await asyncio.gather(job(3), job(4))

    assert asyncio.run(both()) == [(9, 1), (16, 1)]


def test_a_task_that_outlives_its_tape_is_watched_no_more(
    client: Requests, server: Server, cassette: Path
) -> None:
    async def job() -> int:
        closed = asyncio.Event()

        async def late() -> int:
            await closed.wait()
            return square(client, server, 6)

        with hushtape.use_cassette(cassette, scope="context"):
            straggler = asyncio.create_task(late())
            await asyncio.sleep(0)
        closed.set()
        return await straggler

    assert asyncio.run(job()) == 36
    assert list(cassette.parent.iterdir()) == []


def test_a_call_that_is_still_running_when_the_tape_closes_is_kept_as_cut(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette) as tape:
        answer = client.session.get(server.url + "/bytes/300000", stream=True, timeout=5)
        first = next(answer.iter_content(1000))
    rest = answer.content if not answer._content_consumed else b"".join(answer.iter_content(1000))
    assert len(first) + len(rest) == 300_000, "the program's own reading was disturbed"
    assert tape.recorded == 1
    with hushtape.use_cassette(cassette, mode="none"):
        again = client.session.get(server.url + "/bytes/300000", stream=True, timeout=5)
        assert next(again.iter_content(1000)) == first
        again.close()
