"""`hushtape diff`: what changed, where, and the exit code that says so."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from tests.support.cassettes import interaction, seal, vcrpy

from hushtape.cli import main
from hushtape.model import ErrorLink, Failure, Interaction

Captured = pytest.CaptureFixture[str]
TOKENS = ["ghp_" + letters * 9 for letters in ("a1B2", "c3D4")]


class Two:
    """Two cassettes, compared."""

    def __init__(self, folder: Path, capsys: Captured) -> None:
        self.folder, self._capsys = folder, capsys
        self.code = -1

    def diff(
        self, left: list[Interaction], right: list[Interaction], *options: str, complete: bool = True
    ) -> list[str]:
        for number, (name, found) in enumerate((("a.json", left), ("b.json", right))):
            (self.folder / name).unlink(missing_ok=True)
            seal(self.folder / name, found, complete=complete or not number)
        self.code = main(["diff", str(self.folder / "a.json"), str(self.folder / "b.json"), *options])
        return self._capsys.readouterr().out.splitlines()

    def json(self, left: list[Interaction], right: list[Interaction], *options: str) -> Any:
        return json.loads("\n".join(self.diff(left, right, "--json", *options)))


@pytest.fixture
def two(tmp_path: Path, capsys: Captured) -> Two:
    return Two(tmp_path, capsys)


def test_two_recordings_of_one_server_are_equal(two: Two) -> None:
    late = [interaction("/", {"a": 1}, at="2027-01-01T00:00:00.000000Z", elapsed=3, headers=[("Date", "x")])]
    assert two.diff([interaction("/", {"a": 1}, headers=[("Date", "y")])], late) == ["1 equal"]
    assert two.code == 0
    assert "1 changed" in two.diff([interaction("/", {"a": 1})], late, "--times")[-1] and two.code == 1


def test_json_is_told_by_pointer_with_both_values(two: Two) -> None:
    lines = two.diff(
        [interaction("/o", {"o": [{"id": 7, "n": "x"}]})], [interaction("/o", {"o": [{"id": 7}]})]
    )
    assert lines == [
        "~ changed (A 0, B 0) GET https://api.example.com/o",
        '    response body /o/0/n: "x" -> nothing',
        "0 equal, 1 changed",
    ]
    assert two.code == 1


def test_what_was_inserted_or_removed_does_not_shift_the_others(two: Two) -> None:
    polls = [interaction("/job", {"state": state}) for state in ("waiting", "running", "done")]
    longer = [polls[0], interaction("/new", b"x"), *polls]
    lines = two.diff(polls, longer)
    assert [line.split(" ", 2)[1] for line in lines[:2]] == ["added", "added"]
    assert lines[2] == "3 equal, 2 added"
    assert two.diff(longer, polls)[-1] == "3 equal, 2 removed"


def test_what_only_moved_is_told_so(two: Two) -> None:
    one, other = interaction("/1", b"1"), interaction("/2", b"2")
    lines = two.diff([one, other], [other, one])
    assert lines[-1] == "1 equal, 1 moved" and lines[0].startswith("> moved (A ") and two.code == 1
    assert two.diff([one, other], [other, one], "--ignore-order") == ["2 equal"] and two.code == 0


def test_status_headers_and_failures_are_told(two: Two) -> None:
    before = interaction("/", b"x", status=200, headers=[("X-A", "1"), ("X-B", "1")])
    after = interaction("/", b"x", status=500, headers=[("X-A", "2")])
    text = "\n".join(two.diff([before], [after]))
    assert "response status: '200 OK' -> '500 OK'" in text
    assert "response header x-a: '1' -> '2'" in text and "response header x-b: '1' -> nothing" in text
    down = structs.replace(after, response=None, failure=Failure("connect", (ErrorLink("OSError", "no"),)))
    text = "\n".join(two.diff([before], [down]))
    assert "response: 200 OK -> nothing" in text and "failure: nothing -> 'connect: OSError no'" in text


@pytest.mark.parametrize(
    ("left", "right", "kind", "told"),
    [
        (b"a\nb\nc", b"a\nX\nY\nc", "text/plain", "response body line 2: 'b' -> 'X'"),
        (b"a=1&b=2", b"b=3&a=1", "application/x-www-form-urlencoded", "response body field b: '2' -> '3'"),
        (b"\0" * 99, b"\0" * 50 + b"\1", "image/png", "response body from byte 50: 99 bytes -> 51 bytes"),
        (b"x\n" * 60_000, b"x\n" * 60_000 + b"y", "text/plain", "response body from byte 120,000"),
        (b'{"a":1}', b'{ "a": 1 }', "application/json", "the same JSON, written differently"),
        (b"a=1&b=2", b"b=2&a=1", "application/x-www-form-urlencoded", "the same fields, written differently"),
        (b"x" * 3_000_000, b"x" * 2_999_999 + b"y", "text/plain", "response body from byte 2,999,999"),
    ],
)  # fmt: skip
def test_a_body_is_compared_as_what_it_is(two: Two, left: bytes, right: bytes, kind: str, told: str) -> None:
    lines = two.diff(
        [interaction("/", left, content_type=kind)], [interaction("/", right, content_type=kind)]
    )
    assert told in "\n".join(lines) and two.code == 1


def test_what_is_to_be_ignored_is(two: Two) -> None:
    before = interaction("/", {"at": 1, "rows": [{"id": 1, "etag": "x"}]}, headers=[("X-Request-Id", "1")])
    after = interaction("/", {"at": 2, "rows": [{"id": 1, "etag": "yy"}]}, headers=[("X-Request-Id", "2")])
    ignored = ["--ignore-json", "/at", "--ignore-json", "/rows/*/etag", "--ignore-header", "x-request-id"]
    assert two.diff([before], [after], *ignored) == ["1 equal"] and two.code == 0
    two.diff([before], [after], *ignored[:4])
    assert two.code == 1
    spaced = interaction("/", b'{ "at": 1 }', content_type="application/json")
    assert two.diff([interaction("/", {"at": 1})], [spaced], "--ignore-layout") == ["1 equal"]


def test_a_partial_recording_is_not_a_complete_one(two: Two) -> None:
    lines = two.diff([interaction()], [interaction()], complete=False)
    assert "complete: complete -> partial: its recording ended early" in "\n".join(lines) and two.code == 1


def test_values_that_are_hidden_differ_and_are_not_shown(tmp_path: Path, capsys: Captured) -> None:
    paths = []
    for number, token in enumerate(TOKENS):
        request = {"method": "GET", "uri": "https://x.example/", "headers": {}, "body": None}
        answer = {"status": {"code": 200, "message": ""}, "headers": {}, "body": {"string": f"it is {token}"}}
        paths.append(str(vcrpy(tmp_path / f"{number}.json", [{"request": request, "response": answer}])))
    assert main(["diff", *paths]) == 1
    out = capsys.readouterr().out
    assert "only in what is hidden" in out and "ghp_" not in out
    assert main(["diff", *paths, "--json"]) == 1
    assert "ghp_" not in capsys.readouterr().out
    assert main(["diff", *paths, "--unscrubbed"]) == 1
    assert TOKENS[0] in capsys.readouterr().out


def test_the_json_is_one_document_with_stable_keys(two: Two) -> None:
    found = two.json([interaction("/", {"a": 1}), interaction("/x")], [interaction("/", {"a": 2})])
    assert found["equal"] is False
    assert found["counts"] == {"equal": 0, "changed": 1, "removed": 1, "added": 0, "moved": 0}
    assert found["changes"][0] == {
        "kind": "changed",
        "left": 0,
        "right": 0,
        "method": "GET",
        "uri": "https://api.example.com/",
        "differences": [{"place": "response body", "pointer": "/a", "left": "1", "right": "2"}],
        "truncated": False,
    }
    assert two.json([interaction()], [interaction()])["equal"] is True and two.code == 0


def test_many_differences_are_counted_not_listed(two: Two) -> None:
    before, after = {str(n): n for n in range(50)}, {str(n): -n for n in range(50)}
    lines = two.diff([interaction("/", before)], [interaction("/", after)])
    assert len(lines) == 23 and lines[-2].strip() == "and 29 differences more (--full)"
    assert len(two.diff([interaction("/", before)], [interaction("/", after)], "--full")) == 51


def test_nothing_of_a_cassette_speaks_to_the_terminal(two: Two) -> None:
    evil = "\x1b]0;owned\x07\u202e\x9b"
    text = "\n".join(two.diff([interaction("/", {"a": evil})], [interaction("/", {evil: f"\n{evil}"})]))
    assert (all(char.isprintable() or char == "\n" for char in text) and r"\x1b" in text) or r"\u001b" in text


def test_what_can_not_be_read_ends_with_2(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "bad.json").write_text("{")
    good = str(seal(tmp_path / "good.json", [interaction()]))
    assert main(["diff", good, str(tmp_path / "bad.json")]) == 2
    assert main(["diff", good, str(tmp_path / "none.json")]) == 2
    assert main(["diff", good]) == 2
    assert capsys.readouterr().out == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("command", ["diff", "stats", "prune", "show"])
def test_long_work_has_a_bar_on_a_terminal_that_is_gone_at_the_end(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    two.diff([interaction()] * 3, [interaction()] * 3)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("hushtape.cli.progress.PATIENCE", -1.0)
    paths = [str(tmp_path / "a.json"), str(tmp_path / "b.json")][: 2 if command == "diff" else 1]
    for stream, drawn in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        assert main([command, *paths, *(["--duplicates", "--dry-run"] if command == "prune" else [])]) == 0
        assert ("%" in stream.getvalue()) is drawn
        assert not drawn or stream.getvalue().endswith("\r\x1b[2K")
