"""The unmatched-request report: what was asked, what came nearest, what differs, what to do next.

Lives here: its words and its layout, plain text of about 20 lines. Must not: scrub (the caller hands over
scrubbed requests only), rank (nearest), colour (the terminal front end does). Called by: session.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hushtape.matching.nearest import COMPARED, EXAMINED, Ranked
from hushtape.matching.plan import DEFAULT_MATCH_ON, NAMES
from hushtape.matching.text import shortened, sized, visible
from hushtape.model import Request

MAX_LINES = 12
"""Most differences shown of one candidate."""

URI_SHOWN = 400
"""Most characters of a URI: longer than other values, since it is the request's name."""


class Situation(Struct, frozen=True, kw_only=True):
    """What the report needs to know of the tape; see `report`."""

    cassette: str
    mode: str
    total: int
    complete: bool
    match_on: Sequence[str]
    journal: str


def report(
    live: Request,
    ranked: Sequence[Ranked],
    *,
    cassette: str,
    mode: str,
    total: int,
    complete: bool = True,
    match_on: Sequence[str] = DEFAULT_MATCH_ON,
    journal: str = "",
) -> str:
    """The report's text, without a final line break.

    Args:
        live: the request, scrubbed. ranked: what `nearest` found for it, scrubbed too.
        cassette: its path as the user named it. mode: the tape's record mode.
        total: interactions on the tape. complete: False for a partial recording.
        match_on: names of the matchers (`Plan.names`).
        journal: the folder of an unfinished recording that `hushtape recover` could bring back, or "".
    """
    tape = Situation(
        cassette=cassette, mode=mode, total=total, complete=complete, match_on=match_on, journal=journal
    )
    lines = [f"No interaction on {visible(tape.cassette)} answers this request (mode '{tape.mode}').", ""]
    lines += [f"  asked       {_title(live)}", *_body_line(live)]
    lines += [f"  matched on  {', '.join(map(visible, tape.match_on))}", ""]
    for place, one in enumerate(ranked):
        lines += _candidate("nearest" if place == 0 else "then", one)
    lines += _extent(ranked, tape)
    lines += ["", "What to do:"]
    lines += [f"  - {step}" for step in remedies(ranked, tape)]
    return "\n".join(lines)


def _title(request: Request) -> str:
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
        f"  {label:<11} {_title(one.request)}",
        f"              interaction {one.ordinal}, {played}{twins}",
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
    if tape.total == 0:
        lines.append("  The cassette holds no interactions.")
    elif tape.total > EXAMINED:
        lines.append(f"  Of {tape.total:,} interactions, {EXAMINED:,} were examined, {COMPARED} in full.")
    else:
        lines.append(f"  The cassette holds {tape.total:,} interaction{'s' if tape.total != 1 else ''}.")
    if not tape.complete:
        lines.append(
            "  It is partial: its recording ended early, so this request may never have been recorded."
        )
    return ["", *lines] if ranked else lines


def remedies(ranked: Sequence[Ranked], tape: Situation) -> list[str]:
    """What the reader can do, the likeliest first; each names the option or command."""
    steps = []
    if tape.journal:
        steps.append(
            f"An unfinished recording lies in {visible(tape.journal)}: hushtape recover {tape.cassette}"
        )
    best = ranked[0] if ranked else None
    if best is not None and not best.mismatches:
        steps.append(_used_up(best))
    elif best is not None:
        steps += _loosen(best, tape)
    if tape.mode == "all":
        return steps or ["mode='all' replays nothing; use mode='once' to replay."]
    steps.append("If the program is right: record what is missing with mode='new_episodes'")
    steps[-1] += " (or HUSHTAPE_MODE=new_episodes), or everything anew with mode='all'."
    if tape.mode == "none":
        steps.append("mode='none' never records: set the mode for one run, where the network may be used.")
    steps.append("If the program was right to survive it: tape.acknowledge(error) in the test.")
    return steps


def _used_up(best: Ranked) -> str:
    if best.played:
        answers = "answer was" if best.twins == 0 else f"{best.twins + 1} answers were"
        return (
            f"Its recorded {answers} played already: the program asks more often than when it was recorded."
        )
    return f"Interaction {best.ordinal} matches but was not free: another call in flight holds it."


def _loosen(best: Ranked, tape: Situation) -> list[str]:
    """One named matcher alone stands between: say how to leave it out, and what that gives up."""
    different = {each.matcher for each in best.mismatches}
    if len(different) != 1 or any(one not in NAMES for one in tape.match_on):
        return []
    name = different.pop()
    left = [one for one in tape.match_on if one != name]
    if not left or name in ("host", "method", "scheme", "port"):
        return []
    option = ", ".join(repr(one) for one in left)
    return [f"If only its {visible(name)} may differ: match_on=({option}{',' if len(left) == 1 else ''})."]
