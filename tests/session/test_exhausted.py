"""`exhausted`: what a request gets whose recorded answers were all played, by host and path."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.errors import OptionError
from hushtape.session.exhausted import POLICIES, parse
from hushtape.session.options import build_options
from tests.contract.drivers import Requests
from tests.support.servers import Server
from tests.support.wire import Call

STATES = ("STARTING", "RUNNING", "DONE")


def job(call: Call) -> None:
    """Each job starts, runs, and is done; what is asked in a body comes back."""
    turn = call.server.next(call.path)
    state = STATES[min(turn, 3) - 1]
    call.reply(200, json.dumps({"state": state, "turn": turn, "sent": call.body().decode()}).encode())


@pytest.fixture
def jobs() -> Any:
    with Server(job) as made:
        yield made


def ask(client: Requests, server: Server, path: str = "/jobs/1", body: bytes | None = None) -> str:
    method = "GET" if body is None else "POST"
    answer = json.loads(client.call(method, server.url + path, body=body).body)
    return f"{answer['state']} {answer['turn']}{answer['sent']}"


@pytest.fixture
def polled(client: Requests, jobs: Server, cassette: Path) -> Path:
    with hushtape.use_cassette(cassette):
        for _ in range(3):
            ask(client, jobs)
    jobs.requests.clear()
    return cassette


RECORDED = ["STARTING 1", "RUNNING 2", "DONE 3"]


@pytest.mark.parametrize(
    ("policy", "then"),
    [
        ("first", ["STARTING 1"] * 4),
        ("last", ["DONE 3"] * 4),
        ("cycle", ["STARTING 1", "RUNNING 2", "DONE 3", "STARTING 1"]),
    ],
)
def test_polling_advances_and_then_does_what_the_policy_says(
    policy: Any, then: list[str], client: Requests, jobs: Server, polled: Path
) -> None:
    before = polled.read_bytes()
    with hushtape.use_cassette(polled, mode="none", exhausted=policy) as tape:
        assert [ask(client, jobs) for _ in range(7)] == RECORDED + then
        assert tape.played == 7 and not tape.unused and len(tape.unused) == 0
    assert jobs.requests == [] and polled.read_bytes() == before


@pytest.mark.parametrize("given", [{}, {"exhausted": "error"}, {"exhausted": None}])
def test_by_default_a_request_too_many_is_an_error(
    given: Any, client: Requests, jobs: Server, polled: Path
) -> None:
    with hushtape.use_cassette(polled, mode="none", **given) as tape:
        assert [ask(client, jobs) for _ in range(3)] == RECORDED
        with pytest.raises(hushtape.UnmatchedRequestError, match="already played") as caught:
            ask(client, jobs)
        tape.acknowledge(caught.value)


def test_a_mapping_decides_by_host_and_path_and_its_first_fitting_line_counts(
    client: Requests, jobs: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        for path in ("/jobs/1", "/jobs/1", "/jobs/2", "/jobs/2", "/else"):
            ask(client, jobs, path)
    rules: Any = {"127.0.0.1/jobs/2": "first", "/jobs/*": "last", "*": "error"}
    with hushtape.use_cassette(cassette, mode="none", exhausted=rules) as tape:
        assert [ask(client, jobs, "/jobs/1") for _ in range(3)] == ["STARTING 1", "RUNNING 2", "RUNNING 2"]
        assert [ask(client, jobs, "/jobs/2") for _ in range(3)] == ["STARTING 1", "RUNNING 2", "STARTING 1"]
        ask(client, jobs, "/else")
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            ask(client, jobs, "/else")
        tape.acknowledge(caught.value)


def test_no_policy_answers_a_request_that_was_never_recorded(
    client: Requests, jobs: Server, polled: Path
) -> None:
    for policy in POLICIES:
        given: Any = {"exhausted": policy}
        with hushtape.use_cassette(polled, mode="none", **given) as tape:
            with pytest.raises(hushtape.UnmatchedRequestError) as caught:
                ask(client, jobs, "/jobs/9")
            tape.acknowledge(caught.value)


@pytest.mark.parametrize("policy", ["first", "last", "cycle"])
def test_new_episodes_records_what_is_unknown_and_repeats_what_is_used_up(
    policy: Any, client: Requests, jobs: Server, polled: Path
) -> None:
    with hushtape.use_cassette(polled, mode="new_episodes", exhausted=policy) as tape:
        for _ in range(5):
            ask(client, jobs)
        ask(client, jobs, "/jobs/2")
    assert (tape.played, tape.recorded, jobs.requests) == (5, 1, ["GET /jobs/2"])


def test_an_explicit_error_keeps_new_episodes_from_recording_what_is_used_up(
    client: Requests, jobs: Server, polled: Path
) -> None:
    with hushtape.use_cassette(polled, mode="new_episodes", exhausted="error") as tape:
        for _ in range(3):
            ask(client, jobs)
        with pytest.raises(hushtape.UnmatchedRequestError, match="already played") as caught:
            ask(client, jobs)
        tape.acknowledge(caught.value)
        ask(client, jobs, "/jobs/2")
    assert (tape.played, tape.recorded, jobs.requests) == (3, 1, ["GET /jobs/2"])


def test_new_episodes_records_anew_where_no_line_of_the_mapping_fits(
    client: Requests, jobs: Server, polled: Path
) -> None:
    with hushtape.use_cassette(polled, mode="new_episodes", exhausted={"/other": "last"}) as tape:
        for _ in range(4):
            ask(client, jobs)
    assert (tape.played, tape.recorded) == (3, 1)


def test_requests_that_share_an_index_key_each_have_their_own_turn(
    client: Requests, jobs: Server, cassette: Path
) -> None:
    def same_body(live: hushtape.MatchRequest, recorded: hushtape.MatchRequest) -> bool:
        return bool(live.body == recorded.body)

    options: dict[str, Any] = {"match_on": ("method", "path", same_body)}
    with hushtape.use_cassette(cassette, **options):
        for body in (b"a", b"b", b"a", b"b", b"a"):
            ask(client, jobs, body=body)
    expected = {
        "first": {b"a": ["STARTING 1a"] * 4, b"b": ["RUNNING 2b"] * 4},
        "last": {b"a": ["DONE 5a"] * 4, b"b": ["DONE 4b"] * 4},
        "cycle": {
            b"a": ["STARTING 1a", "DONE 3a", "DONE 5a", "STARTING 1a"],
            b"b": ["RUNNING 2b", "DONE 4b"] * 2,
        },
    }
    for policy, then in expected.items():
        with hushtape.use_cassette(cassette, mode="none", exhausted=policy, **options):
            for body in (b"a", b"a", b"b", b"b", b"a"):
                ask(client, jobs, body=body)
            asked = [b"a", b"a", b"b", b"a", b"b", b"b", b"a", b"b"]
            given: dict[bytes, list[str]] = {b"a": [], b"b": []}
            for body in asked:
                given[body].append(ask(client, jobs, body=body))
            assert given == then, policy


def test_placeholders_match_what_is_given_again(client: Requests, jobs: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, secrets=["k-93b1c07e55aa"]):
        for _ in range(2):
            ask(client, jobs, "/jobs/1?key=k-93b1c07e55aa")
    for policy, then in (("last", "RUNNING 2"), ("first", "STARTING 1"), ("cycle", "STARTING 1")):
        given: Any = {"exhausted": policy}
        with hushtape.use_cassette(cassette, mode="none", **given) as tape:
            seen = [ask(client, jobs, f"/jobs/1?key=other-{turn}") for turn in range(3)]
            assert seen == ["STARTING 1", "RUNNING 2", then] and tape.played == 3


def test_threads_share_the_turns_of_a_cycle_evenly(client: Requests, jobs: Server, polled: Path) -> None:
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    def work() -> None:
        own = Requests()
        for _ in range(15):
            state = ask(own, jobs)
            with lock:
                seen[state] += 1
        own.close()

    with hushtape.use_cassette(polled, mode="none", exhausted="cycle") as tape:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == dict.fromkeys(RECORDED, 40) and tape.played == 120


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("again", "error, first, last, cycle"),
        (True, "bool"),
        ({"*": "last", "/jobs": "first"}, "behind '\\*'"),
        ({"https://api.example.com": "last"}, "scheme"),
        ({"api.example.com:": "last"}, "port"),
        ({"api.example.com:http/jobs": "last"}, "port"),
        ({"*.": "last"}, "no host"),
        ({"..": "last"}, "no host"),
        ({"/jobs?page=1": "last"}, "query"),
        ({"api*.example.com": "last"}, "at its start"),
        ({"": "last"}, "text"),
        ({"/jobs": "again"}, "again"),
    ],
)
def test_what_could_never_fit_is_refused(wrong: Any, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        build_options({"exhausted": wrong})


@pytest.mark.parametrize(
    ("pattern", "uri", "fits"),
    [
        ("api.example.com", "https://API.example.com:8443/any?x=1", True),
        ("api.example.com", "https://example.com/", False),
        ("*.example.com", "https://a.b.example.com/x", True),
        ("*.example.com", "https://example.com/x", False),
        ("*.example.com", "https://badexample.com/x", False),
        ("/jobs/*", "https://a.example.com/jobs/1", True),
        ("/jobs/*", "https://a.example.com/jobs", False),
        ("/jobs", "https://a.example.com/jobs?x=1", True),
        ("/", "https://a.example.com", True),
        ("/*/status", "https://a.example.com/jobs/7/status", True),
        ("/a.c", "https://a.example.com/abc", False),
        ("a.example.com/jobs/*", "https://b.example.com/jobs/1", False),
        ("*/jobs/*", "https://b.example.com/jobs/1", True),
        ("api.example.com:8443", "https://api.example.com:8443/any", True),
        ("api.example.com:8443", "https://api.example.com/any", False),
        ("api.example.com:443/v1/*", "https://api.example.com/v1/x", True),
        (":8443", "https://api.example.com.:8443/any", True),
        ("api.example.com.", "https://api.example.com/any", True),
        ("[::1]/x", "http://[::1]:80/x", True),
        ("*", "https://b.example.com/jobs/1", True),
    ],
)
def test_a_pattern_fits_hosts_and_whole_paths(pattern: str, uri: str, fits: bool) -> None:
    assert (parse({pattern: "last"}).policy(uri) == "last") is fits


def test_no_path_takes_long_to_fit_or_not() -> None:
    many = parse({"/" + "*a" * 200 + "b": "last"})
    assert many.policy("https://a.example/" + "a" * 200_000) is None  # backtracking would never end
