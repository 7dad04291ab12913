"""What a cassette says beside its interactions passes through the rules and the audit, too."""

from __future__ import annotations

import base64
import json
import ssl
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

import hushtape
from hushtape import PatternSanitizer
from hushtape.errors import RecordingFailedError, SecretFoundError
from hushtape.model import Tls
from hushtape.sanitize import build
from hushtape.session.metadata import is_clean, listed, scrubbed, without_secrets
from tests.support.servers import Server
from tests.support.wire import Call

SECRET = "Zx81LmwQpTuv63BnKy0Rd5Fa"
UNNAMED = "n037KxJ8Qw2LmzTv"
LEARNED = "n037kxj8qw2lmztv"
RULES = build([], secrets={"#s": SECRET}).ruleset


def twice(text: str) -> str:
    return base64.b64encode(base64.b64encode(text.encode())).decode()


def test_metadata_is_scrubbed_as_one_document() -> None:
    given = {
        "password": UNNAMED,
        "env": {"API_KEY": UNNAMED, "n": 7, "on": True, "no": None},
        "cfg": "password=" + UNNAMED,
        "list": [SECRET, 1.5],
        SECRET: "a key",
    }
    clean = scrubbed(RULES, given)
    assert clean == {
        "password": "REDACTED",
        "env": {"API_KEY": "REDACTED", "n": 7, "on": True, "no": None},
        "cfg": "password=REDACTED",
        "list": ["REDACTED", 1.5],
        "REDACTED": "a key",
    }


def test_metadata_without_a_secret_stays() -> None:
    given = {"recorded_at": "2025-01-01T00:00:00+00:00", "a": [{"b": "příliš"}], "c": {}}
    assert scrubbed(RULES, given) == given


def test_metadata_in_which_only_the_audit_finds_a_secret_fails_the_recording() -> None:
    for given in ({"a": twice(SECRET)}, {twice(SECRET): 1}, {"a": [f"{twice(SECRET)} and more", "more"]}):
        with pytest.raises(SecretFoundError):
            scrubbed(RULES, given)


@pytest.mark.parametrize("way", ["as it is", "base64", "hex"])
def test_metadata_over_whose_texts_a_value_is_spread_fails_the_recording(way: str) -> None:
    value = "q7Zunguess9able4Kx0093"
    write = {"as it is": str, "base64": lambda one: base64.b64encode(one.encode()).decode()}.get(
        way, lambda one: one.encode().hex()
    )
    rules = build([], secrets={"#s": value}).ruleset
    text = write(value)
    pieces = [text[at : at + 12] for at in range(0, len(text), 12)]
    with pytest.raises(SecretFoundError):
        scrubbed(rules, {"note": pieces})
    assert scrubbed(rules, {"note": [f"cut {value[:14]}", "more"]}) == {"note": ["cut REDACTED", "more"]}


def test_a_pattern_that_breaks_the_document_fails_it() -> None:
    ruleset = build([PatternSanitizer([('"', "")])]).ruleset
    with pytest.raises(SecretFoundError):
        scrubbed(ruleset, {"a": "b"})


@pytest.mark.parametrize("key", ["_metadata", "metadata"])
def test_new_episodes_writes_no_credential_of_another_tools_metadata(
    key: str, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "old.json"
    kept = {"recorded_at": "2025-01-01T00:00:00+00:00", "password": UNNAMED, "env": {"API_KEY": UNNAMED}}
    path.write_text(json.dumps({"version": 1, key: kept, "interactions": []}))
    with hushtape.use_cassette(path, mode="new_episodes"):
        requests.get(server.url + "/number/1", timeout=5)
    written = json.loads(path.read_text())
    assert UNNAMED not in path.read_text() and written[key]["recorded_at"] == kept["recorded_at"]


@pytest.mark.parametrize(
    "text", [SECRET, base64.b64encode(SECRET.encode()).decode(), twice(SECRET), SECRET.encode().hex()]
)
def test_a_replacement_that_holds_a_secret_is_not_listed(text: str, server: Server, cassette: Path) -> None:
    options: dict[str, Any] = {"sanitizers": [PatternSanitizer([("foo", text), ("bar", "BAR-0")])]}
    with hushtape.use_cassette(cassette, secrets={"#s": SECRET}, **options):
        requests.get(server.url + "/number/1", timeout=5)
    assert text not in cassette.read_text()
    assert "BAR-0" in json.loads(cassette.read_text())["hushtape"]["placeholders"]


def test_placeholders_are_listed() -> None:
    texts = RULES.possible_placeholders | {"BAR-0"}
    assert listed(RULES, texts) == tuple(sorted(texts))


def test_a_certificate_is_audited() -> None:
    for named in (SECRET, twice(SECRET)):
        peer = Tls(True, b"0\x82\x01 CN=" + named.encode() + b" and more")
        assert without_secrets(RULES, peer) == Tls(True)
    peer = Tls(True, b"0\x82\x01 CN=127.0.0.1")
    assert without_secrets(RULES, peer) is peer and is_clean(RULES, peer.certificate or b"")
    assert without_secrets(RULES, None) is None


@pytest.mark.parametrize("calls", [1, 2])
@pytest.mark.parametrize("name", [LEARNED, twice(SECRET), "of nobody"])
def test_a_certificate_that_holds_a_secret_is_left_out(
    calls: int, name: str, cassette: Path, tmp_path: Path
) -> None:
    def answer(call: Call) -> None:
        call.body()
        call.reply(200, b'{"access_token": "%s"}' % LEARNED.encode(), [("Content-Type", "application/json")])

    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with Server(answer, tls=True) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", common_name=name).configure_cert(context)
        server._context = context
        with hushtape.use_cassette(cassette, secrets={"#s": SECRET}) as tape:
            for number in range(calls):
                requests.get(f"{server.url}/{number}", verify=str(bundle), timeout=5)
        url = server.url
    table = json.loads(cassette.read_text())["hushtape"].get("certificates", {})
    assert any(name.encode() in base64.b64decode(one) for one in table.values()) == (name == "of nobody")
    assert len(table) == (name == "of nobody") and tape.recorded == calls
    with hushtape.use_cassette(cassette, mode="none", secrets={"#s": SECRET}):
        assert requests.get(f"{url}/0", verify=str(bundle), timeout=5).status_code == 200


def test_metadata_that_can_not_be_cleaned_fails_the_recording(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"version": 1, "_metadata": {"a": "b"}, "interactions": []}))
    before = path.read_bytes()
    breaking = [PatternSanitizer([('"', "")], where="body")]
    with (
        pytest.raises(RecordingFailedError, match="metadata"),
        hushtape.use_cassette(path, mode="new_episodes", sanitizers=breaking),
    ):
        requests.get(server.url + "/number/1", timeout=5)
    assert path.read_bytes() == before
