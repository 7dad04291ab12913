"""Any cassette that vcrpy 9 replays, hushtape replays with the same answers: both are asked, and compared.

vcrpy runs in an environment of its own (requirements/bench-vcrpy.txt, pinned). It records against a real
server, and replays those cassettes and the corpus; then the same calls are made under hushtape.
"""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from hushtape.cassette import CassetteReader, convert
from tests.cassette.foreign.corpus import CASSETTES
from tests.support.environments import environment
from tests.support.servers import Server

SIDE = Path(__file__).with_name("vcrpy_side.py")
DROPPED = ("transfer-encoding", "content-length")
"""vcrpy takes out the first and leaves the second as it was; here both tell how the body is sent."""


def vcrpy(*arguments: object) -> str:
    python = environment("bench-vcrpy")
    ended = subprocess.run([python, SIDE, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


def record(path: Path, server: Server) -> None:
    """With hushtape: text, a coded answer, cookies, a redirect, and a failure between them."""
    with hushtape.use_cassette(path), socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        taken.close()
        for call in ("/echo?a=1", "/coded/gzip", "/cookies", "/redirect/1", "/status/204", "/empty"):
            requests.get(server.url + call, allow_redirects=False, timeout=5)
            with pytest.raises(requests.ConnectionError):
                requests.get(nobody, timeout=5)
        requests.post(server.url + "/upload", data={"one": "1"}, timeout=5)
        if path.suffix == ".yaml":
            requests.post(server.url + "/upload", data=b"\x00\xff", timeout=5)
            requests.get(server.url + "/chunked/90000", timeout=5)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The folder of all cassettes, and what a program saw that vcrpy replayed them to."""
    folder = tmp_path_factory.mktemp("cassettes")
    with Server() as server:
        vcrpy("record", folder, server.url)
        for name in OURS:
            record(folder / name, server)
    convert(folder / "ours.yaml", folder / "converted.yaml")
    convert(folder / "ours.json", folder / "converted.json", style="vcrpy-json")
    convert(folder / "plain.yaml", folder / "rewritten.yaml")
    convert(folder / "ours.yaml", folder / "ours.har")
    convert(folder / "ours.har", folder / "from_har.yaml")
    (folder / "ours.har").unlink()
    for name, text in CASSETTES.items():
        (folder / name).write_bytes(text.encode())
    yield folder, json.loads(vcrpy("replay", folder))


OURS = ("ours.json", "ours.yaml")
CONVERTED = ("converted.yaml", "converted.json", "rewritten.yaml", "from_har.yaml")
RECORDED = ("plain.yaml", "plain.json", "decoded.yaml", "decoded.json")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", sorted({*RECORDED, *OURS, *CONVERTED, *CASSETTES}))
def test_the_same_answers_as_vcrpy(seen: tuple[Path, dict[str, Any]], name: str) -> None:
    folder, answers = seen
    assert "error" not in answers[name], "this is a cassette that vcrpy replays"
    assert answers[name]["answers"] == replay(folder / name, answers[name]["answers"])


def replay(path: Path, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same calls under hushtape, told in the same way."""
    told = []
    with hushtape.use_cassette(path, mode="none"):
        for expected in answers:
            call = expected["call"]
            body = b64decode(call["body"]) if call["body"] is not None else None
            with requests.Session() as session:
                answer = session.request(
                    call["method"], call["uri"], data=body, allow_redirects=False, timeout=5
                )
            told.append(
                {
                    "call": call,
                    "status": answer.status_code,
                    "reason": answer.reason,
                    "fields": [[name, value] for name, value in answer.raw.headers.items()],
                    "content": answer.content,
                }
            )
    return [same(expected, found) for expected, found in zip(answers, told, strict=True)]


def same(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """`expected` where `found` says the same; else `found`, for the comparison to show."""
    alike = found["content"] in content(expected) and fields(expected) == fields(found)
    alike = alike and (expected["status"], expected["reason"] or "") == (found["status"], found["reason"])
    return expected if alike else {**found, "fields": fields(found), "expected": fields(expected)}


def content(told: dict[str, Any]) -> list[bytes]:
    """What a program may see: vcrpy hands compressed bytes to urllib3 2 as they stand, undecoded."""
    data = b64decode(told["content"])
    return [data, gzip.decompress(data)] if data.startswith(b"\x1f\x8b\x08") else [data]


def fields(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Header fields, sorted. vcrpy keeps a folded value folded, and sends latin-1 in UTF-8; servers don't."""
    plain = [(name.lower(), value.replace("\r\n ", " ")) for name, value in told["fields"]]
    return sorted((name, utf8(value)) for name, value in plain if name not in DROPPED)


def utf8(value: str) -> str:
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


@pytest.mark.parametrize("name", ["plain.yaml", "decoded.json"])
def test_all_requests_of_a_recorded_cassette_match_in_every_way(
    seen: tuple[Path, dict[str, Any]], name: str
) -> None:
    folder, answers = seen
    names = ("method", "uri", "body", "raw_body")
    with hushtape.use_cassette(folder / name, mode="none", match_on=names) as tape:
        for expected in answers[name]["answers"]:
            call = expected["call"]
            body = b64decode(call["body"]) if call["body"] is not None else None
            requests.request(call["method"], call["uri"], data=body, allow_redirects=False, timeout=5)
        assert tape.played == len(CassetteReader.open(folder / name))


@pytest.mark.parametrize(
    ("name", "played"), [("ours.json", 7), ("ours.yaml", 9), ("converted.yaml", 9), ("converted.json", 7)]
)
def test_vcrpy_replays_our_cassettes_all_but_the_failures(
    seen: tuple[Path, dict[str, Any]], name: str, played: int
) -> None:
    folder, answers = seen
    assert len(CassetteReader.open(folder / name)) == played + 6
    assert len(answers[name]["answers"]) == played
