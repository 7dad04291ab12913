"""Header fields in the hands of a hook: a mapping that ignores case, and keeps repeated fields.

Lives here: the fields, and the frozen ones that come of them, checked. Must not: know requests or responses.
Called by: editable, callback_shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from hushtape.cassette.fields import check_pairs, latin1
from hushtape.model import Headers

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


def as_text(what: str, value: Any) -> str:
    """The value, as a plain str where it is of a class of its own; TypeError unless it is a text."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is a text, not {type(value).__name__}")
    return str.__str__(value)


class EditableHeaders(MutableMapping[str, str]):
    """Header fields; look-up ignores case. Of a repeated field, `[name]` is the first value, and assigning to
    it leaves one. `pairs` holds all fields in their order."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs: list[tuple[str, str]] = list(pairs)

    def __getitem__(self, name: str) -> str:
        for key, value in self.pairs:
            if key.lower() == name.lower():
                return value
        raise KeyError(name)

    def __setitem__(self, name: str, value: str) -> None:
        places = self._places(name)
        if not places:
            self.pairs.append((name, value))
            return
        self.pairs[places[0]] = (self.pairs[places[0]][0], value)
        for place in reversed(places[1:]):
            del self.pairs[place]

    def __delitem__(self, name: str) -> None:
        places = self._places(name)
        if not places:
            raise KeyError(name)
        for place in reversed(places):
            del self.pairs[place]

    def __iter__(self) -> Iterator[str]:
        first: dict[str, str] = {}
        for name, _ in self.pairs:
            first.setdefault(name.lower(), name)
        return iter(first.values())

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self.pairs})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self._places(name))

    def get_all(self, name: str) -> list[str]:
        """All values of a field, in order."""
        return [self.pairs[place][1] for place in self._places(name)]

    def add(self, name: str, value: str) -> None:
        """One more field, behind the others."""
        self.pairs.append((name, value))

    def _places(self, name: str) -> list[int]:
        return [place for place, (key, _) in enumerate(self.pairs) if key.lower() == name.lower()]

    def frozen(self) -> Headers:
        """The fields as the model holds them."""
        pairs = [
            (
                as_text("the name of a header field", name),
                latin1(as_text("the value of a header field", value)),
            )
            for name, value in self.pairs
        ]
        check_pairs(pairs)
        return Headers(pairs)

    def __repr__(self) -> str:
        return f"EditableHeaders({self.pairs!r})"


Fields = EditableHeaders | Headers | Mapping[str, str] | Iterable[tuple[str, str]]
