"""The index of a cassette that replays: which stored requests could answer a live one.

Lives here: keys and ordinals, claimed in recorded order. Must not: read interactions, hold requests
or bodies (at most 200 bytes an interaction, DESIGN.md principle 3), know why two requests match.
Called by: player.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator


class Played:
    """Which interactions were played; shared by all chains of one cassette."""

    __slots__ = ("_flags", "_lock", "count")

    def __init__(self, size: int) -> None:
        self._flags = bytearray(size)
        self._lock = threading.Lock()
        self.count = 0

    def __getitem__(self, ordinal: int) -> bool:
        return bool(self._flags[ordinal])

    def claim(self, ordinal: int) -> bool:
        """Mark it played; False if another thread was first."""
        with self._lock:
            if self._flags[ordinal]:
                return False
            self._flags[ordinal] = 1
            self.count += 1
            return True

    def unplayed(self) -> Iterator[int]:
        """Ordinals of the interactions not played so far, in order."""
        position = self._flags.find(0)
        while position >= 0:
            yield position
            position = self._flags.find(0, position + 1)

    def __len__(self) -> int:
        return len(self._flags)


class Chains:
    """Ordinals grouped by key, each group in recorded order.

    Only the first ordinal of a key costs a dict entry in `_first`; a further one costs one in
    `_following`. Groups whose front was played are advanced, so that a key that answers thousands of
    identical requests costs the same for the last as for the first.
    """

    __slots__ = ("_first", "_following", "_last")

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._following: dict[int, int] = {}
        self._last: dict[int, int] = {}

    def add(self, key: int, ordinal: int) -> None:
        """Append to the key's group; ordinals come in rising order."""
        first = self._first.setdefault(key, ordinal)
        if first != ordinal:
            self._following[self._last.get(key, first)] = ordinal
            self._last[key] = ordinal

    def seal(self) -> None:
        """The index is complete: drop what only building needed."""
        self._last = {}

    def candidates(self, key: int, played: Played) -> Iterator[int]:
        """The group's unplayed ordinals, in recorded order."""
        ordinal = self._first.get(key)
        if ordinal is None:
            return
        at_front = True
        while ordinal is not None:
            following = self._following.get(ordinal)
            if not played[ordinal]:
                at_front = False
                yield ordinal
            elif at_front and following is not None:
                # Only ever moved past played ones, so threads that do it at once agree.
                self._first[key] = following
            ordinal = following

    def __contains__(self, key: int) -> bool:
        return key in self._first
