"""The index of a cassette that replays: which stored requests could answer a live one.

Lives here: keys and ordinals, claimed in recorded order, and whose turn it is once all are used up. Must
not: read interactions, hold requests or bodies (at most 200 bytes an interaction, DESIGN.md principle 3),
know why two requests match. Called by: player, answers, ordering.
"""

from __future__ import annotations

import mmap
import threading
from array import array
from collections.abc import Callable, Iterator


class Played:
    """Which interactions were played; shared by all chains of one cassette. `len` counts all of them.

    Attributes:
        count: how many this process played.
    """

    __slots__ = ("_anywhere", "_flags", "_lock", "_next", "count")

    def __init__(self, size: int) -> None:
        self._flags = bytearray(size)
        # The same for this process and its forked children together: what only a child played is used.
        self._anywhere = mmap.mmap(-1, max(size, 1))
        self._lock = threading.Lock()
        self._next = 0
        self.count = 0

    def __getitem__(self, ordinal: int) -> bool:
        return bool(self._flags[ordinal])

    def claim(self, ordinal: int) -> bool:
        """Mark it played; False if another thread was first."""
        with self._lock:
            if self._flags[ordinal]:
                return False
            self._flags[ordinal] = self._anywhere[ordinal] = 1
            self.count += 1
            return True

    @property
    def next(self) -> int | None:
        """The first interaction that this process did not play; None: there is none left."""
        with self._lock:
            position = self._flags.find(0, self._next)
            self._next = position if position >= 0 else len(self._flags)
        return position if position >= 0 else None

    def unplayed(self, start: int = 0) -> Iterator[int]:
        """Ordinals, from `start` on, of the interactions that no process played so far, in order."""
        size, flags = len(self._flags), self._anywhere
        position = flags.find(b"\0", start, size)
        while position >= 0:
            yield position
            position = flags.find(b"\0", position + 1, size)

    @property
    def unplayed_count(self) -> int:
        """How many interactions no process played so far."""
        return self._anywhere[: len(self._flags)].count(0)

    def __len__(self) -> int:
        return len(self._flags)


class Chains:
    """Ordinals grouped by key, each group in recorded order.

    A hash table with open addressing (Knuth, TAOCP 3, 6.4, algorithm L) in flat arrays: 12 bytes a slot
    at a load of 1/3 to 2/3, where a dict of int objects takes 95 bytes a key. A key's further ordinals
    are linked into a ring: 4 bytes each, and the last leads to the first; ordinals rise, so a step that
    does not is the ring's end. Keys are hashes, spread well already. Groups whose front was played are
    advanced, so that a key that answers thousands of identical requests costs the same for the last as
    for the first; of a group that is used up, the front is its last.
    """

    __slots__ = ("_following", "_front", "_keys", "_last", "_mask", "_turns", "_turns_lock", "_used")

    def __init__(self, expected: int = 0) -> None:
        """`expected`: how many different keys there may be; more are taken, too."""
        self._following = array("i")
        self._turns: array[int] | None = None
        self._turns_lock = threading.Lock()
        self._make(1 << max(3, (expected * 3 // 2).bit_length()))

    def _make(self, size: int) -> None:
        self._mask = size - 1
        self._keys = array("q", bytes(8 * size))
        self._front = array("i", [-1]) * size
        self._last = array("i", [-1]) * size
        self._used = 0

    def _slot(self, key: int) -> int:
        """Where the key stands, or would: there `_front` is negative."""
        mask, keys, first = self._mask, self._keys, self._front
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
            self._link(before, ordinal, self._front[slot])
            return
        self._keys[slot] = key
        self._front[slot] = ordinal
        self._used += 1
        if self._used * 3 > self._mask * 2:
            self._grow()

    def _link(self, before: int, ordinal: int, first: int) -> None:
        missing = ordinal + 1 - len(self._following)
        if missing > 0:
            self._following.extend([-1] * missing)
        self._following[before] = ordinal
        self._following[ordinal] = first

    def _grow(self) -> None:
        keys, first, last = self._keys, self._front, self._last
        self._make(2 * len(keys))
        for old, key in enumerate(keys):
            if first[old] >= 0:
                slot = self._slot(key)
                self._keys[slot], self._front[slot], self._last[slot] = key, first[old], last[old]
                self._used += 1

    def seal(self) -> None:
        """The index is complete: drop what only building needed."""
        self._last = array("i")

    def candidates(self, key: int, played: Played) -> Iterator[int]:
        """The group's unplayed ordinals, in recorded order."""
        slot = self._slot(key)
        ordinal = self._front[slot]
        at_front = True
        while ordinal >= 0:
            after = self._after(ordinal)
            if after <= ordinal:
                after = -1
            if not played[ordinal]:
                at_front = False
                yield ordinal
            elif at_front and after >= 0:
                # Only ever moved past played ones, so threads that do it at once agree.
                self._front[slot] = after
            ordinal = after

    def __contains__(self, key: int) -> bool:
        return self._front[self._slot(key)] >= 0

    # --- groups that are used up ------------------------------------------------------------------

    def group(self, key: int) -> Iterator[int]:
        """All ordinals of the group, played or not, in recorded order."""
        ordinal = first = self._front[self._slot(key)]
        while ordinal >= 0 and (after := self._after(ordinal)) > ordinal:
            ordinal = after  # to the end, one step where it is used up: after it comes the first
        if ordinal >= 0:
            ordinal = first = self._after(ordinal)
        while ordinal >= 0:
            yield ordinal
            ordinal = self._after(ordinal)
            if ordinal == first:
                return

    def last(self, key: int) -> int:
        """The group's last ordinal; -1: there is no such group."""
        ordinal = self._front[self._slot(key)]
        while ordinal >= 0 and (after := self._after(ordinal)) > ordinal:
            ordinal = after
        return ordinal

    def next_turn(self, first: int, matches: Callable[[int], bool]) -> int:
        """The ordinal whose turn it is among those of the group of `first` that match, round and round.

        Args:
            first: the first of the group that matches: what its turn is kept under (4 bytes an interaction,
                from the first call on). matches: says of an ordinal of the group whether it does.
        """
        turns = self._all_turns(first)
        while True:
            before = turns[first]
            ordinal = first if before < 0 else self._after(before)
            while ordinal != first and not matches(ordinal):
                ordinal = self._after(ordinal)
            with self._turns_lock:
                if turns[first] == before:  # else another thread took this turn
                    turns[first] = ordinal
                    return ordinal

    def _all_turns(self, most: int) -> array[int]:
        with self._turns_lock:
            if self._turns is None:
                self._turns = array("i", [-1]) * max(len(self._following), most + 1)
            elif most >= len(self._turns):
                # A group of one, behind all that are linked.
                self._turns.extend([-1] * (most + 1 - len(self._turns)))
            return self._turns

    def _after(self, ordinal: int) -> int:
        """The next of its ring: itself, where it is alone."""
        after = self._following[ordinal] if ordinal < len(self._following) else -1
        return ordinal if after < 0 else after
