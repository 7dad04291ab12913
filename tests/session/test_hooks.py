"""Hooks: each runs once, at its moment; what it leaves is scrubbed and audited; its errors fail closed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape import EditableInteraction
from hushtape.errors import OptionError
from hushtape.session.options import build_options
from tests.contract.drivers import Requests
from tests.support.servers import Server

STORED = ("after_capture", "before_save")
SECRET = "s3cr3t-of-the-hook"


def entries(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text())["interactions"]
    return found


def numbers(path: Path) -> list[str]:
    return [entry["request"]["uri"].rsplit("/", 1)[1] for entry in entries(path)]


def get(client: Requests, server: Server, number: int) -> Any:
    return json.loads(client.call("GET", f"{server.url}/number/{number}").body)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def rename(interaction: EditableInteraction) -> None:
    assert interaction.response is not None
    found = interaction.response.json()
    interaction.response.body = json.dumps({"number": found["number"], "square": -1, "more": "x" * 50})
    interaction.response.headers["X-Hook"] = "yes"
    interaction.request.headers["X-Asked"] = "yes"


@pytest.mark.parametrize("moment", STORED)
def test_a_hook_changes_what_is_stored_and_not_what_the_program_reads(
    moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    options: Any = {moment: rename}
    with hushtape.use_cassette(cassette, **options):
        assert get(client, server, 7)["square"] == 49
    (entry,) = entries(cassette)
    body = entry["response"]["body"]["string"]
    assert json.loads(body)["square"] == -1 and entry["request"]["headers"]["X-Asked"] == ["yes"]
    assert entry["response"]["headers"]["Content-Length"] == [str(len(body))]
    with hushtape.use_cassette(cassette, mode="none") as tape:
        answer = client.session.get(f"{server.url}/number/7", timeout=5)
        assert answer.json()["square"] == -1 and answer.headers["X-Hook"] == "yes" and tape.played == 1


def test_each_moment_comes_once_and_never_again_on_stored_data(
    client: Requests, server: Server, cassette: Path
) -> None:
    seen: list[str] = []

    def note(moment: str) -> Any:
        return lambda interaction: seen.append(f"{moment} {interaction.request.uri[-1]}")

    options: Any = {name: note(name) for name in ("after_capture", "before_save", "before_replay")}
    with hushtape.use_cassette(cassette, **options):
        get(client, server, 1)
        get(client, server, 2)
        assert seen == ["after_capture 1", "after_capture 2"]
    assert seen == ["after_capture 1", "after_capture 2", "before_save 1", "before_save 2"]
    seen.clear()
    with hushtape.use_cassette(cassette, mode="new_episodes", exhausted="last", **options):
        get(client, server, 1)
        get(client, server, 1)
        get(client, server, 3)
    assert seen == ["before_replay 1", "before_replay 1", "after_capture 3", "before_save 3"]
    seen.clear()
    with hushtape.use_cassette(cassette, mode="none", **options):
        assert seen == []


@pytest.mark.parametrize("moment", STORED)
def test_a_hook_leaves_out_what_it_discards(
    moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    def odd(interaction: EditableInteraction) -> None:
        if interaction.request.uri.endswith(("1", "3")):
            interaction.discard()

    options: Any = {moment: odd}
    with hushtape.use_cassette(cassette, **options) as tape:
        for number in range(4):
            get(client, server, number)
    assert numbers(cassette) == ["0", "2"] and tape.recorded == 2 and not tape.failed


@pytest.mark.parametrize("moment", STORED)
def test_where_all_is_discarded_nothing_is_written(
    moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    options: Any = {moment: EditableInteraction.discard}
    with hushtape.use_cassette(cassette, **options):
        get(client, server, 1)
    assert list(cassette.parent.iterdir()) == []
    with hushtape.use_cassette(cassette):
        get(client, server, 1)
    before = cassette.read_bytes()
    with hushtape.use_cassette(cassette, mode="new_episodes", **options):
        get(client, server, 1)
        get(client, server, 2)
    assert cassette.read_bytes() == before


@pytest.mark.parametrize("moment", STORED)
@pytest.mark.parametrize("size", [100, 300_000])
def test_what_a_hook_puts_in_is_scrubbed(
    moment: str, size: int, client: Requests, server: Server, cassette: Path, tmp_path: Path
) -> None:
    def careless(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.body = json.dumps(
            {"note": SECRET, "password": "hunter2-hunter2", "x": "y" * size}
        )
        interaction.response.headers["X-Note"] = SECRET
        interaction.request.uri += f"?note={SECRET}"

    options: Any = {moment: careless, "secrets": [SECRET]}
    with hushtape.use_cassette(cassette, **options):
        get(client, server, 7)
    assert SECRET.encode() not in on_disk(tmp_path) and b"hunter2" not in on_disk(tmp_path)
    assert entries(cassette)[0]["request"]["uri"].endswith("?note=REDACTED")


@pytest.mark.parametrize("moment", STORED)
def test_what_only_the_audit_finds_in_a_hooks_output_fails_the_tape(
    moment: str, client: Requests, server: Server, cassette: Path, tmp_path: Path
) -> None:
    import base64

    packed = base64.b64encode(base64.b64encode(b"padding " + SECRET.encode() + b" padding"))

    def sly(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.body = packed

    options: Any = {moment: sly, "secrets": [SECRET]}
    with pytest.raises(hushtape.RecordingFailedError), hushtape.use_cassette(cassette, **options):
        get(client, server, 7)
    assert not cassette.exists() and packed not in on_disk(tmp_path)


@pytest.mark.parametrize("moment", STORED)
def test_a_hook_that_raises_fails_the_recording_and_not_the_program(
    moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    def broken(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        raise LookupError(f"it was shown {interaction.response.text}")

    with hushtape.use_cassette(cassette):
        get(client, server, 1)
    before = cassette.read_bytes()
    options: Any = {moment: broken}
    with (
        pytest.raises(hushtape.RecordingFailedError) as caught,
        hushtape.use_cassette(cassette, mode="all", **options),
    ):
        assert get(client, server, 7)["square"] == 49
    said = str(caught.value) + repr(caught.value.__dict__)
    assert "LookupError at " in said and "test_hooks.py:" in said and moment in said
    assert "square" not in said and cassette.read_bytes() == before
    assert isinstance(caught.value.__cause__, hushtape.HookError) and caught.value.__cause__.moment == moment


@pytest.mark.parametrize("moment", STORED)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.response.headers.add("X-Split", "a\r\nSet-Cookie: b"),
        lambda one: setattr(one.response, "status", 99),
        lambda one: setattr(one.response, "reason", "a\nb"),
        lambda one: setattr(one.response, "body", {"not": "bytes"}),
        lambda one: setattr(one.request, "uri", "http://x/\n"),
        lambda one: setattr(one.request, "method", ""),
    ],
)
def test_what_can_not_stand_in_a_message_fails_the_recording(
    moment: str, spoil: Any, client: Requests, server: Server, cassette: Path
) -> None:
    options: Any = {moment: spoil}
    with (
        pytest.raises(hushtape.RecordingFailedError, match=moment),
        hushtape.use_cassette(cassette, **options),
    ):
        get(client, server, 7)
    assert not cassette.exists()


@pytest.mark.parametrize("moment", STORED)
def test_a_body_is_read_only_when_asked_for_and_up_to_max_callback_body(
    moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    def head_only(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.headers["X-Hook"] = "yes"

    def whole(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        assert interaction.response.body

    options: dict[str, Any] = {"max_callback_body": 1_000, moment: head_only}
    with hushtape.use_cassette(cassette, **options):
        client.call("GET", server.url + "/bytes/200000")
    with hushtape.use_cassette(cassette, mode="none"):
        answer = client.session.get(server.url + "/bytes/200000", timeout=5)
        assert len(answer.content) == 200_000 and answer.headers["X-Hook"] == "yes"
    options[moment] = whole
    with (
        pytest.raises(hushtape.RecordingFailedError, match="max_callback_body"),
        hushtape.use_cassette(cassette, mode="all", **options),
    ):
        assert len(client.call("GET", server.url + "/bytes/200000").body) == 200_000


def test_before_save_leaves_no_body_file_behind(
    client: Requests, server: Server, cassette: Path, tmp_path: Path
) -> None:
    def shorten(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.body = b"short"

    with hushtape.use_cassette(cassette, max_inline_body=1_000, before_save=shorten):
        client.call("GET", server.url + "/bytes/200000")
    assert [path.name for path in tmp_path.iterdir()] == [cassette.name]
    assert entries(cassette)[0]["response"]["body"] == {"string": "short"}


@pytest.mark.parametrize("trouble", ["the hook", "its bound"])
@pytest.mark.parametrize("running", [False, True])
def test_a_hook_that_fails_leaves_no_body_that_taught_of_itself(
    trouble: str, running: bool, client: Requests, cassette: Path
) -> None:
    """What a body's own field teaches is taken out of the rest of it last of all."""
    token = "LiveTok8Qw3Zx7Lm2Nv5"
    body = json.dumps({"access_token": token, "note": f"hello {token}", "more": "x" * 300_000}).encode()

    def hook(interaction: EditableInteraction) -> None:
        assert interaction.response is not None and interaction.response.body
        raise ValueError("no")

    options: Any = {"max_callback_body": 1000} if trouble == "its bound" else {}
    with Server(lambda call: call.reply(200, body, [("Content-Type", "application/json")])) as server:
        with (
            pytest.raises(hushtape.RecordingFailedError),
            hushtape.use_cassette(cassette, after_capture=hook, **options),
        ):
            assert client.call("GET", server.url + "/a").status == 200
            if running:
                with client.session.get(server.url + "/b", stream=True, timeout=5):
                    client.call("GET", server.url + "/c")
        assert token.encode() not in on_disk(cassette.parent)


def test_a_hook_that_fails_after_a_lesson_has_rewritten_a_body_fails_the_recording(
    client: Requests, cassette: Path
) -> None:
    token = "LiveTok8Qw3Zx7Lm2Nv5"
    answers = {
        "/first": json.dumps({"note": token, "more": "x" * 100_000}),
        "/token": json.dumps({"access_token": token}),
        "/third": json.dumps({"more": "y" * 100_000}),
    }

    def hook(interaction: EditableInteraction) -> None:
        if "third" in interaction.request.uri:
            raise ValueError("no")

    json_kind = [("Content-Type", "application/json")]
    with (
        Server(lambda call: call.reply(200, answers[call.path].encode(), json_kind)) as server,
        pytest.raises(hushtape.RecordingFailedError),
        hushtape.use_cassette(cassette, after_capture=hook) as tape,
    ):
        for path in answers:
            assert client.call("GET", server.url + path).status == 200
        assert tape.failed and not tape.ledger._running
    assert token.encode() not in on_disk(cassette.parent)


def test_a_discarded_body_leaves_no_file_in_the_journal(
    client: Requests, server: Server, cassette: Path
) -> None:
    def drop_large(interaction: EditableInteraction) -> None:
        if "bytes" in interaction.request.uri:
            interaction.discard()

    with hushtape.use_cassette(cassette, after_capture=drop_large):
        get(client, server, 1)
        client.call("GET", server.url + "/bytes/200000")
        folder = cassette.with_name(cassette.name + ".recording")
        assert sum(path.stat().st_size for path in folder.iterdir()) < 100_000
    assert numbers(cassette) == ["1"]


def test_hooks_run_in_their_order_over_the_same_view(
    client: Requests, server: Server, cassette: Path
) -> None:
    def first(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.text = "first"

    def second(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.text += ", second"

    with hushtape.use_cassette(cassette, after_capture=[first, second]):
        get(client, server, 1)
    assert entries(cassette)[0]["response"]["body"]["string"] == "first, second"


def test_a_failed_call_has_a_failure_and_no_response(client: Requests, cassette: Path) -> None:
    from tests.support.servers import closed_port

    seen: list[EditableInteraction] = []
    with hushtape.use_cassette(cassette, after_capture=seen.append), pytest.raises(OSError):
        client.session.get(f"http://127.0.0.1:{closed_port()}/", timeout=5)
    (only,) = seen
    assert only.response is None and only.failure is not None and only.failure.stage == "connect"


def test_ctrl_c_in_before_save_goes_on_and_leaves_no_lock(
    client: Requests, server: Server, cassette: Path
) -> None:
    def struck(interaction: EditableInteraction) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), hushtape.use_cassette(cassette, before_save=struck):
        get(client, server, 1)
    assert not cassette.exists() and cassette.with_name(cassette.name + ".recording").is_dir()
    with pytest.warns(hushtape.HushtapeWarning, match="set aside"), hushtape.use_cassette(cassette):
        get(client, server, 1)


def test_a_recording_that_is_not_saved_runs_no_before_save(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        get(client, server, 1)
    seen: list[EditableInteraction] = []
    with (
        pytest.raises(ZeroDivisionError),
        hushtape.use_cassette(cassette, mode="all", before_save=seen.append),
    ):
        get(client, server, 2)
        raise ZeroDivisionError
    assert seen == []


# --- before_replay ------------------------------------------------------------------------------------


@pytest.fixture
def recorded(client: Requests, server: Server, cassette: Path) -> Path:
    with hushtape.use_cassette(cassette):
        get(client, server, 7)
    return cassette


def test_before_replay_changes_the_answer_and_not_the_cassette(
    client: Requests, server: Server, recorded: Path
) -> None:
    def later(interaction: EditableInteraction) -> None:
        response, live = interaction.response, interaction.live
        assert response is not None and live is not None
        response.status, response.reason = 503, "Later"
        response.headers["Retry-After"] = live.headers.get("X-Wait")
        response.body = "wait"

    before = recorded.read_bytes()
    with hushtape.use_cassette(recorded, mode="none", before_replay=later):
        answer = client.session.get(f"{server.url}/number/7", headers={"X-Wait": "30"}, timeout=5)
    assert (answer.status_code, answer.reason, answer.text) == (503, "Later", "wait")
    assert answer.headers["Retry-After"] == "30" and answer.headers["Content-Length"] == "4"
    assert recorded.read_bytes() == before
    with hushtape.use_cassette(recorded, mode="new_episodes", before_replay=later):
        client.session.get(f"{server.url}/number/7", headers={"X-Wait": "30"}, timeout=5)
        get(client, server, 8)
    assert json.loads(entries(recorded)[0]["response"]["body"]["string"])["square"] == 49


def test_an_error_in_before_replay_is_raised_as_itself_and_again_at_close(
    client: Requests, server: Server, recorded: Path
) -> None:
    def broken(interaction: EditableInteraction) -> None:
        raise LookupError("text")

    with (
        pytest.raises(hushtape.HookError, match=r"LookupError at .*test_hooks\.py:") as again,
        hushtape.use_cassette(recorded, mode="none", before_replay=broken),
        pytest.raises(hushtape.HookError) as caught,
    ):
        get(client, server, 7)
    assert caught.value.moment == "before_replay" and "broken" in caught.value.hook
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    assert again.value is not caught.value
    with hushtape.use_cassette(recorded, mode="none", before_replay=broken) as tape:
        with pytest.raises(hushtape.HookError) as caught:
            get(client, server, 7)
        tape.acknowledge(caught.value)
    with (
        pytest.raises(hushtape.HookError) as caught,
        hushtape.use_cassette(recorded, mode="none", before_replay=broken),
    ):
        get(client, server, 7)
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    "wrong",
    [
        EditableInteraction.discard,
        lambda one: setattr(one.request, "uri", "http://elsewhere/"),
        lambda one: one.response.headers.add("X-Split", "a\nb"),
    ],
)
def test_what_can_not_be_replayed_is_an_error(
    wrong: Any, client: Requests, server: Server, recorded: Path
) -> None:
    with hushtape.use_cassette(recorded, mode="none", before_replay=wrong) as tape:
        with pytest.raises(hushtape.HookError) as caught:
            get(client, server, 7)
        tape.acknowledge(caught.value)


def test_a_body_above_the_bound_is_an_error_at_replay(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette):
        client.call("GET", server.url + "/bytes/2000")

    def whole(interaction: EditableInteraction) -> None:
        assert interaction.response is not None and interaction.response.body

    options: Any = {"mode": "none", "before_replay": whole, "max_callback_body": 1_000}
    with hushtape.use_cassette(cassette, **options) as tape:
        with pytest.raises(hushtape.BodyTooLargeError) as caught:
            client.call("GET", server.url + "/bytes/2000")
        tape.acknowledge(caught.value)


# --- the view -----------------------------------------------------------------------------------------


def test_headers_are_a_mapping_that_ignores_case_and_keeps_order_and_repetition() -> None:
    from hushtape.session.editable_headers import EditableHeaders

    headers = EditableHeaders(hushtape.Headers([("A", "1"), ("b", "2"), ("a", "3")]))
    assert headers["a"] == "1" and headers.get_all("A") == ["1", "3"] and "B" in headers and len(headers) == 2
    assert dict(headers) == {"A": "1", "b": "2"} and headers.get("c", "-") == "-" and 7 not in headers
    headers["a"] = "4"
    assert headers.pairs == [("A", "4"), ("b", "2")]
    headers.add("B", "5")
    del headers["b"]
    assert headers.pop("A") == "4" and headers.pairs == [] and not headers
    with pytest.raises(KeyError):
        del headers["b"]


@pytest.mark.parametrize("wrong", ["print", 7, [print, 7], {"a": 1}])
def test_what_is_no_function_is_refused(wrong: Any) -> None:
    with pytest.raises(OptionError, match="plain functions"):
        build_options({"before_save": wrong})


def test_a_coroutine_function_is_refused() -> None:
    async def hook(interaction: EditableInteraction) -> None:
        raise AssertionError("never awaited")

    class Called:
        async def __call__(self, interaction: EditableInteraction) -> None:
            raise AssertionError("never awaited")

    for wrong in (hook, Called()):
        with pytest.raises(OptionError, match="coroutine"):
            build_options({"after_capture": wrong})


# --- with what else a tape does ------------------------------------------------------------------------

LEARNED = "tok-4f9Kq2Zw8Lx7Rb3Nc5Vd"  # what the server's route /token hands out


@pytest.mark.parametrize("moment", STORED)
@pytest.mark.parametrize("first", ["/token", "/number/2"])
def test_what_was_learned_is_redacted_in_what_a_hook_puts_in(
    moment: str, first: str, client: Requests, server: Server, cassette: Path, tmp_path: Path
) -> None:
    import base64

    packed = base64.b64encode(f"xx{LEARNED}yy".encode()).decode()

    def leak(interaction: EditableInteraction) -> None:
        if interaction.request.uri.endswith("/2") and interaction.response is not None:
            interaction.response.headers["X-Leak"] = packed
            interaction.response.text = f"v={LEARNED}"

    options: Any = {moment: leak}
    with hushtape.use_cassette(cassette, **options):
        for target in (first, "/token" if first != "/token" else "/number/2"):
            client.call("GET", server.url + target)
    kept = on_disk(tmp_path)
    assert LEARNED.encode() not in kept and packed.encode() not in kept and b"X-Leak" in kept


def test_what_is_scrubbed_before_it_is_read_is_what_hooks_are_shown(
    client: Requests, server: Server, cassette: Path
) -> None:
    shown: list[Any] = []

    def look(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        shown.append(interaction.response.json())

    hidden = hushtape.BodyFieldSanitizer(["square"], scrub_before_read=True)
    with hushtape.use_cassette(cassette, sanitizers=[hidden], after_capture=look, before_save=look):
        read = get(client, server, 3)
    assert read == {"number": 3, "square": "REDACTED"} and shown == [read, read]


def test_hooks_of_many_threads_run_once_each(client: Requests, server: Server, cassette: Path) -> None:
    import threading

    seen: list[str] = []

    def third(interaction: EditableInteraction) -> None:
        seen.append(interaction.request.uri)
        if int(interaction.request.uri.rsplit("/", 1)[1]) % 3 == 0:
            interaction.discard()

    def work(start: int) -> None:
        own = Requests()
        for number in range(start, start + 15):
            own.call("GET", f"{server.url}/number/{number}")
        own.close()

    with hushtape.use_cassette(cassette, after_capture=third) as tape:
        threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 120, 15)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(seen) == len(set(seen)) == 120 and tape.recorded == 80
    assert sorted(map(int, numbers(cassette))) == [number for number in range(120) if number % 3]
