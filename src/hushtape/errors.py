"""The exception tree, by whose fault it is.

Lives here: every error hushtape raises on purpose. Must not: import anything of ours, or hold
a live request, response or socket (an error travels through pickles, logs and CI output).
Called by: every room. Text that reaches a constructor has been scrubbed by its caller.
"""

from __future__ import annotations

import sys
from typing import Any, NoReturn


class HushtapeError(Exception):
    """Base of all hushtape errors.

    Args:
        asked: what was asked of hushtape, as a clause ("open orders.json in mode 'none'").
        found: what stood in the way.
        remedy: what the reader can do next.
        **values: the values the message speaks of; each becomes an attribute.

    The message is built from the three clauses. All arguments stay readable as attributes, and the
    error pickles with them (pytest-xdist and multiprocessing send errors between processes).
    """

    def __init__(self, asked: str, found: str, remedy: str, **values: Any) -> None:
        super().__init__(f"{asked}: {found}. {remedy}")
        self.asked = asked
        self.found = found
        self.remedy = remedy
        for name, value in values.items():
            setattr(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__.copy())


class HushtapeWarning(UserWarning):
    """Something the reader should know, and nothing that stops the work (a left-over journal, ...)."""


def _rebuild(kind: type[HushtapeError], args: tuple[Any, ...], values: dict[str, Any]) -> HushtapeError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(values)
    return error


# --- the caller's: hushtape was asked for something that can't be --------------------------------


class UsageError(HushtapeError):
    """The call was wrong: the program (or the test) has to be changed."""


class OptionError(UsageError, ValueError):
    """An option, mode or matcher that does not exist, or a value it does not take.

    Attributes: option (str), value (object).
    """

    option: str
    value: object


class TapeOrderError(UsageError):
    """Tapes were closed out of order, used after closing, or opened from another thread."""


class CassetteInUseError(UsageError):
    """The cassette is open already: twice in this process, or being recorded by another one.

    Attributes: path (str), owner (str | None: who holds it).
    """

    path: str
    owner: str | None


class SanitizerError(UsageError):
    """A sanitizer or secret is unusable: it raised, can't be imported, or would redact everything.

    Attributes: sanitizer (str: the name of the class, callback or secret key, never its value); too_slow
    (bool: a pattern passed its time).
    """

    sanitizer: str
    too_slow: bool = False


class PlaceholderReturnedError(SanitizerError):
    """The program was about to send a placeholder that it had read in place of a secret
    (`scrub_before_read=True`), and the API would have got that instead of the value.

    Attributes: sanitizers (tuple of str: the classes that leave it); placeholder (str); place (str: where
    in the request it stood); uri (str, scrubbed).
    """

    sanitizers: tuple[str, ...]
    placeholder: str
    place: str
    uri: str


class HookError(UsageError):
    """A hook raised, or left what can't be recorded or replayed.

    Attributes: hook (str: its name); moment (str: the option it was given as).
    """

    hook: str
    moment: str


class MissingDependencyError(UsageError, ImportError):
    """An optional dependency is needed and not installed.

    Attributes: extra (str): the extra that brings it, as in ``pip install 'hushtape[extra]'``.
    """

    extra: str


# --- the file's: the cassette can't be read or written -------------------------------------------


class CassetteError(HushtapeError):
    """A cassette can't be read or written.

    Attributes: path (str); line (int | None, 1-based); offset (int | None, bytes from the start).
    """

    path: str
    line: int | None = None
    offset: int | None = None


class CassetteNotFoundError(CassetteError):
    """Mode ``none`` was asked to replay a cassette that does not exist."""


class CassetteFormatError(CassetteError):
    """The file is not a cassette: cut, not JSON, too deep, header fields with line breaks, ..."""


class CassetteVersionError(CassetteError):
    """The cassette was written by a newer hushtape. Attributes: format (int), supported (int)."""

    format: int
    supported: int


class CassetteExpiredError(CassetteError):
    """The cassette is older than `max_age`, or can't be shown to be younger, and on_expiry is "fail".

    Attributes: recorded_at (str: what it says, ISO 8601 or empty); age, max_age (float: seconds; age is None
    where it is not known).
    """

    recorded_at: str
    age: float | None
    max_age: float


class CassetteWriteError(CassetteError):
    """The cassette, its journal or a body file can't be written (folder, permission, disk full)."""


# --- the tape's: the program asked for what was not recorded -------------------------------------


class ReplayError(HushtapeError):
    """The program did something that the tape can't answer."""


class UnmatchedRequestError(ReplayError):
    """No interaction on the tape answers this request.

    Deliberately not an OSError nor an http.client.HTTPException: clients retry those (urllib3's
    Retry), and the program would meet the third copy of it.

    Attributes: path, method, uri (str, scrubbed); differences (tuple of str: one line each, between
    the request and the nearest interaction); nearest (int | None: its ordinal); report (str).
    """

    path: str
    method: str
    uri: str
    nearest: int | None = None
    differences: tuple[str, ...] = ()
    report: str = ""

    def __str__(self) -> str:
        return self.report or str(self.args[0])


class UnusedInteractionsError(ReplayError):
    """A strict tape closed, and the program had not used all of its interactions.

    Attributes: path (str); unused (int); interactions (tuple of str: the first ten, one line each).
    """

    path: str
    unused: int
    interactions: tuple[str, ...] = ()


class CutBodyError(ReplayError):
    """The program reads past the point at which the recorded one stopped reading.

    Attributes: uri (str, scrubbed); available (int: bytes of the body that are on the tape).
    """

    uri: str
    available: int


class NetworkBlockedError(ReplayError):
    """Something tried to reach the network while a tape replays. Attributes: event, address (str)."""

    event: str
    address: str


class UnsupportedClientError(ReplayError):
    """A client that hushtape can't watch would reach the network unseen. Attributes: client (str)."""

    client: str


# --- the recording's: it can't be trusted, so it was not published -------------------------------


class RecordingError(HushtapeError):
    """The recording failed. The program was not disturbed; the earlier cassette is untouched."""


class RecordingFailedError(RecordingError):
    """Raised when a failed tape closes.

    Attributes: path (str); journal (str: the folder that was kept); reasons (tuple of str, scrubbed).
    """

    path: str
    journal: str
    reasons: tuple[str, ...] = ()


class SecretFoundError(RecordingError):
    """The audit found a secret in what had been written; that exchange was dropped.

    Attributes: rule (str: the rule's name, never the value); place (str: where it stood).
    """

    rule: str
    place: str


class OpaqueBodyError(RecordingError):
    """A body can't be looked into, so it can't be scrubbed. Attributes: coding (str), uri (str)."""

    coding: str
    uri: str


class BodyTooLargeError(RecordingError):
    """A body passes a stated bound. Attributes: option (str: the bound's name), limit (int: bytes)."""

    option: str
    limit: int


# Our frames further in, and those of the client that called us, hold what was sent, what the server said and
# what a file holds; so do errors that were handled on the way. pytest prints the last frame's arguments.
def throw(error: BaseException) -> NoReturn:
    """Raise it in the program, with nothing of what led to it. Not inside a handler."""
    error.__context__ = None
    raise error.with_traceback(None)


def interruption(error: BaseException) -> BaseException | None:
    """What a signal handler of the program raised, if `error` is that or came of it; else None.

    A time limit by SIGALRM may strike inside our code. It is the program's own exception, whatever its
    type: who contains faults of ours has to let it through.
    """
    if sys.is_finalizing():
        return None  # nothing can be imported, and handlers of signals don't run any more
    import signal  # needed where something went wrong only

    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    codes = {getattr(getattr(h, "__func__", h), "__code__", None) for h in handlers} - {None}
    current: BaseException | None = error
    for _ in range(10 if codes else 0):  # bounded: a chain of contexts may be circular
        if current is None:
            break
        trace = current.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code in codes:
                return current
            trace = trace.tb_next
        current = current.__context__
    return None
