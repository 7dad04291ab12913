"""`import keboola.vcr` gives this package: in this process, or in a command and its children.

Lives here: the import finder, and the folder for PYTHONPATH that installs it in other processes. Must not:
touch other `keboola.*` packages, which share the namespace, or depend on keboola.vcr being installed.
Called by: programs, `hushtape component alias`.
An alias is the module itself, not a copy: a class is the same under both names.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

NAMESPACE, NAME = "keboola", "keboola.vcr"
OURS = "hushtape.keboola"
MODULES = ("recorder", "sanitizers", "validator", "scaffolder", "log_capture", "db_recorder")

_SHIM = '''"""Put here by `hushtape component alias`: keboola.vcr is hushtape.keboola in this process."""

try:
    from hushtape.keboola.alias import install_alias
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"hushtape component alias: hushtape can't be imported by this Python ({error})", name=error.name
    ) from None
install_alias()
'''
_lock = threading.Lock()


class Alias(MetaPathFinder):
    """The finder. Asked before all others, it knows the alias and leaves everything else to them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == NAMESPACE:
            return self._namespace()
        if fullname != NAME and not fullname.startswith(NAME + "."):
            return None
        inner = fullname.removeprefix(NAME).lstrip(".")
        if inner and inner not in MODULES:
            # Ours to refuse: others would find our file of that name and load a second copy of it.
            raise ModuleNotFoundError(f"No module named {fullname!r} (it is {OURS})", name=fullname)
        return ModuleSpec(fullname, _Handover(f"{OURS}.{inner}" if inner else OURS), is_package=not inner)

    def _namespace(self) -> ModuleSpec | None:
        """The namespace package, where nothing of that name is installed. It finds what comes later."""
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is not self and find is not None and find(NAMESPACE, None) is not None:
                return None
        spec = ModuleSpec(NAMESPACE, None, is_package=True)
        spec.submodule_search_locations = []
        return spec

    def remove(self) -> None:
        """Take the alias back: later imports find what is installed. What was imported stays."""
        from hushtape.keboola.refusing import raise_late

        with _lock:
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            _forget()
            raise_late(False)


class _Handover(Loader):
    """Puts one of our modules under the name that was asked for."""

    def __init__(self, module: str) -> None:
        self._module = module

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        # The import system takes what stands in sys.modules when this returns.
        sys.modules[module.__name__] = import_module(self._module)


def install_alias() -> Alias:
    """From here on `import keboola.vcr` and its modules give this package, in this process.

    It makes no difference whether keboola.vcr is installed. Modules that imported from it before keep what
    they have: call this first. Calling it again does nothing.

    Returns:
        What takes the alias back (`remove`).
    """
    from hushtape.keboola.refusing import raise_late

    with _lock:
        for finder in sys.meta_path:
            if isinstance(finder, Alias):
                return finder
        alias = Alias()
        sys.meta_path.insert(0, alias)
        _forget()
        raise_late(True)
    import_module(NAME)  # sets the attribute of the namespace package, where that was imported before
    return alias


def _forget() -> None:
    """Drop what was imported under the alias's names."""
    for name in [name for name in sys.modules if name == NAME or name.startswith(NAME + ".")]:
        del sys.modules[name]


@contextmanager
def path_folder() -> Iterator[Path]:
    """A folder that, put first on PYTHONPATH, installs the alias as soon as keboola.vcr is imported.

    It is one portion of the namespace package `keboola`; the import system takes portions in the order of
    the path, so ours comes before an installed one, and all others stay.
    """
    with TemporaryDirectory(prefix="hushtape-alias-") as folder:
        package = Path(folder) / NAMESPACE / "vcr"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(_SHIM, "utf-8")
        yield Path(folder)
