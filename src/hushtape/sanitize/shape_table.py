"""The table of token shapes: the literal that a maker's tokens have, and what has to stand around it.

Lives here: data. Must not: match (`shapes` does), list what has neither a literal of its own nor a form so
strict that no word has it. Called by: shapes. Sources: the makers' documentation of their formats.
What is public by design is no entry: Stripe's pk_, Sentry's DSN, Twilio's SK and AC, AWS's AROA.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_W = rb"[A-Za-z0-9_-]"
_A = rb"[A-Za-z0-9]"
_HEX = rb"[0-9a-f]"
_B64 = rb"[A-Za-z0-9+/=]"
_URL_B64 = rb"[A-Za-z0-9+/=_-]"
_END = rb"(?![A-Za-z0-9_-])"
_UUID = _HEX + rb"{8}-(?:" + _HEX + rb"{4}-){3}" + _HEX + rb"{12}"

_HINTED = rb"[A-Za-z0-9+/=_%-]"


def _signed(literal: bytes) -> tuple[bytes, ...]:
    """A literal that holds a sign, as it is and as URLs and forms write it: `frontdoor.jsp?sid=00D...%21AQ`.
    The audit undoes escapes of letters only."""
    once = re.sub(rb"[!:$]", lambda sign: b"%%%02X" % ord(sign[0]), literal)
    return tuple(dict.fromkeys((literal, once, once.replace(b"%", b"%25"), once.replace(b"%3A", b"%3a"))))


_CENTRES = tuple(b"-us%d" % number for number in range(1, 10))


class Begun(NamedTuple):
    """Tokens that begin with one of these `prefixes`; `follows` has to; `rest` is what they are made of."""

    prefixes: tuple[bytes, ...]
    follows: bytes
    rest: bytes


class Held(NamedTuple):
    """Tokens that hold `inner`, with `before` right before it (at most `back` bytes) and `after` behind."""

    inner: tuple[bytes, ...]
    before: bytes
    back: int
    after: bytes
    rest: bytes


_HOSTS = (
    Begun((b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), _A + b"{30}", _A),
    Begun((b"github_pat_",), rb"[A-Za-z0-9_]{22}", rb"[A-Za-z0-9_]"),
    Begun((b"glpat-", b"glsa_"), _W + b"{20}", rb"[A-Za-z0-9_.-]"),
    Begun((b"glptt-", b"gldt-", b"glrt-", b"glcbt-", b"glft-", b"glimt-"), _W + b"{20}", rb"[A-Za-z0-9_.-]"),
    Begun((b"gloas-", b"glsoat-", b"glffct-", b"glagent-", b"GR1348941"), _W + b"{20}", rb"[A-Za-z0-9_.-]"),
    Begun((b"ATATT3", b"ATCTT3"), rb"[A-Za-z0-9_=-]{40}", rb"[A-Za-z0-9_=-]"),
    Begun((b"ATBB",), _A + b"{32}" + _END, _A),
    Begun((b"ATTA",), _HEX + b"{64}", rb"[0-9A-Fa-f]"),
    Begun((b"squ_", b"sqp_", b"sqa_"), _HEX + b"{40}" + _END, _HEX),
    Begun((b"npm_", b"hf_", b"api_org_"), _A + b"{30}", _A),
    Begun((b"pypi-Ag",), _W + b"{40}", _W),
    Begun((b"rubygems_",), _HEX + b"{48}", _HEX),
    Begun((b"oy2",), b"[a-z0-9]{43}" + _END, b"[a-z0-9]"),
    Begun((b"dckr_pat_", b"dckr_oat_"), _W + b"{27}", _W),
    Begun((b"CCIPAT_", b"CCIPRJ_"), _A + b"{22}_" + _HEX + b"{40}", rb"[A-Za-z0-9_]"),
    Begun((b"bkua_",), _HEX + b"{40}", _HEX),
    Begun((b"AKCp",), _A + b"{60}", _A),
    Begun((b"sgp_",), rb"(?:[0-9a-f]{16}_|local_)?" + _A + b"{40}", rb"[A-Za-z0-9_]"),
)
_CLOUDS = (
    Begun((b"AKIA", b"ASIA"), rb"[A-Z0-9]{16}(?![A-Za-z0-9])", rb"[A-Z0-9]"),
    Begun((b"da2-",), b"[a-z0-9]{26}" + _END, b"[a-z0-9]"),
    Begun((b"ABSK",), rb"[A-Za-z0-9+/]{100}", _B64),
    Begun((b"IQoJb3JpZ2luX2Vj", b"FwoGZXIvYXdzE"), rb"[A-Za-z0-9+/%]{30}", rb"[A-Za-z0-9+/=%]"),
    Begun((b"AIza",), _W + b"{35}", _W),
    Begun((b"GOCSPX-",), _W + b"{28}", _W),
    Begun((b"ya29.",), rb"(?:[a-z]{1,2}\.)?" + _W + b"{20}", rb"[A-Za-z0-9_.-]"),
    Begun((b"1//0",), _W + b"{40}", _W),
    Begun((b"LTAI",), _A + rb"{16,26}" + _END, _A),
    Begun((b"AKID",), _A + b"{32}" + _END, _A),
    Begun((b"dop_v1_", b"doo_v1_", b"dor_v1_"), _HEX + b"{64}", _HEX),
    Begun((b"HRKU-",), rb"(?:" + _UUID + rb"|AA[A-Za-z0-9_-]{50})", _W),
    Begun((b"nfp_", b"nfc_", b"nfo_", b"nfb_"), _A + b"{36}", _A),
    Begun((b"vcp_",), _A + b"{24}", _A),
    Begun((b"fo1_",), _W + b"{40}", _W),
    Begun((b"fm2_",), rb"[A-Za-z0-9+/_]{60}", _URL_B64),
    Begun((b"pul-",), _HEX + b"{40}" + _END, _HEX),
    Begun((b"hvs.", b"hvb.", b"hvr."), _W + b"{24}", _W),
    Begun((b"dp.pt.", b"dp.st.", b"dp.sa.", b"dp.ct."), rb"[A-Za-z0-9._-]{40}", rb"[A-Za-z0-9._-]"),
    Begun((b"tskey-",), rb"[a-z]{3,10}-[A-Za-z0-9-]{20}", rb"[A-Za-z0-9-]"),
    Begun((b"ops_eyJ",), _B64 + b"{100}", _B64),
    Begun((b"AGE-SECRET-KEY-1",), rb"[0-9A-Z]{58}", rb"[0-9A-Z]"),
    Held((b"7Q~", b"8Q~"), rb"[A-Za-z0-9_~.]{3}", 3, rb"[A-Za-z0-9_~.-]{31,34}", rb"[A-Za-z0-9_~.-]"),
    Held((b".atlasv1.",), _A + b"{14}", 14, rb"[A-Za-z0-9_-]{60}", _W),
)
_DATA = (
    Begun((b"dapi",), _HEX + b"{32}", rb"[0-9a-f-]"),
    # Of Snowflake's sessions.
    Begun(
        (*_signed(b"ver:1-hint:"), *_signed(b"ver:2-hint:"), *_signed(b"ver:3-hint:")),
        rb"\d{1,20}-(?:[A-Za-z0-9+/=_-]|%(?:25)?[23][BDFbdf]){20}",
        _HINTED,
    ),
    Begun((b"pscale_tkn_", b"pscale_pw_", b"pscale_oauth_"), rb"[A-Za-z0-9_.-]{32}", rb"[A-Za-z0-9_.-]"),
    Begun((b"sbp_",), rb"(?:oauth_|v0_)?" + _HEX + b"{40}", rb"[A-Za-z0-9_]"),
    Begun((b"sb_secret_",), _W + b"{22}", _W),
    Begun((b"mdb_sa_sk_",), _W + b"{40}", _W),
    Begun((b"lin_api_", b"ntn_"), _A + b"{32}", _A),
    Begun((b"lin_oauth_",), _HEX + b"{64}", _HEX),
    Begun((b"secret_",), _A + b"{43}" + _END, _A),
    Begun((b"phx_",), _A + b"{43}", _A),
    Begun((b"apify_api_", b"pnu_"), _A + b"{36}", _A),
    Begun((b"figd_", b"figo_"), _W + b"{40}", _W),
    Begun((b"CFPAT-",), _W + b"{43}", _W),
    Begun((b"tfp_",), _W + b"{40}", _W),
    Begun((b"sl.",), rb"(?:u\.)?[A-Za-z0-9_-]{120}", rb"[A-Za-z0-9_.-]"),
    Begun((b"PMAK-",), _W + b"{20}", _W),
    Begun((b"sntrys_eyJ",), _URL_B64 + b"{40}", _URL_B64),
    Begun((b"sntryu_",), _HEX + b"{64}", _HEX),
    Begun((b"NRAK-",), b"[A-Z0-9]{27}", b"[A-Z0-9]"),
    Begun((b"NRII-",), _W + b"{32}", _W),
    Held((b"NRAL",), _HEX + b"{36}", 36, rb"(?![A-Za-z0-9_-])", _A),
    Begun((b"glc_eyJ",), _B64 + b"{40}", _B64),
    Begun((b"dt0c01.", b"dt0s01."), rb"[A-Z0-9]{24}\.[A-Z0-9]{64}", rb"[A-Z0-9.]"),
)
_MODELS = (
    Begun((b"sk-ant-", b"sk-proj-", b"sk-svcacct-", b"sk-admin-"), _W + b"{20}", _W),
    Begun((b"sk-or-v1-",), _HEX + b"{64}", _HEX),
    Begun((b"sk-lf-",), _UUID, rb"[0-9a-f-]"),
    # OpenAI's older ones: the name is in the middle, in base64.
    Held((b"T3BlbkFJ",), rb"sk-[A-Za-z0-9]{20}", 23, _A + b"{20}", _A),
    Begun((b"gsk_",), _A + b"{40}", _A),
    Begun((b"xai-",), _A + b"{60}", _A),
    Begun((b"r8_",), _A + b"{37}" + _END, _A),
    Begun((b"pplx-",), _A + b"{40}", _A),
    Begun((b"tvly-",), rb"[A-Za-z0-9-]{30}", rb"[A-Za-z0-9-]"),
    Begun((b"pcsk_",), _A + rb"{4,8}_" + _A + b"{50}", rb"[A-Za-z0-9_]"),
    Begun((b"nvapi-",), _W + b"{60}", _W),
    Begun((b"lsv2_pt_", b"lsv2_sk_"), _HEX + rb"{32}_" + _HEX + b"{10}", rb"[0-9a-f_]"),
    Begun((b"jina_",), _A + b"{50}", _A),
    Begun((b"csk-",), rb"[a-z0-9]{48}" + _END, rb"[a-z0-9]"),
)
_TRADE = (
    Begun((b"sk_live_", b"rk_live_", b"sk_test_", b"rk_test_"), _A + b"{16}", _A),
    Begun((b"whsec_",), rb"[A-Za-z0-9+/]{24}", _B64),
    Begun((b"shpat_", b"shpss_", b"shpca_", b"shppa_", b"shprt_"), rb"[0-9a-fA-F]{32}", rb"[0-9a-fA-F]"),
    Begun((b"sq0csp-", b"sq0atp-"), _W + b"{22}", _W),
    Begun(
        _signed(b"access_token$"),
        rb"(?:production|sandbox)(?:\$|%(?:25)?24)[0-9a-z]{16}(?:\$|%(?:25)?24)[0-9a-f]{32}",
        rb"[a-z0-9$%]",
    ),
    Begun((b"access-sandbox-", b"access-production-", b"access-development-"), _UUID, rb"[0-9a-f-]"),
    Begun((b"public-sandbox-", b"public-production-"), _UUID, rb"[0-9a-f-]"),
    Begun((b"link-sandbox-", b"link-production-"), _UUID, rb"[0-9a-f-]"),
    Begun((b"processor-sandbox-", b"processor-production-"), _UUID, rb"[0-9a-f-]"),
    Begun((b"FLWSECK-", b"FLWSECK_TEST-"), rb"[0-9A-Za-z-]{32}", rb"[0-9A-Za-z-]"),
    Begun((b"EZAK", b"EZTK"), rb"[A-Za-z0-9]{54}" + _END, _A),
    Begun((b"shippo_live_", b"shippo_test_"), _HEX + b"{40}", _HEX),
    Begun((b"duffel_live_", b"duffel_test_"), _W + b"{43}", rb"[A-Za-z0-9_=-]"),
)
_MESSAGES = (
    Begun((b"xoxb-", b"xoxp-", b"xoxa-", b"xoxr-", b"xapp-"), rb"[A-Za-z0-9-]{10}", rb"[A-Za-z0-9-]"),
    Begun((b"xoxe-", b"xoxc-", b"xoxs-", b"xoxo-"), rb"[A-Za-z0-9-]{10}", rb"[A-Za-z0-9-]"),
    Begun((b"xoxd-",), rb"[A-Za-z0-9%+/_-]{20}", rb"[A-Za-z0-9%+/=_-]"),
    Begun((b"SG.",), rb"[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16}", rb"[A-Za-z0-9_.-]"),
    Begun((b"key-",), _HEX + b"{32}" + _END, _HEX),
    Begun((b"xkeysib-", b"xsmtpsib-"), _HEX + rb"{64}-" + _A + b"{16}", rb"[A-Za-z0-9-]"),
    Begun((b"pat-na", b"pat-eu", b"pat-ap"), rb"\d-" + _UUID, rb"[0-9a-f-]"),
    # Klaviyo's and ClickUp's private keys: Stripe's public ones go on with `live` or `test`.
    Begun((b"pk_",), rb"(?:[0-9a-f]{34}|\d{4,12}_[A-Z0-9]{32})" + _END, rb"[0-9A-Za-z_]"),
    # Zero bytes in base64 are a row of As. Of small numbers a token holds some at its beginning.
    Begun((b"EAA",), rb"(?!A{8}|[A-Za-z0-9]{4,56}A{4})" + _A + b"{60}", _A),
    Begun((b"IGQV", b"IGAA"), rb"(?!A{12}|[A-Za-z0-9_-]{4,36}A{6})" + _W + b"{40}", _W),
    Begun((b"AQVN",), _W + b"{35}", _W),
    # `tok:` in base64: Intercom's.
    Begun((b"dG9rO",), rb"[A-Za-z0-9+/]{43}", _B64),
    # Mailchimp's end in the name of a data centre.
    Held(_CENTRES, _HEX + b"{32}", 32, rb"\d?(?![A-Za-z0-9_-])", rb"[0-9]"),
    # Salesforce's sessions: the organisation's id, and the access token.
    Held(
        (*_signed(b"!AQ"), *_signed(b"!AR")),
        rb"00D[A-Za-z0-9]{12,15}",
        18,
        rb"[A-Za-z0-9._]{30}",
        rb"[A-Za-z0-9._]",
    ),
    # Telegram's: the number of a bot before it.
    Held(_signed(b":AA"), rb"\d{8,10}", 10, rb"[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])", _W),
)
_KEYS = (
    # `-----BEGIN`, and then what says PRIVATE, in base64: as Kubernetes holds them. Certificates stay.
    Begun(
        (b"LS0tLS1CRUdJTi",),
        rb"(?:BQUklWQVRF|BSU0EgUFJJVkFURS|BFQyBQUklWQVRF|BEU0EgUFJJVkFURS|BPUEVOU1NIIFBSSVZBVE"
        rb"|BFTkNSWVBURUQgUFJJVkFURS|BQR1AgUFJJVkFURS)",
        _URL_B64,
    ),
    # `{"expiration"` in base64: the signed policy of a form for S3, with the access key's id in it.
    Begun((b"eyJleHBpcmF0aW9uI",), rb"[A-Za-z0-9+/_-]{60}", _URL_B64),
)
SHAPES: tuple[Begun | Held, ...] = (*_HOSTS, *_CLOUDS, *_DATA, *_MODELS, *_TRADE, *_MESSAGES, *_KEYS)
"""All of them; what they share is decided by the longest match."""
