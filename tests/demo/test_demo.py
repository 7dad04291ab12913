"""The whole demonstration, run as a user would: it holds, it is clean, and it fails when it should."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from hushtape.cli import main
from hushtape.demo import extractor, server, story
from hushtape.demo.api import Api, Keys
from hushtape.demo.runner import Run, RunFailedError, launch
from hushtape.demo.screen import Screen
from hushtape.errors import MissingDependencyError


def test_the_demo_holds_and_keeps_its_cassette(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    command = [sys.executable, "-m", "hushtape", "demo", "--keep", str(kept)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Same bytes, no network, no secret on disk." in ended.stdout
    assert "Authorization" in ended.stdout and "Bearer REDACTED" in ended.stdout
    assert all(way in ended.stdout for way in ("bare", "recorded", "replayed"))
    assert "\x1b" not in ended.stdout and max(map(len, ended.stdout.splitlines())) <= 80 + len(str(kept))
    cassette = json.loads((kept / "demo.json").read_text())
    assert len(cassette["interactions"]) == 123
    assert [path.name for path in kept.iterdir() if path.name.endswith(".recording")] == []


def told(tmp_path: Path, **changed: Run) -> tuple[int, str]:
    """A story whose runs are invented: what it makes of them."""
    stream = io.StringIO()
    tale = story.Story(tmp_path, None, Screen(stream))
    same = Run(seconds=1.0, memory=1000, first_event=0.01, exchanges=3)
    tale.runs = {way: changed.get(way, same) for way in ("bare", "recorded", "replayed")}
    tale.check(tale.runs["recorded"].exchanges == tale.runs["replayed"].exchanges, "exchanges", ["differ"])
    tale.figures()
    return tale.verdict(), stream.getvalue()


def test_a_mismatch_makes_the_exit_code_1(tmp_path: Path) -> None:
    assert told(tmp_path)[0] == 0
    code, text = told(tmp_path, replayed=Run(1.0, 1000, 0.01, 2))
    assert code == 1 and "differ" in text and "1 check failed" in text


def test_outputs_that_differ_are_noticed(tmp_path: Path) -> None:
    tale = story.Story(tmp_path, None, Screen(io.StringIO()))
    for way, text in (("bare", "a"), ("recorded", "a"), ("replayed", "b")):
        (tmp_path / way).mkdir()
        (tmp_path / way / "orders.jsonl").write_text(text)
    assert tale.equal("recorded", "orders.jsonl") and not tale.equal("replayed", "orders.jsonl")


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    order = {"way": "bare", "url": "https://127.0.0.1:9", "bundle": "/nowhere.pem", "client": {},
             "cassette": "", "output": str(tmp_path)}  # fmt: skip
    with pytest.raises(RunFailedError, match="nowhere"):
        launch(order, Screen(io.StringIO()))


def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError) as caught:
        server.require("trustme")
    assert caught.value.extra == "demo"
    assert main(["demo"]) == 1
    assert "pip install 'hushtape[demo]'" in capsys.readouterr().err


def test_the_api_counts_secrets_and_refuses_strangers() -> None:
    keys = Keys.invent()
    api = Api(keys)
    refused = api.answer("GET", "/v1/orders?page=1", {}, b"")
    assert refused.status == 401
    form = f"client_secret={keys.client_secret}".encode()
    assert api.answer("POST", "/oauth/token", {}, form).status == 200
    assert (api.seen["client_secret"], api.seen["access_token"]) == (1, 1)


def test_two_runs_of_the_extractor_write_the_same(tmp_path: Path) -> None:
    api = Api(Keys.invent())
    context, bundle = server.certificates(tmp_path)
    running = server.DemoServer(api, context)
    running.start()
    client = {name: getattr(api.keys, name) for name in ("client_id", "client_secret", "api_key")}
    try:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            extractor.extract(running.url, str(bundle), client, tmp_path / name, lambda *_: None, {})
    finally:
        running.stop()
    for output in story.OUTPUTS:
        assert (tmp_path / "one" / output).read_bytes() == (tmp_path / "two" / output).read_bytes()
    assert not story.answers(running.port)
