"""Interactions that say nothing new: the same request with the same answer, where order can't matter.

Lives here: which of them may go. Must not: remove them. Called by: cli/prune. A tape plays the answers to a
request in recorded order, and other requests to the same URL may be among them (a matcher need not look at
bodies). So of one method and URL all answers are the same, or all stay: `A A B` is a job that runs.
"""

from __future__ import annotations

from collections.abc import Callable

from hushtape.cassette import Reader
from hushtape.viewing.digest import Rules, answer_digest, group_digest, request_digest
from hushtape.viewing.lens import decoded

RULES = Rules()


def duplicates(reader: Reader, step: Callable[[], None]) -> list[int]:
    """Numbers of the interactions that repeat an earlier one. `step` is called after each."""
    answers: dict[int, int | None] = {}  # by method and URL; None: there are several
    seen: set[tuple[int, int]] = set()
    repeats: list[tuple[int, int]] = []
    for number in range(len(reader)):
        interaction = decoded(reader.read(number))
        group, answer = group_digest(interaction.request), answer_digest(interaction, RULES)
        if answers.setdefault(group, answer) != answer:
            answers[group] = None
        asked = (group, request_digest(interaction.request, RULES))
        if asked in seen:
            repeats.append((number, group))
        seen.add(asked)
        step()
    return [number for number, group in repeats if answers[group] is not None]
