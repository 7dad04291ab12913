"""Filters and numbers: what they take, and what is no filter."""

from __future__ import annotations

import pytest
from msgspec import structs

from hushtape.errors import OptionError
from hushtape.model import ErrorLink, Failure
from hushtape.viewing.select import make_filter, numbers
from tests.support.cassettes import interaction

FOUND = interaction("/orders?page=2", status=404)
FAILED = structs.replace(FOUND, response=None, failure=Failure("connect", (ErrorLink("OSError"),)))


@pytest.mark.parametrize(
    ("given", "takes"),
    [
        ({}, True),
        ({"methods": ["get", "put"]}, True),
        ({"methods": ["put"]}, False),
        ({"hosts": ["API.example.com"]}, True),
        ({"hosts": ["*.example.com"]}, True),
        ({"hosts": ["example.com"]}, False),
        ({"urls": ["page=2"]}, True),
        ({"urls": ["*/orders*"]}, True),
        ({"urls": ["*/orders"]}, False),
        ({"statuses": ["404"]}, True),
        ({"statuses": ["4xx"]}, True),
        ({"statuses": ["400-418"]}, True),
        ({"statuses": ["2XX", "500"]}, False),
        ({"statuses": ["failed"]}, False),
        ({"methods": ["get"], "statuses": ["200"]}, False),
    ],
)
def test_a_filter_takes(given: dict[str, list[str]], takes: bool) -> None:
    assert make_filter(**given).takes(FOUND) is takes


def test_calls_without_an_answer_are_failed_and_have_no_status() -> None:
    assert make_filter(statuses=["failed"]).takes(FAILED)
    assert not make_filter(statuses=["4xx"]).takes(FAILED)


@pytest.mark.parametrize("word", ["4x", "40", "6xx", "400-", "oops", ""])
def test_what_is_no_status_is_refused(word: str) -> None:
    with pytest.raises(OptionError, match="4xx"):
        make_filter(statuses=[word])


def test_numbers_and_ranges_count_from_0() -> None:
    assert numbers(["0", "2-4"], 5) == [range(1), range(2, 5)]


@pytest.mark.parametrize("word", ["5", "3-2", "-1", "x", "1-9", "9" * 30])
def test_a_number_that_the_cassette_has_not_is_refused(word: str) -> None:
    with pytest.raises(OptionError):
        numbers([word], 5)


def test_an_empty_cassette_has_no_number() -> None:
    with pytest.raises(OptionError, match="the cassette has 0"):
        numbers(["0"], 0)
