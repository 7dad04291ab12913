"""Which interaction of one cassette is which of another, where some were inserted, removed or moved.

Lives here: the alignment of two sequences of numbers. Must not: know what the numbers stand for (digests of
interactions, of lines, of JSON items). Called by: cli/diff, differences. O(n log n) at any likeness: a
cassette of 100,000 equal requests is aligned like any other; edit distance would be quadratic there.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

Level = tuple[Sequence[int], Sequence[int]]
"""Digests of both sides, one for each interaction."""

Pair = tuple[int | None, int | None]
"""Places on both sides; None: there is none on that one."""

EDITS = 40
"""Insertions and removals up to which the best alignment is looked for; it costs that times the length."""

Gap = tuple[int, int, int, int]
"""From and up to which place, on either side, nothing is aligned yet."""


def align(levels: Sequence[Level]) -> tuple[list[Pair], list[tuple[int, int]]]:
    """Pairs in order, and the pairs that were moved.

    Args:
        levels: the same interactions under ever coarser digests. What is equal at the first level is fixed
            first; each further level looks only into the gaps that are left.

    Returns: pairs in an order in which both sides rise, removed ones before added ones; of those that were
        moved, each side stands among the pairs alone.
    """
    left, right = len(levels[0][0]), len(levels[0][1])
    partner = array("q", [-1]) * left
    gaps: list[Gap] = [(0, left, 0, right)]
    for ours, theirs in levels:
        left_gaps: list[Gap] = []
        for gap in gaps:
            left_gaps += _fill(partner, ours, theirs, gap)
        gaps = left_gaps
    pairs = _merged(partner, right)
    return pairs, _moved(pairs, levels)


def _fill(partner: array[int], ours: Sequence[int], theirs: Sequence[int], gap: Gap) -> list[Gap]:
    """Align a gap at one level; the gaps that stay."""
    a, a_end, b, b_end = gap
    while a < a_end and b < b_end and ours[a] == theirs[b]:
        partner[a] = b
        a, b = a + 1, b + 1
    while a < a_end and b < b_end and ours[a_end - 1] == theirs[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
        partner[a_end] = b_end
    if a == a_end or b == b_end:
        return []
    inner = (a, a_end, b, b_end)
    chosen = _few_edits(ours, theirs, inner)
    if chosen is None:
        chosen = _rising(_occurrences(ours, theirs, inner))
    left: list[Gap] = []
    for i, j in [*chosen, (a_end, b_end)]:
        if i > a and j > b:
            left.append((a, i, b, j))
        if i < a_end:
            partner[i] = j
        a, b = i + 1, j + 1
    return left


def _few_edits(ours: Sequence[int], theirs: Sequence[int], gap: Gap) -> list[tuple[int, int]] | None:
    """The best alignment, where it takes at most `EDITS` insertions and removals (Myers 1986); else None."""
    a, a_end, b, b_end = gap
    n, m = a_end - a, b_end - b
    reach, trail = {1: 0}, []
    for d in range(EDITS + 1):
        trail.append(reach.copy())
        for k in range(-d, d + 1, 2):
            from_above = _from_above(reach, d, k)
            x = reach[k + 1] if from_above else reach[k - 1] + 1
            while x < n and x - k < m and ours[a + x] == theirs[b + x - k]:
                x += 1
            reach[k] = x
            if k == n - m and x >= n:
                return [(a + i, b + j) for i, j in _path(trail, n, m)]
    return None


def _from_above(reach: dict[int, int], d: int, k: int) -> bool:
    return k == -d or (k != d and reach[k - 1] < reach[k + 1])


def _path(trail: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """The diagonal steps on the way that led to (x, y)."""
    steps = []
    for d in range(len(trail) - 1, -1, -1):
        k = x - y
        before = k + 1 if _from_above(trail[d], d, k) else k - 1
        start = trail[d][before]
        while x > start and y > start - before:
            x, y = x - 1, y - 1
            steps.append((x, y))
        x, y = start, start - before
    return steps[::-1]


def _occurrences(ours: Sequence[int], theirs: Sequence[int], gap: Gap) -> list[tuple[int, int]]:
    """The n-th of a digest on one side with the n-th on the other."""
    a, a_end, b, b_end = gap
    waiting: dict[int, list[int]] = {}
    for j in range(b_end - 1, b - 1, -1):
        waiting.setdefault(theirs[j], []).append(j)
    found = []
    for i in range(a, a_end):
        places = waiting.get(ours[i])
        if places:
            found.append((i, places.pop()))
    return found


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection in which the right side rises, too (patience sorting)."""
    tops: list[int] = []
    at_top: list[int] = []
    before = array("q")
    for number, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(at_top[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(j)
            at_top.append(number)
        else:
            tops[pile], at_top[pile] = j, number
    chosen = []
    number = at_top[-1] if at_top else -1
    while number >= 0:
        chosen.append(pairs[number])
        number = before[number]
    return chosen[::-1]


def _merged(partner: array[int], right: int) -> list[Pair]:
    pairs: list[Pair] = []
    b = 0
    for a, j in enumerate(partner):
        if j >= 0:
            pairs += [(None, added) for added in range(b, j)]
            b = j + 1
        pairs.append((a, j if j >= 0 else None))
    pairs += [(None, added) for added in range(b, right)]
    return pairs


def _moved(pairs: list[Pair], levels: Sequence[Level]) -> list[tuple[int, int]]:
    """What stands alone on both sides and is the same at the first or second level."""
    alone = [a for a, b in pairs if b is None and a is not None]
    others = [b for a, b in pairs if a is None and b is not None]
    moved: list[tuple[int, int]] = []
    for ours, theirs in levels[:2]:
        waiting: dict[int, list[int]] = {}
        for b in reversed(others):
            waiting.setdefault(theirs[b], []).append(b)
        for a in alone:
            places = waiting.get(ours[a])
            if places:
                moved.append((a, places.pop()))
        taken_a, taken_b = {a for a, _ in moved}, {b for _, b in moved}
        alone = [a for a in alone if a not in taken_a]
        others = [b for b in others if b not in taken_b]
    return sorted(moved)
