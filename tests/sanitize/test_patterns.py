"""Users' regular expressions: where they run, that time is bounded, that chunks don't matter."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape import PatternSanitizer, UrlPatternSanitizer
from hushtape.errors import SanitizerError
from hushtape.model import Headers
from hushtape.sanitize import patterns, patterns_body
from hushtape.sanitize.chain import build
from hushtape.sanitize.ruleset import Ruleset

FAST = settings(max_examples=150, deadline=None)
EMAIL = (r"[\w.]+@[\w.]+", "MAIL")


def rules(*pairs: tuple[str, str], where: Sequence[str] = ("uri", "header", "body")) -> Ruleset:
    return Ruleset.compile(PatternSanitizer(pairs, where).rules())


def scrub(ruleset: Ruleset, data: bytes | str, cuts: Sequence[int] = ()) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    scrubber = ruleset.scrubber("response")
    out, at = b"", 0
    for size in cuts:
        out += scrubber.feed(data[at : at + size])
        at += size
    return out + scrubber.feed(data[at:]) + scrubber.finish()


def test_a_pattern_runs_on_uris_header_values_and_bodies() -> None:
    ruleset = rules(EMAIL)
    uri, headers = ruleset.head("https://h/?q=a@b.c", Headers([("X-A", "to a@b.c!"), ("B", "é")]), "request")
    assert uri == "https://h/?q=MAIL"
    assert headers.pairs == (("X-A", "to MAIL!"), ("B", "é"))
    assert scrub(ruleset, "x a@b.c y") == b"x MAIL y"
    assert ruleset.text("log a@b.c") == "log MAIL"
    assert "MAIL" in ruleset.placeholders


@pytest.mark.parametrize("place", ["uri", "header", "body"])
def test_a_pattern_runs_only_where_it_is_told_to(place: str) -> None:
    ruleset = rules(EMAIL, where=[place])
    uri, headers = ruleset.head("https://h/?q=a@b.c", Headers([("X-A", "a@b.c")]), "request")
    changed = {
        "uri": "MAIL" in uri,
        "header": "MAIL" in headers.get("X-A"),
        "body": b"MAIL" in scrub(ruleset, "a@b.c"),
    }
    assert [name for name, one in changed.items() if one] == [place]


def test_a_replacement_may_name_groups() -> None:
    assert scrub(rules((r"id-(\d)\d+-(?P<end>\w)?", r"id-\1-\g<end>")), "id-123-x id-45-") == b"id-1-x id-4-"


def test_text_is_utf8_and_what_is_none_comes_back_as_it_was() -> None:
    ruleset = rules(("é+", "E"), (r"\bz.z\b", "Z"))
    assert (
        scrub(ruleset, b"\xff\xc3\xa9\xc3\xa9\xe9 z\xf0\x9f\x98\x80z \xed\xa0\x80")
        == b"\xffE\xe9 Z \xed\xa0\x80"
    )
    headers = ruleset.headers(Headers([("A", "é".encode().decode("latin-1") + "\xff")]), "response")
    assert headers.pairs == (("A", "E\xff"),)


def test_overlapping_matches_in_a_body_are_one() -> None:
    assert scrub(rules((r"abc", "S"), (r"bcdef", "L")), "abcdefg") == b"Lg"


def test_a_secret_is_redacted_before_a_pattern_could_break_it() -> None:
    ruleset = build([PatternSanitizer([(r"\d{3}", "N")])], {"#t": "abc123def456"}).ruleset
    assert scrub(ruleset, "abc123def456 789") == b"REDACTED N"
    assert ruleset.uri("https://h/abc123def456/789") == "https://h/REDACTED/N"


def test_what_a_replacement_makes_is_scrubbed_again() -> None:
    ruleset = build([PatternSanitizer([(r"key(\w+)", r"password=\1")])]).ruleset
    assert ruleset.scan(scrub(ruleset, "keyabcd")) is None


PIECES = st.lists(
    st.sampled_from(
        [b"a@b.c", b" ", b"\xc3\xa9", b"\xff", b"\xf0\x9f\x98\x80", b"x" * 40, b"id-12", b"\n", b"@"]
    ),
    max_size=60,
).map(b"".join)


@FAST
@given(data=PIECES, cuts=st.lists(st.integers(0, 90), max_size=20))
def test_every_chunking_gives_the_same(data: bytes, cuts: list[int]) -> None:
    ruleset = rules(EMAIL, (r"id-\d+", "ID"), ("é", "E"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns_body, "STEP", 50)
        patch.setattr(patterns_body, "LONGEST", 150)
        patch.setattr(patterns_body, "BACK", 10)
        try:
            whole = scrub(ruleset, data)
        except SanitizerError:
            return
        assert scrub(ruleset, data, cuts) == whole
        assert scrub(ruleset, data, [1] * len(data)) == whole


@FAST
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 50), max_size=8))
def test_bytes_without_a_match_are_identical(data: bytes, cuts: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns_body, "STEP", 20)
        patch.setattr(patterns_body, "LONGEST", 10)
        assert scrub(rules(("nothing-like-this", "X")), data, cuts) == data


def test_a_match_across_two_windows_is_found_and_one_too_long_is_refused() -> None:
    ruleset = rules((r"<[^>]*>", "TAG"))
    body = b"." * (patterns_body.STEP - 5) + b"<" + b"y" * 100 + b">" + b"." * 100_000
    assert scrub(ruleset, body) == body.replace(b"<" + b"y" * 100 + b">", b"TAG")
    with pytest.raises(SanitizerError, match="longer than"):
        scrub(ruleset, b"<" + b"y" * 5000 + b">")


ENDLESS = [(r"([a-z]+)*\d", "a" * 9000), (r"\s+$", " " * 60_000 + "x"), (r"(?=.*z)b|(?>a+)c", "a" * 60_000)]


@pytest.mark.parametrize(("pattern", "text"), ENDLESS)
def test_a_pattern_that_takes_for_ever_is_stopped_and_named(
    pattern: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "WINDOW_SECONDS", 0.05)
    for run in (
        lambda: scrub(rules((pattern, "x")), text),
        lambda: rules((pattern, "x")).uri(text),
        lambda: Ruleset.compile(UrlPatternSanitizer([(pattern, "x")]).rules()).uri(text),
        lambda: rules((pattern, "x")).headers(Headers([("A", text)]), "response"),
    ):
        with pytest.raises(SanitizerError, match=re.escape(repr(pattern))) as caught:
            run()
        assert text[:50] not in str(caught.value)
    assert "withheld" in rules((pattern, "x")).text(text)


def test_all_patterns_of_a_body_share_an_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "TOTAL_SECONDS", 0.0)
    monkeypatch.setattr(patterns, "SECONDS_PER_BYTE", 0.0)
    with pytest.raises(SanitizerError, match="took more than"):
        scrub(rules(EMAIL), "x" * 100_000)


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", r"((a{1000}){1000}){1000}", "[", "(?P<a>x)(?P<a>y)"])
def test_a_pattern_that_can_not_be_used_is_refused_before_recording(pattern: str) -> None:
    with pytest.raises(SanitizerError):
        rules((pattern, "x"))


def test_counted_repetitions_are_counted() -> None:
    assert patterns._items(r"\d{4}-\d{4}") == 9
    assert patterns._items(r"(ab{3}){10}c") == 41
    assert patterns._items(r"[{3}]{2}\{5\}") == 5


def test_places_are_checked_and_keep_sanitizers_apart() -> None:
    with pytest.raises(SanitizerError, match="where"):
        PatternSanitizer([EMAIL], where=["cookie"])
    one = PatternSanitizer([EMAIL])
    assert one.merge(PatternSanitizer([("b", "c"), EMAIL])).patterns == [EMAIL, ("b", "c")]
    assert not one.can_merge(PatternSanitizer([EMAIL], where="uri"))
    assert not one.can_merge(UrlPatternSanitizer([EMAIL]))
