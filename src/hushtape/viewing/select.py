"""Which interactions are meant: by number, method, status, host, URL.

Lives here: what the filters of a command say, checked once, asked for each interaction. Must not: read
cassettes, know options' names on a command line beyond the words of an error. Called by: cli.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import Struct

from hushtape.errors import OptionError
from hushtape.matching.parts import split
from hushtape.model import Interaction

_NUMBERS = re.compile(r"([0-9]{1,12})(?:-([0-9]{1,12}))?")
_STATUS = re.compile(r"([1-5])xx|([0-9]{3})(?:-([0-9]{3}))?")
FAILED = "failed"


class Filter(Struct, frozen=True):
    """The filters; of one kind any may hold, of several kinds each has to. None of a kind: all pass.

    Attributes:
        methods: upper case. hosts: names, `*` stands for any text. urls: texts that the URI holds, or
            patterns with `*`. statuses: ranges, both ends included. failed: calls that ended in an
            exception, too.
    """

    methods: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    statuses: tuple[tuple[int, int], ...] = ()
    failed: bool = False

    def takes(self, interaction: Interaction) -> bool:
        """The interaction passes."""
        request = interaction.request
        if self.methods and request.method.upper() not in self.methods:
            return False
        if self.hosts and not any(fnmatchcase(split(request.uri)[1], host) for host in self.hosts):
            return False
        if self.urls and not any(_has(request.uri, url) for url in self.urls):
            return False
        return not (self.statuses or self.failed) or self._by_status(interaction)

    def _by_status(self, interaction: Interaction) -> bool:
        if interaction.failure is not None and self.failed:
            return True
        response = interaction.response
        return response is not None and any(
            first <= response.head.status <= last for first, last in self.statuses
        )


def _has(uri: str, pattern: str) -> bool:
    return fnmatchcase(uri, pattern) if "*" in pattern else pattern in uri


def make_filter(
    methods: Iterable[str] = (),
    hosts: Iterable[str] = (),
    urls: Iterable[str] = (),
    statuses: Iterable[str] = (),
) -> Filter:
    """A filter from words: statuses are `404`, `4xx`, `400-418` or `failed`.

    Raises:
        OptionError: a status that is none of these.
    """
    ranges, failed = [], False
    for status in statuses:
        found = _STATUS.fullmatch(status.lower())
        if status.lower() == FAILED:
            failed = True
        elif found is None:
            raise OptionError(
                f"use --status {status!a}",
                "it is not a status",
                "Write 404, 4xx, 400-418 or failed.",
                option="status",
                value=status,
            )
        elif found[1]:
            ranges.append((int(found[1]) * 100, int(found[1]) * 100 + 99))
        else:
            ranges.append((int(found[2]), int(found[3] or found[2])))
    lowered = tuple(host.lower() for host in hosts)
    return Filter(tuple(word.upper() for word in methods), lowered, tuple(urls), tuple(ranges), failed)


def numbers(words: Iterable[str], total: int) -> list[range]:
    """Numbers and ranges of interactions, counted from 0: `3`, `5-9`.

    Raises:
        OptionError: not a number, or the cassette has none of that number.
    """
    chosen = []
    for word in words:
        found = _NUMBERS.fullmatch(word)
        if found is None:
            raise _no_number(word, "it is not a number", "Write a number or a range: 3, 5-9.")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first or last >= total:
            held = f"the cassette has {total:,}" + (f", numbered 0 to {total - 1:,}" if total else "")
            raise _no_number(word, held, "Leave the number out for a list of all.")
        chosen.append(range(first, last + 1))
    return chosen


def _no_number(word: str, found: str, remedy: str) -> OptionError:
    return OptionError(f"show interaction {word!a}", found, remedy, option="N", value=word)
