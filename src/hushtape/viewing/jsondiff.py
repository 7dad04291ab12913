"""What differs between two JSON values, by pointer.

Lives here: the walk over two parsed documents, lists aligned. Must not: parse, render, know interactions.
Called by: differences. An item that was put into a list is one difference, not one for each item behind it;
items that bear the same id are compared with each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from hushtape.matching.documents import ABSENT, json_key
from hushtape.viewing.align import align

IDS: Final = ("id", "_id", "uuid", "key", "name", "url")
"""Members that tell which item is which."""


def json_differences(left: Any, right: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(JSON pointer, left value, right value) of each place that differs; ABSENT where there is none.

    Inside lists, pointers count the left side's items (of what only the right one has, its own).
    """
    if isinstance(left, dict) and isinstance(right, dict):
        for name in dict.fromkeys((*left, *right)):
            below = f"{at}/{escaped(name)}"
            yield from json_differences(left.get(name, ABSENT), right.get(name, ABSENT), below)
    elif isinstance(left, list) and isinstance(right, list):
        yield from _lists(left, right, at)
    elif isinstance(left, bool) is not isinstance(right, bool) or left != right:
        yield at, left, right


MOST_ALIGNED: Final = 50_000
"""Items of lists that are aligned, some 200 bytes each; those of longer ones are compared place by place."""


def _lists(left: list[Any], right: list[Any], at: str) -> Iterator[tuple[str, Any, Any]]:
    if max(len(left), len(right)) > MOST_ALIGNED:
        for place, (ours, theirs) in enumerate(zip_longest(left, right, fillvalue=ABSENT)):
            yield from json_differences(ours, theirs, f"{at}/{place}")
        return
    values = [[hash(json_key(item, frozenset())) for item in side] for side in (left, right)]
    names = [[_name(item) for item in side] for side in (left, right)]
    pairs, _ = align([(values[0], values[1]), (names[0], names[1])])
    for ours, theirs in pairs:
        if ours is None:
            assert theirs is not None  # a pair has one side at least
            yield f"{at}/{theirs}", ABSENT, right[theirs]
        elif theirs is None:
            yield f"{at}/{ours}", left[ours], ABSENT
        elif values[0][ours] != values[1][theirs]:
            yield from json_differences(left[ours], right[theirs], f"{at}/{ours}")


def _name(item: Any) -> int:
    """What tells an item from others: its id, else its type."""
    if isinstance(item, dict):
        for name in IDS:
            found = item.get(name)
            if isinstance(found, str | int):
                return hash((name, found))
    return hash(type(item).__name__)


def escaped(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901 3)."""
    return name.replace("~", "~0").replace("/", "~1")
