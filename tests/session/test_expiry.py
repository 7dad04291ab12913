"""`max_age` and `on_expiry`: warn, fail, record anew; never silently in CI, never on a clock's word alone."""

from __future__ import annotations

import json
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.cassette import convert
from hushtape.errors import OptionError
from hushtape.session import expiry
from hushtape.session.options import build_options
from tests.contract.drivers import Requests
from tests.support.servers import Server, closed_port


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def turn(client: Requests, server: Server) -> int:
    return int(json.loads(client.call("GET", server.url + "/count/a").body)["turn"])


def aged(path: Path, **ago: float) -> Path:
    """Pretend that the cassette was recorded that long ago; negative: in the future."""
    document = json.loads(path.read_text())
    then = expiry.clock.now() - timedelta(**ago)
    document["hushtape"]["recorded_at"] = expiry.clock.written(then)
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def recorded(client: Requests, server: Server, cassette: Path) -> Path:
    with hushtape.use_cassette(cassette):
        turn(client, server)
    return cassette


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("30d", timedelta(30)),
        ("12h", timedelta(hours=12)),
        ("1D12H", timedelta(1, hours=12)),
        ("2w", timedelta(14)),
        ("90m", timedelta(minutes=90)),
        ("45s", timedelta(seconds=45)),
        ("P30D", timedelta(30)),
        ("P1W", timedelta(7)),
        ("PT12H", timedelta(hours=12)),
        ("P1DT2H3M4S", timedelta(1, hours=2, minutes=3, seconds=4)),
        (timedelta(3), timedelta(3)),
        (None, None),
    ],
)
def test_a_duration_is_read(text: Any, age: timedelta | None) -> None:
    assert build_options({"max_age": text}).max_age == age


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "d",
        "P",
        "PT",
        "P1M",
        "P1Y",
        "30",
        30,
        "-1d",
        "0d",
        "1h1d",
        "1.5d",
        timedelta(0),
        "9" * 12 + "w",
        True,
    ],
)
def test_what_is_no_duration_is_refused(wrong: Any) -> None:
    with pytest.raises(OptionError, match="max_age"):
        build_options({"max_age": wrong})


def test_on_expiry_takes_its_three_words_only() -> None:
    with pytest.raises(OptionError, match="warn, fail, record"):
        build_options({"on_expiry": "re-record"})


@pytest.mark.parametrize("action", ["warn", "fail", "record"])
def test_a_young_cassette_is_replayed_in_peace(
    action: Any, client: Requests, server: Server, recorded: Path
) -> None:
    aged(recorded, days=29)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with hushtape.use_cassette(recorded, max_age="30d", on_expiry=action) as tape:
            assert turn(client, server) == 1 and tape.mode == "once"


def test_an_old_one_is_replayed_with_a_warning(client: Requests, server: Server, recorded: Path) -> None:
    aged(recorded, days=31)
    with (
        pytest.warns(hushtape.HushtapeWarning, match=r"31 days ago .*max_age is 30 days.*HUSHTAPE_MODE=all"),
        hushtape.use_cassette(recorded, max_age="30d") as tape,
    ):
        assert turn(client, server) == 1 and not tape.expired


def test_an_old_one_fails_where_that_was_asked_for(recorded: Path) -> None:
    aged(recorded, hours=13)
    with pytest.raises(hushtape.CassetteExpiredError) as caught:
        hushtape.use_cassette(recorded, max_age="12h", on_expiry="fail").__enter__()
    error = caught.value
    assert error.max_age == 43_200 and error.age is not None and error.age > 46_799
    assert isinstance(error, hushtape.CassetteError) and error.path == str(recorded)


@pytest.mark.parametrize("mode", ["once", "new_episodes"])
def test_an_old_one_is_recorded_anew(mode: Any, client: Requests, server: Server, recorded: Path) -> None:
    aged(recorded, days=31)
    options: dict[str, Any] = {"max_age": "30d", "on_expiry": "record"}
    with hushtape.use_cassette(recorded, mode=mode, **options) as tape:
        assert turn(client, server) == 2 and tape.expired and tape.mode == "all" and not tape.offline
    with hushtape.use_cassette(recorded, mode=mode, **options) as tape:
        assert turn(client, server) == 2 and not tape.expired  # it is young again


def test_an_exception_while_it_is_recorded_anew_leaves_the_old_one(
    client: Requests, server: Server, recorded: Path
) -> None:
    before = aged(recorded, days=31).read_bytes()
    with (
        pytest.raises(ZeroDivisionError),
        hushtape.use_cassette(recorded, max_age="30d", on_expiry="record"),
    ):
        turn(client, server)
        raise ZeroDivisionError
    assert recorded.read_bytes() == before


def test_a_machine_without_network_leaves_the_old_one(client: Requests, recorded: Path) -> None:
    before = aged(recorded, days=31).read_bytes()
    url = f"http://127.0.0.1:{closed_port()}/"
    with (
        pytest.warns(hushtape.HushtapeWarning, match="found no server"),
        hushtape.use_cassette(recorded, max_age="30d", on_expiry="record"),
        pytest.raises(OSError),
    ):
        client.session.get(url, timeout=5)
    assert recorded.read_bytes() == before


@pytest.mark.parametrize("where", ["CI", "HUSHTAPE_MODE", "mode"])
def test_nothing_is_recorded_in_ci_and_a_warning_says_what_to_do(
    where: str, client: Requests, server: Server, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = aged(recorded, days=31).read_bytes()
    if where != "mode":
        monkeypatch.setenv(where, {"CI": "true", "HUSHTAPE_MODE": "none"}[where])
    mode: Any = "none" if where == "mode" else "once"
    with (
        pytest.warns(hushtape.HushtapeWarning, match="on a machine that may use the network"),
        hushtape.use_cassette(recorded, mode=mode, max_age="30d", on_expiry="record"),
    ):
        assert turn(client, server) == 1
    assert recorded.read_bytes() == before


@pytest.mark.parametrize(
    ("value", "says"),
    [("", "does not say"), ("yesterday", "does not say"), (None, "future")],
)
@pytest.mark.parametrize("action", ["warn", "fail", "record"])
def test_what_can_not_be_shown_to_be_old_is_never_replaced(
    value: str | None, says: str, action: Any, client: Requests, server: Server, recorded: Path
) -> None:
    aged(recorded, days=-2)
    if value is not None:
        document = json.loads(recorded.read_text())
        document["hushtape"]["recorded_at"] = value
        recorded.write_text(json.dumps(document))
    before = recorded.read_bytes()
    tape = hushtape.use_cassette(recorded, max_age="30d", on_expiry=action)
    if action == "fail":
        with pytest.raises(hushtape.CassetteExpiredError, match=says):
            tape.__enter__()
    else:
        with pytest.warns(hushtape.HushtapeWarning, match=says), tape:
            assert turn(client, server) == 1
    assert recorded.read_bytes() == before


def test_a_clock_that_is_a_little_behind_does_no_harm(
    client: Requests, server: Server, recorded: Path
) -> None:
    aged(recorded, hours=-20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with hushtape.use_cassette(recorded, max_age="30d", on_expiry="fail"):
            assert turn(client, server) == 1


def test_a_cassette_that_new_episodes_added_to_is_as_old_as_its_oldest_part(
    client: Requests, server: Server, recorded: Path
) -> None:
    aged(recorded, days=20)
    with hushtape.use_cassette(recorded, mode="new_episodes"):
        turn(client, server)
        client.call("GET", server.url + "/number/1")
    with (
        pytest.warns(hushtape.HushtapeWarning, match="20 days ago"),
        hushtape.use_cassette(recorded, max_age="10d"),
    ):
        turn(client, server)


def test_a_program_whose_time_is_frozen_does_not_age_its_cassettes(
    client: Requests, server: Server, recorded: Path
) -> None:
    aged(recorded, days=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with hushtape.use_cassette(
            recorded, max_age="30d", on_expiry="fail", freeze_time="2040-01-01T00:00:00Z"
        ):
            assert turn(client, server) == 1


def test_a_yaml_cassette_is_as_old_as_it_says_and_is_recorded_anew(
    client: Requests, server: Server, tmp_path: Path
) -> None:
    cassette = tmp_path / "tape.yaml"
    with hushtape.use_cassette(cassette):
        turn(client, server)
    text = cassette.read_text()
    stated = next(line for line in text.splitlines() if "recorded_at:" in line)
    then = expiry.clock.written(expiry.clock.now() - timedelta(days=40))
    cassette.write_text(text.replace(stated, f"{stated.partition(':')[0]}: '{then}'"))
    with pytest.raises(hushtape.CassetteExpiredError, match="40 days ago"):
        turned(cassette, on_expiry="fail")
    with hushtape.use_cassette(cassette, max_age="30d", on_expiry="record") as tape:
        assert turn(client, server) == 2 and tape.recorded == 1
    turned(cassette, on_expiry="fail")


def turned(cassette: Path, **options: Any) -> None:
    with hushtape.use_cassette(cassette, max_age="30d", **options):
        pass


def test_a_har_that_is_too_old_warns_fails_and_can_not_be_recorded(recorded: Path, tmp_path: Path) -> None:
    har = tmp_path / "tape.har"
    convert(aged(recorded, days=40), har)
    before = har.read_bytes()
    with pytest.warns(hushtape.HushtapeWarning, match="40 days ago"):
        turned(har)
    with pytest.raises(hushtape.CassetteExpiredError):
        turned(har, on_expiry="fail")
    with pytest.raises(hushtape.CassetteWriteError, match="HAR"):
        turned(har, on_expiry="record")
    assert har.read_bytes() == before
