"""A client that the program imports for the first time while a tape is open is watched all the same.

In a fresh interpreter: this one has imported all of them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers import Server

CALLS = {
    "http.client": (
        "import http.client\n"
        "connection = http.client.HTTPConnection(*address); connection.request('GET', '/echo')\n"
        "connection.getresponse().read()"
    ),
    "from http.client": (
        "from http.client import HTTPConnection\n"
        "connection = HTTPConnection(*address); connection.request('GET', '/echo')\n"
        "connection.getresponse().read()"
    ),
    "urllib.request": "import urllib.request; urllib.request.urlopen(url).read()",
    "urllib3": "import urllib3; urllib3.PoolManager().request('GET', url)",
    "requests": "import requests; requests.get(url, timeout=5)",
}


@pytest.mark.parametrize("client", CALLS)
def test_it_is_recorded_and_replayed(client: str, tmp_path: Path) -> None:
    code = (
        "import sys, warnings, hushtape\n"
        "warnings.simplefilter('error', hushtape.HushtapeWarning)\n"
        "url, cassette = sys.argv[1:]\n"
        "address = (url.split('/')[2].split(':')[0], int(url.split('/')[2].split(':')[1]))\n"
        "with hushtape.use_cassette(cassette) as tape:\n"
        "    assert 'http.client' not in sys.modules\n"
        + "".join(f"    {line}\n" for line in CALLS[client].splitlines())
        + "print(tape.recorded, tape.played)"
    )
    with Server() as server:
        command = [sys.executable, "-c", code, f"{server.url}/echo", str(tmp_path / "tape.json")]
        first = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert first.stdout == "1 0\n", first.stderr
    second = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert second.stdout == "0 1\n", second.stderr


def test_a_recording_whose_client_can_not_be_watched_is_not_published(tmp_path: Path) -> None:
    code = (
        "import sys, hushtape, hushtape.clients.registry as registry\n"
        "registry.ADAPTERS['http.client'] = ('no_such_adapter',)\n"
        "try:\n"
        "    with hushtape.use_cassette(sys.argv[1]) as tape:\n"
        "        import http.client\n"
        "except hushtape.RecordingFailedError as error: print('failed', 'http.client' in str(error))\n"
    )
    cassette = tmp_path / "tape.json"
    ended = subprocess.run(
        [sys.executable, "-c", code, str(cassette)], capture_output=True, text=True, timeout=60
    )
    assert ended.stdout == "failed True\n", ended.stderr
    assert not cassette.exists()
