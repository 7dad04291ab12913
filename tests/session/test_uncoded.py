"""Content codings that another tool, a callback or a hook left on a body are undone, or it is not written."""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import brotli
import pytest
import requests

import hushtape
from hushtape import CallbackSanitizer
from hushtape.cassette import CassetteReader
from hushtape.errors import BodyTooLargeError, OpaqueBodyError, RecordingFailedError
from hushtape.model import Body, BytesBody, Head, Headers, Interaction, Request, Response
from hushtape.session.options import Options
from hushtape.session.uncoded import assigned, undone
from tests.contract.drivers import Requests
from tests.support.servers import Server
from tests.support.wire import Call

SECRET = "Zx81LmwQpTuv63BnKy0Rd5Fa"
NAMED = "n037KxJ8Qw2LmzTv"
PLAIN = json.dumps({"password": NAMED, "s": SECRET, "fill": "some words " * 30}).encode()
CLEAN = PLAIN.replace(NAMED.encode(), b"REDACTED").replace(SECRET.encode(), b"REDACTED")
URL = "https://old.test/login"
BROTLI = brotli.compress(PLAIN)
GZIP = gzip.compress(PLAIN)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


CODED = {"br": BROTLI, "deflate": raw_deflate(PLAIN), "gzip": GZIP}


def coded(body: bytes, coding: str = "gzip", status: int = 200, *, counts: bool = False) -> Interaction:
    head = Head(status, "OK", Headers([("Content-Encoding", coding)]))
    given = BytesBody(body) if body else None
    return Interaction(Request("GET", URL), Response(head, given, coding=(coding,) if counts else ()))


def sent(body: bytes, coding: str) -> Interaction:
    request = Request("POST", URL, Headers([("Content-Encoding", coding)]), BytesBody(body))
    return Interaction(request, Response(Head(200, "OK")))


def data(body: Body | None) -> bytes:
    return b"" if body is None else b"".join(body.chunks(7))


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("counts", [False, True])
def test_an_answer_is_decoded_and_its_coding_noted(coding: str, counts: bool) -> None:
    response = undone(coded(CODED[coding], coding, counts=counts), Options()).response
    assert response is not None and response.coding == (coding,) and data(response.body) == PLAIN


@pytest.mark.parametrize("coding", CODED)
def test_a_request_is_decoded(coding: str) -> None:
    assert data(undone(sent(CODED[coding], coding), Options()).request.body) == PLAIN


@pytest.mark.parametrize(
    "given",
    [
        coded(b"plain"),
        coded(b";", "br"),
        coded("příliš".encode(), "br"),
        coded(b""),
        coded(GZIP, "identity"),
        coded(b"text", "rot13", counts=True),
        coded(b'{"__type": "text under a coding that nobody knows"}', "amz-1.0"),
        coded(bytes(range(200)), "none"),
        coded(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "br", counts=True),
        coded(b"a part of a text", status=206),
        sent(b'{"a": 1}', "gzip"),
        sent(bytes(range(200)), "aws-chunked"),
    ],
)
def test_what_is_of_no_coding_stays_as_it_came(given: Interaction) -> None:
    assert undone(given, Options()) is given


OPAQUE = [
    coded(GZIP[:-1]),
    coded(BROTLI[:-9], "br"),
    coded(BROTLI[:-9], "br", counts=True),
    coded(GZIP[:9] + b"\0\0\0" + GZIP[12:]),
    coded(GZIP, "rot13"),
    coded(BROTLI, "br", 206),
    sent(BROTLI[:-9], "br"),
    sent(bytes(range(200)), "foo"),
]


@pytest.mark.parametrize("given", OPAQUE)
def test_what_can_not_be_looked_into_is_refused(given: Interaction) -> None:
    with pytest.raises(OpaqueBodyError, match="allow_opaque"):
        undone(given, Options())
    assert undone(given, Options(allow_opaque=True)).request is given.request


def test_what_hushtape_stored_is_left_where_it_can_not_be_decoded() -> None:
    for given in (coded(GZIP[:-1]), coded(GZIP, "rot13"), sent(BROTLI, "br")):
        assert undone(given, Options(), ours=True) is given


def test_a_body_that_becomes_too_large_is_refused() -> None:
    with pytest.raises(BodyTooLargeError):
        undone(coded(gzip.compress(bytes(2000))), Options(max_body=1000))


def theirs(path: Path, coding: str, status: int, request: bytes, answer: bytes) -> Path:
    fields = {"Content-Type": ["application/json"], "Content-Encoding": [coding]}
    asked = {"method": "POST", "uri": URL, "headers": fields, "body": None}
    if request:
        asked["body"] = {"base64_string": b64encode(request).decode()}  # keboola.vcr writes bytes so
    answered = {
        "status": {"code": status, "message": "OK"},
        "headers": fields,
        "body": {"base64_string": b64encode(answer).decode()},
    }
    path.write_text(json.dumps({"version": 1, "interactions": [{"request": asked, "response": answered}]}))
    return path


@pytest.mark.parametrize("coding", CODED)
def test_new_episodes_takes_secrets_out_of_what_another_tool_stored(
    coding: str, server: Server, tmp_path: Path
) -> None:
    path = theirs(tmp_path / "old.json", coding, 200, CODED[coding], CODED[coding])
    with hushtape.use_cassette(path, mode="new_episodes", secrets={"#s": SECRET}):
        requests.get(server.url + "/number/1", timeout=5)
    stored = CassetteReader.open(path).read(0)
    assert stored.response is not None and stored.response.coding == (coding,)
    assert data(stored.request.body) == data(stored.response.body) == CLEAN
    with hushtape.use_cassette(path, mode="none", secrets={"#s": SECRET}, match_on=["method", "uri", "body"]):
        fields = {"Content-Encoding": coding, "Content-Type": "application/json"}
        answer = requests.post(URL, data=CODED[coding], headers=fields, timeout=5)
    assert answer.content == CLEAN


@pytest.mark.parametrize(
    ("coding", "status", "answer"),
    [
        ("br", 206, BROTLI),
        ("br", 200, BROTLI[:-9]),
        ("deflate", 200, CODED["deflate"][:-4]),
        ("foo", 200, bytes(x ^ 85 for x in b"password " + SECRET.encode())),
    ],
)
def test_new_episodes_fails_where_it_can_not_look_and_the_old_cassette_stays(
    coding: str, status: int, answer: bytes, server: Server, tmp_path: Path
) -> None:
    path = theirs(tmp_path / "old.json", coding, status, b"", answer)
    before = path.read_bytes()
    with (
        pytest.raises(RecordingFailedError, match="content coding"),
        hushtape.use_cassette(path, mode="new_episodes", secrets={"#s": SECRET}),
    ):
        requests.get(server.url + "/number/1", timeout=5)
    assert path.read_bytes() == before


def headers(*codings: str) -> Headers:
    return Headers([("Content-Encoding", coding) for coding in codings])


def test_a_body_given_back_under_the_same_field_may_be_decoded_or_not() -> None:
    plain = BytesBody(bytes(range(100)))
    assert assigned(plain, headers("br"), headers("br"), URL, Options()) == (plain, None)
    body, codings = assigned(BytesBody(BROTLI), headers("br"), headers("br"), URL, Options())
    assert (data(body), codings) == (PLAIN, ("br",))
    with pytest.raises(OpaqueBodyError):
        assigned(plain, headers("br"), headers(), URL, Options())


@pytest.mark.parametrize("coding", ["br", "gzip", "deflate"])
def test_a_body_given_back_cut_under_the_same_field_is_refused(coding: str) -> None:
    cut = BytesBody(CODED[coding][:-5])
    for before in (headers(coding), headers(), None):
        with pytest.raises(OpaqueBodyError, match="cut"):
            assigned(cut, headers(coding), before, URL, Options())
    opaque = Options(allow_opaque=True)
    assert assigned(cut, headers(coding), headers(coding), URL, opaque) == (cut, None)


@pytest.mark.parametrize("coding", ["br", "br, br", "deflate, br", "br, gzip"])
def test_a_body_given_back_with_bytes_behind_its_end_is_refused(coding: str) -> None:
    body = BROTLI + b"\n"
    if coding == "br, br":
        body = brotli.compress(BROTLI) + b"\n"
    elif coding == "deflate, br":
        body = brotli.compress(raw_deflate(PLAIN)) + b"\n"
    elif coding == "br, gzip":
        body = gzip.compress(body)
    with pytest.raises(OpaqueBodyError):
        assigned(BytesBody(body), headers(coding), headers(coding), URL, Options())


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_no_bytes_that_were_shown_decoded_count_as_cut(coding: str) -> None:
    for seed in range(60):
        plain = BytesBody(bytes((seed * 37 + at * at * 11 + at // 3) % 256 for at in range(4, 40 + seed * 9)))
        assert assigned(plain, headers(coding), headers(coding), URL, Options()) == (plain, None)


@pytest.mark.parametrize("coding", CODED)
def test_what_a_callback_codes_is_scrubbed_inside(
    coding: str, client: Requests, server: Server, cassette: Path
) -> None:
    def asked(request: Any) -> Any:
        request.body = CODED[coding]
        request.headers["Content-Encoding"] = coding
        return request

    def answered(response: dict[str, Any]) -> dict[str, Any]:
        response["body"]["string"] = CODED[coding]
        response["headers"]["Content-Encoding"] = [coding]
        return response

    options: dict[str, Any] = {
        "secrets": {"#s": SECRET},
        "sanitizers": [CallbackSanitizer(asked, answered)],
        "match_on": ["method", "uri", "body"],
    }
    with hushtape.use_cassette(cassette, **options):
        client.call("POST", server.url + "/echo/1", body=b"x")
    stored = CassetteReader.open(cassette).read(0)
    assert stored.response is not None and stored.response.coding == (coding,)
    assert data(stored.request.body) == data(stored.response.body) == CLEAN
    with hushtape.use_cassette(cassette, mode="none", **options):
        assert requests.post(server.url + "/echo/1", data=b"x", timeout=5).content == CLEAN


@pytest.mark.parametrize("moment", ["after_capture", "before_save"])
@pytest.mark.parametrize("coding", CODED)
def test_what_a_hook_codes_is_scrubbed_inside(
    moment: str, coding: str, client: Requests, server: Server, cassette: Path
) -> None:
    def hook(interaction: hushtape.EditableInteraction) -> None:
        assert interaction.response is not None
        for message in (interaction.request, interaction.response):
            message.body = CODED[coding]
            message.headers["Content-Encoding"] = coding

    options: dict[str, Any] = {moment: hook}
    with hushtape.use_cassette(cassette, secrets={"#s": SECRET}, **options):
        client.call("POST", server.url + "/echo/1", body=b"x")
    stored = CassetteReader.open(cassette).read(0)
    assert stored.response is not None and stored.response.coding == (coding,)
    assert data(stored.request.body) == data(stored.response.body) == CLEAN


@pytest.mark.parametrize("way", ["callback", "hook"])
def test_a_coding_that_nobody_knows_fails_the_recording_there_too(
    way: str, client: Requests, server: Server, cassette: Path
) -> None:
    strange = bytes(x ^ 85 for x in PLAIN)

    def answered(response: dict[str, Any]) -> dict[str, Any]:
        response["body"]["string"] = strange
        response["headers"]["Content-Encoding"] = ["foo"]
        return response

    def hook(interaction: hushtape.EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.body = strange
        interaction.response.headers["Content-Encoding"] = "foo"

    options: dict[str, Any] = {"after_capture": hook}
    if way == "callback":
        options = {"sanitizers": [CallbackSanitizer(None, answered)]}
    with pytest.raises(RecordingFailedError, match="foo"), hushtape.use_cassette(cassette, **options):
        client.call("GET", server.url + "/number/1")
    assert not cassette.exists()


def test_a_callback_that_drops_the_field_leaves_the_body_decoded(
    client: Requests, server: Server, cassette: Path
) -> None:
    def answered(response: dict[str, Any]) -> dict[str, Any]:
        response["headers"].pop("Content-Encoding", None)
        return response

    def handle(call: Call) -> None:
        call.body()
        call.reply(200, BROTLI, [("Content-Encoding", "br"), ("Content-Type", "application/json")])

    with Server(handle) as coding_server:
        with hushtape.use_cassette(cassette, sanitizers=[CallbackSanitizer(None, answered)]):
            client.call("GET", coding_server.url + "/a")
        with hushtape.use_cassette(cassette, mode="none"):
            answer = requests.get(coding_server.url + "/a", timeout=5)
    assert "content-encoding" not in answer.headers and answer.json()["password"] == "REDACTED"
