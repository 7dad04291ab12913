"""What in an Authorization field is the credential, whatever signs and quotes it is written with."""

from __future__ import annotations

import pytest

from hushtape.sanitize.authorization import credentials
from hushtape.sanitize.lessons import Notebook
from hushtape.sanitize.spans import Lesson

TOKEN = "Zk93mP0qX7vL2"


def taught(value: str) -> list[str]:
    book = Notebook()
    book.asked(value.encode(), Lesson("credentials"), b"REDACTED")
    return [rule.value for rule in book.waiting()]


@pytest.mark.parametrize("sign", [*"!:@%$.~+/|-*#?&()[]{}<>^`", "%2F", "::"])
@pytest.mark.parametrize("rest", [", v=1", ";v=1", '; v="1"', " v=1", "\tv=1"])
@pytest.mark.parametrize("scheme", ["Bearer ", "Token ", "X-Odd ", ""])
def test_a_token_before_parameters_is_learned_whatever_signs_it_holds(
    sign: str, rest: str, scheme: str
) -> None:
    token = f"Zk93{sign}mP0qX7vL2"
    if scheme or rest[0] in ",;":
        assert taught(scheme + token + rest) == [token]


@pytest.mark.parametrize(
    "value",
    [
        f"Token token='{TOKEN}', nonce='a'",
        f"Token token='{TOKEN}'",
        f"Token token = '{TOKEN}' , nonce = 'a'",
        f"token='{TOKEN}'",
        f"Bearer '{TOKEN}'",
        f"Bearer '{TOKEN}', v=1",
        f'Bearer "{TOKEN}"; v=1',
        f"{TOKEN}, a=b",
        f"Signature keyId=\"a\", secret='{TOKEN}';x=1",
        f"OAuth oauth_nonce='a', oauth_token='{TOKEN}', oauth_signature='c2lnbmF0dXJl'",
        f'OAuth oauth_token = "{TOKEN}",oauth_signature="c2lnbmF0dXJl"',
    ],
)
def test_quotes_and_spaces_are_none_of_the_token(value: str) -> None:
    assert TOKEN in taught(value)
    assert not any("c2ln" in one or "nonce" in one for one in taught(value))


@pytest.mark.parametrize("token", ["Zk93mP0q_oauth_X7vL2", "oauth_Zk93mP0qX7vL2", "Zk93mP0q-oauth_X7vL2="])
def test_a_token_of_oauth_2_may_hold_the_prefix_of_oauth_1(token: str) -> None:
    assert token in taught(f"OAuth {token}")
    assert token in taught(f"OAuth {token}, v=1")


def test_what_is_a_token_within_apostrophes_keeps_its_own() -> None:
    assert taught("Token token=Zk93'mP0qX7vL2, nonce=a") == ["Zk93'mP0qX7vL2"]
    assert list(credentials("Bearer Zk93'mP0qX7vL2")) == ["Zk93'mP0qX7vL2"]


@pytest.mark.parametrize(
    "value",
    [
        "Digest username='jane-doe-77', realm='Zk93mP0qX7vL2'",
        "AWS4-HMAC-SHA256 Credential=AKIA7/20260101/eu/s3, SignedHeaders=host;date, Signature=f00dcafe77",
        'Signature keyId="k-1234567", algorithm="hs2019"',
        "Bearer REDACTED",
        "Bearer REDACTED, v=1",
        "Token token='REDACTED', nonce='a'",
    ],
)
def test_what_is_no_credential_of_its_own_is_not_learned(value: str) -> None:
    assert taught(value) == []


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("Bearer Zk93mP=0qX7vL2w, v=1", "Zk93mP=0qX7vL2w"),
        ("Bearer Zk93mP'0qX7vL2w;v=1", "Zk93mP'0qX7vL2w"),
        ('Bearer Zk93mP"0qX7vL2w;v=1', 'Zk93mP"0qX7vL2w'),
        ('Token token="Zk93mP\\"0qX7vL2w", nonce="a"', 'Zk93mP"0qX7vL2w'),
        ('Token nonce="a\\"b", token="Zk93mP0qX7vL2w"', "Zk93mP0qX7vL2w"),
    ],
)
def test_a_token_with_a_quote_or_an_equals_sign_inside_is_learned(value: str, token: str) -> None:
    assert token in taught(value)


def test_parameters_of_other_schemes_are_no_tokens() -> None:
    assert taught('Custom username="Mufasa17x", realm="a"') == []
