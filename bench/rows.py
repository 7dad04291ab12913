"""The rows of the benchmark: which jobs, how large, and what hushtape promises in each.

Data only. A new row is an entry here, and a job in `bench.jobs` if it measures something new. The rows about
scrubbing stand in `bench.scrub_rows`.
"""

from typing import Any

from bench.figure import Figure, Point, Row, bare
from bench.scrub_rows import SCRUB_ROWS
from bench.task import CANNED, LIVE, MEMORY, RECORD, REPLAY

_MIB = 1 << 20


def _growth(name: str, title: str, kind: str, count: int, quick: int) -> Row:
    size = {"size": 100_000, "sessions": kind}
    against = "minus an adapter that answers from memory"
    return Row(
        name=name,
        title=f"memory kept per interaction, {count:,} of 100 KB, {title}",
        job="growth",
        sizes={"": {"count": count, **size}},
        quick_sizes={"": {"count": quick, **size}},
        floors=(LIVE, MEMORY, CANNED),
        repetitions=3,
        figures=(
            Figure("record", f"{title}: recorded minus bare", "kept_kb", Point("", RECORD), bare(),
                   "difference", "KB", 2.0),
            Figure("replay", f"{title}: replayed, {against}", "kept_kb", Point("", REPLAY), bare(mode=MEMORY),
                   "difference", "KB", 2.0, strict=True),
            Figure("over-canned", f"{title}: replayed, minus genuine urllib3 on a canned socket", "kept_kb",
                   Point("", REPLAY), bare(mode=CANNED), "difference", "KB"),
            Figure("client", f"{title}: the client itself, on {against[6:]}", "kept_kb", bare(mode=MEMORY),
                   unit="KB", rivals=False),
            Figure("canned", f"{title}: genuine urllib3 on a canned socket", "kept_kb", bare(mode=CANNED),
                   unit="KB", rivals=False),
            Figure("record-peak", f"{title}: peak of the process recording, over bare", "peak_mb",
                   Point("", RECORD), bare(), "difference", "MB", detail=True),
            Figure("replay-peak", f"{title}: peak of the process replaying, over bare", "peak_mb",
                   Point("", REPLAY), bare(), "difference", "MB", detail=True),
        ),
    )  # fmt: skip


def _download() -> Row:
    return Row(
        name="download",
        title="peak memory of a 1 GiB streamed download",
        job="download",
        sizes={"": {"bytes": 1024 * _MIB}},
        quick_sizes={"": {"bytes": 64 * _MIB}},
        repetitions=3,
        figures=(
            Figure("record", "1 GiB download, recorded: peak over bare", "peak_mb", Point("", RECORD), bare(),
                   "difference", "MB", 8.0),
            Figure("replay", "1 GiB download, replayed: peak over bare", "peak_mb", Point("", REPLAY), bare(),
                   "difference", "MB", 8.0),
            Figure("record-rise", "1 GiB download, recorded: rise over the warm process", "above_start_mb",
                   Point("", RECORD), bare(), "difference", "MB", detail=True),
            Figure("replay-rise", "1 GiB download, replayed: rise over the warm process", "above_start_mb",
                   Point("", REPLAY), bare(), "difference", "MB", detail=True),
            Figure("record-time", "1 GiB download, recorded: time", "seconds", Point("", RECORD), bare(),
                   "ratio", "x bare", detail=True),
        ),
    )  # fmt: skip


def _speed() -> Row:
    what = "2,000 small requests"
    return Row(
        name="speed",
        title=f"wall clock of {what} (2 KB, keep-alive), opening and sealing included",
        job="keep_alive",
        sizes={"": {"count": 2_000, "size": 2_000}},
        quick_sizes={"": {"count": 200, "size": 2_000}},
        floors=(LIVE, MEMORY, CANNED),
        figures=(
            Figure("record", f"{what}: recorded", "seconds", Point("", RECORD), bare(), "ratio",
                   "x bare", 1.3),
            Figure("replay", f"{what}: replayed", "seconds", Point("", REPLAY), bare(), "ratio",
                   "x bare", 0.7, allowance={"cassetter": 1.2}),
            Figure("floor", f"{what}: replayed, against the canned socket", "seconds", Point("", REPLAY),
                   bare(mode=CANNED), "ratio", "x floor", 1.15, allowance={"cassetter": 1.2}),
            Figure("record-cpu", f"{what}: recorded, the client's own CPU time", "cpu", Point("", RECORD),
                   bare(), "ratio", "x bare", detail=True),
            Figure("replay-cpu", f"{what}: replayed, the client's own CPU time", "cpu", Point("", REPLAY),
                   bare(mode=CANNED), "ratio", "x floor", detail=True),
            Figure("canned", "floor: a canned socket under urllib3 and http.client", "seconds",
                   bare(mode=CANNED), bare(), "ratio", "x bare", rivals=False),
            Figure("memory", "floor: an adapter that answers from memory", "seconds", bare(mode=MEMORY),
                   bare(), "ratio", "x bare", rivals=False),
        ),
    )  # fmt: skip


def _scale() -> Row:
    return Row(
        name="scale",
        title="replay of a long cassette",
        job="keep_alive",
        sizes={"200": {"count": 200, "size": 2_000}, "20,000": {"count": 20_000, "size": 2_000}},
        quick_sizes={"200": {"count": 200, "size": 2_000}, "20,000": {"count": 1_000, "size": 2_000}},
        modes=(REPLAY,),
        floors=(CANNED,),
        figures=(
            Figure("request", "time per replayed request at 20,000 interactions", "request_ms",
                   Point("", REPLAY, "20,000"), Point("", REPLAY, "200"), "ratio", "x that at 200", 1.2),
            Figure("opening", "opening it, as a part of replaying all 20,000", "opening_percent",
                   Point("", REPLAY, "20,000"), unit="%"),
            Figure("floor", "the same on a canned socket", "request_ms", bare("20,000", CANNED),
                   bare("200", CANNED), "ratio", "x that at 200", rivals=False),
        ),
    )  # fmt: skip


def _threads() -> Row:
    size = {"threads": 16, "path": "/slow/50", "sessions": "one"}
    return Row(
        name="threads",
        title="16 threads, a server that answers after 50 ms",
        job="threads",
        sizes={"": {"count": 640, **size}},
        quick_sizes={"": {"count": 160, **size}},
        modes=(RECORD,),
        figures=(
            Figure("record", "16 threads, 50 ms answers: recorded", "seconds", Point("", RECORD), bare(),
                   "ratio", "x bare", 1.1),
        ),
    )  # fmt: skip


def _lossless() -> Row:
    def size(count: int, threads: int, kind: str) -> dict[str, Any]:
        return {"count": count, "threads": threads, "path": "/json/2000", "sessions": kind}

    variants = {f"{threads}-{kind}": (threads, kind) for threads in (8, 64) for kind in ("one", "each")}
    told = {"one": "one session", "each": "a session each"}
    return Row(
        name="lossless",
        title="recorded of 1,000 requests",
        job="threads",
        sizes={name: size(1_000, *variant) for name, variant in variants.items()},
        quick_sizes={name: size(100, *variant) for name, variant in variants.items()},
        modes=(RECORD,),
        repetitions=3,
        figures=tuple(
            Figure(name, f"recorded of 1,000 from {threads} threads, {told[kind]}", "recorded",
                   Point("", RECORD, name), bound=1_000, more_is_better=True)
            for name, (threads, kind) in variants.items()
        ),
    )  # fmt: skip


def _share_tls() -> Row:
    return Row(
        name="share-tls",
        title="300 calls with a new session each, hushtape with share_tls",
        job="sessions",
        sizes={"": {"count": 300}},
        quick_sizes={"": {"count": 40}},
        modes=(RECORD,),
        options={"share_tls": True},
        figures=(
            Figure("record", "300 calls with a new session each, share_tls: recorded", "seconds",
                   Point("", RECORD), bare(), "ratio", "x bare", 1.0, strict=True),
        ),
    )  # fmt: skip


def _events() -> Row:
    size = {"count": 10, "gap_ms": 100}
    return Row(
        name="events",
        title="first chunk of an event stream",
        job="events",
        sizes={"": size},
        quick_sizes={"": size},
        modes=(RECORD,),
        figures=(
            Figure("record", "first chunk of an event stream, recorded: later than bare", "first_ms",
                   Point("", RECORD), bare(), "difference", "ms", 20.0),
        ),
    )  # fmt: skip


def _growth_shared() -> Row:
    size = {"size": 100_000, "sessions": "kept"}
    title = "a session per call, kept open, share_tls"
    return Row(
        name="growth-shared",
        title=f"memory kept per interaction, 300 of 100 KB, {title}",
        job="growth",
        sizes={"": {"count": 300, **size}},
        quick_sizes={"": {"count": 40, **size}},
        modes=(RECORD,),
        options={"share_tls": True},
        repetitions=3,
        figures=(
            Figure("record", f"{title}: recorded minus bare", "kept_kb", Point("", RECORD), bare(),
                   "difference", "KB", 2.0),
        ),
    )  # fmt: skip


ROWS: tuple[Row, ...] = (
    _growth("growth-one", "one session", "one", 2_000, 100),
    _growth("growth-dropped", "a session per call, dropped", "dropped", 300, 40),
    _growth("growth-kept", "a session per call, kept open", "kept", 300, 40),
    _growth_shared(),
    _download(),
    _speed(),
    _scale(),
    _threads(),
    _lossless(),
    _share_tls(),
    _events(),
    *SCRUB_ROWS,
)
