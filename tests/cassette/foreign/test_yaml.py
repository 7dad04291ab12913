"""YAML is data: no tag runs anything, and whatever is wrong is one error that names file and line."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushtape.cassette import CassetteReader
from hushtape.errors import CassetteError, CassetteFormatError, MissingDependencyError
from hushtape.model import Interaction
from tests.cassette.foreign.corpus import CASSETTES, yaml
from tests.cassette.samples import content, flat


def read_whole(path: Path) -> list[Interaction]:
    reader = CassetteReader.open(path)
    for request in reader.requests():
        content(request.body)
    return [flat(reader.read(number)) for number in range(len(reader))]


def written(folder: Path, text: str | bytes, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


EXECUTED = "!!python/object/apply:os.system ['touch executed']"
BOMB = "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [
    f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]"
    for n in range(1, 30)
])  # fmt: skip
CHAIN = "\n".join(["b0: &b0 [x]"] + [f"b{n}: &b{n} [*b{n - 1}]" for n in range(1, 60)])
BAD = {
    "tag_in_body": yaml(string=EXECUTED),
    "tag_in_request": yaml(body=EXECUTED),
    "tag_name": yaml(string="!!python/name:os.system"),
    "tag_object": yaml(string="!!python/object:subprocess.Popen {}"),
    "tag_new": yaml(string="!!python/object/new:vcr.request.Request {}"),
    "tag_module": yaml(string="!!python/module:os"),
    "tag_local": yaml(string="!mine {}"),
    "tag_in_head": yaml() + f"_metadata: {{a: {EXECUTED}}}\n",
    "tag_on_key": yaml(headers="{!!python/name:os.system '': [b]}"),
    "alias_bomb_in_headers": BOMB + "\n" + yaml(headers="{A: *a29}"),
    "alias_bomb_in_body": BOMB + "\n" + yaml(string="*a29"),
    "alias_bomb_in_iterator": BOMB + "\n" + yaml(
        body="!!python/object/apply:builtins.iter\n      args: [*a29]"
    ),
    "alias_chain": CHAIN + "\n" + yaml(string="*b59"),
    "alias_to_nothing": yaml(string="*nowhere"),
    "alias_to_itself": yaml(string="&a [*a]"),
    "pieces_of_pieces": yaml(body="!!python/object/apply:builtins.iter\n      args: [[[a]]]"),
    "many_times_one_piece": "big: &big " + "x" * 1_000_000 + "\n" + yaml(
        body="!!python/object/apply:builtins.iter\n      args: [[" + "*big, " * 1000 + "]]"
    ),
    "deep": yaml(string="[" * 5000 + "]" * 5000),
    "deep_elsewhere": "x: " + "[" * 5000 + "]" * 5000 + "\n" + yaml(),
    "deep_blocks": "x:\n" + "".join(" " * n + "- \n" for n in range(1, 400)) + yaml(),
    "header_splits": yaml(headers='{A: ["b\\r\\nC: d"]}'),
    "header_name_splits": yaml(headers='{"A\\r\\nB": [c]}'),
    "reason_splits": yaml(message='"OK\\r\\nA: b"'),
    "method_splits": yaml(method='"GET / HTTP/1.1\\r\\n"'),
    "status_is_no_number": yaml().replace("200", "many"),
    "status_is_too_long": yaml().replace("200", "2" * 100_000),
    "status_is_octal": yaml().replace("200", "0o7"),
    "bad_binary": yaml(string="!!binary |\n        \u00e9"),
    "not_yaml": "interactions:\n- request: [\n",
    "cut": yaml()[:240],
    "tab": yaml().replace("    body", "\tbody"),
    "control": yaml(string='"a\0b"'.replace("\\0", "\0")),
    "not_utf8": yaml().encode().replace(b"hello", b"\xff\xfe\xff"),
    "utf16": yaml().encode("utf-16"),
    "two_documents": yaml() + "---\n" + yaml(),
    "interactions_twice": yaml() + "interactions: []\n",
    "no_interactions": "version: 1\n",
    "interactions_null": "interactions:\nversion: 1\n",
    "interaction_null": "interactions:\n-\nversion: 1\n",
    "interaction_text": "interactions: [a, b]\n",
    "scalar": "--- hello\n",
    "empty": "",
    "comment": "# nothing\n",
    "old": "- request: !!python/object:vcr.request.Request\n    body: null\n  response: {}\n",
    "old_data": "- request: {protocol: http, host: a, port: 80, path: /, method: GET}\n  response: {}\n",
    "no_uri": "interactions:\n- request: {method: GET}\n  response: null\n",
    "request_missing": "interactions:\n- response: null\n",
    "merge_of_text": "interactions:\n- {<<: x, request: {method: GET}}\n",
    "alias_of_nothing_in_the_head": "_metadata: *a\n" + yaml(),
    "alias_of_nothing": yaml(string="*a"),
    "newer": "version: 1\nhushtape: {format: 2}\ninteractions: []\n",
    "bytes_io_of_an_object": yaml(body="!!python/object/new:_io.BytesIO {state: [{a: b}]}"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_yaml_is_one_error_that_names_the_file(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, BAD[name])
    tracemalloc.start()
    try:
        with pytest.raises(CassetteError) as caught:
            read_whole(path)
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert caught.value.path == str(path) and len(str(caught.value)) < 1000
    assert caught.value.__cause__ is None
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(("name", "line"), [("tag_in_body", 12), ("header_splits", 2), ("not_yaml", 3)])
def test_the_error_names_the_line(tmp_path: Path, name: str, line: int) -> None:
    with pytest.raises(CassetteFormatError, match=f"line {line}") as caught:
        read_whole(written(tmp_path, BAD[name]))
    assert caught.value.line == line


def test_a_refused_tag_is_named(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match=r"!!python/object/apply:os\.system.*never executed"):
        read_whole(written(tmp_path, BAD["tag_in_body"]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(name for name in CASSETTES if name.endswith(".yaml"))),
    position=st.integers(0, 1500),
    width=st.integers(0, 20),
    new=st.binary(max_size=4)
    | st.sampled_from([b"\n", b"- ", b"&a ", b"*a", b"!!python/name:os ", b"{", b"\r"]),
)
def test_a_damaged_cassette_is_read_or_refused(
    tmp_path: Path, name: str, position: int, width: int, new: bytes
) -> None:
    data = CASSETTES[name].encode()
    try:
        read_whole(written(tmp_path, data[:position] + new + data[position + width :]))
    except CassetteError as error:
        assert error.__cause__ is None


def test_a_cassette_of_a_thousand_bodies_is_read_one_at_a_time(tmp_path: Path) -> None:
    """100 MB of YAML; the reader holds 36 bytes an interaction and one of them."""
    body = "'" + "x" * 100_000 + "'"
    head, _, rest = yaml(string=body).partition("- request")
    one = "- request" + rest.removesuffix("version: 1\n")
    path = tmp_path / "a.yaml"
    with path.open("w") as out:
        out.write(head)
        for _ in range(300):
            out.write(one)
    tracemalloc.start()
    reader = CassetteReader.open(path)
    assert len(reader) == 300
    assert sum(1 for _ in reader.requests()) == 300
    response = reader.read(299).response
    assert response is not None and response.body is not None and response.body.size == 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


def test_without_pyyaml_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(MissingDependencyError, match=r"hushtape\[yaml\]") as caught:
        CassetteReader.open(written(tmp_path, yaml()))
    assert caught.value.extra == "yaml"


def test_the_parser_in_python_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML without libyaml, as on some platforms."""
    import yaml as library

    names = [name for name in CASSETTES if name.endswith(".yaml")]
    fast = {name: read_whole(written(tmp_path, CASSETTES[name])) for name in names}
    monkeypatch.delattr(library, "CSafeLoader")
    assert {name: read_whole(written(tmp_path, CASSETTES[name])) for name in names} == fast


def test_offsets_hold_in_a_long_file_that_is_not_ascii(tmp_path: Path) -> None:
    """Characters are counted by PyYAML, bytes by the file; pieces are cut inside of characters."""
    one = yaml(string="'" + "caf\u00e9 \U0001f600 \u2013 " * 3000 + "'").partition("- request")[2]
    one = one.removesuffix("version: 1\n")
    text = "\ufeff# caf\u00e9\ninteractions:\n" + "".join(
        "- request" + one.replace("api.test/yaml", f"api.test/{number}") for number in range(40)
    )
    found = read_whole(written(tmp_path, text))
    assert [one.request.uri for one in found] == [f"https://api.test/{number}" for number in range(40)]
    assert {one.response.body.size for one in found if one.response and one.response.body} == {3000 * 15}
