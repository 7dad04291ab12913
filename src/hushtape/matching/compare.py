"""The matchers of a request's head: what each compares, and its verdict in words.

Lives here: method, scheme, host, port, path, query, uri, headers. Must not: read bodies (compare_body),
keep state, raise on any value. Called by: plan.
Each function yields one line per difference; nothing yielded means that the two match. `wild` is None in
the exact comparison; with placeholders, a recorded one matches any text in its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from hushtape.matching.multipart import without_boundary
from hushtape.matching.parts import View, pairs
from hushtape.matching.placeholders import Placeholders, segments
from hushtape.matching.text import NOT_SHOWN, WITHHELD, Difference, around, is_hidden, quoted, visible
from hushtape.model import Headers

Compare = Callable[[View, View, Placeholders | None], Iterator[Difference]]


def method(live: View, recorded: View, wild: Placeholders | None) -> Iterator[Difference]:
    """Case-sensitive (RFC 9110 9.1)."""
    yield from _value("method", live.request.method, recorded.request.method)


def scheme(live: View, recorded: View, wild: Placeholders | None) -> Iterator[Difference]:
    yield from _value("scheme", live.scheme, recorded.scheme)


def host(live: View, recorded: View, wild: Placeholders | None) -> Iterator[Difference]:
    yield from _value("host", live.host, recorded.host)


def port(live: View, recorded: View, wild: Placeholders | None) -> Iterator[Difference]:
    """A missing port is the scheme's default."""
    yield from _value("port", live.port, recorded.port)


def path(live: View, recorded: View, wild: Placeholders | None) -> Iterator[Difference]:
    """Percent-encoded, as sent; around placeholders the decoded segments are compared."""
    if live.path == recorded.path:
        return
    ours, theirs = segments(live.path), segments(recorded.path)
    shown = _may_be_shown(live, recorded)
    if len(ours) != len(theirs):
        whole = _value("path", live.path, recorded.path)
        yield from whole if shown else [Difference(f"path: {NOT_SHOWN}")]
        return
    literal_ours, literal_theirs = live.path.split("/"), recorded.path.split("/")
    for place, (asked, stored) in enumerate(zip(ours, theirs, strict=True)):
        sent = literal_theirs[place]
        if literal_ours[place] == sent:
            continue
        held = wild is not None and (wild.within(stored) or wild.within(sent))
        if not held or not _fits(asked, stored, wild):
            label = f"path segment {place}"
            if shown:
                yield from _value(label, literal_ours[place], literal_theirs[place])
            else:
                yield Difference(f"{label}: {NOT_SHOWN}")


def query(live: View, recorded: View, wild: Placeholders | None) -> Iterator[Difference]:
    """Decoded pairs in any order; blank values count, "a" is "a="."""
    if live.query == recorded.query:
        return
    shown = _may_be_shown(live, recorded)
    yield from fields("query", pairs(live.query), pairs(recorded.query), wild, shown=shown)


def uri(live: View, recorded: View, wild: Placeholders | None) -> Iterator[Difference]:
    """The whole URI as it is written, the order of its parameters included."""
    if live.uri == recorded.uri:
        return
    found = [line for part in (scheme, host, port, path, query) for line in part(live, recorded, wild)]
    yield from found
    if found or (wild is not None and _same_order(live, recorded, wild)):
        return
    asked, stored = around(live.uri, recorded.uri)
    yield Difference(f"uri: asked {asked}, recorded {stored} (the same parts, written otherwise)")


def headers(live: View, recorded: View, wild: Placeholders | None) -> Iterator[Difference]:
    """All fields, names in any case, repeated ones in order (RFC 9110 5.3); multipart boundaries aside."""
    if live.headers == recorded.headers:
        return
    ours, theirs = field_values(live.headers), field_values(recorded.headers)
    for name in sorted(ours.keys() | theirs.keys()):
        asked, stored = ours.get(name, []), theirs.get(name, [])
        if asked == stored:
            continue
        if len(asked) != len(stored) or not all(map(_fits, asked, stored, [wild] * len(asked))):
            yield Difference(f"header {visible(name)}: {_sides(asked, stored)}", "headers", name)


def field_values(fields_sent: Headers) -> dict[str, list[str]]:
    """Header values by lower-case name, in order; a multipart boundary is set to one name for all."""
    found: dict[str, list[str]] = {}
    for name, value in fields_sent.pairs:
        name = name.lower()
        found.setdefault(name, []).append(without_boundary(value) if name == "content-type" else value)
    return found


def fields(
    label: str,
    live: Iterable[tuple[str, str]],
    recorded: Iterable[tuple[str, str]],
    wild: Placeholders | None,
    *,
    shown: bool,
) -> Iterator[Difference]:
    """The differences of two lists of named values, in any order. `shown`: they may be, one by one."""
    ours, theirs = _by_name(live), _by_name(recorded)
    for name in dict.fromkeys((*ours, *theirs)):
        asked, stored = _unmet(ours.get(name, []), theirs.get(name, []), wild)
        if (asked or stored) and not shown:
            yield Difference(f"{label} {WITHHELD}: {NOT_SHOWN}")
        elif asked or stored:
            kind = "query" if label == "query" else "form"
            yield Difference(f"{label} {quoted(name)[1:-1]}: {_sides(asked, stored)}", kind, name)


def _by_name(named: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in named:
        found[name].append(value)
    return found


def _unmet(asked: list[str], stored: list[str], wild: Placeholders | None) -> tuple[list[str], list[str]]:
    """Values of one name that find no partner: exact ones first, then the most literal placeholders."""
    left, unmet = sorted(asked), []
    for value in sorted(stored):
        if value in left:
            left.remove(value)
        else:
            unmet.append(value)
    if wild is None or not left:
        return left, unmet
    missing = []
    for value in sorted(unmet, key=wild.literal_length, reverse=True):
        partner = next((one for one in left if _fits(one, value, wild)), None)
        if partner is None:
            missing.append(value)
        else:
            left.remove(partner)
    return left, missing


def _fits(asked: str, stored: str, wild: Placeholders | None) -> bool:
    return asked == stored or (wild is not None and wild.holds(stored) and wild.fits(stored, asked))


def _same_order(live: View, recorded: View, wild: Placeholders) -> bool:
    """There are placeholders, and the parameters stand in the same order, each fitting its recorded one."""
    ours, theirs = pairs(live.query), pairs(recorded.query)
    if not wild.within(recorded.path) and not any(wild.holds(value) for _, value in theirs):
        return False
    return len(ours) == len(theirs) and all(
        name == other and _fits(value, stored, wild)
        for (name, value), (other, stored) in zip(ours, theirs, strict=True)
    )


def _may_be_shown(live: View, recorded: View) -> bool:
    """Whether parts of these URIs may be shown: in the whole of each nothing is hidden, in pieces, say."""
    return not is_hidden(live.uri) and not is_hidden(recorded.uri)


def _value(label: str, asked: str, stored: str) -> Iterator[Difference]:
    if asked != stored:
        shown_asked, shown_stored = around(asked, stored)
        yield Difference(f"{label}: asked {shown_asked}, recorded {shown_stored}")


def _sides(asked: list[str], stored: list[str]) -> str:
    if len(asked) == len(stored) == 1:
        shown_asked, shown_stored = around(asked[0], stored[0])
        return f"asked {shown_asked}, recorded {shown_stored}"
    left = "asked " + ", ".join(map(quoted, asked[:3])) if asked else "not asked"
    right = "recorded " + ", ".join(map(quoted, stored[:3])) if stored else "not recorded"
    return f"{left}, {right}"


HEAD: dict[str, Compare] = {
    "method": method,
    "scheme": scheme,
    "host": host,
    "port": port,
    "path": path,
    "query": query,
    "uri": uri,
    "headers": headers,
}
