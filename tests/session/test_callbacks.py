"""Callbacks and user subclasses: they change, drop and fail; whole bodies are theirs, up to a bound."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape import CallbackSanitizer
from hushtape.sanitizers import HeaderSanitizer
from tests.contract.drivers import Requests
from tests.support.servers import Server

MADE = "Kq7ZtP2vLx9RmW4nBs8Yd3Fh"
"""Looks as if a machine had made it."""


def stored(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(path.read_text())["interactions"]
    return entries


def change_request(request: Any) -> Any:
    request.uri = request.uri.replace("/personal/", "/someone/")
    request.headers["X-Trace"] = "fixed"
    if request.body:
        request.body = request.body.replace(b"Ada", b"Someone")
    return request


def change_response(response: dict[str, Any]) -> dict[str, Any]:
    response["body"]["string"] = response["body"]["string"].replace(b"Ada", b"Somebody")
    response["headers"]["X-Seen"] = ["yes"]
    return response


CHANGING = CallbackSanitizer(change_request, change_response)


def test_a_callback_changes_what_is_recorded_and_not_what_the_program_sees(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[CHANGING]):
        seen = client.call("POST", server.url + "/echo/personal/1", body=b"name=Ada")
    assert b"name=Ada" in seen.body
    (entry,) = stored(cassette)
    assert "/someone/1" in entry["request"]["uri"] and "Ada" not in cassette.read_text()
    assert entry["request"]["body"] == "name=Someone"
    assert entry["request"]["headers"]["Content-Length"] == [str(len("name=Someone"))]
    body = entry["response"]["body"]["string"]
    assert "name=Somebody" in body and entry["response"]["headers"]["Content-Length"] == [str(len(body))]


class Marked(str):
    """A text of a class of its own, as markupsafe's, bs4's and StrEnum's are."""

    __slots__ = ()


def test_texts_of_other_classes_are_the_texts_they_are(
    client: Requests, server: Server, cassette: Path
) -> None:
    def request(seen: Any) -> Any:
        seen.method, seen.uri = Marked(seen.method), Marked(seen.uri + "?a=1")
        seen.headers[Marked("X-Trace")] = Marked("fixed")
        return seen

    def response(seen: dict[str, Any]) -> dict[str, Any]:
        seen["status"]["message"] = Marked("Fine")
        seen["headers"][Marked("X-Seen")] = [Marked("yes")]
        return seen

    with hushtape.use_cassette(cassette, sanitizers=[CallbackSanitizer(request, response)]):
        client.call("GET", server.url + "/number/7")
    (entry,) = stored(cassette)
    assert entry["request"]["uri"].endswith("?a=1") and entry["request"]["headers"]["X-Trace"] == ["fixed"]
    assert entry["response"]["status"]["message"] == "Fine" and entry["response"]["headers"]["X-Seen"] == [
        "yes"
    ]


def test_requests_that_a_callback_changed_meet_at_replay(
    client: Requests, server: Server, cassette: Path
) -> None:
    options: dict[str, Any] = {"sanitizers": [CHANGING], "match_on": ("method", "uri", "body")}
    url = server.url + "/echo/personal/1"
    with hushtape.use_cassette(cassette, **options):
        client.call("POST", url, body=b"name=Ada")
    server.reset()
    with hushtape.use_cassette(cassette, mode="none", **options) as tape:
        answer = client.session.post(url, data=b"name=Ada", timeout=5)
        assert answer.json()["body"] == "name=Somebody" and answer.headers["X-Seen"] == "yes"
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.call("POST", url, body=b"name=Grace")
        tape.acknowledge(caught.value)
    assert server.requests == []


def drop_health(request: Any) -> Any:
    return None if request.path == "/number/0" else request


def test_a_request_that_a_callback_drops_is_not_recorded_and_refused_at_replay(
    client: Requests, server: Server, cassette: Path
) -> None:
    options: dict[str, Any] = {"sanitizers": [CallbackSanitizer(drop_health)]}
    with hushtape.use_cassette(cassette, **options) as tape:
        assert b'"square":0' in client.call("GET", server.url + "/number/0").body
        client.call("GET", server.url + "/number/2")
    assert tape.recorded == 1 and not tape.failed
    assert [entry["request"]["uri"].rpartition("/")[2] for entry in stored(cassette)] == ["2"]
    server.reset()
    with hushtape.use_cassette(cassette, mode="none", **options):
        with pytest.raises(hushtape.ReplayError, match="ignore_hosts"):
            client.call("GET", server.url + "/number/0")
        client.call("GET", server.url + "/number/2")
    assert server.requests == []


def test_a_callback_that_raises_fails_the_recording_and_not_the_program(
    client: Requests, server: Server, cassette: Path, tmp_path: Path
) -> None:
    def broken(response: dict[str, Any]) -> dict[str, Any]:
        raise LookupError(f"what it was shown: {response['body']['string']!r}")

    with (
        pytest.raises(hushtape.RecordingFailedError) as caught,
        hushtape.use_cassette(cassette, sanitizers=[CallbackSanitizer(None, broken)]) as tape,
    ):
        assert b'"square":49' in client.call("GET", server.url + "/number/7").body
        assert tape.failed
    assert "LookupError" in str(caught.value) and "CallbackSanitizer" in str(caught.value)
    assert not cassette.exists()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"square" not in path.read_bytes()


@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit])
@pytest.mark.parametrize("half", [0, 1])
def test_a_callback_that_exits_does_not_end_the_program(
    kind: type[BaseException], half: int, client: Requests, server: Server, cassette: Path
) -> None:
    def leave(_: Any) -> Any:
        raise kind("a text that may hold anything")

    broken = CallbackSanitizer(None, leave) if half else CallbackSanitizer(leave)
    with (
        pytest.raises(hushtape.RecordingFailedError, match=kind.__name__) as caught,
        hushtape.use_cassette(cassette, sanitizers=[broken]),
    ):
        assert b'"square":49' in client.call("GET", server.url + "/number/7").body
    assert "may hold anything" not in repr(caught.value) and not cassette.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uri", None),
        ("method", None),
        ("headers", None),
        ("headers", {"X-A": None}),
        ("headers", ["X-A"]),
        ("body", {"a": 1}),
        ("body", iter([b"a"])),
    ],
)
def test_what_can_not_be_sent_fails_the_recording_and_names_the_sanitizer(
    name: str, value: Any, client: Requests, server: Server, cassette: Path
) -> None:
    def change(request: Any) -> Any:
        setattr(request, name, value)
        return request

    with (
        pytest.raises(hushtape.RecordingFailedError, match=f"run CallbackSanitizer.*left .*{name}|header"),
        hushtape.use_cassette(cassette, sanitizers=[CallbackSanitizer(change)]),
    ):
        client.call("GET", server.url + "/number/7")
    assert not cassette.exists()


def test_a_request_callback_finds_header_fields_in_any_case_and_loses_none(
    client: Requests, server: Server, cassette: Path
) -> None:
    def change(request: Any) -> Any:
        assert "X-SHOP" in request.headers
        request.headers["X-Shop"] = "someone's"
        return request

    with hushtape.use_cassette(cassette, sanitizers=[CallbackSanitizer(change)]):
        client.call("GET", server.url + "/echo", headers={"x-shop": "ada's", "x-b": "1"})
    fields = stored(cassette)[0]["request"]["headers"]
    assert fields["x-shop"] == ["someone's"] and fields["x-b"] == ["1"] and "X-Shop" not in fields


def _response(**changes: Any) -> dict[str, Any]:
    return {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b"x"}, **changes}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "text",
        {"body": {}},
        _response(status={"code": "planted-in-a-callback"}),
        _response(status={"code": 99999, "message": "OK"}),
        _response(status="200 OK"),
        _response(headers=None),
        _response(headers={"A": [None]}),
        _response(body=b"bytes"),
        _response(body={"string": {"a": "planted-in-a-callback"}}),
        _response(body={"string": 5}),
    ],
)
def test_what_is_no_response_fails_the_recording(
    wrong: Any, client: Requests, server: Server, cassette: Path
) -> None:
    with (
        pytest.raises(hushtape.RecordingFailedError, match=r"^(?!.*planted).*run CallbackSanitizer"),
        hushtape.use_cassette(cassette, sanitizers=[CallbackSanitizer(None, lambda _: wrong)]),
    ):
        client.call("GET", server.url + "/number/7")
    assert not cassette.exists()


def test_a_subclass_of_base_sanitizer_is_a_callback_and_sees_scrubbed_text(
    client: Requests, server: Server, cassette: Path
) -> None:
    seen: list[bytes] = []

    class Mine(hushtape.BaseSanitizer):
        def before_record_request(self, request: Any) -> Any:
            return request

        def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
            seen.append(response["body"]["string"])
            return response

    with hushtape.use_cassette(cassette, sanitizers=[Mine()], secrets=["a-secret-of-mine"]):
        client.call("GET", server.url + "/echo?x=a-secret-of-mine")
    assert len(seen) == 1 and b"REDACTED" in seen[0] and b"a-secret-of-mine" not in seen[0]


def careless_request(request: Any) -> Any:
    request.uri += "?api_key=" + MADE
    request.headers["Authorization"] = "Bearer " + MADE
    request.headers["X-Api-Key"] = MADE
    request.headers["Cookie"] = f"a=b; sid={MADE}"
    request.headers["X-Note"] = "harmless"
    request.body = json.dumps({"name": "Ada", "password": MADE, "note": "a-secret-of-mine"}).encode()
    return request


def careless_response(response: dict[str, Any]) -> dict[str, Any]:
    response["headers"]["Set-Cookie"] = [f"sid={MADE}; Path=/"]
    response["headers"]["X-Note"] = ["harmless"]
    response["body"]["string"] = json.dumps({"access_token": MADE, "note": "a-secret-of-mine"}).encode()
    return response


def test_what_a_callback_puts_in_is_scrubbed_too(
    client: Requests, server: Server, cassette: Path, tmp_path: Path
) -> None:
    options: dict[str, Any] = {
        "sanitizers": [CallbackSanitizer(careless_request, careless_response)],
        "secrets": ["a-secret-of-mine"],
        "match_on": ("method", "uri", "body"),
    }
    with hushtape.use_cassette(cassette, **options):
        client.call("POST", server.url + "/echo", body=b"x")
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or (MADE not in path.read_text() and "of-mine" not in path.read_text())
    (entry,) = stored(cassette)
    request, response = entry["request"], entry["response"]
    assert request["uri"].endswith("?api_key=REDACTED")
    assert request["headers"]["Authorization"] == ["Bearer REDACTED"]
    assert request["headers"]["X-Api-Key"] == ["REDACTED"]
    assert request["headers"]["Cookie"] == ["a=REDACTED; sid=REDACTED"]
    assert request["headers"]["Content-Length"] == [str(len(request["body"]))]
    assert response["headers"]["Set-Cookie"] == ["sid=REDACTED; Path=/"]
    assert request["headers"]["X-Note"] == response["headers"]["X-Note"] == ["harmless"]
    assert json.loads(response["body"]["string"]) == {"access_token": "REDACTED", "note": "REDACTED"}
    with hushtape.use_cassette(cassette, mode="none", **options):
        assert client.session.post(server.url + "/echo", data=b"x", timeout=5).json()["note"] == "REDACTED"


def test_a_list_of_fields_to_keep_binds_no_callback_but_for_credentials(
    client: Requests, server: Server, cassette: Path
) -> None:
    keeping = HeaderSanitizer(["content-type"])
    options: dict[str, Any] = {"sanitizers": [keeping, CallbackSanitizer(careless_request)]}
    with hushtape.use_cassette(cassette, **options):
        client.call("POST", server.url + "/echo", body=b"x")
    fields = stored(cassette)[0]["request"]["headers"]
    assert fields["X-Note"] == ["harmless"] and MADE not in cassette.read_text()


def test_what_a_callback_hides_deeper_than_the_rules_see_is_caught_by_the_audit(
    client: Requests, server: Server, cassette: Path, tmp_path: Path
) -> None:
    def careless(response: dict[str, Any]) -> dict[str, Any]:
        response["body"]["string"] += b" " + zlib.compress(b"a-secret-of-mine").hex().encode()
        return response

    options: dict[str, Any] = {
        "sanitizers": [CallbackSanitizer(None, careless)],
        "secrets": ["a-secret-of-mine"],
    }
    with pytest.raises(hushtape.RecordingFailedError), hushtape.use_cassette(cassette, **options):
        client.call("GET", server.url + "/number/7")
    for path in tmp_path.rglob("*"):
        assert (
            not path.is_file() or zlib.compress(b"a-secret-of-mine").hex().encode() not in path.read_bytes()
        )


def test_a_body_above_max_callback_body_fails_the_recording_and_names_the_bound(
    client: Requests, server: Server, cassette: Path
) -> None:
    options: dict[str, Any] = {"sanitizers": [CHANGING], "max_callback_body": 2000}
    with (
        pytest.raises(hushtape.RecordingFailedError, match="max_callback_body") as caught,
        hushtape.use_cassette(cassette, **options),
    ):
        assert len(client.call("GET", server.url + "/bytes/3000").body) == 3000
    assert isinstance(caught.value.__cause__, hushtape.BodyTooLargeError)
    assert caught.value.__cause__.option == "max_callback_body"


def test_callbacks_do_not_run_on_what_a_cassette_holds_already(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.call("GET", server.url + "/number/1")
    seen: list[str] = []

    def note(response: dict[str, Any]) -> dict[str, Any]:
        seen.append(str(response["status"]))
        return response

    with hushtape.use_cassette(
        cassette, mode="new_episodes", sanitizers=[CallbackSanitizer(None, note)]
    ) as tape:
        client.call("GET", server.url + "/number/1")
        client.call("GET", server.url + "/number/2")
    assert (tape.played, tape.recorded, len(seen)) == (1, 1, 1) and len(stored(cassette)) == 2


class Own(hushtape.DefaultSanitizer):
    """As component authors write them: ours first, then something of their own."""

    def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
        response = super().before_record_response(response)
        response["body"]["string"] = response["body"]["string"].replace(b"Ada", b"Somebody")
        return response


def test_a_subclass_that_calls_ours_keeps_the_fields_that_replay_needs(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[Own()]):
        bare = client.call("POST", server.url + "/echo/1", body=b"name=Ada")
    (entry,) = stored(cassette)
    assert "Somebody" in entry["response"]["body"]["string"]
    names = {name.lower() for name in entry["response"]["headers"]}
    assert len(names) > 2 and names >= {name.lower() for name, _ in bare.headers} - {"connection"}
