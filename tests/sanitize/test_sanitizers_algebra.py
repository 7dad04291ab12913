"""The algebra of sanitizers: merging, chaining, scrubbing twice, over generated exchanges."""

from __future__ import annotations

import copy
import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape.errors import SanitizerError
from hushtape.sanitize import plan as plans
from hushtape.sanitize.chain import build
from hushtape.sanitize.engine import Hit
from hushtape.sanitize.sanitizers import ConfigSecretsSanitizer, DefaultSanitizer
from hushtape.sanitize.sanitizers import TokenSanitizer as Token
from hushtape.sanitize.sanitizers_base import BaseSanitizer, Declarative, dedup_sanitizers
from hushtape.sanitize.sanitizers_http import (
    BodyFieldSanitizer,
    HeaderSanitizer,
    IPv4UrlSanitizer,
    QueryParamSanitizer,
    ResponseUrlSanitizer,
    UrlPatternSanitizer,
)

SECRETS = ["tok-93ab7712", "Zq8/with+signs=", "pa ss&wörd-44", "0f1e2d3c4b5a6978"]
NAMES = ["iban", "account_id", "access_token", "password", "sid", "note"]
HEADERS = ["etag", "server", "x-api-key", "authorization", "location", "set-cookie", "content-type", "accept"]
DOMAIN = "cdn.example"

some = {"min_size": 1, "max_size": 3, "unique": True}
secrets = st.lists(st.sampled_from(SECRETS), **some)  # type: ignore[arg-type]
names = st.lists(st.sampled_from(NAMES), **some)  # type: ignore[arg-type]
headers = st.lists(st.sampled_from(HEADERS), **some)  # type: ignore[arg-type]

CLASSES: dict[str, st.SearchStrategy[Declarative]] = {
    "default": st.builds(
        DefaultSanitizer, names, sensitive_values=secrets, config=st.sampled_from([{}, {"#a": SECRETS[0]}])
    ),
    "token": st.builds(Token, secrets),
    "config": st.builds(lambda values: ConfigSecretsSanitizer({"p": {"#v": values}}), secrets),
    "fields": st.builds(BodyFieldSanitizer, names),
    "top fields": st.builds(BodyFieldSanitizer, names, nested=st.just(False)),
    "parameters": st.builds(QueryParamSanitizer, names, replacement=st.just("REDACTED")),
    "headers": st.builds(HeaderSanitizer, headers_to_remove=headers),
    "url": st.builds(lambda params: ResponseUrlSanitizer(params, [DOMAIN]), names),
    "patterns": st.builds(
        UrlPatternSanitizer,
        st.lists(st.sampled_from([(r"/id/\d+", "/id/N"), (r"/u/[a-z]+", "/u/N")]), min_size=1, unique=True),
    ),
    "address": st.builds(IPv4UrlSanitizer),
}
texts = st.sampled_from(["GONE", "REDACTED", "token", "xxx"])
every = st.one_of(
    *CLASSES.values(),
    st.builds(Token, secrets, texts),
    st.builds(DefaultSanitizer, names, sensitive_values=secrets, replacement=texts),
    st.builds(BodyFieldSanitizer, names, texts),
    st.builds(QueryParamSanitizer, names, texts),
)

words = st.one_of(
    st.sampled_from([*SECRETS, *NAMES, "plain", "GB29", "a=b&c", "1234567"]), st.text(max_size=12)
)
values = st.recursive(
    st.one_of(words, st.integers(), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*NAMES, "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
links = st.builds(
    lambda host, name, value: f"https://{host}/p?{name}={quote(value)}&z=1&{name}=2",
    st.sampled_from([f"a.{DOMAIN}", "other.example", "10.0.0.7:80"]),
    st.sampled_from(NAMES),
    words.map(lambda text: text.encode("utf-8", "replace").decode()),
)
pairs = st.lists(st.tuples(st.sampled_from([*NAMES, "x"]), words), max_size=4)
forms = pairs.map(
    lambda items: "&".join(f"{name}={quote(value.encode('utf-8', 'replace'))}" for name, value in items)
)
bodies = st.one_of(
    values.map(json.dumps),
    values.map(lambda value: json.dumps({"inner": json.dumps(value)})),
    links.map(lambda link: json.dumps({"link": link})),
    forms,
    words,
    st.binary(max_size=40),
)
fields = st.dictionaries(
    st.sampled_from(HEADERS),
    st.one_of(words.map(lambda text: text.encode("latin-1", "replace").decode("latin-1")), links),
    max_size=4,
)
exchanges = st.tuples(links, fields, bodies)

Exchange = tuple[str, dict[str, str], Any]


def scrubbed(sanitizer: BaseSanitizer, exchange: Exchange) -> Exchange:
    """What it makes of this as a request; its body once more, as a response's."""
    uri, given, body = copy.deepcopy(exchange)
    request = sanitizer.before_record_request(SimpleNamespace(uri=uri, headers=dict(given), body=body))
    response = sanitizer.before_record_response(
        {"status": {"code": 200, "message": "OK"}, "headers": dict(given), "body": {"string": body}}
    )
    heads = {**request.headers, **{f"<{name}": value for name, value in response["headers"].items()}}
    return request.uri, heads, (request.body, response["body"]["string"])


class OneByOne(BaseSanitizer):
    """Each in turn, as a program with a list of them calls them."""

    def __init__(self, chain: list[BaseSanitizer]) -> None:
        super().__init__()
        self.chain = chain

    def before_record_request(self, request: Any) -> Any:
        for one in self.chain:
            request = one.before_record_request(request)
        return request

    def before_record_response(self, response: dict[str, Any]) -> dict[str, Any]:
        for one in self.chain:
            response = one.before_record_response(response)
        return response


def on_tape(chain: list[BaseSanitizer], exchange: Exchange) -> Any:
    ruleset = build(chain, default_sanitizer=False).ruleset
    uri, _, body = exchange
    data = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    scrubber = ruleset.scrubber("response", "application/json")
    return ruleset.uri(uri), scrubber.feed(data) + scrubber.finish()


two = st.sampled_from(sorted(CLASSES)).flatmap(lambda name: st.tuples(CLASSES[name], CLASSES[name]))
three = st.sampled_from(sorted(CLASSES)).flatmap(lambda name: st.tuples(*[CLASSES[name]] * 3))


@given(every, exchanges)
def test_merging_a_sanitizer_with_itself_changes_nothing(one: Any, exchange: Exchange) -> None:
    assert one.merge(one) == one
    assert scrubbed(one.merge(one), exchange) == scrubbed(one, exchange)


@given(two, exchanges)
def test_the_order_of_merging_does_not_show(both: Any, exchange: Exchange) -> None:
    one, other = both
    assert scrubbed(one.merge(other), exchange) == scrubbed(other.merge(one), exchange)


@given(three, exchanges)
def test_merging_is_associative(all_three: Any, exchange: Exchange) -> None:
    a, b, c = all_three
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    assert scrubbed(a.merge(b).merge(c), exchange) == scrubbed(a.merge(b.merge(c)), exchange)


@given(two, exchanges)
def test_a_merged_sanitizer_does_what_the_chain_does(both: Any, exchange: Exchange) -> None:
    one, other = both
    assert scrubbed(one.merge(other), exchange) == scrubbed(OneByOne([one, other]), exchange)
    assert on_tape([one.merge(other)], exchange) == on_tape([one, other], exchange)


@given(st.lists(every, max_size=5), exchanges)
def test_scrubbing_twice_is_scrubbing_once(chain: list[BaseSanitizer], exchange: Exchange) -> None:
    both = OneByOne([one for one in chain if not isinstance(one, UrlPatternSanitizer)])
    uri, heads, (sent, received) = scrubbed(both, exchange)
    request = {name: value for name, value in heads.items() if not name.startswith("<")}
    again = scrubbed(both, (uri, request, sent))
    assert (again[0], again[2][0]) == (uri, sent)
    assert scrubbed(both, (uri, {}, received))[2][1] == received
    assert {name: value for name, value in again[1].items() if name in request} == request


@given(st.lists(every, max_size=5), exchanges)
def test_scrubbing_a_tape_twice_is_scrubbing_it_once(chain: list[BaseSanitizer], exchange: Exchange) -> None:
    chain = [one for one in chain if not isinstance(one, UrlPatternSanitizer)]
    uri, body = on_tape(chain, exchange)
    assert on_tape(chain, (uri, {}, body)) == (uri, body)


@given(st.lists(every, max_size=6), exchanges)
@settings(max_examples=60)
def test_deduplicating_changes_no_tape(chain: list[BaseSanitizer], exchange: Exchange) -> None:
    patterns = [one for one in chain if isinstance(one, UrlPatternSanitizer)]
    chain = [one for one in chain if one not in patterns]
    few = dedup_sanitizers(chain)
    assert dedup_sanitizers(few) == few
    assert len({type(one) for one in chain}) <= len(few) <= len(chain)
    assert on_tape(few, exchange) == on_tape(chain, exchange)


@given(headers, headers, headers)
def test_keep_lists_keep_what_either_keeps_and_removal_wins(a: list[str], b: list[str], c: list[str]) -> None:
    merged = HeaderSanitizer(a, headers_to_remove=c).merge(HeaderSanitizer(b))
    assert merged.safe_headers == {*a, *b}
    kept = merged.before_record_response({"headers": dict.fromkeys(HEADERS, "v")})["headers"]
    assert set(kept) == {*a, *b} - set(c)


def test_values_are_longest_first_and_names_in_first_seen_order() -> None:
    token = Token(["bb-short", "a-longer-one"]).merge(Token(["cc-short", "the-longest-of-all"]))
    assert token.tokens == ["the-longest-of-all", "a-longer-one", "bb-short", "cc-short"]
    fields = BodyFieldSanitizer(["z", "b"]).merge(BodyFieldSanitizer(["a", "z"]))
    assert fields.fields == ["z", "b", "a"]
    config = ConfigSecretsSanitizer({"#s": "short-1"}).merge(ConfigSecretsSanitizer({"#l": "longer-one"}))
    assert config.secrets == [("#l", "longer-one"), ("#s", "short-1")]


def test_replacement_texts_survive_deduplication() -> None:
    chain = [Token(["tok-93ab7712"], "A"), Token(["other-token"], "B"), Token(["third-token"], "A")]
    few = dedup_sanitizers(chain)
    assert [one.tokens for one in few if isinstance(one, Token)] == [
        ["tok-93ab7712", "third-token"],
        ["other-token"],
    ]
    _, clean = on_tape([*chain], ("", {}, b"tok-93ab7712 other-token third-token"))
    assert clean == b"A B A"


def test_the_text_for_credentials_is_the_one_that_was_chosen() -> None:
    chain = build([DefaultSanitizer(replacement="MINE"), HeaderSanitizer(headers_to_remove=["server"])])
    from hushtape.model import Headers

    kept = chain.ruleset.headers(Headers([("Authorization", "Bearer abc")]), "request")
    assert kept.pairs == (("Authorization", "Bearer MINE"),)


class OwnInit(Token):
    """A user's subclass whose constructor takes nothing and that keeps more than ours."""

    def __init__(self) -> None:
        super().__init__(["own-token-1"])
        self.seen = 0


class NoInit(Token):
    def __init__(self) -> None:
        pass


def test_users_subclasses_are_never_merged_and_a_broken_one_is_named() -> None:
    one, other = OwnInit(), OwnInit()
    assert dedup_sanitizers([one, other, Token(["x-token"])])[:2] == [one, other]
    assert one != other
    with pytest.raises(Exception, match="use NoInit as a sanitizer") as caught:
        build([NoInit()])
    assert caught.value.__context__ is None


class Counting:
    """An engine that counts how often a buffer is scanned."""

    def __init__(self, engine: Any, counts: list[int]) -> None:
        self.longest, self._engine, self._counts = engine.longest, engine, counts

    def find(self, data: bytes) -> list[Hit]:
        self._counts.append(len(data))
        found: list[Hit] = self._engine.find(data)
        return found


@pytest.mark.parametrize("times", [1, 10, 100])
def test_any_number_of_sanitizers_scans_a_body_once(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    genuine = plans.engines.build
    monkeypatch.setattr(plans.engines, "build", lambda *given: Counting(genuine(*given), counts))
    chain: list[BaseSanitizer] = []
    for number in range(times):
        chain += [
            DefaultSanitizer([f"field_{number}"], sensitive_values=[f"value-of-{number:03}"]),
            Token([f"token-{number:03}"], f"T{number}"),
            BodyFieldSanitizer([f"body_{number}"]),
            QueryParamSanitizer([f"param_{number}"], f"P{number}"),
            ResponseUrlSanitizer([f"p{number}"], [f"cdn{number}.example"]),
            HeaderSanitizer(headers_to_remove=[f"x-{number}"]),
        ]
    ruleset = build(chain).ruleset
    counts.clear()
    body = b'{"body_0": "a", "t": "token-000", "v": "value-of-000"}'
    scrubber = ruleset.scrubber("response", "application/json")
    clean = scrubber.feed(body) + scrubber.finish()
    assert clean == b'{"body_0": "REDACTED", "t": "T0", "v": "REDACTED"}'
    assert counts == [len(body)]


def test_deduplicating_twice_is_deduplicating_once() -> None:
    chain = [
        ResponseUrlSanitizer(["a"], ["one.example"]),
        ResponseUrlSanitizer(["a", "b"], ["two.example"]),
        ResponseUrlSanitizer(["b"], ["one.example"]),
    ]
    assert dedup_sanitizers(chain) == [ResponseUrlSanitizer(["a", "b"], ["one.example", "two.example"])]
    for wrong in (None, "text", Token(["a-token"])):
        with pytest.raises(SanitizerError):
            dedup_sanitizers(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "chain",
    [
        [DefaultSanitizer(replacement="a b")],
        [DefaultSanitizer(replacement="<gone>")],
        [Token(["alpha-secret-1"], "a b")],
        [ConfigSecretsSanitizer({"#a": "alpha-secret-1"}, "'gone'")],
    ],
)
def test_a_replacement_in_which_a_fields_value_would_end_is_refused(chain: list[BaseSanitizer]) -> None:
    with pytest.raises(SanitizerError, match="would end inside it"):
        build(chain)


@pytest.mark.parametrize(
    "text", ["<gone>", "REDACTED TOKEN", "[x]", "**x**", "{{token}}", "test@a.example", "token"]
)
def test_a_replacement_that_stays_where_it_comes_to_stand_is_taken(text: str) -> None:
    chain = build([Token(["alpha-secret-1"], text)])
    once = chain.ruleset.uri("https://a.example/?token=alpha-secret-1&sig=alpha-secret-1")
    assert once == f"https://a.example/?token={text}&sig={text}" == chain.ruleset.uri(once)
