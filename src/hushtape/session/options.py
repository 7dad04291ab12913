"""Options: their names, defaults and checks, the same for every entrance.

Lives here: one frozen object that holds the options of a tape, made from what the caller gave and
from the environment. Must not: open anything, import a client, take values apart (option_values).
Called by: api, tape.
An option that this version does not know is an error, never ignored: a misspelt `secrets` would
publish them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypedDict, TypeVar, get_args

from msgspec import Struct, structs

from hushtape.errors import OptionError
from hushtape.matching.ignored import Rule
from hushtape.session.exhausted import Exhausted, Policy
from hushtape.session.expiry import OnExpiry
from hushtape.session.hooks import Hook
from hushtape.session.modes import MODES
from hushtape.session.option_values import RECORDED, coerced, unknown, wrong

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

T = TypeVar("T")

DEFAULT_MATCH_ON: Final = ("method", "scheme", "host", "port", "path", "query")
MODE_VARIABLE: Final = "HUSHTAPE_MODE"
SKIP: Final = "skip"
ALWAYS: Final = "always"
ModeName = Literal["once", "none", "new_episodes", "all"]
ScopeName = Literal["process", "context"]
Ignore = Iterable[str] | Mapping[str, Iterable[str]]
Secrets = Mapping[str, str | None] | Iterable[str]
BOUNDS: Final = ("max_inline_body", "max_callback_body", "max_body")
SWITCHES: Final = (
    "default_sanitizer",
    "share_tls",
    "ignore_localhost",
    "allow_opaque",
    "readable_bodies",
    "ordered",
    "strict",
    "drop_unused",
    "tick",
)


class OptionTypes(TypedDict, total=False):
    """What `use_cassette` and `Recorder` take, for type checkers. `Options` states the defaults."""

    mode: ModeName
    match_on: Sequence[str | Callable[..., Any]]
    ignore_query: Ignore
    ignore_headers: Ignore
    ignore_form: Ignore
    ignore_json: Ignore
    exhausted: Policy | Mapping[str, Policy] | None
    ordered: bool
    strict: bool
    drop_unused: bool
    max_age: str | timedelta | None
    on_expiry: OnExpiry
    after_capture: Hook | Sequence[Hook] | None
    before_save: Hook | Sequence[Hook] | None
    before_replay: Hook | Sequence[Hook] | None
    secrets: Secrets
    sanitizers: Sequence[Any]
    default_sanitizer: bool
    keep_fields: Iterable[str]
    scope: ScopeName
    share_tls: bool
    ignore_hosts: Iterable[str]
    ignore_localhost: bool
    allow_opaque: bool
    readable_bodies: bool
    max_inline_body: int
    max_callback_body: int
    max_body: int
    library: str | os.PathLike[str] | None
    freeze_time: str | date | None
    tick: bool
    latency: str | float | None
    sleep: str | None


class Options(Struct, frozen=True, kw_only=True):
    """The options of one tape.

    Attributes:
        mode: record mode, a key of `MODES`; default "once".
        match_on: matcher names or callables.
        ignore_query, ignore_headers, ignore_form: names of parameters, header fields and form fields (of
            multipart, too) that may differ; * stands for any text. ignore_json: JSON paths. A mapping of
            places ("host", "host/path*", "/path*") to names holds for those only.
        exhausted: what a request gets whose answers were all played: "error", "first", "last", "cycle", or a
            mapping of patterns ("host", "host/path*", "/path*", "*") to these, of which the first that fits
            decides. Default None: an error; in mode "new_episodes" it is recorded anew.
        ordered: each request must be the next unplayed interaction; default False.
        strict: interactions that were not used are an error when the tape closes; default False.
        drop_unused: they are removed from the cassette at a clean end (never in mode "none", nor in CI);
            default False.
        max_age: how old the cassette may be: "30d", "12h", "P30D", a timedelta; default None: any age.
        on_expiry: what happens to one that is older: "warn" (default), "fail", or "record" it anew (in mode
            "none" and in CI: a warning).
        after_capture, before_save, before_replay: hooks, functions that get an `EditableInteraction`: when an
            exchange has ended, before the cassette is written, before an interaction answers.
        secrets: values that must not be recorded: a mapping of key to value, or values.
        sanitizers: beside the default chain, not instead of it.
        default_sanitizer: False turns the default chain off (`secrets` are scrubbed all the same).
        keep_fields: names of fields, in any spelling, that the default chain leaves alone: what looks like a
            credential by its name and is none.
        scope: "process": every thread; "context": the context (PEP 567) that opened the tape.
        share_tls: share TLS contexts between connections; default off.
        ignore_hosts: hosts whose calls pass untouched; ``*.example.com`` covers its subdomains.
        ignore_localhost: the same for loopback addresses and ``localhost``.
        allow_opaque: store bodies whose content coding can't be undone, scanned as bytes only.
        readable_bodies: write JSON bodies as JSON where their bytes can be rebuilt exactly; default off.
        max_inline_body: bytes up to which a body stands in the cassette file; default 256 KiB.
        max_callback_body: bytes of a body held for a callback or a parsing matcher; default 8 MiB.
        max_body: bytes of a body after decoding; default 4 GiB. Past it the tape is marked failed.
        library: folder that relative paths start from; default the working folder.
        freeze_time: None: time goes on. A datetime (aware, in UTC): the program's clock shows that while the
            tape is open. "recorded": the time at which the cassette was recorded; while recording, now.
        tick: the frozen clock goes on from there; default: it stands still.
        latency: None: a replay answers at once. "recorded": it takes the time that the server took until the
            response's head; a number: that many times as long.
        sleep: None: `time.sleep` sleeps. "skip": while the tape replays, and so never meets a server, the
            program's pauses are passed over; "always": while it records, too.
    """

    mode: str = "once"
    match_on: tuple[str | Callable[..., Any], ...] = DEFAULT_MATCH_ON
    ignore_query: tuple[Rule, ...] = ()
    ignore_headers: tuple[Rule, ...] = ()
    ignore_form: tuple[Rule, ...] = ()
    ignore_json: tuple[Rule, ...] = ()
    exhausted: Exhausted = Exhausted()
    ordered: bool = False
    strict: bool = False
    drop_unused: bool = False
    max_age: timedelta | None = None
    on_expiry: str = "warn"
    after_capture: tuple[Hook, ...] = ()
    before_save: tuple[Hook, ...] = ()
    before_replay: tuple[Hook, ...] = ()
    secrets: Any = ()
    sanitizers: tuple[Any, ...] = ()
    default_sanitizer: bool = True
    keep_fields: frozenset[str] = frozenset()
    scope: str = "process"
    share_tls: bool = False
    ignore_hosts: frozenset[str] = frozenset()
    ignore_localhost: bool = False
    allow_opaque: bool = False
    readable_bodies: bool = False
    max_inline_body: int = 256 * 1024
    max_callback_body: int = 8 * 1024 * 1024
    max_body: int = 4 * 1024**3
    library: Path | None = None
    freeze_time: datetime | str | None = None
    tick: bool = False
    latency: str | float | None = None
    sleep: str | None = None

    def __repr__(self) -> str:  # secrets and sanitizers may hold values
        return f"Options(mode={self.mode!r}, scope={self.scope!r})"


def build_options(given: Mapping[str, Any], base: Options | None = None) -> Options:
    """Options from what the caller gave, over `base` (default: the defaults), checked.

    Raises:
        OptionError: unknown name, or a value of the wrong kind.
    """
    named = [given.get("secrets"), given.get("sanitizers")]
    if base is not None:
        named += [base.secrets, base.sanitizers]
    return errors_told(named, lambda: _built(given, base))


def _built(given: Mapping[str, Any], base: Options | None) -> Options:
    known = Options.__struct_fields__
    for name, value in given.items():
        if name not in known:
            raise unknown("option", name, known, value)
    values = {name: coerced(name, value) for name, value in given.items()}
    options = structs.replace(base or Options(), **values)
    _check(options)
    return options


def errors_told(named: Iterable[Any], make: Callable[[], T]) -> T:
    """What `make` gives. An option's error repeats its value, which may be a proxy's URL with its password:
    scrubbed by the default rules, and by those of `named`, secrets and sanitizers, that can be used."""
    try:
        return make()
    except OptionError as error:
        from hushtape.session.option_errors import told

        safe = told(error, named)
    raise safe  # outside the handler: without the other one as its context


def effective_mode(options: Options) -> str:
    """The record mode: ``HUSHTAPE_MODE`` if it is set, else the option.

    Raises:
        OptionError: the variable names a mode that does not exist.
    """
    name = os.environ.get(MODE_VARIABLE) or options.mode
    if name not in MODES:
        raise unknown(f"mode (from {MODE_VARIABLE})", name, tuple(MODES), name)
    return name


def _check(options: Options) -> None:
    if options.mode not in MODES:
        raise unknown("mode", options.mode, tuple(MODES), options.mode)
    if options.scope not in get_args(ScopeName):
        raise unknown("scope", options.scope, get_args(ScopeName), options.scope)
    if options.on_expiry not in get_args(OnExpiry):
        raise unknown("on_expiry", options.on_expiry, get_args(OnExpiry), options.on_expiry)
    for name in BOUNDS:
        value = getattr(options, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise OptionError(
                f"use option {name!r}",
                f"it takes a number of bytes, 0 or more, not {value!r}",
                f"the default is {getattr(Options(), name)}",
                option=name,
                value=value,
            )
    if options.tick and options.freeze_time is None:
        raise OptionError(
            "use option 'tick'",
            "time is not frozen, so it goes on anyway",
            'write freeze_time="recorded", tick=True, or leave it out',
            option="tick",
            value=True,
        )
    _check_latency(options.latency)
    if options.sleep not in (None, SKIP, ALWAYS):
        raise wrong("sleep", '"skip" or "always"', options.sleep, 'write sleep="skip"')
    for name in SWITCHES:
        if not isinstance(getattr(options, name), bool):
            raise wrong(name, "True or False", getattr(options, name), f"write {name}=True, or leave it out")


def _check_latency(latency: Any) -> None:
    if latency is None or latency == RECORDED:
        return
    if isinstance(latency, bool) or not isinstance(latency, int | float) or not 0 <= latency < math.inf:
        raise wrong(
            "latency", '"recorded" or a factor, 0 or more', latency, 'write latency="recorded" or 0.5'
        )
