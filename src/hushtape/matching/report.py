"""The unmatched-request report: what was asked, what came nearest, what differs, what to do next.

Lives here: its words and its layout, plain text of about 20 lines. Must not: scrub (the caller hands over
scrubbed requests only), rank (nearest), know what to do (advice), colour (painted). Called by: session.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any, Final

from hushtape.matching.advice import Situation, Step, steps
from hushtape.matching.nearest import Ranked
from hushtape.matching.plan import Plan
from hushtape.matching.text import shortened, sized, visible
from hushtape.model import Request

WIDTH: Final = 100
"""Columns of a step; differences stay on one line each."""
UNBROKEN: Final[dict[str, Any]] = {"break_long_words": False, "break_on_hyphens": False}

NEAR: Final = 3

MAX_LINES: Final = 12
"""Most differences shown of one candidate."""

URI_SHOWN: Final = 400
"""Most characters of a URI: longer than other values, since it is the request's name."""


def report(
    live: Request,
    ranked: Sequence[Ranked],
    plan: Plan,
    tape: Situation,
    placeholders: Iterable[str] = (),
) -> str:
    """The report's text, without a final line break and without colours.

    Args:
        live: the request, scrubbed. ranked: what `nearest` found for it, scrubbed too.
        plan: the tape's matchers. tape: what there is to know of it.
        placeholders: those of the cassette.
    """
    lines = [
        f"No interaction on {visible(tape.cassette)} answers this request (mode '{visible(tape.mode)}').",
        "",
    ]
    lines += [f"  asked       {title(live)}", *_body_line(live)]
    lines += [f"  matched on  {', '.join(map(visible, plan.names))}", ""]
    for place, one in enumerate(ranked):
        if one.distance <= 2 * ranked[0].distance + NEAR:  # those much further away would only be noise
            lines += _candidate("nearest" if place == 0 else "then", one)
    lines += _extent(ranked, tape)
    lines += ["", "What to do:", *listed(steps(live, ranked, plan, tape, placeholders))]
    return "\n".join(lines)


def listed(found: Iterable[Step]) -> list[str]:
    """The lines of the steps: each a paragraph, options and commands on lines of their own."""
    lines = []
    for step in found:
        lines += wrap(step.text, WIDTH, initial_indent="  - ", subsequent_indent="    ", **UNBROKEN)
        if step.code:
            lines.append(f"      {step.code}")
    return lines


def title(request: Request) -> str:
    return f"{visible(shortened(request.method, 40))} {visible(shortened(request.uri, URI_SHOWN))}"


def _body_line(request: Request) -> list[str]:
    if request.body is None or request.body.size == 0:
        return []
    content_type = visible(shortened(request.headers.get("content-type")))
    return [f"              with {sized(request.body.size)} of {content_type or 'body'}"]


def _candidate(label: str, one: Ranked) -> list[str]:
    played = "already played" if one.played else "not played yet"
    twins = f"; {one.twins} more like it" if one.twins else ""
    lines = [
        f"  {label:<11} {title(one.request)}",
        f"              interaction {one.ordinal}: {played}{twins}",
    ]
    if not one.mismatches:
        return [*lines, "              matches in every point"]
    lines += [f"              {each.line}" for each in one.mismatches[:MAX_LINES]]
    if len(one.mismatches) > MAX_LINES:
        lines.append(f"              and {len(one.mismatches) - MAX_LINES} more differences")
    return lines


def _extent(ranked: Sequence[Ranked], tape: Situation) -> list[str]:
    """How much was looked at, and whether the cassette tells all that happened."""
    lines = []
    looked_at = tape.total if tape.looked_at is None else tape.looked_at
    held = f"{tape.total:,} interaction{'s' if tape.total != 1 else ''}"
    if tape.total == 0:
        lines.append("  The cassette holds no interactions.")
    elif looked_at < tape.total:
        lines.append(
            f"  Of {held}, {looked_at:,} were looked at; the next unmatched request goes on from there."
        )
    else:
        lines.append(f"  The cassette holds {held}; these come nearest.")
    if not tape.complete:
        lines.append(
            "  It is partial (complete: false): its recording ended early, perhaps before this request."
        )
    return ["", *lines] if ranked else lines
