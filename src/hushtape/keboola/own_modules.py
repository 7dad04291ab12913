"""The modules of a component, those of its project: set aside for a run, as in a new process.

Lives here: which they are, taking them out of `sys.modules`, and importing them anew into the same objects.
Must not: import or run one by itself. Called by: case, runner.isolation.
Installed modules are none of them, nor the library's own, also where the environment lies in the project; nor
packages with compiled modules, of which many can't be loaded twice.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

_OURS = frozenset({"__main__", "__mp_main__", "hushtape"})
_COMPILED = tuple(EXTENSION_SUFFIXES)
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_LIBRARY = tuple({Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")})

_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Dockerfile", ".git")
_UP = 3
"""Folders above a script's in which one of these is looked for; a home that has a `.git` is no project."""


def project_of(script: Path) -> Path:
    """The folder of a script's project: the nearest that has one of its usual files, else the script's."""
    folder = script.resolve().parent
    home = Path(os.path.expanduser("~")).resolve()  # noqa: PTH111 - Path's raises where there is none
    for place in (folder, *list(folder.parents)[:_UP]):
        if any((place / mark).exists() for mark in (_MARKS[:-1] if place == home else _MARKS)):
            return place
    return folder


def set_aside(
    project: Path, since: Mapping[str, object], path: Sequence[str] | None = None
) -> dict[str, ModuleType]:
    """Take the component's modules out of `sys.modules`, and give them: the next import runs them anew.
    `since`: `sys.modules` as it was; of what has come since, all that is not installed belongs to it. `path`:
    `sys.path` as the component left it; None: as it is."""
    compiled = {name.partition(".")[0] for name, module in sys.modules.items() if _is_compiled(module)}
    names = [
        name
        for name, module in sys.modules.items()
        if name.partition(".")[0] not in _OURS | compiled
        and _is_own(name, module, project, name not in since, path)
    ]
    aside = {name: sys.modules.pop(name) for name in names}
    for name, module in aside.items():
        parent, child = _parent(name, aside), name.rpartition(".")[2]
        if isinstance(parent, ModuleType) and vars(parent).get(child) is module:
            del vars(parent)[child]  # `from package import module` looks there first
    return aside


def put_back(modules: Mapping[str, ModuleType]) -> None:
    """Undo it: these are what their names give again."""
    sys.modules.update(modules)
    for name, module in modules.items():
        parent = _parent(name, modules)
        if isinstance(parent, ModuleType):
            vars(parent).setdefault(name.rpartition(".")[2], module)


def _parent(name: str, aside: Mapping[str, ModuleType]) -> ModuleType | None:
    parent = name.rpartition(".")[0]
    return aside.get(parent) or sys.modules.get(parent) if parent else None


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


def _is_own(name: str, module: object, project: Path, fresh: bool, path: Sequence[str] | None = None) -> bool:
    if not isinstance(module, ModuleType) or not _files(module):
        return fresh and _stands_for_own(name, module, path)
    # Of a namespace package a portion may be installed (`keboola`): its modules would miss it.
    places = [place for file in _files(module) for place in _through_links(file)]
    if not places or any(map(_is_installed, places)):
        return False
    return fresh or any(place.is_relative_to(project) for place in places)


def _stands_for_own(name: str, module: object, path: Sequence[str] | None) -> bool:
    """Whether an object in a module's place is the component's (`sys.modules[__name__] = Settings()`): by its
    package, its class, or the file that is found by its name."""
    package = sys.modules.get(name.partition(".")[0])
    if "." in name and isinstance(package, ModuleType):
        files = _files(package)
    elif type(module).__module__ == name:
        return True
    else:
        spec = PathFinder.find_spec(name, path)
        files = [spec.origin] if spec is not None and spec.origin is not None else []
    return bool(files) and not any(_is_installed(place) for file in files for place in _through_links(file))


def _is_installed(place: Path) -> bool:
    return not _INSTALLED.isdisjoint(place.parts) or any(place.is_relative_to(one) for one in _LIBRARY)


@lru_cache(maxsize=8192)
def _through_links(file: str) -> tuple[Path, Path]:
    """A place as it is called, and where it is."""
    return Path(file), Path(file).resolve()


def _is_compiled(module: object) -> bool:
    return isinstance(module, ModuleType) and any(file.endswith(_COMPILED) for file in _files(module))


def _files(module: ModuleType) -> list[str]:
    """Where a module stands; of a namespace package, its folders. Not asked by attribute: a lazy one would be
    loaded by that."""
    file, folders = vars(module).get("__file__"), vars(module).get("__path__")
    if isinstance(file, str):
        return [file]
    return list(map(str, folders)) if isinstance(folders, Iterable) else []
