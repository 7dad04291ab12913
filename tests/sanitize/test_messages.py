"""Texts that people read: what is withheld of one in which the audit finds a secret."""

from __future__ import annotations

import base64
import gzip
import random
import zlib

import pytest

from hushtape.sanitize import build
from hushtape.sanitize.messages import MOST_WORDS, NOTHING_SHOWN, WITHHELD, octets, tell
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.ruleset import Ruleset

SECRET = "q7-unguessable-0093"
RULES = Ruleset.compile([SecretRule(SECRET, name="#token")])


def packed(pack: object = gzip.compress) -> bytes:
    noise = random.Random(3).randbytes(300).hex().encode()  # its first line tells nothing alone
    return pack(noise[:200] + SECRET.encode() + noise)  # type: ignore[operator,no-any-return]


def test_a_text_without_a_secret_is_the_same_object() -> None:
    for text in ("nothing", "two\nlines", "caf\udce9", "\x1b[31mred", "x" * 100_000):
        assert tell(RULES, text) is text


def test_of_a_line_that_hides_one_only_words_of_speech_are_shown() -> None:
    hidden = base64.b64encode(packed()).decode()
    assert tell(RULES, f"first\nsent {hidden} away\nlast") == f"first\nsent {WITHHELD} away\nlast"
    shown = f"It wasn't {hidden} that GET 17 x7 cHkzvw QXZA of (this): no, can't"
    assert tell(RULES, shown) == "It (withheld) that GET (withheld) of (this): no, can't"
    assert tell(RULES, f"17 {hidden} x7") == NOTHING_SHOWN


def test_a_line_of_very_many_words_is_withheld_whole() -> None:
    hidden = base64.b64encode(packed()).decode()
    assert tell(RULES, "word " * MOST_WORDS + hidden) == NOTHING_SHOWN


def test_a_word_that_stands_in_a_value_is_not_shown_beside_a_secret() -> None:
    rules = build(secrets={"#a": "kTmoRelazuVinoPaskWq", "#b": "Lq8xVt3Rw6ZkPm5N"}).ruleset
    hidden = base64.b32encode(b"Lq8xVt3Rw6ZkPm5N").decode()
    assert tell(rules, f"the parts {hidden}/kTmo Relazu Vino PaskWq here") == "the parts (withheld) here"
    rules = build(secrets={"#a": "aimbudelf7kfoxgem2xhug"}).ruleset
    assert tell(rules, "see aim bud elf 7k fox gem 2x hug now") == "see (withheld) now"
    assert tell(rules, "see guh x2 meg xof k7 fle dub mia now") == "see (withheld) now"


def test_a_secret_that_lies_across_lines_is_withheld() -> None:
    lines = base64.encodebytes(packed()).decode()
    told = tell(RULES, f"the body was:\n{lines}and no more than that")
    assert told.startswith("the body was:\n(withheld)") and told.endswith("and no more than that")
    assert not any(line in told for line in lines.split())


def test_no_beginning_of_a_secret_across_lines_stays_on_a_line_of_words() -> None:
    lines = base64.encodebytes(packed()).decode().rstrip()
    told = tell(RULES, f"one\nstate {lines} and on\nmore words\nlast")
    assert told.startswith("one\n(withheld)") and told.endswith("more words\nlast")
    assert not any(line in told for line in lines.split())


def test_several_secrets_across_lines_are_taken_out() -> None:
    lines = base64.encodebytes(packed()).decode()
    told = tell(RULES, "a line of words\n".join(["", lines, lines, ""]))
    assert told == "a line of words\n(withheld)\na line of words\n(withheld)\na line of words\n"
    assert tell(RULES, "a line of words\n".join([lines] * 30)) == NOTHING_SHOWN


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_octets_that_are_no_text_are_looked_into(pack: object) -> None:
    text = packed(pack).decode("utf-8", "surrogateescape")
    assert WITHHELD in tell(RULES, text) or NOTHING_SHOWN in tell(RULES, text)


USER, PASSWORD = "acme-reader-7", "Zk93mP0qX7vL2wT5yR8nB4hJ6cD1sG"


def in_lines(pad: int) -> dict[str, str]:
    sent = b"n" * pad + f"user={USER}&password={PASSWORD}&grant=1".encode()
    rows = [sent[at : at + 16] for at in range(0, len(sent), 16)]
    twice = base64.encodebytes(base64.b64encode(sent)).decode()
    return {
        "hex": "\n".join(row.hex(" ") for row in rows),
        "numbers of Go": "\n".join("".join(f"0x{one:x}, " for one in row) for row in rows),
        "numbers": "\n".join(", ".join(map(str, row)) + "," for row in rows),
        "pieces": "\n".join(f'  "{row.decode()}" +' for row in rows),
        "base64 twice": twice.rstrip(),
        "letters": "\n".join(" ".join(row.decode()) for row in rows),
    }


@pytest.mark.parametrize("writing", in_lines(0))
def test_what_begins_in_lines_that_hide_another_value_is_withheld_with_them(writing: str) -> None:
    rules = Ruleset.compile([SecretRule(USER, name="#user"), SecretRule(PASSWORD, name="#password")])
    for pad in range(24):
        text = in_lines(pad)[writing]
        told = tell(rules, f"what was sent:\n{text}\nand no more than that")
        assert told == f"what was sent:\n{WITHHELD}\nand no more than that"


def test_a_line_of_a_log_beside_one_that_hides_a_secret_stays() -> None:
    hidden = base64.b64encode(packed()).decode()
    before, after = "2026-11-29 10:00:01 INFO job started", "2026-11-29 10:00:02 INFO the job went on"
    told = tell(RULES, f"{before}\n{hidden}\n{after}")
    assert told == f"{before}\n{WITHHELD}\n{after}"


def test_a_beginning_across_words_goes_where_one_of_them_is_withheld() -> None:
    other = "Lq8xVt3Rw6Zk"
    rules = build(secrets={"#a": "q7ZungT9xLm3 KvB8wRd5Yx2P", "#b": other}).ruleset
    told = tell(rules, f"{base64.b32encode(other.encode()).decode()};q7ZungT9xLm3 KvB8wRd5Yx2 and more")
    assert told == "(withheld) and more"


@pytest.mark.parametrize("joint", [" ", '" + "', "', '", "' || '", "</b><b>"])
@pytest.mark.parametrize("cuts", [(11,), (6, 12, 17)])
def test_no_piece_of_a_value_in_pieces_is_shown(joint: str, cuts: tuple[int, ...]) -> None:
    value = "q7Zunguess9able4Kx0093"
    rules = build(secrets={"#a": value}).ruleset
    pieces = [value[start:end] for start, end in zip((0, *cuts), (*cuts, None), strict=True)]
    text = f"key {joint.join(pieces)} end"
    for shown in (tell(rules, text), octets(rules, text)):
        assert not any(piece in shown for piece in pieces)


@pytest.mark.parametrize(
    "text",
    [
        '{{"fp":"{0}","parts":["q7Zunguess9", "able4Kx0093"]}}',
        "fp={0};parts=q7Zunguess9 able4Kx0093",
        "parts=q7Zungu ess9abl e4Kx0093;fp={0}",
        "{0}/q7Zunguess9 able4Kx0093",
        "['q7Zunguess9',\n'able4Kx0093'] {0}",
        "{0}/cTdadW5ndWVzczl hYmxlNEt4MDA5Mw",
        "3900xK4elba 9sseugnuZ7q/{0}",
        "fp={0};parts=71:37:5a:75:6e:67:75:65:73:73:39 61:62:6c:65:34:4b:78:30:30:39:33",
    ],
)
def test_no_piece_is_shown_beside_another_secret_in_its_word(text: str) -> None:
    other = "Lq8xVt3Rw6ZkPm5N"
    rules = build(secrets={"#a": "q7Zunguess9able4Kx0093", "#b": other}).ruleset
    told = tell(
        rules, "before\n" + text.format(":".join(f"{byte:02x}" for byte in other.encode())) + "\nbehind"
    )
    assert told.startswith("before\n") and told.endswith("\nbehind")
    assert not any(piece in told for piece in ("q7Z", "ess9a", "ble4K", "4Kx0093", "hYmx", "390", "61:62"))


def test_the_first_piece_of_a_value_in_pieces_is_no_beginning() -> None:
    rules = build(secrets={"#a": "Tq8mZ4/vR2xK9&pL7"}).ruleset
    text = "before\nselect 'Tq8mZ4/vR2'||'xK9&pL7' from t\nbehind"
    assert tell(rules, text) == "before\nselect (withheld) from (withheld)\nbehind"


@pytest.mark.parametrize(
    "text", ["bad cl\u00e9_api_token={}", "\u00e9_password={}", "my_\u00e9_password: {}"]
)
def test_a_credentials_name_in_latin_1_is_read(text: str) -> None:
    value = "abcdEFG1234567"
    for phrase in (text, text.encode().decode("latin-1") + " \u00e9"):
        assert value not in octets(build().ruleset, phrase.format(value))
