"""The errors of this front end, under keboola.vcr's names.

Lives here: VCRRecorderError and its kind, ScaffolderError, CaseError. Must not: hold unscrubbed text.
Called by: this room; components that catch them. All are hushtape errors too: they say what was asked, what
was found and what to do, and pickle.
"""

from __future__ import annotations

from hushtape.errors import HushtapeError


class VCRRecorderError(HushtapeError):
    """A component's run can't be recorded or replayed as it was asked."""


class CassetteMissingError(VCRRecorderError):
    """There is no cassette where one is needed. Attributes: path (str)."""

    path: str


class SecretsLoadError(VCRRecorderError):
    """The file of secrets can't be used. Attributes: path (str)."""

    path: str


class ExitCodeError(VCRRecorderError, RuntimeError):
    """The component ended otherwise than it was recorded. Attributes: expected, actual (int)."""

    expected: int
    actual: int


class ScaffolderError(HushtapeError):
    """Test folders can't be made. Attributes: name (str: the case, where one is meant)."""

    name: str


class CaseError(HushtapeError):
    """A functional test can't be run. Attributes: name (str: the case, where one is meant)."""

    name: str
