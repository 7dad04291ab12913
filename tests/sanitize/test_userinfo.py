"""Userinfo goes whatever its password holds, and an address behind a host without a path is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from itertools import product
from typing import Literal
from urllib.parse import quote, quote_plus, unquote, urlencode

import pytest

from hushtape.model import Headers
from hushtape.sanitize import TokenSanitizer, build

RULESET = build().ruleset
FORM = "application/x-www-form-urlencoded"
MEMBERS = [
    {"url": "https://example.com", "email": "bob.smith@example.org"},
    {"url": "http://localhost:3000", "email": "eve@example.org"},
]
QUOTES = ["'", "&#39;", "&#x27;", "&apos;", "&quot;", "&amp;quot;"]
ROWS = [
    "\u8bbf\u95eehttps://example.com\uff0c\u90ae\u7bb1bob@example.org",
    "https://example.com\u3001\u30e1\u30fc\u30ebinfo@example.jp",
    "https://example.com\u3000\u30e1\u30fc\u30eb\uff1ainfo@example.jp",
    "https://example.com\u00a0bob@example.org",
    "https://example.com\u2009\u2022\u2009bob@example.org",
    "Acme,https://example.com,bob.smith@example.org,1",
    "Acme,https://example.com:8080,bob.smith@example.org,1",
    "1;https://example.com;bob.smith@example.org",
    "|Acme|https://example.com|bob.smith@example.org|",
    "f(`https://example.com`,`bob.smith@example.org`)",
    "see https://example.com&#8211;bob.smith@example.org",
]
COMMENTS = [
    "//todo:f('a@b.com')",
    "x = 1 //note:ping-alice@example.org",
    "//nolint:lll@foo.bar",
    "//author:alice@example.org",
    "//@author:me@example.org",
]
SIGNS = [*"'&@$*()+=,;:!~-_", "';", "'!", ")'", "''", "'%2F", "&x", "%26", "%40", "%23", "%3F"]


def cleaned(body: str, kind: str = "text/html", phase: Literal["request", "response"] = "response") -> str:
    """What the rules leave, after the audit found nothing in it."""
    scrubber, auditor = RULESET.scrubber(phase, kind), RULESET.auditor()
    left = scrubber.feed(body.encode()) + scrubber.finish()
    assert (auditor.feed(left) or auditor.finish()) is None
    return left.decode()


@pytest.mark.parametrize("members", MEMBERS)
def test_an_address_in_the_next_member_or_parameter_stays(members: dict[str, str]) -> None:
    to, mail = members.values()
    for form in (f"payload={quote_plus(json.dumps(members))}", f"next={to}&email={mail}&a=1"):
        assert cleaned(form, FORM, "request") == form
    texts = (
        f'<div data-page="{escape(json.dumps(members, separators=(",", ":")))}">',
        f'<a href="/x?next={to}&amp;email={mail}&amp;a=1">',
        f'{{"u":"/x?next={to}&email={mail}"}}',
        f'{{"u":"/x?next={to}\\u0026email={mail}"}}',
    )
    for text in texts:
        assert cleaned(text) == text
    for query in (f"next={to}&email={mail}", urlencode(members), "f=" + quote(json.dumps(members))):
        assert RULESET.uri(f"https://h.example/x?{query}") == f"https://h.example/x?{query}"


@pytest.mark.parametrize("sign", QUOTES)
@pytest.mark.parametrize("host", ["example.com", "example.com:8080"])
def test_an_address_in_the_next_string_stays(sign: str, host: str) -> None:
    text = f'<a onclick="f({sign}https://{host}{sign},{sign}bob.smith@example.org{sign})">'
    assert cleaned(text) == text


@pytest.mark.parametrize("text", [*ROWS, *COMMENTS])
def test_an_address_in_the_next_column_clause_or_comment_stays(text: str) -> None:
    assert cleaned(text) == text
    assert cleaned(json.dumps({"t": text}), "application/json") == json.dumps({"t": text})


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["postgres://u:", "https://:", "//u:"])
def test_a_password_with_any_sign_goes(before: str, sign: str) -> None:
    url = f"{before}Zk93bXw2L{sign}mP0Qd7RtY@db.example/p"
    plain = json.dumps({"u": url})
    ways = [
        plain,
        plain.replace("'", "\\u0027").replace("&", "\\u0026").replace("+", "\\u002B"),
        json.dumps({"s": plain.replace("'", "\\u0027")}),
        plain.replace("&", "&amp;").replace("'", "&#39;"),
    ]
    if before != "//u:":
        link = quote(url, safe="")
        ways += [json.dumps({"href": f"/connect?url={link}"})]
        forms = [f"u={quote_plus(url)}&a=1", f"u={quote_plus(quote_plus(url))}"]
        assert not [form for form in forms if "Zk93" in cleaned(form, FORM, "request")]
        assert "Zk93" not in RULESET.uri(f"https://h.example/x?u={link}")
        headers = RULESET.headers(Headers([("Location", f"https://h.example/x?u={link}")]), "response")
        assert "Zk93" not in str(headers.pairs)
    assert not [way for way in ways if "Zk93" in cleaned(way, "application/json")]


@pytest.mark.parametrize("strings", range(5))
@pytest.mark.parametrize(
    "user", ["o'neil:Zk93mP0q", "bob:'Zk93mP0q", "bob:Zk93&mP0q", "b+ci:mP0+Zk93", "Zk93+mP0qX7vLwR2=t"]
)
def test_signs_that_json_escapes_are_letters_in_four_strings_in_each_other(user: str, strings: int) -> None:
    text = json.dumps({"u": f"https://{user}@db.example/p"})
    for sign, unit in {"'": "27", "&": "26", "+": "2B", "=": "3D"}.items():
        text = text.replace(sign, f"\\u00{unit}")
    for _ in range(strings):
        text = json.dumps({"in": text})
    clean = cleaned(text, "application/json")
    assert "Zk93" not in clean
    assert "mP0" not in clean
    assert json.loads(clean)


@pytest.mark.parametrize("password", ["p@@Zk93", "@@Zk93", "Zk93@@@p", "p@Zk93@@", "@", "a@b@@c@@@d"])
def test_userinfo_in_a_parameter_goes_with_several_at_signs_in_a_row(password: str) -> None:
    url = f"https://bob:{password}@git.example/x"
    for safe in ("", "/", "@", "/@", ":", ":@", "/:"):
        link = quote(url, safe=safe)
        for left in (
            cleaned(f"a=1&u={link}&z=1", FORM, "request"),
            RULESET.uri(f"https://h.example/?u={link}"),
        ):
            assert "Zk93" not in left and "bob" not in left and "git.example" in left


@pytest.mark.parametrize("password", ["Zk93mP0q", "p@Zk93", "@@Zk93@", "Zk93/?#[]", "Zk93&b=c", "'Zk93'"])
@pytest.mark.parametrize("host", ["git.example", "[2001:db8::1]:8080", "localhost"])
def test_userinfo_of_a_url_goes_whichever_of_its_signs_are_escaped(password: str, host: str) -> None:
    whole = f"https://bob:{quote(password, safe='')}@{host}/x?y=1"
    for safe in map("".join, product(("", ":"), ("", "/"), ("", "@"))):
        for link in (quote(whole, safe=safe), quote(quote(whole, safe=safe), safe=safe)):
            for left in (
                cleaned(f"a=1&u={link}&z=1", FORM, "request"),
                cleaned(json.dumps({"href": f"/fetch?u={link}"}), "application/json"),
                RULESET.uri(f"https://h.example/?u={link}"),
            ):
                assert "Zk93" not in left and "bob" not in left and "REDACTED" in left


def test_an_address_behind_a_host_stays_where_its_at_sign_is_escaped() -> None:
    for form in (
        "u=https://example.com&m=bob%40example.org",
        "u=https://example.com:8080&m=bob%40example.org",
        "u=https://example.com/bob%40example.org",
        "u=https://example.com%2Fbob%40example.org",
        "u=https://example.com:8080%2Fbob%40example.org",
        "t=see+https://example.com:8080%2Cbob%40example.org+now",
        "t=see+https://example.com:8080+or+bob%40example.org",
        "t=http://example.com%3A+ping+%40bob",
    ):
        assert cleaned(form, FORM, "request") == form


def test_an_address_behind_another_url_in_percent_escapes_stays() -> None:
    for form in ("u=https%3A%2F%2Fexample.com&m=bob@example.org", "u=https%3A%2F%2Fa.example%2F@bob"):
        assert cleaned(form, FORM, "request") == form
    text = "t=see+https%3A%2F%2Fexample.com%3A8080%2Cbob@example.org+now"
    assert cleaned(text, FORM, "request") == text


def _units(document: object) -> str:
    """As .NET's System.Text.Json writes it."""
    text = json.dumps(document)
    return "".join(f"\\u{ord(sign):04X}" if sign in "<>&'+`" else sign for sign in text)


@pytest.mark.parametrize(
    "user", ["o'neil", "bob+ci", "bob&co", "'bob", "a=b;c", "a'b+c&d", "x!y$z", "a(b)*,c"]
)
@pytest.mark.parametrize("before", ["", ",", "(", "&", "+'m&", "@@"])
def test_a_name_with_any_sign_goes_in_escapes(user: str, before: str) -> None:
    url = f"https://{user}:{before}Zk93mP0q@git.example/x"
    page = f'<a href="{escape(url)}">x</a>'
    document = {"url": url, "b": [f"see {url} now"]}
    for text in (
        _units(document),
        _units({"in": _units(document)}),
        json.dumps({"h": page}),
        _units({"h": page}),
    ):
        assert "Zk93" not in cleaned(text, "application/json")
    every = "".join(one if one.isalnum() else f"&#{ord(one)};" for one in user)
    for text in (
        page,
        page.replace("#x27", "#39"),
        page.replace("#x27", "apos"),
        page.replace(escape(user), every),
    ):
        assert "Zk93" not in cleaned(text)


@pytest.mark.parametrize("user", ["john%20doe", "%22john%22", "a%3Cb", "DOMAIN%5Cjohn", "john%0D"])
def test_a_name_with_an_escaped_space_or_quote_goes_and_a_host_before_one_stays(user: str) -> None:
    assert cleaned(f"to ftp://{user}:kT9xQm2vRw7L@ftp.example.com/in now") == (
        f"to ftp://{user}:kT9xQm2vRw7L@ftp.example.com/in now"
        if user.startswith("%")
        else "to ftp://REDACTED@ftp.example.com/in now"
    )
    for host in ("example.com", "localhost"):
        text = f"see https://{host}{user.lstrip('johna')}:kT9xQm2vRw7L@ftp.example.com"
        assert cleaned(text) == text or user == "DOMAIN%5Cjohn"


@pytest.mark.parametrize("sign", ["~", "-", "_", "+", "=", "%26", "%40", "%3A"])
def test_a_long_token_alone_goes(sign: str) -> None:
    plain = json.dumps({"u": f"https://Zk93bXw2L{sign}mP0Qd7RtY@db.example/p"})
    for way in (plain, plain.replace("+", "\\u002B").replace("=", "\\u003D")):
        assert "Zk93" not in cleaned(way, "application/json")


@pytest.mark.parametrize("password", ["wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "a?b-8f2Kq7Zm", "a#b-8f2Kq7Zm"])
@pytest.mark.parametrize("placeholder", ["REDACTED", "TOK", "***"])
@pytest.mark.parametrize("write", [str, quote, quote_plus])
@pytest.mark.parametrize(
    "url",
    [
        "postgres://app:{}@db.example.net/x",
        "redis://:{}@cache:6379/0",
        "https://report-writer-of-the-company:{}@h.example.com",
    ],
)
def test_a_named_password_that_ends_userinfo_before_its_sign_is_replaced_once(
    password: str, write: Callable[[str], str], url: str, placeholder: str
) -> None:
    named = [] if placeholder == "REDACTED" else [TokenSanitizer([password], placeholder)]
    rules = build(named, secrets=None if named else {"#key": password}).ruleset
    for text in (url, quote(url, safe="{}"), quote(url, safe="/:{}"), json.dumps({"dsn": url})):
        body = text.replace("{}", write(password)).encode()
        scrubber = rules.scrubber("response", "text/plain")
        clean = scrubber.feed(body) + scrubber.finish()
        again, auditor = rules.scrubber("response", "text/plain"), rules.auditor()
        assert password.encode() not in clean and any(
            f"{left}@" in unquote(clean.decode()) for left in (placeholder, "REDACTED")
        )
        assert named or again.feed(clean) + again.finish() == clean
        assert (auditor.feed(clean) or auditor.finish()) is None
