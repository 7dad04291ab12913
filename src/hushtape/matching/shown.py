"""The report with colours, for who prints it.

Lives here: colours for a report's lines, found by their layout. Must not: print, decide when there are
colours (hushtape.terminal does), see unscrubbed values. Called by: programs (`hushtape.shown`), cli.
An error's own text is always plain: it goes to logs, pickles and CI. Nothing here hooks into Python's or
pytest's printing of exceptions; who prints an error asks for colours.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from hushtape.errors import HushtapeError, UnmatchedRequestError
from hushtape.matching.text import visible
from hushtape.terminal import Stream, painted, wants_colour

LABELS: Final = {"asked": "bold", "nearest": "cyan", "expected": "cyan", "then": "dim", "matched on": "dim"}
_LABELLED = re.compile(r"  (asked|nearest|expected|then|matched on)( +)(.*)")
_SIDES = re.compile(r"( {14})(.+?): ((?:not )?asked\b.*?), ((?:not )?recorded\b.*)")
_PLAYED = re.compile(r"already played|played already")


def shown(error: HushtapeError, stream: Stream | None = None) -> str:
    """An error's text as `stream` should show it: with colours on a terminal, else plain.

    `NO_COLOR` and `FORCE_COLOR` count. `print(hushtape.shown(error, sys.stderr), file=sys.stderr)`.

    Args:
        stream: where it will be printed; default standard error.
    """
    text = "\n".join([visible(line) for line in str(error).split("\n")])
    if not wants_colour(sys.stderr if stream is None else stream):
        return text
    return coloured(text) if isinstance(error, UnmatchedRequestError) else painted(text, "red")


def coloured(report: str) -> str:
    """A report with colours. Without them it is the same text."""
    first, _, rest = report.partition("\n")
    lines = [painted(first, "bold", "red"), *map(_line, rest.split("\n"))]
    return "\n".join(lines)


def _line(line: str) -> str:
    labelled = _LABELLED.fullmatch(line)
    if labelled is not None:
        label, gap, value = labelled.groups()
        return (
            f"  {painted(label, LABELS[label])}{gap}{painted(value, 'bold') if label == 'asked' else value}"
        )
    sides = _SIDES.fullmatch(line)
    if sides is not None:
        indent, what, asked, recorded = sides.groups()
        return f"{indent}{painted(what, 'yellow')}: {painted(asked, 'red')}, {painted(recorded, 'green')}"
    if line == "What to do:":
        return painted(line, "bold")
    if line.startswith("              interaction "):
        return _PLAYED.sub(lambda found: painted(found[0], "yellow"), line)
    return f"      {painted(line[6:], 'cyan')}" if _is_code(line) else line


def _is_code(line: str) -> bool:
    """An option or command: it stands alone, further in than words do."""
    return line[:6] == "      " and line[6:7] != " "
