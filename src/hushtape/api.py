"""The public entrance: `use_cassette` and `Recorder`.

Lives here: assembling options, sanitizers, matchers, tape, adapters, guard, log filter, frozen time; the
context manager and the decorator. Must not: record, replay or match. Called by: programs, tests, front ends.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, Unpack, cast

from hushtape import freeze
from hushtape.clients import guard, registry
from hushtape.errors import OptionError, TapeOrderError
from hushtape.matching import Ignored, Plan, compile_matchers
from hushtape.sanitize import build, unparsed_heads
from hushtape.sanitize.logs import LogScrubbing
from hushtape.session import ignoring, stack, timing
from hushtape.session.front import PLAIN, FrontEnd
from hushtape.session.options import (
    MODE_VARIABLE,
    Options,
    OptionTypes,
    build_options,
    effective_mode,
    errors_told,
)
from hushtape.session.paths import beside, resolve
from hushtape.session.tape import Tape

__tracebackhide__ = True  # pytest shows the last frame's arguments, and here these may be secrets

__all__ = ["MODE_VARIABLE", "CassetteContext", "FrontEnd", "Recorder", "Tape", "open_for", "use_cassette"]

F = TypeVar("F", bound=Callable[..., Any])
CassettePath = str | os.PathLike[str]


class CassetteContext:
    """What `use_cassette` returns: a context manager (`with`, `async with`) and a decorator.

    As a decorator each call of the function gets a tape of its own. Functions, coroutine functions,
    generator functions and async generator functions are supported: the tape is open while they run.
    """

    def __init__(self, path: CassettePath | None, options: Options, front: FrontEnd = PLAIN) -> None:
        self._path = path
        self._options = options
        self._front = front
        self._tape: Tape | None = None
        self._cleanup = ExitStack()

    def __enter__(self) -> Tape:
        if self._tape is not None:
            raise TapeOrderError(
                f"open {self._tape.path}", "this context manager is in use already", "call use_cassette again"
            )
        if self._path is None:
            raise OptionError(
                "open a cassette",
                "no path was given, and only a decorator can name one after its function",
                'write use_cassette("name.json")',
                option="path",
                value=None,
            )
        if self._options.freeze_time is not None:
            freeze.require()
        tape = _make_tape(resolve(self._path, self._options.library), self._options, self._front)
        tape.start()
        try:
            _connect(tape, self._cleanup)
        except BaseException:
            self._cleanup.close()
            stack.pop(tape)
            tape.close_reader()
            raise
        self._tape = tape
        return tape

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tape, self._tape = self._tape, None
        if tape is None:
            return
        try:
            self._cleanup.close()
        finally:
            tape.stop(error)

    async def __aenter__(self) -> Tape:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: F) -> F:
        if isinstance(function, type):
            raise OptionError(
                f"decorate the class {function.__name__}",
                "a tape is open while a function runs, and a class does not run",
                "decorate its methods, or open the tape in setUp or a fixture",
                option="path",
                value=None,
            )
        path = self._path if self._path is not None else beside(function)

        def fresh() -> CassetteContext:
            return CassetteContext(path, self._options, self._front)

        return cast(F, _decorate(function, fresh))


def use_cassette(
    path: CassettePath | Callable[..., Any] | None = None, **options: Unpack[OptionTypes]
) -> Any:
    """Record HTTP to a cassette, or replay it from there, while the block or function runs.

    Args:
        path: the cassette's file; relative to the library folder if one is set, else to the working
            folder. A decorator may leave it out: the cassette is then named after the function and
            stands beside its module.
        **options: see `Options`; `mode` is "once" by default.

    Returns:
        A `CassetteContext`: enter it to get the `Tape`, or use it as a decorator.

    Raises:
        OptionError: an option, mode or matcher that does not exist.
        HushtapeError: on entering, the cassette can't be opened; on leaving, a request was not
            answered or the recording failed.
    """
    made = build_options(options)
    if callable(path) and not isinstance(path, (str, os.PathLike)):
        return CassetteContext(None, made)(path)
    return CassetteContext(path, made)


class Recorder:
    """Options once, for many cassettes.

    Args: as `use_cassette`, without the path; `library` is the folder relative paths start from.
    """

    def __init__(self, **options: Unpack[OptionTypes]) -> None:
        self.options = build_options(options)

    def use_cassette(
        self, path: CassettePath | Callable[..., Any] | None = None, **options: Unpack[OptionTypes]
    ) -> Any:
        """As `hushtape.use_cassette`, with the recorder's options where none are given here."""
        made = build_options(options, self.options)
        if callable(path) and not isinstance(path, (str, os.PathLike)):
            return CassetteContext(None, made)(path)
        return CassetteContext(path, made)

    def __repr__(self) -> str:
        return f"Recorder(mode={self.options.mode!r}, library={str(self.options.library)!r})"


def open_for(front: FrontEnd, path: CassettePath, **options: Unpack[OptionTypes]) -> CassetteContext:
    """For front ends: as `use_cassette(path, **options)`, with what the front end fixes beyond options."""
    return CassetteContext(path, build_options(options), front)


def _make_tape(path: Path, options: Options, front: FrontEnd) -> Tape:
    def of_options() -> tuple[str, Plan]:
        plan = compile_matchers(
            options.match_on,
            ignored=Ignored(ignoring.all_rules(options)),
            max_parsed_body=options.max_callback_body,
        )
        return front.mode or effective_mode(options), plan

    mode, plan = errors_told([options.secrets, options.sanitizers], of_options)
    chain = build(
        options.sanitizers,
        options.secrets,
        options.default_sanitizer,
        keep_fields=options.keep_fields,
        drop_short=front.drop_short,
    )
    return Tape(path, mode, options, chain, plan, front)


def _connect(tape: Tape, cleanup: ExitStack) -> None:
    """Patch the clients, filter their loggers, freeze time, guard the network: all undone by `cleanup`."""
    cleanup.callback(registry.install(stack.route).remove)
    logs = LogScrubbing(lambda text: unparsed_heads.told(tape.ledger.ruleset, text))
    cleanup.callback(logs.remove)
    logs.install()
    if tape.frozen_at is not None:
        private = tape.scope == "context"
        held = freeze.freeze(tape.frozen_at, ticks=tape.options.tick, private=private)
        cleanup.callback(held.release)
    if timing.passes_over_sleep(tape):
        from hushtape.freeze import skipping, sleeping  # few tapes need them

        tape.pauses = sleeping.Sleeps()
        cleanup.callback(skipping.skip(_pauses).remove)
    if tape.offline:
        cleanup.callback(guard.block(stack.network_policy).remove)


def _pauses() -> Any:
    """Who passes over the sleeps of the calling thread: the innermost tape, if any, if it does."""
    tape = stack.innermost()
    return tape.pauses if tape is not None else None


def _decorate(function: Callable[..., Any], fresh: Callable[[], CassetteContext]) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(function):

        @wraps(function)
        async def stream(*args: Any, **kwargs: Any) -> Any:
            with fresh():
                inner = function(*args, **kwargs)
                try:
                    sent = None
                    while True:
                        try:
                            value = await inner.asend(sent)
                        except StopAsyncIteration:
                            return
                        sent = yield value
                finally:
                    await inner.aclose()

        return stream
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            with fresh():
                return await function(*args, **kwargs)

        return coroutine
    if inspect.isgeneratorfunction(function):

        @wraps(function)
        def generator(*args: Any, **kwargs: Any) -> Any:
            with fresh():
                return (yield from function(*args, **kwargs))

        return generator

    @wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        with fresh():
            return function(*args, **kwargs)

    return plain
