"""How a case went.

Lives here: the verdict, what is wrong, and what the run left to be looked at. Must not: print, or hold
unscrubbed text (what it is given has been scrubbed). Called by: one, many, report, junit.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

Kind = Literal["outputs", "snapshot", "exit code", "logs", "sync action", "requests", "error"]
Verdict = Literal["passed", "failed", "error"]


class Problem(Struct, frozen=True):
    """One thing that is wrong: of which kind, in a line, and the lines that show it.

    "error": the case could not be run or judged; the others are differences.
    """

    kind: Kind
    text: str
    detail: str = ""


class Outcome(Struct, frozen=True, kw_only=True):
    """One case's end.

    Attributes:
        name: the case's folder; links of a chain have the chain's name before them.
        done: what was done: "recorded", "replayed", "live".
        exit_code: the component's. action: the configuration's ("run", or a sync action's name).
        played: interactions replayed or recorded. unused: those that were not played, the first few in words.
        printed: what the component printed and logged, the end of it.
    """

    name: str
    done: str = ""
    problems: tuple[Problem, ...] = ()
    exit_code: int = 0
    action: str = "run"
    played: int = 0
    unused: int = 0
    unused_shown: tuple[str, ...] = ()
    seconds: float = 0.0
    printed: str = ""

    @property
    def verdict(self) -> Verdict:
        """ "passed" where nothing is wrong."""
        if not self.problems:
            return "passed"
        return "error" if any(one.kind == "error" for one in self.problems) else "failed"
