"""Files for the scan's tests: cassettes of other tools, written by hand, and a scan of them.

Must not: test anything. Called by: the tests of this folder and of the command.
"""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from hushtape.scan import Finding, Result, Run

SECRET = "k-93b1c07e55/Zq+w"


def scan(*paths: Path, redact: bool = False, **known: str) -> Result:
    """A scan with known values."""
    return Run(known, redact=redact).over(paths)


def found(path: Path, **known: str) -> list[tuple[str, str]]:
    """(pointer, rule) of each finding."""
    return [(one.pointer, one.rule) for one in scan(path, **known).findings]


def only(result: Result) -> Finding:
    (finding,) = result.findings
    return finding


def vcrpy_json(
    body: str, headers: dict[str, list[str]] | None = None, uri: str = "https://api.test/"
) -> dict[str, Any]:
    """A cassette as vcrpy's JSON serializer writes it."""
    request = {"method": "GET", "uri": uri, "headers": headers or {}, "body": None}
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": body}}
    return {"version": 1, "interactions": [{"request": request, "response": response}]}


def written(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document))
    return path


def yaml_binary(data: bytes, indent: int = 8) -> str:
    """`!!binary |` with lines of 76 characters, as PyYAML writes bytes."""
    text = b64encode(data).decode()
    lines = [text[at : at + 76] for at in range(0, len(text), 76)]
    return "!!binary |\n" + "".join(f"{' ' * indent}{line}\n" for line in lines)


def vcrpy_yaml(body: str, authorization: str = "Bearer REDACTED") -> str:
    """A cassette as vcrpy's YAML serializer writes it; `body` is the scalar as it stands in the file."""
    return f"""interactions:
- request:
    body: null
    headers:
      Accept:
      - '*/*'
      Authorization:
      - {authorization}
    method: GET
    uri: https://api.test/orders
  response:
    body:
      string: {body.rstrip()}
    headers:
      Content-Type:
      - application/json
    status:
      code: 200
      message: OK
version: 1
"""
