"""JSON bodies as JSON: every byte comes back, and what can't stays text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hushtape.cassette import CassetteReader, Journal
from hushtape.cassette.bodies import Pinned
from hushtape.cassette.linescan import find_lines
from hushtape.cassette.readable import laid_out
from tests.cassette.samples import content, exchange
from tests.cassette.test_roundtrip import with_bodies


def written(folder: Path, *bodies: bytes) -> Path:
    journal = Journal.create(folder / "a.json", readable_bodies=True)
    for body in bodies:
        journal.commit(journal.begin(), with_bodies(body, body))
    journal.commit(journal.begin(), exchange(9))
    return journal.seal(complete=True)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
_styles = st.fixed_dictionaries(
    {
        "indent": st.none() | st.sampled_from([0, 1, 2, 3, 4, 8, "\t"]),
        "separators": st.sampled_from([None, (",", ":"), (", ", ": "), (",", ": "), (" ,", " :")]),
        "ensure_ascii": st.booleans(),
    }
)
_ends = st.sampled_from(["", "\n", "\r\n", "\n\n", " ", "\0"])
_documents = st.builds(
    lambda value, style, end: (json.dumps(value, **style) + end).encode("utf-8", "surrogatepass"),
    _values, _styles, _ends,
)  # fmt: skip
_tokens = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"a"', '"\\u00e9\\/"', '"\u00e9"', '"\\ud800"', "1", "-0", "1E400",
         "00", "true", "null", " ", "\n", "\t", '"request"', "12345678901234567890123"]
    ), max_size=12,
).map(lambda parts: "".join(parts).encode())  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_documents | _tokens | st.binary(max_size=20))
@example(body=b'{"a": 1, "a": 2}')
@example(body=b'{"n":1E400,"long":12345678901234567890123.10,"z":-0}')
@example(body=b'{"s":"\\u00e9\\/\\ud83d","t":"\xc3\xa9"}')
@example(body=b'[{"request": {"a": 1}}, {"response": null}]')
@example(body=b"[\n  1\n]")
@example(body=b"{}\n")
def test_every_body_comes_back_to_the_byte(tmp_path: Path, body: bytes) -> None:
    path = written(tmp_path, body)
    json.loads(path.read_bytes())
    reader = CassetteReader.open(path)
    found = reader.read(0)
    assert found.response is not None
    assert content(found.request.body) == content(found.response.body) == body
    assert [content(request.body) for request in reader.requests()] == [body, None]


USUAL: dict[str, Any] = {
    "name": "caf\u00e9",
    "rows": [1, 2.50, None, {"deep": True}],
    "empty": {},
    "none": [],
}


@pytest.mark.parametrize(
    ("indent", "separators"), [(None, None), (None, (",", ":")), (1, None), (2, None), (4, None)]
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_what_servers_send_is_readable(tmp_path: Path, indent: int | None, separators: Any, end: str) -> None:
    body = (json.dumps(USUAL, indent=indent, separators=separators) + end).encode()
    text = written(tmp_path, body).read_text()
    assert '\n      "name": "caf\\u00e9",\n' in text
    assert json.loads(text)["interactions"][0]["response"]["body"]["json"] == USUAL


def test_a_readable_cassette_is_found_by_lines(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(USUAL).encode(), b"[[],{}]")
    found = find_lines(Pinned(path))
    assert found is not None and len(found.starts) == 3


def test_long_or_deep_bodies_stay_text(tmp_path: Path) -> None:
    for body in (json.dumps(list(range(20_000))).encode(), b"[" * 200 + b"]" * 200, b'"text"', b"12", b""):
        assert laid_out(body) is None
    most = json.dumps([{"key": "x" * 200}] * 250).encode()
    assert laid_out(most) is not None
    found = CassetteReader.open(written(tmp_path, most, most)).read(1)
    assert found.response is not None and content(found.response.body) == most


def test_off_by_default(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "a.json")
    journal.commit(journal.begin(), exchange(1))
    assert '"json"' not in journal.seal(complete=True).read_text()
