"""A recording at the end of the interpreter: the program wins over its recorder, silently."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers import Server
from tests.support.wire import Call

OPEN = """
import hushtape,requests,sys
c=hushtape.use_cassette(sys.argv[2],mode='all');c.__enter__()
s=requests.Session();r=s.get(sys.argv[1]+'/q',stream=True);r.raw.read(30)
"""
KEPT = ("", "sys.keep=(c,r,s)", "requests.kept=(c,r,s)")
"""Where something still holds it when the modules go, one after another."""


def large(call: Call) -> None:
    call.body()
    call.reply(200, b'{"password":"n037KxJ8Qw2LmzTv"}' + b" " * 90_000)


@pytest.mark.parametrize("kept", KEPT)
def test_an_answer_that_is_open_at_the_end_prints_nothing(kept: str, tmp_path: Path) -> None:
    with Server(large) as server:
        ended = subprocess.run(
            [sys.executable, "-X", "dev", "-c", OPEN + kept, server.url, str(tmp_path / "tape.json")],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 0
    assert "Error" not in ended.stderr and "hushtape" not in ended.stderr
