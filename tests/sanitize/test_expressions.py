"""What expressions do that are compiled when they are first asked."""

import copy
import importlib
import pickle
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

from hushtape import sanitize
from hushtape.sanitize import expressions
from hushtape.sanitize.expressions import Expression, lazily


def _within(value: Any, depth: int = 3) -> Iterator[Expression[Any]]:
    """The expressions that a module's constant holds."""
    if isinstance(value, Expression):
        yield value
    elif depth and isinstance(value, dict):
        yield from _within(tuple(value.values()), depth - 1)
    elif depth and isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from _within(one, depth - 1)
    elif depth and isinstance(value, type) and value.__module__.startswith("hushtape"):
        yield from _within(tuple(vars(value).values()), depth - 1)
    elif depth and hasattr(value, "_stop"):
        yield from _within(value._stop)


def _everywhere() -> dict[Expression[Any], str]:
    found: dict[Expression[Any], str] = {}
    for module in pkgutil.iter_modules(sanitize.__path__, f"{sanitize.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            found |= dict.fromkeys(_within(value), f"{module.name}.{name}")
    return found


def test_every_expression_of_a_module_compiles() -> None:
    everywhere = _everywhere()
    assert len(everywhere) > 300
    for expression, where in everywhere.items():
        try:
            assert expression.match
        except re.error as error:
            pytest.fail(f"{where}: {error}")


def test_it_answers_as_a_pattern_does() -> None:
    late, pattern = lazily(rb"(a+)(b)?", re.IGNORECASE), re.compile(rb"(a+)(b)?", re.IGNORECASE)
    data = b"xAABaa"
    for _ in range(2):
        assert late.search(data, 2)[0] == pattern.search(data, 2)[0]  # type: ignore[index]
        assert late.match(data) is None
        assert late.fullmatch(data, 1, 4) is not None
        assert late.sub(b"-", data) == pattern.sub(b"-", data)
        assert late.findall(data) == pattern.findall(data)
        assert late.split(data) == pattern.split(data)
        assert [one.span() for one in late.finditer(data)] == [one.span() for one in pattern.finditer(data)]
    assert (late.pattern, late.flags, late.groups) == (pattern.pattern, pattern.flags, pattern.groups)


def test_it_is_compiled_with_the_first_question_and_not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    class Counted:
        @staticmethod
        def compile(source: bytes, flags: int) -> re.Pattern[bytes]:
            compiled.append(source)
            return re.compile(source, flags)

    monkeypatch.setattr(expressions, "re", Counted)
    late = lazily(b"a")
    assert compiled == []
    assert late.match(b"a") is not None
    assert late.match(b"b") is None
    assert late.search(b"ba") is not None
    assert compiled == [b"a"]
    assert type(late) is Expression  # no `__getattr__`, which makes each call slower


def test_those_of_one_source_are_equal() -> None:
    assert lazily(b"a") == lazily(b"a")
    assert len({lazily(b"a"), lazily(b"a"), lazily(b"a", re.DOTALL)}) == 2
    assert lazily("a") != re.compile("a")


def test_it_can_be_copied_and_pickled() -> None:
    late = lazily(rb"\d+")
    assert late.match(b"7") is not None
    assert copy.deepcopy(lazily(rb"\d+")).match(b"7") is not None
    assert pickle.loads(pickle.dumps(late)) == late == copy.deepcopy(late)
    assert copy.copy(late).match(b"7") is not None
    assert repr(late) == r"lazily(b'\\d+', 0)"


def test_what_no_pattern_has_it_has_not() -> None:
    with pytest.raises(AttributeError):
        lazily("a").no_such  # type: ignore[attr-defined]  # noqa: B018 - asked for, which raises
