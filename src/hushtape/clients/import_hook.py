"""Tells when a module of interest has been imported, without a trace in the module itself.

Lives here: a finder for sys.meta_path and the loader it hands out. Must not: import a module on its own
account, keep a module from loading, or stay in place after `remove`. Called by: the registry. (Plain
classes: importlib.abc would bring 14 modules along, and the import system asks for no base class.)
The finder asks the other finders, so it works with zip files, editable installs and pytest's rewriting.
The loader steps aside before the module runs: the module's `__loader__` and spec name the genuine one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for


class ImportHook:
    """Calls `imported(name)` after each import or reload of a module in `names`.

    It is called in the importing thread, which still holds the module's import lock.
    """

    def __init__(self, names: Container[str], imported: Callable[[str], None]) -> None:
        self._names = names
        self._imported = imported

    def add(self) -> None:
        """Put the finder in front of the others. Again: nothing happens."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Take the finder away. Again: nothing happens."""
        while self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders give, with a loader that tells us; None for other modules."""
        if fullname not in self._names:
            return None
        for finder in tuple(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: ModuleSpec | None = find(fullname, path, target)
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    telling: Any = _TellingLoader(spec.loader, self._tell)
                    spec.loader = telling
                return spec
        return None

    def _tell(self, name: str) -> None:
        if self in sys.meta_path:
            self._imported(name)


class _TellingLoader:
    """The genuine loader in every respect, but that it tells when a module has been executed."""

    def __init__(self, genuine: Any, tell: Callable[[str], None]) -> None:
        self._genuine = genuine
        self._tell = tell

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._genuine.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        spec: Any = module.__spec__
        if spec is not None and spec.loader is self:
            spec.loader = self._genuine
        module.__loader__ = self._genuine
        self._genuine.exec_module(module)
        self._tell(module.__name__)

    def __getattr__(self, name: str) -> Any:
        if name in ("_genuine", "_tell"):  # not there yet while copied or unpickled
            raise AttributeError(name)
        return getattr(self._genuine, name)
