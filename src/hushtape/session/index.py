"""The index of a cassette that replays: which stored requests could answer a live one.

Lives here: keys and ordinals, claimed in recorded order. Must not: read interactions, hold requests
or bodies (at most 200 bytes an interaction, DESIGN.md principle 3), know why two requests match.
Called by: player.
"""

from __future__ import annotations

import threading
from array import array
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

    A hash table with open addressing (Knuth, TAOCP 3, 6.4, algorithm L) in flat arrays: 12 bytes a slot
    at a load of 1/3 to 2/3, where a dict of int objects takes 95 bytes a key. A key's further ordinals
    are linked: 4 bytes each. Keys are hashes, spread well already. Groups whose front was played are
    advanced, so that a key that answers thousands of identical requests costs the same for the last as
    for the first.
    """

    __slots__ = ("_first", "_following", "_keys", "_last", "_mask", "_used")

    def __init__(self, expected: int = 0) -> None:
        """`expected`: how many different keys there may be; more are taken, too."""
        self._following = array("i")
        self._make(1 << max(3, (expected * 3 // 2).bit_length()))

    def _make(self, size: int) -> None:
        self._mask = size - 1
        self._keys = array("q", bytes(8 * size))
        self._first = array("i", [-1]) * size
        self._last = array("i", [-1]) * size
        self._used = 0

    def _slot(self, key: int) -> int:
        """Where the key stands, or would: there `_first` is negative."""
        mask, keys, first = self._mask, self._keys, self._first
        slot = key & mask
        while keys[slot] != key and first[slot] >= 0:
            slot = (slot + 1) & mask
        return slot

    def add(self, key: int, ordinal: int) -> None:
        """Append to the key's group; ordinals come in rising order."""
        slot = self._slot(key)
        before = self._last[slot]
        self._last[slot] = ordinal
        if before >= 0:
            self._link(before, ordinal)
            return
        self._keys[slot] = key
        self._first[slot] = ordinal
        self._used += 1
        if self._used * 3 > self._mask * 2:
            self._grow()

    def _link(self, before: int, ordinal: int) -> None:
        missing = ordinal + 1 - len(self._following)
        if missing > 0:
            self._following.extend([-1] * missing)
        self._following[before] = ordinal

    def _grow(self) -> None:
        keys, first, last = self._keys, self._first, self._last
        self._make(2 * len(keys))
        for old, key in enumerate(keys):
            if first[old] >= 0:
                slot = self._slot(key)
                self._keys[slot], self._first[slot], self._last[slot] = key, first[old], last[old]
                self._used += 1

    def seal(self) -> None:
        """The index is complete: drop what only building needed."""
        self._last = array("i")

    def candidates(self, key: int, played: Played) -> Iterator[int]:
        """The group's unplayed ordinals, in recorded order."""
        slot = self._slot(key)
        ordinal = self._first[slot]
        following, at_front = self._following, True
        while ordinal >= 0:
            after = following[ordinal] if ordinal < len(following) else -1
            if not played[ordinal]:
                at_front = False
                yield ordinal
            elif at_front and after >= 0:
                # Only ever moved past played ones, so threads that do it at once agree.
                self._first[slot] = after
            ordinal = after

    def __contains__(self, key: int) -> bool:
        return self._first[self._slot(key)] >= 0
