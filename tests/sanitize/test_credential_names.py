"""Which names say by themselves that their value is a credential."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize.credential_names import TAILS, anchors, joined, names_credential

CREDENTIALS = """
    adminPass root_pass reset_password_token resetPasswordToken
    api_key apiKey ApiKey api-key APIKEY X-Api-Key x-rapidapi-key stripe_api_key zapikey api_token
    api_secret app_secret appSecret consumer_key consumer_secret oauth_consumer_key secret SECRET
    secret_key secretKey secret_access_key SecretAccessKey aws_secret_access_key access_key
    shared_access_key private_key auth_token authToken authtoken session_token sessionToken
    security_token bearer_token oauth_token oauth_token_secret oauth_signature oauth_verifier
    page_access_token facebookAccessToken passwd passphrase user_password userPassword new_password
    old_password db_password DB_PASSWORD password_confirmation password1 confirmPassword passwordHash
    signing_secret webhook_secret SLACK_SIGNING_SECRET shared_secret encryption_key subscription_key
    subscription-key sas_token connection_string ConnectionString csrf_token XSRF-TOKEN
    __RequestVerificationToken authenticity_token totp_secret mfa_code appsecret_proof hapikey
    developer_token jwt otp totp pwd db_pwd GITHUB_TOKEN secretString spring.datasource.password
    #api_token client_secret clientSecret jsessionid PHPSESSID
"""

OTHERS = """
    boarding_pass first_pass bypass forgot_password_token_sent
    next_page_token nextPageToken page_token pageToken continuation_token ContinuationToken
    sync_token next_token NextToken cursor key primary_key foreign_key sort_key partition_key
    public_key publicKey idempotency_key client_token ClientRequestToken token_type expires_in secret_santa
    password_required token_count max_tokens completion_tokens prompt_tokens tokens secrets passwords
    credentials authorization session_id sid account_key accountKey private_key_id access_key_id
    secretary passwordless password_changed_at secret_name secretName token_url api_key_id api_keys
    has_password is_secret show_password forgot_password missing_api_key eos_token pad_token
    routing_key storage_key keyboard monkey key_id apikeyless paidtoken gridToken author_key code
    state nonce tokenize bypass compass passport laptop
"""


@pytest.mark.parametrize("name", CREDENTIALS.split())
def test_what_apis_call_their_credentials_names_one(name: str) -> None:
    assert names_credential(name)


@pytest.mark.parametrize("name", OTHERS.split())
def test_what_is_as_often_something_else_names_none(name: str) -> None:
    assert not names_credential(name)


@given(st.sampled_from(TAILS), st.sampled_from(("", "my_", "stripe-", "A.")))
def test_every_spelling_of_a_listed_name_counts_and_holds_an_anchor(
    tail: tuple[str, ...], before: str
) -> None:
    camel = tail[0] + "".join(word.title() for word in tail[1:])
    for name in ("_".join(tail), "-".join(tail), camel, "_".join(tail).upper(), before + "_".join(tail)):
        assert names_credential(name)
        assert any(name.lower().endswith(anchor) for anchor in anchors())


def test_all_spellings_join_to_one() -> None:
    assert {joined(name) for name in ("api_key", "apiKey", "API-KEY", "Api.Key")} == {"apikey"}


@given(st.text(max_size=30))
def test_any_name_is_decided(name: str) -> None:
    assert names_credential(name) in (True, False)
