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


def save(results: Results) -> Path:
    """Write `results` into a new file, named by the time, and return it."""
    rows = {
        name: [{"point": asdict(point), "outcome": asdict(outcome)} for point, outcome in outcomes.items()]
        for name, outcomes in results.rows.items()
    }
    FOLDER.mkdir(exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    path = FOLDER / f"{now:%Y%m%dT%H%M%SZ}{'-quick' if results.quick else ''}.json"
    path.write_text(json.dumps({"machine": results.machine, "quick": results.quick, "rows": rows}, indent=1))
    return path


def load(paths: Sequence[Path]) -> Results:
    """The rows of several files as one; a later file's row takes the place of an earlier one's."""
    rows: dict[str, Outcomes] = {}
    kept = [json.loads(path.read_text()) for path in paths]
    for one in kept:
        for name, entries in one["rows"].items():
            rows[name] = {Point(**entry["point"]): Outcome(**entry["outcome"]) for entry in entries}
    return Results(rows, any(one["quick"] for one in kept), kept[-1]["machine"])
