"""Whatever stands in the file: one hushtape error that names it, in bounded time and memory."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushtape.cassette import CassetteReader
from hushtape.errors import CassetteError, CassetteFormatError, CassetteNotFoundError, CassetteVersionError
from hushtape.model import Interaction
from tests.cassette.samples import content, exchange, flat
from tests.cassette.test_roundtrip import sealed, with_bodies

ONE = {
    "request": {"method": "GET", "uri": "http://h/", "headers": {}, "body": None},
    "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "x"}},
}


def read_whole(path: Path) -> list[Interaction]:
    reader = CassetteReader.open(path)
    for request in reader.requests():
        content(request.body)
    return [flat(reader.read(number)) for number in range(len(reader))]


def document(**changes: object) -> bytes:
    return json.dumps({"version": 1, "interactions": [ONE]} | changes).encode()


def edited(place: str, value: object) -> bytes:
    """A cassette whose one interaction has `value` at a dotted place."""
    one = json.loads(json.dumps(ONE))
    *parents, last = place.split(".")
    inner = one
    for parent in parents:
        inner = inner[parent]
    inner[last] = value
    return document(interactions=[one])


BAD = {
    "empty": b"",
    "blank": b" \n ",
    "not_json": b"interactions:\n- request:\n",
    "null": b"null",
    "list": b"[]",
    "no_interactions": b'{"version": 1}',
    "interactions_no_list": document(interactions={}),
    "interaction_no_object": document(interactions=[1]),
    "something_after": document() + b"x",
    "twice": b'{"interactions": [], "interactions": []}',
    "unclosed_string": b'{"version": 1, "interactions": ["',
    "crossed_brackets": b'{"interactions": [{"a": [}]]}',
    "trailing_comma": b'{"interactions": [],}',
    "not_utf8": document().replace(b'"x"', b'"\xff"'),
    "lone_surrogate": document().replace(b'"x"', b'"\\ud800"'),
    "raw_line_break_in_string": document().replace(b'"x"', b'"\n"'),
    "deep_in_interaction": b'{"interactions": [' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]}",
    "deep_in_head": b'{"hushtape": ' + b"[" * 100_000 + b"]" * 100_000 + b', "interactions": []}',
    "huge_code": document().replace(b"200", b"2" * 1_000_000),
    "huge_exponent": document().replace(b"200", b"1e999999999"),
    "status_text_splits": edited("response.status.message", "OK\r\nA: b"),
    "header_splits": edited("response.headers", {"A": ["b\r\nC: d"]}),
    "header_name_splits": edited("response.headers", {"A\r\nB": ["c"]}),
    "header_name_colon": edited("response.headers", {"A: b": ["c"]}),
    "header_name_empty": edited("response.headers", {"": ["c"]}),
    "method_splits": edited("request.method", "GET / HTTP/1.1\r\n"),
    "uri_splits": edited("request.uri", "http://h/\r\nA: b"),
    "trailer_splits": edited("hushtape", {"trailers": [["A", "b\r\n"]]}),
    "version_splits": edited("hushtape", {"http_version": "HTTP/1.1\r\n"}),
    "request_version_splits": edited("hushtape", {"request_version": "x\r\n"}),
    "early_hint_splits": edited("hushtape", {"informational": [{"status": {"code": 103, "message": "\n"}}]}),
    "unknown_ending": edited("hushtape", {"ending": "maybe"}),
    "unknown_stage": edited("hushtape", {"failure": {"stage": "x", "chain": []}}),
    "failure_is_code": edited(
        "hushtape", {"failure": {"stage": "head", "chain": [{"type": "os.system('x')"}]}}
    ),
    "missing_certificate": edited("hushtape", {"tls": {"verified": True, "certificate": "ab"}}),
    "no_body_variant": edited("response.body", {"what": 1}),
    "bad_base64": edited("response.body", {"base64": "a"}),
    "forged_span": edited("response.body", {"span": 0}),
    "forged_spool": edited("response.body", {"spool": "../x"}),
    "body_file_missing": edited("response.body", {"file": "orders.bodies/ab.bin", "size": 1}),
    "body_file_above": edited("response.body", {"file": "../secret", "size": 1}),
    "body_file_deep": edited("response.body", {"file": "orders.bodies/../../x", "size": 1}),
    "body_file_dots": edited("response.body", {"file": "orders.bodies/..", "size": 1}),
    "body_file_absolute": edited("response.body", {"file": "/etc/passwd", "size": 1}),
    "body_file_other_folder": edited("response.body", {"file": "elsewhere/ab.bin", "size": 1}),
    "negative_size": edited("response.body", {"file": "orders.bodies/ab.bin", "size": -1}),
    "head_of_wrong_type": document(hushtape={"complete": "yes"}),
    "long_uri": edited("request.uri", "http://h/" + "x" * 17_000_000),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_error_that_names_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "orders.json"
    path.write_bytes(BAD[name])
    started = time.process_time()
    with pytest.raises(CassetteFormatError) as caught:
        read_whole(path)
    assert time.process_time() - started < 2
    assert caught.value.path.startswith(str(tmp_path)) and len(str(caught.value)) < 1000
    assert caught.value.__cause__ is None
    assert path.read_bytes() == BAD[name]


def test_a_cut_cassette_is_an_error_at_every_byte(tmp_path: Path) -> None:
    path = sealed(tmp_path, [exchange(1), exchange(2)])
    whole = path.read_bytes()
    for cut in range(0, len(whole) - 2, 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(CassetteFormatError) as caught:
            read_whole(path)
        assert caught.value.line == whole[: caught.value.offset].count(b"\n") + 1


@pytest.mark.parametrize("change", [{"version": 2}, {"hushtape": {"format": 2, "complete": []}}])
def test_a_newer_format_asks_for_an_upgrade(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "orders.json"
    path.write_bytes(document(**change))
    with pytest.raises(CassetteVersionError, match="upgrade") as caught:
        CassetteReader.open(path)
    assert (caught.value.format, caught.value.supported) == (2, 1)


def test_what_is_no_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CassetteNotFoundError):
        CassetteReader.open(tmp_path / "orders.json")
    with pytest.raises(CassetteFormatError, match="folder"):
        CassetteReader.open(tmp_path)
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(CassetteFormatError, match="regular"):
        CassetteReader.open(tmp_path / "pipe.json")
    (tmp_path / "loop.json").symlink_to("loop.json")
    with pytest.raises(CassetteFormatError):
        CassetteReader.open(tmp_path / "loop.json")
    (tmp_path / "orders.yaml").write_text("a: 1")
    with pytest.raises(CassetteFormatError, match="YAML"):
        CassetteReader.open(tmp_path / "orders.yaml")


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_a_body_file_that_is_a_link_is_refused(tmp_path: Path, linked: str) -> None:
    path = sealed(tmp_path, [with_bodies(None, b"x" * 300_000)])
    (file,) = (tmp_path / "orders.bodies").iterdir()
    target = file if linked == "file" else file.parent
    target.rename(tmp_path / "moved")
    target.symlink_to(tmp_path / "moved")
    with pytest.raises(CassetteFormatError, match="link"):
        CassetteReader.open(path).read(0)


def test_a_body_file_of_another_size_is_refused(tmp_path: Path) -> None:
    path = sealed(tmp_path, [with_bodies(None, b"x" * 300_000)])
    (file,) = (tmp_path / "orders.bodies").iterdir()
    file.write_bytes(b"short")
    with pytest.raises(CassetteFormatError, match="300000"):
        CassetteReader.open(path).read(0)


def test_a_cassette_cut_while_it_is_open_is_an_error(tmp_path: Path) -> None:
    path = sealed(tmp_path, [exchange(1), exchange(2)])
    reader = CassetteReader.open(path)
    os.truncate(path, 500)
    with pytest.raises(CassetteFormatError, match="cut"):
        reader.read(1)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_cassette_raises_declared_errors_only(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "orders.json"
    sample = (Path(__file__).parent / "data" / "format-1" / "orders.json").read_bytes()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(sample)))
        width = data.draw(st.integers(0, 40))
        new = data.draw(
            st.sampled_from([b"", b'"', b"{", b"]", b"\\", b"\n", b"\xff", b"\0", b"9" * 50, b"null,"])
        )
        sample = sample[:at] + new + sample[at + width :]
    path.write_bytes(sample)
    try:
        read_whole(path)
    except CassetteError as error:
        assert str(tmp_path) in error.path


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z"),
        ("2026-01-01 00:00:00+01:00", "2026-01-01 00:00:00+01:00"),
        ("q7-unguessable-0093", ""),
        ("2026-01-01 q7-unguessable-0093", ""),
    ],
)
def test_what_is_no_time_is_not_taken_for_one(tmp_path: Path, stated: str, read: str) -> None:
    path = tmp_path / "old.json"
    path.write_bytes(edited("hushtape", {"recorded_at": stated}))
    assert [one.recorded_at for one in read_whole(path)] == [read]
