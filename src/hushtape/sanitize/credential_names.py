"""Names that say by themselves that their value is a credential: `api_key`, `DB_PASSWORD`, `pageAccessToken`.

Lives here: the words that a name has to end in, and the decision. Must not: look into data, know rules or
anchors. Called by: credential_fields, header_lessons, chain.
Listed is what APIs call their credentials, and nothing that is as often something else: `key`, `client_key`,
`account_key`, `session_id`, `page_token`, `credentials` (a mode of CORS), `authorization` (of a payment).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from hushtape.sanitize.expressions import lazily

_KEYS: Final = """
    api access secret private auth encryption decryption signing hmac shared subscription master license
    consumer application app session service_role write
"""
"""Words before `key`. AWS's access_key_id ends otherwise, and has a shape."""

_TOKENS: Final = """
    access refresh id api auth oauth oauth2 authentication authorization authenticity session security secret
    bearer csrf xsrf jwt sas sso identity login user admin root bot app developer personal private deploy job
    storage service master webhook reset verification verify confirmation activation invite invitation
    registration impersonation captcha recaptcha mfa otp two_factor magic email account device push password
    state registry x
    web github gitlab gh slack npm pypi hf vault jira discord telegram circle twilio figma shopify facebook
    aws plex restricted_data
"""
"""Words before `token`. Not: page, next, sync, continuation (where a list goes on), client and client request
(AWS's words for an idempotency key), eos, pad (models of language), cancel, lock."""

_REST: Final = """
    secret secret_string secret_text secret_value secret_binary secret_hash secret_base64
    password passwd passphrase passcode
    password_confirmation password_confirm password_repeat password_again password_hash password_digest
    password1 password2 passwd1 passwd2
    private_key_data client_key_data connection_string
    oauth_signature oauth_verifier code_verifier appsecret_proof hapikey api_sig saml_response
    otp_code totp_code mfa_code two_factor_code
    access_license_number basic_auth_user_info child_key session_cookie
    jsessionid phpsessid db_pwd user_pwd new_pwd old_pwd db_pass user_pass smtp_pass mysql_pass
    admin_pass root_pass
"""

SHORT: Final = ("jwt", "otp", "totp", "pwd")
"""Whole names that are too short to be looked for as they are."""

_LOOSE: Final = """
    secret password passwd passphrase passcode apikey apitoken authtoken accesstoken refreshtoken sessiontoken
    securitytoken bearertoken csrftoken xsrftoken secretkey privatekey
"""
"""What counts behind any letters, joined without a sign: `stripeapikey`, `x-rapidapi-key`."""

_NEGATED: Final = """
    forgot forgotten show hide has is use uses no non without invalid wrong missing incorrect require requires
"""
"""Words before a name that make it a question or a message: `forgot_password`, `has_secret`."""

_WORDS = lazily(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+")
_JOINTS = lazily(r"[\W_]")


_SPOKEN: Final = (
    ("api", "key"),
    ("access", "key"),
    ("secret", "key"),
    ("private", "key"),
    ("basic", "auth", "user", "info"),
)
"""Those that labels write with a space, and properties with a dot."""


def _tails() -> Iterator[tuple[str, ...]]:
    yield from ((*word.split("_"), "key") for word in _KEYS.split())
    yield from ((*word.split("_"), "token") for word in _TOKENS.split())
    yield from (tuple(name.split("_")) for name in _REST.split())


TAILS: Final = tuple(_tails())
_JOINED: Final = frozenset("".join(tail) for tail in TAILS) | frozenset(SHORT)
_SIZES: Final = tuple(sorted({len(one) for one in _JOINED}, reverse=True))
_FREE: Final = frozenset(_LOOSE.split())
_NO_VALUE: Final = frozenset(_NEGATED.split())


def joined(name: str) -> str:
    """A name in lower case, without what joins its words: one for all of its spellings."""
    return _JOINTS.sub("", name.lower())


def anchors() -> list[str]:
    """What all such names but the short ones hold at their ends; those of one last word share it."""
    found: dict[str, None] = {"token": None, "secret": None}
    for tail in TAILS:
        if tail[-1] not in found:
            found |= dict.fromkeys(("_".join(tail), "-".join(tail), "".join(tail)))
            if tail in _SPOKEN:
                found |= dict.fromkeys((" ".join(tail), ".".join(tail)))
    return list(found)


@lru_cache(maxsize=4096)
def names_credential(name: str) -> bool:
    """Whether a field of this name holds a credential: in any case, with any words before."""
    squashed = joined(name)
    for size in _SIZES:
        tail = squashed[-size:]
        if tail in _JOINED and len(tail) == size:
            before = _before(name, len(squashed) - size)
            if before is not None:
                return before not in _NO_VALUE
            if tail in _FREE:
                return True
    return False


def _before(name: str, place: int) -> str | None:
    """The word that ends at `place` letters; "" at the beginning; None where no word does."""
    at, last = 0, ""
    for word in _WORDS.findall(name):
        if at >= place:
            break
        last = word.lower()
        at += len(joined(last))
    return last if at == place else None
