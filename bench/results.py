"""The raw figures of a run, kept as JSON under bench/results/ and read back to make a table.

Called by `bench.cli`. What the figures mean is said in `bench.rows`, how they are judged in `bench.summary`.
"""

import datetime
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.environments import ROOT
from bench.figure import Point
from bench.schedule import Outcome, Outcomes

FOLDER = ROOT / "bench" / "results"


@dataclass(frozen=True, slots=True)
class Results:
    """Outcomes by row, and the machine that they were measured on."""

    rows: dict[str, Outcomes]
    quick: bool
    machine: str

    @classmethod
    def here(cls, rows: dict[str, Outcomes], *, quick: bool) -> "Results":
        """Results that were measured on this machine."""
        machine = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
        return cls(rows, quick, machine)

    def caption(self) -> str:
        """The line that stands above the table."""
        rough = " Short form: small sizes, rough figures." if self.quick else ""
        return (
            f"{self.machine}, HTTPS on loopback, requests. Median (smallest to largest run); `no recorder` "
            f"is what the client alone takes, or what was subtracted.{rough}"
        )


def place(*, quick: bool) -> Path:
    """Where a run that begins now keeps its results: a file named by the time."""
    now = datetime.datetime.now(datetime.UTC)
    return FOLDER / f"{now:%Y%m%dT%H%M%SZ}{'-quick' if quick else ''}.json"


def save(results: Results, path: Path) -> Path:
    """Write `results` to `path`, whole or not at all, and return it."""
    rows = {
        name: [{"point": asdict(point), "outcome": asdict(outcome)} for point, outcome in outcomes.items()]
        for name, outcomes in results.rows.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": results.machine, "quick": results.quick, "rows": rows}, indent=1)
    part = path.with_suffix(".part")
    part.write_text(text)
    return part.rename(path)


def load(paths: Sequence[Path]) -> Results:
    """The rows of several files as one; a later file's row takes the place of an earlier one's."""
    rows: dict[str, Outcomes] = {}
    kept = [json.loads(path.read_text()) for path in paths]
    for one in kept:
        for name, entries in one["rows"].items():
            rows[name] = {Point(**entry["point"]): Outcome(**entry["outcome"]) for entry in entries}
    return Results(rows, any(one["quick"] for one in kept), kept[-1]["machine"])
