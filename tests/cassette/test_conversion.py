"""A cassette in another format: whole, atomic, and what it can't hold is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml as library
from msgspec import structs

from hushtape.cassette import CassetteReader, Journal, convert
from hushtape.errors import (
    CassetteError,
    CassetteFormatError,
    CassetteInUseError,
    CassetteNotFoundError,
    CassetteWriteError,
    OptionError,
)
from hushtape.model import ErrorLink, Failure, Headers, Interaction, Response
from tests.cassette.foreign.corpus import CASSETTES, cassette, one, yaml
from tests.cassette.foreign.test_har import entry, har
from tests.cassette.samples import exchange, flat
from tests.cassette.test_roundtrip import sealed, with_bodies

FAILED = exchange(3, response=None, failure=Failure("connect", (ErrorLink("TimeoutError", "late", 110),)))
CODED = with_bodies(None, b'{"a": 1}')


def coded() -> Interaction:
    response = CODED.response
    assert response is not None
    head = structs.replace(
        response.head, headers=Headers((("Content-Encoding", "gzip"), ("Content-Length", "99")))
    )
    return structs.replace(CODED, response=structs.replace(response, coding=("gzip",), head=head))


def whole(path: Path) -> list[Interaction]:
    reader = CassetteReader.open(path)
    return [flat(reader.read(number)) for number in range(len(reader))]


@pytest.fixture
def native(tmp_path: Path) -> Path:
    long = with_bodies(b"caf\xc3\xa9" * 40_000, bytes(range(256)) * 3000)
    return sealed(tmp_path, [exchange(1), long, FAILED, coded()])


@pytest.mark.parametrize("name", ["b.har", "b.json"])
def test_there_and_back_nothing_is_lost(native: Path, name: str) -> None:
    other = native.with_name(name)
    result = convert(native, other)
    assert (result.interactions, result.source, result.lost) == (4, "hushtape", {})
    convert(other, native.with_name("c.json"))
    assert whole(native.with_name("c.json")) == whole(other) == whole(native)


@pytest.mark.parametrize(("style", "name"), [("vcrpy-yaml", "b.yaml"), ("vcrpy-json", "b.vcr.json")])
def test_to_vcrpy_only_the_coding_is_lost_and_that_is_said(native: Path, style: str, name: str) -> None:
    result = convert(native, native.with_name(name), style=style)
    assert list(result.lost.values()) == [1] and "content coding" in next(iter(result.lost))
    assert any("failure" in note for note in result.notes)
    assert any("not text" in note for note in result.notes) == (style == "vcrpy-json")
    found, before = whole(result.path), whole(native)
    assert found[:3] == before[:3]
    last = found[3].response
    assert last is not None and last.coding == () and last.head.headers.pairs == (("Content-Length", "8"),)


def test_from_vcrpy_to_vcrpy_nothing_of_ours_is_added(tmp_path: Path) -> None:
    source = tmp_path / "a.yaml"
    source.write_text(CASSETTES["decoded_text.yaml"] + "metadata: {today: '2026-01-31'}\n")
    result = convert(source, tmp_path / "b.json", style="vcrpy-json")
    plain = json.loads(result.path.read_text())
    assert plain["metadata"] == {"today": "2026-01-31"} and set(plain) == {
        "version",
        "interactions",
        "metadata",
    }
    assert plain["interactions"] == library.safe_load(source.read_text())["interactions"]
    assert whole(result.path) == whole(source) and not result.lost


@pytest.mark.parametrize("name", sorted(CASSETTES))
@pytest.mark.parametrize("style", ["json", "vcrpy-yaml", "har"])
def test_every_foreign_cassette_is_converted_whole(tmp_path: Path, name: str, style: str) -> None:
    source = tmp_path / name
    source.write_bytes(CASSETTES[name].encode())
    result = convert(source, tmp_path / "out", style=style)
    assert whole(result.path) == whole(source) and not result.lost


def test_what_other_tools_keep_beside_the_interactions_is_said_to_be_lost(tmp_path: Path) -> None:
    source = tmp_path / "a.json"
    source.write_text(
        cassette(one("/", {"string": "x"}), _metadata={"request_pairs": 1}, db_interactions=[1])
    )
    result = convert(source, tmp_path / "b.json")
    assert list(result.lost) == ['what stands under "db_interactions" at the top of the file']
    assert CassetteReader.open(result.path).info.metadata == {"request_pairs": 1}
    assert convert(har(tmp_path, entry(), entry(status=0)), tmp_path / "c.json").lost != {}


def test_a_file_that_is_there_is_kept(native: Path) -> None:
    other = native.with_name("b.json")
    other.write_text("mine")
    with pytest.raises(CassetteWriteError, match="--replace"):
        convert(native, other)
    assert other.read_text() == "mine"
    convert(native, other, replace=True)
    assert whole(other) == whole(native)


def test_the_source_is_never_written(native: Path) -> None:
    before = native.read_bytes()
    link = native.with_name("link.json")
    link.symlink_to(native)
    for target in (native, link, native.parent / "." / native.name):
        with pytest.raises(CassetteWriteError, match="same file"):
            convert(native, target, replace=True)
    assert native.read_bytes() == before


def test_body_files_of_the_source_stay(tmp_path: Path) -> None:
    """`orders.yaml` shares its stem, and so the name of the folder, with `orders.json`."""
    source = sealed(tmp_path, [with_bodies(None, b"x" * 9000)], max_inline_body=100)
    bodies = sorted((tmp_path / "orders.bodies").iterdir())
    for name in ("orders.yaml", "orders.har", "orders"):
        convert(source, tmp_path / name)
        assert sorted((tmp_path / "orders.bodies").iterdir()) == bodies
    assert whole(source) == whole(tmp_path / "orders.yaml")


def test_a_source_that_is_damaged_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "a.yaml"
    source.write_text(yaml() + "")
    bad = tmp_path / "bad.json"
    bad.write_text(cassette(one("/", {"string": "x"}), one("/", {"string": 5})))
    (tmp_path / "b.json").write_text("mine")
    with pytest.raises(CassetteFormatError):
        convert(bad, tmp_path / "b.json", replace=True)
    assert (tmp_path / "b.json").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "b.json", "bad.json"]


def test_what_can_not_be_is_one_error(tmp_path: Path, native: Path) -> None:
    with pytest.raises(CassetteNotFoundError):
        convert(tmp_path / "none.json", tmp_path / "b.json")
    with pytest.raises(OptionError, match="vcrpy-yaml"):
        convert(native, tmp_path / "b.json", style="toml")
    with pytest.raises(CassetteError):
        convert(native, tmp_path / "orders.json" / "b.json")


def test_bodies_are_laid_out_where_that_is_asked_for(native: Path) -> None:
    result = convert(native, native.with_name("b.json"), readable_bodies=True)
    assert '"json": {\n      "id": 1\n     }' in result.path.read_text()
    assert whole(result.path) == whole(native)


def test_progress_is_told(native: Path) -> None:
    steps: list[int] = []
    convert(native, native.with_name("b.json"), progress=steps.append)
    assert sum(steps) == 4


def test_a_target_that_is_being_recorded_is_left_alone(native: Path) -> None:
    journal = Journal.create(native.with_name("b.json"))
    with pytest.raises(CassetteInUseError, match="being recorded"):
        convert(native, native.with_name("b.json"))
    journal.discard()


def test_a_response_is_kept_where_its_body_is_absent(tmp_path: Path) -> None:
    plain = exchange()
    assert plain.response is not None
    bare = structs.replace(plain, response=Response(plain.response.head, None, framing="none"))
    source = sealed(tmp_path, [bare])
    for name in ("b.har", "b.yaml"):
        assert whole(convert(source, tmp_path / name).path) == [bare]


def test_that_an_answer_came_over_http_2_is_said_to_be_lost(tmp_path: Path) -> None:
    path = tmp_path / "browser.har"
    asked = {"method": "GET", "url": "https://api.test/"}
    entries = [
        {"request": asked, "response": {"status": 200, "httpVersion": one}} for one in ("h2", "http/1.1")
    ]
    path.write_text(json.dumps({"log": {"entries": entries}}))
    for name in ("new.json", "new.yaml", "new.har"):
        assert convert(path, tmp_path / name).lost == {
            "an answer came over HTTP/2 or 3: it is HTTP/1.1 now": 1
        }


@pytest.mark.parametrize(
    "uri", ["http://[::1", "http://[x]/?a=1", "http://a/?a=1&b;c#d?e", "?", "http://a:b:c/?"]
)
def test_any_uri_is_written_to_a_har(tmp_path: Path, uri: str) -> None:
    path = tmp_path / "odd.json"
    interaction = {"request": {"method": "GET", "uri": uri}, "response": {"status": {"code": 200}}}
    path.write_text(json.dumps({"version": 1, "interactions": [interaction]}))
    made = convert(path, tmp_path / "new.har").path
    assert CassetteReader.open(made).read(0).request.uri == uri
