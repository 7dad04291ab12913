"""Named values of which a rule that is not their own takes a part."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from tests.adversarial.reading import readable

from hushtape.model import Headers
from hushtape.sanitize.chain import build
from hushtape.sanitize.messages import tell
from hushtape.sanitize.named_within import holding
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.ruleset import Ruleset
from hushtape.sanitize.sanitizers_http import BodyFieldSanitizer
from hushtape.sanitize.torn import Looking, Watch
from hushtape.sanitize.torn_texts import torn_head


def lines(text: str) -> str:
    coded = base64.b64encode(text.encode()).decode()
    return "\n    ".join(coded[at : at + 64] for at in range(0, len(coded), 64))


def in_script(text: str) -> str:
    """As Django's escapejs."""
    return "".join(f"\\u{ord(one):04X}" if one in "\\'\"<>&=-;`" else one for one in text)


def in_url(text: str) -> str:
    return quote(text, safe="-_.!~*'()")


def in_java(text: str) -> str:
    """As URLEncoder."""
    return quote_plus(text, safe="*")


BACKSLASH = "Ka0Dm\\oG5ND9rR6rXI8ayYx1EuViBB"
LONG = "46Nj7q43SPNXpUra3CCEz0G9LLNwrI8lvvle8L7x"
APOSTROPHE = "=!'=b##{^<#ab[<a$"
BARE = "-eR'Vf*\"@})Cq_'p>*E}_io{"
DOCUMENT = '{"password": "hunter-Zk93mP", "pin": "9fQzR8kLm2pWd4"}'
ADDRESS = "https://bot:Zk93mP0qX7vL@hooks.example.com/s/9fQzR8kLm2pWd4"
COOKIE = "sid=G8TRIBPSq1w2; csrftoken=iFdixerN4x; Path=/"

TORN = {
    "a backslash behind its name": (BACKSLASH, in_script("password=" + BACKSLASH + "&x=1")),
    "Basic in lines": (LONG, "Authorization: Basic " + lines("some-user-name:" + LONG) + "\n"),
    "a token in lines": (LONG, "token=" + lines("note of some length: " + LONG) + "\n"),
    "twice percent": (BARE, "next=" + in_java(in_java(f"grant_type=password&password={BARE}&user=1"))),
    "a document in lines": (DOCUMENT, "config: |\n    " + lines(DOCUMENT) + "\n"),
    "an address in lines": (ADDRESS, "state: " + lines("note: " + ADDRESS + " end")),
    "a document in percent in JSON": (DOCUMENT, quote(DOCUMENT, safe="").replace("%", "\\u0025")),
    "a cookie in percent in base64": (
        COOKIE,
        '{"log": "' + base64.b64encode(quote(COOKIE, safe=";/=").encode()).decode() + '"}',
    ),
}
URI = (
    "https://a.example.com/p?next=" + in_url("https://b.example/?access_token=" + in_url(APOSTROPHE)) + "&y=2"
)


def rules(*values: str) -> Ruleset:
    return build(secrets={f"#k{number}": value for number, value in enumerate(values)}).ruleset


def passes(ruleset: Ruleset, body: str, value: str) -> bool:
    """Whether half of a value can be read afterwards, in a recording that did not fail."""
    watch, auditor = ruleset.watch("response"), ruleset.auditor()
    scrubber = ruleset.scrubber("response", "text/plain", watch=watch)
    left = scrubber.feed(body.encode()) + scrubber.finish()
    assert watch is not None
    failed = watch.found or auditor.feed(left) or auditor.finish()
    return not failed and readable(left, value, parts=True) is not None


def torn(ruleset: Ruleset, body: str, size: int = 1 << 20) -> str | None:
    watch = ruleset.watch("response")
    assert watch is not None
    scrubber, data = ruleset.scrubber("response", "text/plain", watch=watch), body.encode()
    for at in range(0, len(data), size):
        scrubber.feed(data[at : at + size])
    scrubber.finish()
    return watch.found


@pytest.mark.parametrize("size", (1 << 20, 1))
@pytest.mark.parametrize("case", TORN)
def test_a_value_of_which_a_rule_takes_a_part_is_told(case: str, size: int) -> None:
    value, body = TORN[case]
    assert torn(rules(value), body, size) == "#k0"


@pytest.mark.parametrize("before", (0, 4_000, 16_300, 65_400, 70_000))
def test_it_is_told_wherever_it_stands(before: int) -> None:
    value, body = TORN["Basic in lines"]
    assert torn(rules(value), "word " * (before // 5) + body + " and more" * 9_000, 4_096) == "#k0"


def test_a_part_of_it_may_stand_behind_a_value_that_is_long() -> None:
    value, body = TORN["a backslash behind its name"]
    long = '{"password": "' + "word " * 40_000 + '"} ' + body
    assert torn(rules(value), long, 8_192) == "#k0"
    assert torn(rules(value), body + ' {"password": "' + "word " * 40_000 + '"}', 8_192) == "#k0"


def test_named_values_within_named_values_are_told_at_any_depth() -> None:
    body = "state: " + lines("note: " + ADDRESS + " end")
    assert torn(rules(ADDRESS, "Zk93mP0qX7vL"), body) == "#k0"
    assert torn(rules(ADDRESS, "bot:Zk93mP0qX7vL", "Zk93mP0qX7vL", "Zk93mP0q"), body) == "#k0"


@pytest.mark.parametrize(
    "write",
    (
        lambda text: f'{{"password": "{text}", "note": 1}}',
        lambda text: f"a=1&password={text}&b=2",
        lambda text: f"https://bot:{text}@hooks.example.com/",
        lambda text: f"Authorization: Bearer {text}\n",
    ),
)
def test_a_value_that_goes_as_a_whole_is_not_torn(write: Callable[[str], str]) -> None:
    def twice(text: str) -> str:
        return base64.b64encode(base64.b64encode(quote(f"{text}/").encode())).decode().rstrip("=")

    for text in (LONG, twice(LONG), quote(quote(LONG))):
        assert torn(rules(LONG), write(text)) is None


def test_other_values_beside_a_named_one_tear_nothing() -> None:
    rows = "".join(
        f'{{"id": {number}, "note": "{LONG}", "password": "hunter{number}x", "url": "https://a:b{number}c9@d.example/"}}\n'
        for number in range(300)
    )
    assert torn(rules(LONG, ADDRESS, COOKIE, "hunter7x"), rows, 5_000) is None


def test_nobody_watches_where_nothing_is_named() -> None:
    assert build().ruleset.watch("response") is None


@pytest.mark.parametrize("phase", ("request", "response"))
def test_heads_in_which_a_value_is_torn_are_told(phase: Any) -> None:
    ruleset = rules(APOSTROPHE)
    assert torn_head(ruleset, URI, Headers(), phase) == "#k0"
    assert torn_head(ruleset, "", Headers([("Location", URI)]), phase) == "#k0"
    assert (
        torn_head(
            ruleset, "https://a.example.com/?token=abc", Headers([("Authorization", "Bearer x")]), phase
        )
        is None
    )


def test_a_message_in_which_a_value_is_torn_is_withheld() -> None:
    assert "withheld" in tell(rules(APOSTROPHE), f"can't reach {URI}")
    assert "ab%255B" not in tell(rules(APOSTROPHE), f"can't reach {URI}")


def test_values_that_hold_others_are_told_apart_level_by_level() -> None:
    token = "Zk93mP0q"
    inner, outer = f"9fQzR8kLm:{token}", f"7vL2wT5yR8 9fQzR8kLm:{token}"
    coded = base64.b64encode(outer.encode()).decode()
    named = [token, inner, outer, coded, "other words!", json.dumps({"refresh_token": token})]
    portions = holding([SecretRule(text) for text in named], "ahocorasick")
    assert [[rule.value for rule in one] for one in portions] == [[inner], [outer]]


def test_a_document_that_says_nothing_beside_its_token_is_no_reason_to_fail() -> None:
    document = json.dumps({"token_type": "bearer", "refresh_token": LONG, "expires_in": 3600})
    answer = document.replace(" ", "\n  ").replace("3600", "3601")
    assert torn(rules(document), answer) is None


def test_of_a_long_value_three_writings_deep_no_part_stays() -> None:
    value = (LONG * 10)[:390]
    coded = "".join(f"\\u{ord(one):04x}" for one in value).encode().hex()
    body = "password=" + base64.encodebytes(coded.encode()).decode()
    for before in (0, 60_000, 63_000):
        assert torn(rules(value), "word " * (before // 5) + body, 9_000) is not None


@pytest.mark.parametrize("reach", (4_096, 32_768))
def test_where_spans_stand_close_each_byte_is_looked_at_a_few_times(reach: int) -> None:
    ruleset, looked = rules(LONG), 0

    def look(data: bytes) -> None:
        nonlocal looked
        looked += len(data)

    body = b"".join(b'{"id": %d, "password": "hunter%d"}\n' % (number, number) for number in range(16_000))
    watch = Watch(lambda: [Looking(ruleset.side("response").plan, look)], reach, by_named=False)
    scrubber = ruleset.scrubber("response", "text/plain", watch=watch)
    for at in range(0, len(body), 8_192):
        scrubber.feed(body[at : at + 8_192])
        if at % 65_536 == 0:
            watch.look_ahead()
    scrubber.finish()
    assert len(body) < looked < 3.5 * len(body)


def test_values_that_overlap_or_share_a_span_are_told() -> None:
    first, second = "Zk93mP0qX7vL", "X7vL2wT5yR8bN4hJ6gF1"
    for named in ((first, second), (second, first)):
        assert (
            torn(rules(*named), "state: " + lines("n" * 20 + f" {first}{second[4:]} end of it")) is not None
        )
    key = "K7XQ2-9BNMT-4HJ6G-F1DS3-AQ9EW"
    assert torn(rules(key, key[:11]), "key: " + lines("n" * 20 + f" {key} end of it")) == "#k0"
    twice = base64.encodebytes(f"note {LONG[:19]} {LONG[:19]} ".encode("utf-16-le")).decode()
    for name in ("Authorization: Basic ", "token=", "password="):
        assert torn(rules(LONG[:19]), name + twice.replace("\n", "\r\n")) == "#k0"


FIELDS = (
    ("Set-Cookie", "Zk93mP0q=X7vL2wT5yR8", "%s; Path=/"),
    ("Cookie", "Zk93mP0q=X7vL2wT5yR8", "%s"),
    ("Sec-WebSocket-Protocol", "1Maq,aSAhYXSIXQ93kd", "bearer, %s"),
    ("Host", "FP@tgH7r9keL2NrYoZqH", "%s.example.com"),
    ("WWW-Authenticate", "frhR# CYtPiaSDNwKWYh", "Negotiate %s"),
)


@pytest.mark.parametrize("name, value, text", FIELDS)
def test_a_named_value_goes_from_a_field_before_the_fields_own_rule_cuts_it(
    name: str, value: str, text: str
) -> None:
    ruleset, given = rules(value), Headers([(name, text % value)])
    for phase in ("request", "response"):
        left = ruleset.headers(given, phase).pairs[0][1]  # type: ignore[arg-type]
        assert not any(part in left for part in (value[: len(value) // 2], value[len(value) // 2 :]))
        assert torn_head(ruleset, "", given, phase) is None  # type: ignore[arg-type]


def test_fields_with_credentials_tear_nothing() -> None:
    fields = Headers([("Cookie", f"a=1; b={LONG}"), ("Host", "a@b.c"), ("Authorization", f"Basic {LONG}")])
    assert torn_head(rules(LONG), "", fields, "request") is None
    assert torn_head(rules(LONG), "", fields, "request") is None


def test_what_is_replaced_later_only_may_not_be_cut_either() -> None:
    first = build(
        sanitizers=[BodyFieldSanitizer(fields=["password", "token"])], default_sanitizer=False
    ).ruleset
    for value, body, cut in (
        ("Zk93&mP0qX7vL2wT5yR8", "password=Zk93&mP0qX7vL2wT5yR8", True),
        (
            "https://h.example/hook?token=Zk93mP0q&k=X7vL",
            '{"u": "https://h.example/hook?token=Zk93mP0q&k=X7vL"}',
            True,
        ),
        ("Zk93&mP0qX7vL2wT5yR8", '{"password": "Zk93&mP0qX7vL2wT5yR8"}', False),
    ):
        watch = first.watch("response", rules(value))
        scrubber = first.scrubber("response", "text/plain", watch=watch)
        scrubber.feed(body.encode())
        scrubber.finish()
        assert watch is not None and (watch.found is not None) is cut


@pytest.mark.parametrize("secret", ("p\u00e4ssw9Kx27LmQ2v", 'p"w9Kx27LmQ2v', "p\\w9Kx27LmQ2v"))
def test_a_document_that_holds_a_value_in_escapes_is_told(secret: str) -> None:
    document = json.dumps({"host": "db-4f7.internal", "user": "u8812xk0Lm", "password": secret})
    for before in range(0, 48, 5):
        assert not passes(rules(document), "state: " + lines("n" * before + f" {document} end"), document)


@pytest.mark.parametrize("shared", (1, 2, 3))
def test_values_that_share_a_few_letters_are_told(shared: int) -> None:
    second = "ab3T5yR8bN4hJ6gF1dS3a"
    first = "Zk93mP0qX7vL" + second[:shared]
    for before in range(0, 48, 5):
        text = "n" * before + f" {first}{second[shared:]} end"
        assert not passes(rules(first, second), "state: " + lines(text), second)


KEY = "oHwLMeaZqo9DZDNjN1GTPdVKsb1DS2S5yXB62gin7BMsFxvKK4Q519Pk174JSnZJrd09fXzjsV2cMcSu28F9teLb"


def test_a_stretch_that_is_known_by_itself_hides_no_rest() -> None:
    document = {"user": "u8812xk0Lm", "pin": "9fQzR8kLm2pWd4", "ref": KEY, "shard": "w-81kq-Qm2"}
    assert torn(rules(json.dumps(document)), json.dumps(document, indent=2)) == "#k0"
    signs = "".join(one if one.isalnum() else f"\\u{ord(one):04X}" for one in f"K60ZjewNG6CX\\{KEY}")
    assert torn(rules(f"K60ZjewNG6CX\\{KEY}"), signs) == "#k0"
    assert torn(rules(KEY + "Xq72mZkP0"), f'{KEY[:70]}"\n    "{KEY[70:]}Xq72mZkP0') == "#k0"


def test_an_answer_that_an_oauth_document_was_made_of_is_recorded() -> None:
    answer = {"access_token": KEY[:50], "expires_in": 3599, "refresh_token": "1//0gK7xQmZk93mP0qX7vL2wT5yR8"}
    for document in (json.dumps(answer), json.dumps(answer, separators=(",", ":")).replace("/", "\\/")):
        assert torn(rules(document), json.dumps(answer, indent=2)) is None


PASSWORD, ACCOUNT = "Wq7GyxQNLFn0Zk93", "3F2B8C1E-77AA-4D1C-9B3E-0A1B2C3D4E5F"


@pytest.mark.parametrize(
    ("inner", "written"),
    (
        (PASSWORD, base64.b64encode(f"bot:{PASSWORD}".encode()).decode()),
        (PASSWORD, PASSWORD.encode().hex()),
        (ACCOUNT, ACCOUNT.lower()),
        ("Acme-Prod-7X.Snow.net", "acme-prod-7x.snow.net"),
        (PASSWORD, "".join(f"%2525{ord(one):02X}" for one in PASSWORD)),
        ("Zürich-7qK9xW2mP4vL", "Zürich-7qK9xW2mP4vL".encode().decode("latin-1")),
    ),
)
def test_a_value_that_holds_another_one_in_whatever_writing_is_looked_for_by_itself(
    inner: str, written: str
) -> None:
    document = {"site": "u8812xk0Lm", "blob": written, "pin": "9fQzR8kLm2pWd4"}
    assert torn(rules(inner, json.dumps(document)), json.dumps(document, indent=2)) is not None


def test_a_basic_pair_in_a_named_document_hides_no_rest() -> None:
    pair = base64.b64encode(f"bot:{PASSWORD}".encode()).decode()
    document = {"site": "u8812xk0Lm", "blob": pair, "pin": "9fQzR8kLm2pWd4"}
    assert torn(rules(json.dumps(document)), json.dumps(document, indent=2)) is not None


@pytest.mark.parametrize(
    ("name", "value"),
    (
        ("WWW-Authenticate", 'Bearer error="invalid_token", error_description="password={}"'),
        ("Proxy-Authenticate", 'Basic realm="https://h/?token={}"'),
        ("Host", "h/?password={}"),
        ("Set-Cookie", "a=; Path=/x?password={}"),
    ),
)
def test_fields_with_a_rule_of_their_own_are_looked_at_like_others(name: str, value: str) -> None:
    secret = "k7Wq\\GyxQNLFn0Zk93mP0qX7"
    fields = Headers([(name, value.format(secret.replace("\\", "\\u005C")))])
    assert torn_head(rules(secret), "", fields, "response") == "#k0"
