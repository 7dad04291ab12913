"""Secrets in every place of an exchange: nothing that is left behind lets one be read."""

from __future__ import annotations

import bz2
import gzip
import http.client
import io
import json
import lzma
import random
import socket
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
import zstandard

import hushtape
from tests.adversarial.reading import readable
from tests.adversarial.smuggling import Client, record, replay, reply, scripted

SECRET = "hunter2Correct9Horse"
BLOB = b64encode(f"TlRM {SECRET} TVNT".encode()).decode()
TWICE = b64encode(b64encode(SECRET.encode())).decode().rstrip("=")
POLICY = json.dumps(
    {
        "expiration": "2030-01-01T00:00:00Z",
        "conditions": [{"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20/s3"}, SECRET],
    }
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


def plain(method: str = "GET", path: str = "/", body: bytes | None = None, **fields: Any) -> Client:
    """A call through http.client, which sends what it is given."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}

    def client(url: str) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        try:
            connection.request(method, path, body, headers)
            connection.getresponse().read()
        finally:
            connection.close()

    return client


def post(data: str | bytes, headers: dict[str, str]) -> Client:
    return lambda url: requests.post(url, data=data, headers=headers, timeout=5)


def zipped(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # 1980: no time of ours
    return file.getvalue()


def assert_hidden(path: Path, client: Client, answer: bytes, secret: str = SECRET, **options: Any) -> bool:
    """Record, and replay a request that is not on the tape. True: the cassette was published."""
    traces = record(path, client, answer, **options)
    assert traces.leaks([secret]) == []
    assert traces.published or traces.errors, "the attempt has to end one way or the other"
    if traces.published:
        assert replay(path, client, **options).leaks([secret]) == []
    return traces.published


KNOWN: dict[str, tuple[Client, bytes]] = {
    "method": (plain(SECRET), reply()),
    "method, base64 twice": (plain("X" + TWICE), reply()),
    "field name": (plain(**{SECRET: "1"}), reply()),
    "field name, base64 twice": (plain(**{TWICE: "1"}), reply()),
    "path, base64 twice": (plain(path="/" + TWICE), reply()),
    "query, all percent": (plain(path="/?a=" + "".join(f"%25{ord(one):02x}" for one in SECRET)), reply()),
    "path, entities": (plain(path="/" + "".join(f"&%23{ord(one)};" for one in SECRET)), reply()),
    "response field name": (plain(), reply(b"", TWICE + ": 1")),
    "reason": (plain(), reply(status="200 " + SECRET)),
    "100 Continue": (
        plain("POST", body=b"x", Expect="100-continue"),
        f"HTTP/1.1 100 {TWICE}\r\nX-A: {SECRET}\r\n\r\n".encode() + reply(),
    ),
    "trailer and chunk extension": (
        plain(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + f"2;a={SECRET}\r\n{{}}\r\n0\r\nX-A: {SECRET}\r\n\r\n".encode(),
    ),
    "broken status line": (plain(), f"HTXP {SECRET}\r\n\r\n".encode()),
    "broken status line, base64 twice": (plain(), f"HTXP {TWICE}\r\n\r\n".encode()),
    "content coding": (plain(), reply(b"zzz", f"Content-Encoding: {TWICE}")),
    "gzip file": (plain(), reply(gzip.compress(SECRET.encode() * 3), "Content-Type: application/gzip")),
    "zip file": (plain(), reply(zipped("a", SECRET.encode() * 3), "Content-Type: application/zip")),
    "zip member's name": (plain(), reply(zipped(SECRET, b"abc"), "Content-Type: application/zip")),
    "UTF-16 JSON": (plain(), reply(json.dumps({"a": SECRET}).encode("utf-16"))),
    "boundary": (
        post(f'--{SECRET}\r\nContent-Disposition: form-data; name="a"\r\n\r\nq\r\n--{SECRET}--\r\n',
             {"Content-Type": f"multipart/form-data; boundary={SECRET}"}),
        reply(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", KNOWN)
def test_a_known_secret_is_not_readable_wherever_it_stood(tmp_path: Path, place: str) -> None:
    client, answer = KNOWN[place]
    assert_hidden(tmp_path / "tape.json", client, answer, secrets={"#key": SECRET})


CREDENTIALS: dict[str, tuple[Client, bytes]] = {
    "GraphQL argument": (
        post(json.dumps({"query": f'mutation {{ login(password: "{SECRET}") {{id}} }}'}), {}),
        reply(),
    ),
    "GraphQL block string": (
        post(json.dumps({"query": f'mutation {{ login(password: """{SECRET}""") {{id}} }}'}), {}),
        reply(),
    ),
    "GraphQL document": (post(f'{{ login(password : "{SECRET}") }}', {}), reply()),
    "GraphQL in the query": (plain(path="/?query=" + quote(f'{{login(password:"{SECRET}")}}')), reply()),
    "XML attribute": (plain(), reply(f"<a password = '{SECRET}'/>".encode(), "Content-Type: text/xml")),
    "XML comment before it": (
        plain(),
        reply(f"<password><!-- x -->{SECRET}</password>".encode(), "Content-Type: text/xml"),
    ),
    "part without quotes": (
        post(f"--b\r\nContent-Disposition: form-data; name=password\r\n\r\n{SECRET}\r\n--b--\r\n", MULTIPART),
        reply(),
    ),
    "part with dashes": (
        post(f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n1\r\n--{SECRET}\r\n--b--\r\n',
             MULTIPART),
        reply(),
    ),
    "JSON key with an escape": (plain(), reply(f'{{"pass\\u0077ord": "{SECRET}"}}'.encode())),
    "form": (post(f"user[password]={SECRET}+two", FORM), reply()),
    "UTF-16 field": (plain(), reply(json.dumps({"password": SECRET}).encode("utf-16-le"))),
    "gzip file with a field": (plain(), reply(gzip.compress(json.dumps({"password": SECRET}).encode()))),
    "folded Set-Cookie": (plain(), reply(b"", f"Set-Cookie: a={SECRET}; Path=/, b={SECRET}; Path=/")),
    "cookie in an attribute's place": (plain(), reply(b"", f"Set-Cookie: a=1; sid={SECRET}; HttpOnly")),
    "Negotiate": (plain(), reply(b"", f"WWW-Authenticate: Negotiate {BLOB}", status="401 Unauthorized")),
    "a scheme nobody knows": (
        plain(),
        reply(b"", f'WWW-Authenticate: Basic realm="a, b", Novel {BLOB}', status="401 Unauthorized"),
    ),
    "GSSAPI": (plain(), reply(b"", f"WWW-Authenticate: GSSAPI {BLOB}, Bearer", status="401 Unauthorized")),
    "SCRAM of a proxy": (plain(), reply(b"", f"Proxy-Authenticate: SCRAM-SHA-512 {BLOB[:12]}{SECRET}")),
    "NTLM of a proxy": (plain(), reply(b"", f"Proxy-Authenticate: Basic realm=x, NTLM {BLOB}")),
    "X-Ms-Client-Principal": (plain(**{"X-Ms-Client-Principal": BLOB}), reply()),
    "X-Ms-Client-Principal-Id": (plain(**{"X-Ms-Client-Principal-Id": SECRET}), reply()),
    "what STS answers": (
        plain(),
        reply(
            f"<Credentials><SecretAccessKey>{SECRET}/K</SecretAccessKey><SessionToken>{SECRET}==</SessionToken>"
            "</Credentials>".encode(),
            "Content-Type: text/xml",
        ),
    ),
    "what a machine's identity is": (
        plain(),
        reply(json.dumps({"Code": "Success", "SecretAccessKey": SECRET, "SessionToken": SECRET}).encode()),
    ),
    "a form for S3": (
        plain(),
        reply(json.dumps({"fields": {"x-amz-signature": SECRET, "x-amz-security-token": SECRET}}).encode()),
    ),
    "a signed policy of S3": (
        post(json.dumps({"fields": {"policy": b64encode(POLICY.encode()).decode(), "acl": "private"}}), {}),
        reply(),
    ),
    "a list of settings": (
        plain(),
        reply(json.dumps([{"key": "password", "type": "string", "value": SECRET}], indent=1).encode()),
    ),
    "signed chunks": (post(f"1;chunk-signature={SECRET}\r\n0;chunk-signature={SECRET}\r\n", {}), reply()),
    "Azure's connection string": (
        plain(),
        reply(json.dumps({"a": f"AccountName=x;AccountKey={SECRET}==;EndpointSuffix=y"}).encode()),
    ),
    "X-AuthKey": (plain(**{"x-authkey": SECRET}), reply()),
    "X-Passcode": (plain(**{"X-Passcode": SECRET}), reply()),
}  # fmt: skip


@pytest.mark.parametrize("place", CREDENTIALS)
def test_a_credential_that_nobody_named_is_not_readable(tmp_path: Path, place: str) -> None:
    client, answer = CREDENTIALS[place]
    assert_hidden(tmp_path / "tape.json", client, answer)


def test_a_form_for_s3_is_recorded(tmp_path: Path) -> None:
    client, answer = CREDENTIALS["a signed policy of S3"]
    assert assert_hidden(tmp_path / "tape.json", client, answer)


@pytest.mark.parametrize("place", ["reason", "broken status line"])
def test_octets_beyond_ascii_in_a_status_line_are_scrubbed(tmp_path: Path, place: str) -> None:
    secret = "pässwörd-ñandú-42"
    octets = secret.encode().decode("latin-1")
    answer = reply(status=f"200 {octets}") if place == "reason" else f"HTXP {secret}\r\n\r\n".encode()
    assert assert_hidden(tmp_path / "tape.json", plain(), answer, secret, secrets=[secret])


def test_a_secret_without_letters_is_found_in_utf_16(tmp_path: Path) -> None:
    secret = "!$%^&*()-+=#@~"
    answer = reply(b"x" + secret.encode("utf-16-le") + b"y\0", "Content-Type: text/plain")
    assert_hidden(tmp_path / "tape.json", plain(), answer, secret, secrets=[secret])


@pytest.mark.parametrize(
    "body",
    [
        b'{"zipcode": "12345", "decode": "abc", "error": {"code": 190}, "tokens": 12, "token": null}',
        b"zipcode=123&decode=x&monkey=1",
        b'the password : see below; password = unknown; "passwords" are "two"',
        b"<tokens>12</tokens><passwordless>yes</passwordless>",
        gzip.compress(b'{"zipcode": "12345"}', mtime=0),
        zlib.compress(b'{"zipcode": "12345"}'),
        b"BZh this is no bzip2 file",
        b"x\x9c nor this one of zlib's",
        zipped("a.txt", b"nothing to hide" * 99),
        b"\x00\xff\xfe\x80" * 40,
    ],
)
def test_a_body_that_no_rule_matches_is_stored_as_it_is(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "tape.json"
    assert record(path, plain(), reply(body), secrets=[SECRET]).published
    with hushtape.use_cassette(path, mode="none") as tape:
        (interaction,) = tape.interactions()
    assert interaction.response is not None
    assert interaction.response.body is not None
    assert b"".join(interaction.response.body.chunks()) == body


@pytest.mark.thinned(3)
@pytest.mark.parametrize("kind", ["zlib", "bzip2", "two bzip2 files", "xz", "zstd"])
@pytest.mark.parametrize("before", [0, 90_000])
def test_a_compressed_file_that_holds_a_secret_is_not_stored(tmp_path: Path, kind: str, before: int) -> None:
    data = random.Random(5).randbytes(before) + SECRET.encode() * 3
    body = {
        "zlib": zlib.compress,
        "bzip2": bz2.compress,
        "two bzip2 files": lambda data: bz2.compress(b"one") + bz2.compress(data),
        "xz": lzma.compress,
        "zstd": zstandard.compress,
    }[kind](data)
    answer = reply(body, "Content-Type: application/octet-stream")
    assert not assert_hidden(tmp_path / "tape.json", plain(), answer, secrets={"#key": SECRET})


def test_secrets_given_as_an_iterator_serve_every_tape_of_a_recorder(tmp_path: Path) -> None:
    recorder = hushtape.Recorder(library=tmp_path, secrets=iter([SECRET]), mode="all")
    for name in ("one.json", "two.json"):
        with recorder.use_cassette(name) as tape:
            assert SECRET not in tape.chain.ruleset.text(f"a {SECRET} b")


Callback = Callable[[Any], Any]


def raising(request: Any) -> Any:
    raise ValueError(f"the callback knows {SECRET}")


def naming(request: Any) -> Any:
    request.headers[TWICE] = "1"
    return request


def moving(request: Any) -> Any:
    request.uri += "/" + TWICE
    return request


def speaking(request: Any) -> Any:
    request.body = b"x" + TWICE.encode()
    return request


@pytest.mark.parametrize("callback", [raising, naming, moving, speaking])
def test_a_callback_that_brings_a_secret_back_fails_the_tape(tmp_path: Path, callback: Callback) -> None:
    sanitizer = hushtape.CallbackSanitizer(before_request=callback)
    options: dict[str, Any] = {"secrets": [SECRET], "sanitizers": [sanitizer]}
    traces = record(tmp_path / "tape.json", plain(), reply(), **options)
    assert traces.leaks([SECRET]) == []
    assert not traces.published


def test_new_episodes_scrubs_what_was_recorded_without_the_secret_being_known(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    octets = SECRET.encode()
    answer = reply(b'{"a": "' + octets + b'"}', f"X-A: {SECRET}", status=f"200 {SECRET}")
    record(path, plain(path=f"/old/{SECRET}", body=octets), answer, default_sanitizer=False)
    assert octets in path.read_bytes()
    traces = record(path, plain(path="/new"), reply(), mode="new_episodes", secrets=[SECRET])
    assert traces.published
    assert traces.leaks([SECRET]) == []


@pytest.mark.parametrize("place", ["path", "request body", "response body", "field", "bzip2 file"])
def test_new_episodes_audits_what_it_writes_again(tmp_path: Path, place: str) -> None:
    path = tmp_path / "tape.json"
    body = bz2.compress(SECRET.encode() * 3) if place == "bzip2 file" else b"x"
    old = plain(
        "POST",
        "/old/" + (TWICE if place == "path" else ""),
        TWICE.encode() if place == "request body" else b"x",
        X_A=TWICE if place == "field" else "1",
    )
    record(path, old, reply(TWICE.encode() if place == "response body" else body), default_sanitizer=False)
    before = path.read_bytes()
    with (
        scripted(reply()) as server,
        pytest.raises(hushtape.RecordingFailedError, match="audit"),
        hushtape.use_cassette(path, mode="new_episodes", secrets={"#key": SECRET}),
    ):
        plain(path="/new")(server.url)
    assert path.read_bytes() == before
    for file in (tmp_path / "tape.json.recording").iterdir():
        assert readable(file.read_bytes(), SECRET) is None


def test_new_episodes_forgets_the_digests_of_a_body_that_it_scrubs(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    fields = ("Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==", 'ETag: "d41d8cd98f00b204e9800998ecf8427e"')
    record(path, plain(path="/old"), reply(SECRET.encode(), *fields), default_sanitizer=False)
    assert record(path, plain(path="/new"), reply(), mode="new_episodes", secrets=[SECRET]).published
    text = path.read_text()
    assert "1B2M2Y8A" not in text
    assert "d41d8cd9" not in text


def test_the_network_guard_scrubs_the_host_that_it_names(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    record(path, plain(), reply())
    host = SECRET.lower() + ".invalid"
    with (
        hushtape.use_cassette(path, mode="none", secrets={"#key": SECRET.lower()}),
        pytest.raises(hushtape.HushtapeError) as caught,
    ):
        socket.create_connection((host, 443), timeout=5)
    assert host.split(".")[0] not in f"{caught.value} {caught.value!r} {caught.value.__dict__}"


def test_a_digest_in_a_trailer_goes_with_the_body_that_it_speaks_of(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Content-MD5\r\n\r\n"
        b"14\r\n" + SECRET.encode() + b"\r\n0\r\nContent-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==\r\nX-A: b\r\n\r\n"
    )
    assert record(path, plain(), answer, secrets=[SECRET]).published
    assert "1B2M2Y8A" not in path.read_text()
    assert '"X-A"' in path.read_text()


@pytest.mark.parametrize(
    "value",
    [
        'Digest realm="a", nonce="b", qop="auth"',
        "Negotiate",
        "NTLM, Basic realm=x",
        'Bearer realm="x"',
        'Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull"',
        'Basic realm="a, Negotiate here, or ask-somebody-in-accounting, please"',
        "Basic realm=x, charset=UTF-8",
    ],
)
def test_a_challenge_without_a_token_stays(tmp_path: Path, value: str) -> None:
    path = tmp_path / "tape.json"
    record(path, plain(), reply(b"", f"WWW-Authenticate: {value}", status="401 Unauthorized"))
    with hushtape.use_cassette(path, mode="none") as tape:
        (interaction,) = tape.interactions()
    assert interaction.response is not None
    assert interaction.response.head.headers.get("www-authenticate") == value


@pytest.mark.parametrize(
    ("name", "goes"),
    [
        ("x-ms-blob-content-md5", True),
        ("X-Bz-Content-Sha1", True),
        ("x-oss-hash-crc64ecma", True),
        ("X-Checksum-Sha256", True),
        ("X-Linked-Etag", True),
        ("Api-Content-Hash", True),
        ("X-File-Md5Sum", True),
        ("Want-Digest", False),
        ("X-Amz-Sdk-Checksum-Algorithm", False),
        ("X-Request-Id", False),
    ],
)
def test_a_digest_goes_whatever_its_vendor_calls_it(tmp_path: Path, name: str, goes: bool) -> None:
    path = tmp_path / "tape.json"
    assert record(path, plain(), reply(SECRET.encode(), f"{name}: q9w8e7"), secrets=[SECRET]).published
    assert ("q9w8e7" not in path.read_text()) is goes
    assert record(path, plain(), reply(b"nothing", f"{name}: q9w8e7"), secrets=[SECRET]).published
    assert "q9w8e7" in path.read_text()


def leaving_out(request: Any) -> Any:
    return None if "left" in request.uri else request


def test_the_error_on_a_request_that_a_callback_leaves_out_is_scrubbed(tmp_path: Path) -> None:
    options = {"secrets": [SECRET], "sanitizers": [hushtape.CallbackSanitizer(leaving_out)]}
    record(tmp_path / "tape.json", plain(), reply(), **options)
    for client in (plain(path=f"/left/{TWICE}"), plain(SECRET, "/left")):
        traces = replay(tmp_path / "tape.json", client, **options)
        assert any("left it out" in str(error) for error in traces.errors)
        assert traces.leaks([SECRET]) == []
