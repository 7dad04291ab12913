"""What is redacted, what stays, and how heads are treated."""

from __future__ import annotations

import base64
import html
import json
import re
from importlib import import_module
from urllib.parse import quote, quote_plus

import pytest
from tests.adversarial.reading import readable

from hushtape.errors import MissingDependencyError, OptionError, SanitizerError
from hushtape.model import Headers
from hushtape.sanitize import build, engine
from hushtape.sanitize.rules import (
    FieldRule,
    HeaderRule,
    Rule,
    SecretRule,
    ShapeRule,
    UrlParamsRule,
    UrlPatternRule,
    UrlSecretsRule,
)
from hushtape.sanitize.ruleset import Ruleset

SECRET = "s3cr3t/Tok+en&Value=42"
NAMES = ("access_token", "client_secret", "code", "password", "token")
RULES = (
    FieldRule(NAMES),
    HeaderRule(),
    ShapeRule(),
    UrlSecretsRule(),
    SecretRule(SECRET, name="#token"),
    SecretRule("p4s5", name="#pin"),
)


@pytest.fixture(scope="module", params=["ahocorasick", "hyperscan"])
def ruleset(request: pytest.FixtureRequest) -> Ruleset:
    return Ruleset.compile(RULES, engine=request.param)


def scrub(ruleset: Ruleset, text: str | bytes, content_type: str = "") -> str:
    data = text.encode("utf-8") if isinstance(text, str) else text
    scrubber = ruleset.scrubber("response", content_type)
    return (scrubber.feed(data) + scrubber.finish()).decode("utf-8")


FORMS = {
    "raw": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent, lower case": quote(SECRET, safe="").lower().replace("tok", "Tok").replace("value", "Value"),
    "plus": quote_plus(SECRET),
    "percent twice": quote(quote(SECRET, safe=""), safe=""),
    "percent three times": quote(quote(quote(SECRET, safe=""), safe=""), safe=""),
    "json": json.dumps(SECRET)[1:-1],
    "json, slashes escaped": SECRET.replace("/", "\\/"),
    "json in json": json.dumps(json.dumps(SECRET))[2:-2].strip('\\"'),
    "json units": SECRET.replace("&", "\\u0026").replace("=", "\\u003D"),
    "json in percent": quote(SECRET.replace("&", "\\u0026"), safe=""),
    "html": html.escape(SECRET),
    "html numbers": SECRET.replace("&", "&#38;").replace("+", "&#x2B;"),
    "first letter percent": "%73" + SECRET[1:],
    "first letter as unit": "\\u0073" + SECRET[1:],
    "a later letter escaped": SECRET.replace("Value", "V%61lue"),
    "javascript": SECRET.replace("/", "\\x2f"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_in_every_form(ruleset: Ruleset, form: str) -> None:
    assert scrub(ruleset, f'["{FORMS[form]}", 1]') == '["REDACTED", 1]'
    assert scrub(ruleset, FORMS[form]) == "REDACTED"


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "user-x:"])
@pytest.mark.parametrize("after", ["", "x", "xy", "xyz"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_in_base64_a_filler_stands_between_its_neighbours(ruleset, before, after, encode) -> None:  # type: ignore[no-untyped-def]  # parametrized by values
    coded = encode((before + SECRET + after).encode()).decode()
    clean = scrub(ruleset, f'"{coded}"').strip('"')
    decoded = base64.b64decode(clean).decode()
    left = re.fullmatch(re.escape(before) + "REDACTED!{0,5}(.*)", decoded)
    assert left is not None and after.startswith(left[1])
    assert len(after) - len(left[1]) < 2  # of the last group one byte goes, where it is padded
    assert scrub(ruleset, clean) == clean


@pytest.mark.parametrize("joint", ("=\n", "\n  ", "\\\n", '", "'))
@pytest.mark.parametrize("between", ("", ":", " "))
def test_in_base64_no_value_takes_a_letter_of_its_neighbour(between: str, joint: str) -> None:
    first, second = "Ki4DKL4DIlSHIy1o", "1GTPdVKsb1DS2S5yXB62gin7BMsFxvKK4Q519Pk174JSnZJr"
    ruleset = Ruleset.compile([SecretRule(first), SecretRule(second)])
    for before in range(0, 60, 7):
        coded = base64.b64encode(("x" * before + first + between + second + " end").encode()).decode()
        body = joint.join(coded[at : at + 75] for at in range(0, len(coded), 75))
        left, auditor = scrub(ruleset, body).encode(), ruleset.auditor()
        whole = auditor.feed(left) or auditor.finish()
        assert whole or readable(left, second, parts=True) is None


def test_the_length_of_what_stands_for_a_secret_in_base64_does_not_tell_its_length() -> None:
    for before, after in (("", ""), ("u", "xy"), ("user:", "xyz")):
        sizes = set()
        for size in (12, 15, 18, 30):
            value = (SECRET * 4)[:size]
            scrubber = Ruleset.compile([SecretRule(value)]).scrubber("response")
            sizes.add(
                len(scrubber.feed(base64.b64encode((before + value + after).encode())) + scrubber.finish())
            )
        assert len(sizes) == 1


def test_hex_and_utf16_are_replaced_in_kind(ruleset: Ruleset) -> None:
    assert bytes.fromhex(scrub(ruleset, SECRET.encode().hex().upper())) == b"REDACTED"
    for coding in ("utf-16-le", "utf-16-be"):
        scrubber = ruleset.scrubber("response")
        out = scrubber.feed(("ab " + SECRET + " cd").encode(coding)) + scrubber.finish()
        assert out.decode(coding) == "ab REDACTED cd"


STAYS = [
    '{"error":{"code":"THROTTLED"}}',
    '{"code": 190, "state": 1}',
    '{"state":"x","inner":{"code":"E1"}}',
    '{"state":"x","inner":{"code":["E1"]}}',
    '{"code":["AL", "AK"],"state":["Alabama", "Alaska"]}',
    '{"code":[],"grant_type":"x"}',
    '{"state":"CA","code":"95014"}',
    '{"code": "ORDER-77", "state": "paid", "lines": [{"n": 1}]}',
    "https://h.example/?zipcode=1&decode=2&mytoken=3&token_type=bearer",
    '{"token": null, "password": true, "access_token": false, "token": 12, "token": ""}',
    '{"tokens": 3, "Token_Type": "bearer", "x": "password"}',
    '{"pin": "xp4s5", "b": "p4s5-9"}',
    "<Error><Code>NoSuchKey</Code></Error>",
    "http://h.example/path@2x.png?a=b@c mailto:a@b.example ssh://git@host/x",
    "use Bearer <token> here, and token: is a word",
]


@pytest.mark.parametrize("text", STAYS)
def test_nothing_else_is_touched(ruleset: Ruleset, text: str) -> None:
    assert scrub(ruleset, text) == text
    assert ruleset.scan(text.encode()) is None


REDACTED = [
    ('{"access_token" : "a", "b": 1}', '{"access_token" : "REDACTED", "b": 1}'),
    ('{"accessToken":"a\\"b"}', '{"accessToken":"REDACTED"}'),
    ('{"Access-Token":["a","]"],"b":2}', '{"Access-Token":"REDACTED","b":2}'),
    ('{"password":1234}', '{"password":"REDACTED"}'),
    ('{"token":"a"}\n{"token":"b"}\n', '{"token":"REDACTED"}\n{"token":"REDACTED"}\n'),
    ('{"code":"4/0AbCdEfGhIjKlMnOp","state":"b"}', '{"code":"REDACTED","state":"b"}'),
    ('{"code":"a","redirect_uri":"b"}', '{"code":"REDACTED","redirect_uri":"b"}'),
    ('{"code":"a","redirect-uri":"b"}', '{"code":"REDACTED","redirect-uri":"b"}'),
    ('{"code":["4/0AbCdEfGhIjKlMnOp"],"state":["b"]}', '{"code":"REDACTED","state":["b"]}'),
    ('{"code":["a", "b"],"Grant-Type":["c"]}', '{"code":"REDACTED","Grant-Type":["c"]}'),
    ('{"code":"a","l":[{}],"grant_type":"x"}', '{"code":"REDACTED","l":[{}],"grant_type":"x"}'),
    ("grant_type=authorization_code&code=abc", "grant_type=authorization_code&code=REDACTED"),
    ("a=1&token=a%26b&c=2", "a=1&token=REDACTED&c=2"),
    ("token[]=x&user[password]=y&z=1", "token[]=REDACTED&user[password]=REDACTED&z=1"),
    ('{"u":"https:\\/\\/h\\/?token=a\\u0026b=1"}', '{"u":"https:\\/\\/h\\/?token=REDACTED\\u0026b=1"}'),
    ("r=https%3A%2F%2Fh%2F%3Ftoken%3Da%26b%3D1&c=1", "r=https%3A%2F%2Fh%2F%3Ftoken%3DREDACTED%26b%3D1&c=1"),
    (
        '{"a":"{\\"token\\":\\"x\\\\\\"y\\",\\"b\\":{\\"password\\":1}}"}',
        '{"a":"{\\"token\\":\\"REDACTED\\",\\"b\\":{\\"password\\":\\"REDACTED\\"}}"}',
    ),
    ('<a:token x="1">v</a:token>', '<a:token x="1">REDACTED</a:token>'),
    ('name="token"\r\n\r\nvalue\r\n--x--', 'name="token"\r\n\r\nREDACTED\r\n--x--'),
    ("https://u:p@h.example/", "https://REDACTED@h.example/"),
    ("proxy=http%3A%2F%2Fu%3Ap%40h", "proxy=http%3A%2F%2FREDACTED%40h"),
    ("?X-Amz-Signature=ab&sig=cd%3D&x=1", "?X-Amz-Signature=REDACTED&sig=REDACTED&x=1"),
    ("key AKIAIOSFODNN7EXAMPLE.", "key REDACTED."),
    ("data: ghp_" + "a1" * 18 + "\n\n", "data: REDACTED\n\n"),
    ('"-----BEGIN RSA PRIVATE KEY-----\\nab\\n-----END RSA PRIVATE KEY-----\\n"', '"REDACTED\\n"'),
    ("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0.x-y_z more", "REDACTED more"),
    ('{"pin":"p4s5"} p4s5&p=p4s5%20', '{"pin":"REDACTED"} REDACTED&p=REDACTED%20'),
]


@pytest.mark.parametrize(("text", "clean"), REDACTED)
def test_credentials_are_redacted_in_place(ruleset: Ruleset, text: str, clean: str) -> None:
    assert scrub(ruleset, text) == clean
    assert scrub(ruleset, clean) == clean
    assert ruleset.text(text) == clean
    assert ruleset.scan(text.encode()) is not None
    assert ruleset.scan(clean.encode()) is None


def test_a_form_value_ends_at_an_ampersand_only(ruleset: Ruleset) -> None:
    form = "application/x-www-form-urlencoded; charset=utf-8"
    assert scrub(ruleset, "password=my \"pass';<word&x=1", form) == "password=REDACTED&x=1"


def test_heads_keep_what_is_no_credential(ruleset: Ruleset) -> None:
    headers = Headers(
        [
            ("Authorization", "Bearer abc"),
            ("Proxy-Authorization", "own scheme"),
            ("Cookie", "a=1; b=2=3; c"),
            ("Set-Cookie", "sid=x; Path=/; HttpOnly"),
            ("Set-Cookie", "gone=; Max-Age=0"),
            ("X-Api-Key", "k"),
            ("x-ratelimit-remaining-tokens", "99"),
            ("WWW-Authenticate", 'Basic realm="x"'),
            ("Location", "https://h.example/?token=a&b=1"),
            ("X-Note", f"it is {SECRET}!"),
        ]
    )
    uri, clean = ruleset.head(f"https://h.example/?q={quote(SECRET, safe='')}&token=a;b", headers, "request")
    assert uri == "https://h.example/?q=REDACTED&token=REDACTED"
    assert clean.pairs == (
        ("Authorization", "Bearer REDACTED"),
        ("Proxy-Authorization", "REDACTED"),
        ("Cookie", "a=REDACTED; b=REDACTED; REDACTED"),
        ("Set-Cookie", "sid=REDACTED; Path=/; HttpOnly"),
        ("Set-Cookie", "gone=; Max-Age=0"),
        ("X-Api-Key", "REDACTED"),
        ("x-ratelimit-remaining-tokens", "99"),
        ("WWW-Authenticate", 'Basic realm="x"'),
        ("Location", "https://h.example/?token=REDACTED&b=1"),
        ("X-Note", "it is REDACTED!"),
    )
    again = ruleset.head(uri, clean, "request")
    assert again[0] == uri
    assert again[1] is clean


def test_a_clean_head_comes_back_as_the_same_objects(ruleset: Ruleset) -> None:
    uri, headers = "https://h.example/a?b=c", Headers([("Accept", "*/*"), ("X-Latin", "\xe9\xff")])
    out = ruleset.head(uri, headers, "response")
    assert out[0] is uri
    assert out[1] is headers


def test_a_field_named_after_a_secret_is_dropped(ruleset: Ruleset) -> None:
    assert len(ruleset.headers(Headers([("X-p4s5".replace("X-", "X:"), "1")]), "request")) == 0


def test_keep_lists_unite_and_removal_wins() -> None:
    rules = [
        HeaderRule(keep=frozenset({"a", "B"})),
        HeaderRule(keep=frozenset({"c"}), remove=frozenset({"A"})),
    ]
    headers = Headers([("A", "1"), ("b", "2"), ("C", "3"), ("D", "4")])
    kept = Ruleset.compile([*rules, HeaderRule()]).headers(headers, "response")
    assert kept.pairs == (("b", "2"), ("C", "3"))


def test_secrets_too_short_are_refused_by_name_and_empty_ones_are_no_rule() -> None:
    with pytest.raises(SanitizerError, match="#flag") as caught:
        Ruleset.compile([SecretRule("1q", name="#flag")])
    assert "1q" not in str(caught.value)
    assert scrub(Ruleset.compile([SecretRule("", name="#gone")]), "abc") == "abc"


@pytest.mark.parametrize("text", ["REDACTED", "has token=abc", 'a"b', "a\nb", "x" * 300])
def test_a_placeholder_that_its_own_rules_match_is_refused(text: str) -> None:
    with pytest.raises(SanitizerError):
        Ruleset.compile([SecretRule("REDACTED-or-not"[:8]), FieldRule(("token",)), ShapeRule(text)])


def test_an_ampersand_in_a_field_placeholder_is_refused() -> None:
    with pytest.raises(SanitizerError):
        Ruleset.compile([FieldRule(("token",), placeholder="a&b")])


def test_the_longest_gives_the_placeholder_and_ties_go_to_the_last() -> None:
    rules = [
        SecretRule("abcdefgh", "SHORT"),
        SecretRule("abcdefghijkl", "LONG"),
        SecretRule("kl-mnopq", "TAIL"),
    ]
    ruleset = Ruleset.compile(rules)
    assert scrub(ruleset, "x abcdefgh y abcdefghijkl-mnopq z") == "x SHORT y LONG z"
    ties = Ruleset.compile([FieldRule(("token",), "ONE"), FieldRule(("token",), "TWO")])
    assert scrub(ties, '{"token": "a"} token=b') == '{"token": "TWO"} token=TWO'


def test_learned_secrets_join_without_touching_the_old_ruleset(ruleset: Ruleset) -> None:
    taught = ruleset.with_secrets([SecretRule("learned-Value-1", name="learned")])
    assert scrub(taught, "a learned-Value-1 b") == "a REDACTED b"
    assert scrub(ruleset, "a learned-Value-1 b") == "a learned-Value-1 b"
    assert taught.scan(b"learned-Value-1") == ("learned", 0)
    assert ruleset.with_secrets([]) is ruleset


def test_phases_are_kept_apart() -> None:
    rules = [FieldRule(("token",), phases=frozenset(("request",)))]
    ruleset = Ruleset.compile(rules)
    assert ruleset.uri("https://h/?token=a") == "https://h/?token=REDACTED"
    assert scrub(ruleset, '{"token": "a"}') == '{"token": "a"}'


def test_parameters_are_stripped_from_urls_of_named_domains_only() -> None:
    ruleset = Ruleset.compile([UrlParamsRule(("oe", "oh"), ("cdn.example",))])
    body = '["https://a.cdn.example/x?oe=1&a=2&oh=3","https:\\/\\/cdn.example\\/x?oh=1\\u0026oe=2","https://b.example/?oe=1"]'
    clean = '["https://a.cdn.example/x?a=2","https:\\/\\/cdn.example\\/x","https://b.example/?oe=1"]'
    assert scrub(ruleset, body) == clean


def test_url_patterns_run_on_request_uris_of_any_length() -> None:
    ruleset = Ruleset.compile(
        [UrlPatternRule(r"https?://\d{1,3}(\.\d{1,3}){3}(:\d+)?", "https://REDACTED-IPV4")]
    )
    assert ruleset.uri("http://10.0.0.1:80/x") == "https://REDACTED-IPV4/x"
    with pytest.raises(SanitizerError):
        Ruleset.compile([UrlPatternRule("(", "x")])
    assert ruleset.uri("http://10.0.0.1/" + "a" * 50_000) == "https://REDACTED-IPV4/" + "a" * 50_000


def test_unknown_engines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OptionError):
        Ruleset.compile([], engine="re")
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    assert Ruleset.compile(RULES).engine == "ahocorasick"
    with pytest.raises(MissingDependencyError):
        Ruleset.compile([], engine="hyperscan")


def test_engines_report_the_same_hits_with_nul_bytes_and_overlaps() -> None:
    anchors = [b"a\0b", b"b", b"ab", b"abc", b"\xff\xfe", b"."]
    data = b"xxA\0B..abC\xff\xfeab" * 3
    assert engine.build(anchors, "ahocorasick").find(data) == engine.build(anchors, "hyperscan").find(data)
    assert engine.build(anchors, "hyperscan").find(b"") == []


def test_a_hyperscan_that_does_not_work_leaves_the_other_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> object:
        if name == "hyperscan":
            raise OSError("illegal instruction")
        return import_module(name)

    monkeypatch.setattr(engine, "import_module", broken)
    made = engine.build([b"ab"], "fast")
    assert isinstance(made, engine.AhoEngine) and made.find(b"xAB") == [(0, 1, 3)]


def test_learned_values_get_hyperscan_only_once_much_was_scanned() -> None:
    ruleset = Ruleset.compile([SecretRule("value-of-a-config-1", name="#a")], engine="auto")
    assert ruleset.engine == engine.FASTEST
    learned = ruleset.with_secrets([SecretRule("learned-value-22", name="token")])
    engines = [type(plan.scan.__self__) for plan in learned._taught.plans]  # type: ignore[attr-defined]
    assert engines == [engine.GrowingEngine]


def test_the_growing_engine_reports_what_both_report_before_and_after_it_grew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "ENOUGH", 3000)
    anchors = [b"a\0b", b"ab", b"abc", b"."]
    growing = engine.build(anchors, "growing")
    assert isinstance(growing, engine.GrowingEngine)
    expected = engine.build(anchors, "ahocorasick").find
    for size in (10, 1000, 2000, 2000, 10, 2000):
        data = b"xxA\0B..abC" * (size // 10)
        assert growing.find(data) == expected(data)
    assert isinstance(growing._find.__self__, engine.HyperscanEngine)  # type: ignore[attr-defined]


def test_tapes_of_the_same_rules_share_one_ruleset_and_others_do_not() -> None:
    rules: list[Rule] = [FieldRule(("token",)), SecretRule("shared-value-1", name="#a")]
    assert Ruleset.compile(rules) is Ruleset.compile(list(rules))
    assert Ruleset.compile(rules) is not Ruleset.compile(rules, engine="hyperscan")
    assert Ruleset.compile(rules) is not Ruleset.compile([*rules, ShapeRule()])
    renamed: list[Rule] = [FieldRule(("token",)), SecretRule("shared-value-1", name="#b")]
    assert Ruleset.compile(rules) is not Ruleset.compile(renamed)


@pytest.mark.parametrize("written", ["json", "net", "form"])
@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("around", ["{", "}]", "\\", 'say "{', 'x": [', "%5D"])
def test_a_bracket_in_a_string_hides_no_oauth_parameter(
    ruleset: Ruleset, around: str, depth: int, written: str
) -> None:
    code = "4/0AbCdE-Zk93mP0qX7vL2wT5yR8"
    before = {"state": around, "note": around, "code": code}
    after = {"code": [code], "note": around, "args": {"a": [1]}, "state": "x"}
    for document in (before, after):
        text = json.dumps(document)
        for _ in range(depth):
            text = json.dumps({"in": text})
        text = text.replace('\\"', "\\u0022") if written == "net" else text
        scrubbed = scrub(ruleset, "payload=" + quote_plus(text) if written == "form" else text)
        assert "Zk93" not in scrubbed and "REDACTED" in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        '{"state":"x","k":"{","in":{"code":"ORDER_IS_NOT_FOUND"}}',
        '{"a":{"state":"x"},"l":[],"code":"ORDER_IS_NOT_FOUND"}',
    ],
)
def test_a_code_beside_no_parameter_of_its_own_object_stays(ruleset: Ruleset, text: str) -> None:
    assert scrub(ruleset, text) == text


@pytest.mark.parametrize("code", ["UhiyzMO!KhUNtWa8bMOv3", "ra1m8Nd@Xz9xg2AJ7ydAB", "ab,de;fg?hi'jklmnopqr"])
def test_a_long_code_with_signs_goes_beside_its_state(code: str) -> None:
    assert build().ruleset.uri(f"https://h/cb?state=&code={code}") == "https://h/cb?state=&code=REDACTED"
    assert build().ruleset.uri("https://h/cb?state=x&code=ORDER,7") == "https://h/cb?state=x&code=ORDER,7"
