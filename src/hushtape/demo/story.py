"""The demonstration from beginning to end: run bare, record, look, replay, compare.

Lives here: the order of events and what is said about them. Must not: touch sockets or measure;
each run happens in a fresh process (worker), so that its figures are its own.
Called by: the command line.
"""

from __future__ import annotations

import filecmp
import socket
import tempfile
from pathlib import Path

from hushtape.demo.api import Api, Keys
from hushtape.demo.evidence import leaks, places
from hushtape.demo.runner import Run, launch
from hushtape.demo.screen import WIDTH, Screen, size
from hushtape.demo.server import DemoServer, certificates, require

OUTPUTS = ("orders.jsonl", "invoices.tar", "events.jsonl")
NAME = "demo.json"


def run_demo(keep: Path | None = None, screen: Screen | None = None) -> int:
    """Run the whole demonstration.

    Args:
        keep: a folder that gets the cassette and stays; by default all goes with the run.
        screen: where to print; by default standard output.

    Returns:
        0 where everything held, 1 where anything did not.

    Raises:
        MissingDependencyError: the extra `demo` is not installed.
        HushtapeError: a run failed.
    """
    require("requests")
    screen = screen or Screen()
    with tempfile.TemporaryDirectory(prefix="hushtape-demo-") as name:
        return Story(Path(name), keep, screen).tell()


class Story:
    """One demonstration. Fails are counted, not raised, so that all of them are shown."""

    def __init__(self, folder: Path, keep: Path | None, screen: Screen) -> None:
        self.folder = folder
        self.cassette = (keep or folder / "cassettes") / NAME
        self.keep = keep
        self.screen = screen
        self.keys = Keys.invent()
        self.failed = 0
        self.runs: dict[str, Run] = {}

    def tell(self) -> int:
        self.cassette.parent.mkdir(parents=True, exist_ok=True)
        context, bundle = certificates(self.folder)
        server = DemoServer(Api(self.keys), context)
        server.start()
        try:
            self.live(server, bundle)
        finally:
            server.stop()
        self.look(server.api)
        self.offline(server, bundle)
        self.figures()
        return self.verdict()

    def live(self, server: DemoServer, bundle: Path) -> None:
        """The two runs that reach the server."""
        self.screen.title(
            "hushtape demo", f"an HTTPS API on {server.url}, with a certificate made for this run"
        )
        client = {name: getattr(self.keys, name) for name in ("client_id", "client_secret", "api_key")}
        self.screen.step(1, "Run the job bare: log in, 120 pages, a 24 MB download, an event stream")
        self.run("bare", server, bundle, client)
        self.screen.step(2, "Run it again, recorded")
        self.run("recorded", server, bundle, client)

    def run(self, way: str, server: DemoServer, bundle: Path, client: dict[str, str]) -> None:
        output = self.folder / way
        output.mkdir()
        order = {
            "way": way,
            "url": server.url,
            "bundle": str(bundle),
            "client": client,
            "cassette": str(self.cassette),
            "output": str(output),
        }
        before = server.requests
        self.runs[way] = result = launch(order, self.screen)
        reached = server.requests - before
        self.screen.good(f"done in {result.seconds:.2f} s, {reached} requests reached the server")

    def look(self, api: Api) -> None:
        """Show the cassette, where secrets were, and that none is in any file of it."""
        screen = self.screen
        files = sorted(path for path in self.cassette.parent.rglob("*") if path.is_file())
        screen.step(3, "Look into the cassette")
        screen.columns(
            [(str(path.relative_to(self.cassette.parent)), size(path.stat().st_size)) for path in files]
        )
        screen.line()
        found = sorted(
            places(self.cassette).items(), key=lambda item: (item[0].side, item[0].part, item[0].name)
        )
        rows = [(p.side, p.part, p.name, f"{times} x", shorten(p.shown)) for p, times in found]
        if rows:
            screen.note("where secrets were, and what stands there now:")
            screen.columns(rows, "yellow")
        crossed = sum(api.seen.values())
        found_leaks = leaks(files, self.keys.values())
        self.check(
            not found_leaks,
            f"{len(self.keys.values())} secrets crossed the wire {crossed} times; "
            f"in {len(files)} files they stand {len(found_leaks)} times",
            found_leaks,
        )

    def offline(self, server: DemoServer, bundle: Path) -> None:
        """Replay with the server gone, in a process that was never told the secrets."""
        self.screen.step(4, "Stop the server, forget the secrets, replay")
        self.check(not answers(server.port), "nobody listens on the port any more")
        self.run("replayed", server, bundle, {"client_id": self.keys.client_id})
        for way in ("recorded", "replayed"):
            differ = [name for name in OUTPUTS if not self.equal(way, name)]
            self.check(not differ, f"{way} output equals the bare one, byte for byte", differ)
        same = self.runs["recorded"].exchanges == self.runs["replayed"].exchanges
        self.check(same, f"{self.runs['replayed'].exchanges} exchanges recorded and replayed")

    def equal(self, way: str, name: str) -> bool:
        return filecmp.cmp(self.folder / "bare" / name, self.folder / way / name, shallow=False)

    def figures(self) -> None:
        """One table; each row from a process of its own."""
        self.screen.step(5, "What it cost")
        bare = self.runs["bare"]
        rows = [
            (
                way,
                f"{run.seconds:.2f} s",
                f"{run.seconds / bare.seconds:.2f}",
                size(run.memory),
                f"{run.first_event * 1000:.1f} ms",
            )
            for way, run in self.runs.items()
        ]
        self.screen.table(("run", "time", "of bare", "memory growth", "first event after"), rows)

    def verdict(self) -> int:
        screen = self.screen
        screen.line()
        if self.keep:
            screen.note(f"kept: {self.cassette}")
        if self.failed:
            screen.bad(f"{self.failed} check{'s' if self.failed > 1 else ''} failed")
            return 1
        screen.good(screen.paint("Same bytes, no network, no secret on disk.", "bold"))
        return 0

    def check(self, held: bool, text: str, details: list[str] | None = None) -> None:
        if held:
            self.screen.good(text)
            return
        self.failed += 1
        self.screen.bad(text)
        for line in details or ():
            self.screen.bad(f"  {line}")


def shorten(text: str, most: int = WIDTH - 44) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def answers(port: int) -> bool:
    """Whether anybody listens on this port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
