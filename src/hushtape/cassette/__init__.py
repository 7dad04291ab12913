"""The cassette on disk: journal, sealing, recovery, lazy reading.

Lives here: every byte that hushtape keeps. Must not: sanitize, match, decide modes, know clients.
Called by: session/ (reader and journal), cli/ (recover). Secrets never reach this room unscrubbed: what
it is handed has been scrubbed and audited by the session.
"""

from hushtape.cassette.journal import Journal
from hushtape.cassette.reader import CassetteInfo, CassetteReader
from hushtape.cassette.recover import Recovery, recover
from hushtape.cassette.spool import BodySpool, SpooledBody, StoredBody

__all__ = [
    "BodySpool",
    "CassetteInfo",
    "CassetteReader",
    "Journal",
    "Recovery",
    "SpooledBody",
    "StoredBody",
    "recover",
]
