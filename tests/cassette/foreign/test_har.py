"""HAR 1.2, as Chrome, Firefox, Safari and proxies export it."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from hushtape.cassette import CassetteReader, Reader
from hushtape.errors import CassetteFormatError, CassetteWriteError
from hushtape.model import Response
from tests.cassette.samples import content


def entry(path: str = "/", request: dict[str, Any] | None = None, **response: Any) -> dict[str, Any]:
    asked = {
        "method": "GET",
        "url": f"https://api.test{path}",
        "httpVersion": "HTTP/2",
        "headers": [{"name": ":authority", "value": "api.test"}, {"name": "accept", "value": "*/*"}],
        "cookies": [],
        "queryString": [],
        "headersSize": -1,
        "bodySize": 0,
    }
    answered = {
        "status": 200,
        "statusText": "",
        "httpVersion": "HTTP/2",
        "headers": [{"name": "content-type", "value": "application/json"}],
        "cookies": [],
        "content": {"size": 2, "mimeType": "application/json", "text": "{}"},
        "redirectURL": "",
    }
    return {
        "startedDateTime": "2026-01-31T13:00:00.123+01:00",
        "time": 50.5,
        "request": asked | (request or {}),
        "response": answered | response,
        "cache": {},
        "timings": {"blocked": -1, "dns": 1, "connect": 9, "ssl": 5, "send": 0.5, "wait": 30, "receive": 10},
        "_initiator": {"type": "script"},
    }


def har(folder: Path, *entries: dict[str, Any], mark: bytes = b"", **log: Any) -> Path:
    document = {
        "log": {"version": "1.2", "creator": {"name": "Firefox", "version": "1"}, "entries": entries} | log
    }
    path = folder / "export.har"
    path.write_bytes(mark + json.dumps(document).encode())
    return path


def opened(folder: Path, *entries: dict[str, Any]) -> Reader:
    return CassetteReader.open(har(folder, *entries))


def answer(reader: Reader, number: int = 0) -> Response:
    response = reader.read(number).response
    assert response is not None
    return response


def test_an_export_replays(tmp_path: Path) -> None:
    path = har(
        tmp_path, entry("/a?b=1"), entry("/posted", {"method": "POST"}, status=201), mark=b"\xef\xbb\xbf"
    )
    with hushtape.use_cassette(path, mode="none") as tape:
        assert requests.get("https://api.test/a?b=1", timeout=5).json() == {}
        assert requests.post("https://api.test/posted", data=b"x", timeout=5).status_code == 201
    assert tape.played == 2


def test_head_times_and_source_are_told(tmp_path: Path) -> None:
    reader = opened(tmp_path, entry())
    found = reader.read(0)
    assert reader.info.source == "HAR (Firefox)"
    assert reader.info.recorded_at == "2026-01-31T12:00:00.123000Z"
    assert (found.recorded_at, found.elapsed) == ("2026-01-31T12:00:00.123000Z", 0.0405)
    assert found.request.headers.pairs == (("accept", "*/*"),)
    assert answer(reader).head.http_version == "HTTP/1.1"


def test_a_body_in_base64_is_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    for size in (256, len(data)):
        text = {"mimeType": "image/png", "text": b64encode(data[:size]).decode(), "encoding": "base64"}
        assert content(answer(opened(tmp_path, entry(content=text))).body) == data[:size]


@pytest.mark.parametrize("times", [1, 20_000])
def test_a_text_goes_back_into_its_charset(tmp_path: Path, times: int) -> None:
    fields = [{"name": "Content-Type", "value": 'text/html; charset="iso-8859-1"'}]
    text = {"mimeType": "text/html", "text": "caf\u00e9 \u2013 " * times}
    body = answer(opened(tmp_path, entry(headers=fields, content=text))).body
    assert content(body) == b"caf\xe9 \xe2\x80\x93 " * times
    assert body is not None and body.size == len(content(body) or b"")


@pytest.mark.parametrize(
    "kind", ["utf-16", "rot13", "unicode_escape", "utf-7", "os.path", "nothing-known", "", "\u00e9"]
)
def test_a_charset_that_can_not_be_is_utf8(tmp_path: Path, kind: str) -> None:
    fields = [{"name": "Content-Type", "value": f"text/html; charset={kind}"}]
    text = {"mimeType": "text/html", "text": "caf\u00e9"}
    assert content(answer(opened(tmp_path, entry(headers=fields, content=text))).body) == b"caf\xc3\xa9"


@pytest.mark.parametrize("given", [None, {}, {"size": 0}, {"size": 5, "mimeType": "x-unknown"}])
def test_a_body_that_was_not_exported_is_none(tmp_path: Path, given: object) -> None:
    path = har(tmp_path, entry(content=given, headers=[{"name": "Content-Length", "value": "500"}]))
    assert answer(CassetteReader.open(path)).body is None
    with hushtape.use_cassette(path, mode="none"):
        assert requests.get("https://api.test/", timeout=5).content == b""


def test_a_coding_that_the_export_undid_is_put_back_at_replay(tmp_path: Path) -> None:
    fields = [{"name": "content-encoding", "value": "gzip"}, {"name": "content-length", "value": "22"}]
    path = har(tmp_path, entry(headers=fields))
    assert answer(CassetteReader.open(path)).coding == ("gzip",)
    with hushtape.use_cassette(path, mode="none"):
        assert requests.get("https://api.test/", timeout=5).json() == {}


def test_cookies_of_an_export_without_fields_are_sent(tmp_path: Path) -> None:
    cookies = [{"name": "a", "value": "1", "path": "/", "httpOnly": True}, {"name": "b", "value": "2"}]
    reader = opened(tmp_path, entry("/", {"cookies": cookies}, cookies=cookies))
    assert reader.read(0).request.headers.get("cookie") == "a=1; b=2"
    assert answer(reader).head.headers.get_all("set-cookie") == ("a=1; Path=/; HttpOnly", "b=2")


def test_values_that_chrome_joined_are_taken_apart(tmp_path: Path) -> None:
    fields = [{"name": "set-cookie", "value": "a=1\nb=2"}]
    assert answer(opened(tmp_path, entry(headers=fields))).head.headers.get_all("set-cookie") == (
        "a=1",
        "b=2",
    )


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"mimeType": "application/json", "text": '{"a": 1}'}, b'{"a": 1}'),
        ({"mimeType": "a/b", "text": "AP8=", "encoding": "base64"}, b"\x00\xff"),
        (
            {
                "mimeType": "application/x-www-form-urlencoded",
                "params": [{"name": "a b", "value": "1&2"}, {"name": "c"}],
            },
            b"a+b=1%262&c=",
        ),
        ({"mimeType": "multipart/form-data", "params": [{"name": "a", "fileName": "x"}]}, None),
    ],
)
def test_what_was_posted_is_the_request_body(tmp_path: Path, given: object, body: bytes | None) -> None:
    reader = opened(tmp_path, entry("/", {"method": "POST", "postData": given}))
    assert content(next(iter(reader.requests())).body) == body


def test_entries_that_can_not_be_replayed_are_passed_over(tmp_path: Path) -> None:
    entries = [
        entry(status=0, statusText="", _error="net::ERR_ABORTED"),
        entry("/", {"url": "data:text/plain,hello"}),
        entry("/", {"url": "wss://api.test/socket"}),
        entry("/kept#fragment"),
    ]
    reader = opened(tmp_path, *entries)
    assert [request.uri for request in reader.requests()] == ["https://api.test/kept"]
    assert len(reader) == 1


def test_a_proxys_connect_is_passed_over(tmp_path: Path) -> None:
    reader = opened(
        tmp_path, entry("/", {"method": "CONNECT", "url": "https://api.test:443"}), entry("/last")
    )
    assert (len(reader), reader.info.passed_over) == (1, 1)


@pytest.mark.parametrize(
    ("version", "counted"), [("h2", 1), ("HTTP/2", 1), ("http/2.0", 1), ("h3", 1), ("HTTP/1.1", 0), ("", 0)]
)
def test_answers_of_newer_versions_of_http_are_counted(tmp_path: Path, version: str, counted: int) -> None:
    reader = opened(tmp_path, entry("/", httpVersion=version))
    assert reader.info.not_http1 == counted
    assert answer(reader).head.http_version == "HTTP/1.1"


def test_nulls_in_place_of_lists_and_of_a_status_are_nothing(tmp_path: Path) -> None:
    asked = {"headers": None, "cookies": None, "postData": None}
    path = har(tmp_path, entry("/", asked, headers=None, cookies=None), entry("/gone", status=None))
    with hushtape.use_cassette(path, mode="none"):
        assert requests.get("https://api.test/", timeout=5).json() == {}
    assert CassetteReader.open(path).info.passed_over == 1


def test_a_har_is_told_by_its_suffix_where_something_comes_before_the_log(tmp_path: Path) -> None:
    path = har(tmp_path, entry())
    path.write_bytes(path.read_bytes().replace(b"{", b'{"comment": "exported", ', 1))
    assert len(CassetteReader.open(path)) == 1


def test_a_long_text_stays_in_the_file(tmp_path: Path) -> None:
    text = 'x"\\\u00e9' * 100_000
    body = answer(opened(tmp_path, entry(content={"text": text, "mimeType": "text/plain"}))).body
    assert type(body).__name__ == "InlineText" and content(body) == text.encode()


BAD = {
    "no_entries": {"entries": None},
    "entries_no_list": {"entries": {}},
    "entry_no_object": {"entries": [1]},
    "no_url": {"entries": [entry("/", {"url": None})]},
    "status_text": {"entries": [entry(status="200")]},
    "header_splits": {"entries": [entry(headers=[{"name": "a", "value": "b\r\nc: d"}])]},
    "header_name_splits": {"entries": [entry(headers=[{"name": "a\nb", "value": "c"}])]},
    "reason_splits": {"entries": [entry(statusText="OK\r\n")]},
    "url_splits": {"entries": [entry("/a\r\nb")]},
    "encoding_unknown": {"entries": [entry(content={"text": "a", "encoding": "rot13"})]},
    "base64_damaged": {"entries": [entry(content={"text": "a", "encoding": "base64"})]},
    "forged_span": {"entries": [entry(content={"text": {"span": 0}})]},
    "long_url": {"entries": [entry("/" + "x" * 17_000_000)]},
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_har_is_one_error_that_names_the_file(tmp_path: Path, name: str) -> None:
    path = har(tmp_path, **BAD[name])
    with pytest.raises(CassetteFormatError) as caught:
        reader = CassetteReader.open(path)
        list(reader.requests())
        reader.read(0)
    assert caught.value.path == str(path) and len(str(caught.value)) < 1000
    assert caught.value.__cause__ is None


def test_a_tape_does_not_record_on_a_har(tmp_path: Path) -> None:
    path = har(tmp_path, entry())
    for mode in ("new_episodes", "all"):
        with (
            pytest.raises(CassetteWriteError, match="does not write HAR"),
            hushtape.use_cassette(path, mode=mode),
        ):
            pass
