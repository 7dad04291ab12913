"""What a tape learns: the odd places, what can't be rewritten, and that it fails closed."""

from __future__ import annotations

import gzip
import io
import json
import random
import threading
import zipfile
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.cassette import recover
from hushtape.model import ErrorLink, Failure, Head, Headers, Interaction, Request
from hushtape.sanitize import Ruleset
from hushtape.sanitize.lessons import MOST
from hushtape.session import learning, stored

TOKEN = "tok-7Hq2/x9+LmZ4w8"
LOGIN = json.dumps({"access_token": TOKEN}).encode()
JSON = "application/json"


@pytest.fixture(params=[learning.BUDGET, 0.0], ids=["in time", "out of time"])
def budget(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(learning, "BUDGET", request.param)
    return float(request.param)


def record(
    tape: Any,
    body: bytes,
    content_type: str = JSON,
    *,
    path: str = "a",
    fields: tuple[tuple[str, str], ...] = (),
    asked: bytes = b"",
    asked_fields: tuple[tuple[str, str], ...] = (),
    reason: str = "OK",
    trailers: Headers | None = None,
) -> None:
    """An exchange as an adapter tells of it."""
    exchange = tape.open(Request("POST", f"https://api.example.com/{path}", Headers(asked_fields)))
    exchange.decide()
    if asked:
        exchange.request_body(asked)
    exchange.request_end()
    exchange.head(Head(200, reason, Headers((("Content-Type", content_type), *fields))), "chunked")
    exchange.body(body)
    exchange.end(trailers or Headers())


PLACES: dict[str, dict[str, Any]] = {
    "path": {"path": TOKEN},
    "response header": {"fields": (("X-Next", f"/rows/{TOKEN}"),)},
    "request header": {"asked_fields": (("X-Custom", f"v1 {TOKEN}"),)},
    "request body": {"asked": f"<q>{TOKEN}</q>".encode()},
    "reason": {"reason": f"Fine {TOKEN}"},
    "trailer": {"trailers": Headers([("X-End", TOKEN)])},
    "binary body": {"body": b"\xff\xfe\0" + TOKEN.encode() + b"\0\x80", "content_type": "image/png"},
    "body of many windows": {"body": b"x" * 700_000 + TOKEN.encode() + b"y" * 700_000},
    "base64 across pieces": {"body": b"z" * 65_500 + b64encode(b"ab" + TOKEN.encode()) + b"z" * 9000},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.usefixtures("budget")
def test_a_value_recorded_before_it_was_learned_is_gone_from_each_place(place: str, cassette: Path) -> None:
    with hushtape.use_cassette(cassette) as tape:
        record(tape, **{"body": b"{}", **PLACES[place]})
        record(tape, b'{"other": 1}')
        record(tape, LOGIN)
        record(tape, **{"body": b"{}", **PLACES[place]})
    assert not tape.failed and tape.recorded == 4
    files = [path for path in cassette.parent.rglob("*") if path.is_file()]
    for data in (path.read_bytes() for path in files):
        assert TOKEN.encode() not in data and b64encode(b"ab" + TOKEN.encode())[4:-6] not in data
    assert not (cassette.parent / (cassette.name + ".recording")).exists()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        assert [bool(one.response) for one in tape.interactions()] == [True] * 4


@pytest.mark.usefixtures("budget")
def test_an_errors_text_is_searched_too(cassette: Path) -> None:
    with hushtape.use_cassette(cassette) as tape:
        exchange = tape.open(Request("GET", "https://api.example.com/a"))
        exchange.decide()
        exchange.fail(Failure("connect", (ErrorLink("OSError", f"refused {TOKEN}", 111),)))
        record(tape, LOGIN)
    assert (
        not tape.failed and TOKEN not in cassette.read_text() and "refused REDACTED" in cassette.read_text()
    )


def test_reasons_from_before_it_was_learned_are_told_without_it(cassette: Path) -> None:
    with (
        pytest.raises(hushtape.RecordingFailedError) as caught,
        hushtape.use_cassette(cassette, mode="all") as tape,
    ):
        record(tape, b"zzz", path=TOKEN, fields=(("Content-Encoding", "unheard-of"),))
        record(tape, LOGIN)
    error = caught.value
    assert "unheard-of" in str(error)
    assert TOKEN not in f"{error!r} {error} {error.__dict__} {error.__cause__!r} {error.__cause__.__dict__}"


def test_an_unmatched_request_from_before_it_was_learned_is_raised_again_without_it(cassette: Path) -> None:
    with hushtape.use_cassette(cassette, mode="all") as tape:
        record(tape, b"{}")
    with (
        pytest.raises(hushtape.UnmatchedRequestError) as caught,
        hushtape.use_cassette(cassette, mode="none") as tape,
    ):
        for fields in ((), (("Authorization", f"Bearer {TOKEN}"),)):
            tape.open(Request("GET", f"https://api.example.com/{TOKEN}", Headers(fields))).decide()
    error = caught.value
    assert TOKEN not in f"{error!r} {error} {error.__dict__}"


@pytest.mark.usefixtures("budget")
def test_what_a_rule_did_not_touch_stays_byte_for_byte(cassette: Path) -> None:
    body = b'\x00\xff {"a": 1E400} \r\n' + bytes(range(256)) * 300
    with hushtape.use_cassette(cassette) as tape:
        record(tape, body, "application/octet-stream", fields=(("ETag", '"keep"'), ("X-Id", TOKEN)))
        record(tape, LOGIN)
    with hushtape.use_cassette(cassette, mode="none") as tape:
        first = next(tape.interactions())
        assert first.response is not None and first.response.body is not None
        assert b"".join(first.response.body.chunks()) == body
        assert first.response.head.headers.get("etag") == '"keep"'


def test_a_rewritten_body_loses_its_digests(cassette: Path) -> None:
    body = f"{{'x': '{TOKEN}'}}".encode()
    with hushtape.use_cassette(cassette) as tape:
        record(tape, body, fields=(("ETag", '"tells"'), ("Content-MD5", "abc")))
        record(tape, LOGIN)
    text = cassette.read_text()
    assert "tells" not in text and "Content-MD5" not in text and "{'x': 'REDACTED'}" in text


@pytest.mark.parametrize(
    "hidden",
    [
        gzip.compress(random.Random(1).randbytes(70_000) + TOKEN.encode()),
        b'{"a": "%b"}' % b64encode(b64encode(b"xy " + TOKEN.encode())),
    ],
    ids=["large compressed file", "base64 twice"],
)
def test_what_cant_be_rewritten_is_dropped_and_the_tape_fails(
    hidden: bytes, budget: float, cassette: Path
) -> None:
    with pytest.raises(hushtape.RecordingFailedError) as caught, hushtape.use_cassette(cassette) as tape:
        record(tape, hidden, "application/octet-stream", path="early")
        record(tape, LOGIN, path="login")
        record(tape, b"{}", path="later")
    assert not cassette.exists() and TOKEN not in str(caught.value)
    recovery = recover(cassette)
    assert recovery.recovered == 2 and recovery.unsearched == ()
    assert "early" not in cassette.read_text()


def in_a_zip(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", data)
    return file.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, in_a_zip])
@pytest.mark.usefixtures("budget")
def test_a_small_file_that_was_recorded_before_is_packed_again(
    pack: Callable[[bytes], bytes], cassette: Path
) -> None:
    file = pack(b"id,note\n1," + TOKEN.encode())
    with hushtape.use_cassette(cassette) as tape:
        record(tape, file, "application/octet-stream", asked=file, fields=(("ETag", '"tells"'),))
        record(tape, LOGIN)
    assert not tape.failed and "tells" not in cassette.read_text()
    with hushtape.use_cassette(cassette, mode="none") as tape:
        first = next(tape.interactions())
    assert first.response is not None
    for body in (first.request.body, first.response.body):
        assert body is not None
        data = b"".join(body.chunks())
        content = (
            zipfile.ZipFile(io.BytesIO(data)).read("a.csv") if pack is in_a_zip else gzip.decompress(data)
        )
        assert content == b"id,note\n1,REDACTED"


def test_callbacks_see_an_exchange_once_and_what_they_wrote_is_searched(cassette: Path) -> None:
    class Mark(hushtape.BaseSanitizer):
        calls = 0

        def before_record_response(self, response: Any) -> Any:
            Mark.calls += 1
            response["body"]["string"] += b" seen " + TOKEN.encode()
            return response

    with hushtape.use_cassette(cassette, sanitizers=[Mark()]) as tape:
        record(tape, b"first")
        record(tape, LOGIN)
    assert Mark.calls == 2 and not tape.failed and TOKEN not in cassette.read_text()
    assert cassette.read_text().count("seen REDACTED") == 2


@pytest.mark.parametrize(
    "sanitizer",
    [
        hushtape.HeaderSanitizer(headers_to_remove=["Authorization", "Cookie"]),
        hushtape.HeaderSanitizer(safe_headers=["content-type"]),
        hushtape.DefaultSanitizer(safe_headers=["content-type"]),
    ],
    ids=["removed", "kept others", "the default's"],
)
@pytest.mark.parametrize("field", [("Authorization", "Bearer {}"), ("Cookie", "sessionid={}")])
def test_a_field_that_goes_teaches_as_one_that_is_redacted(
    cassette: Path, sanitizer: Any, field: tuple[str, str]
) -> None:
    token = "7Hq2x9LmZ4w8Rt5Kb3"
    with hushtape.use_cassette(cassette, sanitizers=[sanitizer]) as tape:
        record(tape, b"{}", asked_fields=((field[0], field[1].format(token)),))
        record(tape, f"see {token}".encode(), "text/plain", path=token)
    assert not tape.failed and token not in cassette.read_text()


def test_of_a_field_that_goes_and_changes_each_time_a_few_values_teach(cassette: Path) -> None:
    dropping = hushtape.HeaderSanitizer(safe_headers=["content-type"])
    with hushtape.use_cassette(cassette, sanitizers=[dropping]) as tape:
        for number in range(150):
            record(tape, b"{}", fields=(("X-CSRF-Token", f"c{number:03d}Kq9x2Zw8Lm4Rt"),))
        record(tape, json.dumps({"api_key": "7Hq2x9LmZ4w8Rt5Kb3"}).encode())
        record(tape, b"{}", path="7Hq2x9LmZ4w8Rt5Kb3")
    assert not tape.failed and "7Hq2x9LmZ4w8Rt5Kb3" not in cassette.read_text()


@pytest.mark.parametrize(
    "scheme",
    [
        'OAuth oauth_token="tK93mP0qX7vL2wT5", oauth_nonce="n{0}", oauth_signature="s{0}"',
        "SharedKey a:{0}Kq9x2Zw8",
    ],
)
def test_one_key_that_signs_each_request_leaves_lessons_for_others(cassette: Path, scheme: str) -> None:
    with hushtape.use_cassette(cassette) as tape:
        for number in range(40):
            record(tape, b"{}", asked_fields=(("Authorization", scheme.format(f"{number:03d}Lm4Rt7")),))
        left = tape.ledger.learning.notebook._left
    assert left >= MOST - 2


def test_without_a_rule_that_redacts_it_nothing_is_learned(cassette: Path) -> None:
    with hushtape.use_cassette(cassette, default_sanitizer=False) as tape:
        record(tape, LOGIN, asked_fields=(("Authorization", f"Bearer {TOKEN}"),))
        assert tape.ledger.learning.alone is None
    assert TOKEN in cassette.read_text()


def test_a_placeholder_of_the_users_stands_for_what_its_field_taught(cassette: Path) -> None:
    sanitizers = [hushtape.BodyFieldSanitizer(["password"], replacement="***")]
    with hushtape.use_cassette(cassette, sanitizers=sanitizers) as tape:
        record(
            tape,
            json.dumps(
                {
                    "password": TOKEN,
                    "note": f"it is {TOKEN}",
                    "packed": b64encode(b"ab" + TOKEN.encode()).decode(),
                }
            ).encode(),
        )
    assert not tape.failed
    assert "it is ***" in cassette.read_text() and '"***"' in cassette.read_text().split("interactions")[0]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, TimeoutError])
def test_a_lesson_that_a_signal_interrupts_is_learned_later(
    cassette: Path, kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: object) -> Ruleset:
        raise kind

    with hushtape.use_cassette(cassette) as tape:
        record(tape, f"see {TOKEN}".encode(), path="before")
        with monkeypatch.context() as signal:
            signal.setattr(Ruleset, "with_secrets", interrupted)
            with suppress(kind):
                record(tape, LOGIN)
            tape.ledger.faults.clear()  # whatever the fault of this exchange was: the program goes on
            tape.ledger._failures.clear()
        record(tape, b"done", path=f"use/{TOKEN}")
    assert TOKEN not in cassette.read_text() and "use/REDACTED" in cassette.read_text()


def test_a_lesson_that_can_not_be_learned_fails_the_tape_and_not_each_exchange_after_it(
    cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*given: object) -> Ruleset:
        raise hushtape.SanitizerError("learn a value", "it can't be one", "Report this", sanitizer="learned")

    with pytest.raises(hushtape.RecordingFailedError), hushtape.use_cassette(cassette) as tape:
        monkeypatch.setattr(Ruleset, "with_secrets", refused)
        record(tape, LOGIN)
        record(tape, b"done", path="next")
        assert tape.ledger.fault_count == 1 and tape.recorded == 1


def test_a_body_of_many_fresh_tokens_stops_at_a_thousand(cassette: Path) -> None:
    rows = [{"id": number, "access_token": f"row-{number:05d}-Kq9"} for number in range(1500)]
    with hushtape.use_cassette(cassette) as tape:
        record(tape, json.dumps(rows).encode())
        learned = len(tape.ledger.ruleset.rules) - len(tape.chain.ruleset.rules)
        record(tape, b"row-00007-Kq9 row-01400-Kq9", "text/plain")
    assert learned == 1000
    assert "REDACTED row-01400-Kq9" in cassette.read_text()


def test_absorbing_does_not_wait_where_it_must_not(cassette: Path) -> None:
    with hushtape.use_cassette(cassette) as tape:
        held, go_on = threading.Event(), threading.Event()

        def hold() -> None:
            with tape.ledger.learning._lock:
                held.set()
                go_on.wait(10)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(10)
        tape.chain.ruleset.uri(
            f"https://h/?access_token={TOKEN}", "request", tape.ledger.learning.notebook.asked
        )
        tape.ledger.learning.absorb(wait=False)
        assert tape.ledger.learning.alone is None
        go_on.set()
        thread.join()
        tape.ledger.learning.absorb(wait=False)
        assert tape.ledger.learning.alone is not None


def test_an_exchange_that_ends_while_its_thread_learns_leaves_the_search_to_it(cassette: Path) -> None:
    """As a response does that is collected in the middle: its record comes first, and is searched."""
    with hushtape.use_cassette(cassette) as tape:
        calls: list[int] = []
        record(tape, b"{}")
        genuine = tape.ledger.started
        assert genuine is not None
        lesson = genuine.lesson

        def interrupted() -> Any:
            if not calls:
                calls.append(1)
                record(
                    tape,
                    json.dumps({"refresh_token": "r-" + TOKEN, "x": f"r-{TOKEN}"}).encode(),
                    path="inner",
                )
            return lesson()

        genuine.lesson = interrupted  # type: ignore[method-assign]
        record(tape, LOGIN)
        record(tape, b"{}")
    assert not tape.failed and tape.recorded == 4 and TOKEN not in cassette.read_text()


def test_what_another_thread_learns_between_the_scrub_and_the_audit_fails_nothing(
    cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exchange is scrubbed anew for one token; before it is audited, a second one is learned."""
    second = "tok-3Vb8/y2+KqX5n0"
    scrub = stored.scrub_interaction
    calls: list[int] = []

    with hushtape.use_cassette(cassette) as tape:

        def scrub_and_learn(interaction: Interaction, ruleset: Any) -> Interaction:
            calls.append(1)
            if len(calls) == 1:
                record(tape, json.dumps({"refresh_token": second}).encode(), path="second")
            return scrub(interaction, ruleset)

        monkeypatch.setattr(stored, "scrub_interaction", scrub_and_learn)
        running = tape.open(Request("POST", "https://api.example.com/running", Headers()))
        running.decide()
        running.head(Head(200, "OK", Headers((("Content-Type", "text/plain"),))), "chunked")
        running.body(f"{TOKEN} and {second}".encode())
        record(tape, LOGIN)
        running.end(Headers())
    text = cassette.read_text()
    assert len(calls) > 1 and not tape.failed and tape.recorded == 3
    assert TOKEN not in text and second not in text and "REDACTED and REDACTED" in text


def test_what_another_thread_learns_while_a_body_begins_fails_nothing(
    cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making the body's scrubber and its auditor."""
    make = Ruleset.scrubber
    waiting = [True]

    with hushtape.use_cassette(cassette) as tape:

        def make_and_learn(ruleset: Ruleset, *args: Any) -> Any:
            scrubber = make(ruleset, *args)
            if waiting and waiting.pop():
                record(tape, LOGIN)
            return scrubber

        running = tape.open(Request("POST", "https://api.example.com/running", Headers()))
        running.decide()
        running.head(Head(200, "OK", Headers((("Content-Type", "text/plain"),))), "chunked")
        monkeypatch.setattr(Ruleset, "scrubber", make_and_learn)
        running.body(f"it is {TOKEN}".encode())
        running.end(Headers())
    assert not waiting and not tape.failed and tape.recorded == 2
    assert TOKEN not in cassette.read_text() and "it is REDACTED" in cassette.read_text()
