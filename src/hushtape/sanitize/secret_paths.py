"""Secret paths: URLs whose path is the credential, as those of webhooks are.

Lives here: the hosts, and where in their URLs the secret stands. Must not: look at parameters (`urls` does).
Called by: plan (anchors). Sources: the makers' documentation; who knows such a URL can post in its owner's
name. An anchor is the host, which few bodies hold; slashes may be escaped as JSON and URLs do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import UrlSecretsRule
from hushtape.sanitize.spans import SHAPES, Context, Found, Verifier, Verify

_AHEAD = 640
_S = rb"(?:\\{0,8}/|%(?:25){0,8}2[fF])"
_T = rb"[A-Za-z0-9_-]"

_SECRET = b"(" + _T + b"{16,})"


def _path(*steps: bytes) -> bytes:
    return b"".join([_S + step for step in steps])


_QUERY = rb"[^\s\"'<>]{0,512}?(?:[?&]|\\u0026|&amp;)%b"

_DISCORD = (
    _path(b"api")
    + b"(?:"
    + _path(rb"v\d{1,2}")
    + b")?"
    + _path(b"(?:webhooks|interactions)", rb"\d{10,24}", b"(" + _T + b"{40,})")
)
_SLACK = b"|".join(
    (
        _path(b"services", b"[A-Z0-9]{4,16}", b"[A-Z0-9]{4,16}", _SECRET),
        _path(b"workflows", b"[A-Z0-9]{4,16}", b"[A-Z0-9]{4,16}", rb"\d{8,24}", _SECRET),
        _path(b"(?:commands|triggers|actions|app)", b"[A-Z0-9]{4,16}", rb"\d{8,24}", _SECRET),
    )
)
_TABLE: tuple[tuple[bytes, bytes], ...] = (
    (b"hooks.slack.com", _SLACK),
    (b"hooks.slack-gov.com", _SLACK),
    (b"discord.com", _DISCORD),
    (b"discordapp.com", _DISCORD),
    (b"incomingwebhook", _path(b"([0-9a-fA-F]{32})")),
    (b"hooks.zapier.com", _path(b"hooks", b"[a-z]{4,10}", rb"\d{4,12}", b"([a-z0-9]{5,12})")),
    (
        b"maker.ifttt.com",
        _path(b"trigger", rb"[\w.-]{1,64}")
        + b"(?:"
        + _path(b"json")
        + b")?"
        + _path(b"with", b"key", _SECRET),
    ),
    (b"dl.boxcloud.com", _path(b"d", rb"\d", rb"[a-z]\d(?:!|%21)" + _SECRET)),
    # Keys whose parameter says nothing by itself.
    (b"api.trello.com", _QUERY % rb"key=([0-9a-f]{32})"),
    (b"api.weatherapi.com", _QUERY % rb"key=([0-9a-f]{28,34})"),
    (b"api.steampowered.com", _QUERY % rb"key=([0-9A-Fa-f]{32})"),
    (b"mapquestapi.com", _QUERY % rb"key=([A-Za-z0-9%|]{24,64})"),
    (b"dev.virtualearth.net", _QUERY % rb"key=([A-Za-z0-9_-]{48,90})"),
    (b"pixabay.com", _QUERY % rb"key=(\d{5,12}-[0-9a-f]{20,40})"),
    (b"firebaseio.com", _QUERY % rb"auth=([A-Za-z0-9_.-]{20,})"),
    (b"cdn.discordapp.com", _QUERY % rb"hm=([0-9a-f]{64})"),
    # The key of a function: `code` by itself says nothing (`oauth`).
    (b".azurewebsites.net", _QUERY % rb"code=([A-Za-z0-9_=/%+-]{20,})"),
)


def path_anchors(rule: UrlSecretsRule, order: int) -> Iterator[tuple[bytes, Verifier]]:
    """The anchors of all of them."""
    for host, path in _TABLE:
        pattern = lazily(b"(?i:" + re.escape(host) + b")(?:" + path + b")")
        name = f"path of {host.decode().lstrip('.')}"
        yield host, Verifier(_verify(pattern, rule.placeholder.encode()), order, name, SHAPES, 0, _AHEAD)


def _verify(pattern: re.Pattern[bytes], text: bytes) -> Verify:
    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        found = pattern.match(data, start, limit)
        if found is None or found.lastindex is None:
            return None
        return Found(found.start(found.lastindex), found.end(found.lastindex), text)

    return verify
