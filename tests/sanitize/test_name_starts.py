"""Where a field's name begins: its letters as they are, and as JSON and percent escapes write them."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.portions import scrubbed_by

from hushtape.sanitize import build
from hushtape.sanitize.credential_names import names_credential
from hushtape.sanitize.name_starts import LETTERS, first, plain

RULESET = build(engine="ahocorasick").ruleset
VALUE = "q7-hush-0093"
FORM = "application/x-www-form-urlencoded"
BEYOND = (
    "clé_api_key",
    "Größe_secret",
    "contraseña_password",
    "日本_access_token",
    "ключ_é_db_password",
    "éapi_key",
)
SIGNED = ("#password", "#token", "#db_password", "@token", "$api_key", "#clé_client_secret")


def scrub(text: str, content_type: str = "", size: int = 1 << 20) -> str:
    return scrubbed_by(RULESET.scrubber("request", content_type), text.encode(), size).decode()


def dotnet(document: object) -> str:
    """As System.Text.Json writes it: quotes inside strings, and all beyond ASCII, as units in capitals."""
    text = json.dumps(document, separators=(",", ":")).replace('\\"', "\\u0022")
    return "".join(part if len(part) != 4 else part.upper() for part in _units(text))


def _units(text: str) -> list[str]:
    pieces = text.split("\\u")
    return [pieces[0], *[piece for one in pieces[1:] for piece in ("\\u", one[:4], one[4:])]]


WRITERS = {
    "escaped": json.dumps,
    "as it is": lambda document: json.dumps(document, ensure_ascii=False),
    ".NET": dotnet,
}


def written(name: str, writer: str, strings: int) -> str:
    write = WRITERS[writer]
    text = write({"a": 1, name: VALUE, "z": "q"})
    for _ in range(strings):
        text = write({"in": text})
    return text


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("latin-1", "Größe_secret"),
        ("windows-1252", "Žähler-api-key"),
        ("windows-1250", "příšerně_password"),
        ("windows-1251", "ключ_access_token"),
        ("shift_jis", "パス_password"),
        ("gb18030", "密码_password"),
    ],
)
def test_a_name_in_another_charset_is_found_in_forms(charset: str, name: str) -> None:
    text = urlencode({"a": "1", name: "plain words", "z": "q"}, encoding=charset)
    for size in (1, 1 << 20):
        assert scrub(text, FORM, size) == text.replace("plain+words", "REDACTED")


@pytest.mark.parametrize("strings", range(5))
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", BEYOND + SIGNED)
def test_a_name_with_escaped_letters_is_found_in_json(name: str, writer: str, strings: int) -> None:
    text = written(name, writer, strings)
    for size in (1, 1 << 20):
        assert scrub(text, "application/json", size) == text.replace(VALUE, "REDACTED")


@pytest.mark.parametrize("strings", range(5))
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", BEYOND + SIGNED)
def test_a_name_with_escaped_letters_is_found_in_json_in_percent_escapes(
    name: str, writer: str, strings: int
) -> None:
    text = written(name, writer, strings)
    for coded in (quote_plus(text), quote(text, safe="\\{}[]:,"), quote(quote(text, safe=""), safe="")):
        form, address = f"a=1&configuration={coded}&b=2", f"https://h.example/p?c={coded}&b=2"
        assert scrub(form, FORM) == form.replace(VALUE, "REDACTED")
        assert RULESET.uri(address) == address.replace(VALUE, "REDACTED")


@pytest.mark.parametrize("letter", ["x", "é", "日"])
@pytest.mark.parametrize("ending", ["_api_key", "_client_secret", "_authentication_token"])
def test_eighty_letters_may_stand_before_however_they_are_written(letter: str, ending: str) -> None:
    name = letter * 80 + ending
    for writer in WRITERS:
        for strings in range(4):
            text = written(name, writer, strings)
            assert scrub(text) == text.replace(VALUE, "REDACTED")
    form = f"a=1&{quote(name)}={VALUE}&b=2"
    assert scrub(form, FORM) == form.replace(VALUE, "REDACTED")


@pytest.mark.parametrize("name", ["#_token", "#-access-token", "#x=1&_password"])
def test_the_first_parameter_of_a_fragment_may_begin_with_a_sign(name: str) -> None:
    address = f"https://h.example/cb{name}={VALUE}"
    assert RULESET.uri(address) == address.replace(VALUE, "REDACTED")
    text = json.dumps({"next": address})
    assert scrub(text) == text.replace(VALUE, "REDACTED")


@pytest.mark.parametrize(
    "name", ["clé_next_page_token", "Größe_key", "#page_token", "日本_session_id", "clé_token"]
)
@pytest.mark.parametrize("writer", WRITERS)
def test_another_field_stays_whatever_its_letters(name: str, writer: str) -> None:
    for strings in range(3):
        text = written(name, writer, strings)
        assert scrub(text) == text
        form = f"c={quote(text)}"
        assert scrub(form, FORM) == form


@pytest.mark.parametrize("name", ["clé_api_key", "日本_access_token"])
def test_a_name_that_is_kept_is_kept_however_it_is_written(name: str) -> None:
    ruleset = build(keep_fields=[name], engine="ahocorasick").ruleset
    for writer in WRITERS:
        text = written(name, writer, 1)
        assert scrubbed_by(ruleset.scrubber("request", ""), text.encode(), 1 << 20) == text.encode()
    form = f"{quote(name)}={VALUE}&other_api_key={VALUE}"
    clean = scrubbed_by(ruleset.scrubber("request", FORM), form.encode(), 1 << 20).decode()
    assert clean == f"{quote(name)}={VALUE}&other_api_key=REDACTED"


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=20))
def test_a_name_reads_as_it_was_meant(letters: str) -> None:
    name = "".join(one for one in letters if one in "#$@_-" or one.isalnum()) + "_"
    escaped = json.dumps(name)[1:-1]
    begun = [
        '"' + name,
        '"' + escaped,
        '\\"' + json.dumps(escaped)[1:-1],
        "&" + quote(name, safe=""),
        "%2522" + quote(quote(name, safe=""), safe=""),
    ]
    for text in begun:
        data = text.encode()
        at = first(data, len(data))
        assert (plain(data[at:]) or "").encode("utf-16", "surrogatepass").decode("utf-16") == name


def test_a_longer_name_is_none() -> None:
    for letter in (b"x", "é".encode(), b"\\u00e9"):
        assert first(b'"' + letter * LETTERS, 1 + LETTERS * len(letter)) == 1
    assert first(b'"' + b"x" * (LETTERS + 1), LETTERS + 2) == -1


def test_words_beyond_ascii_are_words_of_a_name() -> None:
    assert names_credential("日本_access_token")
    assert names_credential("éapi_key")
    assert not names_credential("пароль_page_token")


def test_letters_in_utf_8_count_once_in_json_in_percent_escapes() -> None:
    for count in (50, 56, 79):
        coded = quote(json.dumps({"п" * count + "_Password": "hunterqx"}, ensure_ascii=False))
        assert "hunterqx" not in RULESET.uri(f"https://h.example/p?q={coded}")
