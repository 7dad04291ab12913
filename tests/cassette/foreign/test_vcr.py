"""What vcrpy itself can't show: metadata, odd bodies, base64 without a tag, secrets in old cassettes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.cassette import CassetteReader, Reader
from hushtape.errors import CassetteFormatError
from hushtape.model import Response
from tests.cassette.foreign.corpus import cassette, one, posted, yaml
from tests.cassette.samples import content

KEBOOLA = {
    "recorded_at": "2026-01-31T12:00:00+00:00",
    "freeze_time": "2026-01-30T00:00:00",
    "keboola_vcr_version": "0.7.1",
    "request_pairs": 3,
}


def opened(folder: Path, text: str, name: str = "a.json") -> Reader:
    path = folder / name
    path.write_text(text)
    return CassetteReader.open(path)


def answer(reader: Reader) -> Response:
    response = reader.read(0).response
    assert response is not None
    return response


def test_keboola_metadata_is_told(tmp_path: Path) -> None:
    info = opened(tmp_path, cassette(one("/", {"string": "x"}), _metadata=KEBOOLA)).info
    assert (info.source, info.format) == ("keboola.vcr", 0)
    assert (info.recorded_at, info.freeze_time) == (KEBOOLA["recorded_at"], KEBOOLA["freeze_time"])
    assert info.metadata == KEBOOLA and info.metadata_key == "_metadata"


@pytest.mark.parametrize("stated", ["auto", "", None, 5])
def test_a_freeze_time_that_is_open_is_empty(tmp_path: Path, stated: object) -> None:
    text = cassette(_metadata=KEBOOLA | {"freeze_time": stated})
    assert opened(tmp_path, text).info.freeze_time == ""


def test_vcrpy_metadata_is_told_in_both_formats(tmp_path: Path) -> None:
    metadata = {"today": "2026-01-31", "n": 1, "part": 2.5, "yes": True, "no": None}
    for reader in (
        opened(tmp_path, cassette(metadata=metadata)),
        opened(
            tmp_path,
            yaml() + "metadata: {today: '2026-01-31', n: 1, part: 2.5, 'yes': true, 'no': null}\n",
            "a.yaml",
        ),
    ):
        assert reader.info.metadata == metadata
        assert (reader.info.source, reader.info.metadata_key) == ("vcrpy", "metadata")


PACKED = b64encode(b"\x1f\x8b" + bytes(range(100, 250))).decode()


@pytest.mark.parametrize(
    ("kind", "text", "unpacked"),
    [
        ("application/zip", PACKED, True),
        ("application/octet-stream", b64encode(b"\xff\xfe\x00").decode(), True),
        ("", PACKED, True),
        ("text/plain", PACKED, True),
        ("application/zip", PACKED[:-1], False),
        ("application/zip", PACKED + "\n", False),
        ("application/zip", b64encode(b"plain text").decode(), False),
        ("text/plain", "abcd", False),
        ("application/json", '"abcd"', False),
        ("", "abcdabcd", False),
        ("application/zip", "", False),
    ],
)
@pytest.mark.parametrize("long", [False, True])
def test_keboola_base64_is_bytes_where_that_is_sure(
    tmp_path: Path, kind: str, text: str, unpacked: bool, long: bool
) -> None:
    if long:
        text = text[:8] * 20_000 + text if len(text) > 8 else text
    reader = opened(
        tmp_path, cassette(one("/", {"string": text}, headers={"Content-Type": [kind]}), _metadata=KEBOOLA)
    )
    body = answer(reader).body
    assert body is not None
    if unpacked:
        assert content(body) == b64decode(text) and body.size == len(b64decode(text))
    else:
        assert content(body) == text.encode()


def test_base64_of_vcrpy_itself_stays_text(tmp_path: Path) -> None:
    reader = opened(tmp_path, cassette(one("/", {"string": PACKED}, headers={"Content-Type": ["image/png"]})))
    assert content(answer(reader).body) == PACKED.encode()


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (None, None),
        ({}, None),
        ({"string": None}, None),
        ("direct", b"direct"),
        ({"base64_string": "AP8="}, b"\x00\xff"),
        ({"base64_string": "AP//" * 30_000}, b"\x00\xff\xff" * 30_000),
        ({"encoding": "utf-8", "string": "x"}, b"x"),
    ],
)
def test_every_variant_of_an_answer(tmp_path: Path, body: Any, data: bytes | None) -> None:
    assert content(answer(opened(tmp_path, cassette(one("/", body)))).body) == data


@pytest.mark.parametrize(
    ("body", "data"),
    [(None, None), ("a", b"a"), (["a", "b"], b"ab"), ([97, 98], b"ab"), ([], b""), ({"string": "a"}, b"a")],
)
def test_every_variant_of_a_request(tmp_path: Path, body: Any, data: bytes | None) -> None:
    assert content(opened(tmp_path, cassette(posted(body))).read(0).request.body) == data


def test_an_answer_of_the_first_httpx_support(tmp_path: Path) -> None:
    old = one("/")
    old["response"] = {
        "status_code": 201,
        "http_version": "HTTP/1.1",
        "headers": {"A": ["b"]},
        "content": "old",
    }
    response = answer(opened(tmp_path, cassette(old)))
    assert (response.head.status, content(response.body)) == (201, b"old")


@pytest.mark.parametrize(
    "headers", [{"A": "one", "B": ["two"]}, {"A": ["one"], "B": "two"}, [["A", "one"], ["B", "two"]]]
)
def test_every_way_of_writing_header_fields(tmp_path: Path, headers: Any) -> None:
    response = answer(opened(tmp_path, cassette(one("/", {"string": "x"}, headers=headers))))
    assert response.head.headers.pairs == (("A", "one"), ("B", "two"))


def test_a_head_answer_keeps_its_length(tmp_path: Path) -> None:
    made = one("/", {"string": ""}, headers={"Content-Length": ["77"]})
    made["request"]["method"] = "HEAD"
    assert answer(opened(tmp_path, cassette(made))).framing == "none"


def test_secrets_of_a_foreign_cassette_are_scrubbed_when_it_is_indexed(tmp_path: Path) -> None:
    """It was recorded without a filter; the program sends the secret, and the tape shows it to nobody."""
    import requests

    path = tmp_path / "a.yaml"
    path.write_text(
        yaml().replace("https://api.test/yaml", "https://api.test/yaml?access_token=s3cret-value-1")
    )
    with hushtape.use_cassette(path, mode="none", secrets={"#t": "s3cret-value-1"}) as tape:
        assert requests.get("https://api.test/yaml?access_token=s3cret-value-1", timeout=5).text == "hello"
        assert "s3cret" not in repr(list(tape.interactions()))


@pytest.mark.parametrize(
    "change",
    [
        {"request": None},
        {"request": {"method": "GET"}},
        {"request": {"method": 1.5, "uri": "http://h/"}},
        {"response": []},
        {"response": {"headers": {}}},
        {"response": {"status": {"code": 200}, "body": {"what": 1}}},
        {"response": {"status": {"code": 200}, "body": {"string": 5}}},
        {"response": {"status": {"code": 200}, "body": {"string": {"span": 0}}}},
        {"response": {"status": {"code": 200}, "headers": {"A": [["b"]]}}},
        {"response": {"status": {"code": 200}, "headers": "A: b"}},
        {"response": {"status": {"code": 2000}}},
        {"response": {"status": {"code": True}}},
    ],
)
def test_what_is_no_interaction_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(CassetteFormatError) as caught:
        opened(tmp_path, cassette(one("/", {"string": "x"}) | change)).read(0)
    assert caught.value.line is not None


@pytest.mark.parametrize("name", ["aiohttp.json", "aiohttp.yaml"])
def test_what_aiohttp_s_stub_was_given_as_json_is_the_request_s_body(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = (
        "interactions:\n- request:\n    body:\n      a: 2\n      b: [x, null]\n    headers: {}\n"
        "    method: POST\n    uri: https://api.test/posted\n  response:\n    body: {string: ok}\n"
        "    headers: {}\n    status: {code: 200, message: OK}\nversion: 1\n"
    )
    path.write_text(text if name.endswith("yaml") else cassette(posted({"a": 2, "b": ["x", None]})))
    body = CassetteReader.open(path).read(0).request.body
    number = b'"2"' if name.endswith("yaml") else b"2"  # plain scalars of YAML are read as text
    assert body is not None and b"".join(body.chunks()) == b'{"a": %b, "b": ["x", null]}' % number
