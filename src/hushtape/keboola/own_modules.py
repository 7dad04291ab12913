"""The modules of a component, those that stand beside its script: set aside for a run, as in a new process.

Lives here: which they are, taking them out of `sys.modules`, and importing them anew into the same objects.
Must not: import or run one by itself. Called by: case, runner.isolation.
Installed modules are none of them, nor the library's own, also where the environment lies beside the script.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_OURS = frozenset({"__main__", "__mp_main__", "hushtape"})
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_LIBRARY = tuple({Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")})


def set_aside(folder: Path, before: Mapping[str, object] | None = None) -> dict[str, ModuleType]:
    """Take the component's modules out of `sys.modules`, and give them: the next import runs them anew.
    `before`: `sys.modules` as it was, for those alone that have come since."""
    names = [name for name in sys.modules if (before is None or name not in before) and _is_own(name, folder)]
    return {name: sys.modules.pop(name) for name in names}


@contextmanager
def anew(modules: Mapping[str, ModuleType]) -> Iterator[None]:
    """While this is on, importing one of these runs it anew in the same object, as `importlib.reload` does: a
    sanitizer that was defined by the first import sees what the component's run leaves in it."""
    finder = _Anew(modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Anew(MetaPathFinder):
    def __init__(self, modules: Mapping[str, ModuleType]) -> None:
        self._modules = dict(modules)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        module = self._modules.pop(fullname, None)
        if module is None or not isinstance(getattr(module, "__loader__", None), SourceFileLoader):
            return None
        for finder in tuple(sys.meta_path):  # the tape's own hook among them, which asks all others, too
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = None if finder is self or find is None else find(fullname, path, target)
            if spec is not None:
                spec.loader = None if spec.loader is None else _Into(spec.loader, module)
                return spec
        return None


class _Into(Loader):
    """Runs a module's code in an object that is there."""

    def __init__(self, genuine: Loader, module: ModuleType) -> None:
        self._genuine, self._module = genuine, module

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._genuine
        self._genuine.exec_module(module)


def _is_own(name: str, folder: Path) -> bool:
    return name.partition(".")[0] not in _OURS and any(
        place.is_relative_to(folder)
        and _INSTALLED.isdisjoint(place.parts)
        and not any(place.is_relative_to(library) for library in _LIBRARY)
        for place in _places(sys.modules[name])
    )


def _places(module: object) -> list[Path]:
    """Where a module stands; of a namespace package, its folders."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return [Path(file)]
    try:
        return [Path(str(one)) for one in getattr(module, "__path__", ())]
    except TypeError:  # a module may put anything into sys.modules
        return []
