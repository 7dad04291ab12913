"""Installs and removes patches; the one place that sets attributes on foreign modules and classes.

Lives here: PatchSet, and the shim that it puts where a foreign callable stood. Must not: know a client
or a session, or patch anything at import. Called by: the adapters, through the registry.
Another tracer may wrap our shim and keep it after we are gone. So a shim is never trusted to vanish:
when its patch is removed it turns into a plain call of the original, and lets go of all that is ours.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Mapping
from types import FunctionType, MethodDescriptorType, WrapperDescriptorType
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct

from hushtape.errors import UsageError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what passes on the wire

Make = Callable[[Any], Any]

_lock = threading.RLock()
_retired: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
"""Shims whose patch is gone but that others still hold -> what stood beneath them."""

_MISSING: Any = object()
_PLAIN = (FunctionType, MethodDescriptorType, WrapperDescriptorType)
"""Kinds that may be called with the instance as first argument, without binding them first."""


class _Patch(Struct, frozen=True):
    """One replaced attribute. `before` is what stood in the target's own namespace, or _MISSING."""

    target: Any
    name: str
    before: Any
    installed: Any
    retire: Callable[[], None]


class PatchSet:
    """Patches that are installed one by one and removed together. Safe to use from several threads."""

    def __init__(self) -> None:
        self._patches: list[_Patch] = []
        self._places: set[tuple[int, str]] = set()

    def __len__(self) -> int:
        return len(self._patches)

    def replace(self, target: object, name: str, make: Make) -> None:
        """Replace an attribute of a module, a class or an instance.

        Args:
            target: what owns the attribute. A class may inherit it: it then gets one of its own until
                removal, which deletes it again, so that what was inherited is inherited afterwards.
            name: the attribute.
            make: gets the original and returns the replacement. The original of a method, class method
                or static method is a function to be called with the same arguments as the replacement;
                a property is handed over and returned as a property. A class, or a value that can't be
                called, is replaced as it is: it has no pass-through, so nobody may keep it.

        What is put in place has the original's name, docstring, signature and kind (coroutine function,
        class method, ...). Replacing the same attribute again in one set does nothing.

        Raises:
            UsageError: there is no such attribute, or the target does not allow it to be set.
        """
        with _lock:
            if (id(target), name) in self._places:
                return
            before = _revived(_own(target).get(name, _MISSING))
            found = _revived(_found(target, name))
            if found is _MISSING:
                raise _refused(target, name, "it has no such attribute")
            installed, retire = _dress(found, make, isinstance(target, type))
            try:
                setattr(target, name, installed)
            except (AttributeError, TypeError) as error:
                raise _refused(target, name, str(error)) from error
            self._patches.append(_Patch(target, name, before, installed, retire))
            self._places.add((id(target), name))

    def remove(self) -> None:
        """Take the patches back, the last one first. Removing an empty set does nothing.

        An attribute that is no longer ours (somebody has wrapped or replaced it) stays as it is; what
        they hold of ours calls the original from now on, and keeps nothing else alive.
        """
        with _lock:
            while self._patches:
                patch = self._patches.pop()
                self._places.discard((id(patch.target), patch.name))
                patch.retire()
                if _own(patch.target).get(patch.name, _MISSING) is not patch.installed:
                    continue
                if patch.before is _MISSING:
                    delattr(patch.target, patch.name)
                else:
                    setattr(patch.target, patch.name, patch.before)


def _own(target: object) -> Mapping[str, Any]:
    """The target's own namespace: what it inherits is not in it. Empty for an instance with slots."""
    return getattr(target, "__dict__", {})


def _found(target: object, name: str) -> Any:
    """What the name stands for: of a class unbound, as it was written; of an instance bound."""
    if isinstance(target, type):
        return inspect.getattr_static(target, name, _MISSING)
    return getattr(target, name, _MISSING)


def _refused(target: object, name: str, why: str) -> UsageError:
    owner = getattr(target, "__name__", type(target).__name__)
    return UsageError(
        f"patch {owner}.{name}", why, "This version of the client is not supported: please report it"
    )


def beneath(value: Any) -> Any:
    """What a name of a foreign module stood for before anybody patched it, where it is a shim that was taken
    along: a module that was imported under a patch, with `from time import sleep`, holds one for good."""
    return _revived(value)


def _revived(raw: Any) -> Any:
    """What stands beneath, where `raw` is a shim of an earlier patch that somebody put back."""
    try:
        return _retired.get(getattr(raw, "__func__", raw), raw)
    except TypeError:  # unhashable, or no weak references: not a shim
        return raw


def _dress(found: Any, make: Make, in_class: bool) -> tuple[Any, Callable[[], None]]:
    """The replacement in the clothes of the original: (what to set, how to make it pass through)."""
    if isinstance(found, property):
        return _dress_property(found, make)
    if isinstance(found, staticmethod | classmethod):
        shim, retire = _shim(found.__func__, make(found.__func__), found)
        return type(found)(shim), retire
    if isinstance(found, type) or not callable(found):
        return make(found), _nothing
    if not in_class or isinstance(found, _PLAIN):
        return _shim(found, make(found), found)
    if hasattr(type(found), "__get__"):
        bound = _binding(found)
        return _shim(bound, make(bound), found)
    shim, retire = _shim(found, make(found), found)
    return staticmethod(shim), retire  # a callable that does not bind must not begin to


def _dress_property(found: property, make: Make) -> tuple[property, Callable[[], None]]:
    made = make(found)
    parts: dict[str, Any] = {}
    retires: list[Callable[[], None]] = []
    for part in ("fget", "fset", "fdel"):
        old, new = getattr(found, part), getattr(made, part)
        if old is None or new is None:
            parts[part] = old or new
            continue
        parts[part], retire = _shim(old, new, old)
        retires.append(retire)

    def retire_all() -> None:
        for retire in retires:
            retire()

    return property(parts["fget"], parts["fset"], parts["fdel"], found.__doc__), retire_all


def _binding(found: Any) -> Callable[..., Any]:
    """Call a foreign descriptor (a tracer's wrapper) as Python would: bound to the instance.

    wrapt's FunctionWrapper, which OpenTelemetry uses, tells its wrapper no instance otherwise.
    """

    @functools.wraps(found)
    def bound(instance: Any, /, *args: Any, **kwargs: Any) -> Any:
        return found.__get__(instance, type(instance))(*args, **kwargs)

    return bound


def _shim(original: Any, replacement: Any, raw: Any) -> tuple[Any, Callable[[], None]]:
    """A function that calls the replacement, and after `retire` the original (0.3 us a call)."""
    call = replacement
    shim: Any
    if inspect.iscoroutinefunction(raw) or inspect.iscoroutinefunction(original):

        async def coroutine_shim(*args: Any, **kwargs: Any) -> Any:
            return await call(*args, **kwargs)

        shim = coroutine_shim
    else:

        def plain_shim(*args: Any, **kwargs: Any) -> Any:
            return call(*args, **kwargs)

        shim = plain_shim
    functools.update_wrapper(shim, original)

    def retire() -> None:
        nonlocal call
        call = original
        _retired[shim] = raw

    return shim, retire


def _nothing() -> None:
    """A value without a pass-through has nothing to retire."""
