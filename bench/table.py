"""How figures look: numbers, the blocks that the terminal shows, the Markdown table of the README.

Pure text from `bench.summary`; no measuring, no files.
"""

from collections.abc import Sequence

from bench.contenders import BARE, CONTENDERS, HUSHTAPE
from bench.figure import Figure
from bench.summary import Entry, Line

_REASON = 80


def number(value: float) -> str:
    """Three significant digits at most, never in exponent form: `0.48`, `1.31`, `97.9`, `2,060`."""
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


def bound(figure: Figure) -> str:
    """hushtape's limit as text."""
    if figure.bound is None:
        return ""
    if figure.rate:
        return f"at least {figure.bound:,.0f}"
    if figure.more_is_better:
        return f"{figure.bound:,.0f}"
    return f"{'under' if figure.strict else 'at most'} {figure.bound:g}"


def cell(entry: Entry | None, figure: Figure) -> str:
    """`1.21 (1.18-1.26)`; for counts the worst of the repetitions; else the reason, shortened."""
    if entry is None:
        return "-"
    if entry.spread is None:
        reason = entry.reason.replace("|", "/").replace("\n", " ")
        return reason if len(reason) <= _REASON else reason[: _REASON - 1] + "…"
    spread = entry.spread
    if figure.more_is_better and not figure.rate:
        low, high = f"{spread.low:,.0f}", f"{spread.high:,.0f}"
        return low if low == high else f"{low} to {high}"
    if spread.runs == 1:
        return number(spread.median)
    return f"{number(spread.median)} ({number(spread.low)} to {number(spread.high)})"


def block(line: Line) -> str:
    """One figure for the terminal: every tool on its own line, hushtape's with bound and standing."""
    unit = f", {line.figure.unit}" if line.figure.unit else ""
    rows = [f"{line.row}: {line.figure.title}{unit}"]
    for tool, entry in line.entries.items():
        full = entry.reason if entry.spread is None else cell(entry, line.figure)
        note = ""
        if tool == HUSHTAPE and line.verdict:
            note = f"   {line.verdict.upper()}: {bound(line.figure)}"
        elif tool in line.standing and line.standing[tool] != "-":
            note = f"   hushtape is {line.standing[tool]}"
        runs = f"  [runs: {entry.spread.runs}]" if entry.spread and tool != BARE else ""
        rows.append(f"    {CONTENDERS[tool].title:<18} {full}{runs}{note}")
    return "\n".join(rows)


def markdown(lines: Sequence[Line], tools: Sequence[str]) -> str:
    """The table of the README: one line a figure, one column a tool, medians with their spread."""
    columns = [BARE, *(tool for tool in tools if tool != BARE)]
    titles = ["measured", "unit", "promise", *(CONTENDERS[tool].title for tool in columns)]
    out = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    for line in lines:
        promise = bound(line.figure) + (f" ({line.verdict})" if line.verdict else "")
        cells = [cell(line.entries.get(tool), line.figure) for tool in columns]
        out.append("| " + " | ".join([line.figure.title, line.figure.unit, promise, *cells]) + " |")
    return "\n".join(out)


def closing(lines: Sequence[Line]) -> str:
    """The last words of a run: promises met and missed, and where a rival is not behind."""
    judged = [line for line in lines if line.verdict in ("met", "missed")]
    met = sum(line.verdict == "met" for line in judged)
    out = [f"{met} of {len(judged)} promises met."]
    out += [
        f"  missed: {line.row}: {line.figure.title}: {_found(line)}"
        for line in judged
        if line.verdict == "missed"
    ]
    for line in judged:
        for rival, place in line.standing.items():
            if place not in ("ahead", "-"):
                out.append(f"  {place} {rival}: {line.row}: {line.figure.title}")
    return "\n".join(out)


def _found(line: Line) -> str:
    found = line.entries[HUSHTAPE]
    text = cell(found, line.figure) if found.spread else found.reason
    return f"{text}, promised {bound(line.figure)}"
