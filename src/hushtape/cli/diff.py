"""`hushtape diff A B`: what changed between two cassettes, interaction by interaction.

Lives here: the command's options, the two passes (digests, then what differs), and what is printed. Must not:
compare or align (viewing does), hold interactions. Called by: the command line. Exit codes as diff(1) has
them: 0 equal, 1 different, 2 wrong usage or a cassette that can't be read.
"""

from __future__ import annotations

import argparse
from array import array
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hushtape.cli import failed
from hushtape.cli.output import Out, as_json, count
from hushtape.cli.progress import Bar
from hushtape.errors import HushtapeError
from hushtape.matching.text import shortened

if TYPE_CHECKING:
    from hushtape.cassette import Reader
    from hushtape.viewing.differences import Comparison, Difference
    from hushtape.viewing.digest import Rules
    from hushtape.viewing.lens import Lens

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

SHOWN = 20
"""Differences of one interaction, without `--full`."""

SIGNS = {"changed": ("yellow", "~"), "removed": ("red", "-"), "added": ("green", "+"), "moved": ("cyan", ">")}


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "diff",
        description="Compare two cassettes, interaction by interaction: those that were inserted, removed or "
        "moved are found, JSON is compared by value and told by pointer. Times are ignored, and the Date of "
        "an answer. Ends with 0 if they are equal, 1 if not, 2 if the usage was wrong or a "
        "cassette can't be read.",
        epilog="example: hushtape diff old/orders.json orders.json --ignore-json '/data/*/updated_at'",
    )
    parser.add_argument("left", metavar="A", type=Path, help="a cassette")
    parser.add_argument("right", metavar="B", type=Path, help="another one, of any format")
    ignored = parser.add_argument_group("what does not count")
    ignored.add_argument(
        "--ignore-header", metavar="NAME", action="append", default=[], help="a header field, of both sides"
    )
    ignored.add_argument(
        "--ignore-json", metavar="POINTER", action="append", default=[],
        help="a place in JSON bodies, as /data/0/id; * stands for any text",
    )  # fmt: skip
    ignored.add_argument("--ignore-layout", action="store_true", help="white space and key order of JSON")
    ignored.add_argument("--ignore-order", action="store_true", help="interactions that only moved")
    parser.add_argument("--times", action="store_true", help="times count, too")
    parser.add_argument("--full", action="store_true", help=f"all differences, not {SHOWN} an interaction")
    parser.add_argument("--unscrubbed", action="store_true", help="hide nothing of what the files hold")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        return _Diff(options).run()
    except HushtapeError as error:
        return failed(error, 2)


class _Diff:
    """One comparison of two cassettes."""

    def __init__(self, options: argparse.Namespace) -> None:
        from hushtape.cassette import CassetteReader
        from hushtape.viewing.differences import Comparison
        from hushtape.viewing.digest import Rules
        from hushtape.viewing.lens import Lens

        self._options = options
        rules = Rules(frozenset(map(str.lower, options.ignore_header)), options.times)
        self._comparison: Comparison = Comparison(
            rules, tuple(options.ignore_json), not options.ignore_layout
        )
        self._left: Reader = CassetteReader.open(options.left)
        self._right: Reader = CassetteReader.open(options.right)
        self._lens: Lens = Lens(unscrubbed=options.unscrubbed)
        self._counts = dict.fromkeys(("equal", *SIGNS), 0)

    def run(self) -> int:
        show = _json if self._options.json else _text
        show(self._options, self._changes(), self._counts)
        return int(any(number for kind, number in self._counts.items() if kind != "equal"))

    def _changes(self) -> Iterator[dict[str, Any]]:
        """Each change, counted: kind, numbers, request, differences."""
        from hushtape.viewing.align import align

        if self._left.info.complete != self._right.info.complete:
            found = [_complete(self._left), _complete(self._right)]
            yield self._change("changed", None, None, iter([_difference("complete", *found)]))
        with Bar("comparing", len(self._left) + len(self._right)) as bar:
            ours, theirs = (_digests(one, self._comparison.rules, bar) for one in (self._left, self._right))
        pairs, moved = align(list(zip(ours, theirs, strict=True)))
        partners, gone = dict(moved), {b for _, b in moved}
        for a, b in pairs:
            if a is None or b is None:
                to = partners.get(a) if a is not None else None
                if to is not None and a is not None:
                    yield from self._moved(a, to)
                elif b not in gone:
                    yield self._change("removed" if b is None else "added", a, b, iter(()))
            elif ours[0][a] == theirs[0][b]:
                self._counts["equal"] += 1
            else:
                yield from self._pair(a, b)

    def _moved(self, a: int, b: int) -> Iterator[dict[str, Any]]:
        if self._options.ignore_order:
            yield from self._pair(a, b)
        else:
            yield self._change("moved", a, b, self._between(a, b))

    def _pair(self, a: int, b: int) -> Iterator[dict[str, Any]]:
        found = self._between(a, b)
        first = next(found, None)
        if first is None:
            self._counts["equal"] += 1
        else:
            yield self._change("changed", a, b, _again(first, found))

    def _between(self, a: int, b: int) -> Iterator[Difference]:
        return self._comparison.differences(self._left.read(a), self._right.read(b), self._lens)

    def _change(self, kind: str, a: int | None, b: int | None, found: Iterator[Difference]) -> dict[str, Any]:
        self._counts[kind] += 1
        request = None
        if a is not None:
            request = self._left.read(a).request
        elif b is not None:
            request = self._right.read(b).request
        return {
            "kind": kind,
            "left": a,
            "right": b,
            "method": request and request.method,
            "uri": request and self._lens.uri(request.uri),
            "differences": found,
        }


def _digests(reader: Reader, rules: Rules, bar: Bar) -> list[array[int]]:
    """Of each interaction: whole, its request, where it goes. 24 bytes each."""
    from hushtape.viewing.digest import place_digest, request_digest, whole_digest
    from hushtape.viewing.lens import decoded

    found = [array("Q"), array("Q"), array("Q")]
    for number in range(len(reader)):
        interaction = decoded(reader.read(number))
        asked = request_digest(interaction.request, rules)
        found[0].append(whole_digest(interaction, rules, asked))
        found[1].append(asked)
        found[2].append(place_digest(interaction.request))
        bar.step()
    return found


def _again(first: Difference, others: Iterator[Difference]) -> Iterator[Difference]:
    yield first
    yield from others


def _complete(reader: Reader) -> str:
    return "complete" if reader.info.complete else "partial: its recording ended early"


def _difference(place: str, left: str, right: str) -> Difference:
    from hushtape.viewing.differences import Difference

    return Difference(place, "", left, right)


def _text(options: argparse.Namespace, changes: Iterator[dict[str, Any]], counts: dict[str, int]) -> None:
    out = Out()
    for change in changes:
        numbers = [("A", change["left"]), ("B", change["right"])]
        where = ", ".join([f"{side} {number:,}" for side, number in numbers if number is not None])
        uri = shortened(change["uri"] or "the cassette", 300)
        style, sign = SIGNS[change["kind"]]
        out.line((style, f"{sign} {change['kind']} "), ("dim", f"({where}) " if where else ""),
                 ("bold", f"{change['method'] or ''} {uri}".strip()))  # fmt: skip
        for one in islice(change["differences"], None if options.full else SHOWN):
            out.line(f"    {one.place}{' ' + one.pointer if one.pointer else ''}", *_sides(one))
        more = sum(1 for _ in change["differences"])
        if more:
            out.line(("dim", f"    and {count(more, 'difference')} more (--full)"))
    told = [f"{number:,} {kind}" for kind, number in counts.items() if number or kind == "equal"]
    out.line(("bold", ", ".join(told)))


def _sides(one: Difference) -> list[tuple[str, str]]:
    if one.left is None and one.right is None:
        return []
    if one.left == one.right:
        return [("", f": {one.left}")]
    left, right = ("nothing" if side is None else side for side in (one.left, one.right))
    return [("", ": "), ("red", left), ("", " -> "), ("green", right)]


def _json(options: argparse.Namespace, changes: Iterator[dict[str, Any]], counts: dict[str, int]) -> None:
    """One document, written as it is made."""
    out = Out()
    head = {"version": 1, "left": str(options.left), "right": str(options.right)}
    out.json(as_json(head, None)[:-1] + ', "changes": [')
    before = "\n"
    for change in changes:
        found = [
            {"place": one.place, "pointer": one.pointer or None, "left": one.left, "right": one.right}
            for one in islice(change["differences"], None if options.full else 1000)
        ]
        truncated = next(change["differences"], None) is not None
        out.json(before + as_json({**change, "differences": found, "truncated": truncated}, None))
        before = ",\n"
    equal = not any(number for kind, number in counts.items() if kind != "equal")
    out.json(f'\n], "counts": {as_json(counts, None)}, "equal": {as_json(equal)}}}\n')
