"""Lessons in the journal: what was not searched is told, whatever happens afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.cassette import Journal, recover
from hushtape.cassette.folder import folder_of
from hushtape.cassette.leftovers import Leftovers
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


def spooled(journal: Journal, sequence: int, text: bytes) -> SpooledBody:
    spool = journal.spool(sequence)
    spool.write(text * 200_000)
    body = spool.finish()
    assert isinstance(body, SpooledBody)
    return body


def asking(body: SpooledBody) -> Interaction:
    return Interaction(Request("GET", "https://h.example/", Headers([]), body))


@pytest.fixture(params=[10, 1 << 30], ids=["shared", "own"])
def large(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    """A journal whose bodies have files, of all equal ones or of each."""
    made = Journal.create(tmp_path / "c.json", max_inline_body=request.param)
    yield made
    made.abandon()


def test_equal_bodies_stay_while_an_entry_or_an_exchange_names_them(large: Journal) -> None:
    first, second, third = (large.begin() for _ in range(3))
    bodies = [spooled(large, sequence, b"k") for sequence in (first, second, third)]
    large.commit(first, asking(bodies[0]))
    large.give_up(second)
    (index,) = large.present()
    large.replace(index, asking(spooled(large, first, b"n")))
    large.commit(third, asking(bodies[2]))
    assert bodies[2].path.exists() and len(list(large.read_all())) == 2
    assert [b"".join(one.request.body.chunks())[:1] for one in large.read_all() if one.request.body] == [
        b"n",
        b"k",
    ]
    for index in large.present():
        large.drop(index)
    assert not [
        path for path in bodies[2].path.parent.iterdir() if path.suffix == ".bin" or "body" in path.name
    ]


def test_what_an_exchange_has_replaced_goes_when_it_is_over(large: Journal) -> None:
    sequence = large.begin()
    before, after = spooled(large, sequence, b"v"), spooled(large, sequence, b"w")
    large.commit(sequence, asking(after))
    assert after.path.exists() and not before.path.exists()


def test_an_exchange_that_was_interrupted_behind_its_commit_keeps_its_body(
    large: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence, other = large.begin(), large.begin()
    body = spooled(large, sequence, b"x")
    spooled(large, other, b"x")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(Leftovers, "over", lambda *given: None)
        large.commit(sequence, asking(body))
    large.give_up(sequence)
    large.give_up(other)
    assert body.path.exists()
    (index,) = large.present()
    large.drop(index)
    assert not body.path.exists()


@pytest.mark.parametrize("how", ["replaced", "dropped"])
def test_a_body_is_given_up_whatever_became_of_earlier_entries(large: Journal, how: str) -> None:
    first = large.begin()
    body = spooled(large, first, b"x")
    large.commit(first, asking(body))
    (index,) = large.present()
    if how == "replaced":
        large.replace(index, asking(spooled(large, first, b"y")))
    else:
        large.drop(index)
    assert not body.path.exists() and len(large.present()) == (how == "replaced")
    second = large.begin()
    given_up = spooled(large, second, b"z")
    large.give_up(second)
    assert not given_up.path.exists()


def test_an_entry_that_is_replaced_before_its_commit_returns_keeps_its_body(
    large: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another thread, for all of it but the body's type: the new one names the same file again."""
    sequence = large.begin()
    body = spooled(large, sequence, b"x")

    def replaced(*given: object) -> None:
        monkeypatch.undo()
        (index,) = large.present()
        large.replace(index, asking(spooled(large, sequence, b"x")))

    monkeypatch.setattr(Leftovers, "over", replaced)
    large.commit(sequence, asking(body))
    (interaction,) = large.read_all()
    assert interaction.request.body is not None
    assert b"".join(interaction.request.body.chunks()) == b"x" * 200_000


@pytest.mark.parametrize("before", [True, False], ids=["before it is written", "behind it"])
def test_what_a_signal_left_of_a_replaced_entry_is_overwritten_at_the_end(
    large: Journal, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    sequence = large.begin()
    old = Interaction(
        Request("GET", "https://h.example/old-7Hq2", Headers([]), spooled(large, sequence, b"x"))
    )
    new = Interaction(Request("GET", "https://h.example/new", Headers([])))
    large.commit(sequence, old)
    (index,) = large.present()

    def struck(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, *(("commit", struck) if before else ("_void", struck)))
    with pytest.raises(KeyboardInterrupt):
        large.replace(index, new)
    monkeypatch.undo()
    folder = large.abandon()
    left = b"".join(path.read_bytes() for path in folder.iterdir())
    assert (b"old-7Hq2" in left) is before and (b"x" * 100_000 in left) is before


def test_a_file_of_an_exchange_that_a_signal_struck_stays_until_the_end(large: Journal) -> None:
    struck, unnamed = large.begin(), large.begin()
    body, other = spooled(large, struck, b"x"), spooled(large, unnamed, b"y")
    for sequence in (struck, unnamed):
        large.give_up(sequence, sure=False)
    large.commit(struck, asking(body))  # its record had waited for another's
    assert body.path.exists() and other.path.exists()
    large.abandon()
    assert body.path.exists() and not other.path.exists()
