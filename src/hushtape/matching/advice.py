"""What to do about an unmatched request: steps that are true when they are followed.

Lives here: which options would make the nearest interaction answer, tried out on it before they are named,
and the other ways out. Must not: word the rest of the report, read a cassette. Called by: report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from shlex import quote
from typing import Any, Final

from msgspec import Struct

from hushtape.matching.compare_body import MORE
from hushtape.matching.ignored import Ignored, Kind, Path, Rule
from hushtape.matching.nearest import Ranked
from hushtape.matching.parts import split
from hushtape.matching.plan import Mismatch, Plan
from hushtape.matching.text import is_hidden, visible
from hushtape.model import Request

MOST_IGNORED: Final = 6
"""A request that differs in more is another request."""

IN_URI: Final = ("scheme", "host", "port", "path", "query")
ROUNDS: Final = 3
INSTEAD: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "port": ((),),
    "host": ((),),
    "scheme": ((),),
    "uri": (IN_URI,),
    "raw_body": (("body",),),
    "body": (("json_body",), ("raw_body",), ("form_body",)),
    "form_body": (("body",),),
    "json_body": (("body",),),
}
"""What may stand in a matcher's place where it alone refuses. A method or path can't be left out: another
one is another request."""

ACKNOWLEDGE: Final = "tape.acknowledge(error)"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch


class Situation(Struct, frozen=True, kw_only=True):
    """What advice needs to know of the tape.

    Attributes:
        cassette: its path as the user named it. mode: the record mode in force.
        forced: HUSHTAPE_MODE sets the mode, so the option `mode` has no say.
        total: interactions on it; looked_at: of them, those that the search for the nearest covered.
        complete: False for a partial recording. left_over: a journal stands beside it that nobody writes.
        bound: `max_callback_body`, in bytes.
    """

    cassette: str
    mode: str
    forced: bool = False
    total: int = 0
    looked_at: int | None = None
    complete: bool = True
    left_over: bool = False
    bound: int = 0


class Step(Struct, frozen=True):
    """One way out: what it is for, and the option or command itself, to be copied ("" for none)."""

    text: str
    code: str = ""


def steps(
    live: Request, ranked: Sequence[Ranked], plan: Plan, tape: Situation, placeholders: Iterable[str] = ()
) -> list[Step]:
    """What the reader can do, the likeliest first; each names the option or command."""
    found = []
    best = ranked[0] if ranked else None
    if tape.left_over:
        found.append(_recover(tape))
    if best is not None and not best.mismatches:
        found.append(_used_up(best))
    elif best is not None:
        found += loosen(live, best, plan, tuple(placeholders))
        found += _too_long(best, tape)
    if best is None or any(each.matcher == "host" for each in best.mismatches):
        found.append(_let_pass(live))
    return [
        *found,
        *_record(tape),
        Step("If the program was right to survive it, say so where it catches the error:", ACKNOWLEDGE),
    ]


def _recover(tape: Situation) -> Step:
    return Step(
        "A recording that did not end lies beside the cassette and may hold it. To put it in the cassette's "
        "place (without --replace it is written beside it):",
        f"hushtape recover --replace {visible(quote(tape.cassette))}",
    )


def _used_up(best: Ranked) -> Step:
    if not best.played:
        return Step(f"Interaction {best.ordinal} matches but was not free: another call in flight holds it.")
    answers = "Its recorded answer was" if best.twins == 0 else f"Its {best.twins + 1} recorded answers were"
    return Step(
        f'{answers} played already, and the program asks once more. To give the last one again ("first": the '
        'first; "cycle": all in turn):',
        'exhausted="last"',
    )


def loosen(live: Request, best: Ranked, plan: Plan, placeholders: tuple[str, ...]) -> Iterator[Step]:
    """Options under which `best` answers `live`: tried, not guessed."""
    for matchers in _matchers(plan, [each for each in best.mismatches if not _may_be_ignored(each)]):
        rules = _tried(live, best, plan, matchers, placeholders)
        if rules is None:
            continue
        ignored = plan.ignored.plus(rules)
        options: dict[str, Any] = {"match_on": matchers} if matchers != plan.matchers else {}
        for rule in rules:
            options[f"ignore_{rule.kind}"] = _names(ignored, rule.kind)
        written = ", ".join([_written(name, value, plan) for name, value in options.items()])
        if best.played:
            written += ', exhausted="last"'
        again = ", and the answer was played already" if best.played else ""
        yield Step(f"If {_what(best.mismatches)} may differ{again}:", written)
        return


def _may_be_ignored(each: Mismatch) -> bool:
    return bool(each.kind) or each.line == MORE


def _tried(
    live: Request, best: Ranked, plan: Plan, matchers: tuple[Any, ...], placeholders: tuple[str, ...]
) -> list[Rule] | None:
    """Ignore lists under which the two match; None if there are none. Of a long body only some differences
    are told at once, so what is left under the lists is looked at again."""
    found = [each for each in best.mismatches if each.kind]
    for _ in range(ROUNDS):
        rules = _rules(found)
        if rules is None:
            return None
        left = plan.changed(matchers, plan.ignored.plus(rules)).mismatches(live, best.request, placeholders)
        if not left:
            return rules
        if not all(map(_may_be_ignored, left)):
            return None
        found += left
    return None


def _rules(mismatches: Sequence[Mismatch]) -> list[Rule] | None:
    """Ignore lists for all differences that can be ignored; None where there are too many."""
    names: dict[Kind, list[str]] = {}
    paths: list[Path] = []
    for each in mismatches:
        if each.kind == "json":
            if any(isinstance(one, str) and is_hidden(one) for one in each.at):
                return None
            paths.append(tuple([((one,), False) for one in each.at]))
        elif each.kind and isinstance(each.at, str):
            if not each.at or "*" in each.at or is_hidden(each.at):
                return None
            names.setdefault(each.kind, []).append(each.at)  # type: ignore[arg-type]  # one of Kind
    paths = _for_all_elements(paths)
    if () in paths or sum(map(len, names.values())) + len(paths) > MOST_IGNORED:
        return None
    found = [Rule(kind, tuple(dict.fromkeys(held))) for kind, held in names.items()]
    return found + ([Rule("json", paths=tuple(dict.fromkeys(paths)))] if paths else [])


def _for_all_elements(paths: list[Path]) -> list[Path]:
    """`$.rows[*].id` in place of paths that differ in places of elements only: one element's is exact."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        wide = tuple([((None,) if isinstance(step[0][0], int) else step[0], step[1]) for step in path])
        found.setdefault(wide, []).append(path)
    return [wide if len(held) > 1 else held[0] for wide, held in found.items()]


def _matchers(plan: Plan, rest: Sequence[Mismatch]) -> Iterator[tuple[Any, ...]]:
    """`match_on` as it is, or with something else in place of the one matcher that refuses."""
    refusing = {each.matcher for each in rest}
    if not refusing:
        yield plan.matchers
    if len(refusing) != 1:
        return
    (name,) = refusing
    for others in INSTEAD.get(name, ()) if name in plan.matchers else ():
        place = plan.matchers.index(name)
        changed = (*plan.matchers[:place], *others, *plan.matchers[place + 1 :])
        if changed:
            yield tuple(dict.fromkeys(changed))


def _names(ignored: Ignored, kind: str) -> Any:
    """The whole value of the option: what is ignored now, and the new."""
    places: dict[str, list[str]] = {}
    for rule in ignored.rules:
        if rule.kind == kind:
            where = rule.where
            place = where.host + (f":{where.port}" if where.port else "") + where.path
            held = rule.names or tuple(map(path_text, rule.paths))
            places.setdefault(place or "*", []).extend(held)
    held_by = {place: tuple(dict.fromkeys(names)) for place, names in places.items()}
    return held_by["*"] if set(held_by) == {"*"} else held_by


def path_text(path: Path) -> str:
    """A JSON path as it is written."""
    return "$" + "".join([_step(selectors, descend) for selectors, descend in path])


def _step(selectors: tuple[str | int | None, ...], descend: bool) -> str:
    dots = ".." if descend else ""
    if len(selectors) == 1 and isinstance(selectors[0], str) and _PLAIN(selectors[0]):
        return f"{dots or '.'}{selectors[0]}"
    return f"{dots}[{','.join(['*' if one is None else json.dumps(one) for one in selectors])}]"


def _written(name: str, value: Any, plan: Plan) -> str:
    """The option as Python source."""
    if name == "match_on":
        shown = [repr(one) if isinstance(one, str) else said for one, said in _said(value, plan)]
        return f"match_on=({', '.join(shown)}{',' if len(shown) == 1 else ''})"
    if isinstance(value, Mapping):
        return (
            f"{name}={{{', '.join([f'{_quoted(place)}: {_set(names)}' for place, names in value.items()])}}}"
        )
    return f"{name}={_set(value)}"


def _said(matchers: Sequence[Any], plan: Plan) -> Iterator[tuple[Any, str]]:
    named = dict(zip(plan.matchers, plan.names, strict=True))
    return ((one, visible(named.get(one, str(one)))) for one in matchers)


def _set(names: Sequence[str]) -> str:
    return "{" + ", ".join(map(_quoted, names)) + "}"


def _quoted(text: str) -> str:
    return visible(json.dumps(text, ensure_ascii=False)) if "'" in text or '"' not in text else repr(text)


def _what(mismatches: Sequence[Mismatch]) -> str:
    if all(each.kind for each in mismatches):
        return "these values" if len(mismatches) > 1 else "this value"
    return "this"


def _let_pass(live: Request) -> Step:
    """Nothing of this host is on the tape: telemetry, another service."""
    host = split(live.uri)[1].strip("[]")
    text = "If calls to this host are no part of what is recorded, let them through to the network:"
    return Step(text, f"ignore_hosts={_set([host])}")


def _too_long(best: Ranked, tape: Situation) -> Iterator[Step]:
    if any("max_callback_body" in each.line for each in best.mismatches):
        yield Step(
            f"To have longer bodies read and compared instead of their digests (now {tape.bound:,} bytes):",
            f"max_callback_body={8 * tape.bound}",
        )


def _record(tape: Situation) -> Iterator[Step]:
    """How to record what is missing."""
    right = "If the program is right, record what is missing, with the network"
    if tape.mode == "new_episodes":
        yield Step('mode="new_episodes" would record it, were it not for exhausted="error": leave that out.')
    elif tape.forced:
        yield Step(
            f"{right}. HUSHTAPE_MODE={visible(tape.mode)} is set and overrides the option mode, so for one "
            "run:",
            "HUSHTAPE_MODE=new_episodes",
        )
    else:
        yield Step(
            f'{right} (for one run: HUSHTAPE_MODE=new_episodes; everything anew: mode="all"):',
            'mode="new_episodes"',
        )
