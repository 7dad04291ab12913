"""HAR files as browsers write them: each place in which a credential may stand, told once, redacted."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from hushtape.scan import Run

SECRET, KNOWN, SHORT = "hunter-two-Words-7", "Zq7A-unGuessable+0/93x", "a81bd0cc9e7f"
JSON = json.dumps({"note": "x" * 40, "client_secret": SECRET, "z": 1})
PART = f'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n{SECRET}\r\n--x--\r\n'


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def pair(name: str, value: str, **more: str) -> dict[str, str]:
    return {"name": name, "value": value, **more}


REQUESTS: dict[str, dict[str, Any]] = {
    "a cookie": {"cookies": [pair("sid", SHORT, path="/")]},
    "a cookie, value first": {"cookies": [{"value": SHORT, "name": "sid"}]},
    "a cookie behind a bracket": {"cookies": [pair("x", "a]b"), pair("sid", SHORT)]},
    "a parameter of a form": {"postData": {"mimeType": "a/b", "params": [pair("client_secret", SECRET)]}},
    "value first": {"postData": {"mimeType": "a/b", "params": [{"value": SECRET, "name": "pwd"}]}},
    "a form": {"postData": {"mimeType": "a/b", "text": f"user=bob&password={SECRET}"}},
    "JSON": {"postData": {"mimeType": "application/json", "text": JSON}},
    "a part": {"postData": {"mimeType": "multipart/form-data; boundary=x", "text": PART}},
    "a part in base64": {"postData": {"mimeType": "a/b", "text": b64(PART), "encoding": "base64"}},
    "a parameter of the query": {"queryString": [pair("a", "b"), pair("access_token", SECRET)]},
    "a key in the query": {"queryString": [pair("api_key", SHORT)]},
    "the URL": {"url": f"https://api.example.com/x?access_token={SECRET}"},
    "Authorization": {"headers": [pair("Accept", "*/*"), pair("Authorization", f"Bearer {SECRET}")]},
    "Authorization, value first": {"headers": [{"value": f"Bearer {SECRET}", "name": "authorization"}]},
    "Basic": {"headers": [pair("Authorization", "Basic " + b64(f"bob:{SECRET}"))]},
    "a key in a field": {"headers": [pair("x-api-key", "k-123-xyz")]},
    "a field with a comment": {"headers": [{"name": "X-Api-Key", "comment": "hi", "value": "k-123-xyz"}]},
    "Cookie": {"headers": [pair("cookie", f"sid={SHORT}; theme=x")]},
}  # fmt: skip
RESPONSES: dict[str, dict[str, Any]] = {
    "a cookie": {"cookies": [pair("session", SHORT, path="/", domain=".example.com")]},
    "Set-Cookie": {"headers": [pair("set-cookie", f"sid={SHORT}; Path=/; HttpOnly")]},
    "JSON": {"content": {"size": 9, "mimeType": "application/json", "text": JSON}},
    "JSON in base64": {"content": {"size": 9, "text": b64(JSON), "encoding": "base64"}},
    "JSON in base64, told before": {"content": {"encoding": "base64", "text": b64(JSON)}},
    "a known value in base64": {"content": {"text": b64(f"hello {KNOWN} there"), "encoding": "base64"}},
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("side", "place"),
    [*(("request", place) for place in REQUESTS), *(("response", place) for place in RESPONSES)],
)
def test_each_place_is_told_once_and_redacted(
    side: str, place: str, indent: int | None, tmp_path: Path
) -> None:
    request = {"method": "POST", "url": "https://api.example.com/x", "headers": [], "cookies": []}
    response = {"status": 200, "headers": [], "cookies": [], "content": {"size": 2, "text": "{}"}}
    entry = {"request": request, "response": response, "cache": {}}
    said = (REQUESTS if side == "request" else RESPONSES)[place]
    other = {**entry, side: {**(request if side == "request" else response), **said}}
    path = tmp_path / "browser.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry, other]}}, indent=indent))

    found = Run(known={"n": KNOWN}).over([path]).findings
    assert [(one.pointer.startswith(f"/log/entries/1/{side}/"), one.fixable) for one in found] == [
        (True, True)
    ]
    Run(known={"n": KNOWN}, redact=True).over([path])
    assert Run(known={"n": KNOWN}).over([path]).findings == []
    clean = json.loads(path.read_text())["log"]["entries"]
    assert clean[0] == entry
    assert clean[1] != other
