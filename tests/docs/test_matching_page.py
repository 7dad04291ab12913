"""The report that docs/matching.md shows is the one that is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

import hushtape
from tests.docs.examples import ROOT, examples

URL = "https://api.example.com/v1/orders"
KIND = {"Content-Type": ["application/json"]}
OPTIONS: dict[str, Any] = {
    "mode": "none",
    "match_on": ("method", "scheme", "host", "port", "path", "query", "body"),
    "secrets": {"#key": "k-93b1c07e55"},
}


def recorded(method: str, uri: str, body: object = None) -> dict[str, Any]:
    answer = {"status": {"code": 200, "message": "OK"}, "headers": KIND, "body": {"string": "{}"}}
    sent = None if body is None else json.dumps(body)
    asked = {"method": method, "uri": uri, "headers": KIND if sent else {}, "body": sent}
    return {"request": asked, "response": answer}


def ask() -> None:
    body = {"nonce": "b7", "filter": {"since": "2026-01-01", "state": "open"}}
    requests.post(f"{URL}/search?api_key=k-93b1c07e55&ts=1760000000", json=body, timeout=5)


def test_the_report_beside_vcrpys_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUSHTAPE_MODE", raising=False)
    body = {"filter": {"state": "open", "since": "2026-01-01"}, "nonce": "a1"}
    search = recorded("POST", f"{URL}/search?api_key=REDACTED&ts=1700000000", body)
    pages = [recorded("GET", f"{URL}?page={page}") for page in (1, 2)]
    Path("orders.json").write_text(json.dumps({"version": 1, "interactions": [*pages, search]}))
    with hushtape.use_cassette("orders.json", **OPTIONS) as tape:
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            ask()
        tape.acknowledge(caught.value)
    shown = [example.text for example in examples(ROOT / "docs" / "matching.md", "text")]
    assert str(caught.value) + "\n" == shown[0]
    with hushtape.use_cassette(
        "orders.json", ignore_query={"ts"}, ignore_json={"$.nonce"}, **OPTIONS
    ) as tape:
        ask()
    assert tape.played == 1
