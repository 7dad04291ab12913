"""The job that the demonstration records: a small extractor, as somebody would write it.

Lives here: plain requests code that does not know hushtape. Must not: import hushtape's rooms.
It logs in, reads every page, downloads an archive, follows a stream, and writes three files.
Called by: worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

Progress = Callable[[str, int, int], None]
TIMEOUT = 30


def extract(
    url: str, bundle: str, client: dict[str, str], folder: Path, progress: Progress, seconds: dict[str, float]
) -> None:
    """Fetch everything into `folder`; `seconds["first event"]` is when the stream's first event came."""
    import requests

    with requests.Session() as session:
        # A proxy or CA bundle of the machine does not matter here.
        session.trust_env = False
        session.verify = bundle
        login(session, url, client)
        orders(session, url, folder / "orders.jsonl", progress)
        download(session, url, folder / "invoices.tar", progress)
        follow(session, url, folder / "events.jsonl", progress, seconds)


def login(session: requests.Session, url: str, client: dict[str, str]) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }
    answer = session.post(f"{url}/oauth/token", data=form, timeout=TIMEOUT)
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    session.params = {"api_key": client["api_key"]}


def orders(session: requests.Session, url: str, path: Path, progress: Progress) -> None:
    number: int | None = 1
    with path.open("w", encoding="utf-8") as file:
        while number is not None:
            answer = session.get(f"{url}/v1/orders", params={"page": number}, timeout=TIMEOUT)
            answer.raise_for_status()
            page = answer.json()
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in page["orders"])
            progress("pages", number, page["pages"])
            number = page["next"]


def download(session: requests.Session, url: str, path: Path, progress: Progress) -> None:
    with (
        session.get(f"{url}/v1/invoices.tar", stream=True, timeout=TIMEOUT) as answer,
        path.open("wb") as file,
    ):
        answer.raise_for_status()
        total, done = int(answer.headers["Content-Length"]), 0
        for piece in answer.iter_content(64 * 1024):
            file.write(piece)
            done += len(piece)
            progress("download", done, total)


def follow(
    session: requests.Session, url: str, path: Path, progress: Progress, seconds: dict[str, float]
) -> None:
    from time import perf_counter

    start = perf_counter()
    with session.get(f"{url}/v1/events", stream=True, timeout=TIMEOUT) as answer, path.open("w") as file:
        answer.raise_for_status()
        lines = (line for line in answer.iter_lines(chunk_size=1) if line.startswith(b"data: "))
        for number, line in enumerate(lines, 1):
            seconds.setdefault("first event", perf_counter() - start)
            file.write(line[6:].decode() + "\n")
            progress("events", number, number)
