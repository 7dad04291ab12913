"""What programs make of a value's signs is known, for values that no letters tell, too."""

from __future__ import annotations

import base64

import pytest
from tests.sanitize.corpus.writings import passed, ruleset

from hushtape.sanitize.chain import build
from hushtape.sanitize.written_forms import written_forms

BARE = "T!tb'@WG}DEs"
WRITTEN = {
    "CSV": ("_gZ.yJ\"I/=P(MC'-", '1,"_gZ.yJ""I/=P(MC\'-",x\r\n'),
    "SQL": (BARE, "INSERT INTO t VALUES ('T!tb''@WG}DEs')"),
    "YAML": (BARE, "p: 'T!tb''@WG}DEs'\n"),
    "a shell": (BARE, "export P='T!tb'\"'\"'@WG}DEs'"),
    "INI": ("?md9ER%yjf-+", "p = ?md9ER%%yjf-+"),
    ".env": ("%XcCVjF$", 'P="%XcCVjF\\$"'),
    "a regular expression": ("?md9ER%yjf-+", "\\?md9ER%yjf\\-\\+"),
    "properties": (BARE, "p=T\\!tb'@WG}DEs"),
    "one escape of mail": ("P@ss9xw", "P=40ss9xw"),
    "Go": ("'^#2*{LS>z{!", '{"pw":"\'^#2*{LS\\u003ez{!"}'),
    "Django": ("4s_@c~g`", "var p = '4s_@c~g\\u0060', q = 1;"),
    "OWASP": ("Jh,,pZ<rb", "Jh\\x2c\\x2cpZ\\x3crb and more"),
    "OWASP, beside an underscore": ("4_uo*hC1", "4_uo\\x2AhC1"),
    "encodeURI in a template of Go": ("e=CT=Dd^l", "e\\u003DCT\\u003DDd%5El"),
    "YAML, letters beyond ASCII": ("po$qV\u00fc^^", "po$qV\\xFC^^"),
    "letters beyond ASCII in a script": (
        "žluťoučký-kůň7",
        "\\u017elu\\u0165ou\\u010dk\\xfd\\x2dk\\u016f\\u01487",
    ),
    "octal": ("žluťoučký-kůň7", "žluťoučk\\375\\055kůň7"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_value_as_programs_write_it_is_gone_or_found_as_such_and_in_base64(written: str) -> None:
    value, text = WRITTEN[written]
    rules = ruleset(value)
    assert not passed(rules, text.encode(), value)
    if written not in ("a shell", "INI", "encodeURI in a template of Go"):  # one layer more: not promised
        assert not passed(rules, base64.b64encode(text.encode()), value)


REPLACED = {
    "a path": ("(e!`ys-6~", "https://h.example/p/{}", "(e!%60ys-6~"),
    "encodeURIComponent": ("(e!`ys-6~", "a={}&b=1", "(e!%60ys-6~"),
    "a template": ('yo@"t|OE@k3', "<p>{}</p>", "yo@&#34;t|OE@k3"),
    "XML": ("!mX&P2\"(W:\\h'\\", '<p a="{}"/>', "!mX&amp;P2&quot;(W:\\h'\\"),
    "Go": ("!mX&P2\"(W:\\h'\\", '{{"pw":"{}"}}', "!mX\\u0026P2\\\"(W:\\\\h'\\\\"),
    "Gson": ("=TL@nz!VW-NA", '{{"p": "{}"}}', "\\u003dTL@nz!VW-NA"),
    "escapejs": ("4s_@c~g`", "'{}'", "4s_@c~g\\u0060"),
    "OWASP": ("Jh,,pZ<rb\\", "'{}'", "Jh\\x2c\\x2cpZ\\x3crb\\x5c"),
}


@pytest.mark.parametrize("written", REPLACED)
def test_a_value_without_letters_in_a_row_is_replaced_where_a_few_of_its_signs_are_escaped(
    written: str,
) -> None:
    value, around, text = REPLACED[written]
    scrubber = build(secrets={"#key": value}).ruleset.scrubber("response", "text/plain")
    left = scrubber.feed(around.format(text).encode()) + scrubber.finish()
    assert left.decode() == around.format("REDACTED")


@pytest.mark.parametrize("value", ["aB>x9kQ2", "aB/x9kQ2zT", "aB'x9kQ2", "aB@x9kQ2z", "K7]k<9&x"])
def test_a_form_that_is_too_short_for_a_run_of_base64_is_found_in_it(value: str) -> None:
    rules = ruleset(value)
    for form in written_forms(value):
        for body in (base64.b64encode(form.encode()), form.encode().hex().encode()):
            assert not passed(rules, b'{"d": "' + body + b'"}', value), form


def test_a_value_beyond_ascii_is_found_in_utf_32() -> None:
    for value in ("__--b9éZ", "пароль-Q7x"):
        data = value.encode("utf-32-le")
        assert not passed(ruleset(value), b'"' + data + b'"', value)
        assert not passed(ruleset(value), base64.b64encode(data), value)


@pytest.mark.parametrize(
    "value",
    [
        "x\n\n\n\n\n9\n",
        "1\n2\n3\n4",
        "a\\nb\\nc",
        "x\u00ad\u00ad\u00ad",
        "\uff12\uff10\uff12\uff16",
        "\n\n\n\n",
        "\\n\\n\\n",
    ],
)
def test_a_value_of_line_ends_takes_nothing_else_along(value: str) -> None:
    rules = build(secrets={"#key": value}).ruleset
    body = b'{"a": "xabcd x 7890", "u": "123-20261234"}'
    scrubber = rules.scrubber("response", "application/json")
    assert scrubber.feed(body) + scrubber.finish() == body
