"""How each recorder is told to record and to replay: one function each, all of one shape.

`run(folder, mode, options, body)` calls `body` under the recorder, its cassette inside `folder`. Each runs
with its defaults; hushtape and keboola.vcr are also given the token that every request carries, as they
scrub and have to pay for it. Recorders are imported when asked for: each stands in an environment of its own.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOKEN = "tok-5e1c7a90b2d84f36"
Body = Callable[[], None]
Run = Callable[[Path, str, dict[str, Any], Body], None]


def _bare(folder: Path, mode: str, options: dict[str, Any], body: Body) -> None:
    body()


def _hushtape(folder: Path, mode: str, options: dict[str, Any], body: Body) -> None:
    import hushtape

    mode = "all" if mode == "record" else "none"
    with hushtape.use_cassette(folder / "cassette.json", mode=mode, secrets={"#token": TOKEN}, **options):
        body()


def _vcrpy(folder: Path, mode: str, options: dict[str, Any], body: Body) -> None:
    import vcr

    with vcr.use_cassette(str(folder / "cassette.yaml"), record_mode="all" if mode == "record" else "none"):
        body()


def _cassetter(folder: Path, mode: str, options: dict[str, Any], body: Body) -> None:
    import cassetter

    mode = "all" if mode == "record" else "none"
    with cassetter.use_cassette(folder / "cassette.yaml", record_mode=mode):
        body()


def _keboola(folder: Path, mode: str, options: dict[str, Any], body: Body) -> None:
    from keboola.vcr import VCRRecorder

    # Time stays unfrozen and logs uncaptured: no other recorder here does either.
    recorder = VCRRecorder(folder, secrets={"#token": TOKEN}, freeze_time_at=None, capture_logs=False)
    (recorder.record if mode == "record" else recorder.replay)(body)


RUNS: dict[str, Run] = {
    "bare": _bare,
    "hushtape": _hushtape,
    "vcrpy": _vcrpy,
    "cassetter": _cassetter,
    "keboola.vcr": _keboola,
}


def recorded(folder: Path) -> int:
    """How many interactions the cassette in `folder` holds."""
    for name in ("cassette.json", "requests.json"):
        if (folder / name).exists():
            return len(json.loads((folder / name).read_bytes())["interactions"])
    text = (folder / "cassette.yaml").read_text()
    return len(re.findall(r"^ *- request:", text, re.MULTILINE))


def write_cassette(folder: Path, base: str, count: int, size: int) -> None:
    """hushtape's cassette of `count` JSON interactions, as its recorder would hand them to the journal.

    For sizes whose recording would take minutes before the first figure.
    """
    from bench import payload
    from hushtape import model
    from hushtape.cassette import Journal

    folder.mkdir(parents=True, exist_ok=True)
    asked = model.Headers((("Accept", "*/*"), ("Authorization", "Bearer REDACTED")))
    lines = payload.json_head(size, "Mon, 01 Jan 2024 00:00:00 GMT").decode("latin-1").split("\r\n")[1:-2]
    head = model.Head(200, "OK", model.Headers(tuple(line.partition(": ")[::2]) for line in lines))
    journal = Journal.create(folder / "cassette.json")
    for number in range(count):
        spool = journal.spool()
        spool.write(payload.json_body(size, number))
        response = model.Response(head, spool.finish("application/json"))
        request = model.Request("GET", f"{base}/json/{size}/{number}", asked)
        journal.commit(journal.begin(), model.Interaction(request, response))
    journal.seal(complete=True)
