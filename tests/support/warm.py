"""A Python that has imported everything already: each program runs in a fork of it, within milliseconds.

Lives here: `WarmPython`. Must not: know what a program does. Called by: tests that run programs by the dozen
and look at how their processes end, not at how they start. A fork begins with one thread and no tape.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

_SERVE = """
import json, os, sys
{imports}
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        for number, path in enumerate((os.devnull, asked["stdout"], asked["stderr"])):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
        sys.argv[1:] = asked["arguments"]
        exec(compile(asked["code"], "<program>", "exec"), {{"__name__": "__main__"}})
        sys.exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class WarmPython:
    """`imports`: statements that run once, before the first program."""

    def __init__(self, imports: str) -> None:
        self._imports = imports

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE.format(imports=self._imports)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
        self._folder.cleanup()

    def run(self, code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, with `sys.argv[1:]`, and say how it ended and what it printed."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        told = {name: str(Path(self._folder.name) / name) for name in ("stdout", "stderr")}
        words = [str(one) for one in arguments]
        stdin.write(json.dumps({"code": code, "arguments": words, **told}) + "\n")
        stdin.flush()
        ended = int(stdout.readline())
        printed = {name: Path(path).read_text() for name, path in told.items()}
        return subprocess.CompletedProcess(words, ended, **printed)
