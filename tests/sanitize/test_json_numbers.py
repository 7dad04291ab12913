"""Numbers of JSON in which a secret stands: all of the number becomes a string, and the text stays JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.portions import scrubbed_by

from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.ruleset import Ruleset

PIN, SHORT = "84020931", "4711"
RULES = {
    engine: Ruleset.compile([SecretRule(PIN, name="#pin"), SecretRule(SHORT, name="#short")], engine=engine)
    for engine in ("ahocorasick", "hyperscan")
}


def scrubbed(text: str, size: int = 1 << 20, engine: str = "ahocorasick") -> str:
    scrubber, data = RULES[engine].scrubber("response", "application/json"), text.encode()
    return scrubbed_by(scrubber, data, size).decode()


@pytest.mark.parametrize(
    "number",
    ["{}", "1{}", "{}5", "1{}5", "-{}", "-12.{}e3", "{}.0", "1e{}", "1.{}E+5", "{0}9{0}", "-1{}.5e-3"],
)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{"n": {}}}', '{"n": "REDACTED"}'),
        ('{{"n":{},"b":1}}', '{"n":"REDACTED","b":1}'),
        ('{{"n":\n  {}\n}}', '{"n":\n  "REDACTED"\n}'),
        ('{{"a": [1, -2.5, {}, 7]}}', '{"a": [1, -2.5, "REDACTED", 7]}'),
        ('{{"a": [[1], [{}]]}}', '{"a": [[1], ["REDACTED"]]}'),
        ('[["2026-01-01", "Jan", {}, 7]]', '[["2026-01-01", "Jan", "REDACTED", 7]]'),
        (
            '{{"a": [["x", null, true, {{}}, {}, false]]}}',
            '{"a": [["x", null, true, {}, "REDACTED", false]]}',
        ),
        ('{{"Total: ": {}, "b,": [{}]}}', '{"Total: ": "REDACTED", "b,": ["REDACTED"]}'),
        (r'{{"n\n": {}, "a=\\": {}}}', r'{"n\n": "REDACTED", "a=\\": "REDACTED"}'),
        (r'"{{\"n\": {}, \"a\": [1]}}"', r'"{\"n\": \"REDACTED\", \"a\": [1]}"'),
    ],
)
def test_a_number_that_holds_a_secret_becomes_a_string_as_a_whole(
    number: str, text: str, expected: str
) -> None:
    data = text.format(*[number.format(PIN)] * 2)
    for engine in RULES:
        for size in (1, 3, 1 << 20):
            assert scrubbed(data, size, engine) == expected
    json.loads(expected)
    assert scrubbed(expected) == expected


WRITINGS = (
    r"\u0022", r"\\u0022", "%22", "%2522", "%252522", "&quot;", "&#34;", "&#x22;", "&amp;quot;", r"\"",
)  # fmt: skip


@pytest.mark.parametrize("number", ["{}", "-12.{}e3", "{0}9{0}"])
@pytest.mark.parametrize("quote", WRITINGS)
@pytest.mark.parametrize(
    "text",
    [
        "{{'n':{}}}",
        "{{'n': {}, 'b':1}}",
        "['a', 7, [{}, 8]]",
        "{{\\n  'n':\\n {}\\n}}",
        "%7B%22n%22%3A{}%2C%22b%22%3A1%7D",
        "%7B%22n%22%3A%20{}%7D",
        "%7B%22n%22%3A+{}%7D",
        "%5B%22a%22%2C%20{}%5D",
        "%257B%2522n%2522%253A%2520{}%257D",
    ],
)
def test_the_string_is_quoted_as_its_place_is(text: str, quote: str, number: str) -> None:
    if "%22" in text or "%25" in text:
        quote = "%2522" if "%25" in text else "%22"
    text = text.replace("'", quote)
    data, expected = text.format(number.format(PIN)), text.format(f"{quote}REDACTED{quote}")
    for engine in RULES:
        for size in (1, 7, 1 << 20):
            assert scrubbed(data, size, engine) == expected
    assert scrubbed(expected) == expected


@pytest.mark.parametrize("encode", [quote, quote_plus, lambda text: quote(quote(text, safe=""))])
@pytest.mark.parametrize("writers", ["", "d", "n", "dd", "dn", "nd", "ddd"])
@pytest.mark.parametrize("spacing", [(None, (",", ":")), (None, (" , ", " : ")), (2, (",", ": "))])
def test_a_number_of_json_in_a_form_is_quoted_as_the_strings_around_it(
    encode: Callable[[str], str], writers: str, spacing: tuple[int | None, tuple[str, str]]
) -> None:
    document: object = {"a": "@", "b": ["x", 1, "@"], "c": {"d": "@"}, "e": "@"}
    text = json.dumps(document, indent=spacing[0], separators=spacing[1]).replace('"@"', f"-1{PIN}.5e+7")
    for writer in writers:  # n: as .NET writes a quote within a string
        text = json.dumps({"in": text})
        text = text.replace(r"\"", r"\u0022") if writer == "n" else text
    left = scrubbed(f"payload={encode(text)}&z=1")
    assert scrubbed(left) == left
    for _ in range(2 if "%257B" in encode(text) else 1):
        left = unquote_plus(left)
    found = json.loads(left.removeprefix("payload=").removesuffix("&z=1"))
    for _ in writers:
        found = json.loads(found["in"])
    assert found == json.loads(json.dumps(document).replace("@", "REDACTED"))


@pytest.mark.parametrize(
    "text",
    [
        "%22a%22%3A%22%2C+{}%2C+2%22",
        "%22a%22%3A%22%3A%20{}%2C%22",
        "{{&quot;a&quot;: &quot;, {}, 2&quot;}}",
        r"{{\u0022a\u0022:\u0022, {}, 2\u0022}}",
        "%7B%22in%22%3A+%22%7B%5C%22a%5C%22%3A+%5C%22%2C+{}%2C%5C%22%7D%22%7D",
        "%7B%22in%22%3A+%22%7B%5Cu0022a%5Cu0022%3A+%5Cu0022%2C+{}%2C%5Cu0022%7D%22%7D",
        "q=a%2C+{}&b=1",
        "?ids=%5B{}%5D",
    ],
)
def test_digits_behind_an_escaped_quote_that_opens_a_string_are_replaced_alone(text: str) -> None:
    assert scrubbed(text.format(PIN)) == text.format("REDACTED")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"n": "1840209315"}', '{"n": "1REDACTED5"}'),
        ('{"n": "at: 1, 84020931, 2"}', '{"n": "at: 1, REDACTED, 2"}'),
        ('["a", ", 84020931, 2"]', '["a", ", REDACTED, 2"]'),
        ('["a",": 84020931, 2"]', '["a",": REDACTED, 2"]'),
        (r'["{\"a\": \", 84020931, c\"}"]', r'["{\"a\": \", REDACTED, c\"}"]'),
        ("n=184020931&b=1", "n=1REDACTED&b=1"),
        ("7,84020931,8\n", "7,REDACTED,8\n"),
        ('{"n": 84020931-1}', '{"n": REDACTED-1}'),
    ],
)
def test_digits_of_a_string_or_of_another_text_are_replaced_alone(text: str, expected: str) -> None:
    assert scrubbed(text) == expected


@pytest.mark.parametrize("number", ["4711", "4711.5", "47112"])
def test_a_short_secret_is_one_where_it_stands_alone(number: str) -> None:
    expected = number if number == "47112" else '"REDACTED"'
    assert scrubbed(f'{{"n": {number}}}') == f'{{"n": {expected}}}'


NUMBERS = st.tuples(
    st.sampled_from(["", "-"]),
    st.sampled_from(["", "1", "902", "7" * 70]),
    st.sampled_from([PIN, "1", PIN + "0" + PIN]),
    st.sampled_from(["", "3", ".5", "e5", ".25E-7", "7" * 70]),
).map("".join)
VALUES = st.recursive(
    NUMBERS | st.sampled_from(['"x"', '", 84020931, "', "null", "true", '""']).map(str),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda found: f"[{', '.join(found)}]")
        | st.lists(inner, max_size=4).map(
            lambda found: "{" + ",".join(f'"k{at}":{one}' for at, one in enumerate(found)) + "}"
        )
    ),
)


@given(value=VALUES, size=st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_borders_and_engines_make_no_difference_and_a_second_scrub_changes_nothing(
    value: str, size: int
) -> None:
    text = f'{{"v": {value}}}'
    clean = scrubbed(text)
    assert PIN not in clean
    assert scrubbed(clean) == clean
    assert scrubbed(text, size) == scrubbed(text, size, "hyperscan") == clean
