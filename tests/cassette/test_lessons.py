"""Lessons in the journal: what was not searched is told, whatever happens afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.cassette import Journal, recover
from hushtape.cassette.folder import folder_of
from hushtape.cassette.lessons import Unsearched, closing
from hushtape.cassette.spool import SpooledBody
from hushtape.model import Headers, Interaction, Request
from tests.cassette.samples import exchange


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal.create(tmp_path / "orders.json")
    for number in range(5):
        assert made.commit(made.begin(), exchange(number))
    return made


def unsearched(journal: Journal) -> tuple[int, ...]:
    journal.abandon()
    return recover(journal.path).unsearched


@given(st.sets(st.integers(-40, 40)))
def test_ranges_tell_exactly_which_were_left(numbers: set[int]) -> None:
    told = Unsearched()
    told.opened(1)
    told.closed(1, closing(sorted(numbers)))
    assert {place - 51 for place in told.places(range(-50, 50))} == numbers


def test_a_lesson_that_was_learned_leaves_nothing(journal: Journal) -> None:
    number, entries = journal.lesson(), journal.present()
    assert len(entries) == 5
    journal.learned(number)
    assert unsearched(journal) == ()


def test_a_lesson_that_was_not_ended_leaves_all_before_it(journal: Journal) -> None:
    journal.lesson()
    journal.commit(journal.begin(), exchange(5))
    assert unsearched(journal) == (1, 2, 3, 4, 5)


def test_lessons_add_up_by_their_place_in_the_cassette(journal: Journal) -> None:
    first, entries = journal.lesson(), journal.present()
    second = journal.lesson()
    journal.learned(first, entries[3:])
    journal.learned(second, entries[:1])
    journal.drop(entries[1])
    assert unsearched(journal) == (1, 3, 4)


def test_an_entry_written_anew_for_one_lesson_still_counts_for_another(journal: Journal) -> None:
    journal.lesson()
    number, entries = journal.lesson(), journal.present()
    journal.replace(entries[2], exchange(77))
    journal.learned(number)
    assert unsearched(journal) == (1, 2, 3, 4, 5)


def test_a_dropped_entry_is_nowhere(journal: Journal) -> None:
    entries = journal.present()
    text = journal.entries.text(entries[1])
    journal.drop(entries[1])
    assert text not in (folder_of(journal.path) / "journal").read_bytes()
    assert len(list(journal.read_all())) == 4
    journal.seal(complete=True)
    assert b"page=1" not in journal.path.read_bytes() and b"page=2" in journal.path.read_bytes()


def test_a_commit_that_is_no_longer_current_writes_nothing(journal: Journal) -> None:
    before = (folder_of(journal.path) / "journal").read_bytes()
    assert not journal.commit(journal.begin(), exchange(9), lambda: False)
    assert (folder_of(journal.path) / "journal").read_bytes() == before
    assert journal.commit(5, exchange(9), lambda: True)
    assert len(list(journal.read_all())) == 6


def test_equal_bodies_stay_until_no_exchange_may_name_them(tmp_path: Path) -> None:
    from hushtape.model import Interaction, Response

    journal = Journal.create(tmp_path / "orders.json", max_inline_body=1000)
    plain = exchange(1)
    assert plain.response is not None

    def committed(data: bytes) -> Interaction:
        spool = journal.spool()
        spool.write(data)
        assert plain.response is not None
        return Interaction(plain.request, Response(plain.response.head, spool.finish()))

    waiting = committed(b"k" * 5000)
    journal.commit(journal.begin(), committed(b"k" * 5000))
    (entry,) = journal.present()
    journal.replace(entry, committed(b"n" * 5000))
    journal.commit(journal.begin(), waiting)
    assert len(list(journal.read_all())) == 2
    bodies = [
        b"".join(one.response.body.chunks())
        for one in journal.read_all()
        if one.response and one.response.body
    ]
    assert bodies == [b"n" * 5000, b"k" * 5000]
    journal.discard()


def test_a_body_that_another_exchange_has_finished_outlives_one_that_is_given_up(tmp_path: Path) -> None:
    """Both have the same body; one is given up before the other commits."""
    journal = Journal.create(tmp_path / "c.json", max_inline_body=10)
    try:
        given_up, kept = (journal.spool() for _ in range(2))
        for spool in (given_up, kept):
            spool.write(b"x" * 200_000)
        first, second = given_up.finish(), kept.finish()
        assert isinstance(first, SpooledBody) and isinstance(second, SpooledBody)
        assert first.path == second.path
        journal.leave_body(first)
        assert second.path.exists()
        request = Request("GET", "https://h.example/", Headers([]), second)
        journal.commit(journal.begin(), Interaction(request))
        journal.leave_body(second)  # interrupted before it knew that it was done
        assert second.path.exists()
        (index,) = journal.present()
        journal.drop(index)
        assert not second.path.exists()
    finally:
        journal.abandon()
