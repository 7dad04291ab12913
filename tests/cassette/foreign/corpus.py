"""Cassettes as other tools wrote them over the years, each case one file. Must not: test anything.

Called by: the tests of this folder. Written by hand from what the releases of vcrpy wrote; `real_vcrpy.py`
adds what vcrpy records itself. URIs name a host of .test, which no request can reach.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any


def one(path: str, body: Any = None, **response: Any) -> dict[str, Any]:
    """An interaction of vcrpy's JSON."""
    headers = response.pop("headers", {"Content-Type": ["text/plain"]})
    return {
        "request": {
            "method": "GET",
            "uri": f"https://api.test{path}",
            "body": None,
            "headers": {"Accept": ["*/*"]},
        },
        "response": {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": body, **response},
    }


def cassette(*interactions: dict[str, Any], **more: Any) -> str:
    return json.dumps({"version": 1, "interactions": list(interactions), **more}, indent=1)


def posted(body: Any, **headers: Any) -> dict[str, Any]:
    made = one("/posted", {"string": "ok"})
    made["request"].update(method="POST", body=body, headers=headers)
    return made


GZIPPED = base64.encodebytes(gzip.compress(b'{"packed": true}', mtime=0)).decode()

HEAD = """\
interactions:
- request:
    body: {body}
    headers:
      Accept: ['*/*']
      User-Agent:
      - python-requests/2.31.0
    method: {method}
    uri: https://api.test/yaml
"""
ANSWER = """\
  response:
    body:
      string: {string}
    headers: {headers}
    status: {{code: 200, message: {message}}}
version: 1
"""


def yaml(body: str = "null", string: str = "'hello'", headers: str = "{A: [b]}", **more: str) -> str:
    """A cassette of one interaction in vcrpy's YAML."""
    given = {"method": "GET", "message": "OK", "body": body, "string": string, "headers": headers} | more
    return (HEAD + ANSWER).format(**given)


def binary(data: bytes) -> str:
    return "!!binary |\n        " + base64.b64encode(data).decode()


CASSETTES = {
    "text.json": cassette(one("/", {"string": "hello"})),
    "no_path.json": cassette(one("", {"string": "hello"})),
    "unicode.json": cassette(one("/", {"string": "caf\u00e9 \U0001f600 \x7f\u2028"})),
    "empty.json": cassette(one("/", {"string": ""})),
    "repeated_fields.json": cassette(
        one("/", {"string": "x"}, headers={"Set-Cookie": ["a=1", "b=2"], "X-E": [""]})
    ),
    "no_reason.json": cassette(one("/", {"string": "x"}, status={"code": 200, "message": ""})),
    "extra_keys.json": cassette(
        one("/", {"string": "x", "encoding": "utf-8"}, url="https://api.test/", protocol=11)
    ),
    "chunked.json": cassette(one("/", {"string": "x" * 3000}, headers={"Transfer-Encoding": ["chunked"]})),
    "wrong_length.json": cassette(one("/", {"string": "x" * 30}, headers={"X": ["y"]})),
    "posted.json": cassette(
        posted("a=1&b=caf\u00e9", **{"Content-Type": ["application/x-www-form-urlencoded"]})
    ),
    "posted_nothing.json": cassette(posted("")),
    "posted_header_text.json": cassette(posted("a", **{"X-One": "plain text"})),
    "posted_null.json": cassette(posted(None)),
    "order.json": cassette(*[one("/same", {"string": str(number)}) for number in range(5)]),
    "metadata.json": cassette(one("/", {"string": "x"}), metadata={"today": "2026-01-31"}),
    "no_version.json": json.dumps({"interactions": [one("/", {"string": "x"})]}),
    "null_answer.json": cassette({**one("/gone", None), "response": None}, one("/", {"string": "x"})),
    "folded.json": cassette(one("/", {"string": "x"}, headers={"X-Fold": ["a\r\n b"]})),
    "long.json": cassette(one("/", {"string": '0123456789\u00e9\\"\n' * 20_000})),
    "keboola.json": cassette(
        one("/", {"string": "[1]"}),
        _metadata={
            "recorded_at": "2026-01-31T12:00:00+00:00",
            "freeze_time": "auto",
            "keboola_vcr_version": "0.7.1",
        },
    ),
    "plain.yaml": yaml(),
    "double_quoted.yaml": yaml(string='"a\\tb\\x85\\u2028\\U0001F600 caf\\xE9\\\n        \\ tail"'),
    "single_quoted.yaml": yaml(string="'it''s one\n\n        line'"),
    "literal.yaml": yaml(string='|\n        {\n          "a": 1\n        }\n'),
    "literal_kept.yaml": yaml(string="|+\n        one\n\n        two\n\n"),
    "folded_block.yaml": yaml(string=">-\n        one\n        two\n\n        three"),
    "not_ascii.yaml": yaml(string="'caf\u00e9 \U0001f600'", headers="{X-Caf: ['caf\u00e9']}"),
    "binary.yaml": yaml(string=binary(b"\x00\xff\xfe" * 100)),
    "gzipped.yaml": yaml(string=binary(base64.b64decode(GZIPPED)), headers="{Content-Encoding: [gzip]}"),
    "decoded_text.yaml": yaml(headers="{Content-Encoding: [gzip], Content-Length: ['29']}"),
    "decoded_bytes.yaml": yaml(
        string=binary(b"\x1f\x8b" * 60), headers="{Content-Encoding: [br], Content-Length: ['29']}"
    ),
    "python_str.yaml": yaml(body="!!python/str 'a=1'", method="POST", string="!!python/str 'hello'"),
    "python_unicode.yaml": yaml(
        body="!!python/unicode 'a=1'", method="POST", string="!!python/unicode 'hello'"
    ),
    "request_binary.yaml": yaml(body=binary(b"\xff\x00"), method="POST"),
    "bytes_io.yaml": yaml(
        body="!!python/object/new:_io.BytesIO\n      state: !!python/tuple\n      - !!binary |\n"
        "        YT0x\n      - 0\n      - null",
        method="POST",
    ),
    "iterator.yaml": yaml(
        body="!!python/object/apply:builtins.iter\n      args:\n      - - !!binary |\n          YT0=\n"
        "        - !!binary |\n          MQ==",
        method="PUT",
    ),
    "anchors.yaml": """\
interactions:
- request: {body: null, headers: &id001 {A: [b]}, method: GET, uri: 'https://api.test/1'}
  response: &id002
    body: {string: shared}
    headers: *id001
    status: {code: 200, message: OK}
- request: {body: null, headers: *id001, method: GET, uri: 'https://api.test/2'}
  response: *id002
version: 1
""",
    "merge.yaml": """\
interactions:
- request: &base {body: null, headers: {A: [b]}, method: GET, uri: 'https://api.test/1'}
  response: {body: {string: one}, headers: {}, status: {code: 200, message: OK}}
- request: {<<: *base, uri: 'https://api.test/2'}
  response: {body: {string: two}, headers: {}, status: {code: 201, message: Created}}
version: 1
""",
    "indented.yaml": """\
# laid out by hand
---
version: 1
interactions:
    -   request:
            method: GET
            uri: https://api.test/hand
            body:
            headers: {}
        response:
            status:
                code: 200
                message: OK
            headers:
                X-A: [ "1", "2" ]
            body:
                string: |-
                    - request: not an interaction
                    version: 2
    -
        request: {method: GET, uri: "https://api.test/hand2", body: , headers: {}}
        response: {status: {code: 404, message: null}, headers: {}, body: {string: gone}}
...
""",
    "flow.yaml": "{interactions: [{request: {method: GET, uri: 'https://api.test/', body: null, headers: {}},"
    " response: {status: {code: 200, message: OK}, headers: {}, body: {string: flow}}}], version: 1}",
    "json_inside.yaml": cassette(one("/", {"string": "json"})),
    "crlf.yaml": yaml().replace("\n", "\r\n"),
    "metadata.yaml": yaml() + "metadata: {today: !!timestamp '2026-01-31', list: [1, 2.5, true]}\n",
    "nothing.yaml": "interactions: []\nversion: 1\n",
}
