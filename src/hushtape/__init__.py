"""hushtape records HTTP once and replays it for ever.

Lives here: the public names, gathered. Must not: define anything, import a client library, patch.
Called by: programs and tests (``import hushtape``).
"""

from hushtape.api import CassetteContext, Recorder, use_cassette
from hushtape.errors import (
    BodyTooLargeError,
    CassetteError,
    CassetteFormatError,
    CassetteInUseError,
    CassetteNotFoundError,
    CassetteVersionError,
    CassetteWriteError,
    CutBodyError,
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
    UsageError,
)
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
    QueryParamSanitizer,
    ResponseUrlSanitizer,
    TokenSanitizer,
    UrlPatternSanitizer,
    create_default_sanitizer,
    dedup_sanitizers,
    extract_values,
)
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
    "CassetteFormatError",
    "CassetteInUseError",
    "CassetteNotFoundError",
    "CassetteVersionError",
    "CassetteWriteError",
    "CompositeSanitizer",
    "ConfigSecretsSanitizer",
    "CutBodyError",
    "DefaultSanitizer",
    "HeaderSanitizer",
    "Headers",
    "HushtapeError",
    "HushtapeWarning",
    "IPv4UrlSanitizer",
    "Interaction",
    "MissingDependencyError",
    "NetworkBlockedError",
    "OpaqueBodyError",
    "OptionError",
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
    "UrlPatternSanitizer",
    "UsageError",
    "__version__",
    "create_default_sanitizer",
    "dedup_sanitizers",
    "extract_values",
    "use_cassette",
]
