"""What is written in another tool's format is read back whole, and its bodies are streamed."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushtape.cassette import CassetteReader, Journal, recover
from hushtape.errors import CassetteWriteError, MissingDependencyError
from hushtape.model import Body, BytesBody, Interaction
from tests.cassette.samples import content, exchange, flat, interactions
from tests.cassette.test_roundtrip import with_bodies

STYLES = {"vcrpy-json": "a.json", "vcrpy-yaml": "a.yaml", "har": "a.har"}
EMPTY: dict[str, Any] = {}


def sealed(folder: Path, style: str, recorded: list[Interaction], **more: Any) -> Path:
    about = {"recorded_at": "2026-01-31T12:00:00Z", "freeze_time": "2026-01-30", **more}
    journal = Journal.create(folder / STYLES[style], **about)
    for interaction in recorded:
        journal.commit(journal.begin(), interaction)
    return journal.seal(complete=False, placeholders=("REDACTED",), style=style)


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(recorded=st.lists(interactions, max_size=3))
def test_every_interaction_is_read_back_as_it_was(
    tmp_path: Path, style: str, recorded: list[Interaction]
) -> None:
    reader = CassetteReader.open(sealed(tmp_path, style, recorded))
    found = [flat(reader.read(number)) for number in range(len(reader))]
    assert found == [flat(one) for one in recorded]
    assert [request.uri for request in reader.requests()] == [one.request.uri for one in recorded]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "data",
    [
        'caf\u00e9 \U0001f600 \x00\x1f\x7f\x85\u2028\ufeff"\\/ \n'.encode() * 9000,
        b" leading, trailing " * 9000,
        bytes(range(256)) * 800,
        b"\xff" + b"x" * 70_000,
        b"x" * 70_000 + b"\xc3",
    ],
)
def test_long_bodies_are_read_back_as_they_were(tmp_path: Path, style: str, data: bytes) -> None:
    path = sealed(tmp_path, style, [with_bodies(data, data), exchange(2)])
    found = CassetteReader.open(path).read(0)
    assert found.response is not None
    assert content(found.request.body) == data == content(found.response.body)
    assert not (tmp_path / "a.bodies").exists()


@pytest.mark.parametrize("style", STYLES)
def test_the_head_is_read_back(tmp_path: Path, style: str) -> None:
    metadata = {"recorded_at": "then", "request_pairs": 2, "deep": {"list": [1.5, None, True, "0123"]}}
    info = CassetteReader.open(sealed(tmp_path, style, [exchange()], members={"_metadata": metadata})).info
    assert (info.format, info.source, info.complete) == (1, "hushtape", False)
    assert (info.recorded_at, info.freeze_time) == ("2026-01-31T12:00:00Z", "2026-01-30")
    assert (info.placeholders, info.metadata, info.metadata_key) == (("REDACTED",), metadata, "_metadata")


def test_our_own_format_holds_metadata_and_is_still_found_by_lines(tmp_path: Path) -> None:
    from hushtape.cassette.bodies import Pinned
    from hushtape.cassette.linescan import find_lines

    journal = Journal.create(tmp_path / "a.json", max_inline_body=2**62)
    journal.commit(journal.begin(), with_bodies(None, b"x" * 900_000))
    metadata = {"freeze_time": "2026-01-30T00:00:00", 'a"\n "interactions": [': [1]}
    journal.members["_metadata"] = metadata
    path = journal.seal(complete=True)
    assert find_lines(Pinned(path)) is not None
    reader = CassetteReader.open(path)
    assert reader.info.metadata == metadata == json.loads(path.read_text())["_metadata"]
    assert reader.info.freeze_time == "2026-01-30T00:00:00"
    assert not (tmp_path / "a.bodies").exists()


@pytest.mark.parametrize("style", STYLES)
def test_a_body_is_streamed_into_the_file(tmp_path: Path, style: str) -> None:
    class Long:
        size = 8 * 1024 * 1024

        def chunks(self, size: int = 65536) -> Any:
            for _ in range(0, self.size, size):
                yield b"0123456789abcde\n" * (size // 16)

    body: Body = Long()
    journal = Journal.create(tmp_path / STYLES[style])
    made = exchange()
    assert made.response is not None
    import msgspec

    made = msgspec.structs.replace(made, response=msgspec.structs.replace(made.response, body=body))
    journal.commit(journal.begin(), made)
    tracemalloc.start()
    journal.seal(complete=True, style=style)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_yaml_is_what_vcrpy_writes(tmp_path: Path) -> None:
    path = sealed(tmp_path, "vcrpy-yaml", [exchange(1)])
    text = path.read_text("ascii")
    assert "\ninteractions:\n- request:\n    method: GET\n" in text and text.endswith("\nversion: 1\n")
    plain = yaml.safe_load(text)
    assert plain["interactions"][0]["response"]["body"] == {"string": '{"id": 1}'}
    assert yaml.dump(plain, sort_keys=False).replace("version: 1\n", "") == text.replace("version: 1\n", "")


def test_a_bare_file_holds_nothing_of_ours(tmp_path: Path) -> None:
    for style, name in (("vcrpy-yaml", "b.yaml"), ("vcrpy-json", "b.json")):
        journal = Journal.create(tmp_path / name)
        journal.commit(journal.begin(), exchange(1))
        text = journal.seal(complete=True, style=style + " bare").read_text()
        plain = yaml.safe_load(text)
        assert set(plain) == {"version", "interactions"}
        assert set(plain["interactions"][0]) == {"request", "response"}


def test_a_recording_in_yaml_is_recovered_as_yaml(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "a.yaml")
    journal.commit(journal.begin(), exchange(1))
    journal.abandon()
    found = recover(tmp_path / "a.yaml")
    assert found.path == tmp_path / "a.yaml" and found.recovered == 1
    assert flat(CassetteReader.open(found.path).read(0)) == flat(exchange(1))
    assert yaml.safe_load(found.path.read_text())["version"] == 1


def test_without_pyyaml_a_tape_on_yaml_says_so_before_it_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hushtape

    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with (
        pytest.raises(MissingDependencyError, match=r"hushtape\[yaml\]"),
        hushtape.use_cassette(tmp_path / "a.yaml"),
    ):
        pass


@pytest.mark.parametrize("style", STYLES)
def test_a_header_that_splits_is_refused_when_it_is_written(tmp_path: Path, style: str) -> None:
    from hushtape.model import Headers, Request

    journal = Journal.create(tmp_path / STYLES[style])
    bad = exchange(request=Request("GET", "http://h/", Headers((("A", "b\r\nC: d"),)), BytesBody(b"")))
    with pytest.raises(CassetteWriteError):
        journal.commit(journal.begin(), bad)
    journal.discard()
