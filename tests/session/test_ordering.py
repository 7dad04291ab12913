"""`ordered=True`: each request is the next of the cassette, and the error says what was expected."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.drivers import Requests
from tests.support import torn
from tests.support.servers import Server


@pytest.fixture
def abc(client: Requests, server: Server, cassette: Path) -> Path:
    with hushtape.use_cassette(cassette):
        for number in (1, 2, 3):
            client.call("GET", f"{server.url}/number/{number}")
    server.requests.clear()
    return cassette


def get(client: Requests, server: Server, number: int) -> None:
    client.call("GET", f"{server.url}/number/{number}")


def test_requests_in_the_recorded_order_are_answered(client: Requests, server: Server, abc: Path) -> None:
    with hushtape.use_cassette(abc, mode="none", ordered=True) as tape:
        for number in (1, 2, 3):
            get(client, server, number)
        assert tape.played == 3 and not tape.unused


@pytest.mark.parametrize(
    ("first", "then", "where"),
    [
        ([], 3, "stands as interaction 2, 2 later"),
        ([1], 1, "stands as interaction 0, played already"),
        ([1], 9, "is not on the tape"),
    ],
)
def test_a_request_out_of_order_says_what_was_expected_and_where_it_stands(
    first: list[int], then: int, where: str, client: Requests, server: Server, abc: Path
) -> None:
    with hushtape.use_cassette(abc, mode="none", ordered=True) as tape:
        for number in first:
            get(client, server, number)
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            get(client, server, then)
        tape.acknowledge(caught.value)
        expected = len(first) + 1
        assert where in str(caught.value) and f"/number/{expected}\n" in str(caught.value)
        assert caught.value.nearest == len(first) and caught.value.differences
        get(client, server, expected)  # the tape still waits for the one it expected
    assert tape.played == expected


def test_after_the_last_one_the_usual_error_is_raised(client: Requests, server: Server, abc: Path) -> None:
    with hushtape.use_cassette(abc, mode="none", ordered=True) as tape:
        for number in (1, 2, 3):
            get(client, server, number)
        with pytest.raises(hushtape.UnmatchedRequestError, match="already played") as caught:
            get(client, server, 3)
        tape.acknowledge(caught.value)


def test_a_poll_may_be_repeated_in_order_but_not_run_ahead(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        for number in (1, 2, 1):
            get(client, server, number)
    with hushtape.use_cassette(cassette, mode="none", ordered=True, exhausted="last") as tape:
        get(client, server, 1)
        with pytest.raises(hushtape.UnmatchedRequestError, match="1 later") as caught:
            get(client, server, 1)  # it is recorded once more: behind 2
        tape.acknowledge(caught.value)
        get(client, server, 2)
        get(client, server, 2)  # used up: again
        get(client, server, 1)
        get(client, server, 1)
    assert tape.played == 5


def test_new_episodes_adds_at_the_end_only(client: Requests, server: Server, abc: Path) -> None:
    options: dict[str, Any] = {"mode": "new_episodes", "ordered": True}
    with hushtape.use_cassette(abc, **options) as tape:
        get(client, server, 1)
        with pytest.raises(hushtape.UnmatchedRequestError, match="is not on the tape") as caught:
            get(client, server, 8)
        tape.acknowledge(caught.value)
        get(client, server, 2)
        get(client, server, 3)
        get(client, server, 8)
    assert (tape.played, tape.recorded, server.requests) == (3, 1, ["GET /number/8"])
    with hushtape.use_cassette(abc, mode="none", ordered=True):
        for number in (1, 2, 3, 8):
            get(client, server, number)


def test_threads_that_ask_for_the_same_get_one_each(client: Requests, server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        for _ in range(40):
            client.call("GET", server.url + "/count/a")
    seen: list[bytes] = []

    def work() -> None:
        own = Requests()
        seen.extend([own.call("GET", server.url + "/count/a").body for _ in range(10)])
        own.close()

    with hushtape.use_cassette(cassette, mode="none", ordered=True) as tape:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert tape.played == 40 and len(set(seen)) == 40


def test_the_report_names_the_option_under_which_the_next_one_answers(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.call("GET", server.url + "/number/1?ts=1")
        client.call("GET", server.url + "/number/2")
    with hushtape.use_cassette(cassette, mode="none", ordered=True) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.call("GET", server.url + "/number/1?ts=2")
        tape.acknowledge(caught.value)
        assert '      ignore_query={"ts"}\n' in str(caught.value) and "is not on the tape" in str(
            caught.value
        )
    with hushtape.use_cassette(cassette, mode="none", ordered=True, ignore_query={"ts"}) as tape:
        client.call("GET", server.url + "/number/1?ts=2")
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.call("GET", server.url + "/number/1?ts=3")
        tape.acknowledge(caught.value)
        assert '      exhausted="last"\n' in str(caught.value)
    with hushtape.use_cassette(
        cassette, mode="none", ordered=True, ignore_query={"ts"}, exhausted="last"
    ) as tape:
        for number in (2, 3):
            client.call("GET", f"{server.url}/number/1?ts={number}")
        client.call("GET", server.url + "/number/2")
    assert tape.played == 3


def test_a_forced_mode_is_named_as_the_variable_that_forces_it(
    client: Requests, server: Server, abc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUSHTAPE_MODE", "none")
    with hushtape.use_cassette(abc, ordered=True) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError, match=r"(?m)^      HUSHTAPE_MODE=all$") as caught:
            get(client, server, 3)
        tape.acknowledge(caught.value)


def test_what_was_expected_is_shown_without_a_torn_value(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, default_sanitizer=False):
        client.call("GET", server.url + "/number/1" + torn.ADDRESS.removeprefix("/p"))
    with hushtape.use_cassette(cassette, mode="none", ordered=True, secrets={"#k": torn.SIGNS}) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            get(client, server, 2)
        tape.acknowledge(caught.value)
    text = f"{caught.value} {vars(caught.value)}"
    assert torn.WITHHELD in text and not torn.rests(text)
