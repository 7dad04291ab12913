"""The public names of whatever `keboola.vcr` is in this process, with their parameters, as JSON."""

from __future__ import annotations

import importlib
import inspect
import json
from typing import Any

MODULES = ("recorder", "sanitizers", "validator", "scaffolder", "log_capture", "db_recorder")


def parameters(value: Any) -> list[str] | None:
    try:
        return [name for name in inspect.signature(value).parameters if name not in ("self", "cls")]
    except (TypeError, ValueError):
        return None


def described(value: Any) -> dict[str, Any]:
    """Parameters of a callable; of a class those of its constructor and its methods, and its constants."""
    if not inspect.isclass(value):
        return {"": parameters(value) if callable(value) else None}
    found: dict[str, Any] = {"": parameters(value)}
    for name in dir(value):
        if not name.startswith("_"):
            member = inspect.getattr_static(value, name)
            plain = getattr(member, "__func__", member)
            found[name] = parameters(plain) if callable(plain) else None
    return found


def public(module: Any, own: str) -> dict[str, Any]:
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__module__", own) == own
        and not inspect.ismodule(value)
    ]
    return {name: described(getattr(module, name)) for name in sorted(names)}


package = importlib.import_module("keboola.vcr")
told = {"": public(package, "keboola.vcr")}
for inner in MODULES:
    module = importlib.import_module(f"keboola.vcr.{inner}")
    told[inner] = public(module, f"keboola.vcr.{inner}")
print(json.dumps(told))
