"""hushtape records HTTP once and replays it for ever.

Lives here: the public names, gathered. Must not: define anything, import a client library, patch.
Called by: programs and tests (``import hushtape``). Names load when they are asked for (PEP 562): pytest
imports the package for its plugin's sake in every run, most of which record nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

# At once: it holds on to the genuine clock, and a program may have frozen time when it asks for more.
from hushtape import clock as clock

if TYPE_CHECKING:
    from hushtape.api import CassetteContext, Recorder, use_cassette
    from hushtape.errors import (
        BodyTooLargeError,
        CassetteError,
        CassetteExpiredError,
        CassetteFormatError,
        CassetteInUseError,
        CassetteNotFoundError,
        CassetteVersionError,
        CassetteWriteError,
        CutBodyError,
        HookError,
        HushtapeError,
        HushtapeWarning,
        MissingDependencyError,
        NetworkBlockedError,
        OpaqueBodyError,
        OptionError,
        PlaceholderReturnedError,
        RecordingError,
        RecordingFailedError,
        ReplayError,
        SanitizerError,
        SecretFoundError,
        TapeOrderError,
        UnmatchedRequestError,
        UnsupportedClientError,
        UnusedInteractionsError,
        UsageError,
    )
    from hushtape.matching import MatchRequest, Verdict
    from hushtape.matching.shown import shown
    from hushtape.model import Headers, Interaction, Request, Response
    from hushtape.sanitize import (
        BaseSanitizer,
        BodyFieldSanitizer,
        CallbackSanitizer,
        CompositeSanitizer,
        ConfigSecretsSanitizer,
        DefaultSanitizer,
        HeaderSanitizer,
        IPv4UrlSanitizer,
        JsonPathSanitizer,
        PatternSanitizer,
        QueryParamSanitizer,
        ResponseUrlSanitizer,
        TokenSanitizer,
        UrlPatternSanitizer,
        create_default_sanitizer,
        dedup_sanitizers,
        extract_values,
    )
    from hushtape.session.editable import EditableInteraction
    from hushtape.session.tape import Tape

try:
    from hushtape._version import __version__
except ImportError:  # a source tree that was never built
    __version__ = "0.1.0.dev0"

__all__ = [
    "BaseSanitizer",
    "BodyFieldSanitizer",
    "BodyTooLargeError",
    "CallbackSanitizer",
    "CassetteContext",
    "CassetteError",
    "CassetteExpiredError",
    "CassetteFormatError",
    "CassetteInUseError",
    "CassetteNotFoundError",
    "CassetteVersionError",
    "CassetteWriteError",
    "CompositeSanitizer",
    "ConfigSecretsSanitizer",
    "CutBodyError",
    "DefaultSanitizer",
    "EditableInteraction",
    "HeaderSanitizer",
    "HookError",
    "Headers",
    "HushtapeError",
    "HushtapeWarning",
    "IPv4UrlSanitizer",
    "Interaction",
    "JsonPathSanitizer",
    "MatchRequest",
    "MissingDependencyError",
    "NetworkBlockedError",
    "OpaqueBodyError",
    "OptionError",
    "PatternSanitizer",
    "PlaceholderReturnedError",
    "QueryParamSanitizer",
    "Recorder",
    "RecordingError",
    "RecordingFailedError",
    "ReplayError",
    "Request",
    "Response",
    "ResponseUrlSanitizer",
    "SanitizerError",
    "SecretFoundError",
    "Tape",
    "TapeOrderError",
    "TokenSanitizer",
    "UnmatchedRequestError",
    "UnsupportedClientError",
    "UnusedInteractionsError",
    "UrlPatternSanitizer",
    "UsageError",
    "Verdict",
    "__version__",
    "create_default_sanitizer",
    "dedup_sanitizers",
    "extract_values",
    "shown",
    "use_cassette",
]

_ROOMS: Final = {
    "api": "CassetteContext Recorder use_cassette",
    "errors": """
        BodyTooLargeError CassetteError CassetteExpiredError CassetteFormatError CassetteInUseError
        CassetteNotFoundError CassetteVersionError CassetteWriteError CutBodyError HookError
        HushtapeError HushtapeWarning MissingDependencyError NetworkBlockedError OpaqueBodyError
        OptionError PlaceholderReturnedError RecordingError RecordingFailedError ReplayError
        SanitizerError SecretFoundError TapeOrderError UnmatchedRequestError UnsupportedClientError
        UnusedInteractionsError UsageError
    """,
    "matching": "MatchRequest Verdict",
    "matching.shown": "shown",
    "model": "Headers Interaction Request Response",
    "sanitize": """
        BaseSanitizer BodyFieldSanitizer CallbackSanitizer CompositeSanitizer ConfigSecretsSanitizer
        DefaultSanitizer HeaderSanitizer IPv4UrlSanitizer JsonPathSanitizer PatternSanitizer
        QueryParamSanitizer ResponseUrlSanitizer TokenSanitizer UrlPatternSanitizer
        create_default_sanitizer dedup_sanitizers extract_values
    """,
    "session.editable": "EditableInteraction",
    "session.tape": "Tape",
}
"""Where the public names live."""
_PLACES: Final = {name: room for room, names in _ROOMS.items() for name in names.split()}
_OPEN: Final = frozenset(room.partition(".")[0] for room in (*_ROOMS, "sanitizers"))
"""Rooms that ``import hushtape`` is enough for: ``hushtape.errors.UnmatchedRequestError``."""

_LEAVES: Final = ("errors", "model")
"""Rooms of one file, which load no package of ours."""


def __getattr__(name: str) -> Any:
    room = _PLACES.get(name)
    if room is None and name not in _OPEN:
        raise AttributeError(f"module 'hushtape' has no attribute {name!r}")
    if room not in _LEAVES and name not in _LEAVES:
        # Through one door: two threads that load parts of a package from two sides get a half of it (CPython
        # breaks the deadlock of its import locks that way).
        import_module("hushtape.api")
    found = import_module(f"hushtape.{room or name}")
    if room is not None:
        found = globals()[name] = getattr(found, name)  # asked for once
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_OPEN})
