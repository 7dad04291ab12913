"""`use_cassette` as decorator and `Recorder`: functions, coroutines, generators, async generators."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support.servers import Server


def number(client: Requests, server: Server, wanted: int) -> int:
    return int(client.session.get(f"{server.url}/number/{wanted}", timeout=5).json()["square"])


def test_a_function_is_recorded_then_replayed(client: Requests, secure: Server, cassette: Path) -> None:
    @hushtape.use_cassette(cassette)
    def job(wanted: int) -> int:
        """Its own words."""
        return number(client, secure, wanted)

    assert (job(3), job.__name__, job.__doc__) == (9, "job", "Its own words.")
    secure.reset()
    assert job(3) == 9 and secure.requests == []


def test_a_coroutine_function_holds_its_tape_while_it_runs(
    client: Requests, secure: Server, cassette: Path
) -> None:
    @hushtape.use_cassette(cassette)
    async def job() -> int:
        await asyncio.sleep(0)
        return number(client, secure, 4)

    assert not cassette.exists(), "decorating opened a tape"
    assert asyncio.run(job()) == 16
    secure.reset()
    assert asyncio.run(job()) == 16 and secure.requests == []


def test_a_generator_function_holds_its_tape_until_it_is_exhausted(
    client: Requests, secure: Server, cassette: Path
) -> None:
    @hushtape.use_cassette(cassette)
    def job() -> Iterator[int]:
        for wanted in (1, 2, 3):
            yield number(client, secure, wanted)

    assert list(job()) == [1, 4, 9]
    secure.reset()
    assert list(job()) == [1, 4, 9] and secure.requests == []


def test_a_generator_closed_early_is_a_clean_end(client: Requests, secure: Server, cassette: Path) -> None:
    @hushtape.use_cassette(cassette)
    def job() -> Iterator[int]:
        for wanted in (1, 2, 3):
            yield number(client, secure, wanted)

    running = job()
    assert next(running) == 1
    running.close()
    assert cassette.exists()


def test_an_async_generator_function_works_too(client: Requests, secure: Server, cassette: Path) -> None:
    @hushtape.use_cassette(cassette)
    async def job() -> AsyncIterator[int]:
        for wanted in (2, 3):
            yield number(client, secure, wanted)

    async def gather() -> list[int]:
        return [square async for square in job()]

    assert asyncio.run(gather()) == [4, 9]
    secure.reset()
    assert asyncio.run(gather()) == [4, 9] and secure.requests == []


def test_async_with_works(client: Requests, secure: Server, cassette: Path) -> None:
    async def job() -> int:
        async with hushtape.use_cassette(cassette) as tape:
            number(client, secure, 2)
        return int(tape.recorded)

    assert asyncio.run(job()) == 1


def test_a_recorder_keeps_its_options_and_its_library(
    client: Requests, secure: Server, tmp_path: Path
) -> None:
    recorder = hushtape.Recorder(library=tmp_path / "library", secrets={"#key": "a-secret-worth-hiding"})
    with recorder.use_cassette("one.json") as tape:
        client.call("GET", secure.url + "/echo?q=a-secret-worth-hiding")
    assert tape.path == tmp_path / "library" / "one.json"
    assert "worth-hiding" not in tape.path.read_text()


MODULE = """
import hushtape

@hushtape.use_cassette
def my_job(call):
    return call()

@hushtape.use_cassette()
def my_other_job(call):
    return call()
"""


def test_a_decorator_without_a_path_names_the_cassette_after_the_function_beside_its_module(
    client: Requests, secure: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some_jobs.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    import some_jobs  # type: ignore[import-not-found]  # written a line ago

    assert some_jobs.my_job(lambda: number(client, secure, 5)) == 25
    assert some_jobs.my_other_job(lambda: number(client, secure, 6)) == 36
    found = sorted(path.name for path in tmp_path.rglob("*.json"))
    assert len(found) == 2 and "my_job" in found[0] and "my_other_job" in found[1]
