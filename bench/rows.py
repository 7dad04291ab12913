"""The rows of the benchmark: which jobs, how large, and what hushtape promises in each.

Data only. A new row is an entry here, and a job in `bench.jobs` if it measures something new. The rows about
scrubbing stand in `bench.scrub_rows`.
"""

from typing import Any

from bench.contenders import HUSHTAPE
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


_COUNTS = (100, 1_000, 5_000, 20_000)
_ASKED = (HUSHTAPE, "vcrpy", "cassetter")  # keboola.vcr records with vcrpy's engine, at 26 ms a request


def _scale() -> Row:
    """The whole of a replay, at four lengths, and what a request costs at each."""
    longest, usual = f"{_COUNTS[-1]:,}", f"{_COUNTS[1]:,}"
    totals = [
        line
        for variant in (f"{count:,}" for count in _COUNTS)
        for line in (
            Figure(
                f"total-{variant}",
                f"replay of {variant} small requests, opening included",
                "seconds",
                Point("", REPLAY, variant),
                unit="s",
            ),
            Figure(
                f"floor-{variant}",
                f"the same {variant} on a canned socket (floor)",
                "seconds",
                bare(variant, CANNED),
                unit="s",
                rivals=False,
            ),
        )
    ]
    return Row(
        name="scale",
        title="replay of short and long cassettes, 2 KB each, keep-alive",
        job="keep_alive",
        sizes={f"{count:,}": {"count": count, "size": 2_000} for count in _COUNTS},
        quick_sizes={f"{count:,}": {"count": count // 20, "size": 2_000} for count in _COUNTS},
        modes=(REPLAY,),
        floors=(CANNED,),
        recorders=_ASKED,
        rising=True,
        repetitions=3,
        figures=(
            *totals,
            Figure("request", f"time per replayed request at {longest} interactions", "request_ms",
                   Point("", REPLAY, longest), Point("", REPLAY, usual), "ratio", f"x that at {usual}", 1.2),
            Figure("request-cpu", f"CPU time per replayed request at {longest}", "request_cpu_ms",
                   Point("", REPLAY, longest), Point("", REPLAY, usual), "ratio", f"x that at {usual}",
                   detail=True),
            Figure("floor", "the same on a canned socket", "request_ms", bare(longest, CANNED),
                   bare(usual, CANNED), "ratio", f"x that at {usual}", rivals=False),
            Figure("opening", f"opening it, as a part of replaying all {longest}", "opening_percent",
                   Point("", REPLAY, longest), unit="%"),
        ),
    )  # fmt: skip


def _opening(name: str, count: int, quick: int, told: str, bounds: tuple[float, float] | None = None) -> Row:
    """Opening a cassette of long bodies, ready to answer; `bounds`: seconds, and MB of memory."""
    what = f"{count:,} interactions of 100 KB"
    seconds, memory = bounds or (None, None)
    return Row(
        name=name,
        title=f"opening a cassette of {what}{told}",
        job="opening",
        sizes={"": {"count": count, "size": 100_000, "written": bool(bounds)}},
        quick_sizes={"": {"count": quick, "size": 100_000, "written": bool(bounds)}},
        modes=(REPLAY,),
        floors=(),
        recorders=(HUSHTAPE,) if bounds else _ASKED,
        repetitions=3,
        figures=(
            Figure("first", f"{what}: time to open{told}", "first", Point("", REPLAY), unit="s",
                   bound=seconds, strict=True),
            Figure("again", f"{what}: opened again", "again", Point("", REPLAY), unit="s"),
            Figure("part", f"{what}: opened again, against the first time", "again_part", Point("", REPLAY),
                   unit="x the first", bound=1.0 if bounds else None, strict=True, detail=True),
            Figure("memory", f"{what}: memory that opening takes", "opened_mb", Point("", REPLAY), unit="MB",
                   bound=memory, strict=True),
            Figure("peak", f"{what}: peak of the process while opening, over its start", "peak_mb",
                   Point("", REPLAY), unit="MB", detail=True),
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


def _marketing() -> Row:
    def figures(count: int, mode: str) -> tuple[Figure, ...]:
        point, done = Point("", mode, str(count)), "recorded" if mode == RECORD else "replayed"
        what = f"{count:,} interactions of a marketing API, {done}"
        against_bare = bare(str(count))
        return (
            Figure(f"{mode}-{count}", what, "seconds", point, against_bare, "ratio", "x bare"),
            Figure(f"{mode}-{count}-rise", f"{what}: memory at the end over the start", "rise_mb", point,
                   unit="MB", bound=8.0),
            Figure(f"{mode}-{count}-peak", f"{what}: peak of the process", "peak_mb", point, unit="MB"),
            Figure(f"{mode}-{count}-start", f"{what}: memory at the start", "start_mb", point, unit="MB",
                   detail=True),
            Figure(f"{mode}-{count}-end", f"{what}: memory at the end", "end_mb", point, unit="MB",
                   detail=True),
        )  # fmt: skip

    rival = "keboola.vcr"
    return Row(
        name="marketing",
        title="a data component's job: an imitated marketing API, a session per call, sanitizers",
        job="marketing",
        sizes={"1000": {"count": 1_000}, "2000": {"count": 2_000}},
        quick_sizes={"1000": {"count": 100}, "2000": {"count": 200}},
        recorders=("hushtape", rival),
        repetitions=3,
        figures=(
            *figures(2_000, RECORD),
            *figures(2_000, REPLAY),
            Figure("cassette", "2,000 interactions of a marketing API: the cassette", "cassette_mb",
                   Point("", RECORD, "2000"), unit="MB"),
            Figure("replay-1000", "1,000 interactions of a marketing API, replayed", "seconds",
                   Point("", REPLAY, "1000"), Point(rival, REPLAY, "1000"), "ratio", f"x {rival}", 0.1),
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
    _opening("open", 2_000, 100, ""),
    _opening(
        "open-2gb",
        20_000,
        200,
        " (2 GB, hushtape alone: a tenth took the others 50 and 93 s to record)",
        (2.0, 50.0),
    ),
    _threads(),
    _lossless(),
    _share_tls(),
    _events(),
    _marketing(),
    *SCRUB_ROWS,
)
