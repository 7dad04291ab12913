"""Matching: which recorded request a live one meets, and what differs if none does.

Lives here: what other rooms may use of this one. Must not: import sanitize, cassette or session, do I/O.
Called by: session. `nearest` and `report`, the rarely needed half, are taken from their own files.
"""

from hushtape.matching.bodies import BodyDigest, DigestedBody
from hushtape.matching.called import Matcher, MatchRequest, Verdict
from hushtape.matching.ignored import Ignored
from hushtape.matching.plan import DEFAULT_MATCH_ON, NAMES, Mismatch, Plan, compile_matchers
from hushtape.matching.shape import Shape

__all__ = [
    "BodyDigest",
    "DEFAULT_MATCH_ON",
    "DigestedBody",
    "Ignored",
    "MatchRequest",
    "Matcher",
    "Mismatch",
    "NAMES",
    "Plan",
    "Shape",
    "Verdict",
    "compile_matchers",
]
