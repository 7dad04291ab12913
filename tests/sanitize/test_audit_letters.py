"""A named value is found by its letters and digits, whatever stands between them."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize.audit_letters import BITS, Letters, rows
from hushtape.sanitize.chain import build
from hushtape.sanitize.rules import SecretRule

SECRET = "q7-Unguess+able/0093"
SIGNED = "P@ss w0rd&<>\"'\\/7Qx"
CODED = base64.b64encode(SECRET.encode()).decode()


def letters(*values: str) -> Letters:
    found = Letters.of(SecretRule(value, name="#key") for value in values)
    assert found is not None
    return found


def pieces(text: str, size: int, joint: str) -> str:
    return joint.join(text[at : at + size] for at in range(0, len(text), size))


BETWEEN = {
    "spaces": " ".join,
    "no-break spaces": "\u00a0".join,
    "zero-width spaces": "\u200b".join,
    "NUL bytes": "\0".join,
    "strings that are put together": lambda text: pieces(text, 5, '" +\n    "'),
    "strings of a list": lambda text: pieces(text, 5, '", "'),
    "YAML's continued lines": lambda text: pieces(text, 9, "\\\n    \\"),
    "comment signs": lambda text: pieces(text, 9, "\n# "),
    "line breaks of an element": lambda text: pieces(text, 9, "<br/>\n"),
    "the same, escaped": lambda text: pieces(text, 9, "\\u003cbr\\u003e"),
    "the same, as references": lambda text: pieces(text, 9, "&lt;br&gt;"),
    "colours": lambda text: pieces(text, 9, "\x1b[1;31m"),
    "colours in JSON": lambda text: pieces(text, 9, "\\u001b[1;31m"),
    "tags in JSON": lambda text: pieces(text, 9, '<span class=\\"x\\">'),
    "escaped line breaks": lambda text: pieces(text, 9, "\\r\\n\\t"),
    "YAML's escapes": lambda text: pieces(text, 9, "\\_\\N"),
    "named characters": lambda text: pieces(text, 9, "\\N{ZERO WIDTH SPACE}"),
    "line separators": lambda text: pieces(text, 9, "\\u2028"),
    "percent": lambda text: pieces(text, 9, "%0D%0A"),
    "LDAP": lambda text: pieces(text, 9, "\\5c"),
    "CSS": lambda text: pieces(text, 9, "\\2b "),
    "octal of two digits": lambda text: pieces(text, 9, "\\55"),
    "percent twice": lambda text: pieces(text, 9, "%250A"),
    "references without semicolons": lambda text: pieces(text, 9, "&nbsp"),
    "mail's escapes": lambda text: pieces(text, 9, "=0A=\r\n"),
    "base64 in groups": lambda text: pieces(CODED, 4, " "),
    "an attribute's lines": lambda text: f'<key value="{pieces(text, 10, chr(92) + "n    ")}"/>',
    "lines in angle brackets": lambda text: f"key <{pieces(text, 10, chr(92) + 'r' + chr(92) + 'n')}>",
    "base64 with escapes": lambda text: pieces(CODED, 8, "\\x0a"),
    "hex in groups": lambda text: text.encode().hex(":"),
    "hex with 0x": lambda text: ",".join(f"0x{byte:02X}" for byte in text.encode()),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "a Buffer's numbers": lambda text: json.dumps({"type": "Buffer", "data": list(text.encode())}),
    "its other end first": lambda text: text[::-1],
    "other cases": str.swapcase,
}


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
@pytest.mark.parametrize("size", [1, 1000, 70_000])
def test_what_stands_between_the_letters_hides_nothing(between: Callable[[str], str], size: int) -> None:
    rules = build(secrets={"#key": SECRET}).ruleset
    text = '{"rows": "' + "some text " * 20 + between(SECRET) + " and on" * 4000 + '"}'
    auditor, found = rules.auditor(), None
    data = text.encode()
    for at in range(0, len(data), size):
        found = found or auditor.feed(data[at : at + size])
    found = found or auditor.finish()
    assert found is not None and found.rule == "#key"
    assert SECRET not in repr(found)


@pytest.mark.parametrize("value", ["A1B2c3D4e5F6g7H8i9J0kLmN", "03f8a1Kq7Zt9xLm3"])
@pytest.mark.parametrize("joint", ["\\n    ", "\\r\\n", "\\t"])
def test_a_value_whose_first_digits_read_as_mails_is_told_behind_an_attributes_sign(
    value: str, joint: str
) -> None:
    auditor = build(secrets={"#key": value}).ruleset.auditor()
    for at in (2, 4, 8):
        text = f'<a href="https://h/p?k1={value[:at]}{joint}{value[at:]}">x</a>'
        assert (auditor.feed(text.encode()) or auditor.finish()) is not None
        auditor = build(secrets={"#key": value}).ruleset.auditor()


KEY = bytes.fromhex("fcf9a44dc716691acdaba1b8a912646543c6977a0011223344556677aabbccdd")
OCTETS = {
    "base32": lambda key: base64.b32encode(key).decode().rstrip("="),
    "colons": lambda key: key.hex(":"),
    "C": lambda key: ", ".join(f"0x{byte:02x}" for byte in key),
    "a list": lambda key: json.dumps(list(key)),
    "Java": lambda key: json.dumps([byte - 256 if byte > 127 else byte for byte in key]),
    "Go": lambda key: "[]byte{" + ", ".join(f"{byte:#x}" for byte in key) + "}",
    "base64 in groups": lambda key: pieces(base64.b64encode(key).decode(), 4, " "),
}


@pytest.mark.parametrize("way", OCTETS)
@pytest.mark.parametrize("value", [KEY, "pässwört-lätin-99".encode("latin-1")], ids=["a key", "latin-1"])
def test_a_value_given_as_bytes_is_told_by_them(way: str, value: bytes) -> None:
    auditor = build(secrets={"#key": value}).ruleset.auditor()
    found = auditor.feed(json.dumps({"v": OCTETS[way](value)}).encode()) or auditor.finish()
    assert found is not None and found.rule == "#key"


def test_numbers_of_few_digits_tell_what_they_stand_for() -> None:
    auditor = build(secrets={"#key": "29dcwc22ni"}).ruleset.auditor()
    text = json.dumps(list(b"29dcwc22ni"))
    assert len(set(text) & set("0123456789")) == 5
    assert (auditor.feed(text.encode()) or auditor.finish()) is not None


def test_the_finding_says_how_it_was_told() -> None:
    auditor = build(secrets={"#key": SECRET}).ruleset.auditor()
    found = auditor.feed(" ".join(SECRET).encode()) or auditor.finish()
    assert found is not None and found.place == f"within bytes 0 to {2 * len(SECRET) - 1}, in another writing"


def test_letters_under_another_writing_are_found() -> None:
    rules = build(secrets={"#key": SECRET}).ruleset
    auditor = rules.auditor()
    found = auditor.feed(base64.b64encode(b"the key: " + " ".join(SECRET).encode())) or auditor.finish()
    assert found is not None and found.rule == "#key"


def test_a_text_beside_a_head_is_looked_at_the_same_way() -> None:
    found = build(secrets={"#key": SECRET}).ruleset.audit_texts(["-".join(SECRET)])
    assert found is not None and found.place == "in another writing"


def test_another_letter_between_them_is_another_value() -> None:
    assert letters(SECRET).look(b"q7 Unguess x able 0093") is None


@pytest.mark.parametrize("value", ["correct-horse-battery-staple", "Order Status Changed", "john.smith"])
def test_words_alone_are_not_told_by_their_letters(value: str) -> None:
    assert letters(value).look(value.replace("-", " ").replace(".", " ").title().encode()) is None
    assert letters(value).look(value.encode()) is None


@pytest.mark.parametrize("value", ["00000000000000000000", "2026-11-28", "12345678", "abc", "k9#Zq2"])
def test_a_value_that_tells_little_is_left_to_the_other_looks(value: str) -> None:
    plain = value.encode().translate(None, b"-#").lower()
    assert plain not in [row.text for row in rows(SecretRule(value, name="#key"))]


def test_a_value_that_stands_in_its_placeholder_has_no_rows() -> None:
    assert not list(rows(SecretRule("my-REDACTED-77", name="#key", placeholder="my-REDACTED-77")))


def test_noise_and_tables_raise_no_alarm() -> None:
    chance = random.Random(4)
    values = [base64.b64encode(chance.randbytes(12)).decode() for _ in range(60)]
    looked = letters(*values, *(chance.randbytes(8).hex() for _ in range(60)))
    table = ",".join(str(chance.randrange(10**9)) for _ in range(100_000)).encode()
    for data in (chance.randbytes(1 << 20), base64.b64encode(chance.randbytes(1 << 20)), table):
        assert looked.look(data) is None


@given(st.text("abcdefXYZ0123456789", min_size=14, max_size=40), st.text("-_., :;'\"\n\t", max_size=3))
def test_any_value_that_tells_enough_is_found_behind_any_signs(value: str, joint: str) -> None:
    named = [row for row in rows(SecretRule(value, name="#key")) if row.text == value.lower().encode()]
    if named:
        assert letters(value).look(joint.join(value).encode()) == ("#key", -1)
    else:
        assert len(set(value.lower())) < 6 or len(value) * 4 < BITS or not any(map(str.isdigit, value))


def test_a_value_of_signs_with_short_runs_is_found_behind_escapes() -> None:
    written = SIGNED.replace("&", "&amp").replace("<", "&lt").replace(" ", "\\N{SPACE}")
    assert letters(SIGNED).look(written.encode()) == ("#key", -1)


@pytest.mark.parametrize("value", ["7y+UMgUQdsjX", "7!gFC9CypW4BKgB6", "Zk7Qw9Rt2Lp5Xv8Bn3Mc6"])
@pytest.mark.parametrize("sign", ["\x1b[32m", "<b>", "\\u200b", "&nbsp;"])
def test_six_letters_in_a_row_tell_of_escapes_wherever_they_stand(value: str, sign: str) -> None:
    for text in (value, base64.b64encode(value.encode()).decode().rstrip("=")):
        rules = build(secrets={"#key": value}).ruleset
        places = [at for at in range(1, len(text) - 5) if text[at : at + 6].isalnum()]
        for at in places:
            cut = text[:at] + sign + text[at : at + 6] + sign + text[at + 6 :]
            auditor = rules.auditor()
            assert auditor.feed(f'{{"a": "{cut}"}}'.encode()) or auditor.finish(), cut


@pytest.mark.parametrize(
    "value", ["Zk93mP0xyQ7%2BLw2aB4cD6", "s%3AZk93mP0xyQ7Lw2.aB4cD6eF8gH", "Ne-Et_ME.wlg-3vUJW"]
)
@pytest.mark.parametrize("joint", ["\\n", "<br>", "\x1b[0m", "&#10;"])
def test_a_value_with_an_escape_of_its_own_or_short_runs_is_told_by_its_letters(
    value: str, joint: str
) -> None:
    auditor = build(secrets={"#key": value}).ruleset.auditor()
    cut = value[:-4] + joint + value[-4:]
    assert (auditor.feed(f"x {cut} y".encode()) or auditor.finish()) is not None


def test_of_many_values_a_few_pieces_are_looked_for() -> None:
    values = {f"#{number}": f"Zk{number:04d}Rt2Lp5Xv8Bn3Mc6-{number * 7919:08d}" for number in range(60)}
    auditor = build(secrets=values).ruleset.auditor()
    assert auditor.feed(b'{"a": "Zk0033R\\u200bt2Lp5Xv8Bn3Mc6-00261327"}') or auditor.finish()


@pytest.mark.parametrize("turned", [str.upper, lambda value: value[::-1]])
def test_a_short_answer_that_is_no_text_is_looked_through(turned: Callable[[str], str]) -> None:
    value = "OhWlmEAzQO9d"
    rules = build(secrets={"#v": value}).ruleset
    for body in (b"\x0a\x0c%b\x10\x96\x01\x1d\0\0\x80\xbf", b"\x82\xa3ref\xac%b\xa2id\xcd\x01\xf4"):
        auditor = rules.auditor()
        assert (auditor.feed(body % turned(value).encode()) or auditor.finish()) is not None
    auditor, pieces = (
        rules.auditor(),
        f"\u00ab {value[:4]} \u00bb \u00ab {value[4:8]} \u00bb \u00ab {value[8:]} \u00bb",
    )
    assert (auditor.feed(pieces.encode("latin-1")) or auditor.finish()) is not None
