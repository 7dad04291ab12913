"""Secrets that YAML folds over lines (those that hold a space, as a PEM key's first line does), or quotes.

Lives here: joining the lines and quotes of a window, and the way back from offsets. Must not: know scalars:
text that is not folded is joined all the same, so only rules that need no names are asked. Called by: look.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from hushtape.sanitize import Ruleset
from hushtape.scan.finding import FILLER, Candidate
from hushtape.scan.judge import KNOWN, SPELLED

_FOLD = re.compile(rb"(\\?)\r?\n *(?:\\(?= ))?|(')(?=')")
"""A line's end, and the first of the two quotes that stand for one in single quotes (YAML 1.2, 7.3.2)."""
_RULES = (KNOWN, "PEM", "shape ", "JWT")


def folded(data: bytes, ruleset: Ruleset) -> Iterator[Candidate]:
    """What shows itself once lines are joined; offsets are those of the window."""
    parts: list[bytes] = []
    here, there, at, size = [0], [0], 0, 0
    for fold in _FOLD.finditer(data):
        joint = b"" if fold[1] or fold[2] else b" "
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
            first, last = bisect_right(there, one.start) - 1, bisect_left(there, one.end) - 1
            start, end = here[first] + one.start - there[first], here[last] + one.end - there[last]
            yield Candidate(start, end, rule, FILLER, head=one.head)
