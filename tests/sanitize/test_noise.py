"""Tokens and fields that stand by chance in base64 and in binary data change nothing and fail nothing."""

from __future__ import annotations

import random
from base64 import b64encode

import pytest

from hushtape.sanitize.chain import build

RULES = build().ruleset
NOISE = random.Random(7).randbytes(4096)
TOKENS = (
    b"EAABwzLixnjYBAOZC4ZBuZAxv0hT2QpQ8nRk3sLmVd7JgFh1PcYtXeWu5iNo9b0",
    b"hf_" + b"aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3",
    b"IGQVJ" + b"aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3aB3dE5gH7jK9",
)


def scrubbed(data: bytes) -> bytes:
    scrubber = RULES.scrubber("response", "application/octet-stream")
    return scrubber.feed(data) + scrubber.finish()


@pytest.mark.parametrize("sign", [b"/", b"+", b"-", b"_"])
@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("around", [b"%s", b"%s\r\n", b'{"image": "%s"}'])
def test_what_looks_like_a_token_in_the_middle_of_base64_stays(
    sign: bytes, token: bytes, around: bytes
) -> None:
    data = around % (b64encode(NOISE[:300]).strip(b"=") + sign + token + b64encode(NOISE[300:600]))
    assert scrubbed(data) == data
    auditor = RULES.auditor()
    assert auditor.feed(data) is None
    assert auditor.finish() is None


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\\n", b"\\r\\n"])
def test_what_looks_like_a_token_where_a_line_of_base64_begins_stays(
    end: bytes, width: int, token: bytes
) -> None:
    text = b64encode(NOISE)[: 8 * width]
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    assert b"+" in lines[3] or b"/" in lines[3]
    lines[4] = (token + lines[4])[:width]
    data = b'{"raw": "' + end.join(lines) + b'"}'
    assert scrubbed(data) == data


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\\n"])
@pytest.mark.parametrize(
    "before",
    [
        b"aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1e",  # a token, as long as a line
        b64encode(NOISE)[:60],
        b"-----END CERTIFICATE-----",
        b64encode(NOISE[:64]),
    ],
)
def test_a_token_in_a_line_behind_another_secret_goes(before: bytes, end: bytes, token: bytes) -> None:
    assert token not in scrubbed(b"first" + end + before + end + token + end)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"/",
        b"https://graph.facebook.com/v19.0/me/accounts/",
        b"https://api.example.com/organizations/customers/contracts/documents/",
        b"some-name-of-a-thing-with-many-dashes-and-more-words-in-it-",
        b"key=",
        b64encode(NOISE[:300]).strip(b"=") + b'", "token": "',
        b"0123456789abcdef0123456789abcdef0123456789abcdef0123/",
    ],
)
def test_a_token_behind_anything_else_goes(before: bytes, token: bytes) -> None:
    if before[-1:] == b"-":
        assert token not in scrubbed(before + b" " + token)
    else:
        assert token not in scrubbed(before + token)


@pytest.mark.parametrize("name", [b"jwt", b"JWt", b"otp", b"pwd", b"TOTP"])
def test_a_short_name_amid_binary_data_is_no_field(name: bytes) -> None:
    data = b"\xe8z\x84\x94\xb2\xc2U6\x1bj0\xe5|" + name + b"=\xfb\xcd\xd1Tu}u\x0e\xc9a}3"
    assert scrubbed(data) == data


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a\x1f\x80\xff\x01jwt=hx7Qpq2Zz9\x00\x01\x02\xff",
        b"the jwt=\xc3\xa4\xc3\xb6\xff\x00",
        b"jwt=hx7Q",
        b"a=1 pwd=abc",
        "schön jwt=hx7Qpq2Zz9".encode(),
    ],
)
def test_a_short_name_in_text_or_before_text_is_one(data: bytes) -> None:
    assert scrubbed(data) != data


BINARY = (
    # Compiled Python, machine code, tables of small numbers: what /usr has in hundreds of files.
    (
        b"l0RAEyNhCQAAQAAv5z/////0IXAdRz2hCQBAQAAAXR7SIuEJIgAAABIOYQkiAEAAHQXSIHEAAIAADHAW11BXMNmDx+"
        b"EAAAAAABIi0QkIEg5hCQgAQAAD5TASIHEAAIAAFtdQVzDDx9AAEiLdQC5AAEAALoACAAASIsFi1wRAEyNhCQAAQAAv5z/0IXAdTD2"
    ),
    (
        b"gwdHDkADJAEKDjhEDjBBDihCDiBCDhhCDhBCDghLC0QOOEEOMEEOKEIOIEIOGEIOEEIOCAAAADgAAAC0TAAA4Kn9/+"
        b"EAAAAAQg4QjQJCDhiMA0EOIIYERA4ogwVHDjACtAoOKEEOIEEOGEIOEEIOCEYLAEgAAADwTAAAlKr9/+EBAAAAQg4QjwJCDhiO"
    ),
    (
        b"AACg9wcAAAAAAAgAAAAAAAAAHuIGAAAAAACw9wcAAAAAAAgAAAAAAAAAOuIGAAAAAADA9wcAAAAAAAgAAAAAAAAAV+"
        b"IGAAAAAADQ9wcAAAAAAAgAAAAAAAAAaeIGAAAAAADg9wcAAAAAAAgAAAAAAAAAeuIGAAAAAADw9wcAAAAAAAgAAAAAAAAAi+IG"
    ),
)
TABLE = b"EAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAA"
COMPILED = (
    b"c3MuX19pbml0X19mAAAAAHN+AAAAgADdByiIS5o+qFWoXNdwfNF3fNF1fLI/9AABRgHj\n"
    b"Y29ubmVjdGlvbl9wcm9maWxlcy9jcmVhdGUvbXlzcWwucHnaBEFyZ3N6C19NeVNRTC5B\n"
    b"EAAFEtcEMdEEMbAmuCvUBEbkBAzXBBvRBBuYRtQEI9wEDNcEH9EEH6AG1AQn3AQMb3Jr\n"
    b"1wQj0QQjoEa4VdUEQ9wEDNcEG9EEG5hG1AQj3AQM1wQf0QQfoAbUBCfcBAzXBCPRBCOg\n"
)
META = b"EAAGm0PX4ZCpsBAxT3dBvLw96Q2TZDiswHZBTGx7Faz7P289UeZBcPdRRiutLeZCZZtR"


@pytest.mark.parametrize("around", [b"%s", b'{"content": "%s"}'])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\\n"])
@pytest.mark.parametrize("coded", [*BINARY, TABLE, b"x\n" + TABLE, COMPILED, b"row\n" + COMPILED])
def test_binary_data_in_base64_stays(coded: bytes, end: bytes, around: bytes) -> None:
    data = around % coded.replace(b"\n", end)
    assert scrubbed(data) == data
    for size in (1, 7, 64):
        scrubber = RULES.scrubber("response", "application/octet-stream")
        parts = [scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)]
        assert b"".join(parts) + scrubber.finish() == data


@pytest.mark.parametrize(
    "before",
    [
        b"text=my+very+long+sentence+of+many+words+that+goes+on+and+on+with+",
        b"https://graph.facebook.com/v19.0/AcmeCorporation2024International/AllAdAccounts/Insights/",
        b"Zk93bXw2LmP0qT8vR4sY6uW1Zk93bXw2LmP0qT8vR4sY6uW1Zk93bXw2LmP0qT8vR4sY\n",
        b"EAAAAAAYsX7TsBA96UZD0FJ8vP4zj8JDmq16ZBYuHGhH287C9e1dyGQZCzLbj5tZq2v\n",
        b"////////////////////////////////////////////////////////////////////",
    ],
)
@pytest.mark.parametrize("behind", [b"", b"\n", b"/insights", b"+and+more"])
@pytest.mark.parametrize("token", [META, b"EAAAAAAYsX7TsBA96UZD0FJ8vP4zj8JDmq16ZBYuHGhH287C9e1dyGQZCzLbj5tZ"])
def test_a_token_of_meta_s_goes(before: bytes, behind: bytes, token: bytes) -> None:
    assert token[12:50] not in scrubbed(before + token + behind)


def test_the_end_of_a_tag_in_lines_of_base64_is_no_scheme() -> None:
    text = b'"JICAga2V5cyB7IDxJ\\nTlM+LCA8REVMRT4sCgkJeyA8TEVGVD4sICJOQVJSIiB9LCB7IDxET1dOPiwg\\nIk5B"'
    assert scrubbed(text) == text
    assert scrubbed(b"a=NTLM+TlRMTVNTUAADAAAAGAAYAEgAAAAYABgA5Q==") == b"a=NTLM+REDACTED"


@pytest.mark.parametrize("sign", [b"/", b"+", b"-", b"_"])
def test_a_jwt_begins_behind_anything(sign: bytes) -> None:
    jwt = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl"
    assert scrubbed(b64encode(NOISE[:300]) + sign + jwt) == b64encode(NOISE[:300]) + sign + b"REDACTED"
