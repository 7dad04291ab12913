"""The rows about scrubbing: how fast, how flat, how thorough, and what hushtape promises in each.

Data only, like `bench.rows`, which takes these rows into its list. The jobs are those of `bench.scrubbing`.
"""

from bench.contenders import HUSHTAPE
from bench.exports import KINDS
from bench.figure import Figure, Point, Row
from bench.task import AUDIT, FAST, FAST_AUDIT, HYPERSCAN, SCRUB

_SIZE = 50_000_000
_QUICK = 5_000_000
_BOTH = (HUSHTAPE, "keboola.vcr")
_TOLD = {"clean": "clean", "dirty": "dirty", "rich": "rich, clean", "rich-dirty": "rich, dirty"}


def _sizes(size: int) -> dict[str, dict[str, object]]:
    return {kind: {"kind": kind, "bytes": size} for kind in KINDS}


def _rates(kind: str) -> tuple[Figure, ...]:
    """The promises are about plain exports; rich ones show what other data cost."""
    what = f"50 MB JSON scrubbed, {_TOLD[kind]}"
    promised = not kind.startswith("rich")
    return (
        Figure(f"{kind}-rate", what, "rate", Point("", SCRUB, kind), unit="MB/s",
               bound=250 if promised else None, more_is_better=True, rate=True),
        Figure(f"{kind}-fast", f"{what}, extra `fast`", "rate", Point("", FAST, kind), unit="MB/s",
               bound=700 if promised else None, more_is_better=True, rate=True),
        Figure(f"{kind}-hyperscan", f"{what}, hyperscan from the first byte", "rate",
               Point("", HYPERSCAN, kind), unit="MB/s", more_is_better=True, rate=True, detail=True),
        Figure(f"{kind}-cpu", f"{what}, by CPU time", "cpu_rate", Point("", SCRUB, kind), unit="MB/s",
               more_is_better=True, rate=True, detail=True),
        Figure(f"{kind}-fast-cpu", f"{what}, extra `fast`, by CPU time", "cpu_rate", Point("", FAST, kind),
               unit="MB/s", more_is_better=True, rate=True, detail=True),
        Figure(f"{kind}-rise", f"{what}: rise of the peak", "rise_mb", Point("", SCRUB, kind), unit="MB",
               bound=8, strict=True),
        Figure(f"{kind}-fast-rise", f"{what}, extra `fast`: rise of the peak", "rise_mb",
               Point("", FAST, kind), unit="MB", bound=8, strict=True),
    )  # fmt: skip


def _faults(kind: str) -> tuple[Figure, ...]:
    what = f"50 MB JSON, {_TOLD[kind]}"
    shown = (
        Figure(f"{kind}-changed", f"{what}: bytes changed outside planted values", "changed",
               Point("", SCRUB, kind), unit="bytes", bound=0),
        Figure(f"{kind}-fast-changed", f"{what}, extra `fast`: bytes changed", "changed",
               Point("", FAST, kind), unit="bytes", bound=0, detail=True),
    )  # fmt: skip
    if not kind.endswith("dirty"):
        return shown
    return (
        Figure(f"{kind}-leaks", f"{what}: planted values left", "leaks", Point("", SCRUB, kind), bound=0),
        Figure(f"{kind}-fast-leaks", f"{what}, extra `fast`: planted values left", "leaks",
               Point("", FAST, kind), bound=0, detail=True),
        *shown,
    )  # fmt: skip


def _scrub() -> Row:
    return Row(
        name="scrub",
        title="50 MB of JSON scrubbed from file to file, 50 secrets, 30 fields",
        job="scrub",
        sizes=_sizes(_SIZE),
        quick_sizes=_sizes(_QUICK),
        modes=(SCRUB,),
        own_modes=(FAST, HYPERSCAN),
        floors=(),
        recorders=_BOTH,
        figures=tuple(figure for kind in KINDS for figure in (*_rates(kind), *_faults(kind))),
    )


def _audit() -> Row:
    def figures(kind: str) -> tuple[Figure, ...]:
        what = f"50 MB JSON audited, {_TOLD[kind]}"
        return (
            Figure(f"{kind}-rate", what, "rate", Point("", AUDIT, kind), unit="MB/s", more_is_better=True,
                   rate=True),
            Figure(f"{kind}-fast", f"{what}, extra `fast`", "rate", Point("", FAST_AUDIT, kind),
                   unit="MB/s", more_is_better=True, rate=True),
            Figure(f"{kind}-rise", f"{what}: rise of the peak", "rise_mb", Point("", AUDIT, kind),
                   unit="MB", detail=True),
        )  # fmt: skip

    return Row(
        name="audit",
        title="the audit of 50 MB of scrubbed JSON, by itself",
        job="audit",
        sizes=_sizes(_SIZE),
        quick_sizes=_sizes(_QUICK),
        modes=(),
        own_modes=(AUDIT, FAST_AUDIT),
        floors=(),
        recorders=(HUSHTAPE,),
        repetitions=3,
        figures=tuple(figure for kind in KINDS for figure in figures(kind)),
    )


def _engines() -> Row:
    return Row(
        name="engines",
        title="both engines over the same exports",
        job="engines",
        sizes=_sizes(_SIZE),
        quick_sizes=_sizes(_QUICK),
        modes=(),
        own_modes=(FAST,),
        floors=(),
        recorders=(HUSHTAPE,),
        repetitions=1,
        quick_repetitions=1,
        figures=tuple(
            Figure(kind, f"50 MB JSON, {_TOLD[kind]}: bytes in which the engines' results differ",
                   "different", Point("", FAST, kind), unit="bytes", bound=0)
            for kind in KINDS
        ),
    )  # fmt: skip


def _sanitizers() -> Row:
    counts = (1, 10, 100)

    def sizes(size: int) -> dict[str, dict[str, object]]:
        return {str(count): {"kind": "clean", "bytes": size, "count": count} for count in counts}

    def figures(count: int) -> tuple[Figure, ...]:
        point = Point("", SCRUB, str(count))
        what = f"20 MB JSON with {count} sanitizer{'s' if count > 1 else ''}"
        return (
            Figure(str(count), f"{what}, compiling included", "seconds", point, unit="s"),
            Figure(
                f"{count}-fast", f"{what}, extra `fast`", "seconds", Point("", FAST, str(count)), unit="s"
            ),
            Figure(f"{count}-compiling", f"{what}: compiling", "compiling", point, unit="s", detail=True),
        )

    return Row(
        name="sanitizers",
        title="1, 10 and 100 sanitizers cost one pass",
        job="sanitizers",
        sizes=sizes(20_000_000),
        quick_sizes=sizes(2_000_000),
        modes=(SCRUB,),
        own_modes=(FAST,),
        floors=(),
        recorders=_BOTH,
        repetitions=3,
        figures=tuple(figure for count in counts for figure in figures(count)),
    )


def _leaks() -> Row:
    what = "secrets planted in every place and encoding"
    return Row(
        name="leaks",
        title=f"{what}: how many can be read",
        job="planted",
        sizes={"": {"every": 1}},
        quick_sizes={"": {"every": 3}},
        modes=(SCRUB,),
        own_modes=(HYPERSCAN,),
        floors=(),
        recorders=_BOTH,
        repetitions=1,
        quick_repetitions=1,
        figures=(
            Figure("planted", what, "planted", Point("", SCRUB), bound=1_000, more_is_better=True),
            Figure("left", f"{what}: left to be read", "left", Point("", SCRUB), bound=0),
            Figure("fast-left", f"{what}, extra `fast`: left to be read", "left", Point("", HYPERSCAN),
                   bound=0, detail=True),
            Figure("failing", f"{what}: the audit fails the recording", "failing", Point("", SCRUB)),
        ),
    )  # fmt: skip


SCRUB_ROWS: tuple[Row, ...] = (_scrub(), _audit(), _engines(), _sanitizers(), _leaks())
