"""How `hushtape show` looks: the list, and one interaction after the other.

Lives here: everything about layout of the two. Must not: read cassettes, print other than through `Out`.
Called by: cli/show. Requests stand behind `>`, answers behind `<`, as curl shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hushtape.cli.output import Out, count, sized
from hushtape.errors import CassetteFormatError
from hushtape.matching.text import shortened
from hushtape.viewing.lens import hides
from hushtape.viewing.pretty import NEWLINE, Piece
from hushtape.viewing.summary import row, size

if TYPE_CHECKING:
    from hushtape.cassette import Reader
    from hushtape.model import Body, Failure, Head, Headers, Interaction, Response
    from hushtape.viewing.lens import Lens

    Taken = tuple[int, Interaction | CassetteFormatError]

LINES, WIDTH = 100, 400
"""Lines of a body in a preview, and characters of each."""

URI_SHOWN = 300
VALUE_SHOWN = 2000
"""Characters of a URI in the list, and of one header value."""

HIDDEN = (
    "What may be a credential is hidden here, not in the file (--unscrubbed shows it; hushtape scan tells "
    "what of it surely is one, and --fix redacts that)."
)


def listing(out: Out, reader: Reader, lens: Lens, taken: Iterator[Taken]) -> None:
    """A line for each interaction, also for those that can't be read."""
    info = reader.info
    about = "" if info.format else f", written by {info.source}"
    partial = "" if info.complete else ", partial: its recording ended early"
    when = f", recorded {info.recorded_at}" if info.recorded_at else ""
    out.line(("bold", str(reader.path)), f"  {count(len(reader), 'interaction')}{when}{about}{partial}")
    width = max(len(str(len(reader) - 1)), 1)
    number, hidden = 0, False
    for place, stored in taken:
        number += 1
        if isinstance(stored, CassetteFormatError):
            out.line(("dim", f"{place:>{width}}"), "  ", ("red", f"bad   {stored.found}"))
            continue
        shown = lens.through(stored)
        hidden = hidden or hides(shown, stored)
        one = row(place, shown, stored)
        out.line(
            ("dim", f"{one.number:>{width}}"), "  ",
            status(one.status, one.failure), f"  {sized(one.response_size):>9}  ",
            ("bold", f"{shortened(one.method, 20):<6}"), f" {shortened(one.uri, URI_SHOWN)}",
        )  # fmt: skip
    if number < len(reader):
        out.line(("dim", f"{number:,} of {count(len(reader), 'interaction')}"))
    if hidden:
        out.line(("yellow", HIDDEN))


def status(code: int | None, failure: str) -> tuple[str, str]:
    """A status, or `fail`, in the colour of its class."""
    if code is None or failure:
        return "red", f"{'fail' if code is None else str(code) + '!':<4}"
    return (
        "green" if code < 300 else "cyan" if code < 400 else "yellow" if code < 500 else "red"
    ), f"{code:<4}"


def interactions(out: Out, reader: Reader, lens: Lens, taken: Iterator[Taken], *, full: bool) -> None:
    """Whole interactions, one after the other; of those that can't be read, why."""
    for index, (number, stored) in enumerate(taken):
        if index:
            out.line()
        if isinstance(stored, CassetteFormatError):
            out.line(("bold", f"interaction {number:,}"), ("dim", f" of {len(reader):,}"))
            out.line(("red", f"! {stored.found}"))
            continue
        shown = lens.through(stored)
        _one(out, number, len(reader), shown, stored, full=full)
        if hides(shown, stored):
            out.line()
            out.line(("yellow", HIDDEN))


def _one(out: Out, number: int, total: int, shown: Interaction, stored: Interaction, *, full: bool) -> None:
    when = f"  {shown.recorded_at}" if shown.recorded_at else ""
    took = f"  {shown.elapsed:.3f} s" if shown.elapsed else ""
    out.line(("bold", f"interaction {number:,}"), ("dim", f" of {total:,}{when}{took}"))
    request, response = shown.request, shown.response
    out.line(("dim", "> "), ("bold", request.method), f" {request.uri} {request.http_version}")
    _fields(out, "> ", request.headers)
    _body(out, request.body, size(stored.request.body), request.headers.get("content-type"), full=full)
    if response is not None:
        for early in response.informational:
            _head(out, early)
        _head(out, response.head)
        kept = None if stored.response is None else stored.response.body
        _body(out, response.body, size(kept), response.head.headers.get("content-type"), full=full)
        _fields(out, "< ", response.trailers)
        for fact in _facts(response):
            out.line(("dim", f"  {fact}"))
    if shown.failure is not None:
        _failure(out, shown.failure)


def _head(out: Out, head: Head) -> None:
    style, code = status(head.status, "")
    out.line(("dim", "< "), f"{head.http_version} ", (f"bold {style}", code.strip()), f" {head.reason}")
    _fields(out, "< ", head.headers)


def _fields(out: Out, mark: str, headers: Headers) -> None:
    for name, value in headers:
        out.line(("dim", mark), ("cyan", shortened(name, VALUE_SHOWN)), f": {shortened(value, VALUE_SHOWN)}")


def _body(out: Out, body: Body | None, stored: int, content_type: str, *, full: bool) -> None:
    from hushtape.viewing.body import look, pieces

    seen = look(body, content_type)
    if body is None or seen.kind == "empty":
        out.line(("dim", "  (no body)"))
        return
    out.line(("dim", f"  ({seen.kind}, {count(stored, 'byte')})"))
    laid_out = pieces(body, content_type, seen, full=full)
    for piece in laid_out if full else preview(laid_out):
        out.write("\n" if piece == NEWLINE else piece)
    out.write("\n")


CUT: Piece = ("yellow", f"... more than {LINES} lines: --full shows all")


def preview(laid_out: Iterable[Piece]) -> Iterator[Piece]:
    """The first lines, none of them longer than `WIDTH`; the rest is not even read."""
    lines, column = 0, 0
    for piece in laid_out:
        if piece == NEWLINE:
            lines, column = lines + 1, 0
            yield piece
            if lines >= LINES:
                yield CUT
                return
            continue
        style, text = piece
        if column < WIDTH:
            yield style, text[: WIDTH - column]
            if column + len(text) > WIDTH:
                yield "yellow", "..."
        elif column > WIDTH * 10_000:  # one endless line
            yield NEWLINE
            yield CUT
            return
        column += len(text)


def _facts(response: Response) -> Iterator[str]:
    """What the answer's bytes don't tell."""
    if response.coding:
        yield f"content coding undone: {', '.join(response.coding)}"
    if response.framing not in ("length", "none"):
        yield f"framing: {response.framing}"
    if response.ending == "short":
        missing = f", {count(response.shortfall, 'byte')} of it never came" if response.shortfall else ""
        yield f"the server ended early{missing}"
    elif response.ending == "cut":
        yield "the program stopped reading, or the tape closed, before the end"


def _failure(out: Out, failure: Failure) -> None:
    out.line(("red", f"! the call failed ({failure.stage})"))
    for link in failure.chain:
        number = "" if link.errno is None else f" [errno {link.errno}]"
        out.line(("red", "! "), ("bold", link.type), f"{number} {shortened(link.message, VALUE_SHOWN)}")
