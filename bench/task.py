"""What the parent tells one client process: which job, under which recorder, against which server.

Travels as JSON on the command line of `bench.worker`. Standard library only; both sides import it.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

LIVE, RECORD, REPLAY, MEMORY, CANNED = "live", "record", "replay", "memory", "canned"
"""How a job runs: without a recorder, recording, replaying, and on either floor of replay."""

SCRUB, FAST, HYPERSCAN, AUDIT, FAST_AUDIT = "scrub", "scrub-fast", "scrub-hyperscan", "audit", "audit-fast"
"""How a body is scrubbed or audited: with the default engine, or as the extra `fast` does ("auto"), or with
hyperscan from the first byte."""

FAST_MODES = frozenset((FAST, HYPERSCAN, FAST_AUDIT))
"""These run in an environment with the extra `fast`."""


@dataclass(frozen=True, slots=True)
class Task:
    """One run of one job in one fresh process. `folder` holds the cassettes, `params` sizes the job."""

    job: str
    tool: str
    mode: str
    base: str
    ca: str
    folder: str
    params: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)

    def dumps(self) -> str:
        """The task as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> "Task":
        """The task that `dumps` wrote."""
        return cls(**json.loads(text))
