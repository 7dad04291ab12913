"""The open tapes, and which of them a call belongs to.

Lives here: the stack of open tapes (one for the process, one per context), routing, the network
guard's policy. Must not: know how a tape records or replays, import a client.
Called by: tape (opening, closing), api (which hands `route` and `network_policy` to the adapters).
"""

from __future__ import annotations

import ipaddress
import os
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from hushtape.errors import CassetteInUseError, NetworkBlockedError, TapeOrderError
from hushtape.sanitize.messages import safe_error

if TYPE_CHECKING:
    from hushtape.session.tape import Tape

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

_lock: Final = threading.Lock()  # a leaf: nothing is called and nothing read from disk under it
_process: list[Tape] = []
_contextual: list[Tape] = []  # all open tapes of context scope, whatever their context
_here: ContextVar[tuple[Tape, ...]] = ContextVar("hushtape_tapes", default=())


def push(tape: Tape) -> None:
    """Make `tape` the innermost one.

    Raises:
        CassetteInUseError: the same cassette is open in this process.
        TapeOrderError: another thread has a tape of process scope open.
    """
    with _lock:
        for other in (*_process, *_contextual):
            if other.path == tape.path:
                raise _in_use(tape)
        if tape.scope == "context":
            _contextual.append(tape)
            _here.set((*_here.get(), tape))
            return
        if _process and _process[-1].thread != tape.thread and _process[-1].pid == os.getpid():
            raise TapeOrderError(
                f"open {tape.path}",
                f"another thread holds {_process[-1].path} open, and both are for the whole process",
                'open one tape around all threads, or give each scope="context"',
            )
        _process.append(tape)


def pop(tape: Tape) -> TapeOrderError | None:
    """Take `tape` off; the error to raise, once it is sealed, if it was not the innermost one."""
    with _lock:
        mine = _here.get()
        if tape.scope == "context":
            ordered = bool(mine) and mine[-1] is tape
            _contextual.remove(tape)
            _here.set(tuple(other for other in mine if other is not tape))
        else:
            ordered = bool(_process) and _process[-1] is tape
            _process.remove(tape)
    if ordered:
        return None
    return TapeOrderError(
        f"close {tape.path}",
        "a tape that was opened after it is still open"
        if tape.scope == "process"
        else "it is closed from another context than the one that opened it, or before a later tape",
        "close tapes in the reverse order of opening (nested `with` blocks do); nothing was lost",
    )


def route(host: str, port: int) -> Tape | None:
    """The tape that a call to `host` belongs to: the innermost that does not ignore it (seam.Router).

    Raises:
        NetworkBlockedError: context scope, and this thread has no tape while another context replays.
    """
    here = _mine()
    for tape in reversed(here):
        if not ignores(tape, host):
            return tape.usable()
    for tape in reversed(_process):
        if not ignores(tape, host):
            return tape.usable()
    if _contextual and not here:
        _refuse_stray(host, port)
    return None


def innermost() -> Tape | None:
    """The tape that was opened last, of those that this thread and context see."""
    return next((tape for tape in (*reversed(_mine()), *reversed(_process))), None)


def network_policy(event: str, host: str, port: int | None) -> Exception | None:
    """What the network guard asks: None lets the socket call pass, an error refuses it."""
    here = _mine()
    for tape in (*reversed(here), *reversed(_process)):
        if ignores(tape, host):
            continue
        if not tape.offline:
            return None
        return _blocked(tape, event, host, port)
    if _contextual and not here:
        try:
            _refuse_stray(host, port)
        except NetworkBlockedError as error:
            return error
    return None


def any_offline() -> bool:
    """True while some open tape forbids the network."""
    return any(tape.offline for tape in (*_process, *_contextual))


def ignores(tape: Tape, host: str) -> bool:
    """True if the tape's options let calls to `host` pass untouched."""
    options = tape.options
    if not options.ignore_hosts and not options.ignore_localhost:
        return False
    host = host.lower().strip("[]").rstrip(".")
    if options.ignore_localhost and _is_local(host):
        return True
    if host in options.ignore_hosts:
        return True
    parents = host.split(".")[1:]
    return any("*." + ".".join(parents[i:]) in options.ignore_hosts for i in range(len(parents)))


def _mine() -> tuple[Tape, ...]:
    """The open tapes of this context. A task that outlives a block took a copy of its context along."""
    here = _here.get()
    return tuple([tape for tape in here if not tape.closed]) if here else here


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_stray(host: str, port: int | None) -> None:
    for tape in tuple(_contextual):
        if tape.offline and not ignores(tape, host):
            raise _blocked(tape, "request", host, port, stray=True)


def _blocked(
    tape: Tape, event: str, host: str, port: int | None, *, stray: bool = False
) -> NetworkBlockedError:
    address = host if port is None else f"{host}:{port}"
    if stray:
        remedy = (
            "Threads do not inherit a context: run the call with contextvars.copy_context().run, "
            'or open the tape with scope="process"'
        )
    else:
        remedy = (
            f"Name the host in ignore_hosts to let it through, or record with a client that hushtape "
            f"watches. The tape is in mode {tape.mode!r}"
        )
    error = NetworkBlockedError(
        f"reach {address} ({event})",
        f"{tape.path} replays, and replay is offline",
        remedy,
        event=event,
        address=address,
    )
    return safe_error(tape.chain.ruleset, error)


def _in_use(tape: Tape) -> CassetteInUseError:
    return CassetteInUseError(
        f"open {tape.path}",
        "the same cassette is open in this process already",
        "close the first tape before opening it again, or give each its own file",
        path=str(tape.path),
        owner=f"process {os.getpid()}",
    )
