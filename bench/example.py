"""The API of `examples/marketing-extractor`, loaded from its file: the examples are no package.

Used by `bench.server`, which serves it, and `bench.marketing`, which needs its token.
"""

import importlib.util
import sys
from functools import cache
from types import ModuleType

from bench.environments import ROOT

PATH = ROOT / "examples" / "marketing-extractor" / "api" / "adsville_api.py"


@cache
def example_api() -> ModuleType:
    """The module. Standard library only, until a server of its own is made."""
    spec = importlib.util.spec_from_file_location("adsville_api", PATH)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{PATH} can't be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
