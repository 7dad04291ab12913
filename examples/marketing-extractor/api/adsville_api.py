"""An imitation of a marketing API on loopback: what the example component is recorded against.

Pages with whole next-links, batches, tokens in URLs, reports that take their time, signed image links that
change with every call, rate limits, OAuth. Data depend on ids alone, so that two runs get the same rows.
Run it: `python api/adsville_api.py --port 18443 --authority /tmp/adsville.pem`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

ACCESS_TOKEN = "EAAadsville" + "Zk3vQ9xT" * 8
"""What a configuration with a token of its own holds."""

CLIENT = ("adsville-app", "app-secret-71c2d9e0")
REFRESH_TOKEN = "rt-5f0c9a7be1d24c55"
CAMPAIGNS = 60
ROWS = 70
LOOKS = 3
"""How often a report says RUNNING before it is done."""

LIMITED = 5
"""Every so-many-th page of campaigns is refused once: too many requests."""


@dataclass
class State:
    """What the API remembers between calls."""

    url: str = ""
    tokens: set[str] = field(default_factory=lambda: {ACCESS_TOKEN})
    looks: dict[str, int] = field(default_factory=dict)
    pages: int = 0
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: int, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.fields = status, fields or {}
        self.body = {"error": {"code": code, "type": "OAuthException", "message": message}}


def number_of(text: str) -> int:
    """A number that looks random and is the same in each run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def campaign(number: int) -> dict[str, Any]:
    return {
        "id": f"cmp_{number:04}",
        "name": f"Campaign {number}: léto, 夏",
        "status": ("ACTIVE", "PAUSED", "ARCHIVED")[number_of(f"status {number}") % 3],
        "daily_budget": number_of(f"budget {number}") % 90_000 / 100,
        "owner_email": f"owner{number}@agency.example",
    }


def creative(name: str, number: int) -> dict[str, Any]:
    """Its image link is signed anew with each call, as CDNs do."""
    signature = urlencode({"oe": secrets.token_hex(4), "oh": secrets.token_hex(12)})
    link = f"https://cdn.adsville.example/t/{name}/{number}.jpg?w=64&{signature}"
    return {"id": f"{name}_cr{number}", "name": f"Creative {number} of {name}", "thumbnail": link}


def insight(number: int) -> dict[str, Any]:
    seen = number_of(f"seen {number}") % 100_000
    return {
        "id": f"ins_{number:05}",
        "campaign_id": f"cmp_{number % CAMPAIGNS:04}",
        "impressions": seen,
        "clicks": seen // 37,
        "spend": f"{seen * 0.0031:.2f}",
    }


class Api:
    """The routes, as plain functions of a request."""

    def __init__(self, state: State) -> None:
        self.state = state

    def answer(self, method: str, target: str, body: bytes) -> Any:
        """What is answered; raises ApiError."""
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        with self.state.lock:
            self.state.calls += 1
        if (method, parts.path) == ("POST", "/oauth/token"):
            return self._token(_form(body))
        if (method, parts.path) == ("POST", "/v1/batch"):
            return self._batch(_form(body))
        self._allow(query.get("access_token", ""))
        return self._resource(method, parts.path.removeprefix("/v1/").split("/"), query)

    def _resource(self, method: str, path: list[str], query: dict[str, str]) -> Any:
        match path:
            case ["accounts"]:
                rows = [{"id": f"act_{one}", "name": f"Account {one}"} for one in range(1, 4)]
                return self._page(path, rows, query)
            case [_, "campaigns"]:
                self._limit()
                return self._page(path, [campaign(one) for one in range(CAMPAIGNS)], query)
            case [_, "reports"] if method == "POST":
                with self.state.lock:
                    run = f"rep_{1001 + len(self.state.looks)}"
                    self.state.looks[run] = 0
                return {"report_run_id": run}
            case ["reports", run]:
                return self._look(run)
            case ["reports", _, "rows"]:
                return self._page(path, [insight(one) for one in range(ROWS)], query)
        raise ApiError(404, 803, "Unknown path.")

    def _allow(self, token: str) -> None:
        if token not in self.state.tokens:
            raise ApiError(400, 190, "Invalid OAuth access token.")

    def _limit(self) -> None:
        with self.state.lock:
            self.state.pages += 1
            if self.state.pages % LIMITED == 2:
                fields = {"Retry-After": "0", "X-App-Usage": '{"calls":101}'}
                raise ApiError(429, 4, "Too many calls.", fields)

    def _look(self, run: str) -> Any:
        with self.state.lock:
            if run not in self.state.looks:
                raise ApiError(404, 803, "Unknown report.")
            self.state.looks[run] += 1
            looks = self.state.looks[run]
        done = looks > LOOKS
        percent = 100 if done else looks * 100 // (LOOKS + 1)
        return {"id": run, "status": "COMPLETED" if done else "RUNNING", "async_percent": percent}

    def _page(self, path: list[str], rows: list[Any], query: dict[str, str]) -> Any:
        after, limit = int(query.get("after", "0")), int(query.get("limit", "25"))
        found: dict[str, Any] = {"data": rows[after : after + limit], "paging": {}}
        if after + limit < len(rows):
            following = urlencode({**query, "after": after + limit})
            found["paging"]["next"] = f"{self.state.url}/v1/{'/'.join(path)}?{following}"
        return found

    def _batch(self, form: dict[str, str]) -> Any:
        self._allow(form.get("access_token", ""))
        parts = []
        for wanted in json.loads(form["batch"]):
            name = urlsplit(wanted["relative_url"]).path.split("/")[1]
            rows = [creative(name, one) for one in range(2)]
            body = json.dumps({"data": rows}).replace("/", "\\/")
            parts.append({"code": 200, "headers": [{"name": "ETag", "value": '"1"'}], "body": body})
        return parts

    def _token(self, form: dict[str, str]) -> Any:
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            raise ApiError(401, 1, "Unknown client.")
        if form.get("refresh_token") != REFRESH_TOKEN:
            raise ApiError(400, 190, "Invalid refresh token.")
        token = "EAA" + secrets.token_hex(40)
        with self.state.lock:
            self.state.tokens.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": 3600}


def _form(body: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(body.decode()).items()}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: Api

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        fields: dict[str, str] = {}
        try:
            status, found = 200, self.api.answer(self.command, self.path, body)
        except ApiError as error:
            status, found, fields = error.status, error.body, error.fields
        text = json.dumps(found, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=UTF-8", **fields}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _serve

    def log_message(self, *_: object) -> None:
        """Silent: URLs hold tokens."""


class AdsvilleApi:
    """The API on loopback; `with AdsvilleApi(authority) as api:` serves until the block ends.

    Attributes: url; state (calls, tokens). `authority`: where the throw-away authority's PEM file is written.
    """

    def __init__(self, authority: Path, port: int = 0) -> None:
        import trustme

        maker = trustme.CA(organization_name="Adsville example")
        maker.cert_pem.write_to_path(str(authority))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        maker.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        self.state = State()
        handler = type("Handler", (_Handler,), {"api": Api(self.state), "disable_nagle_algorithm": True})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = self.state.url = f"https://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> AdsvilleApi:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description="the Adsville API on loopback")
    parser.add_argument("--port", type=int, default=18443)
    parser.add_argument("--authority", type=Path, required=True, help="the PEM file to write")
    options = parser.parse_args()
    with AdsvilleApi(options.authority, options.port) as api:
        print(f"{api.url}, until Ctrl-C; REQUESTS_CA_BUNDLE={options.authority} for clients", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
