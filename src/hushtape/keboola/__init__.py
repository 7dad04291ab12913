"""What keboola.vcr does for components, on hushtape: `from hushtape.keboola import VCRRecorder`.

Lives here: the package's names, gathered. Must not: define anything. Called by: components and their tests.
A team changes its imports, or calls `install_alias()`, after which `keboola.vcr` is this package.
"""

from hushtape.keboola.alias import install_alias
from hushtape.keboola.case import load_vcr_sanitizers
from hushtape.keboola.db_recorder import DBAdapter, OracleDBAdapter
from hushtape.keboola.errors import ExitCodeError, ScaffolderError
from hushtape.keboola.log_capture import (
    CapturedLog,
    ComponentRunResult,
    LogComparisonResult,
    SyncActionComparisonResult,
    compare_logs,
    load_logs,
    run_with_log_capture,
    save_logs,
)
from hushtape.keboola.recorder import (
    CassetteMissingError,
    JsonIndentedSerializer,
    SecretsLoadError,
    VCRRecorder,
    VCRRecorderError,
)
from hushtape.keboola.sanitizers import (
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
from hushtape.keboola.scaffolder import TestScaffolder, scaffold_tests
from hushtape.keboola.validator import (
    FileSnapshot,
    OutputSnapshot,
    ValidationDiff,
    ValidationResult,
    capture_output_snapshot,
    save_output_snapshot,
    validate_output_snapshot,
)

__all__ = [
    "BaseSanitizer",
    "BodyFieldSanitizer",
    "CallbackSanitizer",
    "CapturedLog",
    "CassetteMissingError",
    "ComponentRunResult",
    "CompositeSanitizer",
    "ConfigSecretsSanitizer",
    "DBAdapter",
    "DefaultSanitizer",
    "ExitCodeError",
    "FileSnapshot",
    "HeaderSanitizer",
    "IPv4UrlSanitizer",
    "JsonIndentedSerializer",
    "JsonPathSanitizer",
    "LogComparisonResult",
    "OracleDBAdapter",
    "OutputSnapshot",
    "PatternSanitizer",
    "QueryParamSanitizer",
    "ResponseUrlSanitizer",
    "ScaffolderError",
    "SecretsLoadError",
    "SyncActionComparisonResult",
    "TestScaffolder",
    "TokenSanitizer",
    "UrlPatternSanitizer",
    "VCRRecorder",
    "VCRRecorderError",
    "ValidationDiff",
    "ValidationResult",
    "capture_output_snapshot",
    "compare_logs",
    "create_default_sanitizer",
    "dedup_sanitizers",
    "extract_values",
    "install_alias",
    "load_logs",
    "load_vcr_sanitizers",
    "run_with_log_capture",
    "save_logs",
    "save_output_snapshot",
    "scaffold_tests",
    "validate_output_snapshot",
]
