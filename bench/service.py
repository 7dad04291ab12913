"""The parent's handle on the server process: start it, ask how many requests it served, stop it.

Used by `bench.cli`; what the server answers lives in `bench.server`.
"""

import json
import ssl
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from bench.environments import ROOT, clean_variables


@dataclass(slots=True)
class Service:
    """A running server. `base` is its URL, `ca` the bundle that trusts it."""

    process: subprocess.Popen[str]
    base: str
    ca: str

    @classmethod
    def start(cls, python: Path, folder: Path) -> "Service":
        """Start the server under `python` and wait for the line that tells its port."""
        process = subprocess.Popen(
            [python, "-m", "bench.server", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=clean_variables(),
        )
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError("the benchmark's server did not start; its error stands above")
        told = json.loads(line)
        return cls(process, f"https://localhost:{told['port']}", told["ca"])

    def served(self) -> int:
        """Requests served so far, this question not counted."""
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.ca)),
        )
        with opener.open(f"{self.base}/served", timeout=10) as answer:
            return int(json.load(answer)["served"])

    def __enter__(self) -> "Service":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
