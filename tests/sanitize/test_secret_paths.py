"""The secret in a webhook's path is redacted; other paths of the same hosts stay."""

from __future__ import annotations

import pytest

from hushtape.sanitize.chain import build

RULES = build().ruleset

A = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ0" * 8
HEX = "0123456789abcdef" * 2
UUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
BOT = "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"


def _scrubbed(text: str, size: int = 1 << 20) -> str:
    body = text.encode()
    scrubber = RULES.scrubber("response", "application/json")
    out = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return (b"".join(out) + scrubber.finish()).decode()


WEBHOOKS = {
    "https://hooks.slack.com/services/T00000000/B00000000/{}": "XXXXXXXXXXXXXXXXXXXXXXXX",
    "https://hooks.slack.com/workflows/T00000000/A00000000/123456789012345678/{}": A[:24],
    "https://hooks.slack.com/triggers/T00000000/1234567890123/{}": HEX[:32],
    "https://hooks.slack.com/commands/T1234/1234567890/{}": A[:24],
    "https://discord.com/api/webhooks/123456789012345678/{}": A[:68],
    "https://discord.com/api/v10/interactions/123456789012345678/{}/callback": A[:180],
    "https://discordapp.com/api/webhooks/123456789012345678/{}": A[:68],
    f"https://x.webhook.office.com/webhookb2/{UUID}@{UUID}/IncomingWebhook/{{}}/{UUID}": HEX[:32],
    "https://hooks.zapier.com/hooks/catch/1234567/{}/": "b3xk9qa",
    "https://maker.ifttt.com/trigger/door/with/key/{}": A[:43],
    "https://maker.ifttt.com/trigger/door/json/with/key/{}": A[:43],
    "https://dl.boxcloud.com/d/1/b1!{}/download": A[:90],
    "https://mine.azurewebsites.net/api/HttpTrigger1?name=x&code={}": A[:54] + "==",
    "https://api.telegram.org/bot{}/getMe": f"123456789:{BOT}",
    "https://api.telegram.org/file/bot{}/photos/1.jpg": f"123456789:{BOT}",
}


@pytest.mark.parametrize("url", WEBHOOKS)
def test_the_secret_in_a_path_is_redacted(url: str) -> None:
    whole, clean = url.format(WEBHOOKS[url]), url.format("REDACTED")
    assert RULES.uri(whole) == clean
    for slash in ("/", "\\/", "%2F", "%252F"):
        text = '{{"url": "{}"}}'
        assert _scrubbed(text.format(whole.replace("/", slash))) == text.format(clean.replace("/", slash))
        assert _scrubbed(text.format(whole.replace("/", slash)), size=1) == text.format(
            clean.replace("/", slash)
        )
    assert RULES.uri(clean) == clean


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/help",
        "https://discord.com/channels/123456789012345678/123456789012345678",
        "https://discord.com/api/v10/channels/123456789012345678/messages",
        "https://mine.azurewebsites.net/api/countries?code=US",
        "https://mine.azurewebsites.net/api/x?zipcode=" + A[:40],
        "https://api.telegram.org/robots.txt",
        "https://hooks.zapier.com/hooks/catch/",
        "https://maker.ifttt.com/trigger/door",
    ],
)
def test_other_paths_of_these_hosts_stay(url: str) -> None:
    assert RULES.uri(url) == url
