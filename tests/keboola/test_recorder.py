"""VCRRecorder: what a recording leaves, what a replay compares, and that it fails closed."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from hushtape.errors import CassetteInUseError, SanitizerError, UnmatchedRequestError
from hushtape.keboola import (
    ExitCodeError,
    HeaderSanitizer,
    SecretsLoadError,
    TokenSanitizer,
    VCRRecorder,
    VCRRecorderError,
)
from tests.keboola.conftest import SECRET, everything_in, write
from tests.support.servers import Server


def component(server: Server, *, leave: Any = None, say: str = "loaded") -> Callable[[], None]:
    """A component: an OAuth refresh, two pages, a log line, perhaps an exit code."""

    def run() -> None:
        logging.getLogger("component").info("%s with %s", say, SECRET)
        token = requests.post(f"{server.url}/token", data={"refresh_token": SECRET}, timeout=5).json()
        for page in (1, 2):
            requests.get(
                f"{server.url}/echo",
                params={"page": page, "key": SECRET},
                headers={"Authorization": f"Bearer {token['access_token']}"},
                timeout=5,
            )
        if leave is not None:
            sys.exit(leave)

    return run


def cassette_of(recorder: VCRRecorder) -> dict[str, Any]:
    return dict(json.loads(recorder.cassette_path.read_bytes()))


def test_a_recording_replays_without_secrets_and_without_a_server(data: Path) -> None:
    with Server() as server:
        VCRRecorder.from_test_dir(data).record(component(server))
    (data / "config.secrets.json").unlink()
    write(data / "config.json", {"parameters": {"#token": "dummy-0000"}, "action": "run"})
    recorder = VCRRecorder.from_test_dir(data)
    recorder.replay(component(server))
    assert recorder.last_log_comparison is not None


def test_no_secret_is_in_any_file_that_a_recording_leaves(data: Path, server: Server) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(component(server))
    left = everything_in(data)
    assert SECRET.encode() not in left
    assert b"loaded with ***" in left
    access_token = server.store.get("token") or "tok-4f9Kq2Zw8Lx7Rb3Nc5Vd"
    assert access_token.encode() not in left


def test_a_key_that_nobody_named_is_in_no_file_and_replays(data: Path) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    with Server() as server:
        url = server.url

        def run() -> None:
            requests.get(f"{url}/echo", params={"api_key": "q7Zk2pX0vR9m", "page": 1}, timeout=5)

        recorder.record(run)
    assert b"q7Zk2pX0vR9m" not in everything_in(data)
    recorder.replay(run)


def test_a_recording_states_its_metadata_and_keeps_bodies_inline(data: Path, server: Server) -> None:
    recorder = VCRRecorder.from_test_dir(data, freeze_time_at="2026-03-01T12:00:00")
    recorder.record(lambda: requests.get(f"{server.url}/bytes/400000", timeout=5) and None)
    stated = VCRRecorder.load_metadata(recorder.cassette_path)
    assert stated["freeze_time"] == "2026-03-01T12:00:00"
    assert stated["request_pairs"] == 1
    assert stated["keboola_vcr_version"].startswith("0.7.1")
    assert datetime.fromisoformat(stated["recorded_at"]).year > 2024
    assert not list(recorder.cassette_dir.glob("*.bodies"))


def test_headers_are_those_of_the_keep_list_and_those_that_replay_needs(data: Path, server: Server) -> None:
    recorder = VCRRecorder.from_test_dir(data, sanitizers=[HeaderSanitizer(safe_headers=["X-Shop"])])
    recorder.record(
        lambda: (
            requests.get(f"{server.url}/redirect/1", headers={"X-Shop": "a", "X-Other": "b"}, timeout=5)
            and None
        )
    )
    first = cassette_of(recorder)["interactions"][0]
    assert "Location" in first["response"]["headers"]
    assert set(first["request"]["headers"]) == {"Accept", "X-Shop"}


def test_a_second_recording_takes_the_place_of_the_first(data: Path, server: Server) -> None:
    VCRRecorder.from_test_dir(data).record(component(server))
    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(lambda: requests.get(f"{server.url}/echo", timeout=5) and None)
    assert len(cassette_of(recorder)["interactions"]) == 1


def test_a_component_without_calls_leaves_an_empty_cassette(data: Path) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(lambda: None)
    assert cassette_of(recorder)["interactions"] == []
    VCRRecorder.from_test_dir(data).replay(lambda: None)


def test_a_component_that_raises_leaves_the_earlier_cassette_alone(data: Path, server: Server) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(component(server))
    before = recorder.cassette_path.read_bytes()

    def broken() -> None:
        requests.get(f"{server.url}/echo", timeout=5)
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        VCRRecorder.from_test_dir(data).record(broken)
    assert recorder.cassette_path.read_bytes() == before


# --- exit codes, logs, sync actions --------------------------------------------------------------------


@pytest.mark.parametrize(("leave", "code"), [(1, 1), (2, 2), ("no table", 1)])
def test_a_failure_that_was_recorded_is_expected(data: Path, server: Server, leave: Any, code: int) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(component(server, leave=leave))
    assert json.loads(recorder.expected_status_path.read_text()) == {"exit_code": code}
    VCRRecorder.from_test_dir(data).replay(component(server, leave=leave))
    with pytest.raises(ExitCodeError) as caught:
        VCRRecorder.from_test_dir(data).replay(component(server))
    assert (caught.value.expected, caught.value.actual) == (code, 0)


def test_a_failure_that_was_not_recorded_is_an_error(data: Path, server: Server) -> None:
    VCRRecorder.from_test_dir(data).record(component(server, leave=0))
    with pytest.raises(RuntimeError, match="exit code 3"):
        VCRRecorder.from_test_dir(data).replay(component(server, leave=3))


def test_an_expected_failure_is_forgotten_when_the_case_succeeds(data: Path, server: Server) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(component(server, leave=2))
    recorder.record(component(server))
    assert not recorder.expected_status_path.exists()


def test_without_log_capture_the_exit_goes_on_and_the_cassette_is_complete(
    data: Path, server: Server
) -> None:
    recorder = VCRRecorder.from_test_dir(data, capture_logs=False)
    with pytest.raises(SystemExit):
        recorder.record(component(server, leave=4))
    assert cassette_of(recorder)["hushtape"]["complete"] is True


def test_different_log_messages_are_told(data: Path, server: Server) -> None:
    VCRRecorder.from_test_dir(data).record(component(server))
    recorder = VCRRecorder.from_test_dir(data)
    recorder.replay(component(server, say="stored"))
    comparison = recorder.last_log_comparison
    assert comparison is not None
    assert not comparison.success
    assert "-loaded with ***" in comparison.diffs
    assert "+stored with ***" in comparison.diffs


def test_a_sync_action_is_compared_as_json(data: Path, server: Server) -> None:
    write(data / "config.json", {"parameters": {}, "action": "testConnection"})

    def action(text: str) -> Callable[[], None]:
        return lambda: print(text)

    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(action('{"status": "success", "n": 1}'))
    recorder.replay(action('{"n": 1, "status": "success"}'))
    assert recorder.last_sync_action_comparison is not None
    assert recorder.last_sync_action_comparison.success
    recorder.replay(action('{"status": "error", "n": 1}'))
    assert not recorder.last_sync_action_comparison.success


# --- replay is offline -----------------------------------------------------------------------------------


def test_a_replay_without_a_cassette_is_one_of_an_empty_cassette(data: Path, server: Server) -> None:
    VCRRecorder.from_test_dir(data).replay(lambda: None)
    with pytest.raises(UnmatchedRequestError):
        VCRRecorder.from_test_dir(data).replay(component(server))
    assert server.requests == []


def test_an_unmatched_request_that_was_survived_fails_the_case(data: Path, server: Server) -> None:
    VCRRecorder.from_test_dir(data).record(lambda: None)

    def survive() -> None:
        try:
            requests.get(f"{server.url}/echo/more", timeout=5)
        except Exception:
            logging.getLogger("urllib3").info("survived")

    with pytest.raises(UnmatchedRequestError):
        VCRRecorder.from_test_dir(data).replay(survive)
    VCRRecorder.from_test_dir(data, acknowledge=lambda error: "/more" in error.uri).replay(survive)
    write(data / "cassettes" / "expected_status.json", {"exit_code": 0, "acknowledge": ["GET http*/more"]})
    VCRRecorder.from_test_dir(data).replay(survive)


def test_a_variable_that_forbids_recording_is_obeyed(
    data: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUSHTAPE_MODE", "none")
    with pytest.raises(VCRRecorderError, match="HUSHTAPE_MODE"):
        VCRRecorder.from_test_dir(data).record(component(server))
    assert server.requests == []


def test_a_variable_that_allows_recording_does_not_open_a_replay(
    data: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUSHTAPE_MODE", "all")
    with pytest.raises(UnmatchedRequestError):
        VCRRecorder.from_test_dir(data).replay(component(server))
    assert server.requests == []


def test_auto_records_the_first_time_and_replays_from_then_on(data: Path, server: Server) -> None:
    VCRRecorder.from_test_dir(data).run(component(server))
    asked = len(server.requests)
    recorder = VCRRecorder.from_test_dir(data)
    recorder.run(component(server), mode="auto")
    assert len(server.requests) == asked
    assert recorder.clear_cassette()
    assert not recorder.clear_cassette()
    with pytest.raises(ValueError, match="mode"):
        recorder.run(component(server), mode="sometimes")


# --- time --------------------------------------------------------------------------------------------------


def now_seen(recorder: VCRRecorder, way: str) -> datetime:
    seen: list[datetime] = []
    getattr(recorder, way)(lambda: seen.append(datetime.now(UTC)))
    return seen[0]


def test_the_component_sees_the_time_that_was_asked_for(data: Path) -> None:
    recorder = VCRRecorder.from_test_dir(data, freeze_time_at="2024-05-05T10:00:00+02:00")
    wanted = datetime(2024, 5, 5, 8, tzinfo=UTC)
    assert now_seen(recorder, "record") == wanted
    assert now_seen(VCRRecorder.from_test_dir(data), "replay") == wanted
    assert now_seen(VCRRecorder.from_test_dir(data, freeze_time_at=None), "replay").year > 2025


def test_auto_replays_at_the_time_of_the_recording(data: Path) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    assert abs(now_seen(recorder, "record") - datetime.now(UTC)).total_seconds() < 60
    stated = VCRRecorder.load_metadata(recorder.cassette_path)
    assert stated["freeze_time"] == "auto"
    assert now_seen(VCRRecorder.from_test_dir(data), "replay").isoformat() == stated["recorded_at"]


def test_where_a_cassette_says_nothing_the_default_time_holds(data: Path) -> None:
    (data / "cassettes").mkdir()
    write(data / "cassettes" / "requests.json", {"version": 1, "interactions": []})
    assert now_seen(VCRRecorder.from_test_dir(data), "replay") == datetime(2025, 1, 1, 12, tzinfo=UTC)


# --- what a case brings along ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["raise ValueError('x')", "def get_sanitizers(config): return [1]", "x ="])
def test_a_broken_sanitizer_file_stops_the_run(data: Path, text: str) -> None:
    (data / "sanitizers.py").write_text(text)
    with pytest.raises(SanitizerError):
        VCRRecorder.from_test_dir(data)


@pytest.mark.parametrize("text", ["{nope", "[1]"])
def test_a_broken_secrets_file_stops_the_run_and_is_not_quoted(data: Path, text: str) -> None:
    (data / "config.secrets.json").write_text(text)
    with pytest.raises(SecretsLoadError) as caught:
        VCRRecorder.from_test_dir(data)
    assert "nope" not in str(caught.value)


def test_sanitizers_get_the_secrets_that_belong_to_the_configuration(data: Path) -> None:
    (data / "sanitizers.py").write_text(
        "from hushtape.keboola import TokenSanitizer\n"
        "def get_sanitizers(config):\n    return [TokenSanitizer([config['parameters']['#token']])]\n"
    )
    write(data / "config.json", {"parameters": {}})
    recorder = VCRRecorder.from_test_dir(data, sanitizers=[TokenSanitizer(["abcdef"])])
    kinds = [getattr(one, "tokens", None) for one in getattr(recorder.sanitizer, "sanitizers")]  # noqa: B009
    assert kinds == [None, ["abcdef"], [SECRET]]


def test_a_short_secret_warns_and_does_not_stop_the_run(data: Path, server: Server) -> None:
    write(data / "config.secrets.json", {"parameters": {"#token": SECRET, "#flag": "1"}})
    with pytest.warns(UserWarning, match="#flag"):
        VCRRecorder.from_test_dir(data).record(component(server))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("expected_status.json", "[]"),
        ("expected_status.json", '{"exit_code": "x"}'),
        ("logs.json", "nope"),
        ("logs.json", '{"logs": [1]}'),
        ("logs.json", '{"logs": 5}'),
    ],
)
def test_a_file_of_the_case_that_is_broken_is_named(data: Path, name: str, text: str) -> None:
    VCRRecorder.from_test_dir(data).record(lambda: None)
    (data / "cassettes" / name).write_text(text)
    with pytest.raises(VCRRecorderError, match=name):
        VCRRecorder.from_test_dir(data).replay(lambda: None)


def test_no_text_that_a_component_leaves_holds_a_secret_in_any_usual_encoding(data: Path) -> None:
    write(data / "config.json", {"parameters": {"#token": SECRET}, "action": "act"})
    hidden = [SECRET, b64encode(f"x:{SECRET}".encode()).decode(), SECRET.encode().hex()]

    def talk() -> None:
        for text in hidden:
            logging.getLogger(f"name {text}").warning("message %s", text)
            print(text, file=sys.stderr)
            print(text)
        sys.exit(SECRET)

    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(talk)
    left = everything_in(data)
    assert [text for text in hidden if text.encode() in left] == []
    recorder.replay(talk)
    assert recorder.last_log_comparison is not None and recorder.last_log_comparison.success


def test_two_recordings_of_one_cassette_at_once_are_refused(data: Path) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    with pytest.raises(CassetteInUseError):
        recorder.record(lambda: VCRRecorder.from_test_dir(data).record(lambda: None))


@pytest.mark.parametrize("dummy", ["token", "x", "REDACTED", "dummy-token-00", ""])
def test_whatever_stands_in_for_the_secret_replays_without_a_warning(data: Path, dummy: str) -> None:
    def component() -> None:
        key = json.loads((data / "config.json").read_text())["parameters"]["#token"]
        requests.get(f"{url}/echo", params={"key": key, "page": 1}, timeout=5)

    with Server() as server:
        url = server.url
        VCRRecorder.from_test_dir(data).record(component)
    (data / "config.secrets.json").unlink()
    write(data / "config.json", {"parameters": {"#token": dummy}})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        VCRRecorder.from_test_dir(data).replay(component)


def test_a_secrets_file_is_a_path_from_the_working_folder(
    data: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with keboola.vcr. One that was sought elsewhere would be missing, and nothing would be secret."""
    (data / "config.secrets.json").unlink()
    write(data / "config.json", {"parameters": {}})
    write(tmp_path / "real.json", {"#token": SECRET})
    monkeypatch.chdir(tmp_path)
    VCRRecorder.from_test_dir(data, secrets_file="real.json").record(component(server))
    assert SECRET.encode() not in everything_in(data)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"#key": "acme/reader/Zk93mP0q", "#scope": "acme%2Freader"}, "?key=acme%2Freader%2FZk93mP0q"),
        ({"#key": "ACME.READER-Zk93mP0q", "#user": "acme.reader"}, "host acme.reader-zk93mp0q.example.com"),
    ],
)
def test_a_logged_secret_in_whose_writing_another_stands_is_kept_in_no_part(
    data: Path, values: dict[str, str], line: str
) -> None:
    write(data / "config.secrets.json", {"parameters": values})
    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(lambda: logging.getLogger("component").info(line))
    assert b"zk93mp0q" not in everything_in(data).lower()


def test_logs_of_earlier_recordings_with_another_mask_replay(data: Path, server: Server) -> None:
    recorder = VCRRecorder.from_test_dir(data)
    recorder.record(component(server))
    logs = recorder.logs_path.read_text()
    recorder.logs_path.write_text(logs.replace("***", "REDACTED"))
    recorder.replay(component(server))
    assert "***" in logs and recorder.last_log_comparison is not None
    assert recorder.last_log_comparison.diffs == []


def test_both_the_real_secret_and_its_dummy_are_masked(data: Path, server: Server) -> None:
    """A developer's machine has both: the secrets file, and a configuration with a dummy in its place."""
    VCRRecorder.from_test_dir(data).record(component(server))
    write(data / "config.json", {"parameters": {"#token": "dummy-0000"}})

    def with_the_dummy() -> None:
        logging.getLogger("component").info("loaded with dummy-0000")
        token = requests.post(f"{server.url}/token", data={"refresh_token": "x"}, timeout=5).json()
        for page in (1, 2):
            sent = {"Authorization": f"Bearer {token['access_token']}"}
            query = {"page": page, "key": "dummy-0000"}
            requests.get(f"{server.url}/echo", params=query, headers=sent, timeout=5)

    recorder = VCRRecorder.from_test_dir(data)
    recorder.replay(with_the_dummy)
    assert recorder.last_log_comparison is not None
    assert recorder.last_log_comparison.diffs == []
