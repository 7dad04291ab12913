"""What ends in the middle of a secret: a body that was cut, a message that shows a beginning."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape import PatternSanitizer
from hushtape.sanitize import Ruleset, build
from hushtape.sanitize.cut_ends import CutEnds
from hushtape.sanitize.messages import octets, tell
from hushtape.sanitize.rules import SecretRule

VALUE = "q7-Zun/gu&ss ed+0093\u00e9xLmT"
RULES = build(secrets={"#key": VALUE}).ruleset

WRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "every letter in percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "JSON": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "HTML": lambda text: html.escape(text).replace("/", "&#x2F;"),
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, one off": lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(b"xy" + text.encode()).decode(),
}


def scrubbed(rules: Ruleset, body: bytes, size: int = 0) -> bytes:
    scrubber = rules.scrubber("response", "text/plain")
    size = size or len(body) or 1
    pieces = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return b"".join(pieces) + scrubber.finish()


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS)
@pytest.mark.parametrize("before", ["", '{"note": "some words, ', "x" * 70_000 + " "])
def test_a_body_that_ends_in_a_value_keeps_nothing_that_tells_of_it(
    write: Callable[[str], str], before: str
) -> None:
    written = write(VALUE)
    for end in range(len(written) * 2 // 5, len(written) - 6):
        body = (before + written[:end]).encode()
        clean = scrubbed(RULES, body)
        assert clean.startswith(before.encode()) and clean.endswith(b"REDACTED")
        assert len(clean) <= len(before) + len("REDACTED") + 4
        assert scrubbed(RULES, body, 7) == clean and scrubbed(RULES, clean) == clean


@pytest.mark.parametrize("write", list(WRITINGS.values())[:6], ids=list(WRITINGS)[:6])
def test_an_escape_may_stand_at_the_beginning_alone(write: Callable[[str], str]) -> None:
    value = "q7/" + "Zun4Kx0093bLmTr" * 5
    rules = build(secrets={"#key": value}).ruleset
    for end in (30, 45, 70):
        assert scrubbed(rules, f'{{"a": "{write(value[:end])}'.encode()) == b'{"a": "REDACTED'


@pytest.mark.parametrize(
    "value", ["q7-Zun\n4Kx0093bLm\tTr\r\nWpAcD-8812-xk", "q7\U0001f511Zun4Kx0093b\U0001f511LmTrWpAcD"]
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_value_of_lines_or_of_other_signs_counts_as_json_writes_it(value: str, ascii_only: bool) -> None:
    rules, written = build(secrets={"#key": value}).ruleset, json.dumps(value, ensure_ascii=ascii_only)[1:-1]
    for end in range(len(written) * 2 // 3, len(written) - 1):
        assert scrubbed(rules, f'{{"a": "{written[:end]}'.encode()) == b'{"a": "REDACTED'


@pytest.mark.parametrize("width", [8, 20, 64])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\\n", "\\r\\n"])
def test_base64_in_lines_counts(width: int, end: str) -> None:
    coded = base64.b64encode(b"a note: " + VALUE.encode()).decode()
    for stop in range(30, len(coded) - 6):
        lines = end.join(coded[at : at + width] for at in range(0, stop, width))[
            : stop + len(end) * (stop // width)
        ]
        clean = scrubbed(RULES, lines.encode())
        left = base64.b64decode(
            clean.removesuffix(b"REDACTED")
            .replace(b"\\n", b"")
            .replace(b"\\r", b"")
            .translate(None, b"\r\n")[:16]
        )
        assert clean.endswith(b"REDACTED") and b"q7-Zun" not in left


@pytest.mark.parametrize("between", ["", ",", ":", ", ", "\n"])
@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_a_whole_value_before_one_that_is_cut_is_gone_in_base64(before: str, between: str) -> None:
    values = {"#a": "1cymwgnKR5BLmFg8QysGFbuN3z5sbk", "#b": "q7Zun4Kx0093bLmTrWpAcD"}
    rules = build(secrets=values).ruleset
    for end in range(8, 20):
        coded = base64.b64encode(f"{before}{values['#a']}{between}{values['#b'][:end]}".encode()).rstrip(b"=")
        auditor, clean = rules.auditor(), scrubbed(rules, coded)
        found = auditor.feed(clean) or auditor.finish()
        left = b"".join(base64.b64decode(clean[at:][: (len(clean) - at) // 4 * 4]) for at in range(4))
        assert found is not None or (b"1cymwgnKR5" not in left and b"q7Zun4Kx" not in left)


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ("ab/c&defghi7jKlmnop", '{"a": "ab\\/c&defgh'),
        ("q7/Zung&T9xLm3KvB8wRd5aYhJxx", '{"a": "q7\\/Zung&T9xLm'),
        ("q7ZungT9xLm3KvB8 wRd5aYhJ", "note=q7ZungT9xLm3KvB8+"),
    ],
)
def test_a_sign_that_the_value_holds_hides_nothing(value: str, body: str) -> None:
    clean = scrubbed(build(secrets={"#key": value}).ruleset, body.encode())
    assert clean in (b'{"a": "REDACTED', b"note=REDACTED")


def test_the_first_name_of_a_connection_string_stays() -> None:
    value = "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=q7Zun4Kx0093bLmTrWpAcD=="
    told = "missing required field DefaultEndpointsProtocol"
    assert tell(build(secrets={"#key": value}).ruleset, told) == told


def test_lines_before_a_cut_key_stay() -> None:
    key = (
        "-----BEGIN PRIVATE KEY-----\n"
        + "q7Zun4Kx0093bLmTrWpAcD/eF+gHiJ2lq7Zun4Kx0093bLmTrWpAcD/eF+gHiJ2l\n" * 8
    )
    rules = build(secrets={"#pem": key + "-----END PRIVATE KEY-----\n"}).ruleset
    told = tell(rules, f"the job began\nkey: {key[:230]}...\nand went on as before")
    assert told.startswith("the job began\n") and "q7Zun" not in told


@pytest.mark.parametrize("write", [str, quote, json.dumps])
def test_a_message_shows_no_rest_behind_the_first_escape(write: Callable[[str], str]) -> None:
    rules = build(secrets={"#key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCY8EXAMPLE"}).ruleset
    for end in range(16, 34):
        told = tell(rules, f"see {write('wJalrXUtnFEMI/K7MDENG/bPxRfiCY8EXAMPLE'[:end])}...")
        assert "K7M" not in told and "bPx" not in told


def test_where_something_else_is_hidden_the_rest_of_a_beginning_is_not_shown() -> None:
    value = "".join(f"{number * 7919 % 65536:04x}" for number in range(32))
    hidden = base64.b64encode(base64.b64encode(b"n" * 30 + b"another-8812-Value")).decode()
    rules = build(secrets={"#key": value, "#other": "another-8812-Value"}).ruleset
    told = tell(rules, f"the job began\n{hidden}\nit went on and on\nsending {value[:90]}...\nthe job ended")
    assert value[64:70] not in told


def test_of_several_readings_the_earliest_beginning_counts() -> None:
    values = {"#a": "HFdTLFYrzrl%48kyZwE-zHa", "#b": "ZwE-zHal9tc1mmmmmmmm"}
    text = "HFdTLFYrzrl%2548kyZwE-zH"
    assert scrubbed(build(secrets=values).ruleset, text.encode()) == b"REDACTED"


@pytest.mark.parametrize("end", range(66, 126, 7))
def test_a_message_shows_no_rest_of_what_a_rule_took(end: int) -> None:
    value = "".join(f"{number * 7919 % 65536:04x}" for number in range(32))
    rules = build(secrets={"#key": value}).ruleset
    told = tell(rules, f"first line\nsending {value[:end]}...\nlast line")
    assert value[64:70] not in told and told.startswith("first line\n") and told.endswith("last line")


def test_what_another_rule_takes_of_it_leaves_no_rest() -> None:
    azure = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
    rules = build(secrets={"#key": azure}).ruleset
    for before in ("note ", '{"password": "', "AccountKey="):
        for end in range(40, 86):
            assert scrubbed(rules, (before + azure[:end]).encode()) == f"{before}REDACTED".encode()


@pytest.mark.parametrize("sign", ["/", '"', "'", "\n", "...", "&", " "])
@pytest.mark.parametrize("write", [str, quote, json.dumps, html.escape])
def test_a_message_with_a_whole_value_shows_all_else_whatever_signs_it_has(
    sign: str, write: Callable[[str], str]
) -> None:
    rules = build(secrets={"#a": f"Zk93mP0q{sign}X7abcQQ"}).ruleset
    lines = f"before\nlogin with {write(f'Zk93mP0q{sign}X7abcQQ').strip(chr(34))} failed\nbehind"
    assert tell(rules, lines) == "before\nlogin with REDACTED failed\nbehind"


def test_a_value_that_stands_there_whole_is_replaced_as_ever() -> None:
    for values, text, left in (
        (("ab12-cd34-ab12-cd",), "x ab12-cd34-ab12-cd", "x REDACTED"),  # ends as it begins
        (("first-8812-second", "second-9913-third"), "x first-8812-second", "x REDACTED"),
        (("first-8812-second", "second-9913-third"), "x first-8812-second-9913", "x REDACTED"),
        (("first-8812", "first-8812-and-more"), "x first-8812", "x REDACTED"),
    ):
        rules = build(secrets={f"#{number}": value for number, value in enumerate(values)}).ruleset
        assert scrubbed(rules, text.encode()) == left.encode()
        coded = base64.b64encode(text.encode())
        assert not any(base64.b64encode(value.encode())[4:-4] in scrubbed(rules, coded) for value in values)


def test_values_that_are_no_text_count() -> None:
    value = bytes([0, 1, 2, 3, 255, 254, 9, 8, 7, 200, 201])
    rules = build(secrets={"#key": value}).ruleset
    assert scrubbed(rules, b"x" + value[:8]) == b"xREDACTED"
    assert scrubbed(rules, base64.b64encode(b"xyz" + value[:9])) == b"eHl6REDACTED"


def test_utf_16_and_values_that_were_learned_count() -> None:
    rules = build().ruleset.with_secrets([SecretRule(VALUE)]).with_secrets([SecretRule("another-8812-Value")])
    for text in (f"a note: {VALUE[:15]}", "a note: another-8812"):
        for coding in ("utf-8", "utf-16-le"):
            assert scrubbed(rules, text.encode(coding)).decode(coding) == "a note: REDACTED"


@pytest.mark.parametrize("text", ["ends with q7-Zu", "q7-Zun/gu&ss at its beginning", "n/gu&ss ed+0093", ""])
def test_what_tells_too_little_stays(text: str) -> None:
    assert scrubbed(RULES, text.encode()) == text.encode()


@pytest.mark.parametrize("value", ["SjSMOYXYWhfk4-oge8Xx5=tb", "SjSMOYXYWhfkoRge", "qzkfjwpdbvxkhtgn"])
def test_the_beginning_of_a_random_key_tells_though_it_looks_like_a_word(value: str) -> None:
    rules = build(secrets={"#key": value}).ruleset
    for end in range(6, len(value)):
        assert scrubbed(rules, b'{"n": "' + value[:end].encode()) == b'{"n": "REDACTED'
    assert scrubbed(rules, b"AccountK of Default") == b"AccountK of Default"


@pytest.mark.parametrize("value", ["kqzv wxbf jhrt mnpd", "KQZVW-XBFJH-RTMNP-DLCGS-WQZXK"])
def test_groups_of_letters_tell(value: str) -> None:
    rules = build(secrets={"#key": value}).ruleset
    for end in range(max(6, len(value) // 4), len(value)):
        assert scrubbed(rules, b"see " + value[:end].encode()) == b"see REDACTED"


def test_no_half_of_a_character_hides_a_beginning() -> None:
    rules = build(
        secrets={"#a": "ftRutlZfO\u00e9StEkUdfMI7zWq4", "#b": "p\u00e4ssTq8mZ4vR2xK9pL7wN3sB"}
    ).ruleset
    text = "bad key ftRutlZfO\u00e9StEkUdfMI7 nor p\u00e4ssTq8mZ4vR2xK9 given"
    shown = octets(rules, text.encode().decode("latin-1")), octets(rules, text)
    assert set(shown) <= {"bad key REDACTED nor REDACTED given", "(withheld)"}
    assert octets(rules, "p\u00e4ss\u00e9 is no key") == "p\u00e4ss\u00e9 is no key"
    assert tell(rules, "see ftRutlZfO\u00fc and x") == "see REDACTED\u00fc and x"


def test_of_many_values_with_one_head_the_shortest_tells_too() -> None:
    many = {f"#{n}": f"sk_livqT9x{n:02d}{'Zk93mP0qX7' * 8}" for n in range(40)}
    rules = build(secrets={**many, "#short": "sk_livqT9xLm3KvB8wRd5Yx2"}).ruleset
    assert tell(rules, "see sk_livqT9xLm of it") == "see REDACTED of it"
    assert tell(rules, "see sk_livqT9x07Zk93mP0qX7Zk93mP of it") == "see REDACTED of it"


@pytest.mark.parametrize(
    "value",
    [
        "kq-77-vx-9w-xx-22",
        "lcj-kid-ygy-rju-xkm-tas",
        "UPYA-OTIV-LY4L-H2M4-HEFX",
        "padv tohj bzem aprr",
        "nerref-ryJjer-tesbi3",
        "yt@DIR,2,LaP-T:jB5.u",
        "~tz.fd=r[z(V{eT;hq|wx>mnpd!kqzv%" * 3,
    ],
)
def test_groups_of_two_and_long_passwords_with_signs_tell(value: str) -> None:
    rules = build(secrets={"#key": value}).ruleset
    for end in range(max(6, len(value) // 4 + 1), len(value)):
        if not value[:end].isdigit():
            assert scrubbed(rules, b"see " + value[:end].encode()) == b"see REDACTED"


def test_a_body_that_a_users_pattern_reads_is_cut_all_the_same() -> None:
    pattern = PatternSanitizer([(r"id=\S+", "id=X")])
    rules = build([pattern], secrets={"#a": "q7ZungKd93mP2xWvq7Zung"}).ruleset
    assert scrubbed(rules, b"id=q7ZungKd93mP2xWv q7Zung") == b"id=X REDACTED"


def test_a_password_with_signs_tells() -> None:
    value = "~tz.fd=r[z(V{eT;hq|wx>mnpd!kqzv%"
    rules = build(secrets={"#key": value}).ruleset
    for end in range(8, len(value)):
        assert scrubbed(rules, b"see " + value[:end].encode()) == b"see REDACTED"


def test_a_reason_phrase_in_utf_8_shows_no_beginning_beside_another_value() -> None:
    rules = build(secrets={"#a": "q7ZungT9xLm3", "#b": "p\u00e4ss-Tq8mZ4vR2xK9pL7"}).ruleset
    phrase = "q7ZungT9xLm3 and p\u00e4ss-Tq8mZ4vR2 given".encode().decode("latin-1")
    assert octets(rules, phrase) == "REDACTED and REDACTED given"


def test_words_alone_tell_of_it_from_its_half_on() -> None:
    rules = build(secrets={"#key": "company report 8812 xk"}).ruleset
    assert scrubbed(rules, b"welcome to company report") == b"welcome to REDACTED"
    assert scrubbed(rules, b"welcome to company") == b"welcome to company"


def test_of_a_long_value_a_beginning_that_others_share_stays() -> None:
    rules = build(secrets={"#url": "https://hooks.example.com/services/T0001/B0002/hx72Kq9"}).ruleset
    assert scrubbed(rules, b"see https://") == b"see https://"
    assert (
        scrubbed(rules, b"account=1&origin=https://hooks.example.com")
        == b"account=1&origin=https://hooks.example.com"
    )
    assert scrubbed(rules, b"see https://hooks.example.com/services") == b"see REDACTED"
    rules = build(secrets={"#key": "acme-prod-7f3a9c2d11"}).ruleset
    assert scrubbed(rules, b"a=1&account=acme-prod") == b"a=1&account=acme-prod"
    assert scrubbed(rules, b"a=1&account=acme-prod-7f") == b"a=1&account=REDACTED"
    rules = build(secrets={"#key": "100000-7f3a9c2d11"}).ruleset
    assert scrubbed(rules, b"100000") == b"100000"
    for words in ("yellow-frog-cake-tree-road", "1000-2000-3000-4000-5000"):
        rules = build(secrets={"#key": words}).ruleset
        assert scrubbed(rules, b"see " + words[:9].encode()) == b"see " + words[:9].encode()


@pytest.mark.parametrize(
    "behind",
    [
        "",
        "'",
        "')",
        "...",
        "\u2026",
        "...'>",
        "\n",
        "\r\nnext",
        "... and on",
        ", ",
        "\x1b[0m",
        '", "level": 1}',
        "***0093",
    ],
)
def test_a_message_that_shows_a_beginning_shows_none(behind: str) -> None:
    assert tell(RULES, f"no status line: q7-Zun/gu&ss{behind}") == f"no status line: REDACTED{behind}"
    assert tell(RULES, f"done{behind}") == f"done{behind}"


@pytest.mark.parametrize(
    "text",
    [
        "see app:q7ZungX4yMn2JwC6vS and more",  # in a beginning of one the beginning of another
        "see app:q7ZungT9xLm3KvB8wRdq7ZungX4yMn2JwC6vSe9 x",  # the end of a whole one
    ],
)
def test_beginnings_that_overlap_go_as_one(text: str) -> None:
    rules = build(secrets={"#a": "app:q7ZungT9xLm3KvB8wRdq7Zu", "#b": "q7ZungX4yMn2JwC6vSe9TbH3"}).ruleset
    assert not re.search("X4y|Mn2|6vS", tell(rules, text))


@pytest.mark.parametrize("sign", ['"', "'", "...", "\n", "\u2026"])
def test_a_sign_of_the_value_at_which_messages_are_cut_hides_no_rest(sign: str) -> None:
    rules = build(secrets={"#a": f"HOgVuFOaDp}}z{sign}fB2MLybwGsozF9zxd"}).ruleset
    told = tell(rules, f"retrying with HOgVuFOaDp}}z{sign}fB2MLybwGs... (truncated)")
    assert told == "retrying with REDACTED... (truncated)"


def test_a_beginning_that_holds_a_whole_value_goes_with_it() -> None:
    rules = build(secrets={"#user": "acme-reader-1", "#key": "acme-reader-1/Zk93mP0qX7vL2wT5yR8"}).ruleset
    assert "Zk93" not in tell(rules, "user acme-reader-1, key acme-reader-1/Zk93mP.")
    assert scrubbed(rules, b"user acme-reader-1, key acme-reader-1/Zk93mP") == b"user REDACTED, key REDACTED"


def test_each_line_of_a_message_and_a_value_of_several_lines_count() -> None:
    key = (
        "-----BEGIN PRIVATE KEY-----\n"
        + "q7Zun4Kx0093bLmTrWpAcD/eF+gHiJ2l\n" * 8
        + "-----END PRIVATE KEY-----\n"
    )
    rules = build(secrets={"#key": VALUE, "#pem": key}).ruleset
    assert tell(rules, "using q7-Zun/gu...\nall q7-Zun/gu&s\nend") == "using REDACTED...\nall REDACTED\nend"
    assert tell(rules, "key: " + key[:130]) == "key: REDACTED"


@given(st.binary(max_size=40), st.binary(max_size=400))
def test_whatever_the_bytes_only_their_end_goes(value: bytes, data: bytes) -> None:
    text = value.decode("utf-8", "surrogateescape")
    ends = CutEnds([SecretRule(text)])
    found = ends.cut(data)
    assert found is None or 0 <= found[0] < len(data)


def test_an_end_of_escapes_takes_no_longer_than_its_length() -> None:
    reads = 0

    class Counting(CutEnds):
        def _told(self, data: bytes, places: object) -> None:
            nonlocal reads
            reads += 1

    ends = Counting([SecretRule("v" * 20_000)])
    for unit in (b"%76", b"\\u0076", b"&#118;", b"76", b"dnZ2"):
        assert ends.cut(unit * 30_000) is None
    assert reads < 100


@pytest.mark.parametrize(
    ("values", "body"),
    [
        (("q7Zunguess9Lq8xVt3R", "Lq8xVt3Rw6ZkPm5N"), "parts: q7Zunguess9 Lq8xVt3R"),
        (("q7ZungKd93mP2xWvq7Zung",), "k = 'q7ZungKd93mP2xWv' + 'q7Zung"),
    ],
)
def test_the_last_piece_of_a_value_in_pieces_is_no_beginning_at_a_bodys_end(
    values: tuple[str, ...], body: str
) -> None:
    rules = build(secrets={f"#{number}": value for number, value in enumerate(values)}).ruleset
    for size in (1, 0):
        auditor, clean = rules.auditor(), scrubbed(rules, body.encode(), size)
        assert clean == body.encode() and (auditor.feed(clean) or auditor.finish()) is not None
    alone = scrubbed(rules, f"parts: some words {values[-1][:10]}".encode())
    assert alone == b"parts: some words REDACTED"
