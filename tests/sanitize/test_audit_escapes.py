"""Escapes that only some languages write: a named secret under them is replaced, or fails the tape."""

from __future__ import annotations

import base64
import gzip
import quopri
import zlib
from collections.abc import Callable
from re import _parser  # type: ignore[attr-defined]
from urllib.parse import quote_plus

import pytest
from tests.adversarial.reading import readable
from tests.sanitize.corpus.writings import passed, ruleset

from hushtape.sanitize import audit_escapes
from hushtape.sanitize.chain import build
from hushtape.sanitize.messages import octets

WORD, BARE, ACCENTS, CHINESE = "hunter2/Correct9=Horse", " x\"y'z\\w ", "pâss✓wörd", "密码很长很长的秘密"
SECRETS = {
    "word": WORD,
    "bare": BARE,
    "accents": ACCENTS,
    "chinese": CHINESE,
    "short": "Ab3$xZ",
    "emoji": "s3cr3t🔑key🔒x",
    "signs": "🔑🔒🔓",
    "base64": "PiXmoEA1QO/e1eoJo3hvqE+/OGYJEY4xvNhRKG==",
}
RULES = build(secrets=SECRETS).ruleset


def raw_deflate(text: str) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(packer.compress(text.encode()) + packer.flush()).decode()


def base64_cut_by_percent(text: str) -> str:
    coded = base64.b64encode(text.encode()).decode()
    return "%0A".join(coded[at : at + 12] for at in range(0, len(coded), 12)).replace("+", "%2B")


def units(text: str) -> list[int]:
    data = text.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def encoded_word(text: str) -> str:
    return (
        "=?utf-8?Q?"
        + "".join(
            chr(octet) if chr(octet).isalnum() and octet < 128 else f"={octet:02X}" for octet in text.encode()
        )
        + "?="
    )


def in_lines_of_a_form(text: str) -> str:
    coded = base64.b64encode(text.encode()).decode()
    return quote_plus("\n    ".join(coded[at : at + 20] for at in range(0, len(coded), 20)))


WAYS: dict[str, Callable[[str], str]] = {
    "references without semicolons": lambda text: "".join(f"&#{ord(one)}" for one in text),
    "hex references without semicolons": lambda text: "".join(f"&#x{ord(one):x}" for one in text),
    "braces": lambda text: "".join(f"\\u{{{ord(one):x}}}" for one in text),
    "YAML": lambda text: (
        "".join(f"\\U{ord(one):08X}" if ord(one) > 0xFFFF else one for one in text)
        .encode("ascii", "backslashreplace")
        .decode()
    ),
    "eight digits": lambda text: "".join(f"\\U{ord(one):08x}" for one in text),
    "octets of Python": lambda text: repr(text.encode())[2:-1],
    "all octets": lambda text: "".join(f"\\x{octet:02x}" for octet in text.encode()),
    "octal": lambda text: "".join(f"\\{octet:03o}" for octet in text.encode()),
    "JavaScript's escape": lambda text: "".join(
        f"%u{unit:04X}" if unit > 127 else f"%{unit:02X}" for unit in units(text)
    ),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "quoted-printable, every octet": lambda text: "".join(f"={octet:02X}" for octet in text.encode()),
    "quoted-printable, lower case": lambda text: "".join(f"={octet:02x}" for octet in text.encode()),
    "raw deflate in base64": raw_deflate,
    "gzip in base64": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "zlib in base64": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "base64 cut by percent": base64_cut_by_percent,
    "base64 in lines of a form": in_lines_of_a_form,
    "encoded word": encoded_word,
    "quoted-printable in a form": lambda text: quote_plus(quopri.encodestring(text.encode())),
    "encoded word in a form": lambda text: quote_plus(encoded_word(text)),
    "encoded word in a form in a form": lambda text: quote_plus(quote_plus(encoded_word(text))),
    "encoded word in JSON that escapes =": lambda text: encoded_word(text).replace("=", "\\u003d"),
    "encoded word in JavaScript": lambda text: encoded_word(text).replace("=", "\\x3D"),
    "encoded word in HTML": lambda text: encoded_word(text).replace("=", "&equals;"),
}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_replaced_or_found(way: str, name: str) -> None:
    told = WAYS[way](SECRETS[name])
    if len(told) < 20 and "deflate" in way:
        return  # runs of base64 under 16 characters are a stated limit
    for before, after in (("", ""), ('{"a": 1, "note": "', '"}'), ("see ", " there")):
        data = (before + told + after).encode()
        scrubber, auditor = RULES.scrubber("response", "application/json"), RULES.auditor()
        left = scrubber.feed(data) + scrubber.finish()
        assert left != data or auditor.feed(left) or auditor.finish(), (before, told)
        if left != data and not (auditor.feed(left) or auditor.finish()):
            assert readable(left, SECRETS[name]) is None


@pytest.mark.parametrize("end", ["=\n", "=\r\n"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_secret_over_two_lines_of_a_mail_in_a_form_is_found(end: str, times: int) -> None:
    told = "note of today: k1MXiNuIkt3" + end + "Zq8rT and more"
    for _ in range(times):
        told = quote_plus(told)
    auditor = build(secrets={"#a": "k1MXiNuIkt3Zq8rT"}).ruleset.auditor()
    assert auditor.feed(b"body=" + told.encode()) or auditor.finish()


@pytest.mark.parametrize("at", range(1, 40))
def test_a_packed_secret_in_percent_escapes_that_mail_cuts_anywhere_is_found(at: int) -> None:
    told = quote_plus(zlib.compress(b"k1MXiNuIkt3Zq8rT k1MXiNuIkt3Zq8rT, each k1MXiNuIkt3Zq8rT"))
    auditor = build(secrets={"#a": "k1MXiNuIkt3Zq8rT"}).ruleset.auditor()
    assert auditor.feed(b"a note: " + f"{told[:at]}=\r\n{told[at:]}".encode()) or auditor.finish()


@pytest.mark.parametrize("at", range(14, 120, 5))
def test_the_sign_before_a_value_in_a_form_is_no_escape_of_mail(at: int) -> None:
    """`id=a24` reads as an escape, `=a2`, where lines of mail are joined."""
    secret = "a24a2ad9-bb30-b2fb-253c-649d8de3da97"
    told = "".join(f"&#{ord(one)};" for one in secret)
    auditor = build(secrets={"#a": secret}).ruleset.auditor()
    form = "a=1&id=" + quote_plus(f"{told[:at]}=\n{told[at:]}")
    assert auditor.feed(form.encode()) or auditor.finish()


def test_a_secret_in_json_in_a_form_is_replaced() -> None:
    """Signs alone, and a space that a form writes as `+`."""
    text = quote_plus('{"a": {"b": ' + '" x\\"y\'z\\\\w "' + "}}")
    uri = RULES.uri("https://h.example/?j=" + text)
    assert "x%5C" not in uri
    assert RULES.audit_texts([uri]) is None


@pytest.mark.parametrize("junk", ["", "\xff", "\xed\xa0\xbd"])
def test_a_reason_phrase_is_read_as_utf_8_whatever_else_stands_in_it(junk: str) -> None:
    reason = junk + ACCENTS.encode().decode("latin-1")
    assert octets(RULES, reason) == junk + "REDACTED"


def test_a_reference_whose_digits_are_escaped_is_read_as_one() -> None:
    told = "".join(
        f"&#{str(ord(one))[0]}\\\\u00{ord(str(ord(one))[1]):02x}{str(ord(one))[2:]};" for one in WORD
    )
    auditor = RULES.auditor()
    assert auditor.feed(b'{"a": "' + told.encode() + b'"}') or auditor.finish()


def test_a_secret_that_javascript_spelled_is_not_undone_twice() -> None:
    units = "".join(f"%u{ord(char):04X}" for char in "7fn%8b{Uuo&")
    coded = base64.b64encode(units.encode()).decode()
    auditor = build(secrets={"#a": "7fn%8b{Uuo&"}).ruleset.auditor()
    assert auditor.feed(f'{{"a": "{coded}"}}'.encode()) or auditor.finish()


NAMES = (
    "access%5Ftoken={}",
    "a=1&api%5fkey={}",
    "a=1&db%2Dpassword={}",
    "%2561ccess%255Ftoken%3D{}",
    '{{"api\\x5fkey": "{}"}}',
    '{{"access\\u005Ftoken": "{}"}}',
    '{{"a": "{{\\"api\\\\u002dkey\\": \\"{}\\"}}"}}',
    '<input name="api&lowbar;key" value="{}">',
    '<a href="?api&UnderBar;key={}">',
    "<api&#95;key>{}</api&#95;key>",
)


@pytest.mark.parametrize("written", NAMES)
def test_a_plain_name_with_an_escaped_sign_is_found(written: str) -> None:
    rules = build().ruleset
    scrubber, auditor = rules.scrubber("response", "application/json"), rules.auditor()
    left = scrubber.feed(written.format("hx7Qpq2Zz9").encode()) + scrubber.finish()
    assert auditor.feed(left) or auditor.finish()


@pytest.mark.parametrize("written", ["access%5Ftoken", "api%5fkey", "x=1&db%2Dpassword"])
def test_a_plain_name_with_an_escaped_sign_is_found_in_a_url(written: str) -> None:
    rules = build().ruleset
    uri = rules.uri(f"https://h.example/a?{written}=hx7Qpq2Zz9", "request")
    assert "hx7Qpq2Zz9" not in uri or rules.audit_texts([uri])


def test_what_is_looked_for_in_every_body_begins_with_a_literal_byte() -> None:
    """`re` leaps to a literal first byte; a branch without one makes rich JSON six times as slow. Where that
    byte is missing, the pattern is not asked at all."""
    for sign, pattern in audit_escapes._ESCAPES:
        code = _parser.parse(pattern.pattern)
        assert str(code[0][0]) == "LITERAL", pattern.pattern
        assert code[0][1] == sign, pattern.pattern


@pytest.mark.parametrize("value", ["Correct Horse7 Xy9 Qz", "Ab12CdEf 34GhIjKl"])
@pytest.mark.parametrize("equals", ["=", "%3D", "%253d", "\\u003d", "\\x3D", "%5Cu003d", "&#x3D;"])
def test_a_space_of_quoted_printable_is_read_under_other_escapes(value: str, equals: str) -> None:
    body = f"k={value.replace(' ', '=20').replace('=', equals)}&z=1".encode()
    assert not passed(ruleset(value), body, value)


def test_escapes_in_utf_16_are_undone_where_the_value_goes_beyond_ascii() -> None:
    value = "<üi4DTéQeüba)fßß"
    text = value.replace("<", "\\u003c").encode("utf-16-le")
    assert not passed(ruleset(value), b'"' + base64.b64encode(text) + b'"', value)


@pytest.mark.parametrize("value", ["s-,x-W`fFCgaqK)", ']XY$eD{+,s!R"Ybo', "9)YCl/hT}!]/~+d,q"])
def test_names_of_html_for_the_signs_of_its_references_are_read(value: str) -> None:
    names = str.maketrans(
        {"&": "&amp;", "#": "&num;", ";": "&semi;", "{": "&lcub;", "/": "&sol;", ",": "&comma;"}
    )
    for once in (
        "".join(char if char.isalnum() else f"&#x{ord(char):x};" for char in value),
        value.translate(names),
    ):
        assert not passed(ruleset(value), f'{{"a": "{once.translate(names)}"}}'.encode(), value)
