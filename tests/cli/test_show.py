"""`hushtape show`: the list, whole interactions, raw bodies, and nothing that speaks to the terminal."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs
from tests.support.cassettes import interaction, seal, vcrpy

from hushtape.cli import main
from hushtape.model import ErrorLink, Failure, Interaction

EVIL = "\x1b]0;owned\x07 \x9b31m \u202e \x00 \x7f"
TOKEN = "ghp_" + "a1B2" * 9
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    failed = structs.replace(
        interaction("/down"),
        response=None,
        failure=Failure("connect", (ErrorLink("TimeoutError", EVIL, 110),)),
    )
    return seal(
        tmp_path / "orders.json",
        [
            interaction("/orders?page=1", {"orders": [{"id": 1}], "evil": EVIL}),
            interaction("/orders", {"ok": True}, method="POST", status=201, sent={"id": 2}),
            interaction("/logo", bytes(range(256)), content_type="image/png", status=404),
            interaction("/text", EVIL.encode(), content_type="text/plain"),
            failed,
        ],
    )


def test_a_list_has_a_line_for_each_interaction(cassette: Path, capsys: Captured) -> None:
    assert main(["show", str(cassette)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "5 interactions, recorded 2026-11-28" in lines[0]
    assert lines[1].split() == ["0", "200", "86", "B", "GET", "https://api.example.com/orders?page=1"]
    assert lines[5].split()[:2] == ["4", "fail"]


def test_a_list_can_be_narrowed(cassette: Path, capsys: Captured) -> None:
    assert main(["show", str(cassette), "--status", "2xx", "--method", "post"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and lines[1].startswith("1  201") and lines[2] == "1 of 5 interactions"


def test_interactions_are_shown_whole(cassette: Path, capsys: Captured) -> None:
    assert main(["show", str(cassette), "1", "4"]) == 0
    out = capsys.readouterr().out
    assert "interaction 1 of 5" in out and "> POST https://api.example.com/orders HTTP/1.1" in out
    assert '{\n  "id": 2\n}' in out and "< HTTP/1.1 201 OK" in out and '{\n  "ok": true\n}' in out
    assert "! the call failed (connect)" in out and "TimeoutError [errno 110]" in out


@pytest.mark.parametrize("arguments", [[], ["0-4"], ["0-4", "--full"], ["--json"], ["0-4", "--json"]])
@pytest.mark.parametrize("colour", ["", "1"])
def test_nothing_of_a_cassette_speaks_to_the_terminal(
    cassette: Path, arguments: list[str], colour: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", colour)
    assert main(["show", str(cassette), *arguments]) == 0
    out = capsys.readouterr().out
    plain = out.replace("\x1b[0m", "")
    for code in ("1", "2", "1;31", "1;32", "1;33", "31", "32", "33", "36"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert not [char for char in plain if not char.isprintable() and char != "\n"]
    assert ("\x1b" in out) is (bool(colour) and "--json" not in arguments)


def test_credentials_are_hidden_unless_asked_for(tmp_path: Path, capsys: Captured) -> None:
    stored = {
        "request": {
            "method": "GET", "uri": f"https://x.example/?access_token={TOKEN}", "body": None,
            "headers": {"Authorization": [f"Bearer {TOKEN}"]},
        },
        "response": {
            "status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": f"it is {TOKEN}"},
        },
    }  # fmt: skip
    path = str(vcrpy(tmp_path / "theirs.json", [stored]))
    for arguments in ([], ["0"], ["--json"], ["0", "--json"], ["0", "--raw", "response"]):
        assert main(["show", path, *arguments]) == 0
        assert TOKEN not in capsys.readouterr().out
    assert main(["show", path, "0", "--unscrubbed"]) == 0
    assert capsys.readouterr().out.count(TOKEN) == 3
    assert main(["show", path]) == 0
    out = capsys.readouterr().out
    assert "written by vcrpy" in out and "What may be a credential is hidden here" in out


def test_the_json_of_a_list_is_one_document(cassette: Path, capsys: Captured) -> None:
    assert main(["show", str(cassette), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["count"], found["complete"]) == (1, 5, True)
    assert found["interactions"][2] == {
        "number": 2,
        "method": "GET",
        "uri": "https://api.example.com/logo",
        "status": 404,
        "failure": None,
        "request_bytes": 0,
        "response_bytes": 256,
        "elapsed": 0.01,
        "recorded_at": "2026-11-28T08:00:00.000000Z",
    }
    assert found["interactions"][4]["failure"] == "TimeoutError"


def test_the_json_of_interactions_has_heads_and_bodies(cassette: Path, capsys: Captured) -> None:
    assert main(["show", str(cassette), "1-2", "--json"]) == 0
    posted, logo = json.loads(capsys.readouterr().out)["interactions"]
    assert posted["request"]["body"] == {"kind": "json", "truncated": False, "text": '{"id": 2}'}
    assert posted["response"]["headers"] == [["Content-Type", "application/json"]]
    assert logo["response"]["body"]["kind"] == "binary" and logo["response"]["body"]["base64"]


def test_a_raw_body_goes_to_a_new_file_or_to_standard_output(cassette: Path, tmp_path: Path) -> None:
    target = tmp_path / "logo.png"
    arguments = ["show", str(cassette), "2", "--raw", "response"]
    assert main([*arguments, "--output", str(target)]) == 0
    assert target.read_bytes() == bytes(range(256)) and target.stat().st_mode & 0o777 == 0o600
    assert main([*arguments, "--output", str(target)]) == 1
    ended = subprocess.run([sys.executable, "-m", "hushtape", *arguments], capture_output=True)
    assert (ended.returncode, ended.stdout) == (0, bytes(range(256)))


@pytest.mark.parametrize(
    "wrong",
    [["9"], ["--raw", "response"], ["0", "--output", "x"], ["--status", "4x"], ["--raw", "both"],
     ["--url", "nothing", "--raw", "request"]],
)  # fmt: skip
def test_wrong_usage_ends_with_2(cassette: Path, wrong: list[str], capsys: Captured) -> None:
    assert main(["show", str(cassette), *wrong]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"interactions": [{}]}', b"\x1b]0;x\x07", b"\xff\xfe"]
)
def test_what_is_no_cassette_is_an_error_in_a_line(tmp_path: Path, content: bytes, capsys: Captured) -> None:
    (tmp_path / "bad.json").write_bytes(content)
    assert main(["show", str(tmp_path / "bad.json")]) == 1
    err = capsys.readouterr().err
    assert "read the cassette" in err and err.startswith("hushtape: ") and "\x1b" not in err


def test_a_long_body_is_cut_and_full_is_whole(tmp_path: Path, capsys: Captured) -> None:
    long = [interaction("/", list(range(500))), interaction("/line", b"x" * 100_000)]
    path = str(seal(tmp_path / "long.json", long))
    assert main(["show", path, "0-1"]) == 0
    out = capsys.readouterr().out
    assert "--full shows all" in out and len(out) < 5_000
    assert main(["show", path, "0-1", "--full"]) == 0
    assert "  499\n]" in (out := capsys.readouterr().out) and "x" * 100_000 in out


def test_a_terminal_gets_colours_and_no_raw_body(cassette: Path) -> None:
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "", "FORCE_COLOR": ""}
    for arguments, code in (["0"], 0), (["2", "--raw", "response"], 2):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "hushtape", "show", str(cassette), *arguments]
        ended = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, env=environment)
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # Linux: the other side was closed
            pass
        os.close(ours)
        assert ended.returncode == code
        assert (b"\x1b[1minteraction 0\x1b[0m" in shown) is (code == 0)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return seal(tmp_path / "many.json", [interaction(f"/{n}", {"n": n}) for n in range(5_000)])


def test_a_reader_that_leaves_early_is_no_error(many: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "hushtape", "show", str(many)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout is not None and running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    assert running.wait(60) == 141 and running.stderr.read() == b""
    running.stderr.close()


def test_an_interrupt_ends_it_without_a_traceback(many: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "hushtape", "show", str(many), "0-4999"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # Shells let their background jobs ignore it, and a suite that is such a job hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert running.stdout is not None
    running.stdout.readline()  # it is at work, and will wait for us to read
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130 and err == b"hushtape: interrupted\n"


def test_a_cut_at_the_end_is_told(tmp_path: Path, capsys: Captured) -> None:
    stored = interaction("/", b"half")
    assert stored.response is not None
    short = structs.replace(stored.response, ending="short", shortfall=6, framing="chunked", coding=("gzip",))
    path = seal(tmp_path / "short.json", [Interaction(stored.request, short)], complete=False)
    assert main(["show", str(path), "0"]) == 0
    out = capsys.readouterr().out
    assert "the server ended early, 6 bytes of it never came" in out
    assert "framing: chunked" in out and "content coding undone: gzip" in out
    assert main(["show", str(path)]) == 0
    assert "partial: its recording ended early" in capsys.readouterr().out


YAML = """\
interactions:
- request:
    body: null
    headers: {Authorization: [Bearer abc.def-secret]}
    method: GET
    uri: https://api.example.com/b?api_key=qwertyuiop
  response:
    body: {string: '{"password": "hunter22"}'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
version: 1
"""
HAR = {
    "startedDateTime": "2026-11-28T08:00:00.000Z",
    "time": 1,
    "request": {"method": "GET", "url": "https://api.example.com/b?api_key=qwertyuiop",
                "headers": [{"name": "Authorization", "value": "Bearer abc.def-secret"}], "queryString": [],
                "httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1, "bodySize": -1},
    "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [],
                 "headers": [{"name": "Content-Type", "value": "application/json"}], "headersSize": -1,
                 "content": {"size": 1, "mimeType": "application/json", "text": '{"password": "hunter22"}'},
                 "bodySize": -1, "redirectURL": ""},
    "cache": {},
    "timings": {"send": 0, "wait": 1, "receive": 0},
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [("theirs.yaml", YAML), ("theirs.har", json.dumps({"log": {"version": "1.2", "entries": [HAR]}}))],
)
def test_cassettes_of_every_format_are_shown_compared_and_counted(
    tmp_path: Path, name: str, text: str, capsys: Captured
) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert main(["show", str(path), "0"]) == 0
    out = capsys.readouterr().out
    assert "GET https://api.example.com/b?api_key=REDACTED" in out and '"password": "REDACTED"' in out
    assert "secret" not in out.replace("--unscrubbed", "") and "What may be a credential is hidden" in out
    assert main(["stats", str(path)]) == 0 and main(["diff", str(path), str(path)]) == 0
    assert "qwertyuiop" not in capsys.readouterr().out


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Of three interactions the second has a header field that would split the answer."""

    def one(number: int, value: str) -> dict[str, object]:
        answer = {"status": {"code": 200, "message": "OK"}, "headers": {"A": [value]}, "body": {"string": ""}}
        return {"request": {"method": "GET", "uri": f"https://a.test/{number}"}, "response": answer}

    return vcrpy(tmp_path / "broken.json", [one(0, "b"), one(1, "b\r\nC: d"), one(2, "b")])


def test_a_list_goes_past_what_can_not_be_read_and_names_it(broken: Path, capsys: Captured) -> None:
    assert main(["show", str(broken), "--url", "/2"]) == 1
    out, err = capsys.readouterr()
    assert err.startswith("hushtape: 1 interaction can't be read: read the cassette")
    told = out.splitlines()
    assert told[1].startswith("1  bad   an interaction can't be replayed: ") and "(line 1, byte " in told[1]
    assert told[2].startswith("2  200") and told[3] == "2 of 3 interactions"


def test_whole_interactions_are_shown_past_one_that_can_not_be_read(broken: Path, capsys: Captured) -> None:
    assert main(["show", str(broken), "1-2"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("interaction 1 of 3") and told[1].startswith(
        "! an interaction can't be replayed"
    )
    assert "interaction 2 of 3" in told[3]


def test_json_says_what_can_not_be_read(broken: Path, capsys: Captured) -> None:
    for numbers in ([], ["0-2"]):
        assert main(["show", str(broken), "--json", *numbers]) == 1
        found = json.loads(capsys.readouterr().out)["interactions"]
        assert [one["number"] for one in found] == [0, 1, 2]
        assert "can't be replayed" in found[1]["error"] and "error" not in found[2]


def test_of_what_can_not_be_read_no_body_is_written(broken: Path, capsys: Captured) -> None:
    assert main(["show", str(broken), "1", "--raw", "response"]) == 1
    assert "can't be replayed" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
@pytest.mark.parametrize("words", [["show"], ["show", "--json"], ["stats"], ["show", "0-9", "--full"]])
def test_an_output_that_can_not_be_written_is_an_error_in_a_line(many: Path, words: list[str]) -> None:
    command = [sys.executable, "-m", "hushtape", words[0], str(many), *words[1:]]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "hushtape: No space left on device\n")


def test_a_body_that_can_not_be_written_whole_leaves_no_file(tmp_path: Path) -> None:
    path = seal(tmp_path / "orders.json", [interaction("/", b"x" * 100_000)])
    command = [sys.executable, "-m", "hushtape", "show", str(path), "0", "--raw", "response", "--output"]
    command.append(str(tmp_path / "body"))
    limit = (10_000, 10_000)
    ended = subprocess.run(
        command, stderr=subprocess.PIPE, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )  # fmt: skip
    assert ended.returncode == 1 and "File too large. Free some disk space" in ended.stderr
    assert not (tmp_path / "body").exists()
