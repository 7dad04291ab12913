"""What has a token's shape is redacted wherever it stands; what only begins like one stays."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from hushtape.sanitize.chain import build
from hushtape.sanitize.shape_table import SHAPES, Begun

RULES = build().ruleset

A = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ0" * 6
HEX = "0123456789abcdef" * 6
UUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
UPPER = "ABCDEFGH23456789" * 8
LOWER = "abcdefgh23456789" * 4
BOT = "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"

TAILS = {
    "AKIA": UPPER[:16],
    "ASIA": UPPER[:16],
    "AKCp": A[:69],
    "ABSK": A[:110],
    "SG.": A[:22] + "." + A[:43],
    "AGE-SECRET-KEY-1": UPPER[:58],
    "ATBB": A[:32],
    "ATTA": HEX[:64],
    "squ_": HEX[:40],
    "sqp_": HEX[:40],
    "sqa_": HEX[:40],
    "da2-": LOWER[:26],
    "rubygems_": HEX[:48],
    "oy2": LOWER[:43],
    "CCIPAT_": A[:22] + "_" + HEX[:40],
    "CCIPRJ_": A[:22] + "_" + HEX[:40],
    "bkua_": HEX[:40],
    "AIza": A[:35],
    "LTAI": A[:20],
    "AKID": A[:32],
    "HRKU-": UUID,
    "pul-": HEX[:40],
    "tskey-": "auth-" + A[:24],
    "dapi": HEX[:32],
    "ver:1-hint:": "1036-" + A[:40],
    "ver:2-hint:": "1036-" + A[:40],
    "ver:3-hint:": "1036-" + A[:40],
    "sbp_": HEX[:40],
    "lin_oauth_": HEX[:64],
    "secret_": A[:43],
    "sl.": A[:140],
    "sntrys_eyJ": A[:90] + "==_" + A[:43],
    "sntryu_": HEX[:64],
    "NRAK-": UPPER[:27],
    "dt0c01.": UPPER[:24] + "." + UPPER[:64],
    "dt0s01.": UPPER[:24] + "." + UPPER[:64],
    "sk-or-v1-": HEX[:64],
    "sk-lf-": UUID,
    "r8_": A[:37],
    "pcsk_": A[:6] + "_" + A[:60],
    "lsv2_pt_": HEX[:32] + "_" + HEX[:10],
    "lsv2_sk_": HEX[:32] + "_" + HEX[:10],
    "csk-": LOWER[:48],
    "shpat_": HEX[:32],
    "shpss_": HEX[:32],
    "shpca_": HEX[:32],
    "shppa_": HEX[:32],
    "shprt_": HEX[:32],
    "access_token$": f"production${LOWER[:16]}${HEX[:32]}",
    "EZAK": A[:54],
    "EZTK": A[:54],
    "shippo_live_": HEX[:40],
    "shippo_test_": HEX[:40],
    "key-": HEX[:32],
    "xkeysib-": HEX[:64] + "-" + A[:16],
    "xsmtpsib-": HEX[:64] + "-" + A[:16],
    "pat-na": "1-" + UUID,
    "pat-eu": "1-" + UUID,
    "pat-ap": "1-" + UUID,
    "pk_": HEX[:34],
    "dop_v1_": HEX[:64],
    "doo_v1_": HEX[:64],
    "dor_v1_": HEX[:64],
    "dG9rO": A[:55],
    "LS0tLS1CRUdJTi": "BQUklWQVRFIEtFWS0tLS0tCk1JSUV2" + A[:80],
}
UUIDS = ("access-", "public-", "link-", "processor-")


def _tail(prefix: str) -> str:
    if prefix in TAILS:
        return TAILS[prefix]
    return UUID if prefix.startswith(UUIDS) else A[:130]


BEGUN = [one.decode() for shape in SHAPES if isinstance(shape, Begun) for one in shape.prefixes]
HELD = {
    "7Q~": "qWg7Q~" + A[:34],
    "8Q~": "qWg8Q~" + A[:34],
    ".atlasv1.": A[:14] + ".atlasv1." + A[:67],
    "NRAL": HEX[:36] + "NRAL",
    "T3BlbkFJ": "sk-" + A[:20] + "T3BlbkFJ" + A[:20],
    "!AQ": f"00D300000000abc!AQwAQF{A[:54]}",
    "!AR": f"00D300000000abcEAA!ARwAQF{A[:54]}",
    ":AA": f"123456789:{BOT}",
    **{f"-us{number}": f"{HEX[:32]}-us{number}" for number in range(1, 10)},
}
PLAIN = {prefix: prefix + _tail(prefix) for prefix in BEGUN if "%" not in prefix} | HELD


def _written(literal: str) -> str:
    """The token of a literal whose signs are written as URLs write them."""
    plain = unquote(unquote(literal))
    sign = re.search(r"[!:$]", plain)
    escape = re.search(r"%(?:25)?\w\w", literal)
    assert sign and escape
    return PLAIN[plain].replace(sign[0], escape[0])


LITERALS = BEGUN + [one.decode() for shape in SHAPES if not isinstance(shape, Begun) for one in shape.inner]
TOKENS = PLAIN | {literal: _written(literal) for literal in LITERALS if "%" in literal}


def _scrubbed(text: str, size: int = 1 << 20) -> str:
    body = text.encode()
    scrubber = RULES.scrubber("response", "text/plain")
    out = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return (b"".join(out) + scrubber.finish()).decode()


def test_each_literal_of_the_table_has_its_token_here() -> None:
    assert set(TOKENS) == set(LITERALS)
    assert len(TOKENS) > 110


@pytest.mark.parametrize("literal", TOKENS)
def test_a_token_is_redacted(literal: str) -> None:
    token = TOKENS[literal]
    for text in ('["{}"]', "see {} there", "https://example.com/x?y={}&z=1", "\\n{}\\n", "x%3D{}%26y"):
        assert _scrubbed(text.format(token)) == text.format("REDACTED"), text
    assert _scrubbed(f'"{token}"', size=1) == '"REDACTED"'
    assert RULES.uri(f"https://example.com/{token}?x=1") == "https://example.com/REDACTED?x=1"


@pytest.mark.parametrize("literal", TOKENS)
def test_what_is_no_token_stays(literal: str) -> None:
    token = TOKENS[literal]
    inside = f'"x{token}"' if literal in BEGUN else f'"{literal}"'
    for text in (f'"{token[: len(literal) + 4]}"', f'"{literal} is a word"', inside):
        # An escape of JSON, or another token, may begin inside: then less than all of it stays.
        if literal in ("ops_eyJ", "sntrys_eyJ", "glc_eyJ") and text == inside:
            continue
        assert _scrubbed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "sk-learn-contrib-something-else",
        "hf_transfer is a package",
        "secret_santa_exchange_gifts_for_everyone_here_x",
        "pk_live_1234567890abcdef1234567890abcdef",  # Stripe's public one
        "pat-a-cake, pat-na1-me",
        "md-button-toggle-group",
        "s3-us-west-2 en-us5 0123456789abcdef-us5",
        "ATATTGCATTATTACGATCGATTATATTATATTATATATTATTATATATTATTATATTATTATATATTATTAC",
        "key-value-store key-0123",
        "10:AA:20:AA:AA:AA 1234567890:AAA",
        "access-control-allow-credentials access-sandbox-x",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUNBRA==",  # a certificate
        "sq0idp-abcdefghijklmnopqrstuv",  # Square's application, public
        "AC0123456789abcdef0123456789abcdef SK0123456789abcdef0123456789abcdef",
        "EAA" + "A" * 90,  # zero bytes behind a 16, in base64
        "AAAAAAAA/EAAAAAAAAQAAAAAAAAAgAAAAAAAAAwAAAAAAAAAEAAAAAAAAABQAAAAAAAAAGAAAA",
        "IGAA" + "A" * 90 + "==",
        "AROA23456789ABCDEFGHI Asia/Tokyo dapifer link-checker-0.1",
    ],
)
def test_ordinary_text_that_begins_like_a_token_stays(text: str) -> None:
    assert _scrubbed(text) == text


def test_the_key_of_a_cluster_in_base64_is_redacted_and_its_certificate_stays() -> None:
    key = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcFFJQkFBS0NBUUVB"
    body = f'{{"tls.key":"{key}","tls.crt":"LS0tLS1CRUdJTiBDRVJUSUZJ"}}'
    clean = _scrubbed(body)
    assert clean == '{"tls.key":"REDACTED","tls.crt":"LS0tLS1CRUdJTiBDRVJUSUZJ"}'
    auditor = RULES.auditor()
    assert (auditor.feed(clean.encode()) or auditor.finish()) is None


@pytest.mark.parametrize(
    "before", ["my%20", "text=%22", "a%2520", '{"html": "<div data-cfg=\\u0022', '"\\u00fc', "=22"]
)
def test_digits_of_an_escape_are_no_part_of_a_token(before: str) -> None:
    for literal in (":AA", "%3AAA"):
        assert _scrubbed(f"{before}{TOKENS[literal]}") == f"{before}REDACTED"


JOINED = ("ghp_", "github_pat_", "glpat-", "xoxb-", "sk_live_", "sk-proj-", "hvs.", "AKIA", "ASIA", "AIza")


@pytest.mark.parametrize("literal", JOINED)
@pytest.mark.parametrize("before", ["deploy_", "prod-", "a-1_"])
def test_a_token_that_is_joined_to_a_name_is_redacted(literal: str, before: str) -> None:
    assert _scrubbed(f'"{before}{TOKENS[literal]}"') == f'"{before}REDACTED"'
    assert _scrubbed(f'"{before}{TOKENS[literal]}"', size=1) == f'"{before}REDACTED"'


def test_a_jwt_that_is_joined_to_a_name_is_redacted() -> None:
    assert _scrubbed('"session_eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"') == '"session_REDACTED"'


@pytest.mark.parametrize(
    "text",
    [
        f"cache-key-{HEX[:32]}",
        f"deep-link-production-{UUID}",
        f"my-public-sandbox-{UUID}",
        "a_hf_transferPackageOfModelsAndTheirWeights",
        "Zk93-EAA" + A[:70],
        "x_" + HEX[:40] + "-us6",
    ],
)
def test_names_that_only_hold_the_letters_of_a_literal_stay(text: str) -> None:
    assert _scrubbed(text) == text


def test_behind_a_sign_of_base64_no_token_begins() -> None:
    text = "Zk93bXw2LmP0qT8vR4sY6uW1" * 3 + "-" + TOKENS["ghp_"]
    assert _scrubbed(text) == text
