"""A data component's job against an imitated marketing API: pages, batches, reports, a session per call.

The API is the one of `examples/marketing-extractor`; the calls are its client's, made with requests alone, so
that every environment can make them. Recorded as a component is: with hushtape.keboola and with keboola.vcr,
the same sanitizers for both. Run by `bench.worker`; which points make which row stands in `bench.rows`.
"""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import requests

from bench import measure
from bench.example import example_api
from bench.task import LIVE, RECORD, Task

Figures = dict[str, float]
_BATCH = 10
_MB = 1e6
_KIB = 1.024 / 1000


class Client:
    """Makes calls, each with a session of its own (keboola.http-client does), until `count` were made."""

    def __init__(self, task: Task) -> None:
        self._base, self._ca, self._token = task.base, task.ca, example_api().ACCESS_TOKEN
        self.calls = 0

    def run(self, count: int) -> None:
        """Account after account, until that many calls were made; the last account is cut."""
        end = self.calls + count
        for account in itertools.count(1):
            for _ in self._account(f"act_{account}"):
                if self.calls >= end:
                    return

    def _account(self, account: str) -> Iterator[None]:
        """A step a call: pages of campaigns, batches of creatives, a report."""
        campaigns: list[str] = []
        for page in self._pages(f"/v1/{account}/campaigns?since=2026-01-01&limit=25"):
            campaigns += [row["id"] for row in page["data"]]
            yield
        for at in range(0, len(campaigns), _BATCH):
            urls = [f"v1/{one}/creatives?fields=id,name,thumbnail" for one in campaigns[at : at + _BATCH]]
            batch = json.dumps([{"method": "GET", "relative_url": url} for url in urls])
            self._call("POST", "/v1/batch", data={"access_token": self._token, "batch": batch})
            yield
        run = self._call("POST", f"/v1/{account}/reports", json={"level": "campaign"})["report_run_id"]
        yield
        state = "RUNNING"
        while state == "RUNNING":
            state = self._call("GET", f"/v1/reports/{run}")["status"]
            yield
        for _ in self._pages(f"/v1/reports/{run}/rows?limit=25"):
            yield

    def _pages(self, path: str) -> Iterator[Any]:
        while path:
            page = self._call("GET", path)
            yield page
            path = page["paging"].get("next", "")

    def _call(self, method: str, path: str, **body: Any) -> Any:
        url = path if path.startswith("https:") else self._base + path
        if "access_token" not in url and "data" not in body:
            url += f"{'&' if '?' in url else '?'}access_token={self._token}"
        while True:
            with requests.Session() as session:
                session.trust_env, session.verify = False, self._ca
                answer = session.request(method, url, timeout=60, **body)
            self.calls += 1
            if answer.status_code != 429:  # the API asks to come again at once
                answer.raise_for_status()
                return answer.json()


def _recorder(task: Task, folder: Path) -> Any:
    """VCRRecorder of the task's tool, with the sanitizers that the example states."""
    if task.tool == "hushtape":
        import hushtape.keboola as tool
    else:
        import keboola.vcr as tool
    room: ModuleType = tool
    sanitizers = [
        room.QueryParamSanitizer(parameters=["access_token"], replacement="token"),
        room.BodyFieldSanitizer(fields=["owner_email"]),
        room.ResponseUrlSanitizer(dynamic_params=["oe", "oh"], url_domains=["cdn.adsville.example"]),
    ]
    # Time stays unfrozen and logs uncaptured, as in all rows.
    return room.VCRRecorder(
        folder,
        secrets={"#access_token": example_api().ACCESS_TOKEN},
        sanitizers=sanitizers,
        freeze_time_at=None,
        capture_logs=False,
    )


def _under(task: Task, label: str, body: Callable[[], None]) -> Path:
    folder = Path(task.folder) / label
    folder.mkdir(parents=True, exist_ok=True)
    if task.mode == LIVE:
        body()
    else:
        recorder = _recorder(task, folder)
        (recorder.record if task.mode == RECORD else recorder.replay)(body)
    return folder


def marketing(task: Task) -> Figures:
    """Seconds, resident memory before, after and at its peak in MB, and the cassette's size in MB."""
    client = Client(task)
    _under(task, "warm-up", lambda: client.run(40))
    measure.settle()
    count, start, end = task.params["count"], measure.rss_kb(), 0
    client = Client(task)

    def body() -> None:
        nonlocal end
        client.run(count)
        measure.settle()
        end = measure.rss_kb()

    begin = measure.now()
    folder = _under(task, "main", body)
    seconds = measure.now() - begin
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "seconds": seconds,
        "start_mb": start * _KIB,
        "end_mb": end * _KIB,
        "rise_mb": (end - start) * _KIB,
        "peak_mb": measure.peak_kb() * _KIB,
        "cassette_mb": size / _MB,
    }
