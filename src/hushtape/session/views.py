"""What a tape shows of itself: sequences that are made of what is asked for.

Lives here: `tape.unused` and `tape.unmatched` as sequences that follow the tape while it plays, and what
`tape.interactions()` shows of the cassette. Must not: hold interactions (each is read when it is asked for),
decide anything. Called by: tape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, overload

from hushtape.errors import UnmatchedRequestError
from hushtape.model import Interaction
from hushtape.session import stored
from hushtape.session.tearing import shown_interaction

if TYPE_CHECKING:
    from hushtape.session.player import Player

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


class Unused(Sequence[Interaction]):
    """The interactions that were not played, in recorded order, each read and scrubbed when asked for.

    Length and truth are known after the tape has closed, too; interactions are read before.
    """

    __slots__ = ("_player",)

    def __init__(self, player: Player | None) -> None:
        self._player = player

    def __len__(self) -> int:
        return self._player.played.unplayed_count if self._player is not None else 0

    def __bool__(self) -> bool:
        return self._player is not None and next(self._player.played.unplayed(), None) is not None

    def __iter__(self) -> Iterator[Interaction]:
        player = self._player
        if player is not None:
            for ordinal in player.played.unplayed():
                yield _shown(player, ordinal)

    @overload
    def __getitem__(self, index: int) -> Interaction: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Interaction]: ...
    def __getitem__(self, index: int | slice) -> Interaction | Sequence[Interaction]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        player = self._player
        if index < 0:
            index += len(self)
        ordinal = None
        if player is not None and index >= 0:
            ordinal = next(islice(player.played.unplayed(), index, None), None)
        if player is None or ordinal is None:
            raise IndexError("so many interactions were not left unused")
        return _shown(player, ordinal)

    def __repr__(self) -> str:
        return f"<Unused: {len(self)} interactions>"


class Unmatched(Sequence[UnmatchedRequestError]):
    """The requests that the tape did not answer and that were not acknowledged, the first 100."""

    __slots__ = ("_errors",)

    def __init__(self, errors: list[UnmatchedRequestError]) -> None:
        self._errors = errors

    def __len__(self) -> int:
        return len(self._errors)

    @overload
    def __getitem__(self, index: int) -> UnmatchedRequestError: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[UnmatchedRequestError]: ...
    def __getitem__(self, index: int | slice) -> UnmatchedRequestError | Sequence[UnmatchedRequestError]:
        return self._errors[index]

    def __repr__(self) -> str:
        return f"<Unmatched: {self._errors!r}>"


def shown_all(player: Player) -> Iterator[Interaction]:
    """All that the cassette holds, in recorded order, each read and scrubbed when it is asked for."""
    for ordinal in range(len(player.reader)):
        yield _shown(player, ordinal)


def _shown(player: Player, ordinal: int) -> Interaction:
    """Scrubbed, and without the parts in which a rule took a part of a named value."""
    given = player.reader.read(ordinal)
    return shown_interaction(player.ruleset, given, stored.scrub_interaction(given, player.ruleset))
