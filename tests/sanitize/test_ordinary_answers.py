"""What ordinary APIs answer stays as it is: a replayed program needs its cursors, kinds and codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hushtape.model import Headers
from hushtape.sanitize.chain import build

RULES = build(secrets={"#t": "q7-unguessable-0093"}).ruleset

ANSWERS: dict[str, Any] = {
    "a list of Stripe's": {
        "has_more": True,
        "url": "/v1/charges",
        "data": [{"id": "ch_3MmlLrLkdIwHu7ix0snN0B15", "card": {"network_token": {"used": False}}}],
        "next_page": "WzE2NzkwOTA1MzkuMCwiY2hfMyJd",
    },
    "an error of Stripe's": {"error": {"code": "parameter_missing", "decline_code": "generic"}},
    "GitHub's pages": {
        "node_id": "MDQ6VXNlcjE=",
        "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "ssh_url": "git@github.com:octocat/Hello-World.git",
        "pageInfo": {"endCursor": "Y3Vyc29yOnYyOpHOAAXz", "hasNextPage": True},
    },
    "Google's pages": {"nextPageToken": "CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA", "nextSyncToken": "CPDAlvWDx70CE="},
    "Google's error": {"error": {"code": 403, "status": "PERMISSION_DENIED"}},
    "a grant without its token": {"token_type": "Bearer", "expires_in": 3599, "scope": "read"},
    "Facebook's pages": {
        "paging": {"cursors": {"after": "MTAxNTExOTQ1MjAwNzI5NDE="}},
        "error": {"code": 190},
    },
    "Salesforce's pages": {"nextRecordsUrl": "/services/data/v59.0/query/01g2o00000abcdeAAA-2000"},
    "HubSpot's pages": {"paging": {"next": {"after": "NTI1Cg%3D%3D", "link": "?after=NTI1Cg%3D%3D"}}},
    "Shopify's orders": {"discount_codes": [{"code": "TENOFF"}], "cart_token": None, "country_code": "US"},
    "Keboola's tables": {
        "primaryKey": ["id"],
        "code": "storage.tables.notFound",
        "exceptionId": "exception-1",
    },
    "DynamoDB's pages": {"LastEvaluatedKey": {"id": {"S": "1"}}, "NextToken": "eyJ2IjoiMiIsImMiOiJhYmMifQ=="},
    "S3's pages": {"NextContinuationToken": "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="},
    "Zendesk's pages": {"meta": {"after_cursor": "eyJvIjoiaWQiLCJ2IjoiYVE0QUFBQUFBQUFBIn0="}},
    "a model's usage": {"usage": {"prompt_tokens": 10, "total_tokens": 30}, "max_tokens": 4, "token": 5},
    "an address": {"address": {"state": "CA", "code": "95014"}, "country": {"code": "US"}},
    "an order": {"state": "paid", "code": "ORDER-77", "lines": [{"sku": "1"}]},
    "GraphQL's error": {"errors": [{"extensions": {"code": "UNAUTHENTICATED"}, "message": "x"}]},
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("style", [{}, {"indent": 1}, {"separators": (",", ":")}])
def test_an_ordinary_answer_stays(answer: str, style: dict[str, Any]) -> None:
    body = json.dumps(ANSWERS[answer], **style).encode()
    scrubber, auditor = RULES.scrubber("response", "application/json"), RULES.auditor()
    assert scrubber.feed(body) + scrubber.finish() == body
    assert (auditor.feed(body) or auditor.finish()) is None


@pytest.mark.parametrize(
    "name",
    [
        "X-Next-Page-Token",
        "x-continuation-token",
        "Next-Page-Token",
        "X-Sync-Token",
        "x-ms-continuationtoken",
        "NextPageToken",
        "X-API-PageToken",
        "x-nextpagetoken",
        "ETag",
        "Link",
        "X-RateLimit-Remaining-Tokens",
        "x-amz-request-id",
    ],
)
def test_a_field_that_says_where_to_go_on_stays(name: str) -> None:
    assert RULES.headers(Headers([(name, "CiAKGjBpNDd2")]), "response").get(name) == "CiAKGjBpNDd2"


@pytest.mark.parametrize(
    "name",
    [
        *("X-Token", "X-Page-Auth-Token", "X-Homepage-Key", "X-Access-Token"),
        *("X-Async-Token", "X-Homepage-Token", "AsyncToken", "x-webpage_token", "Vsync-Token"),
    ],
)
def test_a_field_that_holds_a_credential_does_not(name: str) -> None:
    assert RULES.headers(Headers([(name, "CiAKGjBpNDd2")]), "response").get(name) == "REDACTED"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Access-Control-Allow-Credentials", "true"),
        ("Surrogate-Key", "product-17 home"),
        ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("X-CSRF-Token", "Fetch"),
        ("x-csrf-token", "Required"),
    ],
)
def test_a_field_that_tells_a_client_what_to_do_stays(name: str, value: str) -> None:
    assert RULES.headers(Headers([(name, value)]), "response").get(name) == value


@pytest.mark.parametrize(
    "name",
    ["X-WSSE", "X-ApiKeys", "X-Honeycomb-Team", "X-Ovh-Consumer", "X-Ovh-Application", "X-SecurityCenter"],
)
def test_a_credential_s_field_by_its_maker_is_redacted(name: str) -> None:
    assert RULES.headers(Headers([(name, "q7-secret")]), "request").get(name) == "REDACTED"


@pytest.mark.parametrize("name", ["subject_token", "actor_token", "assertion", "device_code"])
def test_what_is_exchanged_for_a_token_is_redacted_and_its_type_stays(name: str) -> None:
    body = f"grant_type=x&{name}=q7-grant.0093&{name}_type=urn%3Aietf%3Aparams%3Aoauth&scope=a"
    scrubber = RULES.scrubber("request", "application/x-www-form-urlencoded")
    clean = scrubber.feed(body.encode()) + scrubber.finish()
    assert clean.decode() == body.replace("q7-grant.0093", "REDACTED")
