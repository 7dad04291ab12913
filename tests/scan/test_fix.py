"""Redacting in place: what stays valid, what can't be redacted, and that a kill loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

import hushtape
from hushtape.scan.fix import edited, is_json
from hushtape.scan.lengths import decoded_size
from hushtape.scan.publish import beside
from tests.scan.support import SECRET, scan, vcrpy_json, vcrpy_yaml, written, yaml_binary
from tests.support.servers import Server
from tests.support.wire import Call


def answer(call: Call) -> None:
    size = 3000 if call.path.startswith("/big") else 1
    body = json.dumps({"access_token": "real-value-1", "known": SECRET, "rows": ["x" * 10] * size}).encode()
    call.reply(200, body, [("Content-Type", "application/json"), ("Set-Cookie", "sid=0123456789abc; Path=/")])


@pytest.fixture
def url() -> Iterator[str]:
    with Server(answer) as server:
        yield server.url


def recorded(path: Path, url: str) -> None:
    """A cassette of ours that holds secrets, since nobody named them."""
    with hushtape.use_cassette(path, mode="all", default_sanitizer=False, max_inline_body=10_000):
        for target in ("/small", "/big"):
            requests.get(url + target, headers={"X-Api-Key": "abcdefgh1"}, timeout=10)


def test_a_cassette_of_ours_stays_replayable(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUSHTAPE_MODE", raising=False)
    path = tmp_path / "orders.json"
    recorded(path, url)
    (before,) = (tmp_path / "orders.bodies").iterdir()
    assert len(scan(tmp_path, key=SECRET).findings) >= 8
    result = scan(tmp_path, redact=True, key=SECRET)
    assert result.findings == [] and result.unfixed == [] and scan(tmp_path, key=SECRET).code == 0
    (after,) = (tmp_path / "orders.bodies").iterdir()
    assert after.name != before.name
    assert after.name == sha256(after.read_bytes()).hexdigest()[:32] + ".json"
    with hushtape.use_cassette(path, mode="none", default_sanitizer=False):
        for target in ("/small", "/big"):
            replayed = requests.get(url + target, timeout=10)
            assert replayed.json()["access_token"] == replayed.json()["known"] == "REDACTED"
            assert replayed.cookies["sid"] == "REDACTED"


def test_a_second_fix_changes_nothing(tmp_path: Path, url: str) -> None:
    recorded(tmp_path / "orders.json", url)
    scan(tmp_path, redact=True, key=SECRET)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert scan(tmp_path, redact=True, key=SECRET).fixed == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_only_what_is_secret_changes(tmp_path: Path) -> None:
    body = (
        '{"n": 12345678901234567890123456789, "a": 1E400, "a": "\\u00e9", "access_token": "r-1", "z": [null]}'
    )
    path = tmp_path / "a.json"
    text = json.dumps(vcrpy_json(body), indent=3)
    path.write_text(text)
    path.chmod(0o640)
    scan(path, redact=True)
    assert path.read_text() == text.replace("r-1", "REDACTED")
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["a.json"]


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_the_content_length_of_a_redacted_body_is_corrected(tmp_path: Path, kind: str) -> None:
    body = json.dumps({"access_token": "real-\u00e9-value-1\n", "n": 1})
    path = tmp_path / f"a.{kind}"
    if kind == "json":
        document = vcrpy_json(body)
        document["interactions"][0]["response"]["headers"] = {"content-length": [str(len(body))]}
        path.write_text(json.dumps(document))
    else:
        length = f"      Content-Length:\n      - '{len(body)}'\n      Content-Type:\n"
        path.write_text(vcrpy_yaml(json.dumps(body)).replace("      Content-Type:\n", length))
    assert scan(path, redact=True).findings == []
    clean = json.dumps({"access_token": "REDACTED", "n": 1})
    assert str(len(clean)) in path.read_text() and str(len(body)) not in path.read_text()


def test_base64_stays_base64(tmp_path: Path) -> None:
    inside = b'{"client_secret": "deep-s3cret-91", "rest": "stays"}'
    content = {"text": b64encode(inside).decode(), "encoding": "base64"}
    path = written(tmp_path / "a.har", {"log": {"entries": [{"response": {"content": content}}]}})
    assert scan(path, redact=True).findings == []
    (entry,) = json.loads(path.read_text())["log"]["entries"]
    assert b64decode(entry["response"]["content"]["text"]) == inside.replace(b"deep-s3cret-91", b"REDACTED")


def test_a_binary_body_in_yaml_stays_one(tmp_path: Path) -> None:
    inside = b'{"client_secret": "deep-s3cret-91", "rest": "' + b"stays " * 40 + b'"}'
    path = tmp_path / "a.yaml"
    path.write_text(vcrpy_yaml(yaml_binary(inside)))
    assert scan(path, redact=True).findings == []
    block = path.read_text().partition("!!binary |\n")[2].partition("    headers:")[0]
    assert b64decode("".join(block.split())) == inside.replace(b"deep-s3cret-91", b"REDACTED")


def test_a_har_file_and_yaml_headers(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(vcrpy_yaml("'{\"password\": \"it''s\"}'", "Bearer abcdefgh"))
    scan(path, redact=True)
    assert path.read_text() == vcrpy_yaml('\'{"password": "REDACTED"}\'', "Bearer REDACTED")


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_the_coding_of_characters_stays(tmp_path: Path, coding: str) -> None:
    text = json.dumps({"password": "hunter22", "n": "é𝄞"}, ensure_ascii=False)
    path = tmp_path / "a.json"
    path.write_bytes(text.encode(coding))
    assert scan(path, redact=True).findings == []
    assert path.read_bytes() == text.replace("hunter22", "REDACTED").encode(coding)


def test_what_can_not_be_redacted_is_told_and_left(tmp_path: Path) -> None:
    import gzip

    packed = tmp_path / "a.json.gz"
    packed.write_bytes(gzip.compress(b'{"password": "hunter22"}'))
    journal = tmp_path / "b.json.recording" / "journal"
    journal.parent.mkdir()
    journal.write_bytes(b'\x89H\x01"password": "hunter22"\n')
    binary = tmp_path / "c.yaml"
    binary.write_text(vcrpy_yaml(yaml_binary(gzip.compress(b'{"password": "hunter22"}'))))
    before = [path.read_bytes() for path in (packed, journal, binary)]
    result = scan(tmp_path, redact=True)
    assert result.code == 1 and result.fixed == 0
    assert [one.fixable for one in result.findings] == [False] * 3
    assert {Path(one.file).name for one in result.unfixed} == {"a.json.gz", "journal"}
    assert [path.read_bytes() for path in (packed, journal, binary)] == before


CHILD = """
import os, signal, sys
from pathlib import Path
moment, path = sys.argv[1:]
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
setattr({"fsync": os, "fchmod": os, "replace": Path}[moment], moment, die)
from hushtape.scan import Run
Run({}, redact=True).over([Path(path)])
"""


@pytest.mark.parametrize("moment", ["fsync", "fchmod", "replace"])
def test_a_kill_in_the_middle_keeps_the_old_file(tmp_path: Path, moment: str) -> None:
    path = written(tmp_path / "a.json", {"password": "hunter22"})
    before = path.read_bytes()
    ended = subprocess.run([sys.executable, "-c", CHILD, moment, str(path)], capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_bytes() == before and beside(path).exists()
    assert (beside(path).stat().st_mode & 0o077 == 0) is (moment == "fchmod")
    assert scan(path, redact=True).findings == []
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_body_file_without_its_cassette_gets_its_digest_as_name(tmp_path: Path) -> None:
    folder = tmp_path / "x.bodies"
    folder.mkdir()
    (folder / ("0" * 32 + ".txt")).write_text('{"password": "hunter22"}')
    assert scan(folder, redact=True).findings == []
    (left,) = folder.iterdir()
    assert left.name == sha256(left.read_bytes()).hexdigest()[:32] + ".txt"


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 9)), max_size=6),
    st.integers(1, 9),
)
def test_edits_do_not_depend_on_chunks(text: str, places: list[tuple[int, int]], cut: int) -> None:
    data = text.encode("utf-8", "surrogatepass")
    edits: list[tuple[int, int, bytes]] = []
    for start, length in sorted(places):
        if (not edits or start >= edits[-1][1]) and start + length <= len(data):
            edits.append((start, start + length, b"new"))
    expected, at = b"", 0
    for start, end, new in edits:
        expected, at = expected + data[at:start] + new, end
    chunks = [data[start : start + cut] for start in range(0, len(data), cut)]
    assert b"".join(edited(chunks, edits)) == expected + data[at:]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_decoded_sizes_are_those_of_the_text(text: str) -> None:
    assert decoded_size(json.dumps(text)[1:-1].encode()) == len(text.encode())
    assert decoded_size(json.dumps(text, ensure_ascii=False)[1:-1].encode()) == len(text.encode())


def test_json_is_told_from_what_is_not(tmp_path: Path) -> None:
    for text, expected in (('{"a": 1}', True), ('{"a": 1}\n[2]\n', True), ('{"a": ', False), ("a: 1", False)):
        (tmp_path / "a").write_text(text)
        assert is_json(tmp_path / "a") is expected


PLANTED = ("k-93b1c07e55/Zq+w", "k-93b1c07e55\\/Zq+w", "k-93b1c07e55%2FZq%2Bw", "ay05M2IxYzA3ZTU1L1pxK3c=")
clean = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
leaves = clean | st.sampled_from(PLANTED).flatmap(
    lambda secret: st.tuples(st.text(max_size=5), st.text(max_size=5)).map(
        lambda ends: f"{ends[0]} {secret} {ends[1]}"
    )
)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
)


def same(before: object, after: object) -> bool:
    """Equal but for texts that held a secret."""
    if isinstance(before, str) and any(secret in before for secret in PLANTED):
        return isinstance(after, str) and not any(secret in after for secret in PLANTED)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(before[key], after[key]) for key in before)
    return before == after


@given(trees, st.booleans(), st.sampled_from([None, 2]), st.booleans())
def test_json_stays_json_and_the_rest_as_it_is(
    tree: object, ascii_only: bool, indent: int | None, nested: bool
) -> None:
    import tempfile

    value = {"body": json.dumps(tree)} if nested else tree
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.json")
        path.write_text(
            json.dumps(value, ensure_ascii=ascii_only, indent=indent), encoding="utf-8", errors="replace"
        )
        before = json.loads(path.read_text(encoding="utf-8"))
        result = scan(path, redact=True, key=SECRET)
        after = json.loads(path.read_text(encoding="utf-8"))
    assert result.findings == [] and result.unfixed == []
    if nested:
        before, after = json.loads(before["body"]), json.loads(after["body"])
    assert same(before, after)


@pytest.mark.parametrize("writing", ["base64 twice", "hex in base64", "base64 in hex", "all in percent"])
@pytest.mark.parametrize("pad", range(0, 30, 3))
def test_escapes_beside_what_is_redacted_stay_whole(writing: str, pad: int, tmp_path: Path) -> None:
    data = ("x" * pad + SECRET).encode()
    text = {
        "base64 twice": b64encode(b64encode(data)).decode(),
        "hex in base64": b64encode(data.hex().encode()).decode(),
        "base64 in hex": b64encode(data).hex(),
        "all in percent": "".join(f"%{ord(one):02x}" for one in data.hex()),
    }[writing]
    for body in (f"line\n{text}\nend", json.dumps({"m": text, "n": 1})):
        path = written(tmp_path / "a.json", vcrpy_json(body))
        result = scan(path, redact=True, KEY=SECRET)
        left = json.loads(path.read_bytes())["interactions"][0]["response"]["body"]["string"]
        assert result.code == 1 or text not in left
        assert body[0] == "l" or json.loads(left)["n"] == 1


def test_a_text_with_an_escape_that_is_none_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for text, good in ((r'{"a": "x\ny"}', True), (r'{"a": "x\Uy"}', False), ('{"a": 1}\n\n{"b": 2}\n', True)):
        path.write_text(text)
        assert is_json(path) is good


def test_a_deep_document_is_no_json_to_its_last_escape_but_is_redacted(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": "' + SECRET + '", "deep": ' + "[" * 100_000 + "]" * 100_000 + "}")
    assert not is_json(path)
    scan(path, redact=True, KEY=SECRET)
    assert SECRET not in path.read_text()
