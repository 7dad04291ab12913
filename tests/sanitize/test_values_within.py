"""Of a named value that says more than a credential, the credential counts by itself."""

from __future__ import annotations

import base64
import json

import pytest

from hushtape.sanitize.chain import build
from hushtape.sanitize.sanitizers_values import with_parts

P = "xK9q7mZt4Lp2w"
OTHER = "w2pL4tZm7q9Kx"


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


HOLDS = {
    "JDBC": f"jdbc:mysql://h/db?user=u&password={P}",
    "a URL's parameter": f"https://api.x.com/?api_key={P}",
    "a token as a URL's user": f"https://{P}@github.com/x.git",
    "several URLs": f"amqp://a:{OTHER}@h1,amqp://b:{P}@h2",
    "libpq, quoted": f"host=x password='{P}' dbname=y",
    ".env, quoted": f'A=1\nexport API_TOKEN="{P}"\nB=2',
    "ODBC": f"DRIVER={{X}};UID=u;PWD={{{P}}};",
    "Oracle": f"jdbc:oracle:thin:u/{P}@//h:1521/x",
    "Oracle, quoted": f'jdbc:oracle:thin:u/"{P}"@//h:1521/x',
    "properties": f"# pool\ndb.user=u\nspring.datasource.password={P}\n",
    "AWS credentials in a document": json.dumps(
        {"file": f"[default]\naws_access_key_id = AKIAABCDEFGHIJKLMNOP\naws_secret_access_key = {P}\n"}
    ),
    "a token as a URL's user, Stripe's": f"https://{P}:@api.stripe.com/v1",
    "a token as a URL's user, Toggl's": f"https://{P}:api_token@api.track.toggl.com/",
    "a field": f"X-Api-Key: {P}",
    "a field without a blank": f"Accept: x\r\nX-Api-Key:{P}\r\n",
    "Authorization": f"Authorization: Bearer {P}",
    "YAML": f"db:\n  user: u\n  password: {P}\n",
    "YAML, an item, in quotes": f"users:\n  - password: '{P}'\n    name: x\n",
    "Basic, no user": "Basic " + coded(f":{P}"),
    "Basic, a user with a space": "Basic " + coded(f"my app:{P}"),
    "Basic, no password": "Basic " + coded(f"{P}:"),
    ".netrc": f"machine x login u password {P}",
    "Basic": "Basic " + coded(f"bob:{P}"),
    "JSON that holds a URL": json.dumps({"DATABASE_URL": f"postgres://u:{P}@h/d"}),
    "JSON in JSON": json.dumps({"x": json.dumps({"y": json.dumps({"password": P})})}),
    "Docker": json.dumps({"auths": {"r": {"auth": coded(f"bob:{P}")}}}),
}


@pytest.mark.parametrize("value", HOLDS.values(), ids=HOLDS)
def test_the_credential_within_counts_by_itself(value: str) -> None:
    scrubber = build(secrets={"#key": value}).ruleset.scrubber("response", "text/plain")
    assert scrubber.feed(f"it was {P} again".encode()) + scrubber.finish() == b"it was REDACTED again"


@pytest.mark.parametrize(
    "value",
    [
        "https://git@github.com/x.git",
        "db:\n  password: ${DB_PASSWORD1}\n  token: <token1>\n  secret: env('VAR_1')\n",
        "ssh://my-user1@host-2.example.com/path?token=changeme",
        "host=x password='changeme' dbname=orders",
        "DRIVER={ODBC Driver 17};UID=reporting;PWD={secret};",
        "password: please-change-me\nhost: db.example.com",
        "machine api.example.com login robot password opensesame",
        "# pool\nweb.token = please-change-me\ndb.password=changeme\n",
        json.dumps(
            {"token_uri": "https://oauth2.googleapis.com/token", "project": "project-12", "x": "y@z.org"}
        ),
    ],
)
def test_words_names_and_addresses_within_do_not(value: str) -> None:
    parts = {part for _, part in with_parts("#key", value)}
    words = {
        "changeme",
        "secret",
        "please-change-me",
        "opensesame",
        "git",
        "my-user1",
        "project-12",
        "y@z.org",
        "${DB_PASSWORD1}",
        "<token1>",
        "env('VAR_1')",
    }
    assert not parts & words
    assert not any(part.startswith("https://oauth2") for part in parts)


def test_documents_in_documents_are_read_to_a_depth() -> None:
    value = json.dumps({"password": P})
    for _ in range(12):
        value = json.dumps({"x": value}) if len(value) < 10_000 else value
    assert next(iter(with_parts("#key", value))) == ("#key", value)


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"headers": {"Authorization": f"Bearer {P}"}}),
        coded(json.dumps({"headers": {"Authorization": f"Bearer {P}"}})),
        json.dumps({"access_token": f"Bearer {P}"}),
        json.dumps({"h": f"Token {P}"}),
        json.dumps({"env": json.dumps({"h": f"Bearer {P}"})}),
        f'"Bearer {P}"',
        json.dumps({"h": f'"{P}"'}),
        "Authorization: Basic " + coded(f"bob:{P}"),
        base64.urlsafe_b64encode(json.dumps({"password": P, "x": "???>>>"}).encode()).decode(),
        json.dumps({"password": {"value": P}}),
        "\ufeff" + json.dumps({"password": P}),
    ],
)
def test_what_follows_a_scheme_counts_in_documents_and_quotes(value: str) -> None:
    assert P in {part for _, part in with_parts("#key", value)}


DOCUMENTS = [json.dumps({"password": P, "t": "??>" + "x" * size}).encode() for size in range(3)]
KEY = f"-----BEGIN PRIVATE KEY-----\n{coded(P * 3)}\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_in_base64_is_read_whoever_wrote_it(document: bytes) -> None:
    text = document.decode()
    standard = base64.b64encode(document).decode()
    for value in (
        standard.rstrip("="),
        base64.urlsafe_b64encode(document).decode().rstrip("="),
        f'"{standard}"',
        f"data:application/json;base64,{standard}",
        base64.b64encode(b"\xef\xbb\xbf" + document).decode(),
        *(base64.b64encode(text.encode(code)).decode() for code in ("utf-16", "utf-16-le", "utf-16-be")),
        coded(standard),
        json.dumps({"data": {"config.json": standard}}),
    ):
        assert P in {part for _, part in with_parts("#key", value)}, value


def test_a_private_key_in_base64_in_a_document_counts_and_a_certificate_does_not() -> None:
    certificate = KEY.replace("PRIVATE KEY", "CERTIFICATE")
    value = json.dumps({"data": {"tls.key": coded(KEY), "tls.crt": coded(certificate)}})
    parts = {part for _, part in with_parts("#key", value)}
    assert KEY in parts and certificate not in parts


@pytest.mark.parametrize("data", [b"\xff" * 30, b"\0" * 30, b"{" * 30, b"\xff\xfe" * 9 + b"\xd8"])
def test_base64_that_holds_no_document_is_one_value(data: bytes) -> None:
    value = base64.b64encode(data).decode()
    assert [part for _, part in with_parts("#key", value)] == [value]


def test_numbers_of_documents_count_under_a_credentials_name_from_eight_digits_on() -> None:
    value = json.dumps({"password": 1234567890123, "key_size": 4096, "count": 1234567890124, "token": True})
    assert {part for _, part in with_parts("#key", value)} == {value, "1234567890123"}


def test_a_word_behind_a_scheme_in_a_document_does_not_count() -> None:
    value = json.dumps({"note": "Token required", "auth": "Bearer undefined", "hint": "Key identifier-name"})
    parts = {part for _, part in with_parts("#key", value)}
    assert not parts & {"required", "undefined", "identifier-name"}


@pytest.mark.parametrize("sign", ",;()[]{}<>?\\`")
def test_a_password_with_signs_looks_made(sign: str) -> None:
    password = f"tR7kW9x{sign}Q2mZ4vB8n"
    holds = (
        "Basic " + coded(f"u:{password}"),
        f"a: 1\npassword: {password}\n",
        json.dumps({"dsn": f"postgres://u:{password}@h/db"}),
        f"amqp://u:{password}@h1 amqp://u:aaaa@h2",
    )
    for value in holds:
        assert password in {part for _, part in with_parts("#key", value)}


NAMES = """
    pwd passphrase passcode pass db_pass jwt otp client_assertion connection_string code_verifier SAMLResponse
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_what_stands_under_any_credentials_name_of_a_document_counts(name: str) -> None:
    value = json.dumps({"host": "db.example.com", "user": "etl", name: "winter holiday"})
    assert (f"#db.{name}", "winter holiday") in list(with_parts("#db", value))


@pytest.mark.parametrize("value", [{"password": {"current": P}}, {"access_token": {"raw": [P]}}])
def test_what_looks_made_in_an_object_under_such_a_name_counts(value: object) -> None:
    assert P in {part for _, part in with_parts("#db", json.dumps(value))}
    assert "eu-west-1" not in {part for _, part in with_parts("#db", '{"password": {"region": "eu-west-1"}}')}


@pytest.mark.parametrize(
    "url",
    [
        "postgres://bot:winter2024@db.example.com/shop?options=team@example.com",
        "https://bot:winter2024@h.example.com/hook?notify=ops@example.com",
        "smtp://bot@example.com:winter2024@mail.example.com:587",
        "'postgres://bot:winter2024@db.example.com/shop'",
    ],
)
def test_the_password_of_a_url_counts_wherever_else_an_at_sign_stands(url: str) -> None:
    assert "winter2024" in {part for _, part in with_parts("#url", url)}


def test_each_private_key_of_a_value_counts_also_with_headers() -> None:
    octets = [bytes(range(start, start + 90)) for start in (0, 90)]
    first, second = (base64.encodebytes(one).decode() for one in octets)
    headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,3F1D\n\n"
    begin, end = "-----BEGIN EC PRIVATE KEY-----\n", "-----END EC PRIVATE KEY-----\n"
    for value in (begin + first + end + begin + headers + second + end,):
        rules = build(secrets={"#key": value}).ruleset
        for one in octets:
            scrubber = rules.scrubber("response", "text/plain")
            assert one.hex().encode() not in scrubber.feed(one.hex().encode()) + scrubber.finish()


BEGIN = "-----BEGIN EC PRIVATE KEY-----\n"
KEY = BEGIN + base64.encodebytes(bytes(range(120))).decode() + "-----END EC PRIVATE KEY-----"
PARAMETERS = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"data": {"tls.key": coded(PARAMETERS + KEY)}}),
        coded(f"Bag Attributes\n    friendlyName: x\n{KEY}\n"),
        coded(f"\n{KEY}\n"),
    ],
)
def test_a_private_key_in_base64_counts_wherever_it_begins(value: str) -> None:
    octets = bytes(range(120)).hex().encode()
    scrubber = build(secrets={"#k": value}).ruleset.scrubber("response", "text/plain")
    assert octets not in scrubber.feed(b"der " + octets) + scrubber.finish()


DOCUMENT = json.dumps({"user": "sa", "password": "winter holiday 7"})


@pytest.mark.parametrize(
    "value",
    [
        f"'{DOCUMENT}'",
        json.dumps(DOCUMENT),
        '{"password": "winter holiday 7", "password": "another"}',
        '{"password": "another", "password": "winter holiday 7"}',
    ],
)
def test_a_document_in_quotes_is_read_and_all_members_of_one_name(value: str) -> None:
    assert "winter holiday 7" in {part for _, part in with_parts("#k", value)}


@pytest.mark.parametrize(
    "value",
    [
        "postgres://u:XkQpWmZrTyBv@h1/?sslpassword=XkQpWmZrTyBv",
        "amqp://u:XkQpWmZrTyBv@h1,amqp://u:XkQpWmZrTyBv@h2",
        "jdbc:postgresql://bot:XkQpWmZrTyBv@h/db",
        json.dumps({"database_url": "postgres://bot:XkQpWmZrTyBv@h/db"}),
    ],
)
def test_a_password_of_letters_counts_also_where_it_stands_twice(value: str) -> None:
    assert "XkQpWmZrTyBv" in {part for _, part in with_parts("#k", value)}
    assert "qzshopdb" not in {part for _, part in with_parts("#k", "postgres://qzshopdb:qzshopdb@h/qzshopdb")}


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"pem": KEY}).replace("/", "\\/").replace("=", "\\u003d").replace("+", "\\u002B"),
        json.dumps({"cert": PARAMETERS + KEY}).replace("/", "\\/"),
        json.dumps(json.dumps([KEY])),
        json.dumps({"pem": KEY.replace("\n", "\\n")}),
        json.dumps({"pem": KEY.replace("\n", "\r")}),
    ],
)
def test_a_private_key_in_a_string_of_a_document_counts_under_any_name(value: str) -> None:
    octets = bytes(range(120)).hex().encode()
    scrubber = build(secrets={"#k": value}).ruleset.scrubber("response", "text/plain")
    assert octets not in scrubber.feed(b"der " + octets) + scrubber.finish()


@pytest.mark.parametrize("held", [" {}", "{}\n", "'{}'"])
def test_a_password_of_a_url_in_a_document_counts_with_what_stands_around_it(held: str) -> None:
    value = json.dumps({"url": held.format("postgres://bot:winter2024@h/db")})
    assert "winter2024" in {part for _, part in with_parts("#k", value)}
    quoted = json.dumps({"c": f"'{json.dumps({'password': 'winter2024'})}'"})
    assert "winter2024" in {part for _, part in with_parts("#k", quoted)}


PHP = json.dumps(f"{PARAMETERS}{KEY}").replace("/", "\\/")


@pytest.mark.parametrize("value", [PHP, json.dumps(coded(KEY)).replace("/", "\\/"), f"'{KEY}'"])
def test_a_private_key_in_quotes_is_read_as_the_string_says(value: str) -> None:
    octets = bytes(range(120)).hex().encode()
    scrubber = build(secrets={"#k": value}).ruleset.scrubber("response", "text/plain")
    assert octets not in scrubber.feed(b"der " + octets) + scrubber.finish()


@pytest.mark.parametrize(
    "value", [coded(f"'{DOCUMENT}'"), f"\ufeff'{DOCUMENT}'", json.dumps(json.dumps(DOCUMENT))]
)
def test_a_document_is_read_in_quotes_in_base64_and_in_quotes_twice(value: str) -> None:
    assert "winter holiday 7" in {part for _, part in with_parts("#k", value)}


@pytest.mark.parametrize(
    "url", ["https://api.example.com:8443/users/me@example.com", "https://r:5000/team/i:l@sha256:1"]
)
def test_a_port_before_a_path_with_an_at_sign_is_no_password(url: str) -> None:
    parts = {part for _, part in with_parts("#k", json.dumps({"url": url, "user": "x"}))}
    assert not any("/" in part for part in parts - {json.dumps({"url": url, "user": "x"})})
