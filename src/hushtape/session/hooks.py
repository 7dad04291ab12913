"""Hooks: a user's functions, each called at a stated moment, once, and never again on stored data.

Lives here: the three moments, and what becomes of what a hook changed. Must not: run at another moment,
trust a hook's output (what is stored is scrubbed and audited again), tell a hook's error text (it may quote
a body).
Called by: recorder (after_capture), closing (before_save), replayer (before_replay).
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from hushtape.errors import HookError, HushtapeError, OptionError, interruption
from hushtape.sanitize.messages import safe_error

if TYPE_CHECKING:
    from hushtape.cassette import Journal
    from hushtape.model import Interaction, Request
    from hushtape.session.editable import EditableInteraction
    from hushtape.session.ledger import Ledger
    from hushtape.session.tape import Tape

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

Hook = Callable[["EditableInteraction"], Any]
"""Changes the interaction in place; what it returns is not looked at."""
MOMENTS: Final = ("after_capture", "before_save", "before_replay")


def listed(name: str, value: Any) -> tuple[Hook, ...]:
    """The option `name` as it was given: a hook, several, or None.

    Raises:
        OptionError: something in it is no plain function.
    """
    hooks = () if value is None else (value,) if callable(value) or not isinstance(value, Iterable) else value
    for hook in hooks:
        if not callable(hook) or _is_coroutine_function(hook):
            raise OptionError(
                f"use option {name!r}",
                f"it takes plain functions, and {type(hook).__name__} (or a coroutine function) was given",
                f"write {name}=function, or a list of them: each gets the interaction, and changes it",
                option=name,
                value=None,
            )
    return tuple(hooks)


def _is_coroutine_function(hook: Hook) -> bool:
    called = hook if inspect.isroutine(hook) else type(hook).__call__
    return inspect.iscoroutinefunction(called)


# --- what is stored -----------------------------------------------------------------------------------


def captured(ledger: Ledger, interaction: Interaction) -> Interaction | None:
    """What the hooks of `after_capture` make of an exchange that has just ended; None: it is not recorded.

    Raises:
        HushtapeError: a hook raised, or what it made of it can't be recorded.
    """
    return _stored("after_capture", ledger.options.after_capture, ledger, interaction)


def before_save(tape: Tape, journal: Journal) -> bool:
    """Run the hooks of `before_save` over what this tape recorded; False: one of them failed the tape."""
    ledger, hooks = tape.ledger, tape.options.before_save
    if not hooks:
        return True
    try:
        for index in journal.present():
            interaction = journal.interaction(index)
            changed = _stored("before_save", hooks, ledger, interaction)
            if changed is None:
                journal.drop(index)
                ledger.took_back()
            elif changed is not interaction:
                journal.replace(index, changed)
    except HushtapeError as error:
        ledger.fail(error, "run before_save")
    return not tape.failed


def _stored(
    moment: str, hooks: tuple[Hook, ...], ledger: Ledger, interaction: Interaction
) -> Interaction | None:
    from hushtape.session.editable import EditableInteraction

    view = EditableInteraction(interaction, ledger.options.max_callback_body)
    changed = interaction
    for hook in hooks:
        changed = _call(moment, hook, view)
        if view.discarded:
            return None
    return (
        interaction
        if changed is interaction
        else _cleaned(ledger, view, _uncoded(ledger, view, changed, interaction))
    )


def _cleaned(ledger: Ledger, view: EditableInteraction, changed: Interaction) -> Interaction:
    """Scrubbed and audited like anything that is recorded; lengths and digests settled for new bodies."""
    from hushtape.session.auditing import audited
    from hushtape.session.stored import scrub_interaction

    ruleset = ledger.ruleset  # read once: another thread may learn meanwhile
    # A body that the hook left alone was scrubbed and audited when it came; it is not read again.
    request, response = changed.request, changed.response
    asked = None if view.request.assigned else request.body
    answered = None
    if asked is not None:
        request = structs.replace(request, body=None)
    if response is not None and view.response is not None and not view.response.assigned:
        answered, response = response.body, structs.replace(response, body=None)
    given = structs.replace(changed, request=request, response=response)
    clean = scrub_interaction(given, ruleset, refuse=True)
    clean = audited(ledger, _settled(view, clean), ruleset)
    request, response = clean.request, clean.response
    if asked is not None:
        request = structs.replace(request, body=asked)
    if answered is not None and response is not None:
        response = structs.replace(response, body=answered)
    return structs.replace(clean, request=request, response=response)


def _uncoded(
    ledger: Ledger, view: EditableInteraction, changed: Interaction, before: Interaction
) -> Interaction:
    """Content codings of the bodies that the hook assigned undone, so that they are scrubbed inside."""
    from hushtape.session import uncoded

    request, response, options = changed.request, changed.response, ledger.options
    if view.request.assigned:
        body, _ = uncoded.assigned(
            request.body, request.headers, before.request.headers, request.uri, options
        )
        request = structs.replace(request, body=body)
    if response is not None and view.response is not None and view.response.assigned:
        # A body of no coding is sent under those that its head names.
        body, codings = uncoded.assigned(response.body, response.head.headers, None, request.uri, options)
        response = structs.replace(response, body=body, coding=codings or response.coding)
    return structs.replace(changed, request=request, response=response)


def _settled(view: EditableInteraction, changed: Interaction) -> Interaction:
    """Lengths and digests as they are for the bodies that the hook assigned."""
    from hushtape.session.settling import settle

    request, response = changed.request, changed.response
    if view.request.assigned:
        request = structs.replace(request, headers=settle(request.headers, request.body))
    if response is not None and view.response is not None and view.response.assigned:
        head = structs.replace(response.head, headers=settle(response.head.headers, response.body))
        response = structs.replace(response, head=head, trailers=settle(response.trailers, response.body))
    return structs.replace(changed, request=request, response=response)


# --- what is replayed ---------------------------------------------------------------------------------


def replayed(tape: Tape, interaction: Interaction, live: Request) -> Interaction:
    """What the hooks of `before_replay` make of an answer; the cassette stays as it is.

    Raises:
        HushtapeError: a hook raised, discarded it, or changed the request.
    """
    from hushtape.session.editable import EditableInteraction

    view = EditableInteraction(interaction, tape.options.max_callback_body, live)
    changed = interaction
    try:
        for hook in tape.options.before_replay:
            changed = _call("before_replay", hook, view)
            if view.discarded or changed.request is not interaction.request:
                raise _error("before_replay", hook, "it discarded the interaction, or changed its request")
    except HushtapeError as error:
        safe = safe_error(tape.ledger.ruleset, error)
    else:
        body_changed = view.response is not None and view.response.assigned
        return _with_true_fields(changed) if body_changed else changed
    raise safe


def _with_true_fields(changed: Interaction) -> Interaction:
    """Length and digests as they are for the new body; the ETag is the hook's affair."""
    from hushtape.session.settling import settle

    response = changed.response
    assert response is not None
    etag = [value for name, value in response.head.headers.pairs if name.lower() == "etag"]
    headers = settle(response.head.headers, response.body)
    if etag:
        pairs = [(name, etag[0] if name.lower() == "etag" else value) for name, value in headers.pairs]
        headers = type(headers)(pairs)
    head = structs.replace(response.head, headers=headers)
    return structs.replace(changed, response=structs.replace(response, head=head))


# --- calling ------------------------------------------------------------------------------------------


def _call(moment: str, hook: Hook, view: EditableInteraction) -> Interaction:
    """Run one hook; the interaction as it leaves it.

    Raises:
        HookError: it raised, or left what can't stand in a message.
    """
    try:
        returned = hook(view)
    except HushtapeError:
        raise
    except Exception as error:  # noqa: BLE001 - a user's code may raise anything
        struck = interruption(error)
        if struck is not None:
            raise struck from None
        what = f"it raised {type(error).__name__}{_place(hook, error)}"
    else:
        if not inspect.isawaitable(returned) and not inspect.isgenerator(returned):
            try:
                return view.frozen()
            except (ValueError, TypeError) as error:
                what = f"what it left can't stand in a message: {error}"
        else:
            what = f"it is no plain function: it returned a {type(returned).__name__}, which never runs"
            getattr(returned, "close", bool)()  # or Python warns that it was never awaited
    # Outside the handlers: the error's text, which `__context__` would lead to, may quote what it was shown.
    raise _error(moment, hook, what)


def _place(hook: Hook, error: Exception) -> str:
    """Where in the user's code it was raised, as file and line: the innermost frame in the hook's own file
    (what a view or a library raises is raised there, and its line would help nobody)."""
    frames = traceback.extract_tb(error.__traceback__)
    code = getattr(inspect.unwrap(hook), "__code__", None) or getattr(type(hook).__call__, "__code__", None)
    own = [frame for frame in frames if code is not None and frame.filename == code.co_filename]
    last = (own or frames)[-1:]
    return f" at {last[0].filename}:{last[0].lineno}" if last else ""


def _error(moment: str, hook: Hook, what: str) -> HookError:
    name = str(getattr(hook, "__qualname__", None) or type(hook).__qualname__)
    remedy = "The interaction was not recorded. Correct the hook, and record again"
    if moment == "before_replay":
        remedy = "The request was not answered. Correct the hook"
    return HookError(f"run the hook {name} ({moment})", what, remedy, hook=name, moment=moment)
