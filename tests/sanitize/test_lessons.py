"""Which redacted values teach: read as the program meant them, words told from credentials."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape.model import Headers
from hushtape.sanitize import build
from hushtape.sanitize.lessons import MOST, MOST_GUESSED, Notebook, is_credential
from hushtape.sanitize.ruleset import Ruleset
from hushtape.sanitize.sanitizers import DefaultSanitizer
from hushtape.sanitize.spans import Lesson

TOKEN = "ya29.A0ARrdaM-k9Xq2/Zt+7w=="
RULESET = Ruleset.compile(DefaultSanitizer().rules())


def taught(book: Notebook) -> list[str]:
    rules = book.waiting()
    book.learned(len(rules))
    return [rule.value for rule in rules]


def from_body(
    data: bytes, content_type: str = "", size: int = 1 << 20, ruleset: Ruleset = RULESET
) -> list[str]:
    book = Notebook()
    scrubber = ruleset.scrubber("response", content_type, book.answered)
    for start in range(0, len(data), size):
        scrubber.feed(data[start : start + size])
    scrubber.finish()
    return taught(book)


def from_headers(**fields: str) -> list[str]:
    book = Notebook()
    RULESET.headers(
        Headers((name.replace("_", "-"), value) for name, value in fields.items()), "request", "", book.asked
    )
    return taught(book)


BODIES: dict[str, tuple[str, str]] = {
    "json": (json.dumps({"a": 1, "access_token": TOKEN}), "application/json"),
    "json, slashes escaped": (json.dumps({"access_token": TOKEN}).replace("/", "\\/"), "application/json"),
    "json in json": (json.dumps({"x": json.dumps({"id_token": TOKEN})}), "application/json"),
    "json in json, slashes": (json.dumps({"x": json.dumps({"id_token": TOKEN}).replace("/", "\\/")}), ""),
    "camel": (json.dumps({"accessToken": TOKEN}), "application/json"),
    "form": (f"a=b&refresh_token={quote(TOKEN, safe='')}&c=d", "application/x-www-form-urlencoded"),
    "url in json": (json.dumps({"next": f"https://h/?access_token={quote_plus(TOKEN)}&n=2"}), ""),
    "xml": (f"<a><password> {TOKEN} </password></a>", "application/xml"),
    "graphql": (f'mutation {{ login(password: "{TOKEN}") {{ id }} }}', ""),
    "inside an object that is redacted whole": (json.dumps({"token": {"access_token": TOKEN}}), ""),
    "a leaf of an object": (json.dumps({"access_token": {"type": "bearer", "value": TOKEN}}), ""),
    "multipart": (
        f'--B\r\nContent-Disposition: form-data; name="client_secret"\r\n\r\n{TOKEN}\r\n--B--\r\n',
        "multipart/form-data; boundary=B",
    ),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_redacted_credential_teaches_its_plain_value(name: str, size: int) -> None:
    text, content_type = BODIES[name]
    assert TOKEN in from_body(text.encode(), content_type, size)


def escaping(value: str) -> str:
    """A string of JSON as PHP and .NET write its signs."""
    signs = {"/": "\\/", "+": "\\u002B", "&": "\\u0026", "'": "\\u0027"}
    return "".join(signs.get(one, one) for one in json.dumps(value))


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("strings", range(5))
@pytest.mark.parametrize(
    "value", [TOKEN, "Zk93+mP0q&X7", 'Zk93"mP0qX7', "Zk93\\mP0qX7", "Zk93\xfc-mP0qX7", "Zk93'mP0q<X7"]
)
def test_json_in_strings_of_json_teaches_the_same_in_a_form_or_request_line(
    value: str, strings: int, listed: bool
) -> None:
    text = f'{{"access_token": {f"[{escaping(value)}]" if listed else escaping(value)}}}'
    for _ in range(strings):
        text = f'{{"in": {escaping(text)}}}'
    assert value in from_body(text.encode(), "application/json")
    for coded in (quote_plus(text), quote(text, safe="")):
        assert value in from_body(f"a=1&payload={coded}&b=2".encode(), "application/x-www-form-urlencoded")
        book = Notebook()
        RULESET.uri(f"https://h.example/p?c={coded}&b=2", "request", book.asked)
        assert value in taught(book)


def test_a_forms_password_with_a_backslash_teaches_itself_first() -> None:
    learned = from_body(b"password=Zk93%5Cn0q%5C%5CX7-hush", "application/x-www-form-urlencoded")
    assert learned[0] == "Zk93\\n0q\\\\X7-hush"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9000), st.integers(8, 8192), st.integers(1, 40_000))
def test_what_teaches_does_not_hang_on_how_a_body_was_cut(before: int, length: int, size: int) -> None:
    value = ("aB3-" * 2100)[:length]
    data = b" " * (before + 14_000) + json.dumps({"access_token": value}).encode() + b" " * 9000
    assert from_body(data, "application/json", size) == [value]


def test_a_value_of_more_than_8_kib_teaches_nothing_however_it_is_cut() -> None:
    data = json.dumps({"access_token": "aB3-" * 2049, "b": "x" * 40_000}).encode()
    assert [from_body(data, "", size) for size in (999, 1 << 20)] == [[], []]


def test_a_schema_under_a_credentials_name_teaches_nothing() -> None:
    schema = {"type": "string", "$ref": "#/components/schemas/Password", "description": "At least 8 signs"}
    assert (
        from_body(json.dumps({"password": schema, "access_token": {"enum": ["none-at-all"]}}).encode()) == []
    )


@pytest.mark.parametrize("name", ["token", "key", "session", "code", "access_tokens", "my_password_hint"])
def test_other_names_teach_nothing(name: str) -> None:
    assert from_body(json.dumps({name: TOKEN}).encode()) == []


def test_an_authorization_field_teaches_its_credential() -> None:
    basic = b64encode(b"jane@example.com:hunter2-hunter2").decode()
    key = b64encode(b"key-9f8e7d6c5b4a:").decode()
    assert from_headers(Authorization=f"Bearer {TOKEN}") == [TOKEN]
    assert from_headers(Proxy_Authorization=f"Basic {basic}") == [basic, "hunter2-hunter2"]
    assert from_headers(Authorization=f"Basic {key}") == [key, "key-9f8e7d6c5b4a"]
    assert from_headers(Authorization=TOKEN) == [TOKEN]
    assert from_headers(Authorization=f'Token token="{TOKEN}"') == [TOKEN]


@pytest.mark.parametrize(
    "value",
    [
        'Digest username="Mufasa", response="6629fae49393a05397450978507c4ef1"',
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524, Signature=fe5f80f77d5fa3beca038a248ff027",
        "Negotiate YIIZ1gYGKwYBBQUCoIIZyjCCGcagMDAuBgkqhkiC9xIBAgIG",
        "Bearer REDACTED",
        "Bearer undefined",
        "Basic !!!",
    ],
)
def test_an_authorization_field_without_a_lasting_credential_teaches_nothing(value: str) -> None:
    assert from_headers(Authorization=value) == []


def test_other_cookies_and_fields_teach_nothing() -> None:
    assert from_headers(Cookie=f"visitor={TOKEN}", X_Custom=TOKEN, Sec_WebSocket_Key=TOKEN) == []


def test_a_uri_and_a_fields_value_teach() -> None:
    book = Notebook()
    RULESET.head(
        f"https://h/?access_token={quote(TOKEN, safe='')}",
        Headers([("Referer", "https://h/?refresh_token=1//0gabcdef")]),
        "request",
        book.asked,
    )
    assert taught(book) == [TOKEN, "1//0gabcdef"]


@pytest.mark.parametrize(
    "text",
    [
        "short",
        "********",
        "xxxxxxxxxx",
        "----------",
        "12345678",
        "2026-11-24 10:00",
        "$password",
        "{{ password }}",
        "<password>",
        "https://h.example/oauth2/token",
    ],
)
def test_masks_numbers_and_variables_are_no_credentials(text: str) -> None:
    assert not is_credential(text, asked=True) and not is_credential(text, asked=False)


def test_a_bare_number_counts_under_a_password() -> None:
    assert from_body(b'{"password": "1234567890", "access_token": "9876543210"}') == ["1234567890"]
    assert from_body(b'{"password": 1234567890, "access_token": 9876543210}') == ["1234567890"]


@pytest.mark.parametrize("text", ["required", "Incorrect", "CUSTOMER", "undefined", "password", "disabled"])
def test_a_word_is_never_learned(text: str) -> None:
    assert not is_credential(text, asked=True) and not is_credential(text, asked=False)


@pytest.mark.parametrize(
    "text",
    [
        "is required",
        "must be at least eight characters.",
        "invalid_grant",
        "passwordTooShort",
        "/reset-password",
    ],
)
def test_a_sentence_is_learned_only_from_what_the_program_sends(text: str) -> None:
    assert is_credential(text, asked=True) and not is_credential(text, asked=False)


@pytest.mark.parametrize(
    "text", ["Summer2024", "qwertzuiopasdfgh", "hxkqvbnmtrwplsdz", "aBcDeFgHiJkL", "letmein1", "p@ssword"]
)
def test_what_no_word_looks_like_is_learned(text: str) -> None:
    assert is_credential(text, asked=True) and is_credential(text, asked=False)


def test_a_notebook_notes_a_value_once_and_at_most_1000() -> None:
    rows = [{"access_token": f"tok-{number:05d}-x9"} for number in range(MOST + 50)]
    learned = from_body(json.dumps(rows + rows).encode())
    assert len(learned) == len(set(learned)) == MOST


def test_what_oauth_writes_as_in_a_form_teaches_as_it_is_too() -> None:
    """RFC 6749 2.3.1: a client's id and secret, in Basic."""
    pair = b64encode(b"cid:" + quote_plus("kT9xQm2v/Rw7+LpZ4s==").encode()).decode()
    assert from_headers(Authorization=f"Basic {pair}")[1:] == [
        "kT9xQm2v%2FRw7%2BLpZ4s%3D%3D",
        "kT9xQm2v/Rw7+LpZ4s==",
    ]


@pytest.mark.parametrize("name", ["Location", "Link", "Referer", "X-Next", "WWW-Authenticate"])
def test_a_field_that_is_dropped_teaches_what_its_rules_would(name: str) -> None:
    rules = Ruleset.compile(DefaultSanitizer(safe_headers=["content-type"]).rules())
    for value in (
        f"https://h.example/x?access_token={quote_plus(TOKEN)}",
        f"https://bob:{quote_plus(TOKEN)}@h.example/",
    ):
        for _ in range(2):
            book = Notebook()
            left = rules.headers(
                Headers([(name, value), ("Content-Type", "a/b")]), "response", "", book.answered
            )
            assert left.pairs == (("Content-Type", "a/b"),) and TOKEN in taught(book)
        plain = Headers([(name, "https://h.example/x"), ("Content-Type", "a/b")])
        for _ in range(2):
            assert rules.headers(plain, "response", "", Notebook().answered).pairs == (
                ("Content-Type", "a/b"),
            )


def test_a_cookie_that_is_dropped_teaches_what_one_that_stays_does() -> None:
    cookie = Headers([("Set-Cookie", f"a=b; Path=/x?access_token={quote_plus(TOKEN)}")])
    for sanitizer in (DefaultSanitizer(), DefaultSanitizer(safe_headers=["content-type"])):
        book = Notebook()
        Ruleset.compile(sanitizer.rules()).headers(cookie, "response", "", book.answered)
        assert TOKEN in taught(book)


def test_what_a_notebook_has_seen_is_bounded() -> None:
    book = Notebook()
    for number in range(3 * MOST):
        value = f'OAuth oauth_token="tok-93ab7712", oauth_nonce="{number}"'.encode()
        book.asked(value, Lesson("credentials"), b"REDACTED")
    assert taught(book) == ["tok-93ab7712"] and len(book._seen) <= MOST


@pytest.mark.parametrize(
    ("before", "name", "value"),
    [
        ("db_password", "password", "Winter-2026-Sales"),  # a guess, and not made by a machine
        ("smtp_password", "client_secret", "Winter-2026-Sales"),
        ("access_token", "password", "4718290461"),  # a number counts under a password alone
    ],
)
def test_what_taught_nothing_under_one_name_teaches_under_another(before: str, name: str, value: str) -> None:
    assert from_body(json.dumps({before: value}).encode()) == []
    assert from_body(json.dumps({before: value, name: value}).encode()) == [value]


def test_what_taught_nothing_in_an_answer_teaches_in_a_request() -> None:
    book, text = Notebook(), b'{"password": "my dog is great"}'
    for phase, teach in (("response", book.answered), ("request", book.asked)):
        scrubber = RULESET.scrubber(phase, "", teach)  # type: ignore[arg-type]
        scrubber.feed(text)
        scrubber.finish()
    assert taught(book) == ["my dog is great"]


# --- the rulesets that grow ------------------------------------------------------------------------


def grown(values: list[str], step: int) -> Ruleset:
    ruleset = RULESET
    for start in range(0, len(values), step):
        book = Notebook()
        for value in values[start : start + step]:
            RULESET.headers(Headers([("Authorization", f"Bearer {value}")]), "request", "", book.asked)
        ruleset = ruleset.with_secrets(book.waiting())
    return ruleset


@pytest.mark.parametrize("step", [1, 3, 90])
def test_values_learned_one_by_one_are_all_found(step: int) -> None:
    values = [f"v{number:03d}-{number * 7919:06x}" for number in range(90)]
    ruleset = grown(values, step)
    learned = ruleset.learned
    for value in values:
        assert ruleset.uri(f"https://h/{value}/x") == "https://h/REDACTED/x"
        assert learned.scan(b64encode(b"a" + value.encode())) is not None
    assert RULESET.uri(f"https://h/{values[0]}/x") == f"https://h/{values[0]}/x"
    assert learned.headers(Headers([("Cookie", "a=b")]), "request") == Headers([("Cookie", "a=b")])


secret = st.text(st.sampled_from("abcXYZ019-._~+/="), min_size=8, max_size=24).filter(
    lambda text: is_credential(text, asked=True)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(secret, min_size=1, max_size=4, unique=True), st.data())
def test_a_ruleset_that_learned_scrubs_as_one_compiled_of_all_rules(values: list[str], data: Any) -> None:
    from hushtape.sanitize.rules import SecretRule

    rules = tuple(SecretRule(value) for value in values)
    learned = RULESET.with_secrets(rules)
    whole = Ruleset.compile((*rules, *RULESET.rules))
    pieces = data.draw(
        st.lists(
            st.sampled_from([*values, " ", '"', "&password=", '{"token": "', "x", *map(quote, values)]),
            max_size=12,
        )
    )
    text = "".join(pieces).encode()
    outputs = []
    for ruleset in (learned, whole):
        scrubber = ruleset.scrubber("response")
        outputs.append(scrubber.feed(text) + scrubber.finish())
    assert outputs[0] == outputs[1]
    again = learned.scrubber("response")
    assert again.feed(outputs[0]) + again.finish() == outputs[0]


def test_a_learned_value_that_holds_a_field_goes_whole() -> None:
    value = "k9&password=xY7"
    ruleset = RULESET.with_secrets(rule for rule in grown([value], 1).rules[-1:])
    scrubber = ruleset.scrubber("response")
    assert scrubber.feed(b"a " + value.encode() + b" b") + scrubber.finish() == b"a REDACTED b"


def test_a_fields_own_placeholder_stays_where_its_value_was_learned() -> None:
    from hushtape.sanitize.sanitizers_http import BodyFieldSanitizer

    ruleset = Ruleset.compile(BodyFieldSanitizer(["password"], replacement="***").rules())
    book = Notebook()
    first = ruleset.scrubber("response", "", book.answered)
    body = b'{"password": "hunter2-hunter2"}'
    before = first.feed(body) + first.finish()
    after = ruleset.with_secrets(book.waiting()).scrubber("response")
    assert after.feed(body) + after.finish() == before == b'{"password": "***"}'


GUESSING = build(engine="ahocorasick").ruleset
MADE = (
    "q7Zk2pX0", "sk-93ab7712", "550e8400-e29b-41d4-a716-446655440000", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYKEY",
    "AbCdEfGhIjKlMnOpQrStUvWxYz", "deadbeef00112233", "12345-abcde-67890", "passw0rd",
)  # fmt: skip
NAMES_OF_THINGS = (
    "default-value", "2026-01-01T10:00:00Z", "https://h.example/x1", "text/html;charset=utf-8",
    "project-12", "google-oauth2", "DEMO_KEY", "YOUR_API_KEY", "your-api-key-here", "customer_12",
    "projects/123/secrets/db",
    "arn:aws:sm:1:secret:x123", "api2.example.com", "a.b1@example.com", "v1.2.3-beta4", "12345678",
    "test1234", "MyLittleSecret", "e is a key 1", "e.options.apiKey",
)  # fmt: skip


@pytest.mark.parametrize("value", MADE)
def test_a_value_that_a_machine_made_is_learned_by_its_fields_name_alone(value: str) -> None:
    body = json.dumps({"my_api_key": value, "app_secret": [value]}).encode()
    assert set(from_body(body, ruleset=GUESSING)) == {value}


@pytest.mark.parametrize("value", NAMES_OF_THINGS)
def test_words_names_addresses_and_dates_are_not_learned_by_their_fields_name(value: str) -> None:
    body = json.dumps({"my_api_key": value, "db_secret": value, "app_secret": [value]}).encode()
    assert from_body(body, ruleset=GUESSING) == []


@pytest.mark.parametrize(
    ("field", "value", "learned"),
    [
        ("X_Api_Key", "q7Zk2pX0", ["q7Zk2pX0"]),
        ("X_Auth_Token", "Bearer q7Zk2pX0", ["q7Zk2pX0"]),
        ("PRIVATE_TOKEN", "glp-q7Zk2pX0", ["glp-q7Zk2pX0"]),
        ("Surrogate_Key", "q7Zk2pX0", []),
        ("Idempotency_Key", "q7Zk2pX0", []),
        ("X_Api_Key", "DEMO_KEY", []),
        ("Cookie", "lang=en-US; sessionid=q7Zk2pX0q7Zk2pX1; theme=dark0123456789ab", ["q7Zk2pX0q7Zk2pX1"]),
        ("Cookie", "connect.sid=s%3Aq7Zk2pX0q7Zk2pX1%2Bx", ["s:q7Zk2pX0q7Zk2pX1+x"]),
        ("Cookie", "session=dark; token=2026-01-01T10:00:00Z; _ga=GA1.2.123456789.1700000000", []),
        ("Set_Cookie", "csrf=q7Zk2pX0q7Zk2pX1; Path=/; Expires=Wed, 01 Jan 2030", ["q7Zk2pX0q7Zk2pX1"]),
        ("Set_Cookie", "AWSALB=q7Zk2pX0q7Zk2pX1; Path=/", []),
    ],
)
def test_fields_and_cookies_that_name_a_credential_teach(field: str, value: str, learned: list[str]) -> None:
    assert from_headers(**{field: value}) == learned


def test_guesses_take_no_place_from_what_is_listed() -> None:
    book = Notebook()
    for number in range(3 * MOST_GUESSED):
        read_into(book, json.dumps({"csrf_token": f"q7Zk2pX0-{number:08}x"}).encode())
    assert len(taught(book)) == MOST_GUESSED
    read_into(book, json.dumps({"access_token": TOKEN}).encode())
    assert taught(book) == [TOKEN]


def read_into(book: Notebook, data: bytes) -> None:
    scrubber = GUESSING.scrubber("response", "", book.answered)
    scrubber.feed(data)
    scrubber.finish()


MADE = "Zk93bXw2LmP0qT8vR4"


@pytest.mark.parametrize(
    ("body", "kind", "value"),
    [
        ('<r password="Zk93bXw2&amp;LmP0qT8vR4"/>', "application/xml", "Zk93bXw2&LmP0qT8vR4"),
        ('<input name="password" value="Zk93&#38;b+Xw2%25">', "text/html", "Zk93&b+Xw2%"),
        ("var x={password:'Zk93\\x26bXw2LmP0qT8vR4'}", "application/javascript", "Zk93&bXw2LmP0qT8vR4"),
        ("var x={password:'Zk93\\x26bX\\'w2LmP0'}", "application/javascript", "Zk93&bX'w2LmP0"),
        ('x={"password":"Zk93\\u{4d}bX\\\\w2\\$LmP0"}', "application/javascript", "Zk93MbX\\w2$LmP0"),
        (json.dumps({"x": json.dumps({"password": [MADE]})}), "application/json", MADE),
        (f"<access_token><value>{MADE}</value></access_token>", "application/xml", MADE),
        (f"<id_token a='b1'><![CDATA[{MADE}]]></id_token>", "application/xml", MADE),
        (f"<password><p type='x1'><![CDATA[{MADE}]]></p></password>", "application/xml", MADE),
        (f'<access_token><v value="{MADE}&amp;1"/></access_token>', "application/xml", MADE + "&1"),
        (json.dumps({"Authorization": f"Bearer {MADE}"}), "application/json", MADE),
        (f"sent Bearer {MADE}, got 401", "text/plain", MADE),
        (f'{{"dsn": "postgres:\\/\\/me:{MADE}@db.example.com\\/app"}}', "application/json", MADE),
        ("https://me:Zk93%2FbXw2%25@h.example.com/", "text/plain", "Zk93/bXw2%"),
        (
            "u=https%3A%2F%2Fme%3AZk93%252FbXw2LmP0%40h.example.com",
            "application/x-www-form-urlencoded",
            "Zk93/bXw2LmP0",
        ),
        (f"got=Bearer%20{MADE}&b=1", "application/x-www-form-urlencoded", MADE),
    ],
)
def test_attributes_scripts_and_lists_in_strings_teach_the_value_itself(
    body: str, kind: str, value: str
) -> None:
    learned = from_body(body.encode(), kind, ruleset=build().ruleset)
    assert value in learned


def test_a_basic_pair_in_a_body_teaches_its_password() -> None:
    coded = b64encode(b"jo:" + MADE.encode()).decode()
    assert from_body(f'{{"sent": "Basic {coded}"}}'.encode(), ruleset=build().ruleset) == [coded, MADE]


@pytest.mark.parametrize(
    "body",
    [
        "Bearer authentication is required",
        '{"Authorization": "Bearer your-token-1"}',
        f"Negotiate {b64encode(bytes(range(60))).decode()}",
        "postgres://postgres:postgres@db.example.com/app amqp://guest:changeme@mq.example.com",
        "<password><hint>at least 8 letters</hint><min>8</min></password>",
    ],
)
def test_what_names_a_scheme_or_a_hint_teaches_nothing(body: str) -> None:
    assert from_body(body.encode(), "application/xml", ruleset=build().ruleset) == []


def test_oauth_of_old_and_keys_with_a_user_teach() -> None:
    field = f'OAuth oauth_consumer_key="abcd1234ef", oauth_token="{MADE}", oauth_signature="Zt7Kp2Lm9"'
    assert from_headers(Authorization=field) == ["abcd1234ef", MADE]
    escaped = 'OAuth oauth_consumer_key="abcd1234ef", oauth_token="Zk93%2FbXw2%2B"'
    assert from_headers(Authorization=escaped) == ["abcd1234ef", "Zk93%2FbXw2%2B", "Zk93/bXw2+"]
    assert MADE in from_headers(Authorization=f"ApiKey user:{MADE}")


@pytest.mark.parametrize(
    "body", ['{"password": 1234567890123}', '{"password": ["Zk93bXw2LmP0"]}', '{"password": Zk93bXw2LmP0}']
)
def test_a_learned_value_takes_no_quotes_along(body: str) -> None:
    book = Notebook()
    scrubber = build().ruleset.scrubber("response", "application/json", book.answered)
    scrubber.feed(body.encode())
    scrubber.finish()
    rules = book.waiting()
    assert rules and {rule.placeholder for rule in rules} == {"REDACTED"}


VALUE = "Q9hubwrYai5LkxCjF2Sr7z"


@pytest.mark.parametrize("quoted", ['\\"', "\\u0022", "&quot;"])
@pytest.mark.parametrize(
    "document",
    [{"password": VALUE}, {"password": [VALUE]}, {"password": {"value": VALUE}}, {"access_token": [VALUE]}],
)
def test_lists_and_objects_in_a_string_teach_whatever_their_quotes(quoted: str, document: object) -> None:
    text = json.dumps(document).replace('"', quoted)
    body = f'<div data-x="{text}">' if quoted[0] == "&" else f'{{"s":"{text}"}}'
    assert from_body(body.encode()) == [VALUE]


def test_a_cdata_section_with_a_sign_of_less_teaches() -> None:
    body = "<r><access_token><![CDATA[Q9hubw<rYai5LkxCjF2]]></access_token></r>"
    assert from_body(body.encode(), "application/xml") == ["Q9hubw<rYai5LkxCjF2"]


def test_a_value_with_its_quotes_teaches_what_stands_in_them() -> None:
    assert from_body(json.dumps({"password": f'"{VALUE}'}).encode()) == [VALUE]
    assert from_body(json.dumps({"password": f'"{VALUE}"'}).encode()) == [VALUE]


@pytest.mark.parametrize(
    "field",
    [
        'Token token="#", nonce="def"',
        'MediaBrowser Client="Web", Device="x", Version="1", Token="#"',
        "Discogs key=abc, secret=#",
        "key=#",
        'token="#", x="1"',
        'Bearer "#"',
        "PVEAPIToken=root@pam!ci=#",
        "Bearer:#",
    ],
)
def test_the_credential_of_an_authorization_field_is_learned_by_itself(field: str) -> None:
    assert VALUE in from_headers(Authorization=field.replace("#", VALUE))


def test_what_stands_beside_the_credential_is_not_learned() -> None:
    assert from_headers(Authorization=f'Token token="{VALUE}", nonce="n0nce-0f-th3-m0m3nt"') == [VALUE]


@pytest.mark.parametrize("sign", ["$", "%", "<", "{", "[", '["', '{"'])
def test_a_password_that_begins_like_a_variable_or_a_list_is_learned(sign: str) -> None:
    password = f"{sign}Zk93mP0qX7vL2" + (">" if sign == "<" else "")
    assert password in from_body(json.dumps({"name": "x", "password": password}).encode())


@pytest.mark.parametrize("field", ["Bearer\t{}", "Bearer {};v=1", "Bearer {}, Basic dTpw"])
def test_a_token_before_parameters_is_learned(field: str) -> None:
    assert from_headers(Authorization=field.format("Zk93mP0qX7vL2")) == ["Zk93mP0qX7vL2"]


@pytest.mark.parametrize("scheme", ["Bearer", "OAuth", "Token", "Custom"])
@pytest.mark.parametrize("token", ["hn5qBd0cj5=sG", '"hn5qBd0cj5', "hn5q Bd0cj5!"])
def test_a_token_with_a_sign_of_its_own_is_learned_whole(scheme: str, token: str) -> None:
    assert token in from_headers(Authorization=f"{scheme} {token}")


@pytest.mark.parametrize("scheme", ["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "GOOG4-RSA-SHA256"])
def test_signatures_of_a_request_are_not_learned(scheme: str) -> None:
    signed = (
        "Credential=AKIAX/20261128/eu/s3/aws4_request, SignedHeaders=host;date, Signature=0a1b2c3d4e5f6a7b"
    )
    assert from_headers(Authorization=f"{scheme} {signed}") == []


@pytest.mark.parametrize("before", ["x1", "a b"])
def test_each_string_of_a_list_is_learned(before: str) -> None:
    value = "mNY3aW55mq#FD AL"
    document = {"password": [before, value, "kQzXvWpLmNbVcD"]}
    assert from_body(json.dumps(document).encode()) == [value, "kQzXvWpLmNbVcD"]
    event = json.dumps(document, indent=2).replace("\n", "\ndata: ")
    assert from_body(f"data: {event}\n\n".encode(), "text/event-stream") == [value, "kQzXvWpLmNbVcD"]


def test_messages_in_a_list_are_not_learned() -> None:
    messages = ["This password is too short. It must contain at least 8 characters.", "is invalid"]
    assert from_body(json.dumps({"password": messages}).encode()) == []
    book = Notebook()
    scrubber = RULESET.scrubber("request", "application/json", book.asked)
    scrubber.feed(json.dumps({"password": messages}).encode())
    scrubber.finish()
    assert taught(book) == []


@pytest.mark.parametrize("depth", range(3))
def test_a_password_that_begins_with_a_quote_is_learned_without_it(depth: int) -> None:
    text = json.dumps({"password": '"Zk93{mP"0q<X7'})
    for _ in range(depth):
        text = json.dumps({"in": text})
    for written in (text, text.replace('\\"', "\\u0022") if depth == 0 else text):
        assert 'Zk93{mP"0q<X7' in from_body(written.encode())


@pytest.mark.parametrize("name", ["otp", "jwt", "totp", "pwd"])
def test_short_names_teach_what_looks_made(name: str) -> None:
    assert from_body(json.dumps({name: "RvBT0POwRvBT0POw"}).encode(), ruleset=build().ruleset) == [
        "RvBT0POwRvBT0POw"
    ]
    assert from_body(json.dumps({name: "project-12"}).encode(), ruleset=build().ruleset) == []


@pytest.mark.parametrize("placeholder", ["", "X", "0", "-", "v", "***", "REDACTED"])
def test_a_value_that_holds_the_placeholders_text_is_learned(placeholder: str) -> None:
    ruleset = build([DefaultSanitizer(replacement=placeholder)], default_sanitizer=False).ruleset
    value = "Zk93mP0qX7vL2-w0" + placeholder + "9"
    for written in (json.dumps({"access_token": value}), json.dumps({"password": [value, "b"]})):
        assert value in from_body(written.encode(), ruleset=ruleset)
    book = Notebook()
    ruleset.headers(Headers([("Authorization", f"Bearer {value}")]), "request", "", book.asked)
    (rule,) = book.waiting()
    later = ruleset.with_secrets([rule])
    assert rule.value == value and value not in later.uri(f"https://h.example/later/{value}")


@pytest.mark.parametrize("placeholder", [b"", b"X", b"-", b"[GONE], it is", b"REDACTED-4711-a"])
def test_what_was_redacted_already_teaches_nothing(placeholder: bytes) -> None:
    text = placeholder.decode()
    for value in (text, f'"{text}"', f'\\"{text}\\"', f"%22{text}%22", json.dumps([text, text, text])):
        for written in ("json", "form", "raw", "xml", "credentials"):
            book = Notebook()
            for shown in (placeholder, b'"%s"' % placeholder):
                book.asked(value.encode(), Lesson(written), shown)
            assert taught(book) == []


@pytest.mark.parametrize("placeholder", ["-", "0", "k", ""])
def test_a_value_without_quotes_goes_whatever_signs_of_the_placeholder_it_holds(placeholder: str) -> None:
    ruleset = build([DefaultSanitizer(replacement=placeholder)], default_sanitizer=False).ruleset
    scrubber = ruleset.scrubber("response", "application/json")
    assert b"Zk93" not in scrubber.feed(b'{"password": Zk93-P0qX7vL2, "a": 1}') + scrubber.finish()


@pytest.mark.parametrize(
    "token", ["T8985473", "Z12345678", "8985473T", "12345678Z", "2026T0101Z77", "TZ1234567"]
)
def test_digits_beside_a_t_or_a_z_are_no_date(token: str) -> None:
    assert is_credential(token, asked=True) and is_credential(token, asked=False)
    assert from_body(json.dumps({"client_secret": token}).encode()) == [token]


@pytest.mark.parametrize(
    "date",
    [
        "2026-01-01T10:20:30Z",
        "2026-01-01T10:20:30.123456+00:00",
        "20260101T102030Z",
        "2026-01-01 10:20:30",
        "2026-01-01 10:20:30Z",
        "2026-01-01Z",
        "2026/01/01 T 10:20",
        "T10:20:30Z",
        "10:20:30.5Z",
        "1767225600.25",
        "-1234567,8",
    ],
)
def test_dates_and_numbers_are_no_credentials(date: str) -> None:
    assert not is_credential(date, asked=True)


@pytest.mark.parametrize(
    "document",
    [
        {"password": "user: 1\ntoken: 'ioi897xvcc33'\n"},
        {"client_secret": {"log": "x: 1\ntoken: 'ioi897xvcc33'\n"}},
        {"client_secret": {"log": "<token>access_token=ioi897xvcc33</token>"}},
    ],
)
def test_a_loose_value_inside_of_what_goes_whole_teaches(document: object) -> None:
    book = Notebook()
    scrubber = build().ruleset.scrubber("response", "application/json", book.answered)
    scrubber.feed(json.dumps(document).encode())
    scrubber.finish()
    assert "ioi897xvcc33" in {rule.value for rule in book.waiting()}
