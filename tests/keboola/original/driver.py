"""Component runs under whatever `keboola.vcr` is in this process: the original, or the alias.

Run as ``driver.py record|replay FOLDER``: records each case below FOLDER against a server of its own, or
replays each case in every variation and prints a verdict a line. It knows names of keboola.vcr only, so the
verdicts of two implementations can be compared line by line.
"""

from __future__ import annotations

import datetime
import gzip
import json
import logging
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from keboola.vcr import DefaultSanitizer, QueryParamSanitizer, VCRRecorder
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

SECRET = "s3cr3t-7d1fd9"
PORT_FILE = "port"
counts: Counter[str] = Counter()


class Api(BaseHTTPRequestHandler):
    """Counts, throttles, hands out tokens, compresses."""

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length).decode()
        path, counts[self.path] = self.path.partition("?")[0], counts[self.path] + 1
        status, body = 200, {"path": self.path, "n": counts[self.path], "sent": sent}
        if path == "/flaky" and counts[self.path] < 3:
            status, body = 503, {"error": "busy"}
        if path == "/token":
            body = {"access_token": f"at-{counts[self.path]}-4ad1", "code": "x", "password": None}
        if path == "/private" and self.headers.get("Authorization") != "Bearer at-2-4ad1":
            status, body = 401, {"error": "expired"}
        data = json.dumps(body).encode()
        self.send_response(status)
        if path == "/gzip":
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Silent."""


def pages(url: str, seen: list[Any]) -> None:
    """Repeated and interleaved requests, a secret in a query."""
    for page in (1, 2, 1, 2, 1):
        seen.append(
            requests.get(f"{url}/orders", params={"page": page, "key": SECRET}, timeout=5).json()["n"]
        )
        seen.append(requests.get(f"{url}/count", timeout=5).json()["n"])


def retries(url: str, seen: list[Any]) -> None:
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=Retry(5, status_forcelist=[503], backoff_factor=0)))
        seen.append(session.get(f"{url}/flaky", timeout=5).json()["n"])


def oauth(url: str, seen: list[Any]) -> None:
    token = ""
    for _ in range(3):
        answer = requests.get(f"{url}/private", headers={"Authorization": f"Bearer {token}"}, timeout=5)
        seen.append(answer.status_code)
        if answer.status_code == 200:
            return
        form = {"grant_type": "refresh_token", "refresh_token": SECRET}
        token = requests.post(f"{url}/token", data=form, timeout=5).json()["access_token"]


def posts(url: str, seen: list[Any]) -> None:
    for number in range(3):
        answer = requests.post(f"{url}/reports", json={"day": number, "fields": ["a", "b"]}, timeout=5)
        seen.append(answer.json()["n"])


def compressed(url: str, seen: list[Any]) -> None:
    seen.append(requests.get(f"{url}/gzip", timeout=5).json()["path"])


def dated(url: str, seen: list[Any]) -> None:
    today = datetime.date.today().isoformat()  # noqa: DTZ011 - what components call
    seen.append(requests.get(f"{url}/orders", params={"since": today}, timeout=5).json()["path"])
    seen.append(datetime.datetime.now(datetime.UTC).isoformat())


def failing(url: str, seen: list[Any]) -> None:
    pages(url, seen)
    sys.exit(2)


def action(url: str, seen: list[Any]) -> None:
    user = requests.get(f"{url}/me", timeout=5).json()["path"]
    sys.stdout.write(json.dumps({"status": "success", "user": user}))


def standard_library(url: str, seen: list[Any]) -> None:
    query = urllib.parse.urlencode({"access_token": SECRET})
    seen.append(json.load(urllib.request.urlopen(f"{url}/plain?{query}", timeout=5))["n"])
    try:
        urllib.request.urlopen(f"{url}/private", timeout=5)
    except urllib.error.HTTPError as error:
        seen.append(error.code)


CASES: dict[str, tuple[Callable[[str, list[Any]], None], dict[str, Any]]] = {
    "pages": (pages, {}),
    "retries": (retries, {}),
    "oauth": (oauth, {}),
    "posts": (posts, {}),
    "compressed": (compressed, {}),
    "dated": (dated, {"freeze_time_at": "2025-06-01T08:30:00"}),
    "dated_auto": (dated, {}),
    "failing": (failing, {}),
    "action": (action, {}),
    "standard_library": (standard_library, {}),
}


def more_logs() -> None:
    logging.getLogger("component").warning("one more line")


def another_exit() -> None:
    sys.exit(7)


def broken() -> None:
    raise ValueError("broken")


def asking(url: str) -> None:
    requests.get(f"{url}/not-recorded", timeout=5)


VARIATIONS: dict[str, Callable[[str], None]] = {
    "same": lambda url: None,
    "logs": lambda url: more_logs(),
    "exit": lambda url: another_exit(),
    "raise": lambda url: broken(),
    "request": asking,
}


def recorder(folder: Path, **options: Any) -> VCRRecorder:
    return VCRRecorder.from_test_dir(
        folder,
        sanitizers=[DefaultSanitizer(additional_sensitive_fields=["n2"]), QueryParamSanitizer(["key"])],
        log_normalizers=[(r"\d+ ms", "TIME")],
        **options,
    )


def run(name: str, url: str, vary: Callable[[str], None], seen: list[Any]) -> Callable[[], None]:
    def component() -> None:
        logging.getLogger("component").info("case %s in %d ms", name, len(name))
        vary(url)
        CASES[name][0](url, seen)

    return component


def record(base: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (base / PORT_FILE).write_text(str(server.server_port))
    for name, (_, options) in CASES.items():
        counts.clear()
        folder = base / name
        folder.mkdir()
        config = {"parameters": {"#key": SECRET}, "action": "act" if name == "action" else "run"}
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "config.secrets.json").write_text(json.dumps({"parameters": {"#key": SECRET}}))
        url = f"http://127.0.0.1:{server.server_port}"
        recorder(folder, **options).record(run(name, url, VARIATIONS["same"], []))


def verdict(name: str, url: str, folder: Path, vary: Callable[[str], None]) -> dict[str, Any]:
    seen: list[Any] = []
    made = recorder(folder)
    try:
        made.replay(run(name, url, vary, seen))
        ended = "green"
    except Exception as error:
        unmatched = ("CannotOverwriteExistingCassetteException", "UnmatchedRequestError")
        exits = isinstance(error, RuntimeError) and "exit code" in str(error)
        ended = (
            "unmatched" if type(error).__name__ in unmatched else "exit" if exits else type(error).__name__
        )
    logs, sync = made.last_log_comparison, made.last_sync_action_comparison
    return {
        "ended": ended,
        "seen": seen,
        "logs": None if logs is None else logs.success,
        "sync": None if sync is None else sync.success,
    }


def replay(base: Path) -> None:
    url = f"http://127.0.0.1:{(base / PORT_FILE).read_text()}"
    for name in CASES:
        for variation, vary in VARIATIONS.items():
            told = verdict(name, url, base / name, vary)
            sys.stderr.write(json.dumps({"case": name, "variation": variation, **told}) + "\n")


if __name__ == "__main__":
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    {"record": record, "replay": replay}[sys.argv[1]](Path(sys.argv[2]))
