"""Of `Sec-WebSocket-Protocol` the credentials go; names of protocols stay."""

from __future__ import annotations

import pytest
from tests.sanitize.written_ways import MADE

from hushtape.model import Headers
from hushtape.sanitize.chain import build
from hushtape.sanitize.lessons import Notebook

RULES = build().ruleset
NAME = "Sec-WebSocket-Protocol"
KUBERNETES = "base64url.bearer.authorization.k8s.io"

CREDENTIALS = {
    f"bearer, {MADE}": "bearer, REDACTED",
    "Bearer,hunter": "Bearer,REDACTED",
    "api_key, hunter": "api_key, REDACTED",
    "api_key.hunter77": "api_key.REDACTED",
    f"Bearer.{MADE}": "Bearer.REDACTED",
    f"{KUBERNETES}.{MADE}, v4.channel.k8s.io": f"{KUBERNETES}.REDACTED, v4.channel.k8s.io",
    f"realtime, openai-insecure-api-key.{MADE}": "realtime, openai-insecure-api-key.REDACTED",
    f"graphql-ws, token.{MADE}": "graphql-ws, token.REDACTED",
    f"bearer, graphql-ws, {MADE}": "bearer, graphql-ws, REDACTED",
    f"graphql-ws, {MADE}": "graphql-ws, REDACTED",
    "bearer.Zk93mP0q-tLm8-abcd": "bearer.REDACTED",
    "api-key.Zk93mP0q-live": "api-key.REDACTED",
    f"bearer.{MADE}.token.abcd": "bearer.REDACTED",
    f"token.user-4711-secret-{MADE}": "token.REDACTED",
}
PROTOCOLS = [
    "graphql-ws",
    "graphql-transport-ws",
    "mqtt",
    "v5.channel.k8s.io, v4.base64.channel.k8s.io",
    "ocpp1.6, ocpp2.0.1",
    "wamp.2.json, wamp.2.msgpack",
    "actioncable-v1-json, actioncable-unsupported",
    "json.reliable.webpubsub.azure.v1",
    "realtime, openai-beta.realtime-v1",
    "v12.stomp, v11.stomp",
    "bearer",
    "token-auth-v1",
]


@pytest.mark.parametrize("field", CREDENTIALS)
def test_a_credential_goes_and_is_learned(field: str) -> None:
    book = Notebook()
    assert RULES.headers(Headers([(NAME, field)]), "request", "", book.asked).pairs == (
        (NAME, CREDENTIALS[field]),
    )
    taught = [one.value for one in book.waiting()]
    assert (
        taught == [MADE]
        if field.endswith((MADE, "k8s.io")) and "-secret-" not in field
        else MADE not in taught
    )


@pytest.mark.parametrize("field", PROTOCOLS)
def test_a_protocol_stays(field: str) -> None:
    assert RULES.headers(Headers([(NAME, field)]), "response").pairs == ((NAME, field),)


@pytest.mark.parametrize(
    "fields",
    [
        ("bearer", "pass-Word_x9.k2l"),
        ("v1, bearer", "graphql-ws", "pass-Word_x9.k2l"),
        ("bearer, , pass-Word_x9.k2l",),
    ],
)
def test_a_list_over_several_fields_is_one(fields: tuple[str, ...]) -> None:
    alone = Headers([(NAME, "pass-Word_x9.k2l")])
    assert RULES.headers(alone, "request") is alone  # and is not remembered as clean
    left = RULES.headers(Headers([(NAME, one) for one in fields]), "request")
    assert left.pairs[:-1] == tuple((NAME, one) for one in fields[:-1])
    assert left.pairs[-1][1].endswith("REDACTED") and "Word" not in left.pairs[-1][1]


def test_a_token_that_begins_like_a_protocol_goes() -> None:
    left = RULES.headers(Headers([(NAME, "bearer, mqttZk93mP0q")]), "request")
    assert left.pairs == ((NAME, "bearer, REDACTED"),)
