"""What is scrubbed before it is read: callbacks once, heads that stay true, errors in place of answers."""

from __future__ import annotations

import base64
import io
import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape import BodyFieldSanitizer, CallbackSanitizer, HeaderSanitizer, TokenSanitizer
from tests.contract.drivers import HttpClient, Requests
from tests.support import torn
from tests.support.routes import encode
from tests.support.servers import Server
from tests.support.wire import Call

SECRET = "a-token-of-mine-0815"
TEXT = json.dumps({"id": 7, "token": SECRET, "more": "x" * 500}).encode()
JSON = ("Content-Type", "application/json")
FIELD = BodyFieldSanitizer(["token"], scrub_before_read=True)
TOKEN = TokenSanitizer([SECRET], scrub_before_read=True)


def whole(call: Call) -> None:
    call.reply(200, TEXT, [JSON, ("ETag", '"1"'), ("Content-MD5", "abc"), ("X-Trace", SECRET)])


def chunked_gzip(call: Call) -> None:
    call.body()
    call.head(200, [JSON, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")])
    data = encode("gzip", TEXT)
    for at in range(0, len(data), 7):
        call.chunk(data[at : at + 7])
    call.last_chunk([("X-Last", SECRET)])


def part(call: Call) -> None:
    fields = [JSON, ("Content-Encoding", "gzip"), ("Content-Range", "bytes 0-49/400")]
    call.reply(206, encode("gzip", TEXT)[:50], fields)


def archive(call: Call) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("report.json", TEXT)
    call.reply(200, packed.getvalue(), [("Content-Type", "application/zip")])


def packed_grant(call: Call) -> None:
    call.reply(200, encode("gzip", json.dumps({"access_token": SECRET}).encode()))


def closes(call: Call) -> None:
    call.closing = True
    call.reply(200, TEXT, [JSON, ("Connection", "close")])


def unknown_coding(call: Call) -> None:
    call.reply(200, b"\x01\x02" + TEXT, [JSON, ("Content-Encoding", "lz-of-mine")])


def grant(call: Call) -> None:
    json_of = {"access_token": SECRET, "expires_in": 3600}
    call.reply(200, json.dumps(json_of).encode(), [JSON])


def leak(call: Call) -> None:
    call.reply(200, json.dumps({"note": f"issued {SECRET} today"}).encode(), [JSON])


def twice(call: Call) -> None:
    """The secret under base64, twice: only the audit reads that."""
    inner = base64.b64encode(b"user:" + SECRET.encode() + b":more-of-it")
    call.reply(
        200, b"blob " + base64.b64encode(b"x" + inner + b"yz") + b" end", [("Content-Type", "text/plain")]
    )


def on_request(call: Call) -> None:
    """Each route by its name; /fine is plain."""
    name = call.path.strip("/").partition("/")[0]
    routes: dict[str, Callable[[Call], None]] = {
        "whole": whole,
        "gzip": chunked_gzip,
        "part": part,
        "zip": archive,
        "packed_grant": packed_grant,
        "closes": closes,
        "grant": grant,
        "twice": twice,
        "leak": leak,
        "unknown": unknown_coding,
    }
    route = routes.get(name)
    if route is None:
        call.reply(200, b'{"fine": true}', [JSON])
    else:
        route(call)


@pytest.fixture
def odd() -> Iterator[Server]:
    with Server(on_request) as made:
        yield made


def get(server: Server, path: str, client: Any = Requests) -> Any:
    made = client()
    try:
        return made.call("GET", server.url + path)
    finally:
        made.close()


def stored(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(path.read_text())["interactions"]
    return entries


# --- rules ---------------------------------------------------------------------------------------------


def test_what_is_stored_is_what_the_program_read(odd: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[TOKEN]):
        seen = get(odd, "/whole")
    (entry,) = stored(cassette)
    assert entry["response"]["body"]["string"].encode() == seen.body
    assert json.loads(seen.body)["token"] == "REDACTED"
    assert entry["response"]["headers"] == {name: [value] for name, value in seen.headers}


def test_fields_that_tell_of_the_original_body_are_settled(odd: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[TOKEN]):
        fields = dict(get(odd, "/whole").headers)
    assert fields["Content-Length"] == str(len(TEXT) - len(SECRET) + len("REDACTED"))
    assert (fields["ETag"], fields["X-Trace"]) == ('"REDACTED"', "REDACTED")
    assert "Content-MD5" not in fields


@pytest.mark.parametrize("client", [Requests, HttpClient])
def test_a_keep_list_that_drops_the_framing_leaves_a_body_that_can_be_read(
    client: Any, odd: Server, cassette: Path
) -> None:
    keep = HeaderSanitizer(safe_headers=["content-type"], scrub_before_read=True)
    with hushtape.use_cassette(cassette, sanitizers=[keep, TOKEN]):
        made = client()
        seen = [made.call("GET", odd.url + path) for path in ("/gzip", "/closes", "/gzip", "/fine")]
        made.close()
    assert [json.loads(one.body).get("token") for one in seen] == ["REDACTED", "REDACTED", "REDACTED", None]
    assert {name for name, _ in seen[0].headers} == {"Content-Type", "Content-Length"}
    assert dict(seen[1].headers)["Connection"] == "close", "the client would wait on a dead connection"
    assert [entry["response"]["body"]["string"].count(SECRET) for entry in stored(cassette)] == [0, 0, 0, 0]


def test_trailers_and_coded_chunks_are_scrubbed(odd: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[TOKEN]):
        seen = get(odd, "/gzip")
    assert json.loads(seen.body)["token"] == "REDACTED"
    assert SECRET not in cassette.read_text() and "X-Last" in cassette.read_text()


def test_what_was_redacted_before_it_was_read_is_learned(odd: Server, cassette: Path) -> None:
    hidden = hushtape.DefaultSanitizer(scrub_before_read=True)
    with hushtape.use_cassette(cassette, sanitizers=[hidden], default_sanitizer=False):
        assert json.loads(get(odd, "/grant").body)["access_token"] == "REDACTED"
        get(odd, "/leak")
    assert SECRET not in cassette.read_text() and len(stored(cassette)) == 2


@pytest.mark.parametrize(
    "hidden",
    [
        hushtape.JsonPathSanitizer(["$.access_token"], scrub_before_read=True),
        hushtape.PatternSanitizer([("access_token[^,}]+", 'access_token": "x"')], scrub_before_read=True),
        hushtape.BodyFieldSanitizer(["access_token"], nested=False, scrub_before_read=True),
    ],
)
def test_what_only_the_tapes_own_rules_know_teaches_too(hidden: Any, odd: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[hidden]):
        get(odd, "/grant")
        get(odd, "/leak")
    assert SECRET not in cassette.read_text() and len(stored(cassette)) == 2


def test_a_compressed_file_teaches_what_the_tapes_own_rules_know(odd: Server, cassette: Path) -> None:
    hidden = hushtape.JsonPathSanitizer(["$.access_token"], scrub_before_read=True)
    with hushtape.use_cassette(cassette, sanitizers=[hidden], allow_opaque=True):
        get(odd, "/packed_grant")
        get(odd, "/leak")
    assert SECRET not in cassette.read_text() and len(stored(cassette)) == 2


@pytest.mark.parametrize(
    "sanitizer",
    [
        hushtape.JsonPathSanitizer(["$.token"], scrub_before_read=True),
        hushtape.DefaultSanitizer(scrub_before_read=True),
        hushtape.ConfigSecretsSanitizer({"#t": SECRET}, scrub_before_read=True),
    ],
)
@pytest.mark.parametrize("path", ["/whole", "/gzip"])
def test_every_kind_of_sanitizer_acts_before_the_read(
    sanitizer: Any, path: str, odd: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[sanitizer], default_sanitizer=False):
        seen = get(odd, path).body
    assert json.loads(seen)["token"] == "REDACTED"
    assert stored(cassette)[0]["response"]["body"]["string"].encode() == seen


def test_the_default_sanitizer_hides_the_secrets_of_the_tape_too_and_others_do_not(
    odd: Server, cassette: Path
) -> None:
    hidden = hushtape.DefaultSanitizer(sensitive_fields=["other"], scrub_before_read=True)
    with hushtape.use_cassette(cassette, secrets={"#t": SECRET}, sanitizers=[hidden]):
        seen = get(odd, "/whole")
    assert json.loads(seen.body)["token"] == "REDACTED" and SECRET not in str(seen.headers)
    other = BodyFieldSanitizer(["id"], scrub_before_read=True)
    with hushtape.use_cassette(cassette, mode="all", secrets={"#t": SECRET}, sanitizers=[other]):
        assert json.loads(get(odd, "/whole").body)["token"] == SECRET
    assert SECRET not in cassette.read_text()


def test_new_exchanges_beside_a_cassette_are_scrubbed_and_watched(odd: Server, cassette: Path) -> None:
    options: dict[str, Any] = {"sanitizers": [FIELD]}
    with hushtape.use_cassette(cassette, **options):
        get(odd, "/whole")
    with (
        pytest.raises(hushtape.RecordingFailedError),
        hushtape.use_cassette(cassette, mode="new_episodes", **options) as tape,
    ):
        assert json.loads(get(odd, "/whole").body)["token"] == "REDACTED"
        assert json.loads(get(odd, "/whole/2").body)["token"] == "REDACTED"
        assert (tape.played, tape.recorded) == (1, 1)
        with pytest.raises(hushtape.PlaceholderReturnedError):
            get(odd, "/fine?token=REDACTED")
    assert odd.requests == ["GET /whole", "GET /whole/2"]


def test_a_placeholder_that_was_never_read_may_be_sent(odd: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[FIELD]) as tape:
        get(odd, "/fine?q=REDACTED")
    assert tape.recorded == 1 and not tape.failed


def test_without_such_a_sanitizer_nothing_of_this_is_loaded() -> None:
    code = (
        "import sys, hushtape, http.client\n"
        "with hushtape.use_cassette('x.json', sanitizers=[hushtape.TokenSanitizer(['abcdefgh'])]): pass\n"
        "print([name for name in sys.modules if name in "
        "('hushtape.session.before_read', 'hushtape.session.returned')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


# --- callbacks -----------------------------------------------------------------------------------------


def test_a_callback_runs_once_before_the_program_reads(odd: Server, cassette: Path) -> None:
    seen: list[bytes] = []

    def change(response: dict[str, Any]) -> dict[str, Any]:
        seen.append(response["body"]["string"])
        response["body"]["string"] += b" "
        response["headers"]["X-Seen"] = ["yes"]
        return response

    with hushtape.use_cassette(
        cassette, sanitizers=[CallbackSanitizer(None, change, scrub_before_read=True), TOKEN]
    ):
        answer = get(odd, "/gzip")
    assert len(seen) == 1 and b"REDACTED" in seen[0] and SECRET.encode() not in seen[0]
    assert answer.body == seen[0] + b" " and dict(answer.headers)["X-Seen"] == "yes"
    (entry,) = stored(cassette)
    assert entry["response"]["body"]["string"].encode() == answer.body


def test_its_request_half_still_changes_what_is_stored(odd: Server, cassette: Path) -> None:
    def change(request: Any) -> Any:
        request.uri = request.uri.replace("personal", "someone")
        return request

    with hushtape.use_cassette(
        cassette, sanitizers=[CallbackSanitizer(change, None, scrub_before_read=True)]
    ):
        get(odd, "/fine/personal")
    assert odd.requests == ["GET /fine/personal"]
    assert stored(cassette)[0]["request"]["uri"].endswith("/fine/someone")


def test_a_callback_for_storing_only_does_not_change_what_is_read(odd: Server, cassette: Path) -> None:
    def change(response: dict[str, Any]) -> dict[str, Any]:
        response["body"]["string"] = b"stored"
        return response

    with hushtape.use_cassette(cassette, sanitizers=[CallbackSanitizer(None, change), FIELD]):
        answer = get(odd, "/whole")
    assert json.loads(answer.body)["token"] == "REDACTED"
    assert stored(cassette)[0]["response"]["body"]["string"] == "stored"


def test_an_interaction_that_a_callback_leaves_out_is_scrubbed_for_the_program_all_the_same(
    odd: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, sanitizers=[CallbackSanitizer(lambda _: None), FIELD]) as tape:
        assert json.loads(get(odd, "/whole").body)["token"] == "REDACTED"
    assert tape.recorded == 0 and not cassette.exists()


# --- what can't be scrubbed is not read ----------------------------------------------------------------


def broken(response: dict[str, Any]) -> dict[str, Any]:
    raise LookupError(f"what it was shown: {response['body']['string']!r}")


REFUSED: dict[str, tuple[str, list[Any], type[hushtape.HushtapeError]]] = {
    "part-of-a-coded-body": ("/part", [FIELD], hushtape.OpaqueBodyError),
    "unknown-coding": ("/unknown", [FIELD], hushtape.OpaqueBodyError),
    "compressed-file": ("/zip", [TOKEN], hushtape.SecretFoundError),
    "encoded-twice": ("/twice", [TOKEN], hushtape.SecretFoundError),
    "callback": (
        "/whole",
        [CallbackSanitizer(None, broken, scrub_before_read=True)],
        hushtape.SanitizerError,
    ),
    "no-response": (
        "/whole",
        [CallbackSanitizer(None, lambda _: {}, scrub_before_read=True)],
        hushtape.SanitizerError,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("client", [Requests, HttpClient])
def test_the_program_gets_the_error_and_can_go_on(
    case: str, client: Any, odd: Server, cassette: Path, tmp_path: Path
) -> None:
    path, sanitizers, kind = REFUSED[case]
    made = client()
    with (
        pytest.raises(hushtape.RecordingFailedError),
        hushtape.use_cassette(cassette, sanitizers=sanitizers) as tape,
    ):
        with pytest.raises(kind) as caught:
            made.call("GET", odd.url + path)
        assert tape.failed
        if case not in ("callback", "no-response"):
            assert made.call("GET", odd.url + "/fine").body == b'{"fine": true}'
    made.close()
    error = caught.value
    assert error.__context__ is None and SECRET not in pickle.dumps(error).decode("latin-1")
    assert not cassette.exists()
    for left in tmp_path.rglob("*"):
        assert not left.is_file() or SECRET.encode() not in left.read_bytes()


def test_a_compressed_file_without_a_hit_is_read_as_it_is(odd: Server, cassette: Path) -> None:
    other = TokenSanitizer(["stands-nowhere"], scrub_before_read=True)
    with hushtape.use_cassette(cassette, sanitizers=[other], default_sanitizer=False) as tape:
        body = get(odd, "/zip").body
    assert zipfile.ZipFile(io.BytesIO(body)).read("report.json") == TEXT and not tape.failed


def test_what_stops_the_program_in_the_middle_leaves_nothing(odd: Server, cassette: Path) -> None:
    class Stop(BaseException):
        pass

    def stop(_: dict[str, Any]) -> dict[str, Any]:
        raise Stop

    with (
        pytest.raises(Stop),
        hushtape.use_cassette(
            cassette, sanitizers=[CallbackSanitizer(None, stop, scrub_before_read=True)]
        ) as t,
    ):
        get(odd, "/whole")
    assert t.recorded == 0 and not cassette.exists()


@pytest.mark.parametrize(
    ("path", "options"),
    (("/whole", {"max_body": 9}), ("/unknown", {}), ("/part", {}), ("/zip", {}), ("/again", {})),
)
def test_an_address_in_which_a_value_is_torn_is_shown_in_no_error(
    path: str, options: dict[str, Any], odd: Server, cassette: Path
) -> None:
    def call() -> None:
        if path == "/again":
            get(odd, "/whole")
            get(odd, "/fine" + torn.ADDRESS + "&token=REDACTED")
        get(odd, path + torn.ADDRESS)

    with (
        pytest.raises(hushtape.RecordingFailedError) as failed,
        hushtape.use_cassette(cassette, sanitizers=[FIELD], secrets={"#k": torn.SIGNS}, **options) as tape,
    ):
        with pytest.raises(hushtape.HushtapeError) as caught:
            call()
        told = repr(tape.ledger.faults)
    errors = (caught.value, failed.value, failed.value.__cause__)
    texts = [told, *(f"{error} {error.__dict__} {pickle.dumps(error)!r}" for error in errors)]
    assert torn.WITHHELD in texts[1]
    assert [torn.rests(text) for text in texts] == [[], [], [], []]
