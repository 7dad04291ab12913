"""Errors say what was asked, found and to be done, keep their values, and travel through pickles."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from http.client import HTTPException

import pytest

import hushtape
from hushtape import errors


def kinds(base: type[errors.HushtapeError] = errors.HushtapeError) -> Iterator[type[errors.HushtapeError]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


ALL = sorted(
    {kind for kind in kinds() if kind.__module__ == "hushtape.errors"}, key=lambda kind: kind.__name__
)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_travels_through_a_pickle(kind: type[errors.HushtapeError], protocol: int) -> None:
    error = kind("open a.json", "it is not there", "Record it", rule="r", line=3)
    error.add_note("noted")
    for other in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error)):
        assert type(other) is kind and str(other) == str(error) == "open a.json: it is not there. Record it"
        assert (other.rule, other.line, other.asked, other.remedy) == ("r", 3, "open a.json", "Record it")
        assert other.__notes__ == ["noted"]


def test_every_error_is_public() -> None:
    assert {kind.__name__ for kind in ALL} <= set(hushtape.__all__)


def test_an_unmatched_request_is_nothing_that_clients_retry() -> None:
    assert not issubclass(hushtape.UnmatchedRequestError, (OSError, HTTPException))


def test_errors_of_the_caller_the_file_the_tape_and_the_recording_are_told_apart() -> None:
    families = (hushtape.UsageError, hushtape.CassetteError, hushtape.ReplayError, hushtape.RecordingError)
    for kind in ALL:
        if kind is not hushtape.HushtapeError:
            assert sum(issubclass(kind, family) for family in families) == 1, kind
