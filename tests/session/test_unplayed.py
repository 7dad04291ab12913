"""Interactions that were not used: `strict` lists them, `drop_unused` removes them where no doubt is left."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.cassette import convert
from tests.contract.drivers import Requests
from tests.support.forking import in_child
from tests.support.servers import Server


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def get(client: Requests, server: Server, number: int) -> bytes:
    return client.call("GET", f"{server.url}/number/{number}").body


def kept(path: Path) -> list[str]:
    document = json.loads(path.read_text())
    return [entry["request"]["uri"].rsplit("/", 1)[1] for entry in document["interactions"]]


@pytest.fixture
def recorded(client: Requests, server: Server, cassette: Path) -> Path:
    """Interactions 0 to 4."""
    with hushtape.use_cassette(cassette):
        for number in range(5):
            get(client, server, number)
    server.requests.clear()
    return cassette


# --- tape.unused --------------------------------------------------------------------------------------


def test_unused_has_a_length_an_index_and_a_truth_value_and_follows_the_tape(
    client: Requests, server: Server, recorded: Path
) -> None:
    with hushtape.use_cassette(recorded, mode="none") as tape:
        unused = tape.unused
        assert len(unused) == 5 and unused and unused[-1].request.uri.endswith("/number/4")
        get(client, server, 1)
        assert len(unused) == 4 and [one.request.uri[-1] for one in unused] == ["0", "2", "3", "4"]
        assert unused[1].request.uri.endswith("2") and [one.request.uri[-1] for one in unused[1:3]] == [
            "2",
            "3",
        ]
        for wrong in (4, -5):
            with pytest.raises(IndexError):
                unused[wrong]
        for number in (0, 2, 3, 4):
            get(client, server, number)
        assert not unused and list(unused) == []
    assert len(tape.unused) == 0 and not tape.unused


def test_a_tape_that_records_has_nothing_unused(client: Requests, server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette, strict=True, drop_unused=True) as tape:
        get(client, server, 1)
        assert not tape.unused and len(tape.unused) == 0 and list(tape.unused) == []


# --- strict -------------------------------------------------------------------------------------------


def test_a_strict_tape_names_what_was_not_used(client: Requests, server: Server, recorded: Path) -> None:
    with (
        pytest.raises(hushtape.UnusedInteractionsError, match="3 of 5") as caught,
        hushtape.use_cassette(recorded, mode="none", strict=True),
    ):
        get(client, server, 0)
        get(client, server, 3)
    assert caught.value.unused == 3
    assert [line[:18] for line in caught.value.interactions] == [f"interaction {n}: GET" for n in (1, 2, 4)]


def test_a_strict_tape_that_was_used_up_closes_in_peace(
    client: Requests, server: Server, recorded: Path
) -> None:
    with hushtape.use_cassette(recorded, mode="none", strict=True):
        for number in range(5):
            get(client, server, number)


def test_an_exception_in_flight_goes_on_with_a_note(client: Requests, server: Server, recorded: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError) as caught,
        hushtape.use_cassette(recorded, mode="none", strict=True),
    ):
        get(client, server, 0)
        raise ZeroDivisionError
    assert any("4 of 5 interactions were not used" in note for note in caught.value.__notes__)


def test_an_unmatched_request_comes_first_and_the_unused_are_its_note(
    client: Requests, server: Server, recorded: Path
) -> None:
    with (
        pytest.raises(hushtape.UnmatchedRequestError) as caught,
        hushtape.use_cassette(recorded, mode="none", strict=True),
        pytest.raises(hushtape.UnmatchedRequestError),
    ):
        get(client, server, 99)
    assert any("not used" in note for note in caught.value.__notes__)


def test_the_names_of_the_unused_are_scrubbed(client: Requests, server: Server, cassette: Path) -> None:
    with hushtape.use_cassette(cassette):
        client.call("GET", server.url + "/number/1?q=not-known-as-secret")
    with (
        pytest.raises(hushtape.UnusedInteractionsError) as caught,
        hushtape.use_cassette(cassette, mode="none", strict=True, secrets=["not-known-as-secret"]),
    ):
        pass
    assert "not-known-as-secret" not in str(caught.value) + repr(caught.value.__dict__)


def test_what_a_forked_child_played_is_used(client: Requests, server: Server, recorded: Path) -> None:
    with hushtape.use_cassette(recorded, mode="none", strict=True) as tape:
        for number in range(4):
            get(client, server, number)
        in_child(lambda: len(get(Requests(), server, 4)))
        assert not tape.unused


# --- drop_unused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("strict", [True, False])
def test_what_was_not_used_is_removed(strict: bool, client: Requests, server: Server, recorded: Path) -> None:
    before = json.loads(recorded.read_text())
    with hushtape.use_cassette(recorded, drop_unused=True, strict=strict) as tape:
        get(client, server, 3)
        get(client, server, 1)
    after = json.loads(recorded.read_text())
    assert tape.dropped == 3 and kept(recorded) == ["1", "3"]
    assert after["interactions"] == [before["interactions"][1], before["interactions"][3]]
    assert after["hushtape"] == before["hushtape"]
    assert sorted(path.name for path in recorded.parent.iterdir()) == [recorded.name]
    with hushtape.use_cassette(recorded, mode="none", strict=True):
        get(client, server, 1)
        get(client, server, 3)


def test_body_files_that_only_dropped_interactions_named_go_with_them(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, max_inline_body=100):
        for size in (1_000, 2_000):
            client.call("GET", f"{server.url}/bytes/{size}")
    bodies = cassette.with_suffix(".bodies")
    assert len(list(bodies.iterdir())) == 2
    with hushtape.use_cassette(cassette, drop_unused=True, max_inline_body=100):
        kept_body = client.call("GET", f"{server.url}/bytes/2000").body
    assert [path.stat().st_size for path in bodies.iterdir()] == [2_000]
    with hushtape.use_cassette(cassette, mode="none", strict=True):
        assert client.call("GET", f"{server.url}/bytes/2000").body == kept_body


def test_new_episodes_drops_and_adds_at_once(client: Requests, server: Server, recorded: Path) -> None:
    with hushtape.use_cassette(recorded, mode="new_episodes", drop_unused=True) as tape:
        get(client, server, 2)
        get(client, server, 7)
    assert kept(recorded) == ["2", "7"] and (tape.dropped, tape.recorded) == (4, 1)


def test_nothing_is_written_where_all_was_used(client: Requests, server: Server, recorded: Path) -> None:
    before = recorded.stat()
    with hushtape.use_cassette(recorded, drop_unused=True):
        for number in range(5):
            get(client, server, number)
    assert (recorded.stat().st_mtime_ns, recorded.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize(
    "doubt", ["none", "HUSHTAPE_MODE", "CI", "exception", "exit", "unmatched", "generator"]
)
def test_every_doubt_keeps_the_cassette(
    doubt: str, client: Requests, server: Server, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = recorded.read_bytes()
    if doubt == "HUSHTAPE_MODE":
        monkeypatch.setenv("HUSHTAPE_MODE", "none")
    if doubt == "CI":
        monkeypatch.setenv("CI", "true")
    mode: Any = "none" if doubt == "none" else "once"
    ends: Any = {"exception": ZeroDivisionError(), "exit": SystemExit(2), "generator": GeneratorExit()}.get(
        doubt
    )
    tape = hushtape.use_cassette(recorded, mode=mode, drop_unused=True)
    try:
        with tape:
            get(client, server, 0)
            if doubt == "unmatched":
                with pytest.raises(hushtape.UnmatchedRequestError):
                    get(client, server, 99)
            if ends is not None:
                raise ends
    except (ZeroDivisionError, SystemExit, GeneratorExit, hushtape.UnmatchedRequestError):
        pass
    assert recorded.read_bytes() == before
    assert sorted(path.name for path in recorded.parent.iterdir()) == [recorded.name]


def test_a_tape_that_played_nothing_keeps_all_and_says_so(recorded: Path) -> None:
    before = recorded.read_bytes()
    with (
        pytest.warns(hushtape.HushtapeWarning, match="none of its interactions was used"),
        hushtape.use_cassette(recorded, drop_unused=True),
    ):
        pass
    assert recorded.read_bytes() == before


def test_a_cassette_that_changed_meanwhile_is_kept(client: Requests, server: Server, recorded: Path) -> None:
    with (
        pytest.warns(hushtape.HushtapeWarning, match="changed while it was open"),
        hushtape.use_cassette(recorded, drop_unused=True),
    ):
        get(client, server, 0)
        text = recorded.read_text().replace("number/4", "number/5")
        recorded.with_suffix(".new").write_text(text)
        recorded.with_suffix(".new").replace(recorded)
    assert kept(recorded) == ["0", "1", "2", "3", "5"]


def test_a_warning_that_is_an_error_leaves_no_lock_behind(
    client: Requests, server: Server, recorded: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(hushtape.HushtapeWarning), hushtape.use_cassette(recorded, drop_unused=True):
            get(client, server, 0)
            os.utime(recorded)
    assert kept(recorded) == ["0", "1", "2", "3", "4"]
    with hushtape.use_cassette(recorded, drop_unused=True):
        get(client, server, 0)
    assert kept(recorded) == ["0"]


def test_a_cassette_that_somebody_records_on_is_kept(
    client: Requests, server: Server, recorded: Path
) -> None:
    from hushtape.cassette import Journal

    before = recorded.read_bytes()
    other = Journal.create(recorded)
    try:
        with (
            pytest.warns(hushtape.HushtapeWarning, match="keeps its unused interactions: .*process"),
            hushtape.use_cassette(recorded, drop_unused=True),
        ):
            get(client, server, 0)
    finally:
        other.discard()
    assert recorded.read_bytes() == before


FOREIGN = """version: 1
interactions:
- request: {method: GET, uri: 'http://127.0.0.1:1/1', headers: {}, body: null}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: one}}
- request: {method: GET, uri: 'http://127.0.0.1:1/2', headers: {}, body: null}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: two}}
"""


def test_a_cassette_in_yaml_loses_its_unused_interactions(client: Requests, tmp_path: Path) -> None:
    path = tmp_path / "foreign.yaml"
    path.write_text(FOREIGN)
    with hushtape.use_cassette(path, drop_unused=True):
        assert client.call("GET", "http://127.0.0.1:1/2").body == b"two"
    assert "127.0.0.1:1/2" in path.read_text() and "127.0.0.1:1/1" not in path.read_text()


def test_a_har_is_kept(client: Requests, tmp_path: Path) -> None:
    (tmp_path / "foreign.yaml").write_text(FOREIGN)
    path = convert(tmp_path / "foreign.yaml", tmp_path / "foreign.har").path
    before = path.read_bytes()
    with (
        pytest.warns(hushtape.HushtapeWarning, match="does not write HAR"),
        hushtape.use_cassette(path, drop_unused=True),
    ):
        assert client.call("GET", "http://127.0.0.1:1/2").body == b"two"
    assert path.read_bytes() == before


def test_a_cassette_that_never_said_its_age_does_not_begin_to(client: Requests, tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    entries = [
        {
            "request": {"method": "GET", "uri": f"http://127.0.0.1:1/{number}", "headers": {}, "body": None},
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {},
                "body": {"string": f"answer {number}"},
            },
        }
        for number in (1, 2)
    ]
    path.write_text(json.dumps({"version": 1, "interactions": entries}))
    with hushtape.use_cassette(path, drop_unused=True) as tape:
        assert client.call("GET", "http://127.0.0.1:1/2").body == b"answer 2"
    assert tape.dropped == 1 and json.loads(path.read_text())["hushtape"]["recorded_at"] == ""
    with (
        pytest.warns(hushtape.HushtapeWarning, match="does not say when"),
        hushtape.use_cassette(path, mode="none", max_age="30d", strict=True),
    ):
        assert client.call("GET", "http://127.0.0.1:1/2").body == b"answer 2"


def test_what_is_kept_is_scrubbed_with_the_rules_of_today_and_audited(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.call("GET", server.url + "/echo?x=a-secret-of-mine")
        get(client, server, 1)
    with hushtape.use_cassette(cassette, drop_unused=True, secrets=["a-secret-of-mine"]):
        client.call("GET", server.url + "/echo?x=a-secret-of-mine")
    assert (
        "a-secret-of-mine" not in cassette.read_text()
        and len(json.loads(cassette.read_text())["interactions"]) == 1
    )


def test_placeholders_of_other_options_stay_listed_when_a_cassette_is_written_again(
    client: Requests, server: Server, cassette: Path
) -> None:
    first = hushtape.TokenSanitizer(["a-secret-of-mine"], replacement="__MINE__")
    with hushtape.use_cassette(cassette, sanitizers=[first]):
        client.call("GET", server.url + "/number/1?x=a-secret-of-mine")
    with hushtape.use_cassette(cassette, mode="new_episodes"):
        get(client, server, 2)
    with hushtape.use_cassette(cassette, mode="none", strict=True):
        client.call("GET", server.url + "/number/1?x=anything")
        get(client, server, 2)


def test_a_read_only_file_keeps_its_unused_interactions(
    client: Requests, server: Server, recorded: Path
) -> None:
    """A rename asks the folder alone; who takes the right to write from a file means the file."""
    recorded.chmod(0o444)
    before = recorded.read_bytes()
    with (
        pytest.warns(hushtape.HushtapeWarning, match="the file is read-only"),
        hushtape.use_cassette(recorded, drop_unused=True) as tape,
    ):
        get(client, server, 1)
    assert tape.dropped == 0 and recorded.read_bytes() == before
