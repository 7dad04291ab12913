"""Runs where the real vcrpy is installed: records and replays with it, and tells what a program sees.

Must not: import hushtape. Called by: real_vcrpy.py, as `python vcrpy_side.py record|replay FOLDER [URL]`.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import requests
import vcr

CALLS = (
    ("GET", "/echo?a=1", None),
    ("POST", "/upload", b"one=1&two=2"),
    ("POST", "/upload", b"\x00\xff\xfe"),
    ("GET", "/coded/gzip", None),
    ("GET", "/coded/deflate", None),
    ("GET", "/coded/gzip?chunked", None),
    ("GET", "/redirect/1", None),
    ("GET", "/cookies", None),
    ("HEAD", "/echo", None),
    ("GET", "/status/204", None),
    ("GET", "/status/404", None),
    ("GET", "/headers", None),
    ("GET", "/empty", None),
)
BINARY = (("GET", "/binary/700", None), ("GET", "/chunked/9000", None))
MATCH = ("method", "scheme", "host", "port", "path", "query")


def record(folder: Path, url: str) -> None:
    for suffix in ("yaml", "json"):
        for decode in (False, True):
            recorder = vcr.VCR(serializer=suffix, match_on=MATCH, decode_compressed_response=decode)
            calls = CALLS + (BINARY if suffix == "yaml" else ())
            if suffix == "json":
                calls = tuple(call for call in calls if call[2] != b"\x00\xff\xfe")
                if not decode:
                    calls = tuple(call for call in calls if "/coded" not in call[1])
            name = f"{'decoded' if decode else 'plain'}.{suffix}"
            with recorder.use_cassette(str(folder / name)):
                session = requests.Session()
                for method, path, body in calls:
                    session.request(method, url + path, data=body, allow_redirects=False, timeout=5)


def replay(path: Path) -> dict[str, Any]:
    serializer = "json" if path.suffix == ".json" else "yaml"
    recorder = vcr.VCR(serializer=serializer, record_mode="none", match_on=MATCH)
    answers = []
    with recorder.use_cassette(str(path)) as cassette:
        for request in list(cassette.requests):
            body = request.body
            if hasattr(body, "read"):
                body = body.read()
            elif hasattr(body, "__next__"):
                body = b"".join(part if isinstance(part, bytes) else part.encode() for part in body)
            call = {"method": request.method, "uri": request.uri, "body": encoded(body)}
            with requests.Session() as session:
                answer = session.request(
                    request.method, request.uri, data=body, allow_redirects=False, timeout=5
                )
            fields = [[name, value] for name, value in answer.raw.headers.items()]
            told = {"status": answer.status_code, "reason": answer.reason, "fields": fields}
            answers.append({"call": call, **told, "content": encoded(answer.content)})
    return {"answers": answers}


def encoded(body: Any) -> str | None:
    if body is None:
        return None
    return base64.b64encode(body.encode() if isinstance(body, str) else body).decode()


def main(action: str, folder: Path, url: str = "") -> None:
    if action == "record":
        record(folder, url)
        return
    found = {}
    for path in sorted(folder.iterdir()):
        try:
            found[path.name] = replay(path)
        except Exception as error:  # what vcrpy can't replay is a finding, too
            found[path.name] = {"error": f"{type(error).__name__}: {error}"[:300]}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
