"""What is sealed is what is read: every field of every interaction, in every layout."""

from __future__ import annotations

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hushtape.cassette import CassetteReader, Journal
from hushtape.cassette.bodies import InlineBase64, InlineText
from hushtape.errors import CassetteWriteError
from hushtape.model import BytesBody, Headers, Interaction, Request, Response
from tests.cassette.samples import content, exchange, flat, interactions


def sealed(
    folder: Path, recorded: list[Interaction], name: str = "orders.json", max_inline_body: int = 256 * 1024
) -> Path:
    journal = Journal.create(folder / name, max_inline_body=max_inline_body)
    for interaction in recorded:
        journal.commit(journal.begin(), interaction)
    return journal.seal(complete=True)


def with_bodies(request: bytes | None, response: bytes) -> Interaction:
    plain = exchange()
    assert plain.response is not None
    asked = None if request is None else BytesBody(request)
    return Interaction(
        Request("POST", plain.request.uri, plain.request.headers, asked),
        Response(plain.response.head, BytesBody(response)),
    )


@settings(max_examples=40, deadline=None)
@given(recorded=st.lists(interactions, max_size=4), inline=st.sampled_from([0, 20, 1000]))
@example(recorded=[exchange(body=b'"request"')], inline=1000)
def test_what_is_sealed_is_what_is_read(recorded: list[Interaction], inline: int) -> None:
    with TemporaryDirectory() as folder:
        path = sealed(Path(folder), recorded, max_inline_body=inline)
        reader = CassetteReader.open(path)
        assert [flat(reader.read(number)) for number in range(len(reader))] == recorded
        asked = [flat(Interaction(request)).request for request in reader.requests()]
        assert asked == [interaction.request for interaction in recorded]
        loose = path.with_name("loose.json")
        loose.write_text(json.dumps(json.loads(path.read_bytes()), indent=4, ensure_ascii=True))
        again = CassetteReader.open(loose)
        assert [flat(again.read(number)) for number in range(len(again))] == recorded
        assert [flat(Interaction(request)).request for request in again.requests()] == asked


@pytest.mark.parametrize("kind", ["ascii", "unicode", "escapes", "binary"])
@pytest.mark.parametrize("size", [65536, 65537, 200_000, 400_000])
def test_a_long_body_is_read_in_pieces_and_comes_back_whole(tmp_path: Path, kind: str, size: int) -> None:
    chance = random.Random(size)
    body = {
        "ascii": lambda: (b'{"a": "x\\n"}\n' * size)[:size],
        "unicode": lambda: (
            "".join(chance.choices('aé€😀"\\\n\x01', k=size))
            .encode()[:size]
            .decode("utf-8", "ignore")
            .encode()
        ),
        "escapes": lambda: "".join(chance.choices('"\\\n\x02u', k=size)).encode(),
        "binary": lambda: chance.randbytes(size),
    }[kind]()
    path = sealed(tmp_path, [with_bodies(body, body), exchange(1)])
    for layout in (path, tmp_path / "loose.json"):
        if layout != path:
            layout.write_text(json.dumps(json.loads(path.read_bytes()), indent=2))
        reader = CassetteReader.open(layout)
        found = reader.read(0)
        assert found.response is not None
        for stored in (found.request.body, found.response.body):
            assert stored is not None
            pieces = list(stored.chunks(5000))
            assert b"".join(pieces) == body
            assert max(map(len, pieces)) <= 5000
            assert stored.size == len(body)
            assert content(stored) == body
        assert flat(Interaction(next(reader.requests()))).request.body == BytesBody(body)
        assert flat(reader.read(1)) == exchange(1)


def test_a_body_beyond_64_kib_is_never_read_whole(tmp_path: Path) -> None:
    path = sealed(tmp_path, [with_bodies(None, b"x" * 100_000), with_bodies(None, b"\xff" * 100_000)])
    reader = CassetteReader.open(path)
    kinds = [
        type(response.body) for response in (reader.read(0).response, reader.read(1).response) if response
    ]
    assert kinds == [InlineText, InlineBase64]


def test_equal_long_bodies_are_stored_once(tmp_path: Path) -> None:
    body = b"z" * 300_000
    path = sealed(tmp_path, [with_bodies(body, body), with_bodies(None, body)])
    files = list((tmp_path / "orders.bodies").iterdir())
    assert [file.stat().st_size for file in files] == [300_000]
    assert json.loads(path.read_bytes())["interactions"][1]["response"]["body"] == {
        "file": f"orders.bodies/{files[0].name}",
        "size": 300_000,
    }
    assert [content(found.body) for found in CassetteReader.open(path).requests()] == [body, None]


def test_unused_body_files_go_with_the_next_sealing_and_strangers_stay(tmp_path: Path) -> None:
    sealed(tmp_path, [with_bodies(None, b"a" * 300_000)])
    (tmp_path / "orders.bodies" / "mine.txt").write_text("kept")
    sealed(tmp_path, [with_bodies(None, b"b" * 300_000)])
    left = sorted(file.name for file in (tmp_path / "orders.bodies").iterdir())
    assert len(left) == 2 and "mine.txt" in left


def test_body_files_that_a_cassette_of_the_same_stem_names_stay(tmp_path: Path) -> None:
    first = sealed(tmp_path, [with_bodies(None, b"a" * 300_000)], "orders.cassette")
    gone = with_bodies(None, b"b" * 300_000)
    sealed(tmp_path, [gone])
    assert len(list((tmp_path / "orders.bodies").iterdir())) == 2
    sealed(tmp_path, [exchange(1)])
    (file,) = (tmp_path / "orders.bodies").iterdir()
    assert file.read_bytes() == b"a" * 300_000
    assert flat(CassetteReader.open(first).read(0)) == flat(with_bodies(None, b"a" * 300_000))


@pytest.mark.parametrize("name", ["0" * 32, "0" * 32 + ".json.bak", "0" * 31 + ".json", "F" * 32 + ".json"])
def test_names_that_no_spool_gives_stay(tmp_path: Path, name: str) -> None:
    sealed(tmp_path, [with_bodies(None, b"a" * 300_000)])
    (tmp_path / "orders.bodies" / name).write_text("kept")
    sealed(tmp_path, [exchange(1)])
    assert [file.name for file in (tmp_path / "orders.bodies").iterdir()] == [name]


def test_a_sealing_that_fails_leaves_the_earlier_body_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sealed(tmp_path, [with_bodies(None, b"a" * 300_000)])
    replace = Path.replace

    def refused(self: Path, target: Path) -> Path:
        if Path(target) == path:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(CassetteWriteError):
        sealed(tmp_path, [with_bodies(None, b"b" * 300_000)])
    assert flat(CassetteReader.open(path).read(0)) == flat(with_bodies(None, b"a" * 300_000))


def test_two_recordings_of_the_same_are_the_same_bytes(tmp_path: Path) -> None:
    recorded = [exchange(number) for number in range(5)]
    first = sealed(tmp_path, recorded, "a.json").read_bytes()
    assert sealed(tmp_path, recorded, "b.json").read_bytes() == first


def test_no_key_of_ours_stands_inside_a_request(tmp_path: Path) -> None:
    repeated = Headers((("B", "1"), ("A", "2"), ("B", "3")))
    odd = Interaction(Request("GET", "http://h/", repeated, None, "HTTP/1.0"), exchange().response)
    found = json.loads(sealed(tmp_path, [odd]).read_bytes())["interactions"][0]
    assert set(found["request"]) == {"method", "uri", "headers", "body"}
    assert found["request"]["headers"] == {"B": ["1", "3"], "A": ["2"]}
    assert set(found["response"]) == {"status", "headers", "body"}


def test_a_body_can_be_read_after_its_reader_is_closed(tmp_path: Path) -> None:
    reader = CassetteReader.open(sealed(tmp_path, [with_bodies(None, b"x" * 200_000)]))
    response = reader.read(0).response
    assert response is not None and response.body is not None
    pieces = response.body.chunks()
    first = next(pieces)
    reader.close()
    assert first + b"".join(pieces) == b"x" * 200_000


def test_a_hand_edited_interaction_among_canonical_ones_is_not_lost(tmp_path: Path) -> None:
    path = sealed(tmp_path, [exchange(number) for number in range(3)])
    data = json.loads(path.read_bytes())
    text = path.read_text()
    start = text.index("\n  {\n", text.index("page=0"))
    end = text.index("\n  },\n", start)
    path.write_text(text[:start] + json.dumps(data["interactions"][1]) + text[end + 4 :])
    reader = CassetteReader.open(path)
    assert [flat(reader.read(number)) for number in range(3)] == [exchange(number) for number in range(3)]


def test_a_cassette_of_another_tool_is_read(tmp_path: Path) -> None:
    path = tmp_path / "vcr.json"
    response = {
        "status": {"code": 200, "message": None},
        "headers": {"A": ["1", "2"]},
        "body": {"string": "é"},
    }
    request = {"method": "GET", "uri": "http://h/", "body": None, "headers": {"X": ["日"], "Y": "z"}}
    path.write_text(
        json.dumps(
            {"version": 1, "_metadata": {}, "interactions": [{"request": request, "response": response}]}
        )
    )
    reader = CassetteReader.open(path)
    assert reader.info.format == 0
    found = reader.read(0)
    assert found.request.headers.pairs == (("X", "日".encode().decode("latin-1")), ("Y", "z"))
    assert found.response is not None and found.response.head.headers.get_all("a") == ("1", "2")
    assert content(found.response.body) == "é".encode()


def test_a_cassette_of_format_1_reads_for_ever() -> None:
    reader = CassetteReader.open(Path(__file__).parent / "data" / "format-1" / "orders.json")
    assert (reader.info.format, reader.info.complete, reader.info.placeholders) == (1, True, ("REDACTED",))
    found = [reader.read(number) for number in range(len(reader))]
    assert [one.request.method for one in found] == ["GET", "POST", "GET", "GET"]
    assert (
        found[0].response is not None
        and found[0].tls is not None
        and found[0].tls.certificate == b"a certificate"
    )
    assert found[0].response.head.headers.get_all("Set-Cookie") == ("a=1", "b=2")
    assert found[1].response is not None and content(found[1].response.body) == b"\x00\xff binary"
    assert content(found[1].request.body) == b"name=value"
    assert found[2].response is not None and content(found[2].response.body) == b"long " * 20
    assert found[3].failure is not None and found[3].failure.chain[0].type == "socket.gaierror"
