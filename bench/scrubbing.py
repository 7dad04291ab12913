"""The measured scrubs: an export from file to file, the audit of the result, both engines, many sanitizers.

Each job compiles, warms up on a small export of the same kind, and measures one pass over the large one; the
results are checked after the figures are taken. Recorders are imported when asked for, as in `bench.tools`.
Run by `bench.worker`; which job makes which row stands in `bench.scrub_rows`.
"""

import filecmp
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import exports, measure
from bench.task import AUDIT, FAST, FAST_AUDIT, HYPERSCAN, SCRUB, Task

Figures = dict[str, float]
Scrub = Callable[[Path, Path], None]

CHUNK = 64 * 1024
"""What is read at once: the most that a recorder holds of a body."""

WARM_UP = 1_000_000
"""Bytes of the export that runs before what is measured."""
_ENGINES = {
    SCRUB: "ahocorasick",
    AUDIT: "ahocorasick",
    FAST: "auto",
    FAST_AUDIT: "auto",
    HYPERSCAN: "hyperscan",
}


def _hushtape(mode: str, sanitizers: list[Any] | None = None) -> Scrub:
    """Streams: 64 KiB in, what is final out. With sanitizers given, they are the whole chain."""
    ruleset = _ruleset(_ENGINES[mode], sanitizers)

    def run(source: Path, target: Path) -> None:
        scrubber = ruleset.scrubber("response", "application/json")
        with source.open("rb", buffering=0) as file, target.open("wb", buffering=0) as out:
            while chunk := file.read(CHUNK):
                out.write(scrubber.feed(chunk))
            out.write(scrubber.finish())

    return run


def _ruleset(engine: str, sanitizers: list[Any] | None = None) -> Any:
    from hushtape.sanitize import BodyFieldSanitizer, build

    if sanitizers is not None:
        return build(sanitizers, default_sanitizer=False, engine=engine).ruleset
    fields = BodyFieldSanitizer(exports.FURTHER_FIELDS)
    return build([fields], secrets=exports.SECRETS, engine=engine).ruleset


def _keboola(mode: str, sanitizers: list[Any] | None = None) -> Scrub:
    """Its sanitizers take a whole body and give it back."""
    from keboola.vcr.sanitizers import CompositeSanitizer, DefaultSanitizer

    fields = exports.DEFAULT_FIELDS + exports.FURTHER_FIELDS
    own = DefaultSanitizer(sensitive_fields=fields, sensitive_values=list(exports.SECRETS))
    chain = own if sanitizers is None else CompositeSanitizer(sanitizers)

    def run(source: Path, target: Path) -> None:
        response = {
            "status": {"code": 200, "message": "OK"},
            "headers": {"Content-Type": ["application/json"]},
            "body": {"string": source.read_bytes()},
        }
        body = chain.before_record_response(response)["body"]["string"]
        target.write_bytes(body.encode() if isinstance(body, str) else body)

    return run


SCRUBS: dict[str, Callable[..., Scrub]] = {"hushtape": _hushtape, "keboola.vcr": _keboola}


def _paths(task: Task) -> tuple[Path, Path]:
    """The export, which all tools share, and a place for the result."""
    folder = Path(task.folder)
    folder.mkdir(parents=True, exist_ok=True)
    source = exports.source(folder.parent, task.params["kind"], task.params["bytes"])
    return source, folder / f"result-{os.getpid()}.json"


def _timed(run: Callable[[], None], size: int) -> Figures:
    """Megabytes a second by the wall and by the process's own CPU time, and the rise of its peak."""
    measure.settle()
    measure.reset_peak()
    start = measure.rss_kb()
    begin, cpu = measure.now(), time.process_time()
    run()
    seconds, cpu = measure.now() - begin, time.process_time() - cpu
    rise = max(0, measure.peak_kb() - start)
    return {"rate": size / 1e6 / seconds, "cpu_rate": size / 1e6 / cpu, "rise_mb": rise * 1.024 / 1000}


def scrub(task: Task) -> Figures:
    """One export from file to file: rates, memory, planted texts left, other bytes changed."""
    source, target = _paths(task)
    kind, size = task.params["kind"], task.params["bytes"]
    small = exports.source(source.parent, kind, WARM_UP)
    run = SCRUBS[task.tool](task.mode)
    run(small, target)
    figures = _timed(lambda: run(source, target), source.stat().st_size)
    figures["leaks"] = exports.leaks(target)
    same = filecmp.cmp(target, exports.expected(source), shallow=False)
    figures["changed"] = 0 if same else exports.changed(target, kind, size)
    figures["unexpected"] = 0 if same else 1
    target.unlink()
    return figures


def audit(task: Task) -> Figures:
    """The audit's own rate, over an export that was scrubbed before."""
    source, _ = _paths(task)
    small = exports.source(source.parent, task.params["kind"], WARM_UP)
    ruleset = _ruleset(_ENGINES[task.mode])

    def run(path: Path) -> None:
        auditor = ruleset.auditor()
        with exports.expected(path).open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                found = auditor.feed(chunk)
                if found:
                    raise RuntimeError(f"the audit found something in a clean export: {found}")
        if found := auditor.finish():
            raise RuntimeError(f"the audit found something in a clean export: {found}")

    run(small)
    return _timed(lambda: run(source), exports.expected(source).stat().st_size)


def engines(task: Task) -> Figures:
    """How many bytes the two engines' results differ in."""
    source, target = _paths(task)
    results = []
    for mode in (SCRUB, FAST, HYPERSCAN):
        path = target.with_suffix(f".{mode}")
        _hushtape(mode)(source, path)
        results.append(path.read_bytes())
        path.unlink()
    first = results[0]
    different = 0
    for other in results[1:]:
        if other != first:
            different += abs(len(first) - len(other)) + sum(
                a != b for a, b in zip(first, other, strict=False)
            )
    return {"different": different}


def sanitizers(task: Task) -> Figures:
    """Seconds to scrub one clean export with so many sanitizers of all classes, compiling included."""
    source, target = _paths(task)
    made = _many(task.tool, task.params["count"])
    small = exports.source(source.parent, task.params["kind"], WARM_UP)
    SCRUBS[task.tool](task.mode, made[:1])(small, target)
    measure.settle()
    begin = measure.now()
    run = SCRUBS[task.tool](task.mode, made)
    compiled = measure.now() - begin
    figures = _timed(lambda: run(source, target), source.stat().st_size)
    figures["seconds"], figures["compiling"] = measure.now() - begin, compiled
    if not filecmp.cmp(source, target, shallow=False):
        raise RuntimeError("a clean export was changed")
    target.unlink()
    return figures


def _many(tool: str, count: int) -> list[Any]:
    """`count` sanitizers, the classes in turn, each with names and values of its own."""
    if tool == "hushtape":
        import hushtape.sanitize as room
    else:
        import keboola.vcr.sanitizers as room

    def one(number: int) -> Any:
        value = f"{exports.SECRETS[number % 50][:12]}{number:04}"
        kinds: list[Callable[[], Any]] = [
            lambda: room.DefaultSanitizer(sensitive_fields=[f"field_{number}"], sensitive_values=[value]),
            lambda: room.TokenSanitizer([value]),
            lambda: room.BodyFieldSanitizer([f"body_{number}"]),
            lambda: room.QueryParamSanitizer([f"param_{number}"]),
            lambda: room.ResponseUrlSanitizer([f"oe{number}"], [f"cdn{number}.example.org"]),
            lambda: room.HeaderSanitizer(additional_safe_headers=[f"x-field-{number}"]),
            lambda: room.ConfigSecretsSanitizer({"#key": value}),
        ]
        return kinds[number % len(kinds)]()

    return [one(number) for number in range(count)]


JOBS: dict[str, Callable[[Task], Figures]] = {
    job.__name__: job for job in (scrub, audit, engines, sanitizers)
}
