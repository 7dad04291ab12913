"""The streaming parser finds interactions in any layout, wherever its windows end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushtape.cassette import CassetteReader, scanner, valueend
from hushtape.cassette.bodies import Pinned
from hushtape.cassette.stream import find_values
from tests.cassette.samples import content

PIECES = ['"', "\\", "\n", "é", "\U0001f600", "}]", '"request": {', "x" * 40, "\\u005c", "\\\\", " "]
_strings = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def interaction(text: str, number: int) -> dict[str, Any]:
    return {
        "request": {"method": "GET", "uri": f"http://h/{number}", "headers": {text: [text]}, "body": None},
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": text}},
        "more": [number, -1.5e3, True, None, {"deep": [[text]]}],
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(_strings, max_size=4),
    st.sampled_from([None, 1, 4]),
    st.booleans(),
    st.sampled_from([17, 40, 256 * 1024]),
    st.sampled_from([0, 60, 2 * 1024 * 1024]),
    st.booleans(),
)
def test_interactions_are_found_in_any_layout(
    tmp_path: Path, texts: list[str], indent: int | None, plain: bool, piece: int, most: int, slow: bool
) -> None:
    inner = [
        json.dumps(interaction(text, n), indent=indent, ensure_ascii=plain) for n, text in enumerate(texts)
    ]
    between = "," if indent is None else ",\r\n \t"
    text = '{"interactions" :[' + between.join(inner) + ' ] , "version":1}\n'
    path = tmp_path / "orders.json"
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "PIECE", piece)
        patch.setattr(scanner, "_WINDOW_MOST", most)
        if slow:
            patch.setattr(valueend, "_decode", msgspec.json.Decoder(int).decode)
        file = Pinned(path)
        found = find_values(file)
    parts = [file.read(start, end - start) for start, end in zip(found.starts, found.ends, strict=True)]
    assert parts == [one.encode() for one in inner]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("size", [60_000, 70_000, 3_000_000])
def test_long_bodies_of_other_layouts_are_read_from_the_file(
    tmp_path: Path, size: int, indent: int | None
) -> None:
    bodies = ['\\"' * (size // 2), "é\n" * (size // 3), "\U0001f600" * (size // 4)]
    path = tmp_path / "orders.json"
    document = {"version": 1, "interactions": [interaction(body, n) for n, body in enumerate(bodies)]}
    for one in document["interactions"]:
        one["request"]["headers"] = {}  # type: ignore[index]  # a dict of dicts
        one["hushtape"] = {"recorded_at": "2026-01-01T00:00:00Z"}  # type: ignore[index]  # likewise
        one.pop("more")  # type: ignore[attr-defined]  # likewise
    path.write_text(json.dumps(document, indent=indent))
    reader = CassetteReader.open(path)
    assert [request.uri for request in reader.requests()] == [f"http://h/{n}" for n in range(3)]
    for number, body in enumerate(bodies):
        response = reader.read(number).response
        assert response is not None and content(response.body) == body.encode()
