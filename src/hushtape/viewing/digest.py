"""Interactions as digests: what is equal, without holding two cassettes.

Lives here: which parts of an interaction count, and their 64-bit digests. Must not: compare, print. Called
by: differences, statistics, cli. What changes with every recording does not count: when it was recorded, how
long it took, the `Date` an answer bears, the certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from msgspec import Struct

from hushtape.matching.parts import query_key, split
from hushtape.model import Body, Headers, Interaction, Request, Response

TIMES: Final = frozenset({"date"})
"""Header fields of answers that tell when (lower case)."""


class Rules(Struct, frozen=True):
    """What is left out of a comparison.

    Attributes: headers: names of fields, lower case, of both requests and answers. times: they count.
    """

    headers: frozenset[str] = frozenset()
    times: bool = False

    def request_fields(self, headers: Headers) -> list[tuple[str, str]]:
        """The fields of a request that count, sorted by name: their order says nothing."""
        return _sorted(headers, self.headers)

    def response_fields(self, headers: Headers) -> list[tuple[str, str]]:
        """The same of an answer."""
        return _sorted(headers, self.headers if self.times else self.headers | TIMES)


def _sorted(headers: Headers, without: frozenset[str]) -> list[tuple[str, str]]:
    named = [(name.lower(), value) for name, value in headers]
    return sorted((pair for pair in named if pair[0] not in without), key=lambda pair: pair[0])


def request_digest(request: Request, rules: Rules) -> int:
    """Equal for requests that ask the same."""
    return _finished(
        _texts([request.method, request.uri], rules.request_fields(request.headers)), request.body
    )


def whole_digest(interaction: Interaction, rules: Rules, asked: int | None = None) -> int:
    """Equal for interactions whose request and answer are the same, byte for byte.

    `asked`: the request's digest, where it is known.
    """
    asked = request_digest(interaction.request, rules) if asked is None else asked
    both = asked.to_bytes(8, "big") + answer_digest(interaction, rules).to_bytes(8, "big")
    return _finished(both, None)


def answer_digest(interaction: Interaction, rules: Rules) -> int:
    """Equal for the same answers, or the same failures."""
    response = interaction.response
    parts = []
    if response is not None:
        head = _texts(_facts(response), rules.response_fields(response.head.headers))
        parts.append(_finished(head, response.body).to_bytes(8, "big"))
    if interaction.failure is not None:
        parts.append(repr(interaction.failure).encode("utf-8", "surrogatepass"))
    if rules.times:
        parts.append(f"{interaction.recorded_at} {interaction.elapsed}".encode())
    return _finished(b"\0".join(parts), None)


def _facts(response: Response) -> Iterable[str]:
    head = response.head
    early = [f"{one.status} {one.reason} {one.headers!r}" for one in response.informational]
    return [
        str(head.status), head.reason, repr(response.trailers), response.framing, response.ending,
        str(response.shortfall), *response.coding, *early,
    ]  # fmt: skip


def place_digest(request: Request) -> int:
    """Equal for requests to the same method, host and path."""
    scheme, host, port, path, _ = split(request.uri)
    return _finished(_texts([request.method, scheme, host, port, path], []), None)


def group_digest(request: Request) -> int:
    """Equal for requests to the same method and URL, whatever the order of its query."""
    scheme, host, port, path, query = split(request.uri)
    return _finished(_texts([request.method, scheme, host, port, path, *query_key(query)], []), None)


def _texts(texts: Iterable[str], fields: Iterable[tuple[str, str]]) -> bytes:
    """Texts and fields as bytes that no other texts and fields give."""
    given = [*texts, *(text for pair in fields for text in pair)]
    data = [text.encode("utf-8", "surrogatepass") for text in given]
    return b"".join([b"%d:%b" % (len(one), one) for one in data])


def _finished(head: bytes, body: Body | None) -> int:
    digest = blake2b(head, digest_size=8)
    if body is not None:
        digest.update(b"\0body")
        for chunk in body.chunks():
            digest.update(chunk)
    return int.from_bytes(digest.digest(), "big")
