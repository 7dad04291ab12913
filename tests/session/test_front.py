"""What a front end fixes for a tape: the mode, an empty cassette that counts, members of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from hushtape.api import FrontEnd, open_for
from hushtape.cassette import Journal, recover
from hushtape.cassette.additions import check_name
from hushtape.cassette.members import read_list, read_member
from hushtape.errors import (
    CassetteFormatError,
    HushtapeWarning,
    SanitizerError,
    UnmatchedRequestError,
)
from tests.cassette.samples import exchange
from tests.support.servers import Server

RECORD = FrontEnd(mode="all", always=True, members=lambda tape: {"_metadata": {"pairs": tape.recorded}})
REPLAY = FrontEnd(mode="none", always=True)


def test_members_stand_in_the_cassette_and_are_asked_again_at_the_end(cassette: Path, server: Server) -> None:
    with open_for(RECORD, cassette) as tape:
        requests.get(f"{server.url}/echo", timeout=5)
        tape.ledger.journal.lists.append("db_interactions", b'{"n": 1}')
        tape.ledger.journal.lists.append("db_interactions", b'{"n": 2}')
    assert read_member(cassette, "_metadata") == {"pairs": 1}
    assert list(read_list(cassette, "db_interactions")) == [{"n": 1}, {"n": 2}]
    assert list(read_list(cassette, "more")) == []
    assert set(json.loads(cassette.read_bytes())) == {
        "version",
        "hushtape",
        "_metadata",
        "interactions",
        "db_interactions",
    }
    with open_for(REPLAY, cassette):
        requests.get(f"{server.url}/echo", timeout=5)


def test_the_mode_is_in_force_whatever_the_variable_says(
    cassette: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUSHTAPE_MODE", "none")
    with open_for(RECORD, cassette) as tape:
        requests.get(f"{server.url}/echo", timeout=5)
    assert (tape.mode, tape.recorded) == ("all", 1)


def test_an_empty_recording_takes_an_earlier_ones_place(cassette: Path, server: Server) -> None:
    with open_for(RECORD, cassette):
        requests.get(f"{server.url}/echo", timeout=5)
    with open_for(RECORD, cassette):
        pass
    assert json.loads(cassette.read_bytes())["interactions"] == []


def test_a_missing_cassette_replays_as_an_empty_one(cassette: Path, server: Server) -> None:
    with open_for(REPLAY, cassette):
        pass
    with pytest.raises(UnmatchedRequestError), open_for(REPLAY, cassette):
        requests.get(f"{server.url}/echo", timeout=5)
    assert server.requests == []
    assert not cassette.exists()


def test_short_secrets_are_dropped_where_a_front_end_says_so(cassette: Path) -> None:
    with pytest.raises(SanitizerError), open_for(RECORD, cassette, secrets={"#flag": "1"}):
        pass
    dropping = FrontEnd(mode="all", drop_short=True)
    with pytest.warns(UserWarning, match="#flag"), open_for(dropping, cassette, secrets={"#flag": "1"}):
        pass


def test_what_a_kill_leaves_is_recovered_with_its_members(cassette: Path) -> None:
    journal = Journal.create(cassette, members={"_metadata": {"pairs": 0}})
    journal.commit(journal.begin(), exchange(1))
    journal.lists.append("db_interactions", b'{"n": 1}')
    folder = journal.abandon()
    with (folder / "list-db_interactions").open("ab") as cut:
        cut.write(b'{"n": 2')
    assert recover(cassette).path == cassette
    assert read_member(cassette, "_metadata") == {"pairs": 0}
    assert list(read_list(cassette, "db_interactions")) == [{"n": 1}]


def test_a_recording_of_queries_alone_is_kept_and_recovered(cassette: Path) -> None:
    journal = Journal.create(cassette)
    journal.lists.append("db_interactions", b'{"n": 1}')
    journal.abandon()
    with pytest.warns(HushtapeWarning, match="set aside"):
        Journal.create(cassette).discard()
    recovery = recover(cassette)
    assert (recovery.path, recovery.recovered) == (cassette, 0)
    assert list(read_list(cassette, "db_interactions")) == [{"n": 1}]


@pytest.mark.parametrize("name", ["version", "interactions", "Upper", "a-b", ""])
def test_a_member_can_be_called_only_what_is_no_key_of_a_cassette(name: str) -> None:
    with pytest.raises(ValueError, match="can't name"):
        check_name(name)


def test_a_member_of_a_broken_file_is_a_cassette_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"_metadata": {"a" 1}}')
    with pytest.raises(CassetteFormatError):
        read_member(broken, "_metadata")
    broken.write_text('{"a": 1')
    with pytest.raises(CassetteFormatError):
        read_member(broken, "_metadata")
