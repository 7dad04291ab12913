"""`Sec-WebSocket-Protocol`, in which browsers send credentials, since they may set no other field.

Lives here: which of the listed protocols is one, or ends with one. Must not: know policies. Called by:
header_policy (what stays), header_lessons (what is learned). Sources: RFC 6455 11.3.4 (a list of tokens);
Kubernetes (`base64url.bearer.authorization.k8s.io.<token>`), OpenAI (`openai-insecure-api-key.<key>`),
AppSync and many gateways (`bearer, <token>`, `token.<token>`, `header-<base64>`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hushtape.sanitize.expressions import lazily

NAME: Final = "sec-websocket-protocol"

_LONG: Final = 16
"""Letters from which a protocol that looks as if a machine had made it is a credential."""

_SPEAKS = r"bearer|token|authorization|api[_-]?key|jwt|access[_-]?token|auth[_-]?token|secret|password|ticket"
_ANNOUNCES = lazily(rf"(?i)(?:[\w.-]*[._-])?(?:{_SPEAKS}|auth|basic)")
"""A protocol behind which the credential stands as the next one."""

_HOLDS = lazily(
    rf"(?i)((?:[\w.-]*?[._-])??(?:{_SPEAKS}|basic)(?:[._-](?:{_SPEAKS}))*(?:\.k8s\.io)?[._:|=-])(.{{4,}})"
)
_VERSION = lazily(
    r"(?i).*\.(?:v?\d+(?:\.\d+){0,3}|json|xml|k8s\.io)|.*[-_](?:[a-z]{2,12}|v?\d{1,3})(?:[._-](?:[a-z]{2,12}|v?\d{1,3}))*"
)
"""Names that only begin so: `token-auth-v2`, `jwt.json`."""
_PLAIN = lazily(r"(?i)(?:[a-z]{2,16}\d?|v?\d{1,4})(?:[._-](?:[a-z]{2,16}\d?|v?\d{1,4}))*")

_KNOWN = lazily(
    r"(?i)graphql(?:-transport)?-ws|mqtt(?:v?\d+(?:\.\d+)*)?|v\d+\.(?:base64\.)?(?:channel\.k8s\.io|stomp)|ocpp\d+(?:\.\d+)*|wamp(?:\.\d+)?(?:\.[a-z]+)*|soap|sip|xmpp|chat"
    r"|realtime|json|binary|base64|.*\.k8s\.io|.*\.webpubsub\.azure\.v\d|actioncable-(?:v\d+-json|unsupported)"
)
_RUN = lazily(r"[A-Za-z0-9+/_]+")


def _is_made(text: str) -> bool:
    """Whether a protocol looks as if a machine had made it: letters and digits in one long word."""
    return any(
        len(run) >= _LONG and any(map(str.isdigit, run)) and any(map(str.isalpha, run))
        for run in _RUN.findall(text)
    )


def split(value: str, before: str = "") -> Iterator[tuple[str, str]]:
    """(what stays, the credential or "") of each protocol, with the commas and spaces before it. `before`:
    what fields before it said: a request may spread the list over several (RFC 6455 11.3.4)."""
    announced = False
    earlier = before.split(",") if before else []
    for at, part in enumerate([*earlier, *value.split(",")], -len(earlier)):
        text = part.strip()
        lead = ("," if at else "") + part[: len(part) - len(part.lstrip())]
        known = _KNOWN.fullmatch(text) is not None and not _is_made(text)
        held = _HOLDS.fullmatch(text)
        if at < 0:
            pass
        elif held is not None and not (_VERSION.fullmatch(text) and _PLAIN.fullmatch(held[2])):
            yield lead + held[1], held[2]
        elif text and not known and (announced or _is_made(text)):
            yield lead, text
        else:
            yield lead + text, ""
        announced = _ANNOUNCES.fullmatch(text) is not None or (announced and (known or not text))


def redacted(value: str, placeholder: str, before: str = "") -> str:
    """The list without its credentials."""
    return "".join(kept + (placeholder if credential else "") for kept, credential in split(value, before))
