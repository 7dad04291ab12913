"""Options: unknown ones are refused, known ones checked, the environment overrides the mode."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape.errors import OptionError
from hushtape.session.options import Options, build_options, effective_mode


def test_an_unknown_option_is_refused_and_the_near_spelling_is_named() -> None:
    with pytest.raises(OptionError, match="did you mean 'secrets'") as caught:
        build_options({"secret": {"#token": "s3cr3t-value"}})
    assert caught.value.option == "secret"
    assert "s3cr3t-value" not in repr(caught.value.__dict__)


@pytest.mark.parametrize("name", ["record_mode", "allow_playback_repeats", "re_record_interval"])
def test_an_option_of_another_tool_is_not_accepted(name: str) -> None:
    with pytest.raises(OptionError, match=name):
        build_options({name: "error"})


def test_an_unknown_mode_is_refused_and_the_modes_are_listed() -> None:
    with pytest.raises(OptionError, match="none, once, new_episodes, all"):
        build_options({"mode": "onec"})


@pytest.mark.parametrize("value", [-1, "8", 1.5, True, None])
def test_a_bound_takes_whole_bytes_only(value: object) -> None:
    with pytest.raises(OptionError, match="max_body"):
        build_options({"max_body": value})


@pytest.mark.parametrize("name", ["share_tls", "default_sanitizer", "ignore_localhost"])
def test_a_switch_takes_true_or_false_only(name: str) -> None:
    with pytest.raises(OptionError, match=name):
        build_options({name: "yes"})


def test_match_on_takes_a_list_and_not_a_word() -> None:
    with pytest.raises(OptionError, match=r"match_on=\[\.\.\.\]"):
        build_options({"match_on": "uri"})


def test_one_ignored_host_may_be_given_as_text() -> None:
    assert build_options({"ignore_hosts": "Telemetry.Example.com"}).ignore_hosts == {"telemetry.example.com"}


def test_later_options_go_over_the_recorders() -> None:
    base = build_options({"mode": "none", "share_tls": True})
    made = build_options({"mode": "all"}, base)
    assert (made.mode, made.share_tls) == ("all", True)


def test_the_environment_overrides_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUSHTAPE_MODE", "none")
    assert effective_mode(Options(mode="all")) == "none"
    monkeypatch.setenv("HUSHTAPE_MODE", "sometimes")
    with pytest.raises(OptionError, match="HUSHTAPE_MODE"):
        effective_mode(Options())
    monkeypatch.setenv("HUSHTAPE_MODE", "")
    assert effective_mode(Options(mode="all")) == "all"


def test_the_repr_of_options_holds_no_secret() -> None:
    assert "hidden-value" not in repr(build_options({"secrets": ["hidden-value"]}))


@pytest.mark.parametrize(
    "option", ["ignore_hosts", "match_on", "freeze_time", "max_age", "mode", "exhausted"]
)
def test_an_error_of_an_option_shows_no_secret_that_was_given_for_its_value(
    option: str, tmp_path: Path
) -> None:
    for given in ("http://svc:Zr8kT1mQ5vXn2LpW7sYb@proxy.corp.example:3128", "named-Zr8kT1mQ5vXn2LpW7sYb/x"):
        value = [given] if option in ("ignore_hosts", "match_on") else given
        options: dict[str, Any] = {option: value, "secrets": {"#key": "named-Zr8kT1mQ5vXn2LpW7sYb"}}
        with pytest.raises(OptionError) as caught, hushtape.use_cassette(tmp_path / "tape.json", **options):
            pass
        error = caught.value
        assert "Zr8kT1mQ" not in f"{error} {error!r} {error.__dict__}"
        recorder = hushtape.Recorder(secrets=["named-Zr8kT1mQ5vXn2LpW7sYb", "x"])
        with (
            pytest.raises(OptionError) as again,
            recorder.use_cassette(tmp_path / "b.json", **{option: value}),
        ):  # type: ignore[arg-type]
            pass
        assert "Zr8kT1mQ" not in f"{again.value} {again.value.__dict__}"
        assert error.__context__ is None and "Zr8kT1mQ" not in pickle.dumps(error).decode("latin-1")


PW = "Zr8kT1mQ5vXn2LpW7sYb"


@pytest.mark.parametrize(
    "named",
    [
        {"secrets": {"db": {"#p": PW}, "#flag": "1"}},
        {"secrets": {"#dsn": f"postgres://svc:{PW}@db/x"}},
        {"secrets": [PW.encode(), "x"]},
        {"sanitizers": [hushtape.TokenSanitizer([PW])]},
        {"sanitizers": [hushtape.CompositeSanitizer([hushtape.TokenSanitizer([PW])])]},
    ],
)
def test_an_options_error_knows_what_was_named_in_any_way(named: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(OptionError) as caught:
        hushtape.use_cassette(tmp_path / "tape.json", ignore_hosts=[f"host:{PW}"], **named)
    assert PW not in f"{caught.value} {caught.value.__dict__}"
    with pytest.raises(OptionError) as caught:
        hushtape.Recorder(**named).use_cassette(tmp_path / "tape.json", ignore_hosts=[f"host:{PW}"])
    assert PW not in f"{caught.value} {caught.value.__dict__}"


def test_an_object_that_was_given_for_an_options_value_shows_no_secret_either(tmp_path: Path) -> None:
    secret = "named-Zr8kT1mQ5vXn2LpW7sYb"
    for given in ({"a": secret}, [secret.encode()], secret.encode(), [secret], (secret,)):
        options: dict[str, Any] = {"max_callback_body": given, "secrets": [secret]}
        with pytest.raises(OptionError) as caught:
            hushtape.use_cassette(tmp_path / "tape.json", **options)
        assert "Zr8kT1mQ" not in f"{caught.value!r} {caught.value.__dict__}"
    plain: Any = {"a": 1}
    with pytest.raises(OptionError) as caught:
        hushtape.use_cassette(tmp_path / "tape.json", max_callback_body=plain)
    assert caught.value.value is plain
