"""The measured programs: what a client process does while it is watched, and which figures come of it.

Each job takes a task and returns its figures by name. Each first runs a short warm-up under a cassette of its
own, so that imports and caches are in no figure; opening and closing the measured cassette is in the time.
Run by `bench.worker`; which job makes which row stands in `bench.rows`.
"""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from bench import marketing, measure, planted, scrubbing, tools
from bench.task import CANNED, MEMORY, RECORD, Task

Figures = dict[str, float]
_WARM_UP = 20
_MIB = 1 << 20


class Program:
    """A client of the benchmark's server, under the recorder that the task names."""

    def __init__(self, task: Task) -> None:
        self.task = task
        if task.mode == CANNED:
            from bench.floors import install_canned_sockets

            install_canned_sockets()

    def session(self) -> requests.Session:
        """A new session: trusts the server's CA, ignores the environment, carries a token."""
        session = requests.Session()
        session.trust_env = False
        session.verify = self.task.ca
        session.headers["Authorization"] = f"Bearer {tools.TOKEN}"
        if self.task.mode == MEMORY:
            from bench.floors import MemoryAdapter

            session.mount("https://", MemoryAdapter(pooled=self.task.job == "growth"))
        return session

    def get(self, session: requests.Session, path: str) -> bytes:
        """The body of `path`; anything but a whole 200 fails the job."""
        response = session.get(self.task.base + path, timeout=60)
        if response.status_code != 200 or not response.content.startswith(b'{"page": 1'):
            raise RuntimeError(
                f"{path} was answered with {response.status_code}, {len(response.content)} bytes"
            )
        return response.content

    def json(self, session: requests.Session, size: int, number: int) -> None:
        """One JSON interaction, its length checked."""
        got = len(self.get(session, f"/json/{size}/{number}"))
        if got != size:
            raise RuntimeError(f"interaction {number} had {got} bytes instead of {size}")

    def under(self, label: str, body: Callable[[], None]) -> None:
        """Run `body` under the task's recorder with cassette `label`."""
        folder = self.folder(label)
        folder.mkdir(parents=True, exist_ok=True)
        tools.RUNS[self.task.tool](folder, self.task.mode, self.task.options, body)

    def folder(self, label: str) -> Path:
        """Where cassette `label` of this task lives."""
        return Path(self.task.folder) / label

    def warm_up(self) -> None:
        """A short cassette with one session and a second connection."""

        def body() -> None:
            for start in (0, _WARM_UP // 2):
                with self.session() as session:
                    for number in range(start, start + _WARM_UP // 2):
                        self.json(session, 2_000, number)

        self.under("warm-up", body)


def _loop(
    program: Program, kind: str, numbers: Iterable[int], size: int, kept: list[requests.Session]
) -> None:
    """Interactions with `one` session, or a new one each that is `dropped` or `kept` open."""
    if kind == "one":
        with program.session() as session:
            for number in numbers:
                program.json(session, size, number)
        return
    for number in numbers:
        session = program.session()
        program.json(session, size, number)
        if kind == "kept":
            kept.append(session)


def growth(task: Task) -> Figures:
    """Resident memory kept per interaction, in KB, and the peak of the process, in MB."""
    program = Program(task)
    program.warm_up()
    count, size, kind = task.params["count"], task.params["size"], task.params["sessions"]
    kept: list[requests.Session] = []
    program.under("big-warm-up", lambda: _loop(program, kind, range(10), size, []))
    measure.settle()
    start, end = measure.rss_kb(), 0

    def body() -> None:
        nonlocal end
        _loop(program, kind, range(count), size, kept)
        measure.settle()
        end = measure.rss_kb()

    program.under("main", body)
    return {"kept_kb": (end - start) * 1.024 / count, "peak_mb": measure.peak_kb() * 1.024 / 1000}


def download(task: Task) -> Figures:
    """The peak of a process that streams one large body, in MB, and how far that is above its start."""
    program = Program(task)
    program.warm_up()
    measure.settle()
    start = measure.rss_kb()

    def body() -> None:
        size = 0
        with (
            program.session() as session,
            session.get(f"{task.base}/stream/{task.params['bytes']}", stream=True, timeout=60) as response,
        ):
            for chunk in response.iter_content(65_536):
                size += len(chunk)
        if size != task.params["bytes"]:
            raise RuntimeError(f"the download had {size} bytes instead of {task.params['bytes']}")

    begin = measure.now()
    program.under("main", body)
    seconds, peak = measure.now() - begin, measure.peak_kb()
    return {
        "peak_mb": peak * 1.024 / 1000,
        "above_start_mb": (peak - start) * 1.024 / 1000,
        "seconds": seconds,
    }


def keep_alive(task: Task) -> Figures:
    """Wall clock of the whole block with one session, its opening and closing, and of one request in it."""
    program = Program(task)
    program.warm_up()
    measure.settle()
    count, size = task.params["count"], task.params["size"]
    first = last = first_cpu = last_cpu = 0.0

    def body() -> None:
        nonlocal first, last, first_cpu, last_cpu
        first, first_cpu = measure.now(), time.process_time()
        _loop(program, "one", range(count), size, [])
        last, last_cpu = measure.now(), time.process_time()

    begin, cpu = measure.now(), time.process_time()
    program.under("main", body)
    end, cpu = measure.now(), time.process_time() - cpu
    return {
        "seconds": end - begin,
        "cpu": cpu,
        "opening": first - begin,
        "closing": end - last,
        "opening_percent": (first - begin) * 100 / (end - begin),
        "request_ms": (last - first) * 1000 / count,
        "request_cpu_ms": (last_cpu - first_cpu) * 1000 / count,
    }


def opening(task: Task) -> Figures:
    """Seconds to open a cassette, and the next time, its file in the page cache; the memory of it, in MB.

    What hushtape remembers of a cassette goes into a folder of this process, so that the first time is one.
    """
    program = Program(task)
    program.warm_up()
    count, size = task.params["count"], task.params["size"]
    if task.mode == RECORD:
        begin = measure.now()
        if task.params.get("written"):
            tools.write_cassette(program.folder("main"), task.base, count, size)
        else:
            program.under("main", lambda: _loop(program, "one", range(count), size, []))
        return {"seconds": measure.now() - begin}
    for path in program.folder("main").rglob("*"):
        _read(path)
    with tempfile.TemporaryDirectory() as cache:
        os.environ["HUSHTAPE_CACHE"] = cache
        first, opened, peak = _open(program)
        again, _, _ = _open(program)
    return {"first": first, "again": again, "again_part": again / first, "opened_mb": opened, "peak_mb": peak}


def _read(path: Path) -> None:
    if path.is_file():
        with path.open("rb", buffering=0) as file:
            while file.read(_MIB):
                pass


def _open(program: Program) -> tuple[float, float, float]:
    """Seconds until the cassette is ready to answer, the memory it holds then, and the peak until then."""
    measure.settle()
    measure.reset_peak()
    start = measure.rss_kb()
    seconds, held, peak = 0.0, 0, 0

    def body() -> None:
        nonlocal seconds, held, peak
        seconds, peak = measure.now() - begin, measure.peak_kb()
        measure.settle()
        held = measure.rss_kb()

    begin = measure.now()
    program.under("main", body)
    return seconds, (held - start) * 1.024 / 1000, (peak - start) * 1.024 / 1000


def sessions(task: Task) -> Figures:
    """Wall clock of calls that each open a session of their own."""
    program = Program(task)
    program.warm_up()
    measure.settle()
    begin = measure.now()
    program.under("main", lambda: _loop(program, "dropped", range(task.params["count"]), 2_000, []))
    return {"seconds": measure.now() - begin}


def threads(task: Task) -> Figures:
    """Wall clock of many threads, with one session for all or one each, and what the cassette holds then."""
    program = Program(task)
    program.warm_up()
    params = task.params
    shared, local = program.session(), threading.local()

    def session() -> requests.Session:
        if params["sessions"] == "one":
            return shared
        if not hasattr(local, "session"):
            local.session = program.session()
        return local.session

    def body() -> None:
        with ThreadPoolExecutor(params["threads"]) as pool:
            for _ in pool.map(
                lambda n: program.get(session(), f"{params['path']}/{n}"), range(params["count"])
            ):
                pass

    begin = measure.now()
    program.under("main", body)
    figures: dict[str, Any] = {"seconds": measure.now() - begin}
    if task.mode == RECORD and task.tool != "bare":
        figures["recorded"] = tools.recorded(program.folder("main")) * 1_000 / params["count"]
    return figures


def events(task: Task) -> Figures:
    """Milliseconds until the first chunk of an event stream is in the program's hands, median of three."""
    program = Program(task)
    program.warm_up()
    delays: list[float] = []

    def stream(session: requests.Session) -> None:
        begin = measure.now()
        url = f"{task.base}/events/{task.params['count']}/{task.params['gap_ms']}"
        with session.get(url, stream=True, timeout=60) as response:
            for number, _ in enumerate(response.iter_content(1_024)):
                if number == 0:
                    delays.append((measure.now() - begin) * 1000)

    def body() -> None:
        with program.session() as session:
            program.json(session, 2_000, 0)
            for _ in range(3):
                stream(session)

    program.under("main", body)
    return {"first_ms": statistics.median(delays)}


JOBS: dict[str, Callable[[Task], Figures]] = (
    {job.__name__: job for job in (growth, download, keep_alive, opening, sessions, threads, events)}
    | scrubbing.JOBS
    | {"planted": planted.planted, "marketing": marketing.marketing}
)
