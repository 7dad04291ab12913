"""A recording process that dies around a lesson: what was not searched is named, all else is redacted."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hushtape.cassette import recover
from hushtape.cli import main
from tests.contract.test_learned import TOKEN, api, assert_hidden
from tests.support import certificates
from tests.support.servers import Server

CHILD = """
import os, signal, sys, requests, hushtape
from hushtape.session import learning
url, bundle, path, moment = sys.argv[1:]

def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

if moment == "no time":
    learning.BUDGET = 0.0
elif moment == "searching":
    learning.Learning._look = die
with hushtape.use_cassette(path), requests.Session() as session:
    session.trust_env, session.verify = False, bundle
    for number in range(3):
        session.get(f"{url}/large/{number}", timeout=5)
    session.get(f"{url}/none", timeout=5)
    session.get(f"{url}/oauth", timeout=5)
    session.get(f"{url}/items", timeout=5)
    die()
"""


@pytest.fixture
def remote() -> Iterator[Server]:
    with Server(api, tls=True) as made:
        yield made


def killed(server: Server, path: Path, moment: str) -> None:
    command = [sys.executable, "-c", CHILD, server.url, certificates.bundle(), str(path), moment]
    child = subprocess.run(command, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL


def test_a_journal_that_was_searched_is_recovered_without_the_secret(remote: Server, cassette: Path) -> None:
    killed(remote, cassette, "later")
    assert_hidden(cassette.parent, TOKEN)
    recovery = recover(cassette)
    assert recovery.recovered == 6 and recovery.unsearched == ()
    assert_hidden(cassette.parent, TOKEN)


@pytest.mark.parametrize(("moment", "kept"), [("no time", 6), ("searching", 4)])
def test_recover_names_the_interactions_that_were_not_searched(
    moment: str, kept: int, remote: Server, cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(remote, cassette, moment)
    assert main(["recover", str(cassette)]) == 1
    told = capsys.readouterr().out
    assert f"recovered {kept} interactions" in told
    assert "4 interactions may hold a secret that was learned later" in told and ": 0-3." in told
    assert TOKEN not in told


def test_a_recovered_cassette_replays_where_a_token_stood_in_base64(remote: Server, cassette: Path) -> None:
    """The head of the file lists what may stand for a learned value, though nobody sealed it."""
    killed(remote, cassette, "later")
    recover(cassette)
    head = cassette.read_text()[:600]
    assert '"placeholders": [' in head and "UkVEQUNURUQh" in head
