"""The cassette on disk: journal, sealing, recovery, lazy reading.

Lives here: every byte that hushtape keeps. Must not: sanitize, match, decide modes, know clients.
Called by: session/ (reader and journal), cli/ (recover). Secrets never reach this room unscrubbed: what
it is handed has been scrubbed and audited by the session. Names load when they are asked for (PEP 562):
a recording needs no reader, and saves 0.6 MB of its container.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hushtape.cassette.conversion import Conversion, convert
    from hushtape.cassette.info import CassetteInfo, Reader
    from hushtape.cassette.journal import Journal
    from hushtape.cassette.reader import CassetteReader
    from hushtape.cassette.recovery import Recovery, recover
    from hushtape.cassette.spool import BodySpool, SpooledBody, StoredBody

__all__ = [
    "BodySpool",
    "CassetteInfo",
    "CassetteReader",
    "Conversion",
    "Journal",
    "Reader",
    "Recovery",
    "SpooledBody",
    "StoredBody",
    "convert",
    "recover",
]

_PLACES = {
    "BodySpool": "spool",
    "CassetteInfo": "info",
    "CassetteReader": "reader",
    "Conversion": "conversion",
    "Journal": "journal",
    "Reader": "info",
    "Recovery": "recovery",
    "SpooledBody": "spool",
    "StoredBody": "spool",
    "convert": "conversion",
    "recover": "recovery",
}


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{place}"), name)
