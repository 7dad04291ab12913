"""Secrets that YAML folds over lines: those that hold a space, as a PEM key's first line does.

Lives here: joining the lines of a window, and the way back from offsets. Must not: know scalars: text that
is not folded is joined all the same, so only rules that need no names are asked. Called by: look.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from hushtape.sanitize import Ruleset
from hushtape.scan.finding import FILLER, Candidate
from hushtape.scan.judge import KNOWN, SPELLED

_FOLD = re.compile(rb"(\\?)\r?\n *\\?")
_RULES = (KNOWN, "PEM")


def folded(data: bytes, ruleset: Ruleset) -> Iterator[Candidate]:
    """What shows itself once lines are joined; offsets are those of the window."""
    parts: list[bytes] = []
    here, there, at, size = [0], [0], 0, 0
    for fold in _FOLD.finditer(data):
        joint = b"" if fold[1] else b" "
        parts += (data[at : fold.start()], joint)
        size += fold.start() - at + len(joint)
        at = fold.end()
        there.append(size)
        here.append(at)
    if not parts:
        return
    finder = ruleset.finder()
    finder.feed(b"".join((*parts, data[at:])))
    finder.finish()
    for one in finder.take():
        rule = SPELLED.get(one.name, one.name)
        if rule.startswith(_RULES):
            start, end = [
                here[(i := bisect_right(there, to) - 1)] + to - there[i] for to in (one.start, one.end)
            ]
            yield Candidate(start, end, rule, FILLER, head=one.head)
