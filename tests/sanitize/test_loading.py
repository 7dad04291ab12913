"""Sanitizer files: what they may return, and that a failing one says where and never what."""

from __future__ import annotations

import pickle
import sys
import traceback
from pathlib import Path

import pytest

from hushtape import sanitizers
from hushtape.errors import SanitizerError

SECRET = "kT9-secret-value"
CONFIG = {"parameters": {"#token": SECRET}}

GOOD = """
from __future__ import annotations
from dataclasses import dataclass
from hushtape.sanitizers import BaseSanitizer, TokenSanitizer

@dataclass
class Kept:
    name: str

class Own(BaseSanitizer):
    pass

def get_sanitizers(config):
    return [TokenSanitizer([config["parameters"]["#token"]]), Own()]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "sanitizers.py"
    path.write_text(text)
    return path


def test_a_file_states_sanitizers_with_the_configuration(tmp_path: Path) -> None:
    before = set(sys.modules)
    token, own = sanitizers.load(write(tmp_path, GOOD), CONFIG)
    assert isinstance(token, sanitizers.TokenSanitizer)
    assert (token.tokens, type(own).__name__) == ([SECRET], "Own")
    assert set(sys.modules) - before == set()


@pytest.mark.parametrize(
    "body",
    [
        "from hushtape.sanitizers import *\ndef get_sanitizers(config): return HeaderSanitizer()",
        "from hushtape.sanitizers import *\ndef get_sanitizers(config): yield HeaderSanitizer()",
    ],
)
def test_a_lone_sanitizer_and_a_generator_are_lists_too(tmp_path: Path, body: str) -> None:
    (one,) = sanitizers.load(write(tmp_path, body))
    assert isinstance(one, sanitizers.HeaderSanitizer)


BAD = {
    "no such module": ("import a_module_nobody_has", "ModuleNotFoundError", 1),
    "no Python": (f"x = '{SECRET}\n", "SyntaxError", 1),
    "a NUL byte": ("x = 1\0", "", None),
    "no function": ("x = 1", "no function get_sanitizers", None),
    "no callable": ("get_sanitizers = 5", "no function get_sanitizers", None),
    "the file raises": (f"\nraise ValueError('{SECRET}')", "raised ValueError", 2),
    "the file exits": (f"raise SystemExit('{SECRET}')", "raised SystemExit", 1),
    "the function raises": (
        "def get_sanitizers(config):\n    raise KeyError(config['parameters']['#token'])",
        "raised KeyError",
        2,
    ),
    "with a cause": (
        (
            "def get_sanitizers(config):\n    try:\n        int(config['parameters']['#token'])\n"
            "    except ValueError as error:\n        error.add_note(str(config))\n"
            "        raise RuntimeError(str(config)) from error"
        ),
        "raised RuntimeError",
        6,
    ),
    "an error of ours made by the file": (
        (
            "from hushtape import SanitizerError\ndef get_sanitizers(config):\n"
            "    raise SanitizerError('x', str(config), 'y', sanitizer=str(config))"
        ),
        "raised SanitizerError",
        3,
    ),
    "a generator that raises": (
        "def get_sanitizers(config):\n    raise KeyError(str(config))\n    yield",
        "raised KeyError",
        2,
    ),
    "None": ("def get_sanitizers(config): return None", "returned a NoneType", None),
    "a string": ("def get_sanitizers(config): return str(config)", "returned a str", None),
    "a mapping": ("def get_sanitizers(config): return config", "returned a dict", None),
    "an item": ("def get_sanitizers(config): return [config['parameters']['#token']]", "item 0", None),
    "a class": (
        "from hushtape.sanitizers import *\ndef get_sanitizers(config): return [TokenSanitizer]",
        "a class, no instance",
        None,
    ),
    "a constructor refuses": (
        (
            "from hushtape.sanitizers import *\n"
            "def get_sanitizers(config): return [TokenSanitizer(config['parameters']['#token'])]"
        ),
        "it is a str",
        None,
    ),
    "the wrong arguments": ("def get_sanitizers(): return []", "raised TypeError", None),
}


@pytest.mark.parametrize("case", BAD)
def test_a_failing_file_is_an_error_without_values(tmp_path: Path, case: str) -> None:
    text, found, line = BAD[case]
    path = write(tmp_path, text)
    with pytest.raises(SanitizerError) as caught:
        sanitizers.load(path, CONFIG)
    error = caught.value
    assert type(error) is SanitizerError
    assert found in str(error)
    assert line is None or f"sanitizers.py, line {line}:" in str(error)
    assert (error.__cause__, error.__context__, getattr(error, "__notes__", [])) == (None, None, [])
    assert SECRET not in "".join(traceback.format_exception(error)) + repr(vars(error))
    assert SECRET.encode() not in pickle.dumps(error)
    assert not any(name.startswith("sanitizers_file_") for name in sys.modules)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SanitizerError, match="no such file") as caught:
        sanitizers.load(tmp_path / "sanitizers.py")
    assert str(tmp_path) in str(caught.value)
    with pytest.raises(SanitizerError, match="IsADirectoryError"):
        sanitizers.load(tmp_path)


def test_the_programs_own_interruption_goes_through(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sanitizers.load(write(tmp_path, "raise KeyboardInterrupt"))
